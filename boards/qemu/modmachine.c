/* SPDX-License-Identifier: MIT
 *
 * Included by extmod/modmachine.c.
 */
#include "boards/qemu/board.h"

#define MICROPY_PY_MACHINE_EXTRA_GLOBALS {MP_ROM_QSTR(MP_QSTR_Pin), MP_ROM_PTR(&sim_pin_type)},

static void mp_machine_idle(void) {
}

MP_NORETURN static void mp_machine_reset(void) {
    machine_restart();
}

static mp_int_t mp_machine_reset_cause(void) {
    return 0; /* the machines do not tell */
}
