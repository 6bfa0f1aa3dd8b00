/* SPDX-License-Identifier: MIT
 *
 * Instance: a module linked with imports in a store, and the namespace of its exports.
 *
 * An instance gets a store of its own unless an import, or the `store` argument, belongs to one.
 */
#include "glue.h"

#include <string.h>

/* Export names are made known to the REPL's completion up to here; interned names stay for good. */
#define INTERN_NAMES_MAX 64
#define INTERN_NAME_BYTES_MAX 32

typedef struct {
    mp_obj_base_t base;
    wasm_store_obj_t *store;
    wl_instance_t *instance;
    mp_obj_t module;
    mp_obj_t exports; /* made at first use, else MP_OBJ_NULL */
} instance_obj_t;

typedef struct {
    mp_obj_base_t base;
    instance_obj_t *instance;
    mp_map_t objects; /* those that have been asked for, by name */
} exports_obj_t;

/* ---- Exports ---- */

static mp_obj_t exports_names(const exports_obj_t *self) {
    const wl_module_t *module = wasm_module_get(self->instance->module);
    mp_obj_t list = mp_obj_new_list(0, NULL);
    wl_cursor_t cursor = {0};
    wl_extern_type_t type;
    while (wl_module_next_export(module, &cursor, &type)) {
        mp_obj_list_append(list, mp_obj_new_str((const char *)type.name, type.name_size));
    }
    return list;
}

/* The object exported as `name` (a str); MP_OBJ_NULL when there is none. */
static mp_obj_t exports_load(exports_obj_t *self, mp_obj_t name) {
    mp_map_elem_t *known = mp_map_lookup(&self->objects, name, MP_MAP_LOOKUP);
    if (known != NULL) {
        return known->value;
    }
    wasm_core(self->instance->store);
    size_t size;
    const char *s = mp_obj_str_get_data(name, &size);
    wl_extern_t object;
    if (!wl_instance_find(self->instance->instance, s, size, &object)) {
        return MP_OBJ_NULL;
    }
    mp_obj_t value = wasm_extern_object(self->instance->store, &object);
    mp_map_lookup(&self->objects, name, MP_MAP_LOOKUP_ADD_IF_NOT_FOUND)->value = value;
    return value;
}

static void exports_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] == MP_OBJ_NULL) {
        dest[0] = exports_load(MP_OBJ_TO_PTR(self_in), MP_OBJ_NEW_QSTR(attr));
        if (dest[0] == MP_OBJ_NULL) {
            dest[1] = MP_OBJ_SENTINEL;
        }
    }
}

static mp_obj_t exports_subscr(mp_obj_t self_in, mp_obj_t index, mp_obj_t value) {
    if (value != MP_OBJ_SENTINEL) {
        return MP_OBJ_NULL;
    }
    mp_obj_t object = exports_load(MP_OBJ_TO_PTR(self_in), index);
    if (object == MP_OBJ_NULL) {
        mp_raise_type_arg(&mp_type_KeyError, index);
    }
    return object;
}

static mp_obj_t exports_unary_op(mp_unary_op_t op, mp_obj_t self_in) {
    const exports_obj_t *self = MP_OBJ_TO_PTR(self_in);
    switch (op) {
        case MP_UNARY_OP_BOOL:
            return mp_const_true;
        case MP_UNARY_OP_LEN:
            return wasm_int_from_size(wl_module_export_count(wasm_module_get(self->instance->module)));
        default:
            return MP_OBJ_NULL;
    }
}

static mp_obj_t exports_dir(mp_obj_t self_in) {
    return exports_names(MP_OBJ_TO_PTR(self_in));
}
static MP_DEFINE_CONST_FUN_OBJ_1(exports_dir_obj, exports_dir);

static mp_obj_t exports_iter(mp_obj_t self_in, mp_obj_iter_buf_t *buf) {
    return mp_getiter(exports_names(MP_OBJ_TO_PTR(self_in)), buf);
}

static void exports_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    mp_print_str(print, "<exports ");
    mp_obj_print_helper(print, exports_names(MP_OBJ_TO_PTR(self_in)), PRINT_REPR);
    mp_print_str(print, ">");
}

WASM_DOC(exports,
         "What an instance exports, by name: e.add(2, 3), e['odd name'], 'add' in e, list(e), dir(e)");

static const mp_rom_map_elem_t exports_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___doc__), MP_ROM_PTR(&exports_doc)},
    {MP_ROM_QSTR(MP_QSTR___dir__), MP_ROM_PTR(&exports_dir_obj)},
};
static MP_DEFINE_CONST_DICT(exports_locals, exports_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    wasm_type_exports, MP_QSTR_Exports, MP_TYPE_FLAG_NONE,
    print, exports_print,
    unary_op, exports_unary_op,
    subscr, exports_subscr,
    iter, exports_iter,
    attr, exports_attr,
    locals_dict, &exports_locals);

static mp_obj_t exports_get(instance_obj_t *instance) {
    if (instance->exports == MP_OBJ_NULL) {
        exports_obj_t *o = mp_obj_malloc(exports_obj_t, &wasm_type_exports);
        o->instance = instance;
        mp_map_init(&o->objects, 0);
        instance->exports = MP_OBJ_FROM_PTR(o);
        const wl_module_t *module = wasm_module_get(instance->module);
        wl_cursor_t cursor = {0};
        wl_extern_type_t type;
        while (cursor.next < INTERN_NAMES_MAX && wl_module_next_export(module, &cursor, &type)) {
            if (type.name_size > 0 && type.name_size <= INTERN_NAME_BYTES_MAX) {
                qstr_from_strn((const char *)type.name, type.name_size);
            }
        }
    }
    return instance->exports;
}

/* ---- Linking ---- */

/* What `imports` has for an import; MP_OBJ_NULL when there is nothing, and then why. */
static mp_obj_t import_find(mp_obj_t imports, const wl_extern_type_t *want, const char **why) {
    *why = "but no imports are given";
    if (imports == mp_const_none) {
        return MP_OBJ_NULL;
    }
    if (!mp_obj_is_dict_or_ordereddict(imports)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("imports: {module: {name: object}} expected, not %s"),
                          mp_obj_get_type_str(imports));
    }
    *why = "but that module is not given";
    mp_obj_t name = mp_obj_new_str((const char *)want->module_name, want->module_name_size);
    mp_map_elem_t *entry = mp_map_lookup(mp_obj_dict_get_map(imports), name, MP_MAP_LOOKUP);
    if (entry == NULL) {
        return MP_OBJ_NULL;
    }
    *why = "but that name is not given";
    mp_obj_t space = entry->value;
    name = mp_obj_new_str((const char *)want->name, want->name_size);
    if (mp_obj_is_type(space, &wasm_type_instance)) {
        space = exports_get(MP_OBJ_TO_PTR(space));
    }
    if (mp_obj_is_type(space, &wasm_type_exports)) {
        return exports_load(MP_OBJ_TO_PTR(space), name);
    }
    if (!mp_obj_is_dict_or_ordereddict(space)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("imports: {name: object} or exports expected, not %s"),
                          mp_obj_get_type_str(space));
    }
    entry = mp_map_lookup(mp_obj_dict_get_map(space), name, MP_MAP_LOOKUP);
    return entry == NULL ? MP_OBJ_NULL : entry->value;
}

/* Finds an object for every import; raises LinkError for the first that has none. */
static void imports_find(const wl_module_t *module, mp_obj_t imports, mp_obj_t *objects) {
    wl_cursor_t cursor = {0};
    wl_extern_type_t want;
    for (uint32_t i = 0; wl_module_next_import(module, &cursor, &want); i++) {
        const char *why;
        objects[i] = import_find(imports, &want, &why);
        if (objects[i] == MP_OBJ_NULL) {
            wasm_raise_link(module, i, WL_UNKNOWN_IMPORT, NULL, why);
        }
    }
}

/* Why `obj` cannot be what `want` asks for, in words; NULL when it can. */
static const char *import_refuse(wasm_store_obj_t *store, const wl_extern_type_t *want, mp_obj_t obj) {
    uint32_t slots[2];
    if (wasm_store_of(obj) != NULL) {
        return wasm_store_of(obj) == store ? NULL : "but the object belongs to another store";
    }
    if (want->kind == WL_EXTERN_FUNC && mp_obj_is_type(obj, &wasm_type_gate_import)) {
        return wasm_gate_fits(obj, want->func) ? NULL : "but the host's function is of another type";
    }
    if (want->kind == WL_EXTERN_FUNC && mp_obj_is_callable(obj)) {
        return NULL;
    }
    if (want->kind == WL_EXTERN_GLOBAL && !want->global_mutable &&
        wasm_value_slots(store, want->global_type, obj, slots) == WASM_VALUE_OK) {
        return NULL;
    }
    vstr_t why;
    vstr_init(&why, 32);
    vstr_printf(&why, "%s given", mp_obj_get_type_str(obj));
    return vstr_null_terminated_str(&why);
}

/* Raises LinkError for the first import whose object is of a wrong kind. Nothing is made before
 * all have passed, because nothing can be taken out of a store again. */
static void imports_check(wasm_store_obj_t *store, const wl_module_t *module, const mp_obj_t *objects) {
    wl_cursor_t cursor = {0};
    wl_extern_type_t want, got;
    for (uint32_t i = 0; wl_module_next_import(module, &cursor, &want); i++) {
        const char *why = import_refuse(store, &want, objects[i]);
        if (why != NULL) {
            wasm_raise_link(module, i, WL_IMPORT_TYPE, NULL, why);
        }
        wl_extern_t object;
        if (wasm_object_extern(objects[i], &object) && object.kind != want.kind) {
            wasm_extern_describe(store->core->store, &object, &got);
            wasm_raise_link(module, i, WL_IMPORT_TYPE, &got, NULL);
        }
    }
}

/* The extern for an import, made where `obj` is a Python function or number. */
static wl_status_t import_bind(wasm_store_obj_t *store, mp_obj_t module, uint32_t import,
                               const wl_extern_type_t *want, mp_obj_t obj, wl_extern_t *object) {
    if (wasm_object_extern(obj, object)) {
        return WL_OK;
    }
    object->kind = want->kind;
    if (want->kind == WL_EXTERN_FUNC) {
        return wasm_host_new(store, module, import, want->func, obj, &object->u.func);
    }
    uint32_t slots[2];
    wasm_value_slots(store, want->global_type, obj, slots);
    return wl_global_new(store->core->store, want->global_type, false, slots, &object->u.global);
}

static wl_instance_t *instantiate(wasm_store_obj_t *store, mp_obj_t module, size_t n, const mp_obj_t *objects) {
    wl_module_t *m = wasm_module_get(module);
    imports_check(store, m, objects);
    wl_extern_t *externs = m_new0(wl_extern_t, n + 1);
    wasm_store_keep_module(store, module);
    wl_cursor_t cursor = {0};
    wl_extern_type_t want;
    for (uint32_t i = 0; wl_module_next_import(m, &cursor, &want); i++) {
        wasm_check(import_bind(store, module, i, &want, objects[i], &externs[i]));
    }
    wl_instance_t *instance = NULL;
    wl_error_t error = {.status = WL_OK, .func_index = WL_NO_INDEX};
    wasm_interrupts_hold();
    wl_status_t status = wl_instance_new(store->core->store, m, externs, &instance, &error);
    wasm_interrupts_release();
    if (status != WL_OK) {
        error.status = status;
        if (wl_status_kind(status) == WL_KIND_LINK && error.aux < n) {
            wl_extern_type_t got;
            wasm_extern_describe(store->core->store, &externs[error.aux], &got);
            wasm_raise_link(m, error.aux, status, &got, NULL);
        }
        wasm_raise_status(m, &error);
    }
    m_del(wl_extern_t, externs, n + 1);
    return instance;
}

/* ---- Construction ---- */

enum { ARG_module,
       ARG_imports,
       ARG_fuel,
       ARG_memory_max,
       ARG_stack,
       ARG_code_cache,
       ARG_table_max,
       ARG_tier,
       ARG_native_code,
       ARG_eager,
       ARG_store,
       ARGS };

static uint32_t size_argument(mp_obj_t obj, const char *what, uint32_t otherwise) {
    return obj == mp_const_none ? otherwise : wasm_get_u32(obj, what);
}

/* Sets config->tier; 'flash' is 'auto' with machine code that can be kept. */
static void tier_argument(mp_obj_t obj, wl_config_t *config) {
    static const qstr names[] = {MP_QSTR_interp, MP_QSTR_native, MP_QSTR_auto}; /* as wl_tier_t numbers them */
    if (obj == mp_const_none) {
        return;
    }
    qstr name = mp_obj_str_get_qstr(obj);
    config->portable = name == MP_QSTR_flash;
    name = config->portable ? MP_QSTR_auto : name;
    for (uint8_t tier = 0; tier < MP_ARRAY_SIZE(names); tier++) {
        if (name == names[tier] && (tier != WL_TIER_NATIVE || wl_native_available())) {
            config->tier = tier;
            return;
        }
    }
    mp_raise_ValueError(name == MP_QSTR_native ? MP_ERROR_TEXT("no machine code on this processor")
                                               : MP_ERROR_TEXT("tier is 'interp', 'native', 'auto' or 'flash'"));
}

static wasm_store_obj_t *store_make(const mp_arg_val_t *val) {
    wl_config_t config;
    wl_config_default(&config);
    config.memory_max_bytes = size_argument(val[ARG_memory_max].u_obj, "memory_max", WASM_DEFAULT_MEMORY_MAX_BYTES);
    config.stack_bytes = size_argument(val[ARG_stack].u_obj, "stack", config.stack_bytes);
    config.code_cache_bytes = size_argument(val[ARG_code_cache].u_obj, "code_cache", config.code_cache_bytes);
    config.table_max = size_argument(val[ARG_table_max].u_obj, "table_max", config.table_max);
    tier_argument(val[ARG_tier].u_obj, &config);
    config.native_bytes = size_argument(val[ARG_native_code].u_obj, "native_code", config.native_bytes);
    config.eager = val[ARG_eager].u_bool;
    return wasm_store_new(&config);
}

/* The store that the arguments or the imports belong to; NULL when there is none yet. */
static wasm_store_obj_t *store_shared(const mp_arg_val_t *val, size_t n, const mp_obj_t *objects) {
    wasm_store_obj_t *store = NULL;
    if (val[ARG_store].u_obj != mp_const_none) {
        store = wasm_store_argument(val[ARG_store].u_obj);
    }
    for (size_t i = 0; i < n && store == NULL; i++) {
        store = wasm_store_of(objects[i]);
    }
    if (store == NULL) {
        return NULL;
    }
    wasm_core(store);
    for (size_t i = ARG_memory_max; i <= ARG_native_code; i++) {
        if (val[i].u_obj != mp_const_none) {
            mp_raise_TypeError(MP_ERROR_TEXT("the store has its memory_max, stack, code_cache, table_max, tier and native_code"));
        }
    }
    return store;
}

typedef struct {
    nlr_jump_callback_node_t node;
    wasm_store_obj_t *store;
} close_t;

static void close_store(void *ctx) {
    wasm_store_close(((close_t *)ctx)->store);
}

static mp_obj_t instance_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    static const mp_arg_t allowed[ARGS] = {
        {MP_QSTR_module, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_imports, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_fuel, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_memory_max, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_stack, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_code_cache, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_table_max, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_tier, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_native_code, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_eager, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false}},
        {MP_QSTR_store, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t val[ARGS];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, ARGS, allowed, val);
    const wl_module_t *module = wasm_module_get(val[ARG_module].u_obj);
    size_t n = wl_module_import_count(module);
    mp_obj_t *objects = m_new(mp_obj_t, n + 1);
    imports_find(module, val[ARG_imports].u_obj, objects);

    instance_obj_t *self = mp_obj_malloc(instance_obj_t, type);
    self->module = val[ARG_module].u_obj;
    self->exports = MP_OBJ_NULL;
    self->store = store_shared(val, n, objects);
    close_t failed;
    bool own_store = self->store == NULL;
    if (own_store) {
        self->store = store_make(val);
        failed.store = self->store;
        nlr_push_jump_callback(&failed.node, close_store);
    }
    if (own_store || val[ARG_fuel].u_obj != mp_const_none) {
        wasm_fuel_set(self->store->core, val[ARG_fuel].u_obj);
    }
    self->instance = instantiate(self->store, self->module, n, objects);
    m_del(mp_obj_t, objects, n + 1);
    if (own_store) {
        nlr_pop_jump_callback(false);
    }
    wl_func_t start = wl_instance_start(self->instance);
    return start == 0 ? MP_OBJ_FROM_PTR(self) : wasm_func_run(self->store, start, MP_OBJ_FROM_PTR(self));
}

/* ---- Attributes ---- */

static mp_obj_t instance_usage(const instance_obj_t *self) {
    wl_usage_t usage;
    wl_store_usage(wasm_core(self->store)->store, &usage);
    const struct {
        qstr name;
        size_t value;
    } items[] = {
        {MP_QSTR_ram_bytes, usage.ram_bytes},
        {MP_QSTR_memory_bytes, usage.memory_bytes},
        {MP_QSTR_stack_bytes, usage.stack_bytes},
        {MP_QSTR_stack_peak_bytes, usage.stack_peak_bytes},
        {MP_QSTR_code_cache_bytes, usage.code_cache_bytes},
        {MP_QSTR_code_used_bytes, usage.code_used_bytes},
        {MP_QSTR_translations, usage.translations},
        {MP_QSTR_evictions, usage.evictions},
        {MP_QSTR_native_bytes, usage.native_bytes},
        {MP_QSTR_native_used_bytes, usage.native_used_bytes},
        {MP_QSTR_native_image_bytes, usage.native_image_bytes},
        {MP_QSTR_native_functions, usage.native_functions},
        {MP_QSTR_native_refused, usage.native_refused},
    };
    mp_obj_t dict = mp_obj_new_dict(MP_ARRAY_SIZE(items));
    for (size_t i = 0; i < MP_ARRAY_SIZE(items); i++) {
        mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(items[i].name), wasm_int_from_size(items[i].value));
    }
    return dict;
}

static void instance_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    instance_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        if (attr == MP_QSTR_fuel && dest[1] != MP_OBJ_NULL) {
            wasm_fuel_set(wasm_core(self->store), dest[1]);
            dest[0] = MP_OBJ_NULL;
        }
        return;
    }
    switch (attr) {
        case MP_QSTR_exports:
            dest[0] = exports_get(self);
            break;
        case MP_QSTR_module:
            dest[0] = self->module;
            break;
        case MP_QSTR_fuel:
            dest[0] = wasm_fuel_get(wasm_core(self->store));
            break;
        case MP_QSTR_fuel_used:
            dest[0] = wasm_int_from_i64((int64_t)wl_store_fuel_used(wasm_core(self->store)->store));
            break;
        case MP_QSTR_started:
            dest[0] = mp_obj_new_bool(wl_instance_start(self->instance) != 0);
            break;
        case MP_QSTR_usage:
            dest[0] = instance_usage(self);
            break;
        default:
            dest[1] = MP_OBJ_SENTINEL;
            break;
    }
}

/* ---- Machine code that is kept ---- */

/* code_make(): compiles all functions, as far as there is room; returns the image's bytes, 0 where there is none. */
static mp_obj_t code_make(mp_obj_t self_in) {
    const instance_obj_t *self = MP_OBJ_TO_PTR(self_in);
    wasm_core(self->store);
    return MP_OBJ_NEW_SMALL_INT(wl_image_make(self->instance));
}
static MP_DEFINE_CONST_FUN_OBJ_1(code_make_obj, code_make);

/* code_read(offset, buffer): fills the buffer from the image, with 0xff behind its end; returns what was there. */
static mp_obj_t code_read(mp_obj_t self_in, mp_obj_t offset_in, mp_obj_t to) {
    const instance_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(to, &buffer, MP_BUFFER_WRITE);
    wasm_core(self->store);
    uint32_t offset = wasm_get_u32(offset_in, "offset"), bytes = wl_image_size(self->instance);
    uint32_t left = offset < bytes ? bytes - offset : 0, n = buffer.len < left ? (uint32_t)buffer.len : left;
    memset(buffer.buf, 0xff, buffer.len);
    if (n > 0) { /* an instance that can have no image has nothing to describe one by */
        wl_image_read(self->instance, offset, buffer.buf, n);
    }
    return MP_OBJ_NEW_SMALL_INT(n);
}
static MP_DEFINE_CONST_FUN_OBJ_3(code_read_obj, code_read);

/* code_use(image): runs the image where it lies, which is read-only memory. */
static mp_obj_t code_use(mp_obj_t self_in, mp_obj_t image) {
    const instance_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t buffer, writable;
    mp_get_buffer_raise(image, &buffer, MP_BUFFER_READ);
    wasm_core(self->store);
    if (mp_get_buffer(image, &writable, MP_BUFFER_RW)) {
        mp_raise_TypeError(MP_ERROR_TEXT("an image is run in place: bytes or flash expected"));
    }
    mp_obj_list_append(self->store->modules, image);
    if (wl_image_use(self->instance, buffer.buf, buffer.len) != WL_OK) {
        mp_raise_ValueError(MP_ERROR_TEXT("not machine code of this module, by this firmware, for an instance like this"));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(code_use_obj, code_use);

WASM_DOC(instance,
         "Instance(module, imports=None, *, fuel=None, memory_max=None, stack=None, code_cache=None,\n"
         "  table_max=None, tier='interp', native_code=None, eager=False, store=None): links a module\n"
         "  and runs its start function.\n"
         "  imports is {module: {name: object}} or {module: another instance's exports}: a Python\n"
         "  function for a function, a number for an immutable global, else a Memory, Table, Global or\n"
         "  Func. Instances that share such objects share one store: fuel, stack and code cache.\n"
         "  Sizes are in bytes; memory_max caps each linear memory, whatever it declares (64 MiB on a\n"
         "  computer, 64 KiB on a board unless given). tier is 'interp', 'native' (machine code, in\n"
         "  native_code bytes; what has no room there is interpreted), 'auto' (native where it can be) or\n"
         "  'flash' (the same, of a kind that can be kept: code_make, code_read, code_use).\n"
         "  store is any object of the store to join. Raises LinkError, Trap, OutOfFuel, MemoryError\n"
         "  .exports, .module; .fuel left (None: without end), can be set; .fuel_used; .usage: a dict\n"
         "  .started: whether there was a start function");

static const mp_rom_map_elem_t instance_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___doc__), MP_ROM_PTR(&instance_doc)},
    {MP_ROM_QSTR(MP_QSTR_code_make), MP_ROM_PTR(&code_make_obj)},
    {MP_ROM_QSTR(MP_QSTR_code_read), MP_ROM_PTR(&code_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_code_use), MP_ROM_PTR(&code_use_obj)},
};
static MP_DEFINE_CONST_DICT(instance_locals, instance_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    wasm_type_instance, MP_QSTR_Instance, MP_TYPE_FLAG_NONE,
    make_new, instance_make_new,
    attr, instance_attr,
    locals_dict, &instance_locals);
