/* SPDX-License-Identifier: MIT
 *
 * The native compiler's back end for Thumb-1 (Cortex-M0+) and Thumb-2 (Cortex-M3 and up): one file,
 * because the first is a subset of the second. WL_THUMB2 is a constant.
 *
 * Source: ARMv6-M and ARMv7-M Architecture Reference Manuals, "Instruction Details".
 */
#include "wl_native.h"
#include "wl_translate.h"

#if WL_ENABLE_NATIVE && (WL_NATIVE_BACKEND == WL_BACKEND_THUMB1 || WL_NATIVE_BACKEND == WL_BACKEND_THUMB2)

enum { FP = 7,
       FUEL = 9,
       MEM = 10,
       LIM = 11,
       IP = 12,
       LR = 14,
       PC = 15 };
#define SCRATCH (WL_THUMB2 ? IP : 3u)
#define IS_LOW(r) ((r) < 8)

const uint8_t wl_be_locals[WL_BE_LOCALS] = {4, 5, 6, 8, 11};

/* Whether the memory is as large as it can get: its limit is a constant then. */
static bool fixed_limit(const wl_native_t *n) {
    const wl_memory_t *m = n->instance->memories[0];
    return m == NULL || n->instance->memory_floor == m->reserve;
}

uint32_t wl_be_local_count(const wl_native_t *n) {
    if (!WL_THUMB2) {
        return 3;
    }
    return fixed_limit(n) ? 5 : 4;
}

uint32_t wl_be_limit_reg(const wl_native_t *n) {
    return WL_THUMB2 && fixed_limit(n) ? LIM : 0;
}

/* ---- Words ---- */

static void put(wl_native_t *n, uint32_t half) {
    if (n->code != NULL) {
        if (n->pos >= n->limit) {
            wl_native_fail(n);
            return;
        }
        n->code[n->pos] = (uint16_t)half;
    }
    n->pos++;
}

static void put2(wl_native_t *n, uint32_t first, uint32_t second) {
    put(n, first);
    put(n, second);
}

static void set(wl_native_t *n, uint32_t pos, uint32_t half) {
    if (n->code != NULL && pos < n->pos) {
        n->code[pos] = (uint16_t)half;
    }
}

/* ---- Encodings ---- */

/* Thumb-2's constants: a byte, repeated or shifted; as the 12 bits i:imm3:imm8, or -1. */
static int32_t modified(uint32_t v) {
    uint32_t b = v & 0xff;
    if (v < 256) {
        return (int32_t)v;
    }
    if (v == (b | b << 16)) {
        return (int32_t)(0x100 | b);
    }
    if (v == b * 0x01010101u) {
        return (int32_t)(0x300 | b);
    }
    b = v >> 8 & 0xff;
    if (v == (b << 8 | b << 24)) {
        return (int32_t)(0x200 | b);
    }
    for (uint32_t r = 8; r < 32; r++) {
        uint32_t x = v << r | v >> (32 - r);
        if (x >= 128 && x < 256) {
            return (int32_t)(r << 7 | (x & 0x7f));
        }
    }
    return -1;
}

static void put_modified(wl_native_t *n, uint32_t op, uint32_t rn, uint32_t rd, uint32_t imm12) {
    put2(n, op | (imm12 >> 11 & 1) << 10 | rn, (imm12 >> 8 & 7) << 12 | rd << 8 | (imm12 & 0xff));
}

enum { W_AND = 0xf000,
       W_BIC = 0xf020,
       W_ORR = 0xf040,
       W_MVN = 0xf060,
       W_EOR = 0xf080,
       W_ADD = 0xf100,
       W_SUB = 0xf1a0,
       W_RSB = 0xf1c0,
       W_S = 0x10,
       W_ADDW = 0xf200,
       W_MOVW = 0xf240,
       W_SUBW = 0xf2a0 };
/* The same with registers; shifts and others by the pair of their halves. */
enum { R_AND = 0xea00,
       R_ORR = 0xea40,
       R_EOR = 0xea80,
       R_ADD = 0xeb00,
       R_ADC = 0xeb40,
       R_SBC = 0xeb60,
       R_SUB = 0xeba0 };
enum { N_AND = 0,
       N_EOR = 1,
       N_LSL = 2,
       N_LSR = 3,
       N_ASR = 4,
       N_ADC = 5,
       N_SBC = 6,
       N_ROR = 7,
       N_RSB = 9,
       N_CMP = 10,
       N_ORR = 12,
       N_MUL = 13,
       N_MVN = 15 };
enum { CC_EQ,
       CC_NE,
       CC_HS,
       CC_LO,
       CC_MI,
       CC_PL,
       CC_HI = 8,
       CC_LS,
       CC_GE,
       CC_LT,
       CC_GT,
       CC_LE,
       CC_AL };

static const uint8_t conditions[WL_COND_COUNT] = {CC_EQ, CC_NE, CC_LT, CC_LO, CC_GE, CC_HS, CC_GT, CC_HI, CC_LE, CC_LS};

/* Behind an instruction that sets the flags by its result: comparing that with zero is done. */
static void flags_are_of(wl_native_t *n, uint32_t reg) {
    n->flags_reg = (uint8_t)reg;
    n->flags_pos = (uint16_t)n->pos;
}

static void dp(wl_native_t *n, uint32_t op, uint32_t d, uint32_t m) {
    put(n, 0x4000 | op << 6 | m << 3 | d);
    if (op != N_CMP) {
        flags_are_of(n, d);
    }
}

static void wide(wl_native_t *n, uint32_t op, uint32_t d, uint32_t a, uint32_t b) {
    put2(n, op | a, d << 8 | b);
}

void wl_be_move(wl_native_t *n, uint32_t d, uint32_t s) {
    if (d != s) {
        put(n, 0x4600 | (d & 8) << 4 | s << 3 | (d & 7));
    }
}

/* A short branch over so many words behind the next instruction's first. */
static void skip_if(wl_native_t *n, uint32_t cc, uint32_t words) {
    put(n, 0xd000 | cc << 8 | ((words - 1) & 0xff));
}

/* The halves of BL (or, with `op` 0x9000, of B.W) over `offset` words from behind itself. */
static void encode_long(uint32_t op, int32_t offset, uint32_t half[2]) {
    uint32_t x = (uint32_t)offset, s = x >> 23 & 1, j1 = !((x >> 22 & 1) ^ s), j2 = !((x >> 21 & 1) ^ s);
    half[0] = 0xf000 | s << 10 | (x >> 11 & 0x3ff);
    half[1] = op | j1 << 13 | j2 << 11 | (x & 0x7ff);
}
enum { LONG_BL = 0xd000,
       LONG_B = 0x9000 };

/* To a word of the region, counted from its start. */
static void put_long(wl_native_t *n, uint32_t op, uint32_t to) {
    uint32_t half[2];
    encode_long(op, (int32_t)(to - (n->base + n->pos + 2)), half);
    put2(n, half[0], half[1]);
}

static void call_stub(wl_native_t *n, uint32_t stub) {
    put_long(n, LONG_BL, WL_BE_STUB(stub));
}

void wl_be_link(uint16_t *back, const uint16_t *to) {
    uint32_t half[2];
    encode_long(LONG_BL, (int32_t)(to - back), half);
    back[-2] = (uint16_t)half[0];
    back[-1] = (uint16_t)half[1];
    wl_be_sync(back - 2, 4);
}

/* ---- Literals ---- */

#define FRAME_LITERAL 0x8000u /* of a literal's position: its value is known at the end */
#define LITERAL_REACH 1000u /* bytes */
#define LITERAL_HURRY 600u

static void put_literals(wl_native_t *n) {
    if (n->pos & 1) {
        put(n, 0x46c0); /* mov r8, r8 */
    }
    for (uint32_t i = 0; i < n->n_literals; i++) {
        if (n->literal_uses[i] == 0) {
            continue;
        }
        uint32_t value = n->literal_values[i], at = n->pos;
        bool frame = n->literal_uses[i] & FRAME_LITERAL;
        put2(n, value & 0xffff, value >> 16);
        if (frame) {
            n->frame_pos = (uint16_t)at;
        }
        for (uint32_t k = i; k < n->n_literals; k++) {
            uint32_t pos = n->literal_uses[k] & ~FRAME_LITERAL, distance = (at - ((pos + 2) & ~1u)) * 2;
            if (pos == 0 || n->literal_values[k] != value || (frame && k > i)) {
                continue;
            }
            n->literal_uses[k] = 0;
            if (distance > LITERAL_REACH) {
                wl_native_fail(n);
            } else if (n->code != NULL && (n->code[pos] & 0xf800) == 0x4800) {
                n->code[pos] = (uint16_t)(n->code[pos] | distance / 4);
            } else {
                set(n, pos + 1, n->code != NULL ? n->code[pos + 1] | distance : 0);
            }
        }
    }
    n->n_literals = 0;
}

/* Behind code that goes on elsewhere. */
static void offer_literals(wl_native_t *n) {
    if (n->n_literals > 8 || (n->n_literals > 0 && (n->pos - n->first_literal) * 2 > LITERAL_REACH / 4)) {
        put_literals(n);
    }
}

/* Writes literals now that would be out of reach behind so many bytes more. */
static void hurry_literals(wl_native_t *n, uint32_t bytes) {
    uint32_t since = (n->pos - n->first_literal) * 2;
    if (n->n_literals > 0 && (since + bytes > LITERAL_HURRY || n->n_literals > WL_N_LITERALS - 14)) {
        uint32_t at = n->pos;
        put(n, 0);
        put_literals(n);
        set(n, at, 0xe000 | ((n->pos - at - 2) & 0x7ff));
    }
}

void wl_be_step(wl_native_t *n) {
    hurry_literals(n, 0);
}

static void put_literal(wl_native_t *n, uint32_t d, uint32_t value) {
    if (n->n_literals == WL_N_LITERALS) {
        wl_native_fail(n);
        return;
    }
    if (n->n_literals == 0) {
        n->first_literal = n->pos;
    }
    n->literal_values[n->n_literals] = value;
    n->literal_uses[n->n_literals++] = (uint16_t)n->pos;
    if (IS_LOW(d)) {
        put(n, 0x4800 | d << 8);
    } else {
        put2(n, 0xf8df, d << 12);
    }
}

static bool literal_waits(const wl_native_t *n, uint32_t value) {
    for (uint32_t i = 0; i < n->n_literals; i++) {
        if (n->literal_values[i] == value && !(n->literal_uses[i] & FRAME_LITERAL)) {
            return true;
        }
    }
    return false;
}

void wl_be_const(wl_native_t *n, uint32_t d, uint32_t v) {
    if (IS_LOW(d) && v < 256) {
        put(n, 0x2000 | d << 8 | v);
        return;
    }
    if (WL_THUMB2) {
        if (modified(v) >= 0) {
            put_modified(n, W_ORR, PC, d, (uint32_t)modified(v));
        } else if (modified(~v) >= 0) {
            put_modified(n, W_MVN, PC, d, (uint32_t)modified(~v));
        } else if (v < 0x10000) {
            put_modified(n, W_MOVW, v >> 12, d, v & 0xfff);
        } else {
            put_literal(n, d, v);
        }
        return;
    }
    uint32_t shift = (uint32_t)__builtin_ctz(v);
    if (v >> shift < 256 && n->loop_depth == 0 && !literal_waits(n, v)) { /* longer, but no word more */
        put(n, 0x2000 | d << 8 | v >> shift);
        put(n, shift << 6 | d << 3 | d);
    } else if (~v < 256) {
        put(n, 0x2000 | d << 8 | ~v);
        dp(n, N_MVN, d, d);
    } else {
        put_literal(n, d, v);
    }
}

/* ---- Arithmetic ---- */

static bool fits_add(uint32_t v) {
    uint32_t w = 0u - v;
    return WL_THUMB2 ? modified(v) >= 0 || modified(w) >= 0 || v < 4096 || w < 4096 : v < 256 || w < 256;
}

static bool is_mask(uint32_t v) {
    return v != 0 && (v & (v + 1)) == 0;
}

bool wl_be_alu_fits(wl_nalu_t op, uint32_t v) {
    switch (op) {
        case WL_ALU_ADD:
        case WL_ALU_SUB: return fits_add(v);
        case WL_ALU_MUL: return v != 0 && (v & (v - 1)) == 0;
        case WL_ALU_AND: return is_mask(v) || (WL_THUMB2 && (modified(v) >= 0 || modified(~v) >= 0));
        case WL_ALU_OR: return WL_THUMB2 && modified(v) >= 0;
        case WL_ALU_XOR: return v == UINT32_MAX || (WL_THUMB2 && modified(v) >= 0);
        default: return true;
    }
}

static void add_const(wl_native_t *n, uint32_t d, uint32_t a, uint32_t v) {
    uint32_t w = 0u - v;
    bool negative = v >= 0x80000000u;
    uint32_t u = negative ? w : v;
    if (v == 0) {
        wl_be_move(n, d, a);
    } else if (IS_LOW(d) && IS_LOW(a) && u < 8) {
        put(n, (negative ? 0x1e00u : 0x1c00u) | u << 6 | a << 3 | d);
        flags_are_of(n, d);
    } else if (IS_LOW(d) && u < 256 && (d == a || !WL_THUMB2)) {
        wl_be_move(n, d, a);
        put(n, (negative ? 0x3800u : 0x3000u) | d << 8 | u);
        flags_are_of(n, d);
    } else if (modified(v) >= 0) {
        put_modified(n, W_ADD, a, d, (uint32_t)modified(v));
    } else if (modified(w) >= 0) {
        put_modified(n, W_SUB, a, d, (uint32_t)modified(w));
    } else if (v < 4096) {
        put_modified(n, W_ADDW, a, d, v);
    } else {
        put_modified(n, W_SUBW, a, d, w);
    }
}

/* Shifts: 0 left, 1 right, 2 right with the sign, 3 around. */
static void shift_const(wl_native_t *n, uint32_t type, uint32_t d, uint32_t a, uint32_t count) {
    if (count == 0) {
        wl_be_move(n, d, a);
    } else if (IS_LOW(d) && IS_LOW(a) && type < 3) {
        put(n, type << 11 | count << 6 | a << 3 | d);
        flags_are_of(n, d);
    } else if (WL_THUMB2) {
        put2(n, 0xea4f, (count >> 2) << 12 | d << 8 | (count & 3) << 6 | type << 4 | a);
    } else {
        put(n, 0x2000 | SCRATCH << 8 | count);
        wl_be_move(n, d, a);
        dp(n, N_ROR, d, SCRATCH);
    }
}

static void and_const(wl_native_t *n, uint32_t d, uint32_t a, uint32_t v) {
    bool low = IS_LOW(d) && IS_LOW(a);
    if (low && (v == 0xff || v == 0xffff)) {
        put(n, (v == 0xff ? 0xb2c0u : 0xb280u) | a << 3 | d);
    } else if (WL_THUMB2 && modified(v) >= 0) {
        put_modified(n, W_AND, a, d, (uint32_t)modified(v));
    } else if (WL_THUMB2 && modified(~v) >= 0) {
        put_modified(n, W_BIC, a, d, (uint32_t)modified(~v));
    } else { /* a mask of low bits */
        uint32_t count = (uint32_t)__builtin_clz(v);
        shift_const(n, 0, d, a, count);
        shift_const(n, 1, d, d, count);
    }
}

void wl_be_alu_const(wl_native_t *n, wl_nalu_t op, uint32_t d, uint32_t a, uint32_t v) {
    switch (op) {
        case WL_ALU_ADD: add_const(n, d, a, v); break;
        case WL_ALU_SUB: add_const(n, d, a, 0u - v); break;
        case WL_ALU_MUL: shift_const(n, 0, d, a, (uint32_t)__builtin_ctz(v)); break;
        case WL_ALU_AND: and_const(n, d, a, v); break;
        case WL_ALU_OR: put_modified(n, W_ORR, a, d, (uint32_t)modified(v)); break;
        case WL_ALU_XOR:
            if (v != UINT32_MAX) {
                put_modified(n, W_EOR, a, d, (uint32_t)modified(v));
            } else if (IS_LOW(d) && IS_LOW(a)) {
                dp(n, N_MVN, d, a);
            } else {
                put2(n, 0xea6f, d << 8 | a);
            }
            break;
        case WL_ALU_ROTL: shift_const(n, 3, d, a, (0u - v) & 31); break;
        case WL_ALU_ROTR: shift_const(n, 3, d, a, v & 31); break;
        default: shift_const(n, op - (uint32_t)WL_ALU_SHL == 0 ? 0 : op == WL_ALU_SHR_U ? 1
                                                                                        : 2,
                             d, a, v & 31);
            break;
    }
}

static void shift_reg1(wl_native_t *n, wl_nalu_t op, uint32_t d, uint32_t a, uint32_t b) {
    static const uint8_t narrow[] = {N_LSL, N_ASR, N_LSR, N_ROR, N_ROR};
    if (op == WL_ALU_ROTL) {
        dp(n, N_RSB, SCRATCH, b);
    } else if (op == WL_ALU_ROTR) {
        wl_be_move(n, SCRATCH, b);
    } else {
        put(n, 0x2000 | SCRATCH << 8 | 31);
        dp(n, N_AND, SCRATCH, b);
    }
    wl_be_move(n, d, a);
    dp(n, narrow[op - WL_ALU_SHL], d, SCRATCH);
}

static void shift_reg2(wl_native_t *n, wl_nalu_t op, uint32_t d, uint32_t a, uint32_t b) {
    static const uint16_t shifts[] = {0xfa00, 0xfa40, 0xfa20, 0xfa60, 0xfa60};
    uint32_t count = IP;
    if (op == WL_ALU_ROTL) {
        put_modified(n, W_RSB, b, IP, 0);
    } else if (op == WL_ALU_ROTR) { /* by the lowest byte: right modulo 32 */
        count = b;
    } else {
        put_modified(n, W_AND, b, IP, 31);
    }
    put2(n, shifts[op - WL_ALU_SHL] | a, 0xf000 | d << 8 | count);
}

void wl_be_alu(wl_native_t *n, wl_nalu_t op, uint32_t d, uint32_t a, uint32_t b) {
    static const uint8_t narrow[] = {0, 0, N_MUL, N_AND, N_ORR, N_EOR};
    static const uint16_t wides[] = {R_ADD, R_SUB, 0, R_AND, R_ORR, R_EOR};
    bool low = IS_LOW(d) && IS_LOW(a) && IS_LOW(b);
    if (op >= WL_ALU_SHL) {
        if (WL_THUMB2) {
            shift_reg2(n, op, d, a, b);
        } else {
            shift_reg1(n, op, d, a, b);
        }
    } else if (low && op <= WL_ALU_SUB) {
        put(n, (op == WL_ALU_ADD ? 0x1800u : 0x1a00u) | b << 6 | a << 3 | d);
        flags_are_of(n, d);
    } else if (low && op > WL_ALU_SUB && (d == a || d == b || !WL_THUMB2)) {
        if (d != a && d != b) {
            wl_be_move(n, d, a);
        }
        dp(n, narrow[op], d, d == b ? a : b);
    } else if (op == WL_ALU_MUL) {
        put2(n, 0xfb00 | a, 0xf000 | d << 8 | b);
    } else {
        wide(n, wides[op], d, a, b);
    }
}

void wl_be_extend(wl_native_t *n, uint32_t d, uint32_t a, uint32_t bits) {
    if (IS_LOW(d) && IS_LOW(a)) {
        put(n, (bits == 8 ? 0xb240u : 0xb200u) | a << 3 | d);
    } else {
        put2(n, bits == 8 ? 0xfa4f : 0xfa0f, 0xf080 | d << 8 | a);
    }
}

void wl_be_pair(wl_native_t *n, wl_nalu_t op, uint32_t low, uint32_t high, uint32_t slot) {
    static const uint8_t narrow[] = {0, 0, 0, N_AND, N_ORR, N_EOR};
    static const uint16_t wides[] = {R_ADD | W_S, R_SUB | W_S, 0, R_AND, R_ORR, R_EOR};
    wl_be_load_slot(n, SCRATCH, slot);
    if (WL_THUMB2) {
        wide(n, wides[op], low, low, IP);
    } else if (op <= WL_ALU_SUB) {
        put(n, (op == WL_ALU_ADD ? 0x1800u : 0x1a00u) | SCRATCH << 6 | low << 3 | low);
    } else {
        dp(n, narrow[op], low, SCRATCH);
    }
    wl_be_load_slot(n, SCRATCH, slot + 1); /* changes no flags */
    if (WL_THUMB2) {
        wide(n, op == WL_ALU_ADD ? R_ADC : op == WL_ALU_SUB ? R_SBC
                                                            : wides[op],
             high, high, IP);
    } else {
        dp(n, op == WL_ALU_ADD ? N_ADC : op == WL_ALU_SUB ? N_SBC
                                                          : narrow[op],
           high, SCRATCH);
    }
}

/* ---- Comparisons ---- */

bool wl_be_compare_fits(uint32_t cond, uint32_t v) {
    (void)cond;
    return WL_THUMB2 ? modified(v) >= 0 || (modified(0u - v) >= 0 && v != 0x80000000u) : v < 256;
}

/* Sets the flags and returns the condition. */
static uint32_t compare(wl_native_t *n, const wl_ncompare_t *c) {
    uint32_t v = c->value;
    if (c->immediate && v == 0 && c->cond <= WL_COND_NE && n->flags_pos == n->pos && n->flags_reg == c->a) {
        return conditions[c->cond];
    }
    if (!c->immediate && IS_LOW(c->a) && IS_LOW(c->b)) {
        dp(n, N_CMP, c->a, c->b);
    } else if (!c->immediate) {
        put(n, 0x4500u | (c->a & 8u) << 4 | (uint32_t)c->b << 3 | (c->a & 7u));
    } else if (IS_LOW(c->a) && v < 256) {
        put(n, 0x2800 | (uint32_t)c->a << 8 | v);
    } else if (modified(v) >= 0) {
        put_modified(n, W_SUB | W_S, c->a, PC, (uint32_t)modified(v));
    } else {
        put_modified(n, W_ADD | W_S, c->a, PC, (uint32_t)modified(0u - v));
    }
    return conditions[c->cond];
}

/* IT with one instruction, or two of which the second is for the opposite. */
static void put_it(wl_native_t *n, uint32_t cc, bool both) {
    put(n, 0xbf00 | cc << 4 | (both ? ((cc & 1) ? 4u : 12u) : 8u));
}

static void put_flag(wl_native_t *n, uint32_t d, uint32_t value) {
    if (IS_LOW(d)) {
        put(n, 0x2000 | d << 8 | value);
    } else {
        put_modified(n, W_ORR, PC, d, value);
    }
}

void wl_be_set_compare(wl_native_t *n, const wl_ncompare_t *c, uint32_t d) {
    uint32_t cc = compare(n, c);
    if (WL_THUMB2) {
        put_it(n, cc, true);
        put_flag(n, d, 1);
        put_flag(n, d, 0);
    } else {
        put(n, 0xd000 | cc << 8 | 1);
        put_flag(n, d, 0);
        put(n, 0xe000);
        put_flag(n, d, 1);
    }
}

void wl_be_select(wl_native_t *n, const wl_ncompare_t *c, uint32_t d, uint32_t a, uint32_t b) {
    uint32_t cc = compare(n, c);
    if (d == b) {
        cc ^= 1;
        b = a;
    } else if (d != a && WL_THUMB2) {
        put_it(n, cc, true);
        wl_be_move(n, d, a);
        wl_be_move(n, d, b);
        return;
    } else {
        wl_be_move(n, d, a);
    }
    if (d == b) {
        return;
    }
    if (WL_THUMB2) {
        put_it(n, cc ^ 1, false);
    } else {
        put(n, 0xd000 | cc << 8);
    }
    wl_be_move(n, d, b);
}

/* ---- Branches ----
 * One that waits for its label holds the position of the one before that does. Thumb-2: two words,
 * condition and position. Thumb-1: one word with the distance to the one before; in the long form two. */

static void wait_for(wl_native_t *n, uint32_t cc, uint16_t *label) {
    uint32_t at = n->pos, before = *label;
    *label = (uint16_t)at;
    if (WL_THUMB2 || n->long_branches) {
        put2(n, cc, before);
        return;
    }
    uint32_t distance = before != 0 ? at - before : 0;
    if (distance > 0x7ff) {
        n->retry = true;
        wl_native_fail(n);
    }
    put(n, distance);
}

static void bind_one(wl_native_t *n, uint32_t at) {
    int32_t offset = (int32_t)(n->pos - at - 2);
    uint32_t half[2], x = (uint32_t)offset;
    if (WL_THUMB2) {
        uint32_t cc = n->code[at];
        if (cc == CC_AL) {
            encode_long(LONG_B, offset, half);
        } else {
            half[0] = 0xf000 | cc << 6 | (x >> 11 & 0x3f);
            half[1] = 0x8000 | (x & 0x7ff);
        }
    } else if (n->long_branches) {
        encode_long(LONG_BL, offset, half);
    } else {
        if (offset > 0x3ff) {
            n->retry = true;
            wl_native_fail(n);
            return;
        }
        n->code[at] = (uint16_t)(0xe000 | (x & 0x7ff));
        return;
    }
    n->code[at] = (uint16_t)half[0];
    n->code[at + 1] = (uint16_t)half[1];
}

void wl_be_bind(wl_native_t *n, uint16_t *label) {
    n->flags_pos = 0;
    for (uint32_t at = *label, before; n->code != NULL && at != 0; at = before) {
        if (WL_THUMB2 || n->long_branches) {
            before = n->code[at + 1];
        } else {
            before = n->code[at] != 0 ? at - n->code[at] : 0;
        }
        bind_one(n, at);
    }
    *label = 0;
}

void wl_be_jump(wl_native_t *n, uint16_t *label) {
    wait_for(n, CC_AL, label);
    offer_literals(n);
}

void wl_be_branch(wl_native_t *n, const wl_ncompare_t *c, uint16_t *label) {
    uint32_t cc = compare(n, c);
    if (!WL_THUMB2) {
        skip_if(n, cc ^ 1, n->long_branches ? 2 : 1);
    }
    wait_for(n, cc, label);
}

static void jump_back(wl_native_t *n, uint32_t target) {
    uint32_t back = n->pos + 2 - target;
    if (back <= 0x400) {
        put(n, 0xe000 | ((0u - back) & 0x7ff));
    } else {
        put_long(n, WL_THUMB2 ? LONG_B : LONG_BL, n->base + target);
    }
}

void wl_be_jump_back(wl_native_t *n, uint32_t target) {
    jump_back(n, target);
    offer_literals(n);
}

void wl_be_branch_back(wl_native_t *n, const wl_ncompare_t *c, uint32_t target) {
    uint32_t cc = compare(n, c), back = n->pos + 2 - target;
    if (back <= 0x80) {
        put(n, 0xd000 | cc << 8 | ((0u - back) & 0xff));
    } else if (WL_THUMB2) {
        uint32_t x = 0u - back;
        put2(n, 0xf400 | cc << 6 | (x >> 11 & 0x3f), 0xa800 | (x & 0x7ff));
    } else {
        skip_if(n, cc ^ 1, n->pos + 3 - target <= 0x400 ? 1 : 2);
        jump_back(n, target);
    }
}

uint32_t wl_be_table(wl_native_t *n, uint32_t reg, uint32_t count) {
    uint32_t last = count - 1, limit = SCRATCH;
    hurry_literals(n, count * 2);
    if (last < 256) {
        put(n, 0x2800 | reg << 8 | last);
    } else {
        const wl_ncompare_t c = {.a = (uint8_t)reg, .b = (uint8_t)limit};
        wl_be_const(n, limit, last);
        compare(n, &c);
    }
    if (WL_THUMB2) {
        put_it(n, CC_HS, false);
    } else {
        put(n, 0xd000 | CC_LO << 8);
    }
    if (last < 256) {
        put(n, 0x2000 | reg << 8 | last);
    } else {
        wl_be_move(n, reg, limit);
    }
    if (WL_THUMB2) {
        put2(n, 0xe8df, 0xf010 | reg);
    } else {
        shift_const(n, 0, reg, reg, 1);
        if ((n->pos & 1) == 0) {
            put(n, 0x46c0);
        }
        put(n, 0xa000 | SCRATCH << 8 | 1); /* the table's address */
        put(n, 0x5a00 | reg << 6 | SCRATCH << 3 | SCRATCH);
        put(n, 0x4487 | SCRATCH << 3);
    }
    uint32_t table = n->pos;
    for (uint32_t i = 0; i < count && !n->failed; i++) {
        put(n, 0);
    }
    return table;
}

void wl_be_table_entry(wl_native_t *n, uint32_t table, uint32_t index, uint32_t target) {
    uint32_t distance = target - table;
    set(n, table + index, WL_THUMB2 ? distance : distance * 2 - 2);
}

/* ---- The frame ---- */

#define NEAR_SLOTS 32

static void slot_access(wl_native_t *n, uint32_t reg, uint32_t slot, bool store) {
    if (IS_LOW(reg) && slot < NEAR_SLOTS) {
        put(n, (store ? 0x6000u : 0x6800u) | slot << 6 | FP << 3 | reg);
    } else if (WL_THUMB2) {
        put2(n, (store ? 0xf8c0u : 0xf8d0u) | FP, reg << 12 | slot * WL_SLOT_BYTES);
    } else {
        put_literal(n, SCRATCH, slot * WL_SLOT_BYTES); /* changes no flags */
        put(n, (store ? 0x5000u : 0x5800u) | SCRATCH << 6 | FP << 3 | reg);
    }
}

void wl_be_load_slot(wl_native_t *n, uint32_t d, uint32_t slot) {
    slot_access(n, d, slot, false);
}

void wl_be_store_slot(wl_native_t *n, uint32_t s, uint32_t slot) {
    slot_access(n, s, slot, true);
}

static void add_large(wl_native_t *n, uint32_t d, uint32_t a, uint32_t bytes) {
    if (fits_add(bytes)) {
        add_const(n, d, a, bytes);
        return;
    }
    put_literal(n, SCRATCH, bytes); /* Thumb-1: Thumb-2's frames fit */
    wl_be_move(n, d, a);
    put(n, 0x4400 | (d & 8) << 4 | SCRATCH << 3 | (d & 7));
}

void wl_be_slot_address(wl_native_t *n, uint32_t d, uint32_t slot) {
    add_large(n, d, FP, slot * WL_SLOT_BYTES);
}

void wl_be_load_word(wl_native_t *n, uint32_t d, const void *p, uint32_t index) {
    uint32_t base = IS_LOW(d) ? d : SCRATCH;
    put_literal(n, base, (uint32_t)(uintptr_t)p);
    if (IS_LOW(d)) {
        put(n, 0x6800 | index << 6 | base << 3 | d);
    } else {
        put2(n, 0xf8d0 | base, d << 12 | index * 4);
    }
}

void wl_be_store_word(wl_native_t *n, uint32_t s, const void *p, uint32_t index) {
    put_literal(n, SCRATCH, (uint32_t)(uintptr_t)p);
    if (WL_THUMB2) {
        put2(n, 0xf8c0 | SCRATCH, s << 12 | index * 4);
    } else {
        put(n, 0x6000 | index << 6 | SCRATCH << 3 | s);
    }
}

/* ---- Fuel, calls, returns ---- */

/* Charges; falls into the next instruction, which is `words` words long, when there is not enough. */
static void charge(wl_native_t *n, uint32_t cost, uint32_t words) {
    if (WL_THUMB2) {
        if (modified(cost) >= 0) {
            put_modified(n, W_SUB | W_S, FUEL, FUEL, (uint32_t)modified(cost));
        } else {
            wl_be_const(n, IP, cost);
            wide(n, R_SUB | W_S, FUEL, FUEL, IP);
        }
    } else {
        wl_be_move(n, SCRATCH, FUEL);
        if (cost < 256) {
            put(n, 0x3800 | SCRATCH << 8 | cost);
        } else { /* no operand is in a register here */
            wl_be_const(n, 0, cost);
            put(n, 0x1a00 | 0 << 6 | SCRATCH << 3 | SCRATCH);
        }
        wl_be_move(n, FUEL, SCRATCH);
    }
    skip_if(n, CC_PL, words);
}

/* The address of a stub. */
static uint32_t stub_address(const wl_native_t *n, uint32_t stub) {
    const wl_codecache_t *c = &n->instance->store->cache;
    return WL_BE_ADDRESS(c->words + c->native_start + WL_BE_STUB(stub));
}

/* To a stub that finds the link register as it is. */
static void jump_to_stub(wl_native_t *n, uint32_t stub) {
    if (WL_THUMB2) {
        put_long(n, LONG_B, WL_BE_STUB(stub));
    } else {
        put_literal(n, SCRATCH, stub_address(n, stub));
        put(n, 0x4700 | SCRATCH << 3);
    }
}

void wl_be_entry(wl_native_t *n) {
    if (n->n_loops > 0 && n->locals_mask != 0) { /* for stopping at loops: all locals' registers out, and in again */
        n->spill = n->pos;
        wl_native_store_locals(n, n->locals_mask);
        jump_to_stub(n, WL_STOP_FUEL);
        n->reload = n->pos;
        wl_native_load_locals(n, n->locals_mask);
        put(n, 0x4700 | LR << 3);
        n->valid = n->dirty = 0;
    }
    n->entry = n->pos;
    put_literal(n, 3, 0);
    n->literal_uses[n->n_literals - 1] |= FRAME_LITERAL;
    dp(n, N_CMP, FP, 3);
    skip_if(n, CC_LS, 2);
    jump_to_stub(n, WL_STOP_STACK);
    if (WL_THUMB2) {
        wl_be_store_slot(n, LR, n->ret_slot);
    } else {
        wl_be_move(n, 0, LR);
        wl_be_store_slot(n, 0, n->ret_slot);
    }
    if (WL_ENABLE_FUEL) {
        charge(n, n->cost, 2);
        call_stub(n, WL_STOP_FUEL);
    }
}

void wl_be_frame(wl_native_t *n, uint32_t bytes) {
    uint32_t value = (uint32_t)(uintptr_t)n->instance->store->ctx.stack_end - bytes;
    set(n, n->frame_pos, value & 0xffff);
    set(n, n->frame_pos + 1u, value >> 16);
}

void wl_be_finish(wl_native_t *n) {
    put_literals(n);
}

void wl_be_loop(wl_native_t *n) {
    n->flags_pos = 0;
}

void wl_be_fuel(wl_native_t *n, uint32_t cost) {
    if (n->locals_mask == 0) {
        charge(n, cost, 2);
        call_stub(n, WL_STOP_FUEL);
        return;
    }
    charge(n, cost, 4);
    put_long(n, LONG_BL, n->base + n->spill);
    put_long(n, LONG_BL, n->base + n->reload);
}

uint32_t wl_be_call(wl_native_t *n, uint32_t distance, uint32_t func_index) {
    const wl_store_t *store = n->instance->store;
    const uint16_t *h = n->instance->code[func_index];
    add_large(n, FP, FP, distance);
    if (func_index == n->func_index) {
        put_long(n, LONG_BL, n->base + n->entry);
    } else if (h != NULL && wl_codecache_is_native(store, h)) {
        put_long(n, LONG_BL, (uint32_t)(h - (store->cache.words + store->cache.native_start)) + h[WL_N_ENTRY]);
    } else {
        call_stub(n, WL_STOP_CALL);
    }
    uint32_t back = n->pos;
    add_large(n, FP, FP, 0u - distance);
    return back;
}

uint32_t wl_be_call_indirect(wl_native_t *n, uint32_t distance, uint32_t what) {
    add_large(n, FP, FP, distance);
    wl_be_const(n, 0, what);
    call_stub(n, WL_SERVE_INDIRECT);
    uint32_t back = n->pos;
    add_large(n, FP, FP, 0u - distance);
    return back;
}

void wl_be_return(wl_native_t *n) {
    if (WL_THUMB2) {
        put2(n, 0xf8d0 | FP, PC << 12 | n->ret_slot * WL_SLOT_BYTES);
    } else {
        wl_be_load_slot(n, SCRATCH, n->ret_slot);
        put(n, 0x4700 | SCRATCH << 3);
    }
    offer_literals(n);
}

void wl_be_return_slots(wl_native_t *n, uint32_t from, uint32_t slots) {
    if (WL_THUMB2) {
        wl_be_load_slot(n, LR, n->ret_slot);
    } else {
        wl_be_load_slot(n, SCRATCH, n->ret_slot);
        wl_be_move(n, LR, SCRATCH);
    }
    for (uint32_t i = 0; i < slots; i++) {
        wl_be_step(n);
        wl_be_load_slot(n, 0, from + i);
        wl_be_store_slot(n, 0, i);
    }
    put(n, 0x4700 | LR << 3);
    offer_literals(n);
}

void wl_be_trap(wl_native_t *n, wl_stop_t stop) {
    call_stub(n, stop);
    offer_literals(n);
}

void wl_be_helper_prepare(wl_native_t *n, wl_helper_t fn) {
    put_literal(n, SCRATCH, (uint32_t)(uintptr_t)fn);
    wl_be_move(n, IP, SCRATCH);
}

void wl_be_helper_call(wl_native_t *n) {
    put(n, 0x4780 | IP << 3);
}

void wl_be_check_status(wl_native_t *n) {
    put(n, 0x2800);
    skip_if(n, CC_EQ, 2);
    call_stub(n, WL_STOP_STATUS);
}

void wl_be_misc(wl_native_t *n, const uint16_t words[4]) {
    call_stub(n, WL_SERVE_MISC);
    for (uint32_t i = 0; i < 4; i++) {
        put(n, words[i]);
    }
}

bool wl_be_divide(wl_native_t *n, bool is_signed, bool remainder, uint32_t d, uint32_t a, uint32_t b) {
    const wl_ncompare_t zero = {.cond = WL_COND_NE, .a = (uint8_t)b, .immediate = true};
    const wl_ncompare_t minus_one = {.cond = WL_COND_NE, .a = (uint8_t)b, .immediate = true, .value = UINT32_MAX};
    const wl_ncompare_t least = {.cond = WL_COND_NE, .a = (uint8_t)a, .immediate = true, .value = 0x80000000u};
    skip_if(n, compare(n, &zero), 2);
    call_stub(n, WL_STOP_DIV_ZERO);
    if (is_signed && !remainder) {
        uint32_t cc = compare(n, &minus_one);
        skip_if(n, cc, 5);
        skip_if(n, compare(n, &least), 2);
        call_stub(n, WL_STOP_OVERFLOW);
    }
    uint32_t quotient = remainder ? IP : d;
    put2(n, (is_signed ? 0xfb90u : 0xfbb0u) | a, 0xf0f0 | quotient << 8 | b);
    if (remainder) {
        put2(n, 0xfb00 | IP, a << 12 | d << 8 | 0x10 | b);
    }
    return true;
}

/* ---- Linear memory ---- */

static uint8_t *memory_data(const wl_native_t *n) {
    return n->instance->memories[0]->data;
}

/* Compares an address with the last that is good for an access that ends `end` behind it, and returns the
 * condition under which it is. */
static uint32_t compare_limit(wl_native_t *n, uint32_t address, uint32_t end) {
    uint32_t last = n->instance->memory_floor - end;
    wl_ncompare_t c = {.a = (uint8_t)address, .b = SCRATCH, .cond = WL_COND_LE_U};
    if (WL_THUMB2 ? end == n->limit_end : end == 4) {
        c.b = LIM;
        if (WL_THUMB2) {
            wl_native_load_locals(n, 1u << LIM & ~n->valid);
        }
        return compare(n, &c);
    }
    if (!fixed_limit(n)) {
        if (end == 4) {
            c.b = LIM;
        } else if (WL_THUMB2 && fits_add(4 - end)) {
            add_const(n, IP, LIM, 4 - end);
        } else {
            put_literal(n, SCRATCH, 4 - end);
            put(n, 0x4400 | (SCRATCH & 8) << 4 | LIM << 3 | (SCRATCH & 7));
        }
        return compare(n, &c);
    }
    c.immediate = wl_be_compare_fits(c.cond, last);
    c.value = last;
    if (!c.immediate && wl_be_compare_fits(c.cond, last + 1)) {
        c.immediate = true;
        c.value = last + 1;
        c.cond = WL_COND_LT_U;
    }
    if (!c.immediate) {
        wl_be_const(n, SCRATCH, last);
    }
    return compare(n, &c);
}

static void check(wl_native_t *n, const wl_naccess_t *access, uint32_t address) {
    uint32_t end = access->offset + (1u << access->log2), misaligned = 0;
    if (n->locating && !n->located && access->check) {
        n->found.access_reg = (uint8_t)address;
        n->found.access_end = end;
    }
    if (access->align) {
        put(n, (32u - access->log2) << 6 | address << 3 | SCRATCH);
        misaligned = n->pos;
        put(n, 0);
    }
    if (access->check) {
        skip_if(n, compare_limit(n, address, end), 2);
    }
    if (access->align) { /* past the comparison to the service, or, without one, past the service */
        uint32_t distance = access->check ? n->pos - misaligned - 2 : 1;
        set(n, misaligned, (access->check ? 0xd100u : 0xd000u) | (distance & 0xff));
    }
    if (access->check || access->align) {
        call_stub(n, WL_SERVE_ACCESS);
    }
}

/* By opcode: for loads and stores, and by size. */
static uint32_t access_kind(const wl_naccess_t *access) {
    return access->store ? access->log2 : access->sign ? 6u + access->log2
                                                       : 3u + access->log2;
}

void wl_be_access(wl_native_t *n, const wl_naccess_t *access, uint32_t value, uint32_t address) {
    static const uint16_t narrow[] = {0x5400, 0x5200, 0x5000, 0x5c00, 0x5a00, 0x5800, 0x5600, 0x5e00};
    static const uint16_t wides[] = {0xf800, 0xf820, 0xf840, 0xf810, 0xf830, 0xf850, 0xf910, 0xf930};
    uint32_t kind = access_kind(access), offset = access->offset;
    check(n, access, address);
    if (!WL_THUMB2) {
        if (offset == 0) {
            wl_be_move(n, SCRATCH, MEM);
        } else {
            put_literal(n, SCRATCH, (uint32_t)(uintptr_t)memory_data(n) + offset);
        }
        put(n, (uint32_t)narrow[kind] | address << 6 | SCRATCH << 3 | value);
    } else if (offset == 0) {
        put2(n, (uint32_t)wides[kind] | MEM, value << 12 | address);
    } else if (offset < 4096) {
        wide(n, R_ADD, IP, address, MEM);
        put2(n, ((uint32_t)wides[kind] | 0x80) | IP, value << 12 | offset);
    } else {
        put_literal(n, IP, (uint32_t)(uintptr_t)memory_data(n) + offset);
        put2(n, (uint32_t)wides[kind] | IP, value << 12 | address);
    }
}

void wl_be_access_const(wl_native_t *n, const wl_naccess_t *access, uint32_t value, uint32_t address) {
    static const uint16_t narrow[] = {0x7000, 0x8000, 0x6000, 0x7800, 0x8800, 0x6800, 0x7800, 0x8800};
    static const uint16_t wides[] = {0xf880, 0xf8a0, 0xf8c0, 0xf890, 0xf8b0, 0xf8d0, 0xf990, 0xf9b0};
    uint32_t kind = access_kind(access);
    address += access->offset;
    if (WL_THUMB2 && address < 4096) {
        put2(n, (uint32_t)wides[kind] | MEM, value << 12 | address);
        return;
    }
    put_literal(n, SCRATCH, (uint32_t)(uintptr_t)memory_data(n) + address);
    if (WL_THUMB2) {
        put2(n, (uint32_t)wides[kind] | SCRATCH, value << 12);
        return;
    }
    put(n, (uint32_t)narrow[kind] | SCRATCH << 3 | value);
    if (access->sign) {
        wl_be_extend(n, value, value, 8u << access->log2);
    }
}

#endif
