/* SPDX-License-Identifier: MIT
 *
 * What the ESP32 boards do first: the port's own start, then the arena, while the IDF's heap is
 * whole.
 */
#include "py/mpconfig.h"

void boardctrl_startup(void);
void wasm_arena_boot(void);

void wasm_board_startup(void) {
    boardctrl_startup();
    wasm_arena_boot();
}
