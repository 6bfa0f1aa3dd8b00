/* SPDX-License-Identifier: MIT
 *
 * What the ESP32 boards share. The arena is one block of the IDF's heap, taken when the board starts
 * and never given back.
 */
#define MICROPY_VFS_ROM (1)
#define MICROPY_VFS_ROM_IOCTL (1)

#define MICROPY_HW_ENABLE_UART_REPL (1)

#ifndef WASM_ARENA_BYTES
#define WASM_ARENA_BYTES (96 * 1024)
#endif
#define WASM_ARENA_MALLOC (1)
void wasm_board_startup(void);
#define MICROPY_BOARD_STARTUP wasm_board_startup
