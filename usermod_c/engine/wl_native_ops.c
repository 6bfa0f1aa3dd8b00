/* SPDX-License-Identifier: MIT
 *
 * What computes, as machine code: arithmetic, comparisons, memory, constants, locals, globals. What a
 * back end cannot do is left to functions (wl_native_help.c).
 */
#include "wl_native.h"
#include "wl_translate.h"

#if WL_ENABLE_NATIVE

#define SELF(t) ((wl_native_t *)(void *)(t))

/* Slots of a type of a signature: none, i32, i64, f32, f64. */
static uint32_t sig_slots(uint32_t nibble) {
    return nibble == 0 ? 0 : 2 - (nibble & 1);
}

static void push_const(wl_native_t *n, uint64_t value, uint32_t slots) {
    wl_nentry_t *e = wl_native_push(n, WL_N_CONST, slots);
    e->value = (uint32_t)value;
    e->high = (uint32_t)(value >> 32);
}

/* ---- i32 ---- */

/* How many of a result's low bits, of two, are zero for sure, from its operands. */
static uint32_t low_zeros(wl_native_t *n, wl_nalu_t op, const wl_nentry_t *a, const wl_nentry_t *b) {
    if (WL_UNALIGNED_ACCESS) {
        return 0;
    }
    uint32_t x = wl_native_zeros(n, a), y = wl_native_zeros(n, b), zeros = 0;
    switch (op) {
        case WL_ALU_ADD:
        case WL_ALU_SUB:
        case WL_ALU_OR:
        case WL_ALU_XOR: zeros = x < y ? x : y; break;
        case WL_ALU_AND: zeros = x > y ? x : y; break;
        case WL_ALU_MUL: zeros = x + y; break;
        case WL_ALU_SHL: zeros = x + (b->where == WL_N_CONST ? b->value & 31 : 0); break;
        default: break;
    }
    return zeros < 2 ? zeros : 2;
}

static void push_result(wl_native_t *n, uint32_t reg, uint32_t zeros) {
    wl_native_push_reg(n, reg);
    wl_native_entry(n, n->depth - 1)->high = zeros;
}

static void do_alu(wl_native_t *n, uint32_t wasm_op) {
    static const uint8_t ops[] = {
        WL_ALU_ADD, WL_ALU_SUB, WL_ALU_MUL, 0, 0, 0, 0, WL_ALU_AND, WL_ALU_OR, WL_ALU_XOR,
        WL_ALU_SHL, WL_ALU_SHR_S, WL_ALU_SHR_U, WL_ALU_ROTL, WL_ALU_ROTR};
    wl_nalu_t op = (wl_nalu_t)ops[wasm_op - WL_WASM_I32_ADD];
    wl_nentry_t *b = wl_native_pop(n, 1), *a = wl_native_pop(n, 1);
    bool commutes = op != WL_ALU_SUB && op < WL_ALU_SHL;
    if (a->where == WL_N_CONST && commutes) {
        wl_nentry_t *first = a;
        a = b;
        b = first;
    }
    if (b->where == WL_N_CONST && op >= WL_ALU_SHL) {
        b->value &= 31;
    }
    uint32_t zeros = low_zeros(n, op, a, b);
    if (b->where == WL_N_CONST && wl_be_alu_fits(op, b->value)) {
        uint32_t value = b->value, x = wl_native_reg(n, a), d = wl_native_target(n, x, x);
        wl_be_alu_const(n, op, d, x, value);
        push_result(n, d, zeros);
        return;
    }
    uint32_t x = wl_native_reg(n, a), y = wl_native_reg(n, b), d = wl_native_target(n, x, y);
    wl_be_alu(n, op, d, x, y);
    push_result(n, d, zeros);
}

static void do_divide(wl_native_t *n, uint32_t op) {
    wl_nentry_t *b = wl_native_pop(n, 1), *a = wl_native_pop(n, 1);
    bool is_const = b->where == WL_N_CONST;
    uint32_t value = b->value;
    uint32_t x = wl_native_reg(n, a), y = wl_native_reg(n, b), d = wl_native_target(n, x, y);
    wl_ndivision_t division = {.is_signed = op == WL_WASM_I32_DIV_S || op == WL_WASM_I32_REM_S,
                               .remainder = op >= WL_WASM_I32_REM_S,
                               .check_zero = !is_const || value == 0,
                               .check_overflow = !is_const || value == UINT32_MAX};
    wl_be_divide(n, &division, d, x, y);
    wl_native_push_reg(n, d);
}

/* Whether the instruction that follows takes a comparison as it is. */
static bool takes_compare(const wl_native_t *n) {
    uint32_t next = wl_native_peek(n);
    bool few = WL_BE_FEW_TEMPS && !n->compare.immediate; /* the alternatives want a register each, too */
    return next == WL_WASM_BR_IF || next == WL_WASM_IF || next == WL_WASM_I32_EQZ || (next == WL_WASM_SELECT && !few);
}

void wl_native_push_compare(wl_native_t *n) {
    if (takes_compare(n)) {
        wl_native_push(n, WL_N_COMPARE, 1);
        return;
    }
    uint32_t a = n->compare.a, d = wl_native_target(n, a, n->compare.immediate ? a : n->compare.b);
    wl_be_set_compare(n, &n->compare, d);
    wl_native_push_reg(n, d);
}

static void compare_entries(wl_native_t *n, uint32_t cond, wl_nentry_t *a, wl_nentry_t *b) {
    if (a->where == WL_N_CONST && b->where != WL_N_CONST) {
        wl_nentry_t *first = a;
        a = b;
        b = first;
        cond = wl_cond_swapped[cond];
    }
    n->compare.immediate = b->where == WL_N_CONST && wl_be_compare_fits(cond, b->value);
    n->compare.value = b->value;
    uint32_t x = wl_native_reg(n, a), y = n->compare.immediate ? 0 : wl_native_reg(n, b);
    n->compare.cond = (uint8_t)cond;
    n->compare.a = (uint8_t)x;
    n->compare.b = (uint8_t)y;
#if WL_NATIVE_FPU
    n->compare.is_float = false;
#endif
}

static void do_compare(wl_native_t *n, uint32_t op) {
    static const uint8_t conds[] = {WL_COND_EQ, WL_COND_NE, WL_COND_LT_S, WL_COND_LT_U, WL_COND_GT_S,
                                    WL_COND_GT_U, WL_COND_LE_S, WL_COND_LE_U, WL_COND_GE_S, WL_COND_GE_U};
    wl_nentry_t *b = wl_native_pop(n, 1), *a = wl_native_pop(n, 1);
    compare_entries(n, conds[op - WL_WASM_I32_EQ], a, b);
    wl_native_push_compare(n);
}

static void compare_with_zero(wl_native_t *n, uint32_t cond, uint32_t reg) {
    n->compare = (wl_ncompare_t){.cond = (uint8_t)cond, .a = (uint8_t)reg, .immediate = true};
}

void wl_native_pop_condition(wl_native_t *n) {
    wl_nentry_t *e = wl_native_pop(n, 1);
    if (e->where != WL_N_COMPARE) {
        compare_with_zero(n, WL_COND_NE, wl_native_reg(n, e));
    }
    n->pinned |= 1u << n->compare.a | (n->compare.immediate ? 0 : 1u << n->compare.b);
}

static void do_eqz(wl_native_t *n) {
    wl_native_pop_condition(n);
    n->compare.cond = wl_cond_inverse[n->compare.cond];
    wl_native_push_compare(n);
}

static void do_extend(wl_native_t *n, uint32_t bits) {
    uint32_t a = wl_native_reg(n, wl_native_pop(n, 1)), d = wl_native_target(n, a, a);
    wl_be_extend(n, d, a, bits);
    wl_native_push_reg(n, d);
}

/* ---- i64, as far as it is no function ---- */

static void push_pair(wl_native_t *n, uint32_t low, uint32_t high) {
    uint32_t home = wl_native_push(n, WL_N_HOME, 2)->home;
    wl_be_store_slot(n, low, home);
    wl_be_store_slot(n, high, home + 1);
}

/* Pops an i64 to registers. */
static void take_pair(wl_native_t *n, uint32_t *low, uint32_t *high) {
    wl_nentry_t *a = wl_native_pop(n, 2);
    *low = wl_native_temp(n);
    *high = wl_native_temp(n);
    wl_native_pair_into(n, a, *low, *high);
}

/* The same of what an operation makes of two. */
static void alu_pair(wl_native_t *n, wl_nalu_t op, uint32_t *low, uint32_t *high) {
    wl_nentry_t *b = wl_native_pop(n, 2);
    if (b->where == WL_N_CONST) {
        wl_native_put_home(n, b);
    }
    uint32_t slot = b->where == WL_N_LOCAL ? n->local_slots[b->value] : b->home;
    take_pair(n, low, high);
    wl_be_pair(n, op, *low, *high, slot);
}

static void do_pair(wl_native_t *n, wl_nalu_t op) {
    uint32_t low, high;
    alu_pair(n, op, &low, &high);
    push_pair(n, low, high);
}

/* a == b of 64 bits, or a == 0: their difference in one register against zero. */
static void do_pair_compare(wl_native_t *n, uint32_t cond, bool zero) {
    uint32_t low, high;
    if (zero) {
        take_pair(n, &low, &high);
    } else {
        alu_pair(n, WL_ALU_XOR, &low, &high);
    }
    wl_be_alu(n, WL_ALU_OR, low, low, high);
    compare_with_zero(n, cond, low);
    wl_native_push_compare(n);
}

static void widen(wl_native_t *n, bool sign) {
    wl_nentry_t *e = wl_native_pop(n, 1);
    bool there = e->where == WL_N_HOME;
    uint32_t low = sign || !there ? wl_native_reg(n, e) : 0, high = wl_native_temp(n);
    if (sign) {
        wl_be_alu_const(n, WL_ALU_SHR_S, high, low, 31);
    } else {
        wl_be_const(n, high, 0);
    }
    uint32_t home = wl_native_push(n, WL_N_HOME, 2)->home;
    if (!there) {
        wl_be_store_slot(n, low, home);
    }
    wl_be_store_slot(n, high, home + 1);
}

/* The low word of the i64 on top as a 32-bit operand. */
static void low_word(wl_native_t *n) {
    const wl_nentry_t *e = wl_native_pop(n, 2);
    wl_nwhere_t where = (wl_nwhere_t)e->where;
    uint32_t value = e->value;
    wl_native_push(n, where, 1)->value = value;
}

/* ---- Functions ---- */

static void call_slots(wl_native_t *n, wl_helper_t fn, uint32_t sig) {
    uint32_t in = sig_slots(sig & 15), operands = (sig >> 4 & 15) != 0 ? 2 : 1;
    wl_native_flush(n, operands);
    for (uint32_t i = 0; i < operands; i++) {
        wl_native_pop(n, in);
    }
    wl_native_flush_temps(n);
    uint32_t base = n->height;
    wl_be_helper_prepare(n, fn);
    wl_be_slot_address(n, WL_BE_ARGS, base);
    wl_be_helper_call(n);
    wl_be_check_status(n);
    wl_native_push(n, WL_N_HOME, sig_slots(sig >> 12));
}

/* One or two 32-bit operands to the argument registers. */
static void pass_words(wl_native_t *n, wl_nentry_t *a, wl_nentry_t *b) {
    if (b != NULL && b->where == WL_N_REG && b->reg == WL_BE_ARGS) {
        wl_be_move(n, WL_BE_SWAP, b->reg);
        b->reg = WL_BE_SWAP;
    }
    wl_native_into(n, a, WL_BE_ARGS);
    if (b != NULL) {
        wl_native_into(n, b, WL_BE_ARGS + 1);
    }
}

static void call_value(wl_native_t *n, wl_helper_t fn, uint32_t sig, bool swapped) {
    uint32_t in = sig_slots(sig & 15), out = sig_slots(sig >> 12);
    wl_nentry_t *b = (sig >> 4 & 15) != 0 ? wl_native_pop(n, in) : NULL, *a = wl_native_pop(n, in);
    wl_native_flush_temps(n);
    wl_be_helper_prepare(n, fn);
    if (swapped) {
        wl_nentry_t *first = a;
        a = b;
        b = first;
    }
    if (in == 1) {
        pass_words(n, a, b);
    } else {
        wl_native_pair_into(n, a, WL_BE_ARGS, WL_BE_ARGS + 1);
        if (b != NULL) {
            wl_native_pair_into(n, b, WL_BE_ARGS + 2, WL_BE_ARGS + 3);
        }
    }
    wl_be_helper_call(n);
    if (out == 2) {
        push_pair(n, WL_BE_RESULT, WL_BE_RESULT + 1);
        return;
    }
    n->pinned = 1u << WL_BE_RESULT;
    uint32_t d = wl_native_target(n, WL_BE_RESULT, WL_BE_RESULT);
    wl_be_move(n, d, WL_BE_RESULT);
    wl_native_push_reg(n, d);
}

static void do_function(wl_native_t *n, uint32_t op) {
    wl_helpkind_t kind;
    wl_helper_t fn = wl_native_helper(op, &kind);
    if (fn == NULL) {
        wl_native_fail(n);
    } else if (kind == WL_HELP_SLOTS) {
        call_slots(n, fn, wl_signatures[op]);
    } else {
        call_value(n, fn, wl_signatures[op], WL_SIMPLE_KIND(op) == WL_TR_OP2_SWAP);
    }
}

static void do_op(wl_native_t *n, uint32_t op) {
    if (WL_NATIVE_FPU && wl_native_float(n, op)) {
        return;
    }
    switch (op) {
        case WL_WASM_I32_DIV_S:
        case WL_WASM_I32_DIV_U:
        case WL_WASM_I32_REM_S:
        case WL_WASM_I32_REM_U:
            if (WL_BE_DIVIDES) {
                do_divide(n, op);
                return;
            }
            break;
        case WL_WASM_I64_ADD: do_pair(n, WL_ALU_ADD); return;
        case WL_WASM_I64_SUB: do_pair(n, WL_ALU_SUB); return;
        case WL_WASM_I64_AND: do_pair(n, WL_ALU_AND); return;
        case WL_WASM_I64_OR: do_pair(n, WL_ALU_OR); return;
        case WL_WASM_I64_XOR: do_pair(n, WL_ALU_XOR); return;
        case WL_WASM_I64_EQZ: do_pair_compare(n, WL_COND_EQ, true); return;
        case WL_WASM_I64_EQ: do_pair_compare(n, WL_COND_EQ, false); return;
        case WL_WASM_I64_NE: do_pair_compare(n, WL_COND_NE, false); return;
        case WL_WASM_I64_EXTEND_I32_S: widen(n, true); return;
        case WL_WASM_I64_EXTEND_I32_U: widen(n, false); return;
        default: break;
    }
    do_function(n, op);
}

/* ---- Memory ---- */

/* log2 of the bytes that a load or store accesses, by opcode. */
uint32_t wl_native_access_log2(uint32_t op) {
    static const uint8_t log2s[] = {2, 3, 2, 3, 0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 2, 3, 2, 3, 0, 1, 0, 1, 2};
    uint32_t i = op - WL_WASM_I32_LOAD;
    return i < sizeof log2s ? log2s[i] : WL_NO_INDEX;
}

/* Whether an access may be done by code: of memory 0, its end not above what the memory had from the start
 * (the limits less that do not wrap), and its address aligned where the offset is. */
static bool is_fast(const wl_native_t *n, uint32_t log2, uint32_t offset) {
    uint32_t floor = n->instance->memory_floor, size = 1u << log2;
    bool aligned = WL_UNALIGNED_ACCESS || (offset & (size - 1) & 3) == 0;
    return WL_MEMORY(n->v->memory) == 0 && aligned && floor >= WL_N_GUARD && offset <= floor - size;
}

static void slow_access(wl_native_t *n, uint32_t log2, uint32_t offset, bool store, uint32_t value_slots) {
    uint32_t sub = (store ? WL_MISC_STORE : WL_MISC_LOAD) | WL_MISC_WIDTH(log2) |
                   WL_MEMORY((uint32_t)n->v->memory << WL_MISC_MEMORY_SHIFT);
    wl_native_safepoint(n);
    if (store) {
        wl_native_pop(n, value_slots);
    }
    wl_native_pop(n, 1);
    const uint16_t words[] = {(uint16_t)sub, (uint16_t)(n->height * WL_SLOT_BYTES), (uint16_t)offset, (uint16_t)(offset >> 16)};
    wl_be_misc(n, words);
    if (!store) {
        wl_native_push(n, WL_N_HOME, log2 == 3 ? 2 : 1);
    }
}

/* What an access through an operand still has to check; remembers that its bounds were. Its alignment may be
 * wrong all the same: then a service does it, and the next one too. */
static void find_checks(wl_native_t *n, const wl_nentry_t *address, wl_naccess_t *access, uint32_t log2) {
    uint32_t end = access->offset + (1u << log2);
    access->check = WL_ENABLE_NATIVE_CHECKS;
    access->align = !WL_UNALIGNED_ACCESS && wl_native_zeros(n, address) < access->log2;
    if (address->where == WL_N_LOCAL) {
        access->check = access->check && wl_native_checked(n, address->value) < end;
        wl_native_remember(n, address->value, 0, end);
    }
}

/* An access at a constant address that is in bounds for sure. */
static bool is_settled(const wl_native_t *n, const wl_nentry_t *address, uint32_t offset, uint32_t size) {
    uint32_t floor = n->instance->memory_floor;
    return address->where == WL_N_CONST && address->value <= floor - offset - size &&
           (WL_UNALIGNED_ACCESS || ((address->value + offset) & (size - 1) & 3) == 0);
}

/* Whether nothing needs a popped operand's register any more. */
static bool is_dead(const wl_native_t *n, uint32_t reg) {
    return ((1u << reg) & WL_BE_TEMPS & ~n->used) != 0;
}

/* One word or less. */
static void access_word(wl_native_t *n, const wl_naccess_t *access, uint32_t value, const wl_nentry_t *address,
                        uint32_t reg, bool settled) {
    if (settled) {
        wl_be_access_const(n, access, value, address->value);
    } else {
        wl_be_access(n, access, value, reg);
    }
}

static void do_load(wl_native_t *n, wl_naccess_t *access, uint32_t log2) {
    wl_nentry_t *address = wl_native_pop(n, 1);
    bool settled = is_settled(n, address, access->offset, 1u << log2);
    uint32_t reg = settled ? 0 : wl_native_reg(n, address);
    find_checks(n, address, access, log2);
    if (log2 < 3) {
        access->dead = is_dead(n, reg);
        uint32_t d = wl_native_target(n, settled ? WL_BE_NO_TEMP : reg, settled ? WL_BE_NO_TEMP : reg);
        access_word(n, access, d, address, reg, settled);
        wl_native_push_reg(n, d);
        return;
    }
    wl_nentry_t at = *address;
    uint32_t home = wl_native_push(n, WL_N_HOME, 2)->home, word = wl_native_temp(n);
    for (uint32_t i = 2; i-- > 0; access->check = false) { /* the second first: it is the one that ends at the end */
        wl_naccess_t half = *access;
        half.offset += 4 * i;
        access_word(n, &half, word, &at, reg, settled);
        wl_be_store_slot(n, word, home + i);
    }
}

static void do_store(wl_native_t *n, wl_naccess_t *access, uint32_t log2, uint32_t in) {
    wl_nentry_t *value = wl_native_pop(n, in), *address = wl_native_pop(n, 1);
    bool settled = is_settled(n, address, access->offset, 1u << log2);
    uint32_t reg = settled ? 0 : wl_native_reg(n, address);
    find_checks(n, address, access, log2);
    if (log2 < 3) {
        value->slots = 1; /* of an i64 its low word */
        access->dead = is_dead(n, reg);
        access_word(n, access, wl_native_reg(n, value), address, reg, settled);
        return;
    }
    uint32_t word = wl_native_temp(n);
    for (uint32_t i = 2; i-- > 0; access->check = false) {
        wl_naccess_t half = *access;
        half.offset += 4 * i;
        uint32_t bits = i == 0 ? value->value : value->high, source = word;
        if (WL_BE_ZERO != WL_N_NO_REG && value->where == WL_N_CONST && bits == 0) {
            source = WL_BE_ZERO;
        } else {
            wl_native_word_into(n, value, i, word);
        }
        access_word(n, &half, source, address, reg, settled);
    }
}

static void do_access(wl_native_t *n, uint32_t op, uint32_t kind, uint32_t offset) {
    uint32_t log2 = wl_native_access_log2(op), in = sig_slots(wl_signatures[op] & 15);
    bool store = kind == WL_TR_STORE || kind == WL_TR_STORE64;
    bool sign = kind == WL_TR_LOAD_S || (kind == WL_TR_LOAD_EXT_S && log2 < 2);
    wl_naccess_t access = {.log2 = (uint8_t)(log2 < 3 ? log2 : 2), .sign = sign, .store = store, .offset = offset};
    if (!is_fast(n, log2, offset)) {
        slow_access(n, log2, offset, store, in);
        if (sign) {
            do_extend(n, 8u << log2);
        }
    } else if (store) {
        do_store(n, &access, log2, in);
    } else {
        do_load(n, &access, log2);
    }
    if (kind == WL_TR_LOAD_EXT_S || kind == WL_TR_LOAD_EXT_U) {
        widen(n, kind == WL_TR_LOAD_EXT_S);
    }
}

void wl_native_simple(struct wl_translator *t, uint32_t op, uint32_t offset) {
    wl_native_t *n = SELF(t);
    uint32_t kind = WL_SIMPLE_KIND(op);
    wl_native_step(n);
    switch (kind) {
        case WL_TR_ALU:
        case WL_TR_ROTR: do_alu(n, op); break;
        case WL_TR_CMP: do_compare(n, op); break;
        case WL_TR_EQZ: do_eqz(n); break;
        case WL_TR_UN: do_extend(n, op == WL_WASM_I32_EXTEND8_S ? 8 : 16); break;
        case WL_TR_OP1:
        case WL_TR_OP2:
        case WL_TR_OP2_SWAP: do_op(n, op); break;
        case WL_TR_LOW: low_word(n); break;
        case WL_TR_SAME: break; /* a reinterpretation changes no bit */
        default: do_access(n, op, kind, offset); break;
    }
}

/* ---- Constants, locals, globals ---- */

void wl_native_const(struct wl_translator *t, uint64_t value, uint32_t slots) {
    wl_native_step(SELF(t));
    push_const(SELF(t), value, slots);
}

static uint32_t local_slots(const wl_native_t *n, uint32_t index) {
    return wl_type_slots(n->v->locals[index]);
}

static void push_local(wl_native_t *n, uint32_t index) {
    wl_native_push(n, WL_N_LOCAL, local_slots(n, index))->value = index;
}

void wl_native_local_get(struct wl_translator *t, uint32_t index) {
    wl_native_step(SELF(t));
    push_local(SELF(t), index);
}

void wl_native_local_set(struct wl_translator *t, uint32_t index, bool tee) {
    wl_native_t *n = SELF(t);
    uint32_t slots = local_slots(n, index), place = n->local_places[index];
    wl_native_step(n);
    wl_nentry_t *e = wl_native_pop(n, slots);
    wl_nentry_t value = *e;
    uint32_t zeros = wl_native_zeros(n, &value);
    bool same = value.where == WL_N_LOCAL && value.value == index;
    if (!same) {
        wl_native_save_readers(n, index);
    }
    if (same) {
        /* nothing changes */
    } else if (slots == 2) {
        wl_native_copy_pair(n, &value, n->local_slots[index]);
    } else if (place != WL_N_NO_PLACE) {
        wl_native_into(n, &value, wl_be_locals[place]); /* in place already, when the operation before knew */
        wl_native_local_changed(n, index);
    } else {
        uint32_t from = wl_native_reg(n, &value);
        wl_be_store_slot(n, from, n->local_slots[index]);
        wl_native_local_changed(n, index);
        if (tee && (1u << from & WL_BE_TEMPS)) {
            wl_native_push_reg(n, from);
            return;
        }
    }
    if (!same && slots == 1 && zeros > 0) {
        wl_native_remember(n, index, zeros, 0);
    }
    if (tee) {
        push_local(n, index);
    }
}

void wl_native_global(struct wl_translator *t, uint32_t index, uint8_t type, bool set) {
    wl_native_t *n = SELF(t);
    uint32_t slots = wl_type_slots(type);
    wl_native_step(n);
    if (slots == 1 && !set) {
        uint32_t d = wl_native_target(n, WL_BE_NO_TEMP, WL_BE_NO_TEMP);
        wl_be_load_global(n, d, index, 0);
        wl_native_push_reg(n, d);
    } else if (slots == 1) {
        wl_be_store_global(n, wl_native_reg(n, wl_native_pop(n, 1)), index, 0);
    } else if (!set) {
        uint32_t home = wl_native_push(n, WL_N_HOME, 2)->home, word = wl_native_temp(n);
        for (uint32_t i = 0; i < 2; i++) {
            wl_be_load_global(n, word, index, i);
            wl_be_store_slot(n, word, home + i);
        }
    } else {
        uint32_t low, high;
        take_pair(n, &low, &high);
        wl_be_store_global(n, low, index, 0);
        wl_be_store_global(n, high, index, 1);
    }
}

void wl_native_drop(struct wl_translator *t, uint32_t slots) {
    wl_native_step(SELF(t));
    wl_native_pop(SELF(t), slots);
}

void wl_native_select(struct wl_translator *t, uint32_t slots) {
    wl_native_t *n = SELF(t);
    wl_native_step(n);
    wl_native_pop_condition(n);
    wl_ncompare_t compare = n->compare;
    wl_nentry_t *b = wl_native_pop(n, slots), *a = wl_native_pop(n, slots);
    if (slots == 2) { /* the first at home, and the second copied there when it is to be */
        uint16_t skip = 0;
        wl_nentry_t second = *b, first = *a;
        wl_native_put_home(n, &first);
        wl_be_branch(n, &compare, &skip, !(n->form & WL_N_NO_NEAR));
        wl_native_copy_pair(n, &second, first.home);
        wl_be_bind(n, &skip);
        wl_native_push(n, WL_N_HOME, 2);
        return;
    }
    uint32_t y = wl_native_reg(n, b), x = wl_native_reg(n, a), d = wl_native_target(n, x, y);
    wl_be_select(n, &compare, d, x, y);
    wl_native_push_reg(n, d);
}

void wl_native_misc(struct wl_translator *t, uint32_t sub, uint32_t operands, bool out, uint32_t imm1, uint32_t imm2) {
    wl_native_t *n = SELF(t);
    wl_native_step(n);
    if (sub == WL_MISC_REF_FUNC && !n->portable) {
        push_const(n, wl_instance_func(n->instance, imm1), 1);
        return;
    }
    wl_native_safepoint(n); /* it may use up fuel and stop behind itself */
    for (uint32_t i = 0; i < operands; i++) {
        wl_native_pop(n, 1);
    }
    const uint16_t words[] = {(uint16_t)sub, (uint16_t)(n->height * WL_SLOT_BYTES), (uint16_t)imm1, (uint16_t)imm2};
    if (out) {
        wl_native_push(n, WL_N_HOME, 1);
    }
    wl_be_misc(n, words);
}

#endif
