/* SPDX-License-Identifier: MIT
 *
 * The module's part of the generator: types, imports, tables, memory, globals, segments.
 */
#include "fz_gen_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Tape ---- */

uint64_t gen_bits(gen_t *g, uint32_t bytes) {
    uint64_t value = 0;
    for (uint32_t i = 0; i < bytes && g->pos < g->tape_size; i++) {
        value |= (uint64_t)g->tape[g->pos++] << 8 * i;
    }
    return value;
}

uint32_t gen_draw(gen_t *g, uint32_t n) {
    if (n <= 1) {
        return 0;
    }
    return (uint32_t)(gen_bits(g, n <= 256 ? 1 : n <= 65536 ? 2
                                                            : 4) %
                      n);
}

bool gen_chance(gen_t *g, uint32_t percent) {
    return gen_draw(g, 200) > 199 - 2 * percent; /* false at the tape's end */
}

/* ---- Output ---- */

void gen_put_bytes(gen_buf_t *b, const void *bytes, size_t size) {
    if (b->size + size > b->cap) {
        b->cap = 2 * (b->size + size) + 64;
        b->bytes = realloc(b->bytes, b->cap);
        if (b->bytes == NULL) {
            abort();
        }
    }
    if (size > 0) {
        memcpy(b->bytes + b->size, bytes, size);
    }
    b->size += size;
}

void gen_put(gen_buf_t *b, uint32_t byte) {
    uint8_t value = (uint8_t)byte;
    gen_put_bytes(b, &value, 1);
}

void gen_put_u32(gen_buf_t *b, uint32_t value) {
    for (; value >= 0x80; value >>= 7) {
        gen_put(b, value | 0x80);
    }
    gen_put(b, value);
}

void gen_put_s64(gen_buf_t *b, int64_t value) {
    while (value < -64 || value > 63) {
        gen_put(b, (uint32_t)(value & 0x7f) | 0x80);
        value = value >= 0 ? value >> 7 : ~(~value >> 7);
    }
    gen_put(b, (uint32_t)(value & 0x7f));
}

static void put_fixed(gen_buf_t *b, uint64_t value, uint32_t bytes) {
    for (uint32_t i = 0; i < bytes; i++) {
        gen_put(b, (uint32_t)(value >> 8 * i) & 0xff);
    }
}

static void put_section(gen_buf_t *out, uint32_t id, gen_buf_t *payload) {
    if (payload->size > 0) {
        gen_put(out, id);
        gen_put_u32(out, (uint32_t)payload->size);
        gen_put_bytes(out, payload->bytes, payload->size);
    }
    free(payload->bytes);
    *payload = (gen_buf_t){0};
}

static void put_name(gen_buf_t *b, const char *name) {
    gen_put_u32(b, (uint32_t)strlen(name));
    gen_put_bytes(b, name, strlen(name));
}

/* ---- Values ---- */

uint32_t gen_i32(gen_t *g) {
    static const uint32_t edges[] = {
        0, 1, 0xffffffff, 0x7fffffff, 0x80000000, 0x7fff, 0x8000, 0xffff8000, 0xffff7fff, 0xffff, 0x10000,
        0xff, 0x80, 0xffffff80, 0xffffff7f, 31, 32, 33, 63, 64, 0xfffffffe, 0x80000001, 0x55555555, 0x01010101};
    uint32_t how = gen_draw(g, 10);
    if (how < 4) {
        return gen_draw(g, 128);
    }
    if (how < 5) {
        return 0u - gen_draw(g, 200);
    }
    if (how < 8) {
        return edges[gen_draw(g, sizeof edges / sizeof *edges)];
    }
    return (uint32_t)gen_bits(g, how == 8 ? 2 : 4);
}

uint64_t gen_i64(gen_t *g) {
    static const uint64_t edges[] = {
        0, 1, UINT64_MAX, INT64_MAX, (uint64_t)INT64_MIN, 0xffffffff, 0x100000000, 0x80000000,
        0x7fffffff, 0xffffffff80000000, 0xffffffff7fffffff, 0x8000000000000001, 0x0123456789abcdef};
    uint32_t how = gen_draw(g, 4);
    if (how < 2) {
        return (uint64_t)(int64_t)(int32_t)gen_i32(g);
    }
    return how == 2 ? edges[gen_draw(g, sizeof edges / sizeof *edges)] : gen_bits(g, 8);
}

uint32_t gen_f32(gen_t *g) {
    static const uint32_t edges[] = {
        0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x3f000000, 0xbf000000, 0x7f800000, 0xff800000,
        0x7fc00000, 0xffc00000, 0x7fa00001, 0xffffffff, 0x00000001, 0x807fffff, 0x00800000, 0x7f7fffff,
        0x4f000000, 0xcf000000, 0x4effffff, 0x4f800000, 0x5f000000, 0xdf000000, 0x5f800000, 0x4b000001,
        0x3fc00000, 0x40200000, 0xc0200000, 0x3effffff, 0x4b7fffff, 0x477fe000, 0x33800000};
    uint32_t how = gen_draw(g, 8);
    if (how < 4) {
        union {
            float f;
            uint32_t u;
        } v = {(float)((int32_t)gen_draw(g, 256) - 64) / 4.0f};
        return v.u;
    }
    return how < 7 ? edges[gen_draw(g, sizeof edges / sizeof *edges)] : (uint32_t)gen_bits(g, 4);
}

uint64_t gen_f64(gen_t *g) {
    static const uint64_t edges[] = {
        0x0000000000000000, 0x8000000000000000, 0x3ff0000000000000, 0xbff0000000000000, 0x3fe0000000000000,
        0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000, 0xfff8000000000000, 0x7ff4000000000001,
        0xffffffffffffffff, 0x0000000000000001, 0x800fffffffffffff, 0x0010000000000000, 0x7fefffffffffffff,
        0x41e0000000000000, 0xc1e0000000000000, 0xc1e0000000200000, 0x41efffffffe00000, 0x41f0000000000000,
        0x43e0000000000000, 0xc3e0000000000000, 0x43f0000000000000, 0x43dfffffffffffff, 0x4330000000000001,
        0x47efffffe0000000, 0x47effffff0000000, 0x36a0000000000000, 0x3690000000000000, 0x3fdfffffffffffff};
    uint32_t how = gen_draw(g, 8);
    if (how < 4) {
        union {
            double d;
            uint64_t u;
        } v = {(double)((int32_t)gen_draw(g, 256) - 64) / 4.0};
        return v.u;
    }
    return how < 7 ? edges[gen_draw(g, sizeof edges / sizeof *edges)] : gen_bits(g, 8);
}

void gen_put_i32_const(gen_buf_t *b, uint32_t value) {
    gen_put(b, 0x41);
    gen_put_s64(b, (int32_t)value);
}

void gen_put_const(gen_t *g, gen_buf_t *b, uint8_t type) {
    switch (type) {
        case WL_I32: gen_put_i32_const(b, gen_i32(g)); break;
        case WL_I64:
            gen_put(b, 0x42);
            gen_put_s64(b, (int64_t)gen_i64(g));
            break;
        case WL_F32:
            gen_put(b, 0x43);
            put_fixed(b, gen_f32(g), 4);
            break;
        default:
            gen_put(b, 0x44);
            put_fixed(b, gen_f64(g), 8);
            break;
    }
}

uint8_t gen_value_type(gen_t *g, bool refs) {
    static const uint8_t types[] = {WL_I32, WL_I32, WL_I32, WL_I32, WL_I64, WL_I64, WL_F32,
                                    WL_F64, WL_F64, WL_FUNCREF, WL_EXTERNREF};
    return types[gen_draw(g, refs ? 11 : 9)];
}

/* ---- Choosing what the module has ---- */

static uint8_t value_list(gen_t *g, uint8_t *list, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        list[i] = gen_value_type(g, true);
    }
    return (uint8_t)n;
}

static uint32_t add_type(gen_t *g, const gen_type_t *type) {
    g->types[g->n_types] = *type;
    return g->n_types++;
}

/* Result lists come from a small pool, so that tail calls find partners. */
static void choose_types(gen_t *g) {
    gen_type_t pool[3] = {0};
    for (uint32_t i = 1; i < 3; i++) {
        uint32_t n = gen_chance(g, 10) ? gen_draw(g, GEN_MAX_ARITY) : 1 + gen_draw(g, 3);
        pool[i].n_results = value_list(g, pool[i].results, n);
    }
    add_type(g, &pool[0]);
    for (uint32_t n = 3 + gen_draw(g, 7); n > 0; n--) {
        gen_type_t type = pool[gen_draw(g, 3)];
        type.n_params = value_list(g, type.params, gen_chance(g, 8) ? gen_draw(g, GEN_MAX_ARITY) : gen_draw(g, 5));
        add_type(g, &type);
    }
    for (uint32_t n = 1; n < 3; n++) { /* for loops that carry values */
        gen_type_t type = {0};
        type.n_params = type.n_results = value_list(g, type.params, n);
        memcpy(type.results, type.params, sizeof type.params);
        add_type(g, &type);
    }
    if (gen_chance(g, 20)) { /* equal types must be the same type */
        add_type(g, &g->types[gen_draw(g, g->n_types)]);
    }
}

static void choose_funcs(gen_t *g) {
    if (g->options.imports) {
        g->n_imported_funcs = gen_draw(g, 4);
    }
    g->n_funcs = g->n_imported_funcs + 1 + gen_draw(g, 6);
    for (uint32_t i = 0; i < g->n_funcs; i++) {
        g->func_types[i] = (uint8_t)gen_draw(g, g->n_types);
    }
    g->func_types[g->n_funcs++] = 0; /* the countdown's initializer */
}

static void choose_memory(gen_t *g) {
    g->has_memory = !gen_chance(g, 10);
    g->memory_imported = g->options.imports && gen_chance(g, 10);
    g->page_log2 = gen_chance(g, 12) ? 0 : 16;
    if (g->page_log2 == 0) {
        g->memory_min = gen_draw(g, 3000);
        g->memory_max = g->memory_min + gen_draw(g, 3000);
    } else {
        g->memory_min = gen_chance(g, 90) ? 1 : gen_draw(g, 3);
        g->memory_max = g->memory_min + gen_draw(g, 3);
    }
    g->memory_has_max = !gen_chance(g, 10);
    g->memory_bytes = g->has_memory ? g->memory_min << g->page_log2 : 0;
}

static void choose_tables(gen_t *g) {
    g->n_tables = gen_draw(g, GEN_MAX_TABLES);
    g->n_imported_tables = g->options.imports && g->n_tables > 0 && gen_chance(g, 10) ? 1 : 0;
    for (uint32_t i = 0; i < g->n_tables; i++) {
        gen_table_t *t = &g->tables[i];
        t->type = gen_chance(g, 70) ? WL_FUNCREF : WL_EXTERNREF;
        t->min = gen_draw(g, 16);
        t->has_max = gen_chance(g, 60);
        t->max = t->min + gen_draw(g, 10);
    }
}

static void choose_globals(gen_t *g) {
    g->n_imported_globals = g->options.imports ? gen_draw(g, 3) : 0;
    g->n_globals = g->n_imported_globals + gen_draw(g, 6);
    for (uint32_t i = 0; i < g->n_globals; i++) {
        g->globals[i].type = gen_value_type(g, true);
        g->globals[i].is_mutable = !gen_chance(g, 30);
    }
    g->countdown = g->n_globals;
    g->globals[g->n_globals++] = (gen_global_t){WL_I32, true};
}

static void choose_segments(gen_t *g) {
    g->n_elems = gen_draw(g, 6);
    for (uint32_t i = 0; i < g->n_elems; i++) {
        gen_segment_t *s = &g->elems[i];
        s->mode = (uint8_t)(gen_chance(g, 70) ? 0 : 1 + gen_draw(g, 2));
        s->table = (uint8_t)gen_draw(g, g->n_tables);
        s->type = gen_chance(g, 80) ? WL_FUNCREF : WL_EXTERNREF;
        s->count = gen_draw(g, GEN_TABLE_KNOWN + 1);
        if (g->n_tables == 0 && s->mode == 0) {
            s->mode = 1;
        }
        if (s->mode == 0) {
            gen_table_t *t = &g->tables[s->table];
            s->type = t->type;
            s->count = s->count < t->min ? s->count : t->min;
            s->offset = gen_draw(g, t->min - s->count + 1);
        }
        for (uint32_t k = 0; k < s->count; k++) {
            s->funcs[k] = (uint8_t)(s->type == WL_FUNCREF ? 1 + gen_draw(g, g->n_funcs) : 0);
            if (s->mode == 0 && s->offset + k < GEN_TABLE_KNOWN) {
                g->tables[s->table].known[s->offset + k] = s->funcs[k];
            }
        }
    }
    g->n_datas = gen_draw(g, 4);
    for (uint32_t i = 0; i < g->n_datas; i++) {
        gen_segment_t *s = &g->datas[i];
        s->mode = !g->has_memory || gen_chance(g, 40);
        s->count = gen_draw(g, 24);
        s->count = s->mode == 0 && s->count > g->memory_bytes ? g->memory_bytes : s->count;
        s->offset = s->mode == 0 ? gen_draw(g, g->memory_bytes - s->count + 1) : 0;
    }
}

/* ---- Writing it ---- */

static void put_limits(gen_buf_t *b, uint32_t min, uint32_t max, bool has_max, uint32_t page_log2) {
    gen_put(b, (has_max ? 1u : 0u) | (page_log2 != 16 ? 8u : 0u));
    gen_put_u32(b, min);
    if (has_max) {
        gen_put_u32(b, max);
    }
    if (page_log2 != 16) {
        gen_put_u32(b, page_log2);
    }
}

static void put_table(gen_buf_t *b, const gen_table_t *t) {
    gen_put(b, t->type);
    put_limits(b, t->min, t->max, t->has_max, 16);
}

static void put_memory(gen_buf_t *b, const gen_t *g) {
    put_limits(b, g->memory_min, g->memory_max, g->memory_has_max, g->page_log2);
}

/* An offset or initial value of `value`, folded or as a sum. */
static void put_i32_expr(gen_t *g, gen_buf_t *b, uint32_t value) {
    if (gen_chance(g, 20)) {
        uint32_t part = gen_i32(g);
        static const uint8_t ops[2] = {0x6a, 0x6b};
        uint32_t sub = gen_draw(g, 2);
        gen_put_i32_const(b, sub ? value + part : value - part);
        gen_put_i32_const(b, part);
        gen_put(b, ops[sub]);
    } else {
        gen_put_i32_const(b, value);
    }
    gen_put(b, 0x0b);
}

static void put_ref_expr(gen_buf_t *b, uint8_t type, uint32_t func_plus_1) {
    if (func_plus_1 != 0) {
        gen_put(b, 0xd2);
        gen_put_u32(b, func_plus_1 - 1);
    } else {
        gen_put(b, 0xd0);
        gen_put(b, type);
    }
}

static void put_global(gen_t *g, gen_buf_t *b, uint32_t index) {
    const gen_global_t *global = &g->globals[index];
    gen_put(b, global->type);
    gen_put(b, global->is_mutable);
    if (index == g->countdown) {
        put_i32_expr(g, b, FZ_COUNTDOWN);
        return;
    }
    uint32_t from = gen_draw(g, g->n_imported_globals);
    if (g->n_imported_globals > 0 && g->globals[from].type == global->type && !g->globals[from].is_mutable) {
        gen_put(b, 0x23);
        gen_put_u32(b, from);
    } else if (global->type == WL_FUNCREF || global->type == WL_EXTERNREF) {
        bool func = global->type == WL_FUNCREF && gen_chance(g, 70);
        put_ref_expr(b, global->type, func ? 1 + gen_draw(g, g->n_funcs) : 0);
    } else {
        gen_put_const(g, b, global->type);
        if ((global->type == WL_I32 || global->type == WL_I64) && gen_chance(g, 20)) {
            gen_put_const(g, b, global->type);
            gen_put(b, (global->type == WL_I32 ? 0x6au : 0x7cu) + gen_draw(g, 3));
        }
    }
    gen_put(b, 0x0b);
}

static void put_elem(gen_t *g, gen_buf_t *b, const gen_segment_t *s) {
    bool exprs = s->type == WL_EXTERNREF || gen_chance(g, 40);
    for (uint32_t k = 0; k < s->count; k++) {
        exprs |= s->funcs[k] == 0;
    }
    bool long_form = s->table != 0 || s->type == WL_EXTERNREF || gen_chance(g, 30);
    gen_put(b, (s->mode == 0 ? (long_form ? 2u : 0u) : s->mode == 1 ? 1u
                                                                    : 3u) |
                   (exprs ? 4u : 0u));
    if (s->mode == 0) {
        if (long_form) {
            gen_put_u32(b, s->table);
        }
        put_i32_expr(g, b, s->offset);
    }
    if (s->mode != 0 || long_form) {
        gen_put(b, exprs ? s->type : 0);
    }
    gen_put_u32(b, s->count);
    for (uint32_t k = 0; k < s->count; k++) {
        if (exprs) {
            put_ref_expr(b, s->type, s->funcs[k]);
            gen_put(b, 0x0b);
        } else {
            gen_put_u32(b, s->funcs[k] - 1u);
        }
    }
}

static void put_data(gen_t *g, gen_buf_t *b, const gen_segment_t *s) {
    if (s->mode == 1) {
        gen_put(b, 1);
    } else {
        gen_put(b, gen_chance(g, 10) ? 2 : 0);
        if (b->bytes[b->size - 1] == 2) {
            gen_put(b, 0);
        }
        put_i32_expr(g, b, s->offset);
    }
    gen_put_u32(b, s->count);
    for (uint32_t i = 0; i < s->count; i++) {
        gen_put(b, ((uint32_t)gen_bits(g, 1) ^ (s->count + 37 * i)) & 0xff); /* not all zero without tape */
    }
}

static void put_types(gen_t *g, gen_buf_t *b) {
    gen_put_u32(b, g->n_types);
    for (uint32_t i = 0; i < g->n_types; i++) {
        const gen_type_t *t = &g->types[i];
        gen_put(b, 0x60);
        gen_put_u32(b, t->n_params);
        gen_put_bytes(b, t->params, t->n_params);
        gen_put_u32(b, t->n_results);
        gen_put_bytes(b, t->results, t->n_results);
    }
}

static void put_imports(gen_t *g, gen_buf_t *b) {
    uint32_t memory = g->has_memory && g->memory_imported ? 1 : 0;
    uint32_t n = g->n_imported_funcs + g->n_imported_globals + g->n_imported_tables + memory;
    if (n == 0) {
        return;
    }
    gen_put_u32(b, n);
    for (uint32_t i = 0; i < n; i++) {
        put_name(b, "host");
        put_name(b, "x");
        uint32_t k = i;
        if (k < g->n_imported_funcs) {
            gen_put(b, 0);
            gen_put_u32(b, g->func_types[k]);
        } else if ((k -= g->n_imported_funcs) < g->n_imported_globals) {
            gen_put(b, 3);
            gen_put(b, g->globals[k].type);
            gen_put(b, g->globals[k].is_mutable);
        } else if ((k -= g->n_imported_globals) < g->n_imported_tables) {
            gen_put(b, 1);
            put_table(b, &g->tables[k]);
        } else {
            gen_put(b, 2);
            put_memory(b, g);
        }
    }
}

static void put_exports(gen_t *g, gen_buf_t *b) {
    uint32_t first = g->n_imported_funcs;
    gen_put_u32(b, g->n_funcs - first + g->n_tables + g->n_globals + g->has_memory);
    char name[16];
    for (uint32_t i = first; i < g->n_funcs; i++) {
        snprintf(name, sizeof name, "f%u", i);
        put_name(b, i == g->n_funcs - 1 ? FZ_COUNTDOWN_EXPORT : name);
        gen_put(b, 0);
        gen_put_u32(b, i);
    }
    for (uint32_t i = 0; i < g->n_tables; i++) {
        snprintf(name, sizeof name, "t%u", i);
        put_name(b, name);
        gen_put(b, 1);
        gen_put_u32(b, i);
    }
    if (g->has_memory) {
        put_name(b, "m");
        gen_put(b, 2);
        gen_put_u32(b, 0);
    }
    for (uint32_t i = 0; i < g->n_globals; i++) {
        snprintf(name, sizeof name, "g%u", i);
        put_name(b, name);
        gen_put(b, 3);
        gen_put_u32(b, i);
    }
}

static void put_name_section(gen_t *g, gen_buf_t *out) {
    gen_buf_t names = {0}, section = {0};
    gen_put_u32(&names, g->n_funcs);
    for (uint32_t i = 0; i < g->n_funcs; i++) {
        char name[16];
        snprintf(name, sizeof name, "func%u", i);
        gen_put_u32(&names, i);
        put_name(&names, name);
    }
    put_name(&section, "name");
    put_section(&section, 1, &names);
    put_section(out, 0, &section);
}

static void put_code(gen_t *g, gen_buf_t *b) {
    uint32_t n = g->n_funcs - g->n_imported_funcs;
    gen_put_u32(b, n);
    for (uint32_t i = 0; i < n; i++) {
        gen_buf_t body = {0};
        if (i == n - 1) {
            gen_put(&body, 0);
            gen_put_i32_const(&body, FZ_COUNTDOWN);
            gen_put(&body, 0x24);
            gen_put_u32(&body, g->countdown);
            gen_put(&body, 0x0b);
        } else {
            gen_body(g, &body, g->n_imported_funcs + i, g->pos + (g->tape_size - g->pos) / (n - 1 - i));
        }
        gen_put_u32(b, (uint32_t)body.size);
        gen_put_bytes(b, body.bytes, body.size);
        free(body.bytes);
    }
}

uint8_t *fz_gen(const uint8_t *tape, size_t tape_size, const fz_gen_options_t *options, size_t *size) {
    gen_t g = {.options = *options, .tape = tape, .tape_size = tape_size};
    gen_buf_t out = {0}, b = {0};
    choose_types(&g);
    choose_funcs(&g);
    choose_memory(&g);
    choose_tables(&g);
    choose_globals(&g);
    choose_segments(&g);

    static const uint8_t magic[8] = {0, 'a', 's', 'm', 1, 0, 0, 0};
    gen_put_bytes(&out, magic, sizeof magic);
    put_types(&g, &b);
    put_section(&out, 1, &b);
    put_imports(&g, &b);
    put_section(&out, 2, &b);
    gen_put_u32(&b, g.n_funcs - g.n_imported_funcs);
    for (uint32_t i = g.n_imported_funcs; i < g.n_funcs; i++) {
        gen_put_u32(&b, g.func_types[i]);
    }
    put_section(&out, 3, &b);
    gen_put_u32(&b, g.n_tables - g.n_imported_tables);
    for (uint32_t i = g.n_imported_tables; i < g.n_tables; i++) {
        put_table(&b, &g.tables[i]);
    }
    put_section(&out, 4, &b);
    if (g.has_memory && !g.memory_imported) {
        gen_put_u32(&b, 1);
        put_memory(&b, &g);
    }
    put_section(&out, 5, &b);
    gen_put_u32(&b, g.n_globals - g.n_imported_globals);
    for (uint32_t i = g.n_imported_globals; i < g.n_globals; i++) {
        put_global(&g, &b, i);
    }
    put_section(&out, 6, &b);
    put_exports(&g, &b);
    put_section(&out, 7, &b);
    uint32_t start = g.n_imported_funcs + gen_draw(&g, g.n_funcs - g.n_imported_funcs);
    if (g.func_types[start] == 0 && gen_chance(&g, 20)) {
        gen_put_u32(&b, start);
    }
    put_section(&out, 8, &b);
    gen_put_u32(&b, g.n_elems);
    for (uint32_t i = 0; i < g.n_elems; i++) {
        put_elem(&g, &b, &g.elems[i]);
    }
    put_section(&out, 9, &b);
    gen_put_u32(&b, g.n_datas);
    put_section(&out, 12, &b);
    put_code(&g, &b);
    put_section(&out, 10, &b);
    gen_put_u32(&b, g.n_datas);
    for (uint32_t i = 0; i < g.n_datas; i++) {
        put_data(&g, &b, &g.datas[i]);
    }
    put_section(&out, 11, &b);
    put_name_section(&g, &out);
    *size = out.size;
    return out.bytes;
}
