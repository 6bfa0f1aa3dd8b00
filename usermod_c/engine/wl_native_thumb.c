/* SPDX-License-Identifier: MIT
 *
 * The native compiler's back end for Thumb-1 (Cortex-M0+) and Thumb-2 (Cortex-M3 and up): one file,
 * because the first is a subset of the second. WL_THUMB2 is a constant.
 *
 * Source: ARMv6-M and ARMv7-M Architecture Reference Manuals, "Instruction Details".
 */
#include "wl_native_thumb_code.h"
#include "wl_translate.h"

#if WL_ENABLE_NATIVE && (WL_NATIVE_BACKEND == WL_BACKEND_THUMB1 || WL_NATIVE_BACKEND == WL_BACKEND_THUMB2)

const uint8_t wl_be_locals[WL_BE_LOCALS] = {4, 5, 6, 8, 11};

uint32_t wl_be_local_count(const wl_native_t *n) {
    if (!WL_THUMB2) {
        return 3;
    }
    return wl_native_fixed_memory(n) ? 5 : 4;
}

bool wl_be_limit_fits(const wl_native_t *n) {
    return WL_THUMB2 && wl_native_fixed_memory(n);
}

/* The limit for accesses that end so far behind their address where the memory cannot grow, rounded down to
 * what a comparison takes. */
uint32_t wl_thumb_limit(const wl_native_t *n, uint32_t end) {
    uint32_t limit = n->instance->memory_floor - end, bits = 32 - (uint32_t)__builtin_clz(limit | 0x80);
    return limit >> (bits - 8) << (bits - 8);
}

void wl_be_load_limit(wl_native_t *n) {
    wl_be_const(n, LIM, wl_thumb_limit(n, WL_N_GUARD));
}

/* ---- Words ---- */

void wl_thumb_put(wl_native_t *n, uint32_t half) {
    if (n->code != NULL) {
        if (n->pos >= n->limit) {
            wl_native_fail(n);
            return;
        }
        n->code[n->pos] = (uint16_t)half;
    }
    n->pos++;
}

void wl_thumb_put2(wl_native_t *n, uint32_t first, uint32_t second) {
    wl_thumb_put(n, first);
    wl_thumb_put(n, second);
}

void wl_thumb_set(wl_native_t *n, uint32_t pos, uint32_t half) {
    if (n->code != NULL && pos < n->pos) {
        n->code[pos] = (uint16_t)half;
    }
}

/* ---- Encodings ---- */

/* Thumb-2's constants: a byte, once or in both halves, or shifted; as the 12 bits i:imm3:imm8, or -1. */
int32_t wl_thumb_modified(uint32_t v) {
    uint32_t b = v & 0xff;
    if (v < 256) {
        return (int32_t)v;
    }
    if (v == (b | b << 16)) {
        return (int32_t)(0x100 | b);
    }
    for (uint32_t r = 8; r < 32; r++) {
        uint32_t x = v << r | v >> (32 - r);
        if (x >= 128 && x < 256) {
            return (int32_t)(r << 7 | (x & 0x7f));
        }
    }
    return -1;
}

void wl_thumb_put_modified(wl_native_t *n, uint32_t op, uint32_t rn, uint32_t rd, uint32_t imm12) {
    wl_thumb_put2(n, op | (imm12 >> 11 & 1) << 10 | rn, (imm12 >> 8 & 7) << 12 | rd << 8 | (imm12 & 0xff));
}

static const uint8_t conditions[WL_COND_COUNT] = {CC_EQ, CC_NE, CC_LT, CC_LO, CC_GE, CC_HS, CC_GT, CC_HI, CC_LE, CC_LS};

/* Behind an instruction that sets the flags by its result: comparing that with zero is done. */
static void flags_are_of(wl_native_t *n, uint32_t reg) {
    n->flags_reg = (uint8_t)reg;
    n->flags_pos = (uint16_t)n->pos;
}

/* An operation with a constant that fits, setting the flags. */
static void put_modified_s(wl_native_t *n, uint32_t op, uint32_t a, uint32_t d, uint32_t v) {
    wl_thumb_put_modified(n, op | W_S, a, d, (uint32_t)wl_thumb_modified(v));
    flags_are_of(n, d);
}

void wl_thumb_dp(wl_native_t *n, uint32_t op, uint32_t d, uint32_t m) {
    wl_thumb_put(n, 0x4000 | op << 6 | m << 3 | d);
    if (op != N_CMP) {
        flags_are_of(n, d);
    }
}

void wl_thumb_wide(wl_native_t *n, uint32_t op, uint32_t d, uint32_t a, uint32_t b) {
    wl_thumb_put2(n, op | a, d << 8 | b);
    if (op & W_S) {
        flags_are_of(n, d);
    }
}

void wl_be_move(wl_native_t *n, uint32_t d, uint32_t s) {
    if (d != s) {
        wl_thumb_put(n, 0x4600 | (d & 8) << 4 | s << 3 | (d & 7));
    }
}

/* A short branch over so many words behind the next instruction's first. */
void wl_thumb_skip_if(wl_native_t *n, uint32_t cc, uint32_t words) {
    wl_thumb_put(n, 0xd000 | cc << 8 | ((words - 1) & 0xff));
}

/* The halves of BL (or, with `op` 0x9000, of B.W) over `offset` words from behind itself. */
void wl_thumb_encode_long(uint32_t op, int32_t offset, uint32_t half[2]) {
    uint32_t x = (uint32_t)offset, s = x >> 23 & 1, j1 = !((x >> 22 & 1) ^ s), j2 = !((x >> 21 & 1) ^ s);
    half[0] = 0xf000 | s << 10 | (x >> 11 & 0x3ff);
    half[1] = op | j1 << 13 | j2 << 11 | (x & 0x7ff);
}

/* To a word of the region, counted from its start. */
void wl_thumb_put_long(wl_native_t *n, uint32_t op, uint32_t to) {
    uint32_t half[2];
    wl_thumb_encode_long(op, (int32_t)(to - (n->base + n->pos + 2)), half);
    wl_thumb_put2(n, half[0], half[1]);
}

void wl_thumb_call_stub(wl_native_t *n, uint32_t stub) {
    wl_thumb_put_long(n, LONG_BL, WL_BE_STUB(stub));
}

void wl_be_link(uint16_t *back, const uint16_t *to) {
    uint32_t half[2];
    wl_thumb_encode_long(LONG_BL, (int32_t)(to - back), half);
    back[-2] = (uint16_t)half[0];
    back[-1] = (uint16_t)half[1];
    wl_be_sync(back - 2, 4);
}

/* ---- Literals ---- */

#define LITERAL_REACH 1000u /* bytes */
#define LITERAL_HURRY 760u

void wl_thumb_put_literals(wl_native_t *n) {
    if (n->pos & 1) {
        wl_thumb_put(n, 0x46c0); /* mov r8, r8 */
    }
    for (uint32_t i = 0; i < n->n_literals; i++) {
        if (n->literal_uses[i] == 0) {
            continue;
        }
        uint32_t value = n->literal_values[i], at = n->pos;
        bool frame = n->literal_uses[i] & FRAME_LITERAL;
        wl_thumb_put2(n, value & 0xffff, value >> 16);
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
                wl_thumb_set(n, pos + 1, n->code != NULL ? n->code[pos + 1] | distance : 0);
            }
        }
    }
    n->n_literals = 0;
}

/* Behind code that goes on elsewhere. */
void wl_thumb_offer_literals(wl_native_t *n) {
    if (n->n_literals > 8 || (n->n_literals > 0 && (n->pos - n->first_literal) * 2 > LITERAL_REACH / 4)) {
        wl_thumb_put_literals(n);
    }
}

/* Writes literals now that would be out of reach behind so many bytes more. */
void wl_thumb_hurry_literals(wl_native_t *n, uint32_t bytes) {
    uint32_t since = (n->pos - n->first_literal) * 2;
    if (n->n_literals > 0 && (since + bytes > LITERAL_HURRY || n->n_literals > WL_N_LITERALS - 10)) {
        uint32_t at = n->pos;
        wl_thumb_put(n, 0);
        wl_thumb_put_literals(n);
        wl_thumb_set(n, at, 0xe000 | ((n->pos - at - 2) & 0x7ff));
    }
}

void wl_be_step(wl_native_t *n) {
    wl_thumb_hurry_literals(n, 0);
}

void wl_thumb_put_literal(wl_native_t *n, uint32_t d, uint32_t value) {
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
        wl_thumb_put(n, 0x4800 | d << 8);
    } else {
        wl_thumb_put2(n, 0xf8df, d << 12);
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
        wl_thumb_put(n, 0x2000 | d << 8 | v);
        return;
    }
    if (WL_THUMB2) {
        if (wl_thumb_modified(v) >= 0) {
            wl_thumb_put_modified(n, W_ORR, PC, d, (uint32_t)wl_thumb_modified(v));
        } else if (wl_thumb_modified(~v) >= 0) {
            wl_thumb_put_modified(n, W_MVN, PC, d, (uint32_t)wl_thumb_modified(~v));
        } else if (v < 0x10000) {
            wl_thumb_put_modified(n, W_MOVW, v >> 12, d, v & 0xfff);
        } else {
            wl_thumb_put_literal(n, d, v);
        }
        return;
    }
    uint32_t shift = (uint32_t)__builtin_ctz(v);
    if (v >> shift < 256 && n->loop_depth == 0 && !literal_waits(n, v)) { /* longer, but no word more */
        wl_thumb_put(n, 0x2000 | d << 8 | v >> shift);
        wl_thumb_put(n, shift << 6 | d << 3 | d);
    } else if (~v < 256) {
        wl_thumb_put(n, 0x2000 | d << 8 | ~v);
        wl_thumb_dp(n, N_MVN, d, d);
    } else {
        wl_thumb_put_literal(n, d, v);
    }
}

/* ---- Arithmetic ---- */

bool wl_thumb_fits_add(uint32_t v) {
    uint32_t w = 0u - v;
    return WL_THUMB2 ? wl_thumb_modified(v) >= 0 || wl_thumb_modified(w) >= 0 || v < 4096 || w < 4096 : v < 256 || w < 256;
}

static bool is_mask(uint32_t v) {
    return v != 0 && (v & (v + 1)) == 0;
}

bool wl_be_alu_fits(wl_nalu_t op, uint32_t v) {
    switch (op) {
        case WL_ALU_ADD:
        case WL_ALU_SUB: return wl_thumb_fits_add(v);
        case WL_ALU_MUL: return v != 0 && (v & (v - 1)) == 0;
        case WL_ALU_AND: return is_mask(v) || (WL_THUMB2 && (wl_thumb_modified(v) >= 0 || wl_thumb_modified(~v) >= 0));
        case WL_ALU_OR: return WL_THUMB2 && wl_thumb_modified(v) >= 0;
        case WL_ALU_XOR: return v == UINT32_MAX || (WL_THUMB2 && wl_thumb_modified(v) >= 0);
        default: return true;
    }
}

void wl_thumb_add_const(wl_native_t *n, uint32_t d, uint32_t a, uint32_t v) {
    uint32_t w = 0u - v;
    bool negative = v >= 0x80000000u;
    uint32_t u = negative ? w : v;
    if (v == 0) {
        wl_be_move(n, d, a);
    } else if (IS_LOW(d) && IS_LOW(a) && u < 8) {
        wl_thumb_put(n, (negative ? 0x1e00u : 0x1c00u) | u << 6 | a << 3 | d);
        flags_are_of(n, d);
    } else if (IS_LOW(d) && u < 256 && (d == a || !WL_THUMB2)) {
        wl_be_move(n, d, a);
        wl_thumb_put(n, (negative ? 0x3800u : 0x3000u) | d << 8 | u);
        flags_are_of(n, d);
    } else if (wl_thumb_modified(v) >= 0) {
        put_modified_s(n, W_ADD, a, d, v);
    } else if (wl_thumb_modified(w) >= 0) {
        put_modified_s(n, W_SUB, a, d, w);
    } else if (v < 4096) {
        wl_thumb_put_modified(n, W_ADDW, a, d, v);
    } else {
        wl_thumb_put_modified(n, W_SUBW, a, d, w);
    }
}

/* Shifts: 0 left, 1 right, 2 right with the sign, 3 around. */
void wl_thumb_shift_const(wl_native_t *n, uint32_t type, uint32_t d, uint32_t a, uint32_t count) {
    if (count == 0) {
        wl_be_move(n, d, a);
    } else if (IS_LOW(d) && IS_LOW(a) && type < 3) {
        wl_thumb_put(n, type << 11 | count << 6 | a << 3 | d);
        flags_are_of(n, d);
    } else if (WL_THUMB2) {
        wl_thumb_put2(n, 0xea4f, (count >> 2) << 12 | d << 8 | (count & 3) << 6 | type << 4 | a);
    } else {
        wl_thumb_put(n, 0x2000 | SCRATCH << 8 | count);
        wl_be_move(n, d, a);
        wl_thumb_dp(n, N_ROR, d, SCRATCH);
    }
}

static void and_const(wl_native_t *n, uint32_t d, uint32_t a, uint32_t v) {
    bool low = IS_LOW(d) && IS_LOW(a);
    if (low && (v == 0xff || v == 0xffff)) {
        wl_thumb_put(n, (v == 0xff ? 0xb2c0u : 0xb280u) | a << 3 | d);
    } else if (WL_THUMB2 && wl_thumb_modified(v) >= 0) {
        put_modified_s(n, W_AND, a, d, v);
    } else if (WL_THUMB2 && wl_thumb_modified(~v) >= 0) {
        put_modified_s(n, W_BIC, a, d, ~v);
    } else { /* a mask of low bits */
        uint32_t count = (uint32_t)__builtin_clz(v);
        wl_thumb_shift_const(n, 0, d, a, count);
        wl_thumb_shift_const(n, 1, d, d, count);
    }
}

void wl_be_alu_const(wl_native_t *n, wl_nalu_t op, uint32_t d, uint32_t a, uint32_t v) {
    switch (op) {
        case WL_ALU_ADD: wl_thumb_add_const(n, d, a, v); break;
        case WL_ALU_SUB: wl_thumb_add_const(n, d, a, 0u - v); break;
        case WL_ALU_MUL: wl_thumb_shift_const(n, 0, d, a, (uint32_t)__builtin_ctz(v)); break;
        case WL_ALU_AND: and_const(n, d, a, v); break;
        case WL_ALU_OR: put_modified_s(n, W_ORR, a, d, v); break;
        case WL_ALU_XOR:
            if (v != UINT32_MAX) {
                put_modified_s(n, W_EOR, a, d, v);
            } else if (IS_LOW(d) && IS_LOW(a)) {
                wl_thumb_dp(n, N_MVN, d, a);
            } else {
                wl_thumb_put2(n, 0xea6f, d << 8 | a);
            }
            break;
        case WL_ALU_ROTL: wl_thumb_shift_const(n, 3, d, a, (0u - v) & 31); break;
        case WL_ALU_ROTR: wl_thumb_shift_const(n, 3, d, a, v & 31); break;
        case WL_ALU_SHL: wl_thumb_shift_const(n, 0, d, a, v & 31); break;
        case WL_ALU_SHR_U: wl_thumb_shift_const(n, 1, d, a, v & 31); break;
        default: wl_thumb_shift_const(n, 2, d, a, v & 31); break;
    }
}

static void shift_reg1(wl_native_t *n, wl_nalu_t op, uint32_t d, uint32_t a, uint32_t b) {
    static const uint8_t narrow[] = {N_LSL, N_ASR, N_LSR, N_ROR, N_ROR};
    if (op == WL_ALU_ROTL) {
        wl_thumb_dp(n, N_RSB, SCRATCH, b);
    } else if (op == WL_ALU_ROTR) {
        wl_be_move(n, SCRATCH, b);
    } else {
        wl_thumb_put(n, 0x2000 | SCRATCH << 8 | 31);
        wl_thumb_dp(n, N_AND, SCRATCH, b);
    }
    wl_be_move(n, d, a);
    wl_thumb_dp(n, narrow[op - WL_ALU_SHL], d, SCRATCH);
}

static void shift_reg2(wl_native_t *n, wl_nalu_t op, uint32_t d, uint32_t a, uint32_t b) {
    static const uint16_t shifts[] = {0xfa00, 0xfa40, 0xfa20, 0xfa60, 0xfa60};
    uint32_t count = IP;
    if (op == WL_ALU_ROTL) {
        wl_thumb_put_modified(n, W_RSB, b, IP, 0);
    } else if (op == WL_ALU_ROTR) { /* by the lowest byte: right modulo 32 */
        count = b;
    } else {
        wl_thumb_put_modified(n, W_AND, b, IP, 31);
    }
    wl_thumb_put2(n, shifts[op - WL_ALU_SHL] | a, 0xf000 | d << 8 | count);
}

void wl_be_alu(wl_native_t *n, wl_nalu_t op, uint32_t d, uint32_t a, uint32_t b) {
    static const uint8_t narrow[] = {0, 0, N_MUL, N_AND, N_ORR, N_EOR};
    static const uint16_t wides[] = {R_ADD | W_S, R_SUB | W_S, 0, R_AND | W_S, R_ORR | W_S, R_EOR | W_S};
    bool low = IS_LOW(d) && IS_LOW(a) && IS_LOW(b);
    if (op >= WL_ALU_SHL) {
        if (WL_THUMB2) {
            shift_reg2(n, op, d, a, b);
        } else {
            shift_reg1(n, op, d, a, b);
        }
    } else if (low && op <= WL_ALU_SUB) {
        wl_thumb_put(n, (op == WL_ALU_ADD ? 0x1800u : 0x1a00u) | b << 6 | a << 3 | d);
        flags_are_of(n, d);
    } else if (low && op > WL_ALU_SUB && (d == a || d == b || !WL_THUMB2)) {
        if (d != a && d != b) {
            wl_be_move(n, d, a);
        }
        wl_thumb_dp(n, narrow[op], d, d == b ? a : b);
    } else if (op == WL_ALU_MUL) {
        wl_thumb_put2(n, 0xfb00 | a, 0xf000 | d << 8 | b);
    } else {
        wl_thumb_wide(n, wides[op], d, a, b);
    }
}

void wl_be_extend(wl_native_t *n, uint32_t d, uint32_t a, uint32_t bits) {
    if (IS_LOW(d) && IS_LOW(a)) {
        wl_thumb_put(n, (bits == 8 ? 0xb240u : 0xb200u) | a << 3 | d);
    } else {
        wl_thumb_put2(n, bits == 8 ? 0xfa4f : 0xfa0f, 0xf080 | d << 8 | a);
    }
}

void wl_be_pair(wl_native_t *n, wl_nalu_t op, uint32_t low, uint32_t high, uint32_t slot) {
    static const uint8_t narrow[] = {0, 0, 0, N_AND, N_ORR, N_EOR};
    static const uint16_t wides[] = {R_ADD | W_S, R_SUB | W_S, 0, R_AND, R_ORR, R_EOR};
    wl_be_load_slot(n, SCRATCH, slot);
    if (WL_THUMB2) {
        wl_thumb_wide(n, wides[op], low, low, IP);
    } else if (op <= WL_ALU_SUB) {
        wl_thumb_put(n, (op == WL_ALU_ADD ? 0x1800u : 0x1a00u) | SCRATCH << 6 | low << 3 | low);
    } else {
        wl_thumb_dp(n, narrow[op], low, SCRATCH);
    }
    wl_be_load_slot(n, SCRATCH, slot + 1); /* changes no flags */
    if (WL_THUMB2) {
        wl_thumb_wide(n, op == WL_ALU_ADD ? R_ADC : op == WL_ALU_SUB ? R_SBC
                                                                     : wides[op],
                      high, high, IP);
    } else {
        wl_thumb_dp(n, op == WL_ALU_ADD ? N_ADC : op == WL_ALU_SUB ? N_SBC
                                                                   : narrow[op],
                    high, SCRATCH);
    }
}

/* ---- Comparisons ---- */

bool wl_be_compare_fits(uint32_t cond, uint32_t v) {
    (void)cond;
    return WL_THUMB2 ? wl_thumb_modified(v) >= 0 || (wl_thumb_modified(0u - v) >= 0 && v != 0x80000000u) : v < 256;
}

/* Sets the flags and returns the condition. */
uint32_t wl_thumb_compare(wl_native_t *n, const wl_ncompare_t *c) {
    uint32_t v = c->value;
#if WL_NATIVE_FPU
    if (c->is_float) {
        wl_thumb_compare_floats(n, c);
        return conditions[c->cond];
    }
#endif
    if (c->immediate && v == 0 && c->cond <= WL_COND_NE && n->flags_pos == n->pos && n->flags_reg == c->a) {
        return conditions[c->cond];
    }
    if (!c->immediate && IS_LOW(c->a) && IS_LOW(c->b)) {
        wl_thumb_dp(n, N_CMP, c->a, c->b);
    } else if (!c->immediate) {
        wl_thumb_put(n, 0x4500u | (c->a & 8u) << 4 | (uint32_t)c->b << 3 | (c->a & 7u));
    } else if (IS_LOW(c->a) && v < 256) {
        wl_thumb_put(n, 0x2800 | (uint32_t)c->a << 8 | v);
    } else if (wl_thumb_modified(v) >= 0) {
        wl_thumb_put_modified(n, W_SUB | W_S, c->a, PC, (uint32_t)wl_thumb_modified(v));
    } else {
        wl_thumb_put_modified(n, W_ADD | W_S, c->a, PC, (uint32_t)wl_thumb_modified(0u - v));
    }
    return conditions[c->cond];
}

/* IT with one instruction, or two of which the second is for the opposite. */
void wl_thumb_put_it(wl_native_t *n, uint32_t cc, bool both) {
    wl_thumb_put(n, 0xbf00 | cc << 4 | (both ? ((cc & 1) ? 4u : 12u) : 8u));
}

static void put_flag(wl_native_t *n, uint32_t d, uint32_t value) {
    if (IS_LOW(d)) {
        wl_thumb_put(n, 0x2000 | d << 8 | value);
    } else {
        wl_thumb_put_modified(n, W_ORR, PC, d, value);
    }
}

void wl_be_set_compare(wl_native_t *n, const wl_ncompare_t *c, uint32_t d) {
    uint32_t cc = wl_thumb_compare(n, c);
    if (WL_THUMB2) {
        wl_thumb_put_it(n, cc, true);
        put_flag(n, d, 1);
        put_flag(n, d, 0);
    } else {
        wl_thumb_put(n, 0xd000 | cc << 8 | 1);
        put_flag(n, d, 0);
        wl_thumb_put(n, 0xe000);
        put_flag(n, d, 1);
    }
}

void wl_be_select(wl_native_t *n, const wl_ncompare_t *c, uint32_t d, uint32_t a, uint32_t b) {
    uint32_t cc = wl_thumb_compare(n, c);
    if (d == b) {
        cc ^= 1;
        b = a;
    } else if (d != a && WL_THUMB2) {
        wl_thumb_put_it(n, cc, true);
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
        wl_thumb_put_it(n, cc ^ 1, false);
    } else {
        wl_thumb_put(n, 0xd000 | cc << 8);
    }
    wl_be_move(n, d, b);
}

/* ---- The frame ---- */

#define NEAR_SLOTS 32

static void slot_access(wl_native_t *n, uint32_t reg, uint32_t slot, bool store) {
    if (IS_LOW(reg) && slot < NEAR_SLOTS) {
        wl_thumb_put(n, (store ? 0x6000u : 0x6800u) | slot << 6 | FP << 3 | reg);
    } else if (WL_THUMB2) {
        wl_thumb_put2(n, (store ? 0xf8c0u : 0xf8d0u) | FP, reg << 12 | slot * WL_SLOT_BYTES);
    } else {
        wl_thumb_put_literal(n, SCRATCH, slot * WL_SLOT_BYTES); /* changes no flags */
        wl_thumb_put(n, (store ? 0x5000u : 0x5800u) | SCRATCH << 6 | FP << 3 | reg);
    }
}

void wl_be_load_slot(wl_native_t *n, uint32_t d, uint32_t slot) {
    slot_access(n, d, slot, false);
}

void wl_be_store_slot(wl_native_t *n, uint32_t s, uint32_t slot) {
    slot_access(n, s, slot, true);
}

void wl_thumb_add_large(wl_native_t *n, uint32_t d, uint32_t a, uint32_t bytes) {
    if (wl_thumb_fits_add(bytes)) {
        wl_thumb_add_const(n, d, a, bytes);
        return;
    }
    wl_thumb_put_literal(n, SCRATCH, bytes); /* Thumb-1: Thumb-2's frames fit */
    wl_be_move(n, d, a);
    wl_thumb_put(n, 0x4400 | (d & 8) << 4 | SCRATCH << 3 | (d & 7));
}

void wl_be_slot_address(wl_native_t *n, uint32_t d, uint32_t slot) {
    wl_thumb_add_large(n, d, FP, slot * WL_SLOT_BYTES);
}

#endif
