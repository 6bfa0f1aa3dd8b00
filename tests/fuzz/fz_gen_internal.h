/* SPDX-License-Identifier: MIT
 *
 * The generator's state, shared by the module's and the bodies' part.
 */
#ifndef FZ_GEN_INTERNAL_H
#define FZ_GEN_INTERNAL_H

#include "fz_gen.h"
#include "wl.h"

#define GEN_MAX_TYPES 24
#define GEN_MAX_ARITY 24
#define GEN_MAX_FUNCS 16
#define GEN_MAX_GLOBALS 16
#define GEN_MAX_TABLES 4
#define GEN_MAX_SEGMENTS 8
#define GEN_TABLE_KNOWN 8

typedef struct {
    uint8_t *bytes;
    size_t size, cap;
} gen_buf_t;

typedef struct {
    uint8_t params[GEN_MAX_ARITY], results[GEN_MAX_ARITY];
    uint8_t n_params, n_results;
} gen_type_t;

typedef struct {
    uint8_t type;
    bool is_mutable;
} gen_global_t;

typedef struct {
    uint8_t type;
    bool has_max;
    uint32_t min, max;
    uint8_t known[GEN_TABLE_KNOWN]; /* 1 + the function that an active segment puts there */
} gen_table_t;

typedef struct {
    uint8_t mode; /* elem: 0 active, 1 passive, 2 declarative; data: 0 or 1 */
    uint8_t type, table;
    uint32_t count, offset;
    uint8_t funcs[GEN_TABLE_KNOWN]; /* 1 + function, 0 null */
} gen_segment_t;

typedef struct {
    fz_gen_options_t options;
    const uint8_t *tape;
    size_t tape_size, pos;

    gen_type_t types[GEN_MAX_TYPES];
    uint32_t n_types;
    uint8_t func_types[GEN_MAX_FUNCS];
    uint32_t n_funcs, n_imported_funcs;
    gen_global_t globals[GEN_MAX_GLOBALS];
    uint32_t n_globals, n_imported_globals, countdown; /* countdown: the last global */
    gen_table_t tables[GEN_MAX_TABLES];
    uint32_t n_tables, n_imported_tables;
    bool has_memory, memory_imported, memory_has_max;
    uint32_t memory_min, memory_max, memory_bytes; /* pages, and what is there at first */
    uint8_t page_log2;
    gen_segment_t elems[GEN_MAX_SEGMENTS], datas[GEN_MAX_SEGMENTS];
    uint32_t n_elems, n_datas;
} gen_t;

/* ---- Tape ---- */
/* A number below `n`; zero once the tape is used up, so zero must be a harmless choice. */
uint32_t gen_draw(gen_t *g, uint32_t n);
bool gen_chance(gen_t *g, uint32_t percent);
uint64_t gen_bits(gen_t *g, uint32_t bytes);

/* ---- Output ---- */
void gen_put(gen_buf_t *b, uint32_t byte);
void gen_put_bytes(gen_buf_t *b, const void *bytes, size_t size);
void gen_put_u32(gen_buf_t *b, uint32_t value);
void gen_put_s64(gen_buf_t *b, int64_t value);

/* ---- Values ---- */
uint32_t gen_i32(gen_t *g);
uint64_t gen_i64(gen_t *g);
uint32_t gen_f32(gen_t *g);
uint64_t gen_f64(gen_t *g);
/* The instruction that pushes a constant of a number type. */
void gen_put_const(gen_t *g, gen_buf_t *b, uint8_t type);
void gen_put_i32_const(gen_buf_t *b, uint32_t value);
uint8_t gen_value_type(gen_t *g, bool refs);

/* ---- Bodies (fz_gen_body.c) ---- */
/* Writes a function's locals and instructions; reads the tape up to `limit`. */
void gen_body(gen_t *g, gen_buf_t *out, uint32_t func, size_t limit);

#endif
