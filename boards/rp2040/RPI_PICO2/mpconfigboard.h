/* SPDX-License-Identifier: MIT
 *
 * Raspberry Pi Pico 2. The storage is where upstream's firmware has it.
 */
#define MICROPY_HW_BOARD_NAME "Wasmlet RPI_PICO2"
#define MICROPY_HW_FLASH_STORAGE_BYTES (PICO_FLASH_SIZE_BYTES - 1024 * 1024)
#define MICROPY_HW_ROMFS_BYTES (256 * 1024)

/* Of 520 KB of RAM, 256 KB go to guests; see boards/README.md. */
#ifndef WASM_ARENA_BYTES
#define WASM_ARENA_BYTES (256 * 1024)
#endif
