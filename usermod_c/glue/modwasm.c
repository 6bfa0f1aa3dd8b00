/* SPDX-License-Identifier: MIT
 *
 * The C module `_wasm`. The frozen package `wasm` gives its names to users.
 */
#include "glue.h"

/* What the engine holds outside the Python heap, in bytes; 0 when no module or store is left. */
static mp_obj_t ram_used(void) {
    wasm_viewed_reap();
    return wasm_int_from_size(wasm_ram_used());
}
static MP_DEFINE_CONST_FUN_OBJ_0(ram_used_obj, ram_used);

/* (bytes left of what the board sets aside for guests, the largest block of it), or None. */
static mp_obj_t ram_free(void) {
    size_t free_bytes, largest;
    wasm_viewed_reap();
    if (!wasm_ram_free(&free_bytes, &largest)) {
        return mp_const_none;
    }
    mp_obj_t items[] = {wasm_int_from_size(free_bytes), wasm_int_from_size(largest)};
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
static MP_DEFINE_CONST_FUN_OBJ_0(ram_free_obj, ram_free);

/* The number of what machine code depends on beside its module; 0 where there is none. */
static mp_obj_t code_id(void) {
    return mp_obj_new_int_from_uint(wl_image_id());
}
static MP_DEFINE_CONST_FUN_OBJ_0(code_id_obj, code_id);

static const mp_rom_map_elem_t globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__wasm)},
    {MP_ROM_QSTR(MP_QSTR_Module), MP_ROM_PTR(&wasm_type_module)},
    {MP_ROM_QSTR(MP_QSTR_Buffer), MP_ROM_PTR(&wasm_type_buffer)},
    {MP_ROM_QSTR(MP_QSTR_Instance), MP_ROM_PTR(&wasm_type_instance)},
    {MP_ROM_QSTR(MP_QSTR_Memory), MP_ROM_PTR(&wasm_type_memory)},
    {MP_ROM_QSTR(MP_QSTR_Table), MP_ROM_PTR(&wasm_type_table)},
    {MP_ROM_QSTR(MP_QSTR_Global), MP_ROM_PTR(&wasm_type_global)},
    {MP_ROM_QSTR(MP_QSTR_Func), MP_ROM_PTR(&wasm_type_func)},
    {MP_ROM_QSTR(MP_QSTR_Gate), MP_ROM_PTR(&wasm_type_gate)},
    {MP_ROM_QSTR(MP_QSTR_Wait), MP_ROM_PTR(&wasm_type_wait)},
    {MP_ROM_QSTR(MP_QSTR_MEMORY_MAX), MP_ROM_INT(WASM_DEFAULT_MEMORY_MAX_BYTES)},
    {MP_ROM_QSTR(MP_QSTR_with_memory), MP_ROM_PTR(&wasm_type_with_memory)},
    {MP_ROM_QSTR(MP_QSTR_code_id), MP_ROM_PTR(&code_id_obj)},
    {MP_ROM_QSTR(MP_QSTR_ram_used), MP_ROM_PTR(&ram_used_obj)},
    {MP_ROM_QSTR(MP_QSTR_ram_free), MP_ROM_PTR(&ram_free_obj)},
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t wasm_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&globals,
};

MP_REGISTER_MODULE(MP_QSTR__wasm, wasm_module);
