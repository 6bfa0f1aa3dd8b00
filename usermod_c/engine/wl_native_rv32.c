/* SPDX-License-Identifier: MIT
 *
 * The native compiler's back end for RV32IMC.
 *
 * Source: The RISC-V Instruction Set Manual, volume I, 2019-12-13: chapters 2, 7, 16, 24.
 */
#include "wl_native_rv32_code.h"
#include "wl_translate.h"

#if WL_ENABLE_NATIVE && WL_NATIVE_BACKEND == WL_BACKEND_RV32

enum { B_EQ = 0,
       B_NE = 1,
       B_LT = 4,
       B_GE = 5,
       B_LTU = 6,
       B_GEU = 7 };

const uint8_t wl_be_locals[WL_BE_LOCALS] = {9, 18, 19, 20, 21, 22, 23, 24};

uint32_t wl_be_local_count(const wl_native_t *n) {
    (void)n;
    return WL_BE_LOCALS;
}

bool wl_be_limit_fits(const wl_native_t *n) {
    (void)n;
    return false;
}

void wl_be_load_limit(wl_native_t *n) {
    (void)n; /* it has a register of its own */
}

/* ---- Words and encodings ---- */

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

static void put32(wl_native_t *n, uint32_t word) {
    put(n, word & 0xffff);
    put(n, word >> 16);
}

static uint32_t encode_r(uint32_t f7, uint32_t f3, uint32_t d, uint32_t a, uint32_t b) {
    return f7 << 25 | b << 20 | a << 15 | f3 << 12 | d << 7 | OP_REG;
}

static uint32_t encode_store(uint32_t f3, uint32_t s, uint32_t a, uint32_t imm) {
    return (imm >> 5 & 0x7f) << 25 | s << 20 | a << 15 | f3 << 12 | (imm & 31) << 7 | OP_STORE;
}

/* The offset's bits of a branch and of JAL. */
static uint32_t branch_bits(uint32_t offset) {
    return (offset >> 12 & 1) << 31 | (offset >> 5 & 0x3f) << 25 | (offset >> 1 & 15) << 8 | (offset >> 11 & 1) << 7;
}

static uint32_t jal_bits(uint32_t offset) {
    return (offset >> 20 & 1) << 31 | (offset >> 1 & 0x3ff) << 21 | (offset >> 11 & 1) << 20 | (offset >> 12 & 0xff) << 12;
}

static uint32_t encode_branch(uint32_t f3, uint32_t a, uint32_t b) {
    return b << 20 | a << 15 | f3 << 12 | OP_BRANCH;
}

static bool fits12(uint32_t v) {
    return v + 2048 < 4096;
}

static bool is_small(uint32_t reg) { /* of the registers that short instructions have three bits for */
    return reg - 8 < 8;
}

static void put_r(wl_native_t *n, uint32_t f7, uint32_t f3, uint32_t d, uint32_t a, uint32_t b) {
    if (f7 == 0 && f3 == 0 && d == a && b != 0) {
        put(n, 0x9002 | d << 7 | b << 2); /* c.add */
    } else {
        put32(n, encode_r(f7, f3, d, a, b));
    }
}

static void put_i(wl_native_t *n, uint32_t f3, uint32_t d, uint32_t a, uint32_t imm) {
    if (f3 == 0 && d == a && d != 0 && imm + 32 < 64 && imm != 0) {
        put(n, 0x0001 | (imm >> 5 & 1) << 12 | d << 7 | (imm & 31) << 2); /* c.addi */
    } else if (f3 == 1 && d == a && imm != 0) {
        put(n, 0x0002 | d << 7 | (imm & 31) << 2); /* c.slli */
    } else {
        put32(n, encode_i(OP_IMM, f3, d, a, imm));
    }
}

void wl_be_move(wl_native_t *n, uint32_t d, uint32_t s) {
    if (s == ZERO) {
        put(n, 0x4001 | d << 7); /* c.li */
    } else if (d != s) {
        put(n, 0x8002 | d << 7 | s << 2);
    }
}

static void put_jr(wl_native_t *n, uint32_t reg) {
    put(n, 0x8002 | reg << 7);
}

/* A branch over so many bytes of what follows. */
static void skip_if(wl_native_t *n, uint32_t f3, uint32_t a, uint32_t b, uint32_t bytes) {
    put32(n, encode_branch(f3, a, b) | branch_bits(4 + bytes));
}

/* JAL to a word of the region, counted from its start. */
static void put_jal(wl_native_t *n, uint32_t link, uint32_t to) {
    put32(n, jal_bits((to - (n->base + n->pos)) * 2) | link << 7 | OP_JAL);
}

static void call_stub(wl_native_t *n, uint32_t stub) {
    put_jal(n, RA, WL_BE_STUB(stub));
}

void wl_be_link(uint16_t *back, const uint16_t *to) {
    set32(back - 2, jal_bits((uint32_t)(to - (back - 2)) * 2) | (uint32_t)RA << 7 | OP_JAL);
    wl_be_sync(back - 2, 4);
}

void wl_be_const(wl_native_t *n, uint32_t d, uint32_t v) {
    if (v + 32 < 64) {
        put(n, 0x4001 | (v >> 5 & 1) << 12 | d << 7 | (v & 31) << 2); /* c.li */
    } else if (fits12(v)) {
        put_i(n, 0, d, ZERO, v);
    } else {
        put32(n, upper(v) | d << 7 | OP_LUI);
        if ((v & 0xfff) != 0) {
            put_i(n, 0, d, d, v & 0xfff);
        }
    }
}

void wl_be_step(wl_native_t *n) {
    (void)n;
}

void wl_be_finish(wl_native_t *n) {
    (void)n;
}

/* ---- Arithmetic ---- */

static bool is_power(uint32_t v) {
    return v != 0 && (v & (v - 1)) == 0;
}

bool wl_be_alu_fits(wl_nalu_t op, uint32_t v) {
    switch (op) {
        case WL_ALU_SUB: return fits12(0u - v);
        case WL_ALU_MUL: return is_power(v);
        case WL_ALU_AND: return fits12(v) || is_power(v + 1);
        case WL_ALU_ADD:
        case WL_ALU_OR:
        case WL_ALU_XOR: return fits12(v);
        default: return true;
    }
}

static void rotate_const(wl_native_t *n, uint32_t d, uint32_t a, uint32_t left) {
    if (left == 0) {
        wl_be_move(n, d, a);
        return;
    }
    put_i(n, 1, T0, a, left);
    put_i(n, 5, d, a, 32 - left);
    put_r(n, 0, 6, d, d, T0);
}

void wl_be_alu_const(wl_native_t *n, wl_nalu_t op, uint32_t d, uint32_t a, uint32_t v) {
    switch (op) {
        case WL_ALU_SUB: v = 0u - v; /* fallthrough */
        case WL_ALU_ADD:
            if (v == 0) {
                wl_be_move(n, d, a);
            } else {
                put_i(n, 0, d, a, v);
            }
            break;
        case WL_ALU_AND:
            if (fits12(v)) {
                put_i(n, 7, d, a, v);
            } else {
                put_i(n, 1, d, a, (uint32_t)__builtin_clz(v));
                put_i(n, 5, d, d, (uint32_t)__builtin_clz(v));
            }
            break;
        case WL_ALU_OR: put_i(n, 6, d, a, v); break;
        case WL_ALU_XOR: put_i(n, 4, d, a, v); break;
        case WL_ALU_MUL: v = (uint32_t)__builtin_ctz(v); /* fallthrough */
        case WL_ALU_SHL:
            if ((v & 31) != 0 || d != a) {
                put_i(n, 1, d, a, v & 31);
            }
            break;
        case WL_ALU_SHR_S: put_i(n, 5, d, a, (v & 31) | 0x400); break;
        case WL_ALU_SHR_U: put_i(n, 5, d, a, v & 31); break;
        case WL_ALU_ROTL: rotate_const(n, d, a, v & 31); break;
        default: rotate_const(n, d, a, (0u - v) & 31); break;
    }
}

void wl_be_alu(wl_native_t *n, wl_nalu_t op, uint32_t d, uint32_t a, uint32_t b) {
    static const uint8_t functions[] = {0, 0, 0, 7, 6, 4, 1, 5, 5};
    if (op >= WL_ALU_ROTL) {
        put_r(n, 0, op == WL_ALU_ROTL ? 1 : 5, T0, a, b);
        put_r(n, 0x20, 0, T1, ZERO, b);
        put_r(n, 0, op == WL_ALU_ROTL ? 5 : 1, d, a, T1);
        put_r(n, 0, 6, d, d, T0);
        return;
    }
    if (op == WL_ALU_ADD && d == b) {
        b = a;
        a = d;
    }
    uint32_t f7 = op == WL_ALU_SUB || op == WL_ALU_SHR_S ? 0x20 : op == WL_ALU_MUL ? 1
                                                                                   : 0;
    put_r(n, f7, functions[op], d, a, b);
}

void wl_be_extend(wl_native_t *n, uint32_t d, uint32_t a, uint32_t bits) {
    put_i(n, 1, d, a, 32 - bits);
    put_i(n, 5, d, d, (32 - bits) | 0x400);
}

void wl_be_pair(wl_native_t *n, wl_nalu_t op, uint32_t low, uint32_t high, uint32_t slot) {
    wl_be_load_slot(n, T0, slot);
    if (op == WL_ALU_SUB) {
        put_r(n, 0, 3, T1, low, T0);
    }
    wl_be_alu(n, op, low, low, T0);
    if (op == WL_ALU_ADD) {
        put_r(n, 0, 3, T1, low, T0);
    }
    wl_be_load_slot(n, T0, slot + 1);
    wl_be_alu(n, op, high, high, T0);
    if (op <= WL_ALU_SUB) {
        wl_be_alu(n, op, high, high, T1);
    }
}

void wl_be_divide(wl_native_t *n, const wl_ndivision_t *division, uint32_t d, uint32_t a, uint32_t b) {
    if (division->check_zero) {
        skip_if(n, B_NE, b, ZERO, 4);
        call_stub(n, WL_STOP_DIV_ZERO);
    }
    if (division->check_overflow && division->is_signed && !division->remainder) {
        put(n, 0x4001 | 1 << 12 | T0 << 7 | 31 << 2); /* c.li t0, -1 */
        skip_if(n, B_NE, b, T0, 12);
        put32(n, 0x80000000u | T0 << 7 | OP_LUI);
        skip_if(n, B_NE, a, T0, 4);
        call_stub(n, WL_STOP_OVERFLOW);
    }
    put_r(n, 1, 4u + 2u * division->remainder + !division->is_signed, d, a, b);
}

/* ---- Comparisons ---- */

bool wl_be_compare_fits(uint32_t cond, uint32_t v) {
    (void)cond;
    return v == 0;
}

/* A comparison as a branch's function, with its operands. */
static uint32_t branch_of(const wl_ncompare_t *c, uint32_t *a, uint32_t *b) {
    static const uint8_t functions[WL_COND_COUNT] = {B_EQ, B_NE, B_LT, B_LTU, B_GE, B_GEU, B_LT, B_LTU, B_GE, B_GEU};
    uint32_t second = c->immediate ? ZERO : c->b;
    bool exchanged = c->cond >= WL_COND_GT_S;
    *a = exchanged ? second : c->a;
    *b = exchanged ? c->a : second;
    return functions[c->cond];
}

void wl_be_set_compare(wl_native_t *n, const wl_ncompare_t *c, uint32_t d) {
    uint32_t a, b, f3 = branch_of(c, &a, &b);
    if (f3 <= B_NE) {
        if (b != ZERO) {
            put_r(n, 0, 4, d, a, b);
            a = d;
        }
        if (f3 == B_EQ) {
            put_i(n, 3, d, a, 1);
        } else {
            put_r(n, 0, 3, d, ZERO, a);
        }
        return;
    }
    put_r(n, 0, f3 >= B_LTU ? 3 : 2, d, a, b);
    if (f3 & 1) { /* greater or equal */
        put_i(n, 4, d, d, 1);
    }
}

void wl_be_select(wl_native_t *n, const wl_ncompare_t *c, uint32_t d, uint32_t x, uint32_t y) {
    uint32_t a, b, f3 = branch_of(c, &a, &b), to = d;
    if (d == y) { /* the other way around */
        y = x;
        x = d;
        f3 ^= 1;
    }
    if (x == y) {
        wl_be_move(n, d, x);
        return;
    }
    if (d != x && (d == a || d == b)) {
        to = T0;
    }
    wl_be_move(n, to, x);
    skip_if(n, f3, a, b, 2);
    wl_be_move(n, to, y);
    wl_be_move(n, d, to);
}

/* ---- Branches ----
 * One that waits for its label holds, in place of the offset, the distance in words to the one before
 * (branches), or that one's position (jumps). An entry of a table holds the distance above two bits that no
 * instruction of four bytes has. */

#define BRANCH_REACH 4094u
enum { W_ENTRY = 2,
       NOP = 1, /* in front of a table, where all is even */
       TABLE_WORDS = 9 }; /* from the instruction that entries count from to the table */

static void wait_jump(wl_native_t *n, uint16_t *label) {
    uint32_t before = *label;
    *label = (uint16_t)n->pos;
    put32(n, before << 12 | OP_JAL);
}

void wl_be_jump(wl_native_t *n, uint16_t *label, bool near) {
    (void)near;
    wait_jump(n, label);
}

void wl_be_branch(wl_native_t *n, const wl_ncompare_t *c, uint16_t *label, bool near) {
    uint32_t a, b, f3 = branch_of(c, &a, &b);
    (void)near;
    if (n->form & WL_N_FAR) {
        skip_if(n, f3 ^ 1, a, b, 4);
        wait_jump(n, label);
        return;
    }
    uint32_t distance = *label != 0 ? n->pos - *label : 0;
    *label = (uint16_t)n->pos;
    if (distance > 0xfff) {
        wl_native_too_far(n, WL_N_FAR);
    }
    put32(n, encode_branch(f3, a, b) | (distance >> 5 & 0x7f) << 25 | (distance & 31) << 7);
}

void wl_be_bind(wl_native_t *n, uint16_t *label) {
    for (uint32_t at = *label, before; n->code != NULL && at != 0; at = before) {
        uint32_t word = get32(n->code + at), offset = (n->pos - at) * 2;
        if ((word & 3) == W_ENTRY) {
            uint32_t distance = (word & 0xffff) >> 2, table = at;
            before = distance != 0 ? at - distance : 0;
            while (n->code[table - 1] != NOP) {
                table--;
            }
            wl_be_table_entry(n, table, at - table, n->pos);
            continue;
        }
        if ((word & 0x7f) == OP_JAL) {
            before = word >> 12;
            word = jal_bits(offset) | OP_JAL;
        } else {
            uint32_t distance = (word >> 25) << 5 | (word >> 7 & 31);
            before = distance != 0 ? at - distance : 0;
            word = (word & 0x01fff07f) | branch_bits(offset);
            if (offset > BRANCH_REACH) {
                wl_native_too_far(n, WL_N_FAR);
                return;
            }
        }
        set32(n->code + at, word);
    }
    *label = 0;
}

void wl_be_jump_back(wl_native_t *n, uint32_t target) {
    put_jal(n, ZERO, n->base + target);
}

void wl_be_branch_back(wl_native_t *n, const wl_ncompare_t *c, uint32_t target) {
    uint32_t a, b, f3 = branch_of(c, &a, &b), back = (n->pos - target) * 2;
    if (back <= BRANCH_REACH) {
        put32(n, encode_branch(f3, a, b) | branch_bits(0u - back));
    } else {
        skip_if(n, f3 ^ 1, a, b, 4);
        wl_be_jump_back(n, target);
    }
}

uint32_t wl_be_table(wl_native_t *n, uint32_t reg, uint32_t count) {
    put_i(n, 1, reg, reg, 1);
    put32(n, T2 << 7 | OP_AUIPC);
    put32(n, encode_r(0, 0, T0, T2, reg));
    put32(n, encode_i(OP_LOAD, 5, T0, T0, TABLE_WORDS * 2));
    put(n, 0x9002 | T0 << 7 | T2 << 2);
    put(n, 0x8002 | T0 << 7);
    put(n, NOP);
    uint32_t table = n->pos;
    for (uint32_t i = 0; i < count && !n->failed; i++) {
        put(n, 0);
    }
    return table;
}

bool wl_be_table_wait(wl_native_t *n, uint32_t entry, uint16_t *label) {
    uint32_t distance = *label != 0 ? entry - *label : 0;
    if (distance >= 0x1000) {
        return false;
    }
    if (n->code != NULL) {
        n->code[entry] = (uint16_t)(distance << 2 | W_ENTRY);
    }
    *label = (uint16_t)entry;
    return true;
}

void wl_be_table_entry(wl_native_t *n, uint32_t table, uint32_t index, uint32_t target) {
    if (n->code != NULL) {
        n->code[table + index] = (uint16_t)((target - (table - TABLE_WORDS)) * 2);
    }
}

/* ---- The frame ---- */

static void put_short_access(wl_native_t *n, uint32_t op, uint32_t reg, uint32_t base, uint32_t bytes) {
    put(n, op | (bytes >> 3 & 7) << 10 | (base - 8) << 7 | (bytes >> 2 & 1) << 6 | (bytes >> 6 & 1) << 5 | (reg - 8) << 2);
}

void wl_be_load_slot(wl_native_t *n, uint32_t d, uint32_t slot) {
    if (is_small(d) && slot < 32) {
        put_short_access(n, 0x4000, d, FP, slot * WL_SLOT_BYTES);
    } else {
        put32(n, encode_i(OP_LOAD, 2, d, FP, slot * WL_SLOT_BYTES));
    }
}

void wl_be_store_slot(wl_native_t *n, uint32_t s, uint32_t slot) {
    if (is_small(s) && slot < 32) {
        put_short_access(n, 0xc000, s, FP, slot * WL_SLOT_BYTES);
    } else {
        put32(n, encode_store(2, s, FP, slot * WL_SLOT_BYTES));
    }
}

void wl_be_slot_address(wl_native_t *n, uint32_t d, uint32_t slot) {
    put_i(n, 0, d, FP, slot * WL_SLOT_BYTES);
}

/* A word in front of linear memory, into t0. */
static void load_anchor(wl_native_t *n, uint32_t distance) {
    put32(n, encode_i(OP_LOAD, 2, T0, MEM, 0u - distance));
}

/* Makes t0 and an offset, which is returned, the address of a global's word. */
static uint32_t global_address(wl_native_t *n, uint32_t index, uint32_t word) {
    if (n->portable) {
        load_anchor(n, WL_ANCHOR_GLOBALS);
        put32(n, encode_i(OP_LOAD, 2, T0, T0, index * 4));
        if (!fits12(index * 4)) {
            wl_native_fail(n);
        }
        return word * 4;
    }
    uint32_t at = (uint32_t)(uintptr_t)n->instance->globals[index]->value + word * 4;
    put32(n, upper(at) | T0 << 7 | OP_LUI);
    return at & 0xfff;
}

void wl_be_load_global(wl_native_t *n, uint32_t d, uint32_t index, uint32_t word) {
    put32(n, encode_i(OP_LOAD, 2, d, T0, global_address(n, index, word)));
}

void wl_be_store_global(wl_native_t *n, uint32_t s, uint32_t index, uint32_t word) {
    put32(n, encode_store(2, s, T0, global_address(n, index, word)));
}

/* ---- Fuel, calls, returns ---- */

/* Charges; falls into the next instruction, of four bytes, when there is not enough. */
static void charge(wl_native_t *n, uint32_t cost) {
    if (fits12(0u - cost)) {
        put_i(n, 0, FUEL, FUEL, 0u - cost);
    } else {
        wl_be_const(n, T0, cost);
        put_r(n, 0x20, 0, FUEL, FUEL, T0);
    }
    skip_if(n, B_GE, FUEL, ZERO, 4);
}

void wl_be_entry(wl_native_t *n) {
    if (n->n_loops > 0 && n->reg_locals > 0) { /* for stopping at loops: all locals' registers in, and out */
        wl_native_load_locals(n, n->locals_mask);
        put_jr(n, RA);
        n->spill = n->pos;
        wl_native_store_locals(n, n->locals_mask);
        put_jal(n, ZERO, WL_BE_STUB(WL_STOP_FUEL));
        n->valid = n->dirty = 0;
    }
    n->entry = n->pos;
    n->frame_pos = (uint16_t)n->pos;
    put32(n, 0);
    put32(n, 0);
    skip_if(n, B_GEU, T0, FP, 4);
    put_jal(n, ZERO, WL_BE_STUB(WL_STOP_STACK));
    wl_be_store_slot(n, RA, n->ret_slot);
    if (WL_ENABLE_FUEL) {
        charge(n, n->cost);
        call_stub(n, WL_STOP_FUEL);
    }
}

void wl_be_frame(wl_native_t *n, uint32_t bytes) {
    uint32_t last = (uint32_t)(uintptr_t)n->instance->store->ctx.stack_end - bytes;
    if (n->code != NULL && n->portable) {
        set32(n->code + n->frame_pos, encode_i(OP_LOAD, 2, T0, MEM, 0u - WL_ANCHOR_STACK_END));
        set32(n->code + n->frame_pos + 2, encode_i(OP_IMM, 0, T0, T0, 0u - bytes));
    } else if (n->code != NULL) {
        set32(n->code + n->frame_pos, upper(last) | T0 << 7 | OP_LUI);
        set32(n->code + n->frame_pos + 2, encode_i(OP_IMM, 0, T0, T0, last & 0xfff));
    }
}

void wl_be_loop(wl_native_t *n, uint32_t cost, bool inner) {
    (void)n, (void)cost, (void)inner;
}

void wl_be_fuel(wl_native_t *n, uint32_t cost, bool inner) {
    (void)inner;
    charge(n, cost);
    put_jal(n, RA, n->spill != 0 ? n->base + n->spill : WL_BE_STUB(WL_STOP_FUEL));
}

uint32_t wl_be_call(wl_native_t *n, uint32_t distance, uint32_t func_index) {
    uint32_t callee = wl_native_callee(n, func_index);
    put_i(n, 0, FP, FP, distance);
    if (callee != 0) {
        put_jal(n, RA, callee);
    } else {
        call_stub(n, WL_STOP_CALL);
    }
    uint32_t back = n->pos;
    put_i(n, 0, FP, FP, 0u - distance);
    return back;
}

uint32_t wl_be_call_indirect(wl_native_t *n, uint32_t distance, uint32_t what) {
    put_i(n, 0, FP, FP, distance);
    wl_be_const(n, A0, what);
    call_stub(n, WL_SERVE_INDIRECT);
    uint32_t back = n->pos;
    put_i(n, 0, FP, FP, 0u - distance);
    return back;
}

void wl_be_return(wl_native_t *n) {
    wl_be_load_slot(n, RA, n->ret_slot);
    put_jr(n, RA);
}

void wl_be_return_slots(wl_native_t *n, uint32_t from, uint32_t slots) {
    wl_be_load_slot(n, RA, n->ret_slot);
    for (uint32_t i = 0; i < slots; i++) {
        wl_be_load_slot(n, A0, from + i);
        wl_be_store_slot(n, A0, i);
    }
    put_jr(n, RA);
}

void wl_be_trap(wl_native_t *n, wl_stop_t stop) {
    call_stub(n, stop);
}

void wl_be_helper_prepare(wl_native_t *n, wl_helper_t fn) {
    wl_be_const(n, T1, (uint32_t)(uintptr_t)fn);
}

void wl_be_helper_call(wl_native_t *n) {
    put(n, 0x9002 | T1 << 7); /* c.jalr */
}

void wl_be_check_status(wl_native_t *n) {
    skip_if(n, B_EQ, A0, ZERO, 4);
    call_stub(n, WL_STOP_STATUS);
}

void wl_be_misc(wl_native_t *n, const uint16_t words[4]) {
    call_stub(n, WL_SERVE_MISC);
    for (uint32_t i = 0; i < 4; i++) {
        put(n, words[i]);
    }
}

/* ---- Linear memory ---- */

static void check(wl_native_t *n, const wl_naccess_t *access, uint32_t address) {
    uint32_t end = access->offset + (1u << access->log2), limit = LIM, misaligned = 0;
    if (access->align) {
        put_i(n, 7, T0, address, (1u << access->log2) - 1);
        misaligned = n->pos;
        put32(n, 0);
    }
    if (access->check && end > WL_N_GUARD) {
        if (wl_native_fixed_memory(n)) {
            wl_be_const(n, T0, n->instance->memory_floor - end);
        } else if (fits12(WL_N_GUARD - end)) {
            put_i(n, 0, T0, LIM, WL_N_GUARD - end);
        } else {
            wl_be_const(n, T0, WL_N_GUARD - end);
            put_r(n, 0, 0, T0, T0, LIM);
        }
        limit = T0;
    }
    if (access->check) {
        skip_if(n, B_GEU, limit, address, 4);
    }
    if (access->align && n->code != NULL) { /* past the comparison to the service, or, without one, past the service */
        uint32_t distance = access->check ? (n->pos - misaligned) * 2 : 8;
        set32(n->code + misaligned, encode_branch(access->check ? B_NE : B_EQ, T0, ZERO) | branch_bits(distance));
    }
    if (access->check || access->align) {
        call_stub(n, WL_SERVE_ACCESS);
    }
}

static void put_access(wl_native_t *n, const wl_naccess_t *access, uint32_t value, uint32_t base, uint32_t imm) {
    bool is_short = access->log2 == 2 && is_small(value) && is_small(base) && imm < 128 && imm % 4 == 0;
    if (is_short) {
        put_short_access(n, access->store ? 0xc000 : 0x4000, value, base, imm);
    } else if (access->store) {
        put32(n, encode_store(access->log2, value, base, imm));
    } else {
        uint32_t f3 = (uint32_t)access->log2 | (access->sign || access->log2 == 2 ? 0u : 4u);
        put32(n, encode_i(OP_LOAD, f3, value, base, imm & 0xfff));
    }
}

/* The address of a byte of the memory, but for its lower bits, into a register; returns it, or what it is without the
 * memory's start, whose lower bits are those. */
static uint32_t put_upper(wl_native_t *n, uint32_t d, uint32_t offset) {
    offset += n->portable ? 0 : (uint32_t)(uintptr_t)n->instance->memories[0]->data; /* which does not move */
    put32(n, upper(offset) | d << 7 | OP_LUI);
    if (n->portable) {
        put(n, 0x9002 | d << 7 | MEM << 2);
    }
    return offset;
}

void wl_be_access(wl_native_t *n, const wl_naccess_t *access, uint32_t value, uint32_t address) {
    uint32_t base = T0, free = WL_BE_SMALL_TEMPS & ~n->used & ~n->pinned;
    check(n, access, address);
    if (access->dead || (!access->store && value == address)) {
        base = address;
    } else if (!access->store && is_small(value)) {
        base = value;
    } else if (access->store && access->log2 == 2 && free != 0) {
        base = (uint32_t)__builtin_ctz(free);
    }
    uint32_t start = MEM, offset = access->offset;
    if (!fits12(offset)) {
        offset = put_upper(n, T1, offset);
        start = T1;
    }
    put_r(n, 0, 0, base, base == address ? base : start, base == address ? start : address);
    put_access(n, access, value, base, offset & 0xfff);
}

void wl_be_access_const(wl_native_t *n, const wl_naccess_t *access, uint32_t value, uint32_t address) {
    uint32_t at = address + access->offset, base = access->store ? T0 : value;
    if (fits12(at)) {
        put_access(n, access, value, MEM, at);
        return;
    }
    at = put_upper(n, base, at);
    put_access(n, access, value, base, at & 0xfff);
}

#endif
