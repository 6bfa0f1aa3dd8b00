/* SPDX-License-Identifier: MIT
 *
 * Any ESP32-C3 module with 4 MiB of flash or more.
 */
#define MICROPY_HW_BOARD_NAME "Wasmlet ESP32_GENERIC_C3"
#define MICROPY_HW_MCU_NAME "ESP32C3"
#include "../mpconfig.h"
