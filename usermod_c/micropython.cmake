# SPDX-License-Identifier: MIT
#
# The user module for MicroPython's CMake ports: USER_C_MODULES names this file. Flags go to the
# sources, after the port's own, so that they also hold where a port leaves user modules at -O0.

set(wasmlet_dir ${CMAKE_CURRENT_LIST_DIR})

file(GLOB wasmlet_engine ${wasmlet_dir}/engine/*.c)
list(FILTER wasmlet_engine EXCLUDE REGEX "/wl_disasm\\.c$")
file(GLOB wasmlet_glue ${wasmlet_dir}/glue/*.c)

function(wasmlet_flags name result)
    file(STRINGS ${wasmlet_dir}/flags.mk line REGEX "^${name} :=")
    string(REGEX REPLACE "^${name} := *(.*)$" "\\1" words "${line}")
    separate_arguments(words UNIX_COMMAND "${words}")
    set(${result} ${words} PARENT_SCOPE)
endfunction()
wasmlet_flags(WL_CFLAGS wasmlet_cflags)
wasmlet_flags(WL_INTERP_CFLAGS wasmlet_interp_cflags)

# Machine code that is kept in flash goes with one state of the engine's sources, by their checksum.
file(GLOB wasmlet_sources ${wasmlet_dir}/engine/*)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${wasmlet_sources})
set(wasmlet_sums "")
foreach(source ${wasmlet_sources})
    file(MD5 ${source} sum)
    string(APPEND wasmlet_sums ${sum})
endforeach()
string(MD5 wasmlet_sum "${wasmlet_sums}")
string(SUBSTRING ${wasmlet_sum} 0 8 wasmlet_sum)

add_library(usermod_wasmlet INTERFACE)
target_sources(usermod_wasmlet INTERFACE ${wasmlet_engine} ${wasmlet_glue})
target_include_directories(usermod_wasmlet INTERFACE ${wasmlet_dir}/engine ${wasmlet_dir}/glue)
target_link_libraries(usermod INTERFACE usermod_wasmlet)

set_property(SOURCE ${wasmlet_engine} APPEND PROPERTY COMPILE_OPTIONS ${wasmlet_cflags} -Wno-error)
set_property(SOURCE ${wasmlet_dir}/engine/wl_interp.c APPEND PROPERTY COMPILE_OPTIONS ${wasmlet_interp_cflags})
if(CMAKE_C_COMPILER MATCHES "riscv")
    file(GLOB wasmlet_native ${wasmlet_dir}/engine/wl_native*.c)
    wasmlet_flags(WL_NATIVE_RISCV_CFLAGS wasmlet_native_cflags)
    set_property(SOURCE ${wasmlet_native} APPEND PROPERTY COMPILE_OPTIONS ${wasmlet_native_cflags})
endif()
set_property(SOURCE ${wasmlet_dir}/engine/wl_image.c APPEND PROPERTY COMPILE_DEFINITIONS WL_BUILD=0x${wasmlet_sum}u)
set_property(SOURCE ${wasmlet_glue} APPEND PROPERTY COMPILE_OPTIONS -std=gnu11 -O2)
