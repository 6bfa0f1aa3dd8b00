/* SPDX-License-Identifier: MIT
 *
 * wl_module_load and the questions about a loaded module. Every load here runs on a copy of exact
 * size (so that a sanitizer sees a read too far), with an allocator that is checked to be empty
 * afterwards, and must leave the bytes as they were.
 */
#include "status_name.h"
#include "wl_internal.h"

#include "build.h"

/* ---- Loading under observation ---- */

/* Loads and frees; `visit`, if any, sees the module in between. */
static wl_status_t load(const uint8_t *bytes, size_t size, unsigned long fail_at, wl_error_t *error,
                        void (*visit)(const wl_module_t *module)) {
    tracker_t tracker = {.fail_at = fail_at};
    wl_allocator_t allocator = tracker_allocator(&tracker);
    wl_module_t *module = (wl_module_t *)&tracker; /* must be overwritten */
    uint8_t *copy = malloc(size);
    if (size > 0) {
        memcpy(copy, bytes, size);
    }
    wl_status_t status = wl_module_load(&allocator, copy, size, &module, error);
    if (status) {
        CHECK(module == NULL);
        CHECK(error->status == status);
        CHECK(error->offset <= size);
    } else {
        CHECK(wl_module_ram_bytes(module) == tracker.live_bytes);
        if (visit) {
            visit(module);
        }
        wl_module_free(module);
    }
    CHECK(size == 0 || memcmp(copy, bytes, size) == 0);
    CHECK(tracker.live_bytes == 0 && tracker.live_blocks == 0);
    free(copy);
    return status;
}

static wl_status_t load_built(const build_t *b, wl_error_t *error) {
    return load(b->bytes, b->size, 0, error, NULL);
}

/* ---- Rows of broken modules ---- */

typedef struct {
    wl_status_t status;
    uint8_t kind, offset, size;
    uint8_t bytes[48];
} row_t;

enum { ROW_RAW,
       ROW_MOD,
       ROW_CODE,
       ROW_BODY };

#define SIZE_OF(...) sizeof((const uint8_t[]){__VA_ARGS__})
#define RAW(status, offset, ...) {WL_##status, ROW_RAW, offset, SIZE_OF(__VA_ARGS__), {__VA_ARGS__}},
#define MOD(status, offset, ...) {WL_##status, ROW_MOD, offset, SIZE_OF(__VA_ARGS__), {__VA_ARGS__}},
#define CODE(status, offset, ...) {WL_##status, ROW_CODE, offset, SIZE_OF(__VA_ARGS__), {__VA_ARGS__}},
#define BODY(status, offset, ...) {WL_##status, ROW_BODY, offset, SIZE_OF(__VA_ARGS__), {__VA_ARGS__}},
static const row_t rows[] = {
#include "module_rows.h"
};

static bool status_seen[WL_STATUS_COUNT];

/* The row's file; returns the offset at which its bytes stand. */
static size_t build_row(build_t *b, const row_t *row) {
    b->size = 0;
    if (row->kind != ROW_RAW) {
        put_header(b);
    }
    if (row->kind != ROW_BODY) {
        put(b, row->bytes, row->size);
        return 0;
    }
    PUT(b, 1, 9, 2, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7f);
    PUT(b, 3, 2, 1, 0);
    PUT(b, 4, 7, 2, 0x70, 0, 1, 0x6f, 0, 1);
    PUT(b, 5, 3, 1, 0, 1);
    PUT(b, 6, 6, 1, 0x7f, 0, 0x41, 0, 0x0b);
    size_t section = begin_section(b, 10);
    PUT(b, 1);
    size_t body = begin_size(b);
    put(b, row->bytes, row->size);
    end_size(b, body);
    end_size(b, section);
    return body;
}

static void test_rows(void) {
    build_t b = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const row_t *row = &rows[i];
        wl_error_t error;
        size_t base = build_row(&b, row);
        bool good = CHECK(load_built(&b, &error) == row->status);
        good = CHECK(error.offset == base + row->offset) && good;
        good = CHECK(error.func_index == (row->kind >= ROW_CODE ? 0 : WL_NO_INDEX)) && good;
        status_seen[error.status] = true;
        if (!good) {
            fprintf(stderr, "  in row %zu (%s): %s at %d, func %d\n", i, status_name(row->status),
                    status_name(error.status), (int)(error.offset - base), (int)error.func_index);
        }
    }
    free(b.bytes);
}

/* Every status by which a load can refuse a module for what it is has a row. */
static void test_rows_cover(void) {
    wl_error_t error;
    CHECK(load(NULL, 0, 0, &error, NULL) == WL_EMPTY_FILE);
    status_seen[error.status] = true;
    for (int s = 0; s < WL_STATUS_COUNT; s++) {
        wl_kind_t kind = wl_status_kind((wl_status_t)s);
        if (kind == WL_KIND_MALFORMED || kind == WL_KIND_INVALID || kind == WL_KIND_UNSUPPORTED) {
            if (!CHECK(status_seen[s])) {
                fprintf(stderr, "  %s has no row\n", status_name((wl_status_t)s));
            }
        }
    }
}

/* ---- A module that has everything ---- */

static const char *const import_names[] = {"func", "table", "memory", "global"};

static void put_rich_segments(build_t *b) {
    size_t s = begin_section(b, 9);
    PUT(b, 8);
    PUT(b, 0, 0x41, 0, 0x0b, 2, 0, 1);
    PUT(b, 1, 0, 1, 0);
    PUT(b, 2, 0, 0x41, 1, 0x41, 2, 0x6a, 0x0b, 0, 1, 1);
    PUT(b, 3, 0, 1, 2);
    PUT(b, 4, 0x23, 0, 0x0b, 1, 0xd2, 1, 0x0b);
    PUT(b, 5, 0x6f, 1, 0xd0, 0x6f, 0x0b);
    PUT(b, 6, 1, 0x41, 0, 0x0b, 0x6f, 0);
    PUT(b, 7, 0x70, 1, 0xd0, 0x70, 0x0b);
    end_size(b, s);
}

static void put_rich_code(build_t *b) {
    size_t s = begin_section(b, 10), body;
    PUT(b, 3);
    body = begin_size(b);
    PUT(b, 1, 2, 0x7e, 0x02, 0x40, 0x41, 0, 0x0d, 0, 0x0b, 0xd2, 0, 0x1a, 0x0b);
    end_size(b, body);
    body = begin_size(b);
    PUT(b, 0, 0x20, 0, 0x28, 0, 0, 0x0b);
    end_size(b, body);
    body = begin_size(b);
    PUT(b, 0, 0xfc, 9, 0, 0x41, 0, 0x41, 0, 0x11, 1, 0, 0x1a, 0x0b);
    end_size(b, body);
    end_size(b, s);
}

static void put_rich_names(build_t *b) {
    size_t s = begin_section(b, 0), sub;
    put_name(b, "name");
    PUT(b, 0);
    sub = begin_size(b);
    put_name(b, "rich");
    end_size(b, sub);
    PUT(b, 1);
    sub = begin_size(b);
    PUT(b, 3, 0);
    put_name(b, "host");
    PUT(b, 2);
    put_name(b, "load");
    PUT(b, 3);
    put_name(b, "");
    end_size(b, sub);
    end_size(b, s);
}

/* Sections' ends: before the functions and after the data, what has been read is a whole module. */
typedef struct {
    size_t whole[8];
    size_t n;
} ends_t;

static void note_end(ends_t *ends, const build_t *b) {
    ends->whole[ends->n++] = b->size;
}

static void build_rich(build_t *b, ends_t *ends) {
    size_t s;
    put_header(b);
    note_end(ends, b);
    s = begin_section(b, 0);
    put_name(b, "custom");
    PUT(b, 1, 2, 3);
    end_size(b, s);
    note_end(ends, b);
    s = begin_section(b, 1);
    PUT(b, 4, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 0x80, 0, 0, 0x60, 1, 0x7e, 1, 0x7c);
    end_size(b, s);
    note_end(ends, b);
    s = begin_section(b, 2);
    PUT(b, 4);
    for (uint8_t kind = 0; kind < 4; kind++) {
        put_name(b, "env");
        put_name(b, import_names[kind]);
        PUT(b, kind);
        if (kind == WL_EXTERN_FUNC) {
            PUT(b, 2);
        } else if (kind == WL_EXTERN_TABLE) {
            PUT(b, 0x70, 0, 4);
        } else if (kind == WL_EXTERN_MEMORY) {
            PUT(b, 0x09, 5, 0x80, 0x80, 0x08, 0);
        } else {
            PUT(b, 0x7f, 0);
        }
    }
    end_size(b, s);
    note_end(ends, b);
    PUT(b, 3, 4, 3, 0, 1, 2);
    PUT(b, 4, 5, 1, 0x6f, 1, 2, 3);
    s = begin_section(b, 6);
    PUT(b, 4);
    PUT(b, 0x7f, 1, 0x23, 0, 0x41, 3, 0x6c, 0x41, 1, 0x6b, 0x0b);
    PUT(b, 0x7e, 0, 0x42, 1, 0x42, 2, 0x7c, 0x0b);
    PUT(b, 0x7d, 0, 0x43, 0, 0, 0x80, 0x3f, 0x0b);
    PUT(b, 0x70, 1, 0xd2, 0, 0x0b);
    end_size(b, s);
    s = begin_section(b, 7);
    PUT(b, 4);
    for (uint8_t kind = 0; kind < 4; kind++) {
        put_name(b, import_names[kind]);
        PUT(b, kind, kind == WL_EXTERN_MEMORY ? 0 : 1);
    }
    end_size(b, s);
    PUT(b, 8, 1, 1);
    put_rich_segments(b);
    PUT(b, 12, 1, 2);
    put_rich_code(b);
    s = begin_section(b, 11);
    PUT(b, 2, 0, 0x41, 0, 0x0b, 3, 'a', 'b', 'c', 1, 1, 'd');
    end_size(b, s);
    note_end(ends, b);
    put_rich_names(b);
    note_end(ends, b);
}

static bool same(const uint8_t *bytes, uint32_t size, const char *text) {
    return size == strlen(text) && memcmp(bytes, text, size) == 0;
}

static void visit_rich(const wl_module_t *m) {
    wl_extern_type_t t;
    const uint8_t *bytes;
    uint32_t size;

    CHECK(m->func_types[0] == 0 && m->func_types[1] == 0 && m->func_types[2] == 1 && m->func_types[3] == 0);
    CHECK(m->n_imported_funcs == 1 && m->n_imported_globals == 1 && m->n_imported_tables == 1);
    CHECK(m->n_memories == 1 && m->n_imported_memories == 1 && m->has_start && m->start == 1 && m->has_data_count);
    CHECK(m->declared_refs == NULL);
    CHECK(m->types[3].param_slots == 2 && m->types[3].result_slots == 2 && m->types[3].canon == 3);
    CHECK(m->types[2].canon == 0);
    CHECK(m->globals[1].is_mutable && m->globals[1].type == WL_I32 && m->bytes[m->globals[1].init] == 0x23);
    CHECK(m->globals[0].init == 0);

    CHECK(m->n_elems == 8 && m->n_datas == 2);
    CHECK(m->elems[0].count == 2 && m->elems[0].expr != 0 && !m->elems[0].exprs);
    CHECK(m->bytes[m->elems[0].offset] == 0 && m->bytes[m->elems[0].offset + 1] == 1);
    CHECK(m->elems[1].expr == 0 && !m->elems[1].declared && m->elems[1].type == WL_FUNCREF);
    CHECK(m->elems[2].expr != 0 && m->elems[2].index == 0);
    CHECK(m->elems[3].expr == 0 && m->elems[3].declared && !m->elems[3].exprs);
    CHECK(m->elems[4].expr != 0 && m->elems[4].exprs && m->bytes[m->elems[4].offset] == 0xd2);
    CHECK(m->elems[5].type == WL_EXTERNREF && m->elems[5].exprs && m->elems[5].expr == 0);
    CHECK(m->elems[6].index == 1 && m->elems[6].type == WL_EXTERNREF && m->elems[6].count == 0);
    CHECK(m->elems[7].declared && m->elems[7].exprs);
    CHECK(m->datas[0].count == 3 && m->bytes[m->datas[0].offset] == 'a' && m->datas[0].expr != 0);
    CHECK(m->datas[1].count == 1 && m->bytes[m->datas[1].offset] == 'd' && m->datas[1].expr == 0);

    CHECK(wl_module_import_count(m) == 4 && wl_module_export_count(m) == 4);
    for (uint32_t kind = 0; kind < 4; kind++) {
        if (CHECK(wl_module_import(m, kind, &t))) {
            CHECK((uint32_t)t.kind == kind && t.index == 0);
            CHECK(same(t.module_name, t.module_name_size, "env") && same(t.name, t.name_size, import_names[kind]));
            CHECK(kind != WL_EXTERN_FUNC || t.func == &m->types[2]);
            CHECK(kind != WL_EXTERN_TABLE || (t.limits.type == WL_FUNCREF && t.limits.min == 4));
            CHECK(kind != WL_EXTERN_TABLE || (!t.limits.has_max && t.limits.max == UINT32_MAX));
            CHECK(kind != WL_EXTERN_MEMORY || (t.limits.type == 0 && t.limits.min == 5 && t.limits.max == 131072));
            CHECK(kind != WL_EXTERN_GLOBAL || (t.global_type == WL_I32 && !t.global_mutable));
        }
        if (CHECK(wl_module_export(m, kind, &t))) {
            CHECK((uint32_t)t.kind == kind && t.index == (kind == WL_EXTERN_MEMORY ? 0 : 1));
            CHECK(same(t.name, t.name_size, import_names[kind]));
            CHECK(kind != WL_EXTERN_FUNC || t.func == &m->types[0]);
            CHECK(kind != WL_EXTERN_TABLE || (t.limits.type == WL_EXTERNREF && t.limits.min == 2 && t.limits.max == 3));
            CHECK(kind != WL_EXTERN_MEMORY || (t.limits.has_max && t.limits.max == 131072));
            CHECK(kind != WL_EXTERN_GLOBAL || (t.global_type == WL_I32 && t.global_mutable));
        }
    }
    wl_cursor_t imports = {0}, exports = {0};
    for (uint32_t kind = 0; kind < 4; kind++) {
        CHECK(wl_module_next_import(m, &imports, &t) && (uint32_t)t.kind == kind && imports.next == kind + 1);
        CHECK(wl_module_next_export(m, &exports, &t) && (uint32_t)t.kind == kind && exports.next == kind + 1);
    }
    CHECK(!wl_module_next_import(m, &imports, &t) && !wl_module_next_export(m, &exports, &t) && imports.next == 4);
    CHECK(!wl_module_import(m, 4, &t) && !wl_module_export(m, 4, &t));
    CHECK(!wl_module_import(m, UINT32_MAX, &t) && !wl_module_export(m, UINT32_MAX, &t));

    CHECK(wl_module_custom(m, "custom", &bytes, &size) && size == 3 && bytes[0] == 1 && bytes[2] == 3);
    CHECK(!wl_module_custom(m, "custo", &bytes, &size) && !wl_module_custom(m, "customs", &bytes, &size));
    CHECK(!wl_module_custom(m, "", &bytes, &size));
    CHECK(wl_module_func_name(m, 0, &bytes, &size) && same(bytes, size, "host"));
    CHECK(wl_module_func_name(m, 2, &bytes, &size) && same(bytes, size, "load"));
    CHECK(wl_module_func_name(m, 3, &bytes, &size) && size == 0);
    CHECK(!wl_module_func_name(m, 1, &bytes, &size) && !wl_module_func_name(m, 4, &bytes, &size));
}

static void test_truncation(const build_t *rich, const ends_t *ends) {
    for (size_t size = 0; size < rich->size; size++) {
        wl_error_t error;
        bool whole = false;
        for (size_t i = 0; i < ends->n; i++) {
            whole = whole || ends->whole[i] == size;
        }
        wl_status_t status = load(rich->bytes, size, 0, &error, NULL);
        if (!CHECK((status == WL_OK) == whole)) {
            fprintf(stderr, "  cut to %zu bytes: %s\n", size, status_name(status));
        }
    }
}

static void test_failing_allocator(const build_t *rich) {
    wl_error_t error;
    unsigned long n = 1;
    while (load(rich->bytes, rich->size, n, &error, NULL) != WL_OK) {
        if (!CHECK(error.status == WL_NO_MEMORY) || !CHECK(n < 100)) {
            return;
        }
        n++;
    }
    CHECK(n > 9); /* the record, seven arrays, declared references, the validator's own */
}

/* Asks everything that may be asked, of modules whose custom sections are rubbish. */
static void visit_any(const wl_module_t *m) {
    wl_extern_type_t t;
    const uint8_t *bytes;
    uint32_t size;
    for (uint32_t i = 0; wl_module_import(m, i, &t); i++) {
        CHECK(t.kind != WL_EXTERN_FUNC || t.func != NULL);
    }
    for (uint32_t i = 0; wl_module_export(m, i, &t); i++) {
        CHECK(t.kind != WL_EXTERN_FUNC || t.func != NULL);
    }
    (void)wl_module_custom(m, "custom", &bytes, &size);
    for (uint32_t i = 0; i < 6; i++) {
        if (wl_module_func_name(m, i, &bytes, &size)) {
            CHECK(bytes >= m->bytes && size <= m->size - (size_t)(bytes - m->bytes));
        }
    }
}

static void test_every_byte_changed(const build_t *rich) {
    uint8_t *bytes = malloc(rich->size);
    wl_error_t error;
    for (size_t i = 0; i < rich->size; i++) {
        for (unsigned value = 0; value < 256; value++) {
            memcpy(bytes, rich->bytes, rich->size);
            bytes[i] = (uint8_t)value;
            wl_status_t status = load(bytes, rich->size, 0, &error, visit_any);
            if (value == rich->bytes[i]) {
                CHECK(status == WL_OK);
            }
        }
    }
    free(bytes);
}

static void test_rich(void) {
    build_t b = {0};
    ends_t ends = {0};
    wl_error_t error;
    build_rich(&b, &ends);
    wl_status_t status = load(b.bytes, b.size, 0, &error, visit_rich);
    if (!CHECK(status == WL_OK)) {
        fprintf(stderr, "  %s at %u of %zu\n", status_name(status), (unsigned)error.offset, b.size);
    }
    test_truncation(&b, &ends);
    test_failing_allocator(&b);
    test_every_byte_changed(&b);
    free(b.bytes);
}

/* ---- Canonical types, RAM ---- */

/* 12 types of which every third repeats the first of its shape, 30 functions. */
static void build_typical(build_t *b) {
    put_header(b);
    size_t s = begin_section(b, 1);
    PUT(b, 12);
    for (uint8_t i = 0; i < 12; i++) {
        PUT(b, 0x60, 2, 0x7f, (uint8_t)(0x7f - i % 3), 1, (uint8_t)(0x7f - i / 6));
    }
    end_size(b, s);
    s = begin_section(b, 3);
    PUT(b, 30);
    for (uint8_t i = 0; i < 30; i++) {
        PUT(b, i % 12);
    }
    end_size(b, s);
    PUT(b, 4, 4, 1, 0x70, 0, 4);
    PUT(b, 5, 3, 1, 0, 1);
    PUT(b, 6, 11, 2, 0x7f, 1, 0x41, 0, 0x0b, 0x7f, 1, 0x41, 0, 0x0b);
    s = begin_section(b, 10);
    PUT(b, 30);
    for (uint8_t i = 0; i < 30; i++) {
        PUT(b, 3, 0, 0, 0x0b);
    }
    end_size(b, s);
    PUT(b, 11, 7, 1, 0, 0x41, 0, 0x0b, 1, 'a');
}

static void visit_typical(const wl_module_t *m) {
    for (uint32_t i = 0; i < 12; i++) {
        CHECK(m->types[i].canon == i / 6 * 6 + i % 3);
    }
    for (uint32_t i = 0; i < 30; i++) {
        CHECK(m->func_types[i] == m->types[i % 12].canon);
    }
    CHECK(sizeof(void *) > 4 || wl_module_ram_bytes(m) <= 640);
    printf("a module of 30 functions and 12 types takes %zu bytes\n", wl_module_ram_bytes(m));
}

static void test_typical(void) {
    build_t b = {0};
    wl_error_t error;
    build_typical(&b);
    CHECK(load(b.bytes, b.size, 0, &error, visit_typical) == WL_OK);
    free(b.bytes);
}

/* ---- Limits, each at its edge ---- */

typedef void (*put_entry_t)(build_t *b, uint32_t index);

static void put_type(build_t *b, uint32_t index) {
    (void)index;
    PUT(b, 0x60, 0, 0);
}

static void put_func_import(build_t *b, uint32_t index) {
    (void)index;
    PUT(b, 0, 0, 0, 0);
}

/* Functions, and globals when there may not be more functions. */
static void put_import(build_t *b, uint32_t index) {
    if (index < WL_LIMIT_FUNCS) {
        PUT(b, 0, 0, 0, 0);
    } else {
        PUT(b, 0, 0, 3, 0x7f, 0);
    }
}

static void put_table_import(build_t *b, uint32_t index) {
    (void)index;
    PUT(b, 0, 0, 1, 0x70, 0, 0);
}

static void put_global_import(build_t *b, uint32_t index) {
    (void)index;
    PUT(b, 0, 0, 3, 0x7f, 0);
}

static void put_table(build_t *b, uint32_t index) {
    (void)index;
    PUT(b, 0x70, 0, 0);
}

static void put_global(build_t *b, uint32_t index) {
    (void)index;
    PUT(b, 0x7f, 0, 0x41, 0, 0x0b);
}

static void put_export(build_t *b, uint32_t index) {
    char name[9];
    snprintf(name, sizeof(name), "%x", (unsigned)index);
    put_name(b, name);
    PUT(b, 2, 0);
}

static void put_elem(build_t *b, uint32_t index) {
    (void)index;
    PUT(b, 1, 0, 0);
}

static void put_data(build_t *b, uint32_t index) {
    (void)index;
    PUT(b, 1, 0);
}

static void put_vector(build_t *b, uint8_t id, uint32_t count, put_entry_t entry) {
    size_t s = begin_section(b, id);
    put_u32(b, count);
    for (uint32_t i = 0; i < count; i++) {
        entry(b, i);
    }
    end_size(b, s);
}

static void check_edge(const build_t *b, uint32_t count, uint32_t limit, wl_status_t over, size_t offset) {
    wl_error_t error;
    wl_status_t status = load_built(b, &error);
    if (count <= limit) {
        CHECK(status == WL_OK);
    } else {
        CHECK(status == over);
        CHECK(error.offset == offset && error.aux == count && error.func_index == WL_NO_INDEX);
    }
    if (status != (count <= limit ? WL_OK : over)) {
        fprintf(stderr, "  %u of %u: %s at %u, aux %u\n", (unsigned)count, (unsigned)limit, status_name(status),
                (unsigned)error.offset, (unsigned)error.aux);
    }
}

/* A section whose vector is as long as allowed, and one longer. */
static void edge_vector(uint8_t id, put_entry_t entry, uint32_t limit, wl_status_t over) {
    build_t b = {0};
    for (uint32_t count = limit; count <= limit + 1; count++) {
        put_header(&b);
        if (id == 2) {
            PUT(&b, 1, 4, 1, 0x60, 0, 0);
        } else if (id == 7) {
            PUT(&b, 5, 3, 1, 0, 0);
        }
        size_t offset = b.size + 6;
        put_vector(&b, id, count, entry);
        check_edge(&b, count, limit, over, offset);
    }
    free(b.bytes);
}

/* Imports that fill an index space: one more, and one more that is defined. */
static void edge_imported(uint8_t id, put_entry_t import, put_entry_t define, uint32_t limit, wl_status_t over) {
    build_t b = {0};
    wl_error_t error;
    if (limit >= WL_LIMIT_IMPORTS) {
        return; /* covered by a build with tighter limits */
    }
    put_header(&b);
    PUT(&b, 1, 4, 1, 0x60, 0, 0);
    put_vector(&b, 2, limit, import);
    CHECK(load_built(&b, &error) == WL_OK);
    put_vector(&b, id, 1, define);
    CHECK(load_built(&b, &error) == over);
    put_header(&b);
    PUT(&b, 1, 4, 1, 0x60, 0, 0);
    put_vector(&b, 2, limit + 1, import);
    CHECK(load_built(&b, &error) == over);
    free(b.bytes);
}

/* The count alone: a section of data that does not follow is the later error. */
static void edge_data_count(void) {
    build_t b = {0};
    wl_error_t error;
    for (uint32_t count = WL_LIMIT_SEGMENTS; count <= WL_LIMIT_SEGMENTS + 1; count++) {
        put_header(&b);
        size_t s = begin_section(&b, 12);
        put_u32(&b, count);
        end_size(&b, s);
        wl_status_t status = load_built(&b, &error);
        CHECK(status == (count <= WL_LIMIT_SEGMENTS ? WL_DATA_COUNT_MISMATCH : WL_OVER_SEGMENTS));
        CHECK(error.offset == (count <= WL_LIMIT_SEGMENTS ? b.size : s));
    }
    free(b.bytes);
}

static void put_type_index(build_t *b, uint32_t index) {
    (void)index;
    PUT(b, 0);
}

static void put_empty_body(build_t *b, uint32_t index) {
    (void)index;
    PUT(b, 2, 0, 0x0b);
}

static void edge_funcs(void) {
    build_t b = {0};
    for (uint32_t count = WL_LIMIT_FUNCS; count <= WL_LIMIT_FUNCS + 1; count++) {
        put_header(&b);
        PUT(&b, 1, 4, 1, 0x60, 0, 0);
        size_t offset = b.size + 6;
        put_vector(&b, 3, count, put_type_index);
        put_vector(&b, 10, count, put_empty_body);
        check_edge(&b, count, WL_LIMIT_FUNCS, WL_OVER_FUNCS, offset);
    }
    free(b.bytes);
}

/* A type of `slots` slots, as parameters or as results, with i64s as far as they go. */
static void edge_params(bool results, bool wide) {
    build_t b = {0};
    for (uint32_t slots = WL_LIMIT_PARAM_SLOTS; slots <= WL_LIMIT_PARAM_SLOTS + 1; slots++) {
        uint32_t count = wide ? (slots + 1) / 2 : slots;
        put_header(&b);
        size_t s = begin_section(&b, 1);
        PUT(&b, 1, 0x60);
        if (results) {
            PUT(&b, 0);
        }
        size_t offset = b.size;
        put_u32(&b, count);
        for (uint32_t i = 0; i < count; i++) {
            PUT(&b, wide && i < slots / 2 ? 0x7e : 0x7f);
        }
        if (!results) {
            PUT(&b, 0);
        }
        end_size(&b, s);
        check_edge(&b, slots, WL_LIMIT_PARAM_SLOTS, WL_OVER_PARAMS, offset);
    }
    free(b.bytes);
}

static void edge_const_expr(void) {
    build_t b = {0};
    for (uint32_t depth = WL_LIMIT_CONST_EXPR; depth <= WL_LIMIT_CONST_EXPR + 1; depth++) {
        put_header(&b);
        size_t s = begin_section(&b, 6);
        PUT(&b, 1, 0x7f, 0);
        for (uint32_t i = 0; i < depth; i++) {
            PUT(&b, 0x41, 1);
        }
        size_t offset = b.size - 2;
        for (uint32_t i = 1; i < depth; i++) {
            PUT(&b, 0x6a);
        }
        PUT(&b, 0x0b);
        end_size(&b, s);
        check_edge(&b, depth, WL_LIMIT_CONST_EXPR, WL_OVER_CONST_EXPR, offset);
    }
    free(b.bytes);
}

/* Loads one function, () -> (), whose body `put_body` makes from `count`. */
static wl_status_t load_body(void (*put_body)(build_t *b, uint32_t count), uint32_t count) {
    build_t b = {0};
    wl_error_t error;
    put_header(&b);
    PUT(&b, 1, 4, 1, 0x60, 0, 0);
    PUT(&b, 3, 2, 1, 0);
    size_t section = begin_section(&b, 10);
    PUT(&b, 1);
    size_t body = begin_size(&b);
    put_body(&b, count);
    PUT(&b, 0x0b);
    end_size(&b, body);
    end_size(&b, section);
    wl_status_t status = load_built(&b, &error);
    free(b.bytes);
    return status;
}

static void put_locals(build_t *b, uint32_t count) {
    PUT(b, 2);
    put_u32(b, count - 1);
    PUT(b, 0x7f, 1, 0x7e);
}

static void put_nested(build_t *b, uint32_t count) {
    PUT(b, 0);
    for (uint32_t i = 1; i < count; i++) { /* the body itself is the first block */
        PUT(b, 0x02, 0x40);
    }
    for (uint32_t i = 1; i < count; i++) {
        PUT(b, 0x0b);
    }
}

static void put_operands(build_t *b, uint32_t count) {
    PUT(b, 0);
    for (uint32_t i = 0; i < count; i++) {
        PUT(b, 0x41, 0);
    }
    for (uint32_t i = 0; i < count; i++) {
        PUT(b, 0x1a);
    }
}

static void edge_body(void (*put_body)(build_t *b, uint32_t count), uint32_t limit, wl_status_t over) {
    CHECK(load_body(put_body, limit) == WL_OK);
    CHECK(load_body(put_body, limit + 1) == over);
}

static void edge_module_size(void) {
    build_t b = {0};
    wl_error_t error;
    wl_module_t *module;
    tracker_t tracker = {0};
    wl_allocator_t allocator = tracker_allocator(&tracker);
    /* The size is refused before any byte is read. */
    CHECK(wl_module_load(&allocator, (const uint8_t *)"", (size_t)WL_LIMIT_MODULE_BYTES + 1, &module, &error) ==
          WL_OVER_MODULE_SIZE);
    CHECK(module == NULL && tracker.live_blocks == 0 && error.offset == 0);
    if (WL_LIMIT_MODULE_BYTES < 1 << 20) {
        put_header(&b);
        size_t s = begin_section(&b, 0);
        while (b.size < WL_LIMIT_MODULE_BYTES) {
            PUT(&b, 0);
        }
        end_size(&b, s);
        CHECK(load_built(&b, &error) == WL_OK);
        PUT(&b, 0);
        CHECK(load_built(&b, &error) == WL_OVER_MODULE_SIZE);
        free(b.bytes);
    }
}

static void test_limits(void) {
    edge_vector(1, put_type, WL_LIMIT_TYPES, WL_OVER_TYPES);
    edge_vector(2, put_import, WL_LIMIT_IMPORTS, WL_OVER_IMPORTS);
    edge_vector(4, put_table, WL_LIMIT_TABLES, WL_OVER_TABLES);
    edge_vector(6, put_global, WL_LIMIT_GLOBALS, WL_OVER_GLOBALS);
    edge_vector(7, put_export, WL_LIMIT_EXPORTS, WL_OVER_EXPORTS);
    edge_vector(9, put_elem, WL_LIMIT_SEGMENTS, WL_OVER_SEGMENTS);
    edge_vector(11, put_data, WL_LIMIT_SEGMENTS, WL_OVER_SEGMENTS);
    edge_data_count();
    edge_imported(3, put_func_import, put_type_index, WL_LIMIT_FUNCS, WL_OVER_FUNCS);
    edge_imported(4, put_table_import, put_table, WL_LIMIT_TABLES, WL_OVER_TABLES);
    edge_imported(6, put_global_import, put_global, WL_LIMIT_GLOBALS, WL_OVER_GLOBALS);
    edge_funcs();
    for (int i = 0; i < 4; i++) {
        edge_params(i & 1, i & 2);
    }
    edge_const_expr();
    edge_body(put_locals, WL_LIMIT_LOCALS, WL_OVER_LOCALS);
    edge_body(put_nested, WL_LIMIT_NESTING, WL_OVER_NESTING);
    edge_body(put_operands, WL_LIMIT_OPERANDS, WL_OVER_OPERANDS);
    edge_module_size();
}

/* ---- Statuses ---- */

static void test_status(void) {
    CHECK(strcmp(wl_status_text(WL_OK), "ok") == 0);
    CHECK(strcmp(wl_status_text(WL_TRAP_MEMORY_BOUNDS), "out of bounds memory access") == 0);
    CHECK(wl_status_kind(WL_TRAP_MEMORY_BOUNDS) == WL_KIND_TRAP && wl_status_kind(WL_OK) == WL_KIND_OK);
    CHECK(strcmp(wl_status_text((wl_status_t)(WL_STATUS_COUNT - 1)), "bad argument") == 0);
    CHECK(strcmp(wl_status_text((wl_status_t)1000), "unknown status") == 0);
    CHECK(wl_status_kind((wl_status_t)1000) == WL_KIND_USAGE);
    for (int s = 0; s < WL_STATUS_COUNT; s++) {
        CHECK(strlen(wl_status_text((wl_status_t)s)) > 1);
    }
}

int main(void) {
    test_status();
    test_rows();
    test_rows_cover();
    test_rich();
    test_typical();
    test_limits();
    wl_module_free(NULL);
    return check_finish("test_module");
}
