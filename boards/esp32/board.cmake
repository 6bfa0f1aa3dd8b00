# SPDX-License-Identifier: MIT
#
# What the ESP32 boards share; included by a board's mpconfigboard.cmake, after it has set
# SDKCONFIG_DEFAULTS. Paths in there are relative to the port, so ours are absolute.

set(wasmlet_esp32_dir ${CMAKE_CURRENT_LIST_DIR})

set(wasmlet_sdkconfig ${CMAKE_BINARY_DIR}/sdkconfig.wasmlet)
file(WRITE ${wasmlet_sdkconfig}
    "CONFIG_PARTITION_TABLE_CUSTOM=y\n"
    "CONFIG_PARTITION_TABLE_CUSTOM_FILENAME=\"${wasmlet_esp32_dir}/partitions-4MiB.csv\"\n"
)
list(APPEND SDKCONFIG_DEFAULTS ${wasmlet_sdkconfig})

set(MICROPY_FROZEN_MANIFEST ${wasmlet_esp32_dir}/manifest.py)
set(MICROPY_SOURCE_BOARD ${wasmlet_esp32_dir}/board.c)

# WASM_ARENA_BYTES=N sets aside another number of bytes for guests than the boards'.
if(WASM_ARENA_BYTES)
    add_compile_definitions(WASM_ARENA_BYTES=${WASM_ARENA_BYTES})
endif()
