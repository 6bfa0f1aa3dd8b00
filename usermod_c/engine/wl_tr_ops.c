/* SPDX-License-Identifier: MIT
 *
 * Translation of what computes: arithmetic, comparisons, memory, constants, locals, globals, and
 * the operations that wl_misc.c does. Which form of an operation is taken follows from where its
 * operands are.
 */
#include "wl_translate.h"

const uint8_t wl_cond_inverse[WL_COND_COUNT] = {
    WL_COND_NE, WL_COND_EQ, WL_COND_GE_S, WL_COND_GE_U, WL_COND_LT_S,
    WL_COND_LT_U, WL_COND_LE_S, WL_COND_LE_U, WL_COND_GT_S, WL_COND_GT_U};
const uint8_t wl_cond_swapped[WL_COND_COUNT] = {
    WL_COND_EQ, WL_COND_NE, WL_COND_GT_S, WL_COND_GT_U, WL_COND_LE_S,
    WL_COND_LE_U, WL_COND_LT_S, WL_COND_LT_U, WL_COND_GE_S, WL_COND_GE_U};

/* Aliases that the `code` column of wl_wasm_ops.def uses: a group's first form. */
enum {
    WLC_NONE = 0,
#define REG_OP(n, words)
#define REG_ALU2(n, e) WLC_##n = WLC_##n##_AS,
#define REG_ALU3(n, e) WLC_##n = WLC_##n##_AS,
#define REG_UN(n, e) WLC_##n = WLC_##n##_A,
#define REG_LD(n, t) WLC_##n = WLC_##n##_AZ,
#define REG_ST(n, t) WLC_##n = WLC_##n##_AZS,
#define REG_OP1(n, i, o, e)
#define REG_OP2(n, i, o, e)
#define REG_DIV(n, g, e)
#define REG_CALL1(n, i, o, f)
#define REG_CALL2(n, i, o, f)
#define REG_TRUNC(n, i, t, s)
#define REG_TRY2(n, i, o, f)
#define REG_CMP6(n, e) WLC_C##n = WL_COND_##n,
#define REG_CMP4(n, e) WLC_C##n = WL_COND_##n,
#include "wl_code_ops.def"
#undef REG_OP
#undef REG_ALU2
#undef REG_ALU3
#undef REG_UN
#undef REG_LD
#undef REG_ST
#undef REG_OP1
#undef REG_OP2
#undef REG_DIV
#undef REG_CALL1
#undef REG_CALL2
#undef REG_TRUNC
#undef REG_TRY2
#undef REG_CMP6
#undef REG_CMP4
};

_Static_assert(WLC_COUNT <= 1 << WL_SIMPLE_CODE_BITS, "an operation's number and kind share 16 bits");
const uint16_t wl_simple_ops[256] = {
#define WASM_OP(name, byte, mnemonic, imm, sig, kind, code) [byte] = (uint16_t)(WL_TR_##kind << WL_SIMPLE_CODE_BITS | (uint32_t)WLC_##code),
#include "wl_wasm_ops.def"
#undef WASM_OP
};

/* ---- Arithmetic ---- */

static void swap(wl_entry_t **a, wl_entry_t **b) {
    wl_entry_t *first = *a;
    *a = *b;
    *b = first;
}

static bool commutes(uint32_t code) {
    return code < WLC_SUB_AS;
}

static void emit_alu(wl_translator_t *t, uint32_t code, wl_entry_t *a, wl_entry_t *b) {
    if (a->where == WL_AT_CONST && commutes(code)) {
        swap(&a, &b);
    }
    if (a->where == WL_AT_CONST) {
        if (b->where == WL_AT_ACC) {
            wl_operand_to_slot(t, b);
        }
        wl_operand_to_slot(t, a);
    }
    if (code > WLC_SUB_AS && b->where == WL_AT_CONST) { /* a shift */
        b->value &= 31;
    }
    if (code == WLC_SUB_AS && b->where == WL_AT_CONST && wl_fits16(0u - b->value)) {
        code = WLC_ADD_AS;
        b->value = 0u - b->value;
    }
    if (b->where == WL_AT_CONST && !wl_fits16(b->value)) {
        if (a->where != WL_AT_ACC && t->acc_depth < 0) { /* a constant in the accumulator costs less */
            wl_emit_acc_const(t, b->value);
            b->where = WL_AT_ACC;
        } else {
            wl_operand_to_slot(t, b);
        }
    }
    if (b->where == WL_AT_ACC && commutes(code)) {
        swap(&a, &b);
    } else if (b->where == WL_AT_ACC && code != WLC_SUB_AS) { /* no shift by the accumulator */
        wl_operand_to_slot(t, b);
    }
    if (a->where != WL_AT_ACC && b->where != WL_AT_ACC) {
        wl_operand_claim_acc(t);
    }
    uint32_t s = a->where == WL_AT_SLOT ? wl_emit_src(t, a->slot, 1, 0) : 0;
    uint32_t u = b->where == WL_AT_SLOT ? wl_emit_src(t, b->slot, 1, 1) : b->value & 0xffff;
    if (a->where == WL_AT_ACC) {
        wl_emit1(t, code + (b->where == WL_AT_SLOT ? WL_ALU_AS : WL_ALU_AI), u);
    } else if (b->where == WL_AT_ACC) {
        wl_emit1(t, code + WL_ALU_SA, s);
    } else if (b->where == WL_AT_CONST) {
        wl_emit2(t, code + WL_ALU_SI, s, u);
    } else {
        wl_emit1(t, code + WL_ALU_SS, s | u << 8);
    }
}

/* A sum of a slot and something small is put off: a load or store may take it as it is. */
static bool defer_sum(wl_translator_t *t) {
    if (!WL_ENABLE_FUSE_ADDRESS || t->depth < t->low + 2) {
        return false;
    }
    const wl_entry_t *a = wl_operand(t, t->depth - 2), *b = wl_operand(t, t->depth - 1);
    if (a->where == WL_AT_CONST && b->where == WL_AT_SLOT) {
        const wl_entry_t *first = a;
        a = b;
        b = first;
    }
    uint32_t slot = a->slot, value = b->slot;
    wl_where_t where = WL_AT_ADD2;
    if (a->where > WL_AT_SLOT || t->acc_slot == slot) {
        return false;
    }
    if (b->where == WL_AT_CONST && wl_fits16(b->value)) {
        where = WL_AT_ADDI;
        value = b->value;
    } else if (b->where != WL_AT_SLOT || t->acc_slot == value) {
        return false;
    }
    wl_operand_pop(t, 1);
    wl_operand_pop(t, 1);
    wl_entry_t *e = wl_operand_push(t, where, 1);
    e->slot = (uint16_t)slot;
    e->value = value;
    return true;
}

static WL_NOINLINE void do_alu(wl_translator_t *t, uint32_t code) {
    if (code == WLC_ADD_AS && defer_sum(t)) {
        return;
    }
    wl_entry_t *a, *b;
    wl_operand_pop_two(t, &a, &b);
    emit_alu(t, code, a, b);
    wl_operand_push_acc(t);
}

static void do_un(wl_translator_t *t, uint32_t code) {
    wl_entry_t *a = wl_operand_pop(t, 1);
    wl_operand_settle(t, a);
    if (a->where == WL_AT_CONST) {
        wl_operand_to_slot(t, a);
    }
    if (a->where == WL_AT_ACC) {
        wl_emit_op(t, code + WL_UN_A);
    } else {
        wl_operand_claim_acc(t);
        uint32_t s = wl_emit_src(t, a->slot, 1, 0);
        wl_emit1(t, code + WL_UN_S, s);
    }
    wl_operand_push_acc(t);
}

uint32_t wl_cond_op(uint32_t cond, uint32_t form) {
    return cond < WL_COND_GT_S ? cond * WL_CMP_FORMS + form : WL_COND_GT_S * WL_CMP_FORMS + (cond - WL_COND_GT_S);
}

uint32_t wl_cond_of(uint32_t number, uint32_t *form) {
    if (number < WL_COND_GT_S * WL_CMP_FORMS) {
        *form = number % WL_CMP_FORMS;
        return number / WL_CMP_FORMS;
    }
    *form = WL_CMP_AS;
    return WL_COND_GT_S + number - WL_COND_GT_S * WL_CMP_FORMS;
}

static WL_NOINLINE void do_cmp(wl_translator_t *t, uint32_t cond) {
    wl_entry_t *a, *b;
    wl_operand_pop_two(t, &a, &b);
    if (a->where == WL_AT_CONST && b->where == WL_AT_CONST) {
        wl_operand_to_slot(t, a);
    }
    if (a->where == WL_AT_CONST || b->where == WL_AT_ACC) {
        swap(&a, &b);
        cond = wl_cond_swapped[cond];
    }
    if (b->where == WL_AT_CONST) {
        if (!wl_fits16(b->value)) {
            wl_operand_to_slot(t, b);
        } else if (cond >= WL_COND_GT_S) { /* x > i is x >= i + 1, x <= i is x < i + 1 */
            if (b->value == 0x7fff || (b->value == UINT32_MAX && (cond == WL_COND_GT_U || cond == WL_COND_LE_U))) {
                wl_operand_to_slot(t, b);
            } else {
                static const uint8_t next[] = {WL_COND_GE_S, WL_COND_GE_U, WL_COND_LT_S, WL_COND_LT_U};
                cond = next[cond - WL_COND_GT_S];
                b->value++;
            }
        }
    }
    if (cond >= WL_COND_GT_S && a->where == WL_AT_SLOT && b->where == WL_AT_SLOT) {
        swap(&a, &b);
        cond = wl_cond_swapped[cond];
    }
    uint32_t form = b->where == WL_AT_SLOT ? WL_CMP_AS : WL_CMP_AI, s = 0;
    if (a->where != WL_AT_ACC) {
        wl_operand_claim_acc(t);
        s = wl_emit_src(t, a->slot, 1, 0);
        form++; /* SS, SI */
    }
    uint32_t u = b->where == WL_AT_SLOT ? wl_emit_src(t, b->slot, 1, 1) : b->value & 0xffff;
    wl_emit_op(t, WLC_CEQ_AS + wl_cond_op(cond, form));
    if (form == WL_CMP_SI) {
        wl_emit_word(t, s);
    }
    wl_emit_word(t, form == WL_CMP_SS ? s | u << 8 : u);
    wl_operand_push_acc(t);
}

static void do_eqz(wl_translator_t *t) {
    if (WL_ENABLE_FUSE_BRANCH && t->acc_depth >= 0 && t->acc_depth == (int32_t)t->depth - 1 && wl_last_is_cmp(t)) {
        uint32_t form, cond = wl_cond_of(t->last.op - (uint32_t)WLC_CEQ_AS, &form);
        wl_emit_become(t, WLC_CEQ_AS + wl_cond_op(wl_cond_inverse[cond], form));
        return;
    }
    wl_operand_push(t, WL_AT_CONST, 1)->value = 0;
    do_cmp(t, WL_COND_EQ);
}

/* ---- Slot operations: i64, f32, f64, division, conversions ---- */

/* The byte of a result's slot; push_result follows the operation. */
static uint32_t result_byte(wl_translator_t *t, uint32_t slots) {
    return wl_emit_dst(t, wl_operand_push(t, WL_AT_HOME, slots)->home);
}

static void result_done(wl_translator_t *t, uint32_t slots) {
    wl_emit_dst_done(t, t->height - slots, slots);
}

static WL_NOINLINE void do_op1(wl_translator_t *t, uint32_t code, uint32_t in, uint32_t out) {
    wl_entry_t *e = wl_operand_pop(t, in);
    if ((code == WLC_I64_EXTEND_I32_S || code == WLC_I64_EXTEND_I32_U) &&
        (e->where == WL_AT_ACC || wl_operand_is_sum(e))) {
        wl_operand_settle(t, e);
        uint32_t d = result_byte(t, 2);
        wl_emit1(t, code == WLC_I64_EXTEND_I32_S ? WLC_EXTA_S : WLC_EXTA_U, d);
    } else {
        uint32_t slot = wl_operand_any_slot(t, e, 0), d = result_byte(t, out);
        uint32_t a = wl_emit_src(t, slot, in, 0);
        wl_emit1(t, code, d | a << 8);
    }
    result_done(t, out);
}

static WL_NOINLINE void do_op2(wl_translator_t *t, uint32_t code, uint32_t in, uint32_t out, bool swapped) {
    wl_entry_t *second = wl_operand_pop(t, in), *first = wl_operand_pop(t, in);
    if (second->where == WL_AT_ACC || (wl_operand_is_sum(second) && first->where != WL_AT_ACC)) {
        wl_operand_put_home(t, second);
    }
    if (first->where == WL_AT_ACC || wl_operand_is_sum(first)) {
        wl_operand_put_home(t, first);
    }
    uint32_t sa = wl_operand_any_slot(t, first, 0), sb = wl_operand_any_slot(t, second, 1);
    uint32_t d = result_byte(t, out), a = wl_emit_src(t, sa, in, 0), b = wl_emit_src(t, sb, in, 1);
    wl_emit2(t, code, d | (swapped ? b : a) << 8, swapped ? a : b);
    result_done(t, out);
}

/* Rare but by constants, and by those it is the other rotation. */
static void do_rotr(wl_translator_t *t) {
    wl_entry_t *count = wl_operand(t, t->depth - 1);
    if (t->depth > t->low && count->where == WL_AT_CONST) {
        count->value = (0u - count->value) & 31;
        do_alu(t, WLC_ROTL);
    } else {
        do_op2(t, WLC_I32_ROTR, 1, 1, false);
    }
}

/* ---- Memory ---- */

static uint32_t group_width(uint32_t code) { /* log2 of the bytes */
    switch (code) {
        case WLC_LD8U_AZ:
        case WLC_ST8_AZS: return 0;
        case WLC_LD16U_AZ:
        case WLC_ST16_AZS: return 1;
        case WLC_LD64:
        case WLC_ST64: return 3;
        default: return 2;
    }
}

/* Whether the fast forms do: they are memory 0's, and their check, `address > limit - 4 - offset`,
 * must not wrap: the memory has been that large since the instance was made. */
static bool fast_offset(const wl_translator_t *t, uint32_t offset) {
    uint32_t floor = t->instance->memory_floor;
    return WL_MEMORY(t->v->memory) == 0 && offset <= 0xfff0 && floor >= 8 && offset <= floor - 8;
}

static void slow_access(wl_translator_t *t, uint32_t code, uint32_t offset, bool store, uint32_t value_slots) {
    uint32_t sub = (store ? WL_MISC_STORE : WL_MISC_LOAD) | WL_MISC_WIDTH(group_width(code)) |
                   WL_MEMORY((uint32_t)t->v->memory << WL_MISC_MEMORY_SHIFT);
    wl_operand_flush(t, store ? 2 : 1);
    if (store) {
        wl_operand_pop(t, value_slots);
    }
    uint32_t base = wl_operand_pop(t, 1)->home;
    wl_emit2(t, WLC_MISC, sub, base * WL_SLOT_BYTES);
    wl_emit_word(t, offset & 0xffff);
    wl_emit_word(t, offset >> 16);
    t->acc_slot = WL_NO_SLOT;
    if (!store) {
        wl_operand_push(t, WL_AT_HOME, code == WLC_LD64 ? 2 : 1);
    }
}

/* The operand word of an address that is a sum put off. */
static uint32_t sum_word(wl_translator_t *t, const wl_entry_t *e) {
    uint32_t a = wl_emit_src(t, e->slot, 1, 0);
    return e->where == WL_AT_ADD2 ? a | wl_emit_src(t, e->value, 1, 1) << 8 : a;
}

static bool sum_fits(const wl_entry_t *e, uint32_t offset) {
    return e->where == WL_AT_ADD2 || (e->where == WL_AT_ADDI && offset == 0);
}

static WL_NOINLINE void do_load(wl_translator_t *t, uint32_t code, uint32_t offset) {
    wl_entry_t *a = wl_operand_pop(t, 1);
    if (sum_fits(a, offset)) {
        wl_operand_claim_acc(t);
        bool two = a->where == WL_AT_ADD2;
        uint32_t word = sum_word(t, a);
        wl_emit2(t, code + (two ? WL_LD_SS : WL_LD_SW), word, two ? offset : a->value & 0xffff);
        wl_operand_push_acc(t);
        return;
    }
    wl_operand_settle(t, a);
    if (a->where == WL_AT_CONST) {
        wl_operand_claim_acc(t);
        wl_emit_acc_const(t, a->value);
        a->where = WL_AT_ACC;
    }
    if (offset != 0) {
        code += WL_LD_AO - WL_LD_AZ;
    }
    if (a->where == WL_AT_ACC) {
        wl_emit_op(t, code);
    } else {
        wl_operand_claim_acc(t);
        uint32_t s = wl_emit_src(t, a->slot, 1, 0);
        wl_emit1(t, code + WL_LD_SZ, s);
    }
    if (offset != 0) {
        wl_emit_word(t, offset);
    }
    wl_operand_push_acc(t);
}

static void do_load64(wl_translator_t *t, uint32_t offset) {
    uint32_t slot = wl_operand_any_slot(t, wl_operand_pop(t, 1), 0), d = result_byte(t, 2);
    uint32_t a = wl_emit_src(t, slot, 1, 0);
    wl_emit2(t, WLC_LD64, d | a << 8, offset);
    result_done(t, 2);
}

/* Leaves the low word of the i64 on top as a 32-bit operand. */
static void low_word(wl_translator_t *t) {
    const wl_entry_t *e = wl_operand_pop(t, 2);
    uint16_t slot = e->slot;
    wl_operand_push(t, e->where == WL_AT_SLOT64 ? WL_AT_SLOT : WL_AT_HOME, 1)->slot = slot;
    t->last.dst = WL_NO_SLOT; /* what wrote both words cannot be made to write one */
}

static void do_store64(wl_translator_t *t, uint32_t offset) {
    wl_entry_t *value = wl_operand_pop(t, 2), *address = wl_operand_pop(t, 1);
    uint32_t sa = wl_operand_any_slot(t, address, 0), sv = wl_operand_any_slot(t, value, 1);
    uint32_t a = wl_emit_src(t, sa, 1, 0), v = wl_emit_src(t, sv, 2, 1);
    wl_emit2(t, WLC_ST64, a | v << 8, offset);
}

/* A store whose address is a sum put off; the value is in the accumulator, a slot or small. */
static void store_sum(wl_translator_t *t, uint32_t code, uint32_t offset, const wl_entry_t *a, wl_entry_t *v) {
    bool two = a->where == WL_AT_ADD2;
    if (v->where == WL_AT_CONST && (two || !wl_fits16(v->value))) {
        wl_operand_to_slot(t, v);
    }
    uint32_t word = sum_word(t, a), vs = v->where == WL_AT_SLOT ? wl_emit_src(t, v->slot, 1, 2) : 0;
    uint32_t form = v->where == WL_AT_ACC ? WL_ST_SWA : v->where == WL_AT_SLOT ? WL_ST_SWS
                                                                               : WL_ST_SWI;
    if (two) {
        wl_emit2(t, code + form + (WL_ST_SSA - WL_ST_SWA), word, offset);
        if (v->where == WL_AT_SLOT) {
            wl_emit_word(t, vs);
        }
    } else {
        wl_emit2(t, code + form, word | vs << 8, a->value & 0xffff);
        if (v->where == WL_AT_CONST) {
            wl_emit_word(t, v->value & 0xffff);
        }
    }
}

static WL_NOINLINE void do_store(wl_translator_t *t, uint32_t code, uint32_t offset) {
    wl_entry_t *a, *v;
    if (t->depth >= t->low + 2 && sum_fits(wl_operand(t, t->depth - 2), offset)) {
        v = wl_operand_pop(t, 1);
        a = wl_operand_pop(t, 1);
        wl_operand_settle(t, v);
        store_sum(t, code, offset, a, v);
        return;
    }
    wl_operand_pop_two(t, &a, &v);
    if (v->where == WL_AT_CONST && (!wl_fits16(v->value) || (a->where == WL_AT_ACC && offset == 0))) {
        wl_operand_to_slot(t, v);
    }
    if (a->where == WL_AT_CONST) {
        wl_operand_to_slot(t, a);
    }
    uint32_t word = a->where == WL_AT_SLOT ? wl_emit_src(t, a->slot, 1, 0) : 0, form;
    uint32_t vs = v->where == WL_AT_SLOT ? wl_emit_src(t, v->slot, 1, 1) : 0;
    if (a->where == WL_AT_ACC) {
        form = v->where == WL_AT_CONST ? WL_ST_AOI : offset == 0 ? WL_ST_AZS
                                                                 : WL_ST_AOS;
        word = vs;
    } else {
        form = v->where == WL_AT_CONST ? WL_ST_SOI : v->where == WL_AT_ACC ? WL_ST_SZA
                                                                           : WL_ST_SZS;
        if (form != WL_ST_SOI && offset != 0) {
            form += WL_ST_SOA - WL_ST_SZA;
        }
        word |= vs << 8;
    }
    wl_emit_op(t, code + form);
    if (form != WL_ST_AOI) {
        wl_emit_word(t, word);
    }
    if (offset != 0 || v->where == WL_AT_CONST) {
        wl_emit_word(t, offset);
    }
    if (v->where == WL_AT_CONST) {
        wl_emit_word(t, v->value & 0xffff);
    }
}

static void do_access(wl_translator_t *t, uint32_t kind, uint32_t code, uint32_t offset, uint32_t in) {
    bool store = kind == WL_TR_STORE || kind == WL_TR_STORE64;
    if (!fast_offset(t, offset)) {
        slow_access(t, code, offset, store, in);
    } else if (kind == WL_TR_STORE64) {
        do_store64(t, offset);
    } else if (kind == WL_TR_LOAD64) {
        do_load64(t, offset);
    } else if (store) {
        if (in == 2) {
            low_word(t);
        }
        do_store(t, code, offset);
    } else {
        do_load(t, code, offset);
    }
    if ((kind == WL_TR_LOAD_S || kind == WL_TR_LOAD_EXT_S) && code != WLC_LD32) {
        do_un(t, code == WLC_LD8U ? WLC_EXTEND8_S : WLC_EXTEND16_S);
    }
    if (kind == WL_TR_LOAD_EXT_S || kind == WL_TR_LOAD_EXT_U) {
        do_op1(t, kind == WL_TR_LOAD_EXT_S ? WLC_I64_EXTEND_I32_S : WLC_I64_EXTEND_I32_U, 1, 2);
    }
}

/* Slots of a type of a signature: none, i32, i64, f32, f64. */
static uint32_t sig_slots(uint32_t nibble) {
    return nibble == 0 ? 0 : 2 - (nibble & 1);
}

void wl_tr_simple(wl_translator_t *t, uint32_t op, uint32_t offset) {
    uint32_t code = wl_simple_ops[op] & ((1u << WL_SIMPLE_CODE_BITS) - 1), kind = WL_SIMPLE_KIND(op);
    uint32_t sig = wl_signatures[op], in = sig_slots(sig & 15);
    switch (kind) {
        case WL_TR_ALU: do_alu(t, code); break;
        case WL_TR_CMP: do_cmp(t, code); break;
        case WL_TR_EQZ: do_eqz(t); break;
        case WL_TR_UN: do_un(t, code); break;
        case WL_TR_OP1: do_op1(t, code, in, sig_slots(sig >> 12)); break;
        case WL_TR_OP2:
        case WL_TR_OP2_SWAP: do_op2(t, code, in, sig_slots(sig >> 12), kind == WL_TR_OP2_SWAP); break;
        case WL_TR_ROTR: do_rotr(t); break;
        case WL_TR_LOW: low_word(t); break;
        case WL_TR_SAME: break; /* a reinterpretation changes no bit */
        default: do_access(t, kind, code, offset, in); break;
    }
}

/* ---- Constants, locals, globals ---- */

/* Where slots are far, copies would soon make code longer than branches reach. */
static bool fold_locals(const wl_translator_t *t) {
    return WL_ENABLE_FOLD_LOCALS || t->far_frame;
}

void wl_tr_const(wl_translator_t *t, uint64_t value, uint32_t slots) {
    bool fold = slots == 1 && fold_locals(t);
    wl_entry_t *e = wl_operand_push(t, fold ? WL_AT_CONST : WL_AT_HOME, slots);
    e->value = (uint32_t)value;
    if (slots == 2) {
        wl_emit_const64(t, e->home, value);
    } else if (!fold) {
        wl_emit_const(t, e->home, (uint32_t)value);
    }
}

void wl_tr_local_get(wl_translator_t *t, uint32_t index) {
    uint32_t slots = wl_local_slots(t, index), local = t->local_slots[index];
    if (fold_locals(t)) {
        wl_operand_push(t, slots == 2 ? WL_AT_SLOT64 : WL_AT_SLOT, slots)->slot = (uint16_t)local;
    } else {
        wl_emit_mov(t, wl_operand_push(t, WL_AT_HOME, slots)->home, local, slots);
    }
}

static bool refers(const wl_entry_t *e, uint32_t slot, uint32_t slots) {
    if (e->where == WL_AT_ADD2 && e->value - slot < slots) {
        return true;
    }
    return e->where != WL_AT_HOME && e->where != WL_AT_CONST && e->slot - slot < slots;
}

/* Copies operands that still read a local which is about to change. */
static void save_readers(wl_translator_t *t, uint32_t slot, uint32_t slots) {
    for (uint32_t i = t->low; i + 1 < t->depth; i++) {
        if (refers(wl_operand(t, i), slot, slots)) {
            wl_operand_bring_home(t, i);
        }
    }
}

void wl_tr_local_set(wl_translator_t *t, uint32_t index, bool tee) {
    uint32_t slot = t->local_slots[index], slots = wl_local_slots(t, index);
    save_readers(t, slot, slots);
    wl_entry_t *e = wl_operand_pop(t, slots);
    if (slots == 1) {
        wl_operand_move_to(t, e, slot);
    } else if (e->where != WL_AT_HOME || !wl_emit_retarget(t, e->home, slot)) {
        wl_emit_mov(t, slot, e->slot, 2);
    }
    if (tee) {
        wl_tr_local_get(t, index);
    }
}

static void set_global(wl_translator_t *t, uint32_t index, uint32_t slots) {
    wl_entry_t *e = wl_operand_pop(t, slots);
    if (slots == 2) {
        uint32_t a = wl_emit_src(t, wl_operand_any_slot(t, e, 0), 2, 0);
        wl_emit2(t, WLC_GSET64, a, index);
        return;
    }
    wl_operand_settle(t, e);
    if (e->where == WL_AT_ACC) {
        wl_emit1(t, WLC_GSETA, index);
    } else {
        uint32_t s = wl_emit_src(t, wl_operand_to_slot(t, e), 1, 0);
        wl_emit2(t, WLC_GSETS, s, index);
    }
}

void wl_tr_global(wl_translator_t *t, uint32_t index, uint8_t type, bool set) {
    uint32_t slots = wl_type_slots(type);
    if (set) {
        set_global(t, index, slots);
    } else if (slots == 2) {
        uint32_t d = result_byte(t, 2);
        wl_emit2(t, WLC_GGET64, d, index);
        result_done(t, 2);
    } else {
        wl_operand_make_room(t);
        wl_operand_claim_acc(t);
        wl_emit1(t, WLC_GGET, index);
        wl_operand_push_acc(t);
    }
}

void wl_tr_drop(wl_translator_t *t, uint32_t slots) {
    wl_operand_pop(t, slots);
}

static void select64(wl_translator_t *t, wl_entry_t *condition) {
    uint32_t sc = wl_operand_any_slot(t, condition, 2);
    wl_entry_t *second = wl_operand_pop(t, 2), *first = wl_operand_pop(t, 2);
    uint32_t sb = wl_operand_any_slot(t, second, 1), sa = wl_operand_any_slot(t, first, 0);
    uint32_t d = result_byte(t, 2), a = wl_emit_src(t, sa, 2, 0), b = wl_emit_src(t, sb, 2, 1);
    uint32_t c = wl_emit_src(t, sc, 1, 2);
    wl_emit2(t, WLC_SEL64, d | a << 8, b | c << 8);
    result_done(t, 2);
}

void wl_tr_select(wl_translator_t *t, uint32_t slots) {
    wl_entry_t *c = wl_operand_pop(t, 1);
    if (slots == 2) {
        select64(t, c);
        return;
    }
    wl_entry_t *b = wl_operand_pop(t, 1), *a = wl_operand_pop(t, 1);
    /* The alternatives first, while the condition keeps the accumulator. */
    if (c->where == WL_AT_ACC && (wl_operand_is_sum(a) || wl_operand_is_sum(b))) {
        wl_operand_put_home(t, c);
    }
    if (b->where == WL_AT_ACC) {
        wl_operand_put_home(t, b);
    }
    if (a->where == WL_AT_ACC || wl_operand_is_sum(a)) {
        wl_operand_put_home(t, a);
    }
    if (wl_operand_is_sum(b)) {
        wl_operand_put_home(t, b);
    }
    if (wl_operand_is_sum(c)) {
        wl_operand_put_home(t, c);
    }
    bool cond_in_acc = c->where == WL_AT_ACC;
    uint32_t sa = wl_operand_any_slot(t, a, 0), sb = wl_operand_any_slot(t, b, 1);
    uint32_t first = wl_emit_src(t, sa, 1, 0), second = wl_emit_src(t, sb, 1, 1);
    if (!cond_in_acc) {
        wl_operand_settle(t, c);
        if (c->where != WL_AT_ACC) {
            wl_operand_claim_acc(t);
            if (c->where == WL_AT_CONST) {
                wl_emit_acc_const(t, c->value);
            } else { /* the first two scratch places are taken */
                uint32_t s = wl_emit_src(t, c->slot, 1, 2);
                wl_emit1(t, WLC_LDA, s);
            }
        }
    }
    wl_emit1(t, WLC_SEL, first | second << 8);
    wl_operand_push_acc(t);
}

void wl_tr_misc(wl_translator_t *t, uint32_t sub, uint32_t operands, bool out, uint32_t imm1, uint32_t imm2) {
    wl_operand_flush_all(t); /* it may use up fuel and stop behind itself */
    for (uint32_t i = 0; i < operands; i++) {
        wl_operand_pop(t, 1);
    }
    uint32_t base = t->height;
    if (operands == 0) { /* room for the result */
        wl_operand_push(t, WL_AT_HOME, 1);
        wl_operand_pop(t, 1);
    }
    wl_emit2(t, WLC_MISC, sub, base * WL_SLOT_BYTES);
    wl_emit_word(t, imm1);
    wl_emit_word(t, imm2);
    t->acc_slot = WL_NO_SLOT;
    if (out) {
        wl_operand_push(t, WL_AT_HOME, 1);
    }
}
