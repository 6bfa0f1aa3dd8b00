# SPDX-License-Identifier: MIT
#
# What the boards of the family share. Without micropython-lib the port's own manifest cannot be
# frozen; ours takes nothing of it.

set(MICROPY_FROZEN_MANIFEST ${CMAKE_CURRENT_LIST_DIR}/manifest.py)

# WASM_ARENA_BYTES=N sets aside another number of bytes for guests than the board's.
if(WASM_ARENA_BYTES)
    add_compile_definitions(WASM_ARENA_BYTES=${WASM_ARENA_BYTES})
endif()
