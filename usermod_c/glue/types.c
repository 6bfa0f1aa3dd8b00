/* SPDX-License-Identifier: MIT
 *
 * Types in words, for messages and for Module.imports and Module.exports:
 *
 *   func    "(i32, f64) -> i64", "() -> ()", "() -> (i32, i32)"
 *   memory  "1..2 pages", "1.. pages", "100..200 pages of 1 byte"
 *   table   "funcref 1..10", "externref 0.."
 *   global  "i32", "mut f64"
 */
#include "glue.h"

const char *wasm_type_name(uint8_t type) {
    switch (type) {
        case WL_I32:
            return "i32";
        case WL_I64:
            return "i64";
        case WL_F32:
            return "f32";
        case WL_F64:
            return "f64";
        case WL_FUNCREF:
            return "funcref";
        default:
            return "externref";
    }
}

qstr wasm_kind_name(wl_extern_kind_t kind) {
    static const uint16_t names[] = {MP_QSTR_func, MP_QSTR_table, MP_QSTR_memory, MP_QSTR_global};
    return names[kind];
}

static void print_types(const mp_print_t *print, const uint8_t *types, size_t n, bool bare_single) {
    bool bare = bare_single && n == 1;
    if (!bare) {
        mp_print_str(print, "(");
    }
    for (size_t i = 0; i < n; i++) {
        mp_printf(print, i == 0 ? "%s" : ", %s", wasm_type_name(types[i]));
    }
    if (!bare) {
        mp_print_str(print, ")");
    }
}

static void print_functype(const mp_print_t *print, const wl_functype_t *type) {
    print_types(print, type->params, type->n_params, false);
    mp_print_str(print, " -> ");
    print_types(print, type->results, type->n_results, true);
}

static void print_limits(const mp_print_t *print, const wl_limits_t *limits) {
    mp_printf(print, "%u..", (unsigned)limits->min);
    if (limits->has_max) {
        mp_printf(print, "%u", (unsigned)limits->max);
    }
}

mp_obj_t wasm_functype_str(const wl_functype_t *type) {
    vstr_t vstr;
    mp_print_t print;
    vstr_init_print(&vstr, 24, &print);
    print_functype(&print, type);
    return mp_obj_new_str_from_vstr(&vstr);
}

mp_obj_t wasm_extern_str(const wl_extern_type_t *type) {
    vstr_t vstr;
    mp_print_t print;
    vstr_init_print(&vstr, 24, &print);
    switch (type->kind) {
        case WL_EXTERN_FUNC:
            print_functype(&print, type->func);
            break;
        case WL_EXTERN_MEMORY:
            print_limits(&print, &type->limits);
            mp_print_str(&print, type->limits.type == 0 ? " pages of 1 byte" : " pages");
            break;
        case WL_EXTERN_TABLE:
            mp_printf(&print, "%s ", wasm_type_name(type->limits.type));
            print_limits(&print, &type->limits);
            break;
        default:
            mp_printf(&print, type->global_mutable ? "mut %s" : "%s", wasm_type_name(type->global_type));
            break;
    }
    return mp_obj_new_str_from_vstr(&vstr);
}

void wasm_extern_describe(const wl_store_t *store, const wl_extern_t *object, wl_extern_type_t *type) {
    *type = (wl_extern_type_t){.kind = object->kind};
    switch (object->kind) {
        case WL_EXTERN_FUNC:
            type->func = wl_func_type(store, object->u.func);
            break;
        case WL_EXTERN_MEMORY:
            wl_memory_type(object->u.memory, &type->limits);
            break;
        case WL_EXTERN_TABLE:
            wl_table_type(object->u.table, &type->limits);
            break;
        default:
            type->global_type = wl_global_type(object->u.global);
            type->global_mutable = wl_global_mutable(object->u.global);
            break;
    }
}
