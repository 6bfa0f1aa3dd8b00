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
_Static_assert(WL_LIMIT_MEMORIES <= 1 << (16 - WL_MISC_MEMORY_SHIFT), "indexed in the bits left of a code word");
_Static_assert(WL_LIMIT_MODULE_BYTES <= INT32_MAX, "positions have room for sums");

/* ---- Memory ---- */

void *wl_alloc(const wl_allocator_t *a, size_t size) {
    return a->resize(a->env, NULL, 0, size);
}

void *wl_resize(const wl_allocator_t *a, void *p, size_t old_size, size_t new_size) {
    return a->resize(a->env, p, old_size, new_size);
}

void wl_free(const wl_allocator_t *a, void *p, size_t size) {
    if (p) {
        a->resize(a->env, p, size, 0);
    }
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
        wl_reader_fail_aux(&l->r, WL_NO_MEMORY, l->r.pos, (uint32_t)size);
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
        wl_reader_fail_aux(r, WL_UNEXPECTED_END, pos, count);
        return 0;
    }
    if (count > limit) {
        wl_reader_fail_aux(r, limit_status, pos, count);
        return 0;
    }
    return count;
}

/* ---- Types ---- */

static const uint8_t *read_type_vector(wl_reader_t *r, uint8_t *n, uint8_t *slots) {
    uint32_t pos = r->pos, count = wl_read_u32(r), sum = 0;
    const uint8_t *types = r->bytes + r->pos;
    if (count > r->end - r->pos) {
        wl_reader_fail_aux(r, WL_UNEXPECTED_END, pos, count);
    } else if (count > WL_LIMIT_PARAM_SLOTS) {
        wl_reader_fail_aux(r, WL_OVER_PARAMS, pos, count);
    }
    for (uint32_t i = 0; i < count && !r->status; i++) {
        sum += wl_type_slots(wl_read_value_type(r));
    }
    if (sum > WL_LIMIT_PARAM_SLOTS) {
        wl_reader_fail_aux(r, WL_OVER_PARAMS, pos, sum);
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

bool wl_functype_equal(const wl_functype_t *a, const wl_functype_t *b) {
    return a->n_params == b->n_params && a->n_results == b->n_results &&
           (a->n_params == 0 || memcmp(a->params, b->params, a->n_params) == 0) &&
           (a->n_results == 0 || memcmp(a->results, b->results, a->n_results) == 0);
}

/* Gives each type its first equal. `canon` holds hashes at first, which makes the search a scan of
 * one field; going backwards, those that are still to be compared with have theirs. */
static void canonicalise(wl_functype_t *types, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        types[i].canon = type_hash(&types[i]);
    }
    for (uint32_t i = count; i-- > 0;) {
        uint32_t first = 0;
        while (first < i && !(types[first].canon == types[i].canon && wl_functype_equal(&types[first], &types[i]))) {
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
        wl_reader_fail_aux(r, WL_NO_GC, pos, form); /* rec, sub final, sub; array, struct */
    }
    wl_reader_fail_aux(r, form & 0x80 ? WL_LEB_TOO_LONG : WL_BAD_TYPE_FORM, pos, form);
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

/* ---- Imports ---- */

static void count_import(wl_loader_t *l, wl_extern_kind_t kind, uint32_t pos) {
    wl_module_t *m = l->m;
    wl_reader_t *r = &l->r;
    switch (kind) {
        case WL_EXTERN_FUNC:
            if (m->n_imported_funcs++ == WL_LIMIT_FUNCS) {
                wl_reader_fail_aux(r, WL_OVER_FUNCS, pos, m->n_imported_funcs);
            }
            break;
        case WL_EXTERN_TABLE:
            if (m->n_imported_tables++ == WL_LIMIT_TABLES) {
                wl_reader_fail_aux(r, WL_OVER_TABLES, pos, m->n_imported_tables);
            }
            break;
        case WL_EXTERN_MEMORY:
            if (m->n_imported_memories++ == WL_LIMIT_MEMORIES) {
                wl_reader_fail_aux(r, WL_MULTIPLE_MEMORIES, pos, m->n_imported_memories);
            }
            break;
        case WL_EXTERN_GLOBAL:
            if (m->n_imported_globals++ == WL_LIMIT_GLOBALS) {
                wl_reader_fail_aux(r, WL_OVER_GLOBALS, pos, m->n_imported_globals);
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
        count_import(l, type.kind, pos);
        if (type.kind == WL_EXTERN_MEMORY && !r->status) {
            m->memories[WL_MEMORY(m->n_memories)] = type.limits;
            m->n_memories = m->n_imported_memories;
        }
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
        uint32_t type = wl_read_index(r, m->n_types, WL_UNKNOWN_TYPE);
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
        wl_read_table_type(r, &m->tables[i]);
    }
}

static void load_memories(wl_loader_t *l) {
    wl_reader_t *r = &l->r;
    wl_module_t *m = l->m;
    uint32_t pos = r->pos, count = read_count(l, 1, UINT32_MAX, WL_OK);
    if (count > WL_LIMIT_MEMORIES - (uint32_t)m->n_imported_memories) {
        wl_reader_fail_aux(r, WL_MULTIPLE_MEMORIES, pos, count);
    }
    for (; count > 0 && !r->status; count--) {
        wl_read_limits(r, &m->memories[WL_MEMORY(m->n_memories)], true);
        m->n_memories++;
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
        wl_read_global_type(r, &g->type, &g->is_mutable);
        g->init = r->pos;
        wl_const_validate(m, r, g->type);
    }
}

/* ---- Exports, start ---- */

/* Whether one of the first `count` exports has this name; a walk over all of them. */
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

/* Names that were seen, by hash: what is not in here needs no walk. */
enum { NAME_SET_BITS = 512 };

static bool add_to_name_set(uint32_t *set, const uint8_t *name, uint32_t size) {
    uint32_t hash = size;
    for (uint32_t i = 0; i < size; i++) {
        hash = hash * 31 + name[i];
    }
    hash = (hash ^ hash >> 16) % NAME_SET_BITS;
    uint32_t *word = &set[hash / 32], bit = 1u << (hash % 32);
    bool was_in = (*word & bit) != 0;
    *word |= bit;
    return was_in;
}

static void check_export(wl_loader_t *l, const wl_extern_type_t *type, uint32_t pos) {
    static const uint8_t unknown[] = {WL_UNKNOWN_FUNC, WL_UNKNOWN_TABLE, WL_UNKNOWN_MEMORY, WL_UNKNOWN_GLOBAL};
    const wl_module_t *m = l->m;
    const uint32_t counts[] = {m->n_funcs, m->n_tables, m->n_memories, m->n_globals};
    if (type->index >= counts[type->kind]) {
        wl_reader_fail_aux(&l->r, (wl_status_t)unknown[type->kind], pos, type->index);
    } else if (type->kind == WL_EXTERN_FUNC) {
        wl_declare_ref(m, type->index);
    }
}

static void load_exports(wl_loader_t *l) {
    wl_reader_t *r = &l->r;
    wl_module_t *m = l->m;
    wl_extern_type_t type;
    uint32_t name_set[NAME_SET_BITS / 32] = {0};
    m->n_exports = read_count(l, 1, WL_LIMIT_EXPORTS, WL_OVER_EXPORTS);
    m->exports = r->pos;
    for (uint32_t i = 0; i < m->n_exports && !r->status; i++) {
        uint32_t pos = r->pos;
        type.name = wl_read_name(r, &type.name_size);
        if (!r->status && add_to_name_set(name_set, type.name, type.name_size) &&
            is_exported(m, i, type.name, type.name_size)) {
            wl_reader_fail_aux(r, WL_DUPLICATE_EXPORT, pos, i);
        }
        uint32_t kind_pos = r->pos;
        wl_read_export_desc(r, &type);
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
    m->start = wl_read_index(r, m->n_funcs, WL_UNKNOWN_FUNC);
    if (r->status) {
        return;
    }
    const wl_functype_t *type = &m->types[m->func_types[m->start]];
    if (type->n_params != 0 || type->n_results != 0) {
        wl_reader_fail_aux(r, WL_START_FUNCTION, pos, m->start);
    }
    m->has_start = true;
}

/* ---- Segments ---- */

enum { SEGMENT_NOT_ACTIVE = 1,
       SEGMENT_EXPLICIT_INDEX = 2,
       SEGMENT_DECLARED = 2,
       SEGMENT_EXPRS = 4 };

static uint8_t read_elem_kind(wl_reader_t *r) {
    uint32_t pos = r->pos;
    uint8_t kind = wl_read_u8(r);
    if (kind != 0) {
        wl_reader_fail_aux(r, WL_BAD_ELEM_KIND, pos, kind);
    }
    return WL_FUNCREF;
}

static void load_elem(wl_loader_t *l, wl_segment_t *seg) {
    wl_reader_t *r = &l->r;
    wl_module_t *m = l->m;
    uint32_t pos = r->pos, flags = wl_read_u32(r);
    if (flags > 7) {
        wl_reader_fail_aux(r, WL_BAD_SEGMENT_FLAGS, pos, flags);
        return;
    }
    bool active = !(flags & SEGMENT_NOT_ACTIVE);
    seg->exprs = (flags & SEGMENT_EXPRS) != 0;
    seg->declared = !active && (flags & SEGMENT_DECLARED);
    seg->type = WL_FUNCREF;
    if (active) {
        if (flags & SEGMENT_EXPLICIT_INDEX) {
            seg->index = (uint8_t)wl_read_index(r, m->n_tables, WL_UNKNOWN_TABLE);
        } else if (m->n_tables == 0) {
            wl_reader_fail_aux(r, WL_UNKNOWN_TABLE, pos, 0);
        }
        seg->expr = r->pos;
        wl_const_validate(m, r, WL_I32);
    }
    uint32_t type_pos = r->pos;
    if (flags & (SEGMENT_NOT_ACTIVE | SEGMENT_EXPLICIT_INDEX)) {
        seg->type = seg->exprs ? wl_read_ref_type(r) : read_elem_kind(r);
    }
    if (active && !r->status && m->tables[seg->index].type != seg->type) {
        wl_reader_fail_aux(r, WL_TYPE_MISMATCH, type_pos, seg->type);
    }
    seg->count = read_count(l, seg->exprs ? 2 : 1, UINT32_MAX, WL_OK);
    seg->offset = r->pos;
    for (uint32_t i = 0; i < seg->count && !r->status; i++) {
        if (seg->exprs) {
            wl_const_validate(m, r, seg->type);
        } else {
            wl_read_func_ref(m, r);
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
        wl_reader_fail_aux(r, WL_OVER_SEGMENTS, pos, count);
    }
    l->m->n_datas = count;
    l->m->has_data_count = true;
}

static void load_data(wl_loader_t *l, wl_segment_t *seg) {
    wl_reader_t *r = &l->r;
    wl_module_t *m = l->m;
    uint32_t pos = r->pos, flags = wl_read_u32(r);
    if (flags > 2) {
        wl_reader_fail_aux(r, WL_BAD_SEGMENT_FLAGS, pos, flags);
        return;
    }
    if (flags != SEGMENT_NOT_ACTIVE) {
        if (flags & SEGMENT_EXPLICIT_INDEX) {
            uint32_t memory = wl_read_index(r, m->n_memories, WL_UNKNOWN_MEMORY);
            if (WL_LIMIT_MEMORIES > 1) {
                seg->index = (uint8_t)memory;
            }
        } else if (m->n_memories == 0) {
            wl_reader_fail_aux(r, WL_UNKNOWN_MEMORY, pos, 0);
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
        wl_reader_fail_aux(r, WL_DATA_COUNT_MISMATCH, pos, count);
    }
    m->n_datas = count;
    m->datas = new_array(l, count, sizeof(*m->datas));
    for (uint32_t i = 0; i < count && !r->status; i++) {
        load_data(l, &m->datas[i]);
    }
}

/* ---- Code ---- */

/* Whether a data section is among those from `pos` on. */
static bool data_follows(const wl_module_t *m, uint32_t pos) {
    wl_reader_t r;
    wl_reader_init(&r, m->bytes, pos, m->size);
    while (r.pos < r.end && !r.status) {
        uint8_t id = wl_read_u8(&r);
        (void)wl_read_bytes(&r, wl_read_u32(&r));
        if (id == 11) {
            return true;
        }
    }
    return false;
}

static void load_code(wl_loader_t *l) {
    wl_reader_t *r = &l->r;
    wl_module_t *m = l->m;
    uint32_t pos = r->pos, defined = m->n_funcs - m->n_imported_funcs;
    uint32_t count = l->present ? wl_read_u32(r) : 0;
    m->data_follows = m->n_datas > 0 || data_follows(m, r->end);
    if (count != defined) {
        wl_reader_fail_aux(r, WL_CODE_COUNT_MISMATCH, pos, count);
    }
    wl_validator_t *v = defined > 0 && !r->status ? wl_validator_new(m, &m->allocator, NULL) : NULL;
    if (v == NULL) {
        if (defined > 0) {
            wl_reader_fail_aux(r, WL_NO_MEMORY, pos, 0);
        }
        return;
    }
    for (uint32_t i = 0; i < defined && !r->status; i++) {
        m->bodies[i] = r->pos;
        uint32_t size = wl_read_u32(r);
        if (size > r->end - r->pos) {
            wl_reader_fail_aux(r, WL_LENGTH_BOUNDS, m->bodies[i], size);
        }
        if (r->status) {
            break;
        }
        r->pos += size;
        wl_status_t status = wl_validate_body(v, i, l->error);
        if (status) {
            wl_reader_fail(r, status, l->error->offset);
        }
    }
    wl_validator_free(v);
}

/* ---- Sections ---- */

static void (*const section_loaders[])(wl_loader_t *) = {
    load_types, load_imports, load_functions, load_tables, load_memories, load_globals,
    load_exports, load_start, load_elems, load_data_count, load_code, load_datas};
enum { N_RANKS = sizeof(section_loaders) / sizeof(section_loaders[0]) };

/* Section id 1..12 -> its place in the order. */
static const uint8_t section_ranks[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 9};

static void check_header(wl_reader_t *r) {
    static const uint8_t magic[] = {0, 'a', 's', 'm'};
    const uint8_t *b = r->bytes;
    uint32_t text = 0;
    if (r->end == 0) {
        wl_reader_fail_aux(r, WL_EMPTY_FILE, 0, 0);
        return;
    }
    while (text < r->end && (b[text] == ' ' || (b[text] >= '\t' && b[text] <= '\r'))) {
        text++;
    }
    if (text < r->end && (b[text] == '(' || (b[text] == ';' && r->end - text > 1 && b[text + 1] == ';'))) {
        wl_reader_fail_aux(r, WL_TEXT_FORMAT, text, 0);
    } else if (r->end < 4) {
        wl_reader_fail_aux(r, WL_UNEXPECTED_END, r->end, 0);
    } else if (memcmp(b, magic, sizeof(magic)) != 0) {
        wl_reader_fail_aux(r, WL_BAD_MAGIC, 0, 0);
    } else if (r->end < 8) {
        wl_reader_fail_aux(r, WL_UNEXPECTED_END, r->end, 0);
    } else {
        r->pos = 4;
        uint32_t version = wl_read_fixed32(r);
        if (version != 1) {
            /* A component has layer 1 in the upper half. */
            wl_reader_fail_aux(r, version >> 16 == 1 && version & 0xffff ? WL_COMPONENT : WL_BAD_VERSION, 4, version);
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
        wl_reader_fail_aux(r, id == N_RANKS + 1 ? WL_NO_EXCEPTIONS : WL_BAD_SECTION_ID, pos, id);
        return rank;
    }
    if (id != 0) {
        rank = section_ranks[id - 1];
        if (rank < next_rank) {
            wl_reader_fail_aux(r, WL_BAD_SECTION_ORDER, pos, id);
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
        wl_reader_fail_aux(r, WL_LENGTH_BOUNDS, pos + 1, size);
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
            wl_reader_fail_aux(r, WL_BAD_SECTION_SIZE, r->pos, size);
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
    wl_loader_t l = {.error = error};
    wl_reader_t *r = &l.r;
    *module = NULL;
    *error = (wl_error_t){.status = WL_OK, .func_index = WL_NO_INDEX};
    if (size > WL_LIMIT_MODULE_BYTES) {
        wl_reader_init(r, bytes, 0, 0);
        wl_reader_fail_aux(r, WL_OVER_MODULE_SIZE, 0, (uint32_t)size);
    } else {
        wl_reader_init(r, bytes, 0, (uint32_t)size);
        check_header(r);
    }
    if (!r->status) {
        l.m = wl_alloc(allocator, sizeof(*l.m));
        if (l.m) {
            *l.m = (wl_module_t){.allocator = *allocator, .bytes = bytes, .size = (uint32_t)size, .ram_bytes = sizeof(*l.m)};
            load_sections(&l);
        } else {
            wl_reader_fail_aux(r, WL_NO_MEMORY, 0, sizeof(*l.m));
        }
    }
    if (r->status) {
        wl_module_free(l.m);
        if (error->status == WL_OK) {
            *error = (wl_error_t){.status = r->status, .func_index = WL_NO_INDEX, .offset = r->error_pos, .aux = r->aux};
        }
        return r->status;
    }
    free_declared_refs(l.m);
    *module = l.m;
    return WL_OK;
}
