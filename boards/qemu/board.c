/* SPDX-License-Identifier: MIT
 *
 * Boot, clock, and `_sim`, the module through which tests see and move what surrounds the board.
 */
#include "board.h"

#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/pyexec.h"

void board_boot(void) {
    machine_init();
    pins_reset();
    pyexec_frozen_module("_boot.py", false);
}

/* ---- Clock ---- */

mp_uint_t mp_hal_ticks_us(void) {
    return (mp_uint_t)machine_us();
}

mp_uint_t mp_hal_ticks_ms(void) {
    return (mp_uint_t)(machine_us() / 1000);
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return mp_hal_ticks_us();
}

uint64_t mp_hal_time_ns(void) {
    return machine_us() * 1000;
}

void mp_hal_delay_us(mp_uint_t us) {
    for (uint64_t end = machine_us() + us; machine_us() < end;) {
    }
}

void mp_hal_delay_ms(mp_uint_t ms) {
    uint64_t end = machine_us() + (uint64_t)ms * 1000;
    do {
        mp_event_handle_nowait();
    } while (machine_us() < end);
}

/* ---- _sim ---- */

static MP_DEFINE_CONST_FUN_OBJ_0(trace_obj, pins_trace);
static MP_DEFINE_CONST_FUN_OBJ_2(drive_obj, pins_drive);

static const mp_rom_map_elem_t sim_globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__sim)},
    {MP_ROM_QSTR(MP_QSTR_Disk), MP_ROM_PTR(&sim_disk_type)},
    {MP_ROM_QSTR(MP_QSTR_trace), MP_ROM_PTR(&trace_obj)},
    {MP_ROM_QSTR(MP_QSTR_drive), MP_ROM_PTR(&drive_obj)},
};
static MP_DEFINE_CONST_DICT(sim_globals, sim_globals_table);

const mp_obj_module_t sim_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&sim_globals,
};

MP_REGISTER_MODULE(MP_QSTR__sim, sim_module);
