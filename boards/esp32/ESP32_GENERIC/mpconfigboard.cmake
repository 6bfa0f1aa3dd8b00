# SPDX-License-Identifier: MIT
set(IDF_TARGET esp32)
set(SDKCONFIG_DEFAULTS
    boards/sdkconfig.base
    boards/sdkconfig.ble
)
include(${MICROPY_BOARD_DIR}/../board.cmake)
