/* SPDX-License-Identifier: MIT
 *
 * From bytes to a module: one walk over the sections, in which everything is decoded and validated
 * and nothing is copied. Each vector becomes at most one array of exact size, allocated only after
 * its count was held against the bytes that are there and against the limits. Sections that are
 * left out take the same path as empty ones, so a section's handler is also the place where arrays
 * that start with imports are made.
 *
 * The walk stops at the first error, which is therefore the earliest by byte offset.
 *
 * Source: WebAssembly Core Specification 2.0, 3.4 "Modules", 5.5 "Modules".
 */
#include "wl_internal.h"

typedef struct {
    wl_reader_t r; /* its end is the end of the section at hand */
    wl_module_t *m;
    wl_error_t *error; /* filled already when a function body is at fault */
    bool present;      /* the section at hand is there */
} wl_loader_t;

_Static_assert(WL_LIMIT_PARAM_SLOTS <= UINT8_MAX, "counted in one byte");
_Static_assert(WL_LIMIT_TYPES <= UINT16_MAX, "indexed in two bytes");
_Static_assert(WL_LIMIT_TABLES <= UINT8_MAX, "indexed in one byte");
_Static_assert(WL_LIMIT_MODULE_BYTES <= INT32_MAX, "positions have room for sums");

/* ---- Memory ---- */

void *wl_alloc(const wl_allocator_t *a, size_t size) {
    void *p = a->resize(a->env, NULL, 0, size);
    if (p) {
        memset(p, 0, size);
    }
    return p;
}

void *wl_resize(const wl_allocator_t *a, void *p, size_t old_size, size_t new_size) {
    return a->resize(a->env, p, old_size, new_size);
}

void wl_free(const wl_allocator_t *a, void *p, size_t size) {
    if (p) {
        a->resize(a->env, p, size, 0);
    }
}

static void fail(wl_reader_t *r, wl_status_t status, uint32_t pos, uint32_t aux) {
    if (r->status == WL_OK) {
        r->aux = aux;
    }
    wl_reader_fail(r, status, pos);
}

/* NULL for an empty array and after an error. */
static void *new_array(wl_loader_t *l, uint32_t count, size_t item_size) {
    size_t size = count * item_size;
    if (size == 0 || l->r.status) {
        return NULL;
    }
    void *p = wl_alloc(&l->m->allocator, size);
    if (p) {
        l->m->ram_bytes += size;
    } else {
        fail(&l->r, WL_NO_MEMORY, l->r.pos, (uint32_t)size);
    }
    return p;
}

/* The length of a vector whose entries take `min_bytes` or more. Where no array is allocated for it,
 * 1 will do: an entry that is cut off then fails with its own error. */
static uint32_t read_count(wl_loader_t *l, uint32_t min_bytes, uint32_t limit, wl_status_t limit_status) {
    wl_reader_t *r = &l->r;
    uint32_t pos = r->pos;
    if (!l->present) {
        return 0;
    }
    uint32_t count = wl_read_u32(r);
    if (count > (r->end - r->pos) / min_bytes) {
        fail(r, WL_UNEXPECTED_END, pos, count);
        return 0;
    }
    if (count > limit) {
        fail(r, limit_status, pos, count);
        return 0;
    }
    return count;
}

/* An index below `count`; 0 after an error. */
static uint32_t read_index(wl_reader_t *r, uint32_t count, wl_status_t unknown) {
    uint32_t pos = r->pos, index = wl_read_u32(r);
    if (index >= count) {
        fail(r, unknown, pos, index);
        return 0;
    }
    return index;
}

/* ---- Types ---- */

static const uint8_t *read_type_vector(wl_reader_t *r, uint8_t *n, uint8_t *slots) {
    uint32_t pos = r->pos, count = wl_read_u32(r), sum = 0;
    const uint8_t *types = r->bytes + r->pos;
    if (count > r->end - r->pos) {
        fail(r, WL_UNEXPECTED_END, pos, count);
    } else if (count > WL_LIMIT_PARAM_SLOTS) {
        fail(r, WL_OVER_PARAMS, pos, count);
    }
    for (uint32_t i = 0; i < count && !r->status; i++) {
        sum += wl_type_slots(wl_read_value_type(r));
    }
    if (sum > WL_LIMIT_PARAM_SLOTS) {
        fail(r, WL_OVER_PARAMS, pos, sum);
    }
    *n = (uint8_t)count;
    *slots = (uint8_t)sum;
    return types;
}

static uint16_t type_hash(const wl_functype_t *t) {
    uint32_t hash = t->n_params;
    for (uint32_t i = 0; i < t->n_params; i++) {
        hash = hash * 31 + t->params[i];
    }
    for (uint32_t i = 0; i < t->n_results; i++) {
        hash = hash * 31 + t->results[i];
    }
    return (uint16_t)(hash ^ (hash >> 16));
}

static bool types_equal(const wl_functype_t *a, const wl_functype_t *b) {
    return a->n_params == b->n_params && a->n_results == b->n_results &&
           memcmp(a->params, b->params, a->n_params) == 0 && memcmp(a->results, b->results, a->n_results) == 0;
}

/* Gives each type its first equal. `canon` holds hashes at first, which makes the search a scan of
 * one field; going backwards, those that are still to be compared with have theirs. */
static void canonicalise(wl_functype_t *types, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        types[i].canon = type_hash(&types[i]);
    }
    for (uint32_t i = count; i-- > 0;) {
        uint32_t first = 0;
        while (first < i && !(types[first].canon == types[i].canon && types_equal(&types[first], &types[i]))) {
            first++;
        }
        types[i].canon = (uint16_t)first;
    }
}

static void read_func_type_form(wl_reader_t *r) {
    uint32_t pos = r->pos;
    uint8_t form = wl_read_u8(r);
    if (form == 0x60) {
        return;
    }
    if ((form >= 0x4e && form <= 0x50) || form == 0x5e || form == 0x5f) {
        fail(r, WL_NO_GC, pos, form); /* rec, sub final, sub; array, struct */
    }
    fail(r, form & 0x80 ? WL_LEB_TOO_LONG : WL_BAD_TYPE_FORM, pos, form);
}

static void load_types(wl_loader_t *l) {
    wl_reader_t *r = &l->r;
    wl_module_t *m = l->m;
    m->n_types = read_count(l, 3, WL_LIMIT_TYPES, WL_OVER_TYPES);
    m->types = new_array(l, m->n_types, sizeof(*m->types));
    for (uint32_t i = 0; i < m->n_types && !r->status; i++) {
        wl_functype_t *t = &m->types[i];
        read_func_type_form(r);
        t->params = read_type_vector(r, &t->n_params, &t->param_slots);
        t->results = read_type_vector(r, &t->n_results, &t->result_slots);
    }
    if (!r->status) {
        canonicalise(m->types, m->n_types);
    }
}

/* ---- Imports and their types ---- */

static void read_limits(wl_reader_t *r, wl_limits_t *limits, bool memory) {
    uint32_t pos = r->pos;
    uint8_t flags = wl_read_u8(r);
    if ((flags & 0xf0) || (!memory && (flags & 0x08))) {
        fail(r, WL_BAD_LIMITS_FLAGS, pos, flags);
    } else if (flags & 0x04) {
        fail(r, WL_NO_MEMORY64, pos, flags);
    } else if (flags & 0x02) {
        fail(r, WL_NO_THREADS, pos, flags);
    }
    uint32_t min_pos = r->pos;
    limits->min = wl_read_u32(r);
    uint32_t max_pos = r->pos;
    limits->has_max = flags & 0x01;
    limits->max = limits->has_max ? wl_read_u32(r) : UINT32_MAX;
    if (memory) {
        uint32_t log2_pos = r->pos, log2 = flags & 0x08 ? wl_read_u32(r) : 16;
        if (log2 != 0 && log2 != 16) {
            fail(r, log2 > 64 ? WL_BAD_PAGE_SIZE : WL_PAGE_SIZE, log2_pos, log2);
        }
        limits->type = (uint8_t)log2;
        if (log2 == 16 && limits->min > 65536) {
            fail(r, WL_MEMORY_SIZE, min_pos, limits->min);
        }
        if (log2 == 16 && limits->has_max && limits->max > 65536) {
            fail(r, WL_MEMORY_SIZE, max_pos, limits->max);
        }
    }
    if (limits->max < limits->min) {
        fail(r, WL_LIMITS_ORDER, max_pos, limits->max);
    }
}

static void read_table_type(wl_reader_t *r, wl_limits_t *limits) {
    if (r->pos < r->end && r->bytes[r->pos] == 0x40) { /* with an initial value */
        fail(r, WL_NO_GC, r->pos, 0x40);
    }
    uint8_t type = wl_read_ref_type(r);
    read_limits(r, limits, false);
    limits->type = type;
}

static void read_global_type(wl_reader_t *r, uint8_t *type, bool *is_mutable) {
    *type = wl_read_value_type(r);
    uint32_t pos = r->pos;
    uint8_t flag = wl_read_u8(r);
    if (flag > 1) {
        fail(r, WL_BAD_MUTABILITY, pos, flag);
    }
    *is_mutable = flag == 1;
}

/* The byte that says what is imported or exported. */
static wl_extern_kind_t read_kind(wl_reader_t *r, wl_status_t bad) {
    uint32_t pos = r->pos;
    uint8_t kind = wl_read_u8(r);
    if (kind > WL_EXTERN_GLOBAL) {
        fail(r, kind == 4 ? WL_NO_EXCEPTIONS : bad, pos, kind);
        return WL_EXTERN_FUNC;
    }
    return (wl_extern_kind_t)kind;
}

void wl_read_import(wl_reader_t *r, const wl_module_t *module, wl_extern_type_t *type, uint32_t *func_type) {
    memset(type, 0, sizeof(*type));
    *func_type = 0;
    type->module_name = wl_read_name(r, &type->module_name_size);
    type->name = wl_read_name(r, &type->name_size);
    type->kind = read_kind(r, WL_BAD_IMPORT_KIND);
    switch (type->kind) {
        case WL_EXTERN_FUNC:
            *func_type = read_index(r, module->n_types, WL_UNKNOWN_TYPE);
            type->func = r->status ? NULL : &module->types[*func_type];
            break;
        case WL_EXTERN_TABLE:
            read_table_type(r, &type->limits);
            break;
        case WL_EXTERN_MEMORY:
            read_limits(r, &type->limits, true);
            break;
        case WL_EXTERN_GLOBAL:
            read_global_type(r, &type->global_type, &type->global_mutable);
            break;
    }
}

static void count_import(wl_loader_t *l, wl_extern_kind_t kind, uint32_t pos) {
    wl_module_t *m = l->m;
    wl_reader_t *r = &l->r;
    switch (kind) {
        case WL_EXTERN_FUNC:
            if (m->n_imported_funcs++ == WL_LIMIT_FUNCS) {
                fail(r, WL_OVER_FUNCS, pos, m->n_imported_funcs);
            }
            break;
        case WL_EXTERN_TABLE:
            if (m->n_imported_tables++ == WL_LIMIT_TABLES) {
                fail(r, WL_OVER_TABLES, pos, m->n_imported_tables);
            }
            break;
        case WL_EXTERN_MEMORY:
            if (m->has_memory) {
                fail(r, WL_MULTIPLE_MEMORIES, pos, 2);
            }
            m->has_memory = m->memory_imported = true;
            break;
        case WL_EXTERN_GLOBAL:
            if (m->n_imported_globals++ == WL_LIMIT_GLOBALS) {
                fail(r, WL_OVER_GLOBALS, pos, m->n_imported_globals);
            }
            break;
    }
}

static void load_imports(wl_loader_t *l) {
    wl_reader_t *r = &l->r;
    wl_module_t *m = l->m;
    wl_extern_type_t type;
    uint32_t func_type;
    m->n_imports = read_count(l, 1, WL_LIMIT_IMPORTS, WL_OVER_IMPORTS);
    m->imports = r->pos;
    for (uint32_t i = 0; i < m->n_imports && !r->status; i++) {
        uint32_t pos = r->pos;
        wl_read_import(r, m, &type, &func_type);
        if (r->status) {
            return;
        }
        if (type.kind == WL_EXTERN_MEMORY && !m->has_memory) {
            m->memory = type.limits;
        }
        count_import(l, type.kind, pos);
    }
}

/* Fills the front of the array of `kind` with what is imported; a second walk over the imports,
 * because only by now the array's size is known. */
static void fill_imported(const wl_loader_t *l, wl_extern_kind_t kind) {
    const wl_module_t *m = l->m;
    wl_reader_t r;
    wl_extern_type_t type;
    uint32_t func_type, next = 0;
    if (l->r.status) {
        return;
    }
    wl_reader_init(&r, m->bytes, m->imports, m->size);
    for (uint32_t i = 0; i < m->n_imports; i++) {
        wl_read_import(&r, m, &type, &func_type);
        if (type.kind != kind) {
            continue;
        }
        if (kind == WL_EXTERN_FUNC) {
            m->func_types[next++] = m->types[func_type].canon;
        } else if (kind == WL_EXTERN_TABLE) {
            m->tables[next++] = type.limits;
        } else {
            m->globals[next].type = type.global_type;
            m->globals[next++].is_mutable = type.global_mutable;
        }
    }
}

/* ---- Functions, tables, memory, globals ---- */

static void load_functions(wl_loader_t *l) {
    wl_reader_t *r = &l->r;
    wl_module_t *m = l->m;
    uint32_t defined = read_count(l, 1, WL_LIMIT_FUNCS - m->n_imported_funcs, WL_OVER_FUNCS);
    m->n_funcs = m->n_imported_funcs + defined;
    m->func_types = new_array(l, m->n_funcs, sizeof(*m->func_types));
    m->bodies = new_array(l, defined, sizeof(*m->bodies));
    m->declared_refs = new_array(l, (m->n_funcs + 7) / 8, 1);
    fill_imported(l, WL_EXTERN_FUNC);
    for (uint32_t i = m->n_imported_funcs; i < m->n_funcs && !r->status; i++) {
        uint32_t type = read_index(r, m->n_types, WL_UNKNOWN_TYPE);
        m->func_types[i] = r->status ? 0 : m->types[type].canon;
    }
}

static void load_tables(wl_loader_t *l) {
    wl_reader_t *r = &l->r;
    wl_module_t *m = l->m;
    m->n_tables = m->n_imported_tables +
                  read_count(l, 2, WL_LIMIT_TABLES - m->n_imported_tables, WL_OVER_TABLES);
    m->tables = new_array(l, m->n_tables, sizeof(*m->tables));
    fill_imported(l, WL_EXTERN_TABLE);
    for (uint32_t i = m->n_imported_tables; i < m->n_tables && !r->status; i++) {
        read_table_type(r, &m->tables[i]);
    }
}

static void load_memory(wl_loader_t *l) {
    wl_reader_t *r = &l->r;
    wl_module_t *m = l->m;
    uint32_t pos = r->pos, count = read_count(l, 1, UINT32_MAX, WL_OK);
    if (count > (m->has_memory ? 0 : 1)) {
        fail(r, WL_MULTIPLE_MEMORIES, pos, count);
    }
    if (count > 0 && !r->status) {
        m->has_memory = true;
        read_limits(r, &m->memory, true);
    }
}

static void load_globals(wl_loader_t *l) {
    wl_reader_t *r = &l->r;
    wl_module_t *m = l->m;
    m->n_globals = m->n_imported_globals +
                   read_count(l, 3, WL_LIMIT_GLOBALS - m->n_imported_globals, WL_OVER_GLOBALS);
    m->globals = new_array(l, m->n_globals, sizeof(*m->globals));
    fill_imported(l, WL_EXTERN_GLOBAL);
    for (uint32_t i = m->n_imported_globals; i < m->n_globals && !r->status; i++) {
        wl_module_global_t *g = &m->globals[i];
        read_global_type(r, &g->type, &g->is_mutable);
        g->init = r->pos;
        wl_const_validate(m, r, g->type);
    }
}

/* ---- Constant expressions ---- */

wl_status_t wl_opcode_status(uint8_t opcode) {
    switch (opcode) {
#define WASM_OP(name, byte, mnemonic, imm, sig, kind, code) \
    case byte:                                              \
        return byte < 0xe0 ? WL_OK : WL_BAD_OPCODE;
#include "wl_wasm_ops.def"
#undef WASM_OP
        case 0xfc:
            return WL_OK;
        case 0xfd:
            return WL_NO_SIMD;
        case 0xfe:
            return WL_NO_THREADS;
        case 0x06: /* try */
        case 0x07: /* catch */
        case 0x08: /* throw */
        case 0x09: /* rethrow */
        case 0x0a: /* throw_ref */
        case 0x18: /* delegate */
        case 0x19: /* catch_all */
        case 0x1f: /* try_table */
            return WL_NO_EXCEPTIONS;
        case 0x14: /* call_ref */
        case 0x15: /* return_call_ref */
        case 0xd3: /* ref.eq */
        case 0xd4: /* ref.as_non_null */
        case 0xd5: /* br_on_null */
        case 0xd6: /* br_on_non_null */
        case 0xfb:
            return WL_NO_GC;
        default:
            return WL_BAD_OPCODE;
    }
}

static void declare_ref(const wl_module_t *m, uint32_t func_index) {
    m->declared_refs[func_index / 8] |= (uint8_t)(1u << (func_index % 8));
}

/* A function's index; it counts as declared for ref.func from now on. */
static void read_func_ref(const wl_module_t *m, wl_reader_t *r) {
    uint32_t index = read_index(r, m->n_funcs, WL_UNKNOWN_FUNC);
    if (!r->status) {
        declare_ref(m, index);
    }
}

/* global.get: only what is imported and immutable is constant. */
static uint8_t read_const_global(const wl_module_t *m, wl_reader_t *r, uint32_t op_pos) {
    uint32_t index = read_index(r, m->n_imported_globals, WL_UNKNOWN_GLOBAL);
    if (r->status) {
        return 0;
    }
    if (m->globals[index].is_mutable) {
        fail(r, WL_CONST_REQUIRED, op_pos, WL_WASM_GLOBAL_GET);
    }
    return m->globals[index].type;
}

/* Reads the instruction behind `op`: the type of its result, 0 after an error; for arithmetic
 * `*operands` becomes 2. */
static uint8_t read_const_instr(const wl_module_t *m, wl_reader_t *r, uint8_t op, uint32_t op_pos,
                                uint32_t *operands) {
    switch (op) {
        case WL_WASM_I32_CONST:
            (void)wl_read_s32(r);
            return WL_I32;
        case WL_WASM_I64_CONST:
            (void)wl_read_s64(r);
            return WL_I64;
        case WL_WASM_F32_CONST:
            (void)wl_read_fixed32(r);
            return WL_F32;
        case WL_WASM_F64_CONST:
            (void)wl_read_fixed64(r);
            return WL_F64;
        case WL_WASM_REF_NULL:
            return wl_read_ref_type(r);
        case WL_WASM_REF_FUNC:
            read_func_ref(m, r);
            return WL_FUNCREF;
        case WL_WASM_GLOBAL_GET:
            return read_const_global(m, r, op_pos);
        case WL_WASM_I32_ADD:
        case WL_WASM_I32_SUB:
        case WL_WASM_I32_MUL:
            *operands = 2;
            return WL_I32;
        case WL_WASM_I64_ADD:
        case WL_WASM_I64_SUB:
        case WL_WASM_I64_MUL:
            *operands = 2;
            return WL_I64;
        default: {
            wl_status_t status = wl_opcode_status(op);
            fail(r, status ? status : WL_CONST_REQUIRED, op_pos, op);
            return 0;
        }
    }
}

void wl_const_validate(wl_module_t *module, wl_reader_t *r, uint8_t type) {
    uint8_t stack[WL_LIMIT_CONST_EXPR];
    uint32_t depth = 0;
    for (;;) {
        uint32_t op_pos = r->pos, operands = 0;
        uint8_t op = wl_read_u8(r);
        if (r->status) {
            return;
        }
        if (op == WL_WASM_END) {
            if (depth != 1 || stack[0] != type) {
                fail(r, WL_TYPE_MISMATCH, op_pos, 0);
            }
            return;
        }
        uint8_t result = read_const_instr(module, r, op, op_pos, &operands);
        if (r->status) {
            return;
        }
        if (operands == 2) {
            if (depth < 2 || stack[depth - 1] != result || stack[depth - 2] != result) {
                fail(r, WL_TYPE_MISMATCH, op_pos, op);
                return;
            }
            depth--; /* the result has its operands' type */
        } else if (depth == WL_LIMIT_CONST_EXPR) {
            fail(r, WL_OVER_CONST_EXPR, op_pos, depth + 1);
            return;
        } else {
            stack[depth++] = result;
        }
    }
}

/* ---- Exports, start ---- */

static void read_export_rest(wl_reader_t *r, wl_extern_type_t *type) {
    type->kind = read_kind(r, WL_BAD_EXPORT_KIND);
    type->index = wl_read_u32(r);
}

void wl_read_export(wl_reader_t *r, wl_extern_type_t *type) {
    memset(type, 0, sizeof(*type));
    type->name = wl_read_name(r, &type->name_size);
    read_export_rest(r, type);
}

/* Whether one of the first `count` exports has this name. */
static bool is_exported(const wl_module_t *m, uint32_t count, const uint8_t *name, uint32_t size) {
    wl_reader_t r;
    wl_reader_init(&r, m->bytes, m->exports, m->size);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t other_size = wl_read_u32(&r);
        const uint8_t *other = wl_read_bytes(&r, other_size);
        if (other_size == size && memcmp(other, name, size) == 0) {
            return true;
        }
        r.pos++;
        (void)wl_read_u32(&r);
    }
    return false;
}

static void check_export(wl_loader_t *l, const wl_extern_type_t *type, uint32_t pos) {
    static const uint8_t unknown[] = { WL_UNKNOWN_FUNC, WL_UNKNOWN_TABLE, WL_UNKNOWN_MEMORY, WL_UNKNOWN_GLOBAL };
    const wl_module_t *m = l->m;
    const uint32_t counts[] = { m->n_funcs, m->n_tables, m->has_memory, m->n_globals };
    if (type->index >= counts[type->kind]) {
        fail(&l->r, (wl_status_t)unknown[type->kind], pos, type->index);
    } else if (type->kind == WL_EXTERN_FUNC) {
        declare_ref(m, type->index);
    }
}

static void load_exports(wl_loader_t *l) {
    wl_reader_t *r = &l->r;
    wl_module_t *m = l->m;
    wl_extern_type_t type;
    m->n_exports = read_count(l, 1, WL_LIMIT_EXPORTS, WL_OVER_EXPORTS);
    m->exports = r->pos;
    for (uint32_t i = 0; i < m->n_exports && !r->status; i++) {
        uint32_t pos = r->pos;
        type.name = wl_read_name(r, &type.name_size);
        if (!r->status && is_exported(m, i, type.name, type.name_size)) {
            fail(r, WL_DUPLICATE_EXPORT, pos, i);
        }
        uint32_t kind_pos = r->pos;
        read_export_rest(r, &type);
        if (!r->status) {
            check_export(l, &type, kind_pos + 1);
        }
    }
}

static void load_start(wl_loader_t *l) {
    wl_reader_t *r = &l->r;
    wl_module_t *m = l->m;
    if (!l->present) {
        return;
    }
    uint32_t pos = r->pos;
    m->start = read_index(r, m->n_funcs, WL_UNKNOWN_FUNC);
    if (r->status) {
        return;
    }
    const wl_functype_t *type = &m->types[m->func_types[m->start]];
    if (type->n_params != 0 || type->n_results != 0) {
        fail(r, WL_START_FUNCTION, pos, m->start);
    }
    m->has_start = true;
}

/* ---- Segments ---- */

enum { SEGMENT_NOT_ACTIVE = 1, SEGMENT_EXPLICIT_INDEX = 2, SEGMENT_DECLARED = 2, SEGMENT_EXPRS = 4 };

static uint8_t read_elem_kind(wl_reader_t *r) {
    uint32_t pos = r->pos;
    uint8_t kind = wl_read_u8(r);
    if (kind != 0) {
        fail(r, WL_BAD_ELEM_KIND, pos, kind);
    }
    return WL_FUNCREF;
}

static void load_elem(wl_loader_t *l, wl_segment_t *seg) {
    wl_reader_t *r = &l->r;
    wl_module_t *m = l->m;
    uint32_t pos = r->pos, flags = wl_read_u32(r);
    if (flags > 7) {
        fail(r, WL_BAD_SEGMENT_FLAGS, pos, flags);
        return;
    }
    bool active = !(flags & SEGMENT_NOT_ACTIVE);
    seg->exprs = (flags & SEGMENT_EXPRS) != 0;
    seg->declared = !active && (flags & SEGMENT_DECLARED);
    seg->type = WL_FUNCREF;
    if (active) {
        if (flags & SEGMENT_EXPLICIT_INDEX) {
            seg->index = (uint8_t)read_index(r, m->n_tables, WL_UNKNOWN_TABLE);
        } else if (m->n_tables == 0) {
            fail(r, WL_UNKNOWN_TABLE, pos, 0);
        }
        seg->expr = r->pos;
        wl_const_validate(m, r, WL_I32);
    }
    uint32_t type_pos = r->pos;
    if (flags & (SEGMENT_NOT_ACTIVE | SEGMENT_EXPLICIT_INDEX)) {
        seg->type = seg->exprs ? wl_read_ref_type(r) : read_elem_kind(r);
    }
    if (active && !r->status && m->tables[seg->index].type != seg->type) {
        fail(r, WL_TYPE_MISMATCH, type_pos, seg->type);
    }
    seg->count = read_count(l, seg->exprs ? 2 : 1, UINT32_MAX, WL_OK);
    seg->offset = r->pos;
    for (uint32_t i = 0; i < seg->count && !r->status; i++) {
        if (seg->exprs) {
            wl_const_validate(m, r, seg->type);
        } else {
            read_func_ref(m, r);
        }
    }
}

static void load_elems(wl_loader_t *l) {
    wl_module_t *m = l->m;
    m->n_elems = read_count(l, 3, WL_LIMIT_SEGMENTS, WL_OVER_SEGMENTS);
    m->elems = new_array(l, m->n_elems, sizeof(*m->elems));
    for (uint32_t i = 0; i < m->n_elems && !l->r.status; i++) {
        load_elem(l, &m->elems[i]);
    }
}

static void load_data_count(wl_loader_t *l) {
    wl_reader_t *r = &l->r;
    uint32_t pos = r->pos;
    if (!l->present) {
        return;
    }
    uint32_t count = wl_read_u32(r);
    if (count > WL_LIMIT_SEGMENTS) {
        fail(r, WL_OVER_SEGMENTS, pos, count);
    }
    l->m->n_datas = count;
    l->m->has_data_count = true;
}

static void load_data(wl_loader_t *l, wl_segment_t *seg) {
    wl_reader_t *r = &l->r;
    wl_module_t *m = l->m;
    uint32_t pos = r->pos, flags = wl_read_u32(r);
    if (flags > 2) {
        fail(r, WL_BAD_SEGMENT_FLAGS, pos, flags);
        return;
    }
    if (flags != SEGMENT_NOT_ACTIVE) {
        if (flags & SEGMENT_EXPLICIT_INDEX) {
            (void)read_index(r, m->has_memory, WL_UNKNOWN_MEMORY);
        } else if (!m->has_memory) {
            fail(r, WL_UNKNOWN_MEMORY, pos, 0);
        }
        seg->expr = r->pos;
        wl_const_validate(m, r, WL_I32);
    }
    seg->count = read_count(l, 1, UINT32_MAX, WL_OK);
    seg->offset = r->pos;
    r->pos += seg->count;
}

static void load_datas(wl_loader_t *l) {
    wl_reader_t *r = &l->r;
    wl_module_t *m = l->m;
    uint32_t pos = r->pos, count = read_count(l, 2, WL_LIMIT_SEGMENTS, WL_OVER_SEGMENTS);
    if (m->has_data_count && count != m->n_datas) {
        fail(r, WL_DATA_COUNT_MISMATCH, pos, count);
    }
    m->n_datas = count;
    m->datas = new_array(l, count, sizeof(*m->datas));
    for (uint32_t i = 0; i < count && !r->status; i++) {
        load_data(l, &m->datas[i]);
    }
}

/* ---- Code ---- */

static void load_code(wl_loader_t *l) {
    wl_reader_t *r = &l->r;
    wl_module_t *m = l->m;
    uint32_t pos = r->pos, defined = m->n_funcs - m->n_imported_funcs;
    uint32_t count = l->present ? wl_read_u32(r) : 0;
    if (count != defined) {
        fail(r, WL_CODE_COUNT_MISMATCH, pos, count);
    }
    for (uint32_t i = 0; i < defined && !r->status; i++) {
        m->bodies[i] = r->pos;
        uint32_t size = wl_read_u32(r);
        if (size > r->end - r->pos) {
            fail(r, WL_LENGTH_BOUNDS, m->bodies[i], size);
        }
        if (r->status) {
            return;
        }
        r->pos += size;
        wl_status_t status = wl_validate_body(m, i, NULL, l->error);
        if (status) {
            l->error->status = status;
            wl_reader_fail(r, status, l->error->offset);
        }
    }
}

/* ---- Sections ---- */

static void (*const section_loaders[])(wl_loader_t *) = {
    load_types, load_imports, load_functions, load_tables, load_memory, load_globals,
    load_exports, load_start, load_elems, load_data_count, load_code, load_datas
};
enum { N_RANKS = sizeof(section_loaders) / sizeof(section_loaders[0]) };

/* Section id 1..12 -> its place in the order. */
static const uint8_t section_ranks[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 9 };

static void check_header(wl_reader_t *r) {
    static const uint8_t magic[] = { 0, 'a', 's', 'm' };
    const uint8_t *b = r->bytes;
    uint32_t text = 0;
    if (r->end == 0) {
        fail(r, WL_EMPTY_FILE, 0, 0);
        return;
    }
    while (text < r->end && (b[text] == ' ' || (b[text] >= '\t' && b[text] <= '\r'))) {
        text++;
    }
    if (text < r->end && (b[text] == '(' || (b[text] == ';' && r->end - text > 1 && b[text + 1] == ';'))) {
        fail(r, WL_TEXT_FORMAT, text, 0);
    } else if (r->end < 4) {
        fail(r, WL_UNEXPECTED_END, r->end, 0);
    } else if (memcmp(b, magic, sizeof(magic)) != 0) {
        fail(r, WL_BAD_MAGIC, 0, 0);
    } else if (r->end < 8) {
        fail(r, WL_UNEXPECTED_END, r->end, 0);
    } else {
        r->pos = 4;
        uint32_t version = wl_read_fixed32(r);
        if (version != 1) {
            /* A component has layer 1 in the upper half. */
            fail(r, version >> 16 == 1 && version & 0xffff ? WL_COMPONENT : WL_BAD_VERSION, 4, version);
        }
    }
}

/* Handles the sections of ranks `first` up to before `end` as absent. */
static void load_absent(wl_loader_t *l, uint32_t first, uint32_t end) {
    l->present = false;
    for (uint32_t rank = first; rank < end && !l->r.status; rank++) {
        section_loaders[rank](l);
    }
}

/* One section, its id at the cursor; returns the lowest rank that may follow. */
static uint32_t load_section(wl_loader_t *l, uint32_t next_rank) {
    wl_reader_t *r = &l->r;
    uint32_t pos = r->pos, rank = next_rank, file_end = r->end, name_size;
    uint8_t id = r->bytes[pos];
    if (id > N_RANKS) {
        fail(r, id == N_RANKS + 1 ? WL_NO_EXCEPTIONS : WL_BAD_SECTION_ID, pos, id);
        return rank;
    }
    if (id != 0) {
        rank = section_ranks[id - 1];
        if (rank < next_rank) {
            fail(r, WL_BAD_SECTION_ORDER, pos, id);
            return rank;
        }
        load_absent(l, next_rank, rank);
    }
    if (r->status) {
        return rank;
    }
    r->pos++;
    uint32_t size = wl_read_u32(r);
    if (size > r->end - r->pos) {
        fail(r, WL_LENGTH_BOUNDS, pos + 1, size);
    }
    if (r->status) {
        return rank;
    }
    r->end = r->pos + size;
    if (id == 0) {
        (void)wl_read_name(r, &name_size);
        r->pos = r->end;
    } else {
        l->present = true;
        section_loaders[rank++](l);
        if (r->pos != r->end) {
            fail(r, WL_BAD_SECTION_SIZE, r->pos, size);
        }
    }
    r->end = file_end;
    return rank;
}

static void load_sections(wl_loader_t *l) {
    uint32_t rank = 0;
    while (l->r.pos < l->r.end && !l->r.status) {
        rank = load_section(l, rank);
    }
    load_absent(l, rank, N_RANKS);
}

/* ---- The whole ---- */

static void free_declared_refs(wl_module_t *m) {
    size_t size = (m->n_funcs + 7) / 8;
    if (m->declared_refs) {
        wl_free(&m->allocator, m->declared_refs, size);
        m->declared_refs = NULL;
        m->ram_bytes -= size;
    }
}

void wl_module_free(wl_module_t *module) {
    wl_module_t *m = module;
    if (m == NULL) {
        return;
    }
    wl_allocator_t allocator = m->allocator;
    free_declared_refs(m);
    wl_free(&allocator, m->types, m->n_types * sizeof(*m->types));
    wl_free(&allocator, m->func_types, m->n_funcs * sizeof(*m->func_types));
    wl_free(&allocator, m->bodies, (m->n_funcs - m->n_imported_funcs) * sizeof(*m->bodies));
    wl_free(&allocator, m->globals, m->n_globals * sizeof(*m->globals));
    wl_free(&allocator, m->tables, m->n_tables * sizeof(*m->tables));
    wl_free(&allocator, m->elems, m->n_elems * sizeof(*m->elems));
    wl_free(&allocator, m->datas, m->n_datas * sizeof(*m->datas));
    wl_free(&allocator, m, sizeof(*m));
}

wl_status_t wl_module_load(const wl_allocator_t *allocator, const uint8_t *bytes, size_t size,
                           wl_module_t **module, wl_error_t *error) {
    wl_loader_t l = { .error = error };
    wl_reader_t *r = &l.r;
    *module = NULL;
    *error = (wl_error_t){ .status = WL_OK, .func_index = WL_NO_INDEX };
    if (size > WL_LIMIT_MODULE_BYTES) {
        wl_reader_init(r, bytes, 0, 0);
        fail(r, WL_OVER_MODULE_SIZE, 0, (uint32_t)size);
    } else {
        wl_reader_init(r, bytes, 0, (uint32_t)size);
        check_header(r);
    }
    if (!r->status) {
        l.m = wl_alloc(allocator, sizeof(*l.m));
        if (l.m) {
            *l.m = (wl_module_t){ .allocator = *allocator, .bytes = bytes, .size = (uint32_t)size,
                                  .ram_bytes = sizeof(*l.m) };
            load_sections(&l);
        } else {
            fail(r, WL_NO_MEMORY, 0, sizeof(*l.m));
        }
    }
    if (r->status) {
        wl_module_free(l.m);
        if (error->status == WL_OK) {
            *error = (wl_error_t){ .status = r->status, .func_index = WL_NO_INDEX,
                                   .offset = r->error_pos, .aux = r->aux };
        }
        return r->status;
    }
    free_declared_refs(l.m);
    *module = l.m;
    return WL_OK;
}
