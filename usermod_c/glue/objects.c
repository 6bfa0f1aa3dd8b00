/* SPDX-License-Identifier: MIT
 *
 * Table and Global, and what they share with Memory: thin handles on objects of a store.
 */
#include "glue.h"

#include <string.h>

/* ---- Handles ---- */

wasm_handle_obj_t *wasm_handle_new(const mp_obj_type_t *type, wasm_store_obj_t *store) {
    wasm_handle_obj_t *o = mp_obj_malloc(wasm_handle_obj_t, type);
    o->store = store;
    return o;
}

/* The handle, while its store is there. */
wasm_handle_obj_t *wasm_handle_get(mp_obj_t self_in) {
    wasm_handle_obj_t *self = MP_OBJ_TO_PTR(self_in);
    wasm_core(self->store);
    return self;
}

void wasm_check(wl_status_t status) {
    if (status != WL_OK) {
        wasm_raise_status(NULL, &(wl_error_t){.status = status, .func_index = WL_NO_INDEX});
    }
}

void wasm_raise_grow(wl_status_t status) {
    mp_raise_msg_varg(&mp_type_MemoryError, MP_ERROR_TEXT("cannot grow: %s"), wl_status_text(status));
}

/* ---- Constructors' arguments ---- */

wasm_store_obj_t *wasm_store_argument(mp_obj_t obj) {
    if (obj == mp_const_none) {
        wl_config_t config;
        wl_config_default(&config);
        config.memory_max_bytes = WASM_DEFAULT_MEMORY_MAX_BYTES;
        return wasm_store_new(&config);
    }
    wasm_store_obj_t *store = wasm_store_of(obj);
    if (store == NULL) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("store: Instance or another of its objects expected, not %s"),
                          mp_obj_get_type_str(obj));
    }
    wasm_core(store);
    return store;
}

static uint8_t type_argument(mp_obj_t obj, bool reference) {
    static const uint8_t types[] = {WL_FUNCREF, WL_EXTERNREF, WL_I32, WL_I64, WL_F32, WL_F64};
    const char *name = mp_obj_str_get_str(obj);
    for (size_t i = 0; i < (reference ? 2u : MP_ARRAY_SIZE(types)); i++) {
        if (strcmp(name, wasm_type_name(types[i])) == 0) {
            return types[i];
        }
    }
    mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("'%s' is no type that fits here"), name);
}

wl_limits_t wasm_limits_argument(mp_obj_t min, mp_obj_t max, uint8_t type) {
    wl_limits_t limits = {.min = wasm_get_u32(min, "min"), .max = UINT32_MAX, .type = type};
    if (max != mp_const_none) {
        limits.max = wasm_get_u32(max, "max");
        limits.has_max = true;
    }
    return limits;
}

/* ---- Table ---- */

static mp_obj_t table_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    enum { ARG_type,
           ARG_min,
           ARG_max,
           ARG_init,
           ARG_store };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_type, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_min, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_max, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_init, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_store, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t val[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, val);
    wl_limits_t limits = wasm_limits_argument(val[ARG_min].u_obj, val[ARG_max].u_obj,
                                              type_argument(val[ARG_type].u_obj, true));
    wasm_store_obj_t *store = wasm_store_argument(val[ARG_store].u_obj);
    uint32_t init;
    wasm_value_t problem = wasm_value_slots(store, limits.type, val[ARG_init].u_obj, &init);
    if (problem != WASM_VALUE_OK) {
        wasm_value_raise(problem, "init", limits.type, val[ARG_init].u_obj);
    }
    wasm_handle_obj_t *o = wasm_handle_new(type, store);
    wasm_check(wl_table_new(store->core->store, &limits, init, &o->u.table));
    return MP_OBJ_FROM_PTR(o);
}

static uint8_t table_type(const wl_table_t *table) {
    wl_limits_t limits;
    wl_table_type(table, &limits);
    return limits.type;
}

static mp_obj_t table_unary_op(mp_unary_op_t op, mp_obj_t self_in) {
    switch (op) {
        case MP_UNARY_OP_BOOL:
            return mp_const_true;
        case MP_UNARY_OP_LEN:
            return wasm_int_from_size(wl_table_size(wasm_handle_get(self_in)->u.table));
        default:
            return MP_OBJ_NULL;
    }
}

static mp_obj_t table_subscr(mp_obj_t self_in, mp_obj_t index, mp_obj_t value) {
    const wasm_handle_obj_t *self = wasm_handle_get(self_in);
    wl_table_t *table = self->u.table;
    uint8_t type = table_type(table);
    uint32_t ref;
    if (value == MP_OBJ_NULL) {
        return MP_OBJ_NULL; /* del */
    }
    uint32_t i = (uint32_t)mp_get_index(&wasm_type_table, wl_table_size(table), index, false);
    if (value == MP_OBJ_SENTINEL) {
        wasm_check(wl_table_get(table, i, &ref));
        return wasm_value_object(self->store, type, &ref);
    }
    wasm_value_t problem = wasm_value_slots(self->store, type, value, &ref);
    if (problem != WASM_VALUE_OK) {
        wasm_value_raise(problem, "value", type, value);
    }
    wasm_check(wl_table_set(table, i, ref));
    return mp_const_none;
}

static mp_obj_t table_get(mp_obj_t self_in, mp_obj_t index) {
    return table_subscr(self_in, index, MP_OBJ_SENTINEL);
}
static MP_DEFINE_CONST_FUN_OBJ_2(table_get_obj, table_get);
static MP_DEFINE_CONST_FUN_OBJ_3(table_set_obj, table_subscr);

static mp_obj_t table_grow(size_t n_args, const mp_obj_t *args) {
    const wasm_handle_obj_t *self = wasm_handle_get(args[0]);
    wl_table_t *table = self->u.table;
    uint32_t delta = wasm_get_u32(args[1], "delta"), init = 0, old;
    if (n_args > 2) {
        wasm_value_t problem = wasm_value_slots(self->store, table_type(table), args[2], &init);
        if (problem != WASM_VALUE_OK) {
            wasm_value_raise(problem, "init", table_type(table), args[2]);
        }
    }
    wl_status_t status = wl_table_grow(table, delta, init, &old);
    if (status != WL_OK) {
        wasm_raise_grow(status);
    }
    return wasm_int_from_size(old);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(table_grow_obj, 2, 3, table_grow);

static void table_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    if (attr == MP_QSTR_type) {
        dest[0] = mp_obj_new_str_from_cstr(wasm_type_name(table_type(wasm_handle_get(self_in)->u.table)));
    } else {
        dest[1] = MP_OBJ_SENTINEL;
    }
}

static void table_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    const wasm_handle_obj_t *self = wasm_handle_get(self_in);
    mp_printf(print, "<Table of %u %s>", (unsigned)wl_table_size(self->u.table),
              wasm_type_name(table_type(self->u.table)));
}

WASM_DOC(table,
         "A table of references: an export of an instance, or Table(type, min, max=None, *, init=None,\n"
         "  store=None) to be imported; type is 'funcref' (Func or None) or 'externref' (any object).\n"
         "  t[i], t[i] = x, len(t), .get(i), .set(i, x), .type; .grow(n, init=None) adds n entries,\n"
         "  returns how many there were, or raises MemoryError");

static const mp_rom_map_elem_t table_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___doc__), MP_ROM_PTR(&table_doc)},
    {MP_ROM_QSTR(MP_QSTR_get), MP_ROM_PTR(&table_get_obj)},
    {MP_ROM_QSTR(MP_QSTR_set), MP_ROM_PTR(&table_set_obj)},
    {MP_ROM_QSTR(MP_QSTR_grow), MP_ROM_PTR(&table_grow_obj)},
};
static MP_DEFINE_CONST_DICT(table_locals, table_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    wasm_type_table, MP_QSTR_Table, MP_TYPE_FLAG_NONE,
    make_new, table_make_new,
    print, table_print,
    unary_op, table_unary_op,
    subscr, table_subscr,
    attr, table_attr,
    locals_dict, &table_locals);

/* ---- Global ---- */

static mp_obj_t global_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    enum { ARG_type,
           ARG_value,
           ARG_mutable,
           ARG_store };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_type, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_value, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_mutable, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false}},
        {MP_QSTR_store, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t val[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, val);
    uint8_t value_type = type_argument(val[ARG_type].u_obj, false);
    wasm_store_obj_t *store = wasm_store_argument(val[ARG_store].u_obj);
    uint32_t slots[2];
    wasm_value_t problem = wasm_value_slots(store, value_type, val[ARG_value].u_obj, slots);
    if (problem != WASM_VALUE_OK) {
        wasm_value_raise(problem, "value", value_type, val[ARG_value].u_obj);
    }
    wasm_handle_obj_t *o = wasm_handle_new(type, store);
    wasm_check(wl_global_new(store->core->store, value_type, val[ARG_mutable].u_bool, slots, &o->u.global));
    return MP_OBJ_FROM_PTR(o);
}

static mp_obj_t global_value(const wasm_handle_obj_t *self) {
    uint32_t slots[2];
    wl_global_get(self->u.global, slots);
    return wasm_value_object(self->store, wl_global_type(self->u.global), slots);
}

static void global_set(const wasm_handle_obj_t *self, mp_obj_t value) {
    uint8_t type = wl_global_type(self->u.global);
    uint32_t slots[2];
    if (!wl_global_mutable(self->u.global)) {
        mp_raise_msg(&mp_type_AttributeError, MP_ERROR_TEXT("the global is immutable"));
    }
    wasm_value_t problem = wasm_value_slots(self->store, type, value, slots);
    if (problem != WASM_VALUE_OK) {
        wasm_value_raise(problem, "value", type, value);
    }
    wasm_check(wl_global_set(self->u.global, slots));
}

static void global_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    const wasm_handle_obj_t *self = wasm_handle_get(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        if (attr == MP_QSTR_value && dest[1] != MP_OBJ_NULL) {
            global_set(self, dest[1]);
            dest[0] = MP_OBJ_NULL;
        }
    } else if (attr == MP_QSTR_value) {
        dest[0] = global_value(self);
    } else if (attr == MP_QSTR_type) {
        dest[0] = mp_obj_new_str_from_cstr(wasm_type_name(wl_global_type(self->u.global)));
    } else if (attr == MP_QSTR_mutable) {
        dest[0] = mp_obj_new_bool(wl_global_mutable(self->u.global));
    } else {
        dest[1] = MP_OBJ_SENTINEL;
    }
}

static void global_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    const wasm_handle_obj_t *self = wasm_handle_get(self_in);
    mp_printf(print, "<Global %s%s ", wl_global_mutable(self->u.global) ? "mut " : "",
              wasm_type_name(wl_global_type(self->u.global)));
    mp_obj_print_helper(print, global_value(self), PRINT_REPR);
    mp_print_str(print, ">");
}

WASM_DOC(global,
         "A global: an export of an instance, or Global(type, value, *, mutable=False, store=None) to be\n"
         "  imported. .value to read, and to write where .mutable; .type such as 'i64'");

static const mp_rom_map_elem_t global_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___doc__), MP_ROM_PTR(&global_doc)},
};
static MP_DEFINE_CONST_DICT(global_locals, global_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    wasm_type_global, MP_QSTR_Global, MP_TYPE_FLAG_NONE,
    make_new, global_make_new,
    print, global_print,
    attr, global_attr,
    locals_dict, &global_locals);

/* ---- Between objects and externs ---- */

mp_obj_t wasm_extern_object(wasm_store_obj_t *store, const wl_extern_t *object) {
    wasm_handle_obj_t *o;
    switch (object->kind) {
        case WL_EXTERN_FUNC:
            return wasm_func_new(store, object->u.func);
        case WL_EXTERN_MEMORY:
            return wasm_memory_new(store, object->u.memory);
        case WL_EXTERN_TABLE:
            o = wasm_handle_new(&wasm_type_table, store);
            o->u.table = object->u.table;
            break;
        default:
            o = wasm_handle_new(&wasm_type_global, store);
            o->u.global = object->u.global;
            break;
    }
    return MP_OBJ_FROM_PTR(o);
}

bool wasm_object_extern(mp_obj_t obj, wl_extern_t *object) {
    const mp_obj_type_t *type = mp_obj_get_type(obj);
    if (type == &wasm_type_func) {
        object->kind = WL_EXTERN_FUNC;
        object->u.func = ((wasm_func_obj_t *)MP_OBJ_TO_PTR(obj))->func;
        return true;
    }
    const wasm_handle_obj_t *handle = MP_OBJ_TO_PTR(obj);
    if (type == &wasm_type_memory) {
        object->kind = WL_EXTERN_MEMORY;
        object->u.memory = handle->u.memory;
    } else if (type == &wasm_type_table) {
        object->kind = WL_EXTERN_TABLE;
        object->u.table = handle->u.table;
    } else if (type == &wasm_type_global) {
        object->kind = WL_EXTERN_GLOBAL;
        object->u.global = handle->u.global;
    } else {
        return false;
    }
    return true;
}
