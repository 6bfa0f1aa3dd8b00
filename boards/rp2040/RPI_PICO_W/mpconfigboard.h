/* SPDX-License-Identifier: MIT
 *
 * Raspberry Pi Pico W: Wi-Fi, without Bluetooth. The storage is where upstream's firmware has it.
 */
#define MICROPY_HW_BOARD_NAME "Wasmlet RPI_PICO_W"
#define MICROPY_HW_FLASH_STORAGE_BYTES (848 * 1024)
#define MICROPY_HW_ROMFS_BYTES (128 * 1024)

#define MICROPY_PY_NETWORK 1
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "PicoW"
#define CYW43_USE_SPI (1)
#define CYW43_LWIP (1)
#define CYW43_GPIO (1)
#define CYW43_SPI_PIO (1)

#define MICROPY_HW_PIN_EXT_COUNT CYW43_WL_GPIO_COUNT
int mp_hal_is_pin_reserved(int n);
#define MICROPY_HW_PIN_RESERVED(i) mp_hal_is_pin_reserved(i)

/* The network needs some of the RAM that an RPI_PICO has for Python; see boards/README.md. */
#ifndef WASM_ARENA_BYTES
#define WASM_ARENA_BYTES (96 * 1024)
#endif
