/* SPDX-License-Identifier: MIT
 *
 * Included by extmod/modtime.c. There is no clock of the day: time() counts from power-on.
 */
#include "boards/qemu/board.h"

static mp_obj_t mp_time_time_get(void) {
    return mp_obj_new_int_from_ull(machine_us() / 1000000);
}
