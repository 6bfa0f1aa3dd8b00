/* SPDX-License-Identifier: MIT
 *
 * Any ESP32 module with 4 MiB of flash or more.
 */
#define MICROPY_HW_BOARD_NAME "Wasmlet ESP32_GENERIC"
#define MICROPY_HW_MCU_NAME "ESP32"
#include "../mpconfig.h"
