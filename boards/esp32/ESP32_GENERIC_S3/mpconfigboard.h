/* SPDX-License-Identifier: MIT
 *
 * Any ESP32-S3 module with 4 MiB of flash or more, with or without PSRAM.
 */
#define MICROPY_HW_BOARD_NAME "Wasmlet ESP32_GENERIC_S3"
#define MICROPY_HW_MCU_NAME "ESP32S3"
#define MICROPY_HW_I2C0_SCL (9)
#define MICROPY_HW_I2C0_SDA (8)
#include "../mpconfig.h"
