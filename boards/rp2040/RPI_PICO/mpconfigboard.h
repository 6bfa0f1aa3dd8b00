/* SPDX-License-Identifier: MIT
 *
 * Raspberry Pi Pico. The storage is where upstream's firmware has it, so that files survive a change
 * from one to the other.
 */
#define MICROPY_HW_BOARD_NAME "Wasmlet RPI_PICO"
#define MICROPY_HW_FLASH_STORAGE_BYTES (1408 * 1024)
#define MICROPY_HW_ROMFS_BYTES (128 * 1024)

/* Of 262144 bytes of RAM, 112 KB go to guests; see boards/README.md. */
#ifndef WASM_ARENA_BYTES
#define WASM_ARENA_BYTES (112 * 1024)
#endif
#if WASM_ARENA_BYTES < 96 * 1024
#error "a guest gets at least 96 KB of an RPI_PICO's RAM"
#endif
