/* SPDX-License-Identifier: MIT
 *
 * From engine errors to exceptions. The classes are those of the pure Python module wasm.errors,
 * which the host tools share; it is imported when the first of them is needed.
 */
#include "glue.h"

#define BACKTRACE_MAX 16

void wasm_raise_error(qstr name, size_t n_args, const mp_obj_t *args) {
    /* Any list of names but None asks for the submodule instead of its package. */
    mp_obj_t module = mp_import_name(qstr_from_str("wasm.errors"), mp_const_true, MP_OBJ_NEW_SMALL_INT(0));
    nlr_raise(mp_call_function_n_kw(mp_load_attr(module, name), n_args, 0, args));
}

static mp_obj_t text(const char *s) {
    return mp_obj_new_str_from_cstr(s);
}

static mp_obj_t index_or_none(uint32_t index) {
    return index == WL_NO_INDEX ? mp_const_none : wasm_int_from_size(index);
}

static mp_obj_t func_name(const wl_module_t *module, uint32_t index) {
    const uint8_t *name;
    uint32_t size;
    if (index == WL_NO_INDEX || module == NULL || !wl_module_func_name(module, index, &name, &size)) {
        return mp_const_none;
    }
    return mp_obj_new_str((const char *)name, size);
}

/* " in sum (function 3, offset 0x41)" */
static void print_place(const mp_print_t *print, mp_obj_t name, uint32_t index, uint32_t offset) {
    if (index == WL_NO_INDEX) {
        mp_printf(print, " (offset 0x%x)", (unsigned)offset);
        return;
    }
    if (name != mp_const_none) {
        mp_print_str(print, " in ");
        mp_obj_print_helper(print, name, PRINT_STR);
    }
    mp_printf(print, " (function %u, offset 0x%x)", (unsigned)index, (unsigned)offset);
}

void wasm_raise_load(const wl_error_t *error) {
    if (error->status == WL_NO_MEMORY) {
        mp_raise_msg(&mp_type_MemoryError, MP_ERROR_TEXT("no memory for the module"));
    }
    qstr name;
    switch (wl_status_kind(error->status)) {
        case WL_KIND_MALFORMED:
            name = MP_QSTR_Malformed;
            break;
        case WL_KIND_INVALID:
            name = MP_QSTR_Invalid;
            break;
        case WL_KIND_UNSUPPORTED:
            name = MP_QSTR_Unsupported;
            break;
        default:
            name = MP_QSTR_LoadError;
            break;
    }
    vstr_t vstr;
    mp_print_t print;
    vstr_init_print(&vstr, 64, &print);
    mp_print_str(&print, wl_status_text(error->status));
    print_place(&print, mp_const_none, error->func_index, error->offset);
    mp_obj_t args[] = {mp_obj_new_str_from_vstr(&vstr), text(wl_status_text(error->status)),
                       index_or_none(error->func_index), wasm_int_from_size(error->offset)};
    wasm_raise_error(name, MP_ARRAY_SIZE(args), args);
}

static void print_extern(const mp_print_t *print, const wl_extern_type_t *type) {
    mp_printf(print, "%q ", wasm_kind_name(type->kind));
    mp_obj_print_helper(print, wasm_extern_str(type), PRINT_STR);
}

void wasm_raise_link(const wl_module_t *module, uint32_t import, wl_status_t status,
                     const wl_extern_type_t *got, const char *why) {
    wl_extern_type_t want;
    wl_module_import(module, import, &want);
    mp_obj_t module_name = mp_obj_new_str((const char *)want.module_name, want.module_name_size);
    mp_obj_t name = mp_obj_new_str((const char *)want.name, want.name_size);
    vstr_t vstr;
    mp_print_t print;
    vstr_init_print(&vstr, 96, &print);
    mp_printf(&print, "%s %s.%s: ", wl_status_text(status), mp_obj_str_get_str(module_name),
              mp_obj_str_get_str(name));
    print_extern(&print, &want);
    mp_print_str(&print, " expected, ");
    if (got != NULL) {
        print_extern(&print, got);
        mp_print_str(&print, " given");
    } else {
        mp_print_str(&print, why);
    }
    mp_obj_t args[] = {mp_obj_new_str_from_vstr(&vstr), text(wl_status_text(status)), module_name, name};
    wasm_raise_error(MP_QSTR_LinkError, MP_ARRAY_SIZE(args), args);
}

static MP_NORETURN void raise_trap(wl_status_t status, mp_obj_t name, uint32_t index, uint32_t offset,
                                   mp_obj_t backtrace) {
    vstr_t vstr;
    mp_print_t print;
    vstr_init_print(&vstr, 64, &print);
    mp_print_str(&print, wl_status_text(status));
    print_place(&print, name, index, offset);
    mp_obj_t args[] = {mp_obj_new_str_from_vstr(&vstr), text(wl_status_text(status)), index_or_none(index),
                       wasm_int_from_size(offset), backtrace};
    wasm_raise_error(MP_QSTR_Trap, MP_ARRAY_SIZE(args), args);
}

void wasm_raise_status(const wl_module_t *module, const wl_error_t *error) {
    if (error->status == WL_NO_MEMORY) {
        mp_raise_msg(&mp_type_MemoryError, MP_ERROR_TEXT("no memory for the instance"));
    }
    raise_trap(error->status, func_name(module, error->func_index), error->func_index, error->offset,
               mp_obj_new_list(0, NULL));
}

void MP_NOINLINE wasm_raise_trap(wasm_call_t *call, wl_status_t status) {
    wl_frame_t frames[BACKTRACE_MAX];
    const wl_error_t error = call->call.error;
    uint32_t n = wl_call_backtrace(&call->call, frames, BACKTRACE_MAX);
    mp_obj_t backtrace = mp_obj_new_list(0, NULL);
    for (uint32_t i = 0; i < n; i++) {
        mp_obj_t frame[] = {wasm_int_from_size(frames[i].func_index),
                            func_name(wl_instance_module(frames[i].instance), frames[i].func_index),
                            wasm_int_from_size(frames[i].offset)};
        mp_obj_list_append(backtrace, mp_obj_new_tuple(MP_ARRAY_SIZE(frame), frame));
    }
    const wl_module_t *module = n > 0 ? wl_instance_module(frames[0].instance) : NULL;
    raise_trap(status, func_name(module, error.func_index), error.func_index, error.offset, backtrace);
}
