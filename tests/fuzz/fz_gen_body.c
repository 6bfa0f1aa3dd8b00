/* SPDX-License-Identifier: MIT
 *
 * The generator of function bodies: keeps the types of the operand stack and of the open blocks
 * as a validator does, and appends instructions that fit. What an instruction needs and the
 * stack does not have is pushed first.
 *
 * Traps end a call and so hide what would have come after, therefore addresses, divisors and
 * conversions are mostly made harmless first.
 */
#include "fz_gen_internal.h"

#include <stdlib.h>
#include <string.h>

#include "wl_internal.h"

#define MAX_LOCALS 300
#define MAX_STACK 260
#define MAX_FRAMES 100
#define MAX_ACTIONS 400
#define MAX_ITERATIONS 48

typedef struct {
    uint8_t op;           /* block, loop, if, else */
    bool dead;            /* the rest cannot be reached */
    int32_t counter;      /* loop that only its own end repeats: local of its countdown; else -1 */
    uint32_t iterations;
    uint32_t height;
    const uint8_t *params, *results;
    uint8_t n_params, n_results;
} frame_t;

typedef struct {
    gen_t *g;
    gen_buf_t code;
    const gen_type_t *type;
    uint8_t locals[MAX_LOCALS];
    uint32_t n_locals, hot; /* hot: the locals that are used most start here */
    uint8_t stack[MAX_STACK];
    uint32_t depth;
    frame_t frames[MAX_FRAMES];
    uint32_t n_frames, iterations, actions;
} body_t;

typedef struct {
    uint8_t byte, imm;
    const char *sig;
} row_t;

/* The instructions whose signature says all. */
static const row_t rows[] = {
#define WASM_OP(name, byte, mnemonic, imm, sig, kind, code) {byte, WL_IMM_##imm, #sig},
#include "wl_wasm_ops.def"
#undef WASM_OP
};
#define N_ROWS ((uint32_t)(sizeof rows / sizeof *rows))

static void want(body_t *b, uint8_t type, uint32_t budget);

/* ---- Types ---- */

static uint8_t sig_type(char c) {
    return c == 'i' ? WL_I32 : c == 'l' ? WL_I64
                           : c == 'f'   ? WL_F32
                                        : WL_F64;
}

static bool is_numeric_row(const row_t *row) {
    return row->imm == WL_IMM_NONE && strcmp(row->sig, "special") != 0 && row->sig[0] != '_';
}

static bool is_access_row(const row_t *row) {
    return row->imm >= WL_IMM_MEM1 && row->imm <= WL_IMM_MEM8;
}

/* Operand types of a signature; returns their number. The result is behind the underscore. */
static uint32_t sig_operands(const char *sig, uint8_t *types, uint8_t *result) {
    uint32_t n = 0;
    for (; *sig != '_'; sig++) {
        types[n++] = sig_type(*sig);
    }
    *result = sig[1] != 0 ? sig_type(sig[1]) : 0;
    return n;
}

static bool row_gives(const row_t *row, bool (*fits)(const row_t *), uint8_t result) {
    uint8_t types[3], out = 0;
    if (fits(row)) {
        sig_operands(row->sig, types, &out);
    }
    return out != 0 && (result == 0 || out == result);
}

/* One of the instructions that fit and give `result`, or anything when that is 0. */
static const row_t *pick_row(body_t *b, bool (*fits)(const row_t *), uint8_t result) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < N_ROWS; i++) {
        n += row_gives(&rows[i], fits, result);
    }
    uint32_t left = gen_draw(b->g, n), i = 0;
    while (!row_gives(&rows[i], fits, result) || left-- > 0) {
        i++;
    }
    return &rows[i];
}

static frame_t *top(body_t *b) { return &b->frames[b->n_frames - 1]; }

static void push(body_t *b, uint8_t type) {
    if (b->depth < MAX_STACK) {
        b->stack[b->depth++] = type;
    }
}

static bool full(const body_t *b) { return b->depth > MAX_STACK - 60; }

/* In dead code operands that are not there can be anything. */
static void pop_n(body_t *b, uint32_t n) {
    uint32_t have = b->depth - top(b)->height;
    b->depth -= n < have ? n : have;
}

static void push_all(body_t *b, const uint8_t *types, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        push(b, types[i]);
    }
}

static bool has(body_t *b, const uint8_t *types, uint32_t n) {
    uint32_t have = b->depth - top(b)->height;
    for (uint32_t k = 0; k < n; k++) {
        if (k >= have) {
            return top(b)->dead;
        }
        if (b->stack[b->depth - 1 - k] != types[n - 1 - k]) {
            return false;
        }
    }
    return true;
}

static void need(body_t *b, const uint8_t *types, uint32_t n) {
    if (!has(b, types, n)) {
        for (uint32_t i = 0; i < n; i++) {
            want(b, types[i], 2);
        }
    }
}

static void die(body_t *b) {
    b->depth = top(b)->height;
    top(b)->dead = true;
}

/* ---- Pieces ---- */

static void op(body_t *b, uint32_t byte) {
    if (byte >= 0xe0) {
        gen_put(&b->code, 0xfc);
        gen_put_u32(&b->code, byte - 0xe0);
    } else {
        gen_put(&b->code, byte);
    }
}

static void op_index(body_t *b, uint32_t byte, uint32_t index) {
    op(b, byte);
    gen_put_u32(&b->code, index);
}

static void i32_const(body_t *b, uint32_t value) { gen_put_i32_const(&b->code, value); }

static uint32_t add_local(body_t *b, uint8_t type) {
    if (b->n_locals == MAX_LOCALS) {
        return WL_NO_INDEX;
    }
    b->locals[b->n_locals] = type;
    return b->n_locals++;
}

/* A local of `type`, most often one of few; WL_NO_INDEX when there is none. Countdowns of private
 * loops are left alone. */
static uint32_t pick_local(body_t *b, uint8_t type) {
    gen_t *g = b->g;
    uint32_t start = gen_chance(g, 70) ? b->hot + gen_draw(g, 4) : gen_draw(g, b->n_locals);
    for (uint32_t i = 0; i < b->n_locals; i++) {
        uint32_t local = (start + i) % b->n_locals;
        bool taken = b->locals[local] != type;
        for (uint32_t k = 0; k < b->n_frames; k++) {
            taken |= b->frames[k].counter == (int32_t)local;
        }
        if (!taken) {
            return local;
        }
    }
    return WL_NO_INDEX;
}

static uint32_t pick_global(body_t *b, uint8_t type, bool to_set) {
    gen_t *g = b->g;
    uint32_t start = gen_draw(g, g->n_globals);
    for (uint32_t i = 0; i < g->n_globals; i++) {
        uint32_t global = (start + i) % g->n_globals;
        if (g->globals[global].type == type &&
            !(to_set && (!g->globals[global].is_mutable || global == g->countdown))) {
            return global;
        }
    }
    return WL_NO_INDEX;
}

static uint32_t offset_below(body_t *b, uint32_t address_bits) {
    gen_t *g = b->g;
    uint32_t how = gen_draw(g, 100);
    if (how < 50) {
        return 0;
    }
    if (how < 75) {
        return gen_draw(g, 64);
    }
    if (how >= 99) {
        return gen_i32(g);
    }
    uint32_t room = g->memory_bytes > (1u << address_bits) + 8 ? g->memory_bytes - (1u << address_bits) - 8 : 0;
    return gen_draw(g, room + 1);
}

/* Pushes an address that is mostly in bounds; returns the offset to go with it. */
static uint32_t address(body_t *b) {
    gen_t *g = b->g;
    uint32_t bits = g->memory_bytes >= 0x10000 ? 10 + gen_draw(g, 6) : 0;
    while (g->memory_bytes < 0x10000 && bits < 10 && (2u << bits) + 16 <= g->memory_bytes) {
        bits++;
    }
    uint32_t how = gen_draw(g, 100);
    if (how < 35) {
        i32_const(b, gen_draw(g, 1u << bits));
    } else if (how < 85) {
        want(b, WL_I32, 2);
        b->depth--;
        i32_const(b, (1u << bits) - 1);
        op(b, 0x71);
    } else if (how < 95) {
        uint32_t local = pick_local(b, WL_I32);
        uint32_t other = pick_local(b, WL_I32);
        if (local == WL_NO_INDEX) {
            i32_const(b, 0);
        } else { /* a sum of two locals, or of a local and a constant */
            op_index(b, 0x20, other);
            i32_const(b, (1u << bits) / 2 - (bits > 0));
            op(b, 0x71);
            op_index(b, 0x22, local);
            if (gen_chance(g, 50)) {
                op_index(b, 0x20, local);
            } else {
                i32_const(b, gen_draw(g, (1u << bits) / 2 + 1));
            }
            op(b, 0x6a);
        }
    } else if (how < 98) {
        i32_const(b, g->memory_bytes - gen_draw(g, 12));
        push(b, WL_I32);
        return gen_draw(g, 4);
    } else {
        want(b, WL_I32, 1);
        b->depth--;
    }
    push(b, WL_I32);
    return offset_below(b, bits);
}

static void put_access(body_t *b, const row_t *row, uint32_t offset) {
    op(b, row->byte);
    gen_put_u32(&b->code, gen_draw(b->g, row->imm - WL_IMM_MEM1 + 1u));
    gen_put_u32(&b->code, offset);
}

/* Makes the topmost operand one that the numeric instruction does not trap on. */
static void tame(body_t *b, uint8_t byte) {
    bool div32 = byte >= 0x6d && byte <= 0x70, div64 = byte >= 0x7f && byte <= 0x82;
    bool trunc = (byte >= 0xa8 && byte <= 0xab) || (byte >= 0xae && byte <= 0xb1);
    if ((!div32 && !div64 && !trunc) || gen_chance(b->g, 4)) {
        return;
    }
    if (div32) {
        i32_const(b, 1);
        op(b, 0x72);
    } else if (div64) {
        gen_put(&b->code, 0x42);
        gen_put(&b->code, 1);
        op(b, 0x84);
    } else { /* to an integer and back: no NaN, small enough, not negative for unsigned */
        uint32_t index = byte < 0xae ? byte - 0xa8u : byte - 0xaeu;
        bool is_double = (index & 2) != 0, is_unsigned = (index & 1) != 0;
        op(b, is_double ? 0xe2 : 0xe0);
        op(b, is_double ? 0xb7 : 0xb2);
        gen_put(&b->code, is_double ? 0x44 : 0x43);
        gen_put_bytes(&b->code, is_double ? "\0\0\0\0\0\0\xe4\x3f" : "\0\0\x20\x3f", is_double ? 8 : 4);
        op(b, is_double ? 0xa2 : 0x94);
        if (is_unsigned) {
            op(b, is_double ? 0x99 : 0x8b);
        }
    }
}

static void put_numeric(body_t *b, const row_t *row) {
    uint8_t types[3], result;
    uint32_t n = sig_operands(row->sig, types, &result);
    need(b, types, n);
    if (b->depth - top(b)->height >= n) {
        tame(b, row->byte);
    }
    op(b, row->byte);
    pop_n(b, n);
    push(b, result);
}

static void want_ref(body_t *b, uint8_t type) {
    gen_t *g = b->g;
    if (type == WL_FUNCREF && gen_chance(g, 50)) {
        op_index(b, 0xd2, g->n_imported_funcs + gen_draw(g, g->n_funcs - g->n_imported_funcs));
    } else {
        op(b, 0xd0);
        gen_put(&b->code, type);
    }
    push(b, type);
}

/* Pushes a value of `type`: an expression of at most `budget` levels. */
static void want(body_t *b, uint8_t type, uint32_t budget) {
    gen_t *g = b->g;
    uint32_t how = gen_draw(g, 100), index;
    if (how < 45 && (index = pick_local(b, type)) != WL_NO_INDEX) {
        op_index(b, 0x20, index);
        push(b, type);
    } else if (how < 52 && (index = pick_global(b, type, false)) != WL_NO_INDEX) {
        op_index(b, 0x23, index);
        push(b, type);
    } else if (wl_is_ref_type(type)) {
        want_ref(b, type);
    } else if (how < 62 && budget > 0 && g->memory_bytes >= 64) {
        const row_t *row = pick_row(b, is_access_row, type);
        uint32_t offset = address(b);
        put_access(b, row, offset);
        b->depth--;
        push(b, type);
    } else if (how < 82 && budget > 0 && !full(b)) {
        const row_t *row = pick_row(b, is_numeric_row, type);
        uint8_t types[3], result;
        uint32_t n = sig_operands(row->sig, types, &result);
        for (uint32_t i = 0; i < n; i++) {
            want(b, types[i], budget - 1);
        }
        tame(b, row->byte);
        op(b, row->byte);
        b->depth -= n;
        push(b, result);
    } else {
        gen_put_const(g, &b->code, type);
        push(b, type);
    }
}

/* Traps when the module's countdown has come to its end. */
static void count_down(body_t *b) {
    uint32_t global = b->g->countdown;
    if (!b->g->options.terminates) {
        return;
    }
    op_index(b, 0x23, global);
    op(b, 0x45);
    op(b, 0x04);
    op(b, 0x40);
    op(b, 0x00);
    op(b, 0x0b);
    op_index(b, 0x23, global);
    i32_const(b, 1);
    op(b, 0x6b);
    op_index(b, 0x24, global);
}

/* ---- Blocks ---- */

/* Writes a block type that takes and gives `type`, or makes a choice when it is NULL. */
static void block_type(body_t *b, frame_t *f, bool same) {
    gen_t *g = b->g;
    static const uint8_t single[] = {WL_I32, WL_I64, WL_F32, WL_F64, WL_FUNCREF, WL_EXTERNREF};
    uint32_t how = gen_draw(g, 10);
    if (how >= 7 || (same && how >= 4)) {
        uint32_t start = gen_draw(g, g->n_types);
        for (uint32_t i = 0; i < g->n_types; i++) {
            uint32_t index = (start + i) % g->n_types;
            const gen_type_t *t = &g->types[index];
            if (!same || (t->n_params == t->n_results && memcmp(t->params, t->results, t->n_params) == 0)) {
                f->params = t->params;
                f->results = t->results;
                f->n_params = t->n_params;
                f->n_results = t->n_results;
                f->height = index;
                return;
            }
        }
    }
    f->height = WL_NO_INDEX;
    if (how >= 4 && !same) {
        f->results = &single[gen_draw(g, 6)];
        f->n_results = 1;
    }
}

static void put_block_type(body_t *b, const frame_t *f) {
    if (f->height != WL_NO_INDEX) {
        gen_put_s64(&b->code, f->height);
    } else {
        gen_put(&b->code, f->n_results == 1 ? f->results[0] : 0x40);
    }
}

static void open_block(body_t *b, uint8_t kind) {
    gen_t *g = b->g;
    if (b->n_frames == MAX_FRAMES || full(b)) {
        return;
    }
    frame_t f = {.op = kind, .counter = -1, .iterations = b->iterations};
    uint32_t count = 0;
    if (kind == WL_WASM_LOOP && gen_chance(g, 60)) {
        count = 1 + gen_draw(g, MAX_ITERATIONS / b->iterations);
        uint32_t local = add_local(b, WL_I32);
        f.counter = local == WL_NO_INDEX ? -1 : (int32_t)local;
    }
    block_type(b, &f, f.counter >= 0);
    need(b, f.params, f.n_params);
    if (f.counter >= 0) {
        i32_const(b, count);
        op_index(b, 0x21, (uint32_t)f.counter);
        b->iterations *= count;
    }
    if (kind == WL_WASM_IF) {
        want(b, WL_I32, 2);
        b->depth--;
    }
    op(b, kind);
    put_block_type(b, &f);
    pop_n(b, f.n_params);
    f.height = b->depth;
    b->frames[b->n_frames++] = f;
    push_all(b, f.params, f.n_params);
    if (kind == WL_WASM_LOOP && f.counter < 0) {
        count_down(b);
    }
}

/* Leaves exactly the block's results on the stack, by one of several ways. */
static void settle(body_t *b) {
    frame_t *f = top(b);
    if (has(b, f->results, f->n_results) &&
        (b->depth - f->height == f->n_results || (f->dead && b->depth - f->height < f->n_results))) {
        return;
    }
    if (!f->dead && f->counter < 0 && gen_chance(b->g, 50)) {
        need(b, f->results, f->n_results);
        bool out = b->n_frames == 1 && gen_chance(b->g, 50);
        if (out) {
            op(b, WL_WASM_RETURN);
        } else if (f->op != WL_WASM_LOOP) {
            op_index(b, WL_WASM_BR, 0);
        }
        if (out || f->op != WL_WASM_LOOP) {
            die(b);
            return;
        }
    }
    while (b->depth > f->height) {
        op(b, WL_WASM_DROP);
        b->depth--;
    }
    if (!f->dead) {
        for (uint32_t i = 0; i < f->n_results; i++) {
            want(b, f->results[i], 1);
        }
    }
}

static void close_block(body_t *b) {
    frame_t *f = top(b);
    settle(b);
    if (f->counter >= 0 && !f->dead) {
        op_index(b, 0x20, (uint32_t)f->counter);
        i32_const(b, 1);
        op(b, 0x6b);
        op_index(b, 0x22, (uint32_t)f->counter);
        op_index(b, WL_WASM_BR_IF, 0);
    }
    bool same = f->n_params == f->n_results && (f->n_params == 0 || memcmp(f->params, f->results, f->n_params) == 0);
    if (f->op == WL_WASM_IF && (!same || gen_chance(b->g, 50))) {
        op(b, WL_WASM_ELSE);
        f->op = WL_WASM_ELSE;
        f->dead = false;
        b->depth = f->height;
        push_all(b, f->params, f->n_params);
        return;
    }
    op(b, WL_WASM_END);
    b->depth = f->height;
    b->iterations = f->iterations;
    b->n_frames--;
    if (b->n_frames > 0) {
        push_all(b, f->results, f->n_results);
    }
}

/* ---- Branches ---- */

static const uint8_t *label(const frame_t *f, uint32_t *n) {
    *n = f->op == WL_WASM_LOOP ? f->n_params : f->n_results;
    return f->op == WL_WASM_LOOP ? f->params : f->results;
}

/* A label that may be branched to; the function's always may. */
static uint32_t pick_label(body_t *b) {
    uint32_t depth = gen_draw(b->g, gen_chance(b->g, 70) && b->n_frames > 3 ? 3 : b->n_frames);
    while (b->frames[b->n_frames - 1 - depth].counter >= 0) {
        depth++;
    }
    return depth;
}

static void act_br_if(body_t *b) {
    uint32_t n, depth = pick_label(b);
    const uint8_t *types = label(&b->frames[b->n_frames - 1 - depth], &n);
    need(b, types, n);
    want(b, WL_I32, 2);
    op_index(b, WL_WASM_BR_IF, depth);
    b->depth--;
    pop_n(b, n);
    push_all(b, types, n);
}

static void act_br_table(body_t *b) {
    gen_t *g = b->g;
    uint32_t n, depth = pick_label(b);
    const uint8_t *types = label(&b->frames[b->n_frames - 1 - depth], &n);
    uint32_t labels[64], count = gen_draw(g, gen_chance(g, 10) ? 60 : 6);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t m;
        labels[i] = pick_label(b);
        const uint8_t *other = label(&b->frames[b->n_frames - 1 - labels[i]], &m);
        if (m != n || (n != 0 && memcmp(types, other, n) != 0)) {
            labels[i] = depth;
        }
    }
    need(b, types, n);
    want(b, WL_I32, 1);
    if (gen_chance(g, 70)) {
        i32_const(b, 7);
        op(b, 0x71);
    }
    op_index(b, WL_WASM_BR_TABLE, count);
    for (uint32_t i = 0; i < count; i++) {
        gen_put_u32(&b->code, labels[i]);
    }
    gen_put_u32(&b->code, depth);
    die(b);
}

static void act_leave(body_t *b) {
    uint32_t how = gen_draw(b->g, 10);
    if (how < 4) {
        act_br_table(b);
    } else if (how < 7) {
        uint32_t n, depth = pick_label(b);
        const uint8_t *types = label(&b->frames[b->n_frames - 1 - depth], &n);
        need(b, types, n);
        op_index(b, WL_WASM_BR, depth);
        die(b);
    } else if (how < 9 || b->n_frames < 3) {
        need(b, b->type->results, b->type->n_results);
        op(b, WL_WASM_RETURN);
        die(b);
    } else {
        op(b, WL_WASM_UNREACHABLE);
        die(b);
    }
}

/* ---- Calls ---- */

static bool same_results(const gen_type_t *a, const gen_type_t *b) {
    return a->n_results == b->n_results && memcmp(a->results, b->results, a->n_results) == 0;
}

static void finish_call(body_t *b, const gen_type_t *type, bool tail) {
    pop_n(b, type->n_params);
    if (tail) {
        die(b);
    } else {
        push_all(b, type->results, type->n_results);
    }
}

static void act_call(body_t *b, bool tail) {
    gen_t *g = b->g;
    uint32_t start = gen_draw(g, g->n_funcs);
    for (uint32_t i = 0; i < g->n_funcs; i++) {
        uint32_t func = (start + i) % g->n_funcs;
        const gen_type_t *type = &g->types[g->func_types[func]];
        if (func == g->n_funcs - 1 || (tail && !same_results(type, b->type))) {
            continue; /* the last one would set the countdown back */
        }
        need(b, type->params, type->n_params);
        op_index(b, tail ? WL_WASM_RETURN_CALL : WL_WASM_CALL, func);
        finish_call(b, type, tail);
        return;
    }
}

static void act_call_indirect(body_t *b, bool tail) {
    gen_t *g = b->g;
    uint32_t start = gen_draw(g, GEN_TABLE_KNOWN);
    for (uint32_t table = 0; table < g->n_tables; table++) {
        for (uint32_t i = 0; i < GEN_TABLE_KNOWN && g->tables[table].type == WL_FUNCREF; i++) {
            uint32_t index = (start + i) % GEN_TABLE_KNOWN, func = g->tables[table].known[index];
            if (func == 0 || func == g->n_funcs) {
                continue;
            }
            uint32_t type_index = g->func_types[func - 1];
            const gen_type_t *type = &g->types[type_index];
            if (tail && !same_results(type, b->type)) {
                continue;
            }
            need(b, type->params, type->n_params);
            if (gen_chance(g, 4)) {
                want(b, WL_I32, 1);
                b->depth--;
            } else {
                i32_const(b, index);
                if (gen_chance(g, 40)) { /* the index in a slot, not as a constant */
                    i32_const(b, gen_chance(g, 96) ? index : index + 1);
                    op(b, 0x71);
                }
            }
            op_index(b, tail ? WL_WASM_RETURN_CALL_INDIRECT : WL_WASM_CALL_INDIRECT, type_index);
            gen_put_u32(&b->code, table);
            finish_call(b, type, tail);
            return;
        }
    }
}

/* ---- Other actions ---- */

static void act_local(body_t *b) {
    gen_t *g = b->g;
    uint8_t type = b->depth > top(b)->height ? b->stack[b->depth - 1] : gen_value_type(g, true);
    uint32_t local = pick_local(b, type);
    if (local == WL_NO_INDEX) {
        local = add_local(b, type);
    }
    if (local != WL_NO_INDEX) {
        need(b, &type, 1);
        uint32_t tee = gen_draw(g, 3) == 0;
        op_index(b, tee ? 0x22 : 0x21, local);
        pop_n(b, 1);
        if (tee) {
            push(b, type);
        }
    }
}

static void act_global_set(body_t *b) {
    uint8_t type = b->depth > top(b)->height ? b->stack[b->depth - 1] : gen_value_type(b->g, true);
    uint32_t global = pick_global(b, type, true);
    if (global != WL_NO_INDEX) {
        need(b, &type, 1);
        op_index(b, 0x24, global);
        pop_n(b, 1);
    }
}

static void act_store(body_t *b) {
    gen_t *g = b->g;
    if (g->memory_bytes < 64) {
        return;
    }
    uint32_t start = gen_draw(g, N_ROWS);
    for (uint32_t i = 0; i < N_ROWS; i++) {
        const row_t *row = &rows[(start + i) % N_ROWS];
        uint8_t types[3], result;
        if (!is_access_row(row) || sig_operands(row->sig, types, &result) != 2) {
            continue;
        }
        uint32_t offset = address(b);
        want(b, types[1], 2);
        put_access(b, row, offset);
        b->depth -= 2;
        return;
    }
}

static void act_select(body_t *b) {
    gen_t *g = b->g;
    bool typed = gen_chance(g, 30);
    uint8_t type = gen_value_type(g, typed), pair[2] = {type, type};
    if (!top(b)->dead) {
        need(b, pair, 2);
    } else {
        want(b, type, 1);
        want(b, type, 1);
    }
    want(b, WL_I32, 2);
    op(b, typed ? WL_WASM_SELECT_T : WL_WASM_SELECT);
    if (typed) {
        gen_put(&b->code, 1);
        gen_put(&b->code, type);
    }
    b->depth--;
    pop_n(b, 2);
    push(b, type);
}

static void act_drop(body_t *b) {
    if (b->depth > top(b)->height || top(b)->dead) {
        op(b, WL_WASM_DROP);
        pop_n(b, 1);
    }
}

static void small(body_t *b, uint32_t below) {
    i32_const(b, gen_draw(b->g, below));
    if (gen_chance(b->g, 30)) {
        i32_const(b, gen_draw(b->g, below) | 1);
        op(b, 0x71);
    }
}

static void act_table(body_t *b) {
    gen_t *g = b->g;
    if (g->n_tables == 0) {
        return;
    }
    uint32_t table = gen_draw(g, g->n_tables), other = gen_draw(g, g->n_tables);
    const gen_table_t *t = &g->tables[table];
    uint32_t below = t->min + (gen_chance(g, 5) ? 2 : 0), length = gen_draw(g, 4), elem;
    if (below == 0 || g->tables[other].type != t->type || g->tables[other].min < 4) {
        other = table;
    }
    switch (gen_draw(g, 9)) {
        case 0:
            small(b, below);
            op_index(b, WL_WASM_TABLE_GET, table);
            push(b, t->type);
            break;
        case 1:
            small(b, below);
            want(b, t->type, 1);
            op_index(b, WL_WASM_TABLE_SET, table);
            b->depth--;
            break;
        case 2:
            op_index(b, WL_WASM_TABLE_SIZE, table);
            push(b, WL_I32);
            break;
        case 3:
            want(b, t->type, 1);
            small(b, 6);
            op_index(b, WL_WASM_TABLE_GROW, table);
            b->depth--;
            push(b, WL_I32);
            break;
        case 4:
            small(b, below / 2);
            want(b, t->type, 1);
            small(b, below / 2);
            op_index(b, WL_WASM_TABLE_FILL, table);
            b->depth--;
            break;
        case 5:
            small(b, below / 2);
            small(b, g->tables[other].min / 2);
            small(b, 2);
            op_index(b, WL_WASM_TABLE_COPY, table);
            gen_put_u32(&b->code, other);
            break;
        case 6:
            elem = gen_draw(g, g->n_elems);
            if (g->n_elems > 0 && g->elems[elem].type == t->type) {
                i32_const(b, gen_draw(g, below > length ? below - length + 1 : 1));
                i32_const(b, 0);
                i32_const(b, g->elems[elem].mode == 1 && length <= g->elems[elem].count ? length : 0);
                op_index(b, WL_WASM_TABLE_INIT, elem);
                gen_put_u32(&b->code, table);
            }
            break;
        case 7:
            if (g->n_elems > 0 && gen_chance(g, 30)) {
                op_index(b, WL_WASM_ELEM_DROP, gen_draw(g, g->n_elems));
            }
            break;
        default:
            want(b, t->type, 1);
            op(b, WL_WASM_REF_IS_NULL);
            b->depth--;
            push(b, WL_I32);
            break;
    }
}

static void act_bulk(body_t *b) {
    gen_t *g = b->g;
    uint32_t below = g->memory_bytes > 2048 ? 1024 : g->memory_bytes / 2 + (gen_chance(g, 5) ? 100 : 0), data;
    if (!g->has_memory) {
        return;
    }
    switch (gen_draw(g, 6)) {
        case 0:
            op_index(b, WL_WASM_MEMORY_SIZE, 0);
            push(b, WL_I32);
            break;
        case 1:
            small(b, 3);
            op_index(b, WL_WASM_MEMORY_GROW, 0);
            push(b, WL_I32);
            break;
        case 2:
            small(b, below);
            small(b, below);
            small(b, below);
            op_index(b, WL_WASM_MEMORY_COPY, 0);
            gen_put(&b->code, 0);
            break;
        case 3:
            small(b, below);
            want(b, WL_I32, 1);
            b->depth--;
            small(b, below);
            op_index(b, WL_WASM_MEMORY_FILL, 0);
            break;
        case 4:
            data = gen_draw(g, g->n_datas);
            if (g->n_datas > 0) {
                small(b, below);
                i32_const(b, 0);
                i32_const(b, g->datas[data].mode == 1 ? gen_draw(g, g->datas[data].count + 1) : 0);
                op_index(b, WL_WASM_MEMORY_INIT, data);
                gen_put(&b->code, 0);
            }
            break;
        default:
            if (g->n_datas > 0 && gen_chance(g, 30)) {
                op_index(b, WL_WASM_DATA_DROP, gen_draw(g, g->n_datas));
            }
            break;
    }
}

/* Shapes that the translator fuses or has to keep apart. */
static void act_idiom(body_t *b) {
    gen_t *g = b->g;
    uint8_t type = gen_value_type(g, false);
    uint32_t a = pick_local(b, type), c = pick_local(b, type);
    if (a == WL_NO_INDEX) {
        a = c = add_local(b, type);
        if (a == WL_NO_INDEX) {
            return;
        }
    }
    const row_t *row;
    uint8_t types[3], result;
    uint32_t n;
    do {
        row = &rows[gen_draw(g, N_ROWS)];
        if (g->pos >= g->tape_size) {
            return;
        }
    } while (!is_numeric_row(row) || sig_operands(row->sig, types, &result) == 0 || types[0] != type);
    n = sig_operands(row->sig, types, &result);
    switch (gen_draw(g, 5)) {
        case 0: /* a = a op x */
            op_index(b, 0x20, a);
            push(b, type);
            if (n == 2) {
                want(b, types[1], 0);
            }
            tame(b, row->byte);
            op(b, row->byte);
            b->depth -= n;
            push(b, result);
            c = pick_local(b, result);
            if (c != WL_NO_INDEX) {
                bool tee = gen_chance(g, 30);
                op_index(b, tee ? 0x22 : 0x21, c);
                b->depth -= !tee;
            }
            break;
        case 1: /* the operand is the local's value before it changes */
            op_index(b, 0x20, a);
            push(b, type);
            want(b, type, 1);
            op_index(b, 0x21, a);
            b->depth--;
            if (n == 2) {
                op_index(b, 0x20, c);
                push(b, type);
            }
            tame(b, row->byte);
            op(b, row->byte);
            b->depth -= n;
            push(b, result);
            break;
        case 2: { /* a comparison, perhaps negated, and what depends on it */
            uint32_t compare = 0x46 + gen_draw(g, 10);
            want(b, WL_I32, gen_draw(g, 2));
            want(b, WL_I32, gen_draw(g, 2));
            op(b, compare);
            b->depth -= 2;
            push(b, WL_I32);
            for (uint32_t not_count = gen_draw(g, 3); not_count > 0; not_count--) {
                op(b, 0x45);
            }
            uint32_t depth = pick_label(b), values;
            label(&b->frames[b->n_frames - 1 - depth], &values);
            if (values == 0) {
                op_index(b, WL_WASM_BR_IF, depth);
                b->depth--;
            }
            break;
        }
        case 3: /* swap through the stack */
            op_index(b, 0x20, a);
            op_index(b, 0x20, c);
            op_index(b, 0x21, a);
            op_index(b, 0x21, c);
            break;
        default: /* one value in two places */
            want(b, type, 1);
            op_index(b, 0x22, a);
            op_index(b, 0x22, c);
            break;
    }
}

static void act_burst(body_t *b) {
    for (uint32_t n = 10 + gen_draw(b->g, 90); n > 0 && !full(b); n--) {
        want(b, gen_value_type(b->g, true), 1);
    }
}

static void act(body_t *b) {
    gen_t *g = b->g;
    uint32_t how = gen_draw(g, 108);
    if (how < 10) {
        if (!full(b)) {
            want(b, gen_value_type(g, true), 2);
        }
    } else if (how < 28) {
        put_numeric(b, pick_row(b, is_numeric_row, 0));
    } else if (how < 42) {
        act_local(b);
    } else if (how < 49) {
        act_store(b);
    } else if (how < 60) {
        static const uint8_t kinds[] = {WL_WASM_BLOCK, WL_WASM_LOOP, WL_WASM_IF};
        open_block(b, kinds[gen_draw(g, 3)]);
    } else if (how < 66) {
        if (b->n_frames > 1) {
            close_block(b);
        }
    } else if (how < 72) {
        act_br_if(b);
    } else if (how < 74) {
        act_leave(b);
    } else if (how < 79) {
        act_call(b, false);
    } else if (how < 83) {
        act_call_indirect(b, false);
    } else if (how < 84) {
        if (gen_chance(g, 50)) {
            act_call(b, true);
        } else {
            act_call_indirect(b, true);
        }
    } else if (how < 88) {
        act_select(b);
    } else if (how < 91) {
        act_drop(b);
    } else if (how < 94) {
        act_global_set(b);
    } else if (how < 101) {
        act_idiom(b);
    } else if (how < 104) {
        act_table(b);
    } else if (how < 106) {
        act_bulk(b);
    } else if (how < 107) {
        act_burst(b);
    } else {
        op(b, WL_WASM_NOP);
    }
}

/* ---- The body ---- */

static void choose_locals(body_t *b) {
    gen_t *g = b->g;
    for (uint32_t i = 0; i < b->type->n_params; i++) {
        add_local(b, b->type->params[i]);
    }
    uint32_t groups = gen_draw(g, 5);
    for (uint32_t i = 0; i < groups; i++) {
        uint8_t type = gen_value_type(g, true);
        for (uint32_t n = gen_chance(g, 6) ? gen_draw(g, 100) : gen_draw(g, 5); n > 0; n--) {
            add_local(b, type);
        }
    }
    while (b->n_locals < 4) {
        add_local(b, WL_I32);
    }
    b->hot = gen_draw(g, b->n_locals);
}

static void put_locals(const body_t *b, gen_buf_t *out) {
    uint32_t groups = 0;
    for (int write = 0; write < 2; write++) {
        for (uint32_t i = b->type->n_params; i < b->n_locals;) {
            uint32_t n = 1;
            while (i + n < b->n_locals && b->locals[i + n] == b->locals[i]) {
                n++;
            }
            if (write) {
                gen_put_u32(out, n);
                gen_put(out, b->locals[i]);
            } else {
                groups++;
            }
            i += n;
        }
        if (!write) {
            gen_put_u32(out, groups);
        }
    }
}

void gen_body(gen_t *g, gen_buf_t *out, uint32_t func, size_t limit) {
    body_t b = {.g = g, .type = &g->types[g->func_types[func]], .iterations = 1};
    size_t whole = g->tape_size;
    g->tape_size = limit < whole ? limit : whole; /* what is drawn past it is zero */
    choose_locals(&b);
    b.frames[b.n_frames++] = (frame_t){.op = WL_WASM_BLOCK, .counter = -1, .iterations = 1, .results = b.type->results, .n_results = b.type->n_results};
    count_down(&b);
    while (g->pos < g->tape_size && b.actions++ < MAX_ACTIONS) {
        if (top(&b)->dead && gen_chance(g, 70)) {
            if (b.n_frames == 1) {
                break;
            }
            close_block(&b);
            continue;
        }
        act(&b);
    }
    while (b.n_frames > 0) {
        close_block(&b);
    }
    put_locals(&b, out);
    gen_put_bytes(out, b.code.bytes, b.code.size);
    free(b.code.bytes);
    g->tape_size = whole;
}
