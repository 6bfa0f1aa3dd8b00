/* SPDX-License-Identifier: MIT
 *
 * Instances: linking imports, constant expressions, segments, exports, function addresses.
 */
#include "wl_native.h"

#define MAX_INSTANCES 0xfff0u

/* ---- Functions ---- */

wl_instance_t *wl_store_instance(const wl_store_t *store, uint32_t index) {
    wl_instance_t *i = store->instances;
    while (i != NULL && i->index != index) {
        i = i->next;
    }
    return i;
}

static uint32_t own_funcs(const wl_instance_t *i) {
    return i->module->n_funcs - i->module->n_imported_funcs;
}

wl_instance_t *wl_func_instance(const wl_store_t *store, wl_func_t func, uint32_t *func_index) {
    for (wl_instance_t *i = store->instances; i != NULL; i = i->next) {
        if (func >= i->func_base && func - i->func_base < own_funcs(i)) {
            *func_index = func - i->func_base + i->module->n_imported_funcs;
            return i;
        }
    }
    return NULL;
}

wl_func_t wl_instance_func(const wl_instance_t *instance, uint32_t func_index) {
    uint32_t imported = instance->module->n_imported_funcs;
    return func_index < imported ? instance->imported[func_index] : instance->func_base + (func_index - imported);
}

const wl_functype_t *wl_func_type(const wl_store_t *store, wl_func_t func) {
    uint32_t index = func & ~WL_HOST_BIT;
    if (func & WL_HOST_BIT) {
        return index < store->n_hosts ? store->hosts[index].type : NULL;
    }
    const wl_instance_t *i = wl_func_instance(store, func, &index);
    return i != NULL ? &i->module->types[i->module->func_types[index]] : NULL;
}

bool wl_func_origin(const wl_store_t *store, wl_func_t func, wl_instance_t **instance, uint32_t *func_index) {
    *instance = wl_func_instance(store, func, func_index);
    return *instance != NULL;
}

/* ---- Linking ---- */

/* `actual` is what there is, `wanted` what the import declares. */
static bool limits_match(const wl_limits_t *actual, const wl_limits_t *wanted) {
    return actual->type == wanted->type && actual->min >= wanted->min &&
           (!wanted->has_max || (actual->has_max && actual->max <= wanted->max));
}

static bool import_matches(const wl_store_t *store, const wl_extern_t *x, const wl_extern_type_t *type) {
    wl_limits_t limits;
    if (x->kind != type->kind) {
        return false;
    }
    switch (x->kind) {
        case WL_EXTERN_FUNC: {
            const wl_functype_t *actual = wl_func_type(store, x->u.func);
            return actual != NULL && wl_functype_equal(actual, type->func);
        }
        case WL_EXTERN_TABLE:
            wl_table_type(x->u.table, &limits);
            return limits_match(&limits, &type->limits);
        case WL_EXTERN_MEMORY:
            wl_memory_type(x->u.memory, &limits);
            return limits_match(&limits, &type->limits);
        default:
            return x->u.global->type == type->global_type && x->u.global->is_mutable == type->global_mutable;
    }
}

/* Checks all imports and, when `instance` is given, takes them over. */
static wl_status_t link_imports(wl_store_t *store, wl_module_t *m, const wl_extern_t *imports,
                                wl_instance_t *instance, wl_error_t *error) {
    wl_reader_t r;
    uint32_t funcs = 0, tables = 0, memories = 0, globals = 0, func_type;
    wl_reader_init(&r, m->bytes, m->imports, m->size);
    for (uint32_t n = 0; n < m->n_imports; n++) {
        wl_extern_type_t type;
        uint32_t at = r.pos;
        wl_read_import(&r, m, &type, &func_type);
        if (!import_matches(store, &imports[n], &type)) {
            error->status = WL_IMPORT_TYPE;
            error->offset = at;
            error->aux = n;
            return error->status;
        }
        if (instance == NULL) {
            continue;
        }
        switch (type.kind) {
            case WL_EXTERN_FUNC: instance->imported[funcs++] = imports[n].u.func; break;
            case WL_EXTERN_TABLE: instance->tables[tables++] = imports[n].u.table; break;
            case WL_EXTERN_MEMORY: instance->memories[WL_MEMORY(memories++)] = imports[n].u.memory; break;
            default: instance->globals[globals++] = imports[n].u.global; break;
        }
    }
    return WL_OK;
}

/* ---- Constant expressions ---- */

wl_status_t wl_const_eval(const wl_instance_t *instance, uint32_t offset, uint32_t *slots) {
    uint64_t stack[WL_LIMIT_CONST_EXPR], value;
    uint32_t depth = 0;
    wl_reader_t r;
    wl_reader_init(&r, instance->module->bytes, offset, instance->module->size);
    for (;;) {
        uint8_t op = wl_read_u8(&r);
        uint64_t *top = depth >= 2 ? &stack[depth - 2] : stack;
        switch (op) {
            case WL_WASM_I32_CONST: value = (uint32_t)wl_read_s32(&r); break;
            case WL_WASM_I64_CONST: value = (uint64_t)wl_read_s64(&r); break;
            case WL_WASM_F32_CONST: value = wl_read_fixed32(&r); break;
            case WL_WASM_F64_CONST: value = wl_read_fixed64(&r); break;
            case WL_WASM_REF_NULL:
                wl_read_u8(&r);
                value = 0;
                break;
            case WL_WASM_REF_FUNC: value = wl_instance_func(instance, wl_read_u32(&r)); break;
            case WL_WASM_GLOBAL_GET: {
                const wl_global_t *g = instance->globals[wl_read_u32(&r)];
                value = g->value[0] | (uint64_t)g->value[1] << 32;
                break;
            }
            case WL_WASM_I32_ADD: *top = (uint32_t)(top[0] + top[1]); goto binary;
            case WL_WASM_I32_SUB: *top = (uint32_t)(top[0] - top[1]); goto binary;
            case WL_WASM_I32_MUL: *top = (uint32_t)(top[0] * top[1]); goto binary;
            case WL_WASM_I64_ADD: *top = top[0] + top[1]; goto binary;
            case WL_WASM_I64_SUB: *top = top[0] - top[1]; goto binary;
            case WL_WASM_I64_MUL: *top = top[0] * top[1]; goto binary;
            default: /* end: validated */
                slots[0] = (uint32_t)stack[0];
                slots[1] = (uint32_t)(stack[0] >> 32);
                return r.status;
        }
        if (depth == WL_LIMIT_CONST_EXPR) {
            return WL_OVER_CONST_EXPR;
        }
        stack[depth++] = value;
        continue;
    binary:
        depth--;
    }
}

/* ---- Segments ---- */

wl_status_t wl_table_init(wl_instance_t *instance, uint32_t table, uint32_t elem, uint32_t to, uint32_t from,
                          uint32_t count) {
    const wl_segment_t *s = &instance->module->elems[elem];
    wl_table_t *t = instance->tables[table];
    uint32_t have = wl_dropped(instance, elem) ? 0 : s->count;
    if (from > have || count > have - from || to > t->size || count > t->size - to) {
        return WL_TRAP_TABLE_BOUNDS;
    }
    wl_reader_t r;
    wl_reader_init(&r, instance->module->bytes, s->offset, instance->module->size);
    for (uint32_t n = 0; n < from + count; n++) {
        uint32_t slots[2] = {0, 0};
        if (s->exprs) {
            if (n >= from) {
                wl_const_eval(instance, r.pos, slots);
            }
            /* Items are ref.null, ref.func or global.get, one immediate each. */
            wl_read_u8(&r);
            wl_read_u32(&r);
            wl_read_u8(&r);
        } else {
            slots[0] = wl_instance_func(instance, wl_read_u32(&r));
        }
        if (n >= from) {
            t->elements[to + (n - from)] = slots[0];
        }
    }
    return WL_OK;
}

wl_status_t wl_memory_init(wl_instance_t *instance, uint32_t data, uint32_t to, uint32_t from, uint32_t count) {
    const wl_module_t *m = instance->module;
    const wl_memory_t *memory = instance->memories[WL_MEMORY(data >> 16)];
    data = WL_LIMIT_MEMORIES > 1 ? data & 0xffff : data;
    const wl_segment_t *s = &m->datas[data];
    uint32_t have = wl_dropped(instance, m->n_elems + data) ? 0 : s->count;
    uint8_t *p = wl_memory_range(memory, to, count);
    if (from > have || count > have - from) {
        return WL_TRAP_MEMORY_BOUNDS;
    }
    if (p == NULL) {
        return wl_memory_trap(memory, (uint64_t)to + count);
    }
    if (count > 0) {
        memcpy(p, m->bytes + s->offset + from, count);
    }
    return WL_OK;
}

/* Runs active segments, and drops them and the declarative ones. */
static wl_status_t run_segments(wl_instance_t *i, wl_error_t *error) {
    const wl_module_t *m = i->module;
    wl_status_t status = WL_OK;
    for (uint32_t n = 0; n < m->n_elems + m->n_datas && status == WL_OK; n++) {
        bool elem = n < m->n_elems;
        const wl_segment_t *s = elem ? &m->elems[n] : &m->datas[n - m->n_elems];
        uint32_t at[2];
        if (s->expr != 0) {
            status = wl_const_eval(i, s->expr, at);
            if (status == WL_OK) {
                status = elem ? wl_table_init(i, s->index, n, at[0], 0, s->count)
                              : wl_memory_init(i, (n - m->n_elems) | WL_MEMORY((uint32_t)s->index << 16), at[0], 0, s->count);
            }
            error->offset = s->offset;
            error->aux = elem ? s->count : at[0] + s->count;
        }
        if (s->expr != 0 || (elem && s->declared)) {
            wl_drop(i, n);
        }
    }
    return status;
}

/* ---- Instantiation ---- */

/* One block for the record and its arrays, own globals included. */
static wl_instance_t *new_instance(wl_store_t *store, wl_module_t *m) {
    size_t pointers = m->n_funcs + m->n_tables + m->n_globals;
    uint32_t own_globals = m->n_globals - m->n_imported_globals;
    size_t size = sizeof(wl_instance_t) + pointers * sizeof(void *) + own_globals * sizeof(wl_global_t) +
                  m->n_imported_funcs * sizeof(wl_func_t) + (m->n_elems + m->n_datas + 7) / 8;
    wl_instance_t *i = wl_alloc(&store->allocator, size);
    if (i == NULL) {
        return NULL;
    }
    store->ram_bytes += size;
    i->bytes = (uint32_t)size;
    i->code = (void *)(i + 1);
    i->tables = (void *)(i->code + m->n_funcs);
    i->globals = (void *)(i->tables + m->n_tables);
    wl_global_t *own = (void *)(i->globals + m->n_globals);
    i->imported = (void *)(own + own_globals);
    i->dropped = (void *)(i->imported + m->n_imported_funcs);
    for (uint32_t n = 0; n < own_globals; n++) {
        i->globals[m->n_imported_globals + n] = own + n;
    }
    i->store = store;
    i->module = m;
    i->func_base = store->next_func;
    i->index = (uint16_t)store->n_instances++;
    store->next_func += own_funcs(i);
    if (store->last_instance != NULL) {
        store->last_instance->next = i;
    } else {
        store->instances = i;
    }
    store->last_instance = i;
    return i;
}

static wl_status_t make_objects(wl_instance_t *i) {
    const wl_module_t *m = i->module;
    wl_status_t status = WL_OK;
    for (uint32_t n = m->n_imported_tables; n < m->n_tables && status == WL_OK; n++) {
        status = wl_table_new(i->store, &m->tables[n], 0, &i->tables[n]);
    }
    for (uint32_t n = m->n_imported_memories; n < m->n_memories && status == WL_OK; n++) {
        status = wl_memory_new(i->store, &m->memories[WL_MEMORY(n)], &i->memories[WL_MEMORY(n)]);
    }
    for (uint32_t n = m->n_imported_globals; n < m->n_globals && status == WL_OK; n++) {
        i->globals[n]->type = m->globals[n].type;
        i->globals[n]->is_mutable = m->globals[n].is_mutable;
        status = wl_const_eval(i, m->globals[n].init, i->globals[n]->value);
    }
    return status;
}

wl_status_t wl_instance_new(wl_store_t *store, wl_module_t *module, const wl_extern_t *imports,
                            wl_instance_t **out, wl_error_t *error) {
    *error = (wl_error_t){.func_index = WL_NO_INDEX};
    wl_status_t status = link_imports(store, module, imports, NULL, error);
    if (status != WL_OK) {
        return status;
    }
    uint32_t own = module->n_funcs - module->n_imported_funcs;
    wl_instance_t *i = NULL;
    if (store->n_instances >= MAX_INSTANCES || own > WL_HOST_BIT - store->next_func) {
        status = WL_OVER_FUNCS;
    } else {
        i = new_instance(store, module);
        status = i == NULL ? WL_NO_MEMORY : WL_OK;
    }
    if (status == WL_OK) {
        link_imports(store, module, imports, i, error);
        status = make_objects(i);
    }
    if (status == WL_OK) {
        i->memory_floor = i->memories[0] != NULL ? i->memories[0]->bytes : 0;
#if WL_ENABLE_NATIVE
        wl_native_set_anchor(i);
#endif
        status = run_segments(i, error);
    }
    for (uint32_t f = module->n_imported_funcs; store->config.eager && status == WL_OK && f < module->n_funcs; f++) {
        uint32_t evicted = store->cache.evictions;
        if (wl_translate(i, f) != WL_OK || store->cache.evictions != evicted) {
            break; /* the cache is full, or the function cannot run: its call will say so */
        }
    }
    error->status = status;
    *out = status == WL_OK ? i : NULL;
    return status;
}

wl_func_t wl_instance_start(const wl_instance_t *instance) {
    return instance->module->has_start ? wl_instance_func(instance, instance->module->start) : 0;
}

wl_module_t *wl_instance_module(const wl_instance_t *instance) {
    return instance->module;
}

wl_memory_t *wl_instance_memory(const wl_instance_t *instance) {
    return instance->memories[0];
}

/* ---- Exports ---- */

static void export_object(const wl_instance_t *i, const wl_extern_type_t *type, wl_extern_t *object) {
    object->kind = type->kind;
    switch (type->kind) {
        case WL_EXTERN_FUNC: object->u.func = wl_instance_func(i, type->index); break;
        case WL_EXTERN_TABLE: object->u.table = i->tables[type->index]; break;
        case WL_EXTERN_MEMORY: object->u.memory = i->memories[WL_MEMORY(type->index)]; break;
        default: object->u.global = i->globals[type->index]; break;
    }
}

bool wl_instance_export(const wl_instance_t *instance, uint32_t index, wl_extern_t *object) {
    wl_extern_type_t type;
    if (!wl_module_export(instance->module, index, &type)) {
        return false;
    }
    export_object(instance, &type, object);
    return true;
}

bool wl_instance_find(const wl_instance_t *instance, const char *name, size_t name_size, wl_extern_t *object) {
    const wl_module_t *m = instance->module;
    wl_reader_t r;
    wl_extern_type_t type;
    wl_reader_init(&r, m->bytes, m->exports, m->size);
    for (uint32_t n = 0; n < m->n_exports; n++) {
        wl_read_export(&r, &type);
        if (type.name_size == name_size && memcmp(type.name, name, name_size) == 0) {
            export_object(instance, &type, object);
            return true;
        }
    }
    return false;
}
