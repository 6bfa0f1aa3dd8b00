# SPDX-License-Identifier: MIT
set(PICO_BOARD "pico")
set(PICO_PLATFORM "rp2040")
include(${MICROPY_BOARD_DIR}/../board.cmake)

add_link_options(${CMAKE_CURRENT_LIST_DIR}/memory.ld)
