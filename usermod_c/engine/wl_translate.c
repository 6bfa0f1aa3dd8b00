/* SPDX-License-Identifier: MIT
 *
 * One-pass translation of a body to register code, driven by the validator.
 *
 * The operand stack is followed symbolically: an operand is where its value already is (a local,
 * a constant, the accumulator, a sum not yet computed) until something needs it in its own slot.
 * Only the topmost WL_WINDOW operands may be elsewhere; deeper ones are at home, so the state is
 * small and every step takes constant time. At block boundaries and calls all operands go home:
 * that is what makes frames canonical.
 */
#include "wl_translate.h"

/* Comparisons in the order of wl_code_cmp.def. */
enum { COND_EQ, COND_NE, COND_LT_S, COND_LT_U, COND_GE_S, COND_GE_U, COND_GT_S, COND_GT_U, COND_LE_S, COND_LE_U,
       COND_COUNT };
static const uint8_t cond_inverse[COND_COUNT] = {COND_NE, COND_EQ, COND_GE_S, COND_GE_U, COND_LT_S,
                                                 COND_LT_U, COND_LE_S, COND_LE_U, COND_GT_S, COND_GT_U};
static const uint8_t cond_swapped[COND_COUNT] = {COND_EQ, COND_NE, COND_GT_S, COND_GT_U, COND_LE_S,
                                                 COND_LE_U, COND_LT_S, COND_LT_U, COND_GE_S, COND_GE_U};

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
#define REG_CMP6(n, e) WLC_C##n = COND_##n,
#define REG_CMP4(n, e) WLC_C##n = COND_##n,
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

/* Kind in the upper bits, code in the lower. */
#define CODE_BITS 10
_Static_assert(WLC_COUNT <= 1 << CODE_BITS, "an operation's number and kind share 16 bits");
static const uint16_t simple_ops[256] = {
#define WASM_OP(name, byte, mnemonic, imm, sig, kind, code) [byte] = (uint16_t)(WL_TR_##kind << CODE_BITS | (uint32_t)WLC_##code),
#include "wl_wasm_ops.def"
#undef WASM_OP
};

static uint32_t sig_slots(uint32_t nibble) {
    return nibble == 0 ? 0 : (nibble == 2 || nibble == 4) ? 2 : 1;
}

/* ---- The operand stack ---- */

static wl_entry_t *entry(wl_translator_t *t, uint32_t index) {
    return &t->window[index & (WL_WINDOW - 1)];
}

static void bring_home(wl_translator_t *t, uint32_t index);

/* Brings the operand home that the next push would shift out of the window. May use the accumulator. */
static void make_room(wl_translator_t *t) {
    if (t->depth >= WL_WINDOW && t->low <= t->depth - WL_WINDOW) {
        bring_home(t, t->depth - WL_WINDOW);
        t->low = t->depth - WL_WINDOW + 1;
    }
}

/* Pushes an operand of `slots` slots; the caller says where it is. */
static wl_entry_t *push(wl_translator_t *t, wl_where_t where, uint32_t slots) {
    make_room(t);
    wl_entry_t *e = entry(t, t->depth);
    e->where = (uint8_t)where;
    e->slot = WL_NO_SLOT;
    e->home = (uint16_t)t->height;
    e->value = 0;
    t->depth++;
    t->height += slots;
    if (t->height > t->max_height) {
        t->max_height = t->height;
        if (t->height > WL_LIMIT_FRAME_SLOTS) {
            wl_emit_fail(t, WL_OVER_FRAME);
        }
    }
    return e;
}

static void push_acc(wl_translator_t *t) {
    push(t, WL_AT_ACC, 1);
    t->acc_depth = (int32_t)t->depth - 1;
    t->acc_slot = WL_NO_SLOT;
}

static wl_entry_t pop(wl_translator_t *t, uint32_t slots) {
    if (t->depth == 0 || t->height < slots) { /* cannot be: the validator has checked */
        wl_emit_fail(t, WL_TYPE_MISMATCH);
        return (wl_entry_t){0};
    }
    t->depth--;
    t->height -= slots;
    wl_entry_t e = {.where = WL_AT_HOME, .home = (uint16_t)t->height, .slot = (uint16_t)t->height};
    if (t->depth < t->low) {
        t->low = t->depth;
    } else {
        e = *entry(t, t->depth);
        if (e.where == WL_AT_HOME) {
            e.slot = e.home;
        }
    }
    if (t->acc_depth == (int32_t)t->depth) {
        t->acc_depth = -1;
    }
    return e;
}

/* Saves the operand in the accumulator, if one is, before something else goes there. */
static void claim_acc(wl_translator_t *t) {
    if (t->acc_depth >= 0) {
        wl_entry_t *e = entry(t, (uint32_t)t->acc_depth);
        t->acc_depth = -1;
        e->where = WL_AT_HOME;
        wl_emit_store_acc(t, e->home);
    }
}

/* Computes a sum that was put off into the accumulator. */
static void compute_sum(wl_translator_t *t, const wl_entry_t *e) {
    claim_acc(t);
    uint32_t a = wl_emit_src(t, e->slot, 1, 0);
    if (e->where == WL_AT_ADDI) {
        wl_emit2(t, WLC_ADD_SI, a, e->value & 0xffff);
    } else {
        uint32_t b = wl_emit_src(t, e->value, 1, 1);
        wl_emit1(t, WLC_ADD_SS, a | b << 8);
    }
    t->acc_slot = WL_NO_SLOT;
}

static void put_home(wl_translator_t *t, wl_entry_t *e) {
    switch (e->where) {
        case WL_AT_ACC: wl_emit_store_acc(t, e->home); break;
        case WL_AT_SLOT:
            if (t->acc_slot == e->slot && e->slot != WL_NO_SLOT) {
                uint16_t mirrored = t->acc_slot;
                wl_emit_store_acc(t, e->home);
                t->acc_slot = mirrored;
            } else {
                wl_emit_mov(t, e->home, e->slot, 1);
            }
            break;
        case WL_AT_SLOT64: wl_emit_mov(t, e->home, e->slot, 2); break;
        case WL_AT_CONST: wl_emit_const(t, e->home, e->value); break;
        case WL_AT_ADDI:
        case WL_AT_ADD2:
            compute_sum(t, e);
            wl_emit_store_acc(t, e->home);
            break;
        default: break;
    }
    e->where = WL_AT_HOME;
    e->slot = e->home;
}

static void bring_home(wl_translator_t *t, uint32_t index) {
    if (index < t->low) {
        return;
    }
    wl_entry_t *e = entry(t, index);
    if (t->acc_depth == (int32_t)index) {
        t->acc_depth = -1;
    }
    put_home(t, e);
}

/* Brings the topmost `count` operands home. The accumulator's goes first: others may need it. */
static void flush(wl_translator_t *t, uint32_t count) {
    uint32_t first = t->depth - count > t->low ? t->depth - count : t->low;
    if (count > t->depth) {
        first = t->low;
    }
    if (t->acc_depth >= (int32_t)first) {
        claim_acc(t);
    }
    for (uint32_t i = first; i < t->depth; i++) {
        bring_home(t, i);
    }
}

static void flush_all(wl_translator_t *t) {
    flush(t, t->depth);
}

/* After a branch nothing is left but what the block had at its start and `slots` more at home. */
static void set_stack(wl_translator_t *t, uint32_t depth, uint32_t height, const uint8_t *types, uint32_t n) {
    t->depth = t->low = depth;
    t->height = height;
    t->acc_depth = -1;
    for (uint32_t i = 0; i < n; i++) {
        push(t, WL_AT_HOME, wl_type_slots(types[i]));
    }
}

/* ---- Operands of an instruction ---- */

typedef enum { IN_ACC, IN_SLOT, IN_IMM } wl_operand_kind_t;

typedef struct {
    wl_operand_kind_t kind;
    uint32_t slot; /* IN_SLOT; IN_ACC: the slot that has the value too, or WL_NO_SLOT */
    uint32_t imm;
    uint32_t home;
} operand_t;

static __attribute__((noinline)) void swap_operands(operand_t *a, operand_t *b) {
    operand_t swap = *a;
    *a = *b;
    *b = swap;
}

/* Classifies a popped 32-bit operand, computing put-off sums into the accumulator. */
static operand_t operand(wl_translator_t *t, const wl_entry_t *e) {
    operand_t o = {.kind = IN_SLOT, .slot = e->slot, .home = e->home};
    switch (e->where) {
        case WL_AT_CONST:
            o.kind = IN_IMM;
            o.imm = e->value;
            break;
        case WL_AT_ADDI:
        case WL_AT_ADD2: compute_sum(t, e); /* fallthrough */
        case WL_AT_ACC:
            o.kind = IN_ACC;
            o.slot = WL_NO_SLOT;
            break;
        default:
            if (t->acc_slot == e->slot && t->acc_depth < 0) {
                o.kind = IN_ACC;
            }
    }
    return o;
}

/* Puts an operand into a slot: its own place if it has one, else its home. */
static uint32_t to_slot(wl_translator_t *t, operand_t *o) {
    if (o->kind == IN_IMM) {
        wl_emit_const(t, o->home, o->imm);
        o->slot = o->home;
    } else if (o->kind == IN_ACC && o->slot == WL_NO_SLOT) {
        wl_emit_store_acc(t, o->home);
        o->slot = o->home;
    }
    o->kind = IN_SLOT;
    return o->slot;
}

static bool is_sum(const wl_entry_t *e) {
    return e->where == WL_AT_ADDI || e->where == WL_AT_ADD2;
}

/* Pops two 32-bit operands; at most one is in the accumulator afterwards. */
static void pop_two(wl_translator_t *t, operand_t *a, operand_t *b) {
    wl_entry_t eb = pop(t, 1), ea = pop(t, 1);
    if (is_sum(&ea) && eb.where == WL_AT_ACC) {
        wl_emit_store_acc(t, eb.home);
        eb.where = WL_AT_HOME;
        eb.slot = eb.home;
    } else if (ea.where == WL_AT_ACC && is_sum(&eb)) {
        wl_emit_store_acc(t, ea.home);
        ea.where = WL_AT_HOME;
        ea.slot = ea.home;
    } else if (is_sum(&ea) && is_sum(&eb)) {
        put_home(t, &ea);
    }
    if (is_sum(&eb)) { /* before `a` is found in the accumulator */
        *b = operand(t, &eb);
        *a = operand(t, &ea);
    } else {
        *a = operand(t, &ea);
        *b = operand(t, &eb);
    }
    if (a->kind == IN_ACC && b->kind == IN_ACC) {
        operand_t *o = a->slot != WL_NO_SLOT ? a : b;
        o->kind = IN_SLOT;
    }
}

/* ---- Arithmetic ---- */

static bool commutes(uint32_t code) {
    return code < WLC_SUB_AS;
}

static void emit_alu(wl_translator_t *t, uint32_t code, operand_t *a, operand_t *b) {
    if (a->kind == IN_IMM && commutes(code)) {
        swap_operands(a, b);
    }
    if (a->kind == IN_IMM) {
        if (b->kind == IN_ACC) {
            to_slot(t, b);
        }
        to_slot(t, a);
    }
    if (code == WLC_SUB_AS && b->kind == IN_IMM && wl_fits16(0u - b->imm)) {
        code = WLC_ADD_AS;
        b->imm = 0u - b->imm;
    }
    if (b->kind == IN_IMM && !wl_fits16(b->imm)) {
        if (a->kind != IN_ACC && t->acc_depth < 0) { /* a constant in the accumulator costs less */
            wl_emit_acc_const(t, b->imm);
            b->kind = IN_ACC;
            b->slot = WL_NO_SLOT;
        } else {
            to_slot(t, b);
        }
    }
    if (a->kind == IN_SLOT && b->kind == IN_ACC && commutes(code)) {
        swap_operands(a, b);
    }
    if (a->kind != IN_ACC && b->kind != IN_ACC) {
        claim_acc(t);
    }
    if (a->kind == IN_ACC && b->kind == IN_SLOT) {
        uint32_t s = wl_emit_src(t, b->slot, 1, 1);
        wl_emit1(t, code + WL_ALU_AS, s);
    } else if (a->kind == IN_ACC) {
        wl_emit1(t, code + WL_ALU_AI, b->imm & 0xffff);
    } else if (b->kind == IN_ACC) {
        uint32_t s = wl_emit_src(t, a->slot, 1, 0);
        wl_emit1(t, code + WL_ALU_SA, s);
    } else if (b->kind == IN_IMM) {
        uint32_t s = wl_emit_src(t, a->slot, 1, 0);
        wl_emit2(t, code + WL_ALU_SI, s, b->imm & 0xffff);
    } else {
        uint32_t s = wl_emit_src(t, a->slot, 1, 0), u = wl_emit_src(t, b->slot, 1, 1);
        wl_emit1(t, code + WL_ALU_SS, s | u << 8);
    }
}

/* A sum of a slot and something small is put off: a load or store may take it as it is. */
static bool defer_sum(wl_translator_t *t) {
    if (!WL_ENABLE_FUSE_ADDRESS || t->depth < t->low + 2) {
        return false;
    }
    const wl_entry_t *a = entry(t, t->depth - 2), *b = entry(t, t->depth - 1);
    if (a->where == WL_AT_CONST && b->where == WL_AT_SLOT) {
        const wl_entry_t *swap = a;
        a = b;
        b = swap;
    }
    uint16_t slot = a->where == WL_AT_HOME ? a->home : a->slot;
    if ((a->where != WL_AT_SLOT && a->where != WL_AT_HOME) || t->acc_slot == slot) {
        return false;
    }
    wl_where_t where;
    uint32_t value;
    if (b->where == WL_AT_CONST && wl_fits16(b->value)) {
        where = WL_AT_ADDI;
        value = b->value;
    } else if (b->where == WL_AT_SLOT && t->acc_slot != b->slot) {
        where = WL_AT_ADD2;
        value = b->slot;
    } else {
        return false;
    }
    pop(t, 1);
    pop(t, 1);
    wl_entry_t *e = push(t, where, 1);
    e->slot = slot;
    e->value = value;
    return true;
}

static void do_alu(wl_translator_t *t, uint32_t code) {
    if (code == WLC_ADD_AS && defer_sum(t)) {
        return;
    }
    operand_t a, b;
    pop_two(t, &a, &b);
    emit_alu(t, code, &a, &b);
    push_acc(t);
}

static void do_un(wl_translator_t *t, uint32_t code) {
    wl_entry_t e = pop(t, 1);
    operand_t a = operand(t, &e);
    if (a.kind == IN_IMM) {
        to_slot(t, &a);
    }
    if (a.kind == IN_ACC) {
        wl_emit_op(t, code + WL_UN_A);
    } else {
        claim_acc(t);
        uint32_t s = wl_emit_src(t, a.slot, 1, 0);
        wl_emit1(t, code + WL_UN_S, s);
    }
    push_acc(t);
}

static uint32_t cmp_op(uint32_t cond, uint32_t form) {
    return cond < COND_GT_S ? cond * WL_CMP_FORMS + form : COND_GT_S * WL_CMP_FORMS + (cond - COND_GT_S);
}

static void do_cmp(wl_translator_t *t, uint32_t cond) {
    operand_t a, b;
    pop_two(t, &a, &b);
    if (a.kind == IN_IMM && b.kind == IN_IMM) {
        to_slot(t, &a);
    }
    if (a.kind == IN_IMM || b.kind == IN_ACC) {
        swap_operands(&a, &b);
        cond = cond_swapped[cond];
    }
    if (b.kind == IN_IMM && !wl_fits16(b.imm)) {
        to_slot(t, &b);
    }
    if (b.kind == IN_IMM && cond >= COND_GT_S) { /* x > i is x >= i + 1, x <= i is x < i + 1 */
        if (b.imm == 0x7fff || (b.imm == UINT32_MAX && (cond == COND_GT_U || cond == COND_LE_U))) {
            to_slot(t, &b);
        } else {
            static const uint8_t next[] = {COND_GE_S, COND_GE_U, COND_LT_S, COND_LT_U};
            cond = next[cond - COND_GT_S];
            b.imm++;
        }
    }
    if (a.kind == IN_SLOT && b.kind == IN_SLOT && cond >= COND_GT_S) {
        swap_operands(&a, &b);
        cond = cond_swapped[cond];
    }
    if (a.kind != IN_ACC) {
        claim_acc(t);
    }
    uint32_t s = a.kind == IN_SLOT ? wl_emit_src(t, a.slot, 1, 0) : 0;
    if (b.kind == IN_SLOT) {
        uint32_t u = wl_emit_src(t, b.slot, 1, 1);
        wl_emit1(t, WLC_CEQ_AS + cmp_op(cond, a.kind == IN_ACC ? WL_CMP_AS : WL_CMP_SS), a.kind == IN_ACC ? u : s | u << 8);
    } else {
        wl_emit_op(t, WLC_CEQ_AS + cmp_op(cond, a.kind == IN_ACC ? WL_CMP_AI : WL_CMP_SI));
        if (a.kind == IN_SLOT) {
            wl_emit_word(t, s);
        }
        wl_emit_word(t, b.imm & 0xffff);
    }
    push_acc(t);
}

static bool last_is_cmp(const wl_translator_t *t) {
    return t->last_op >= WLC_CEQ_AS && t->last_op <= WLC_CLE_U_AS;
}

/* The condition and form of a comparison, or of a branch's number less its base. */
static uint32_t cond_of(uint32_t number, uint32_t *form) {
    if (number < COND_GT_S * WL_CMP_FORMS) {
        *form = number % WL_CMP_FORMS;
        return number / WL_CMP_FORMS;
    }
    *form = WL_CMP_AS;
    return COND_GT_S + number - COND_GT_S * WL_CMP_FORMS;
}

static void do_eqz(wl_translator_t *t) {
    if (WL_ENABLE_FUSE_BRANCH && t->acc_depth >= 0 && t->acc_depth == (int32_t)t->depth - 1 && last_is_cmp(t)) {
        uint32_t form, cond = cond_of(t->last_op - WLC_CEQ_AS, &form);
        t->last_op = WLC_CEQ_AS + cmp_op(cond_inverse[cond], form);
        wl_emit_set_word(t, t->last_pos, wl_handler_word(t->last_op));
        return;
    }
    push(t, WL_AT_CONST, 1);
    do_cmp(t, COND_EQ);
}

/* ---- Slot operations: i64, f32, f64, division, conversions ---- */

/* The slot where a popped operand of any type is; constants that belong far away go to scratch
 * place `place`, so nothing may be computed between this and the operation. */
static uint32_t any_slot(wl_translator_t *t, wl_entry_t *e, uint32_t place) {
    if (e->where == WL_AT_CONST) {
        e->home = (uint16_t)wl_emit_scratch(t, e->home, place);
    }
    if (e->where != WL_AT_SLOT && e->where != WL_AT_SLOT64) {
        put_home(t, e);
        return e->home;
    }
    return e->slot;
}

static void do_op1(wl_translator_t *t, uint32_t code, uint32_t in, uint32_t out) {
    wl_entry_t e = pop(t, in);
    if (code == WLC_I64_EXTEND_I32_S || code == WLC_I64_EXTEND_I32_U) {
        if (e.where == WL_AT_ACC || is_sum(&e)) {
            operand(t, &e);
            wl_entry_t *r = push(t, WL_AT_HOME, 2);
            uint32_t d = wl_emit_dst(t, r->home);
            wl_emit1(t, code == WLC_I64_EXTEND_I32_S ? WLC_EXTA_S : WLC_EXTA_U, d);
            wl_emit_dst_done(t, r->home, 2);
            return;
        }
    }
    uint32_t slot = any_slot(t, &e, 0);
    wl_entry_t *r = push(t, WL_AT_HOME, out);
    uint32_t a = wl_emit_src(t, slot, in, 0), d = wl_emit_dst(t, r->home);
    wl_emit1(t, code, d | a << 8);
    wl_emit_dst_done(t, r->home, out);
}

static void do_op2(wl_translator_t *t, uint32_t code, uint32_t in, uint32_t out, bool swap) {
    wl_entry_t eb = pop(t, in), ea = pop(t, in);
    if (eb.where == WL_AT_ACC || (is_sum(&eb) && ea.where != WL_AT_ACC)) {
        put_home(t, &eb);
    }
    if (ea.where == WL_AT_ACC || is_sum(&ea)) {
        put_home(t, &ea);
    }
    uint32_t sa = any_slot(t, &ea, 0), sb = any_slot(t, &eb, 1);
    wl_entry_t *r = push(t, WL_AT_HOME, out);
    uint32_t a = wl_emit_src(t, sa, in, 0), b = wl_emit_src(t, sb, in, 1), d = wl_emit_dst(t, r->home);
    wl_emit2(t, code, d | (swap ? b : a) << 8, swap ? a : b);
    wl_emit_dst_done(t, r->home, out);
}

/* ---- Memory ---- */

static uint32_t group_width(uint32_t code) { /* log2 of the bytes */
    switch (code) {
        case WLC_LD8U_AZ:
        case WLC_LD8S_AZ:
        case WLC_ST8_AZS: return 0;
        case WLC_LD16U_AZ:
        case WLC_LD16S_AZ:
        case WLC_ST16_AZS: return 1;
        case WLC_LD64:
        case WLC_ST64: return 3;
        default: return 2;
    }
}

/* Whether the fast forms' check, `address > limit - 4 - offset`, cannot wrap: memory 0 has been
 * that large since the instance was made. */
static bool fast_offset(const wl_translator_t *t, uint32_t offset) {
    uint32_t floor = t->instance->memory_floor;
    return offset <= 0xfff0 && floor >= 8 && offset <= floor - 8;
}

static void slow_access(wl_translator_t *t, uint32_t code, uint32_t offset, bool store, uint32_t value_slots) {
    bool sign = code == WLC_LD8S_AZ || code == WLC_LD16S_AZ;
    uint32_t sub = (store ? WL_MISC_STORE : WL_MISC_LOAD) | WL_MISC_WIDTH(group_width(code), sign);
    flush(t, store ? 2 : 1);
    if (store) {
        pop(t, value_slots);
    }
    uint32_t base = pop(t, 1).home;
    wl_emit2(t, WLC_MISC, sub, base * WL_SLOT_BYTES);
    wl_emit_word(t, offset & 0xffff);
    wl_emit_word(t, offset >> 16);
    t->acc_slot = WL_NO_SLOT;
    if (!store) {
        push(t, WL_AT_HOME, code == WLC_LD64 ? 2 : 1);
    }
}

static void do_load(wl_translator_t *t, uint32_t code, uint32_t offset) {
    if (!fast_offset(t, offset)) {
        slow_access(t, code, offset, false, 0);
        return;
    }
    wl_entry_t e = pop(t, 1);
    if (e.where == WL_AT_ADD2 || (e.where == WL_AT_ADDI && offset == 0)) {
        bool two = e.where == WL_AT_ADD2;
        claim_acc(t);
        uint32_t a = wl_emit_src(t, e.slot, 1, 0), b = two ? wl_emit_src(t, e.value, 1, 1) : 0;
        wl_emit2(t, code + (two ? WL_LD_SS : WL_LD_SW), a | b << 8, two ? offset : e.value & 0xffff);
        push_acc(t);
        return;
    }
    operand_t a = operand(t, &e);
    if (a.kind == IN_IMM) {
        claim_acc(t);
        wl_emit_acc_const(t, a.imm);
        a.kind = IN_ACC;
    }
    if (a.kind == IN_ACC) {
        wl_emit_op(t, code + (offset == 0 ? WL_LD_AZ : WL_LD_AO));
    } else {
        claim_acc(t);
        uint32_t s = wl_emit_src(t, a.slot, 1, 0);
        wl_emit1(t, code + (offset == 0 ? WL_LD_SZ : WL_LD_SO), s);
    }
    if (offset != 0) {
        wl_emit_word(t, offset);
    }
    push_acc(t);
}

static void do_load64(wl_translator_t *t, uint32_t offset) {
    if (!fast_offset(t, offset)) {
        slow_access(t, WLC_LD64, offset, false, 0);
        return;
    }
    wl_entry_t e = pop(t, 1);
    uint32_t slot = any_slot(t, &e, 0);
    wl_entry_t *r = push(t, WL_AT_HOME, 2);
    uint32_t a = wl_emit_src(t, slot, 1, 0), d = wl_emit_dst(t, r->home);
    wl_emit2(t, WLC_LD64, d | a << 8, offset);
    wl_emit_dst_done(t, r->home, 2);
}

/* Widens the 32-bit operand on top to an i64. */
static void extend_top(wl_translator_t *t, bool sign) {
    do_op1(t, sign ? WLC_I64_EXTEND_I32_S : WLC_I64_EXTEND_I32_U, 1, 2);
}

/* Leaves the low word of the i64 on top as a 32-bit operand. */
static void low_word(wl_translator_t *t) {
    wl_entry_t e = pop(t, 2);
    wl_entry_t *r = push(t, e.where == WL_AT_SLOT64 ? WL_AT_SLOT : WL_AT_HOME, 1);
    r->slot = e.slot;
    t->last_dst = WL_NO_SLOT; /* what wrote both words cannot be made to write one */
}

static void do_store64(wl_translator_t *t, uint32_t offset) {
    if (!fast_offset(t, offset)) {
        slow_access(t, WLC_ST64, offset, true, 2);
        return;
    }
    wl_entry_t ev = pop(t, 2), ea = pop(t, 1);
    uint32_t sa = any_slot(t, &ea, 0), sv = any_slot(t, &ev, 1);
    uint32_t a = wl_emit_src(t, sa, 1, 0), v = wl_emit_src(t, sv, 2, 1);
    wl_emit2(t, WLC_ST64, a | v << 8, offset);
}

/* A store whose address is a sum put off; the value is in the accumulator, a slot or small. */
static void store_sum(wl_translator_t *t, uint32_t code, uint32_t offset, const wl_entry_t *ea, operand_t *v) {
    bool two = ea->where == WL_AT_ADD2;
    if (v->kind == IN_IMM && (two || !wl_fits16(v->imm))) {
        to_slot(t, v);
    }
    uint32_t a = wl_emit_src(t, ea->slot, 1, 0), b = two ? wl_emit_src(t, ea->value, 1, 1) : 0;
    uint32_t vs = v->kind == IN_SLOT ? wl_emit_src(t, v->slot, 1, 2) : 0;
    if (two) {
        wl_emit2(t, code + (v->kind == IN_ACC ? WL_ST_SSA : WL_ST_SSS), a | b << 8, offset);
        if (v->kind == IN_SLOT) {
            wl_emit_word(t, vs);
        }
    } else {
        wl_emit2(t, code + (v->kind == IN_ACC ? WL_ST_SWA : v->kind == IN_SLOT ? WL_ST_SWS : WL_ST_SWI), a | vs << 8, ea->value & 0xffff);
        if (v->kind == IN_IMM) {
            wl_emit_word(t, v->imm & 0xffff);
        }
    }
}

static void do_store(wl_translator_t *t, uint32_t code, uint32_t offset, uint32_t value_slots) {
    if (!fast_offset(t, offset)) {
        slow_access(t, code, offset, true, value_slots);
        return;
    }
    if (value_slots == 2) {
        low_word(t);
    }
    if (t->depth >= t->low + 2) {
        const wl_entry_t *pa = entry(t, t->depth - 2);
        if (pa->where == WL_AT_ADD2 || (pa->where == WL_AT_ADDI && offset == 0)) {
            wl_entry_t ev = pop(t, 1), ea = pop(t, 1);
            operand_t v = operand(t, &ev);
            store_sum(t, code, offset, &ea, &v);
            return;
        }
    }
    operand_t a, v;
    pop_two(t, &a, &v);
    if (v.kind == IN_IMM && (!wl_fits16(v.imm) || (a.kind == IN_ACC && offset == 0))) {
        to_slot(t, &v);
    }
    if (a.kind == IN_IMM) {
        to_slot(t, &a);
    }
    if (a.kind == IN_ACC) {
        uint32_t vs = v.kind == IN_SLOT ? wl_emit_src(t, v.slot, 1, 1) : 0;
        wl_emit_op(t, code + (v.kind == IN_IMM ? WL_ST_AOI : offset == 0 ? WL_ST_AZS : WL_ST_AOS));
        if (v.kind == IN_SLOT) {
            wl_emit_word(t, vs);
        }
    } else {
        uint32_t s = wl_emit_src(t, a.slot, 1, 0);
        uint32_t vs = v.kind == IN_SLOT ? wl_emit_src(t, v.slot, 1, 1) : 0;
        if (v.kind == IN_IMM) {
            wl_emit_op(t, code + WL_ST_SOI);
        } else if (offset == 0) {
            wl_emit_op(t, code + (v.kind == IN_ACC ? WL_ST_SZA : WL_ST_SZS));
        } else {
            wl_emit_op(t, code + (v.kind == IN_ACC ? WL_ST_SOA : WL_ST_SOS));
        }
        wl_emit_word(t, s | vs << 8);
        if (v.kind != IN_IMM && offset == 0) {
            return;
        }
    }
    if (offset != 0 || v.kind == IN_IMM) {
        wl_emit_word(t, offset);
    }
    if (v.kind == IN_IMM) {
        wl_emit_word(t, v.imm & 0xffff);
    }
}

void wl_tr_simple(wl_translator_t *t, uint8_t op, uint32_t offset) {
    uint32_t code = simple_ops[op] & ((1u << CODE_BITS) - 1), kind = simple_ops[op] >> CODE_BITS;
    uint32_t sig = wl_signatures[op];
    uint32_t in = sig_slots(sig & 15), out = sig_slots(sig >> 12);
    switch (kind) {
        case WL_TR_ALU: do_alu(t, code); break;
        case WL_TR_CMP: do_cmp(t, code); break;
        case WL_TR_EQZ: do_eqz(t); break;
        case WL_TR_UN: do_un(t, code); break;
        case WL_TR_OP1: do_op1(t, code, in, out); break;
        case WL_TR_OP2: do_op2(t, code, in, out, false); break;
        case WL_TR_OP2_SWAP: do_op2(t, code, in, out, true); break;
        case WL_TR_LOAD: do_load(t, code, offset); break;
        case WL_TR_LOAD_EXT_S:
        case WL_TR_LOAD_EXT_U:
            do_load(t, code, offset);
            extend_top(t, kind == WL_TR_LOAD_EXT_S);
            break;
        case WL_TR_LOAD64: do_load64(t, offset); break;
        case WL_TR_STORE: do_store(t, code, offset, in); break;
        case WL_TR_STORE64: do_store64(t, offset); break;
        case WL_TR_LOW: low_word(t); break;
        default: break; /* WL_TR_SAME: a reinterpretation changes no bit */
    }
}

/* ---- Constants, locals, globals ---- */

/* Where slots are far, copies would soon make code longer than branches reach. */
static bool fold_locals(const wl_translator_t *t) {
    return WL_ENABLE_FOLD_LOCALS || t->far_frame;
}

void wl_tr_const(wl_translator_t *t, uint64_t value, uint32_t slots) {
    if (slots == 2) {
        wl_entry_t *e = push(t, WL_AT_HOME, 2);
        wl_emit_const64(t, e->home, value);
    } else if (fold_locals(t)) {
        push(t, WL_AT_CONST, 1)->value = (uint32_t)value;
    } else {
        wl_emit_const(t, push(t, WL_AT_HOME, 1)->home, (uint32_t)value);
    }
}

static uint32_t local_slots(const wl_translator_t *t, uint32_t index) {
    return wl_type_slots(t->v->locals[index]);
}

void wl_tr_local_get(wl_translator_t *t, uint32_t index) {
    uint32_t slots = local_slots(t, index);
    if (fold_locals(t)) {
        push(t, slots == 2 ? WL_AT_SLOT64 : WL_AT_SLOT, slots)->slot = t->local_slots[index];
    } else {
        wl_emit_mov(t, push(t, WL_AT_HOME, slots)->home, t->local_slots[index], slots);
    }
}

static bool refers(const wl_entry_t *e, uint32_t slot, uint32_t slots) {
    switch (e->where) {
        case WL_AT_SLOT:
        case WL_AT_ADDI: return e->slot >= slot && e->slot < slot + slots;
        case WL_AT_SLOT64: return e->slot == slot;
        case WL_AT_ADD2: return (e->slot >= slot && e->slot < slot + slots) ||
                                (e->value >= slot && e->value < slot + slots);
        default: return false;
    }
}

/* Copies operands that still read a local which is about to change. */
static void save_readers(wl_translator_t *t, uint32_t slot, uint32_t slots) {
    for (uint32_t i = t->low; i + 1 < t->depth; i++) {
        if (refers(entry(t, i), slot, slots)) {
            bring_home(t, i);
        }
    }
}

/* Moves a popped 32-bit operand to a slot. */
static void move_to(wl_translator_t *t, wl_entry_t *e, uint32_t dst) {
    if (is_sum(e)) {
        compute_sum(t, e);
        e->where = WL_AT_ACC;
    }
    if (e->where == WL_AT_ACC) {
        wl_emit_store_acc(t, dst);
    } else if (e->where == WL_AT_CONST) {
        wl_emit_const(t, dst, e->value);
    } else if (e->where == WL_AT_HOME && wl_emit_retarget(t, e->home, dst)) {
        return;
    } else if (t->acc_slot == e->slot && e->slot != WL_NO_SLOT) {
        uint16_t mirrored = t->acc_slot;
        wl_emit_store_acc(t, dst);
        t->acc_slot = mirrored;
    } else {
        wl_emit_mov(t, dst, e->slot, 1);
    }
}

void wl_tr_local_set(wl_translator_t *t, uint32_t index, bool tee) {
    uint32_t slot = t->local_slots[index], slots = local_slots(t, index);
    save_readers(t, slot, slots);
    wl_entry_t e = pop(t, slots);
    if (slots == 2) {
        if (e.where != WL_AT_HOME || !wl_emit_retarget(t, e.home, slot)) {
            wl_emit_mov(t, slot, e.slot, 2);
        }
    } else {
        move_to(t, &e, slot);
    }
    if (tee) {
        wl_tr_local_get(t, index);
    }
}

void wl_tr_global(wl_translator_t *t, uint32_t index, uint8_t type, bool set) {
    if (wl_type_slots(type) == 2) {
        if (set) {
            wl_entry_t e = pop(t, 2);
            uint32_t a = wl_emit_src(t, any_slot(t, &e, 0), 2, 0);
            wl_emit2(t, WLC_GSET64, a, index);
        } else {
            wl_entry_t *r = push(t, WL_AT_HOME, 2);
            uint32_t d = wl_emit_dst(t, r->home);
            wl_emit2(t, WLC_GGET64, d, index);
            wl_emit_dst_done(t, r->home, 2);
        }
    } else if (set) {
        wl_entry_t e = pop(t, 1);
        operand_t a = operand(t, &e);
        if (a.kind == IN_ACC) {
            wl_emit1(t, WLC_GSETA, index);
        } else {
            uint32_t s = wl_emit_src(t, to_slot(t, &a), 1, 0);
            wl_emit2(t, WLC_GSETS, s, index);
        }
    } else {
        make_room(t);
        claim_acc(t);
        wl_emit1(t, WLC_GGET, index);
        push_acc(t);
    }
}

void wl_tr_drop(wl_translator_t *t, uint32_t slots) {
    pop(t, slots);
}

void wl_tr_select(wl_translator_t *t, uint32_t slots) {
    wl_entry_t ec = pop(t, 1);
    if (slots == 2) {
        uint32_t sc = any_slot(t, &ec, 2);
        wl_entry_t eb = pop(t, 2), ea = pop(t, 2);
        uint32_t sb = any_slot(t, &eb, 1), sa = any_slot(t, &ea, 0);
        wl_entry_t *r = push(t, WL_AT_HOME, 2);
        uint32_t a = wl_emit_src(t, sa, 2, 0), b = wl_emit_src(t, sb, 2, 1);
        uint32_t c = wl_emit_src(t, sc, 1, 2), d = wl_emit_dst(t, r->home);
        wl_emit2(t, WLC_SEL64, d | a << 8, b | c << 8);
        wl_emit_dst_done(t, r->home, 2);
        return;
    }
    wl_entry_t eb = pop(t, 1), ea = pop(t, 1);
    /* The alternatives first, while the condition keeps the accumulator. */
    bool cond_in_acc = ec.where == WL_AT_ACC;
    if (cond_in_acc && (is_sum(&ea) || is_sum(&eb))) {
        wl_emit_store_acc(t, ec.home);
        ec.where = WL_AT_HOME;
        ec.slot = ec.home;
        cond_in_acc = false;
    }
    if (ea.where == WL_AT_ACC) {
        put_home(t, &ea);
    }
    if (eb.where == WL_AT_ACC) {
        put_home(t, &eb);
    }
    if (is_sum(&ea)) {
        put_home(t, &ea);
    }
    if (is_sum(&eb)) {
        put_home(t, &eb);
    }
    if (!cond_in_acc && is_sum(&ec)) {
        put_home(t, &ec);
    }
    uint32_t sa = any_slot(t, &ea, 0), sb = any_slot(t, &eb, 1);
    uint32_t a = wl_emit_src(t, sa, 1, 0), b = wl_emit_src(t, sb, 1, 1);
    if (!cond_in_acc) {
        operand_t c = operand(t, &ec);
        if (c.kind != IN_ACC) {
            claim_acc(t);
            if (c.kind == IN_IMM) {
                wl_emit_acc_const(t, c.imm);
            } else { /* the first two scratch places are taken */
                wl_emit1(t, WLC_LDA, wl_emit_src(t, c.slot, 1, 2));
            }
        }
    }
    wl_emit1(t, WLC_SEL, a | b << 8);
    push_acc(t);
}

void wl_tr_misc(wl_translator_t *t, uint32_t sub, uint32_t operands, uint32_t in_slots, bool out,
                uint32_t imm1, uint32_t imm2) {
    (void)in_slots;
    flush_all(t); /* it may use up fuel and stop behind itself */
    for (uint32_t i = 0; i < operands; i++) {
        pop(t, 1);
    }
    uint32_t base = t->height;
    if (operands == 0) { /* room for the result */
        push(t, WL_AT_HOME, 1);
        pop(t, 1);
    }
    wl_emit2(t, WLC_MISC, sub, base * WL_SLOT_BYTES);
    wl_emit_word(t, imm1);
    wl_emit_word(t, imm2);
    t->acc_slot = WL_NO_SLOT;
    if (out) {
        push(t, WL_AT_HOME, 1);
    }
}

/* ---- Branches ---- */

/* A condition taken from the stack, to be branched on after other code has been written. */
typedef struct {
    bool fused;          /* a comparison: cond, form, operand words */
    uint32_t cond, form;
    uint16_t words[2];
    operand_t value;     /* not fused */
} condition_t;

/* Whether bringing operands home needs the accumulator. */
static bool flush_needs_acc(wl_translator_t *t, uint32_t count) {
    for (uint32_t i = t->depth > count ? t->depth - count : 0; i < t->depth; i++) {
        if (i >= t->low && is_sum(entry(t, i))) {
            return true;
        }
    }
    return false;
}

/* Pops the condition. `count` operands below will be brought home before the branch. */
static condition_t take_condition(wl_translator_t *t, uint32_t count) {
    condition_t c = {0};
    bool cmp = last_is_cmp(t);
    wl_entry_t e = pop(t, 1);
    bool keep_acc = !flush_needs_acc(t, count);
    if (WL_ENABLE_FUSE_BRANCH && cmp && e.where == WL_AT_ACC) {
        c.cond = cond_of(t->last_op - WLC_CEQ_AS, &c.form);
        if (keep_acc) {
            c.fused = true;
            memcpy(c.words, t->last_words, sizeof c.words);
            wl_emit_undo(t);
            if (c.form != WL_CMP_AS && c.form != WL_CMP_SS) {
                uint32_t imm = c.form == WL_CMP_AI ? c.words[0] : c.words[1];
                if (imm == 0 && c.cond <= COND_NE) { /* against zero: the plain branch */
                    c.fused = false;
                    c.value.kind = c.form == WL_CMP_AI ? IN_ACC : IN_SLOT;
                    c.value.imm = c.cond == COND_EQ; /* inverted */
                    c.value.slot = c.words[0] / WL_SLOT_BYTES;
                }
            }
            return c;
        }
    }
    c.value = operand(t, &e);
    c.value.imm = c.value.kind == IN_IMM ? c.value.imm : 0;
    if (c.value.kind == IN_IMM || (c.value.kind == IN_ACC && !keep_acc)) {
        to_slot(t, &c.value);
        c.value.imm = 0;
    }
    return c;
}

/* A loop that ends in `x += i; if (x != limit) continue` branches with the addition in one. */
static bool count_and_branch(wl_translator_t *t, const condition_t *c, bool when, uint32_t loop) {
    uint32_t d = t->last_words[0] >> 8, step = t->last_words[1], cond = when ? c->cond : cond_inverse[c->cond];
    bool zero = !c->fused && c->value.kind == IN_ACC && when != (c->value.imm != 0);
    if (!WL_ENABLE_SUPER || t->last_op != WLC_ADD_SID || (t->last_words[0] & 0xff) != d ||
        t->acc_slot != d / WL_SLOT_BYTES || !(zero || (c->fused && cond == COND_NE && c->form != WL_CMP_SI &&
                                                      c->form != WL_CMP_SS))) {
        return false;
    }
    wl_emit_undo(t);
    wl_emit_op(t, zero ? WLC_INCNZ : c->form == WL_CMP_AS ? WLC_INCNE_S : WLC_INCNE_I);
    wl_emit_backward(t, loop);
    wl_emit_word(t, zero || c->form == WL_CMP_AI ? d : d | (uint32_t)c->words[0] << 8);
    wl_emit_word(t, step);
    if (!zero && c->form == WL_CMP_AI) {
        wl_emit_word(t, c->words[0]);
    }
    t->acc_slot = (uint16_t)(d / WL_SLOT_BYTES);
    return true;
}

/* Branches when the condition is `when`; to `label` (forward), or back to position `loop`. */
static void branch(wl_translator_t *t, condition_t *c, bool when, uint16_t *label, uint32_t loop) {
    if (label == NULL && count_and_branch(t, c, when, loop)) {
        return;
    }
    if (c->fused) {
        uint32_t cond = when ? c->cond : cond_inverse[c->cond];
        wl_emit_op(t, (label != NULL ? WLC_BEQ_AS : WLC_LEQ_AS) + cmp_op(cond, c->form));
    } else {
        bool nonzero = when != (c->value.imm != 0);
        uint32_t op = c->value.kind == IN_ACC ? (nonzero ? WLC_BNZA : WLC_BZA) : (nonzero ? WLC_BNZS : WLC_BZS);
        uint32_t s = c->value.kind == IN_SLOT ? wl_emit_src(t, c->value.slot, 1, 0) : 0;
        c->words[0] = (uint16_t)s;
        wl_emit_op(t, op + (label != NULL ? 0 : WLC_LBZA - WLC_BZA));
    }
    if (label != NULL) {
        wl_emit_forward(t, label);
    } else {
        wl_emit_backward(t, loop);
    }
    if (c->fused || c->value.kind == IN_SLOT) {
        wl_emit_word(t, c->words[0]);
        if (c->fused && c->form == WL_CMP_SI) {
            wl_emit_word(t, c->words[1]);
        }
    }
}

static void jump(wl_translator_t *t, wl_ctrl_t *c) {
    if (c->op == WL_WASM_LOOP) {
        wl_emit_op(t, WLC_BRL);
        wl_emit_backward(t, c->label);
    } else {
        wl_emit_op(t, WLC_BR);
        wl_emit_forward(t, &c->label);
    }
}

static wl_ctrl_t *target(wl_translator_t *t, uint32_t depth) {
    return &t->v->ctrls[t->v->n_ctrls - 1 - depth];
}

static uint32_t label_arity(const wl_ctrl_t *c, uint32_t *slots) {
    bool loop = c->op == WL_WASM_LOOP;
    *slots = loop ? c->param_slots : c->result_slots;
    return loop ? c->n_params : c->n_results;
}

static bool is_function(const wl_translator_t *t, const wl_ctrl_t *c) {
    return c == t->v->ctrls;
}

/* Copies the topmost `slots` slots, which are at home, down to `base`. */
static void move_down(wl_translator_t *t, uint32_t base, uint32_t slots) {
    uint32_t from = t->height - slots;
    for (uint32_t i = 0; i < slots && from != base; i++) {
        wl_emit_mov(t, base + i, from + i, 1);
    }
}

static void emit_return_slots(wl_translator_t *t, uint32_t slots) {
    wl_emit2(t, WLC_RETN, (t->height - slots) * WL_SLOT_BYTES, slots);
    wl_emit_word(t, t->ret_slot * WL_SLOT_BYTES);
}

/* Return from a frame whose return slot is out of a byte's reach. */
static void emit_far_return(wl_translator_t *t, const wl_ctrl_t *f) {
    uint32_t slots = f->result_slots;
    if (f->n_results == 1 && slots == 1) {
        wl_entry_t e = pop(t, 1);
        operand_t o = operand(t, &e);
        if (o.kind != IN_ACC) {
            wl_emit_load_acc(t, to_slot(t, &o));
        }
        slots = 0;
    } else {
        flush(t, f->n_results);
    }
    emit_return_slots(t, slots);
}

static void emit_return(wl_translator_t *t) {
    const wl_ctrl_t *f = t->v->ctrls;
    uint32_t ret = t->ret_slot * WL_SLOT_BYTES;
    if (t->ret_slot >= WL_NEAR_SLOTS) {
        emit_far_return(t, f);
    } else if (f->n_results == 0) {
        wl_emit1(t, WLC_RET0, ret);
    } else if (f->result_slots == 1) {
        wl_entry_t e = pop(t, 1);
        operand_t o = operand(t, &e);
        if (o.kind == IN_IMM) {
            wl_emit_acc_const(t, o.imm);
            o.kind = IN_ACC;
        }
        if (o.kind == IN_ACC) {
            wl_emit1(t, WLC_RETA, ret);
        } else {
            uint32_t s = wl_emit_src(t, o.slot, 1, 0);
            wl_emit1(t, WLC_RETS, s | ret << 8);
        }
    } else if (f->n_results == 1) {
        wl_entry_t e = pop(t, 2);
        uint32_t s = wl_emit_src(t, any_slot(t, &e, 0), 2, 0);
        wl_emit1(t, WLC_RET64, s | ret << 8);
    } else {
        flush(t, f->n_results);
        emit_return_slots(t, f->result_slots);
    }
}

void wl_tr_return(wl_translator_t *t) {
    emit_return(t);
}

void wl_tr_unreachable(wl_translator_t *t) {
    wl_emit_op(t, WLC_UNREACHABLE);
}

void wl_tr_br(wl_translator_t *t, uint32_t depth) {
    wl_ctrl_t *c = target(t, depth);
    if (is_function(t, c)) {
        emit_return(t);
        return;
    }
    uint32_t slots, n = label_arity(c, &slots);
    if (n == 1 && slots == 1) {
        wl_entry_t e = pop(t, 1);
        move_to(t, &e, c->base);
    } else if (n > 0) {
        flush(t, n);
        move_down(t, c->base, slots);
    }
    jump(t, c);
}

void wl_tr_br_if(wl_translator_t *t, uint32_t depth) {
    wl_ctrl_t *c = target(t, depth);
    uint32_t slots, n = label_arity(c, &slots);
    condition_t cond = take_condition(t, n);
    if (n > 0) {
        flush(t, n);
    }
    if (n == 0 || t->height - slots == c->base) {
        branch(t, &cond, true, c->op == WL_WASM_LOOP ? NULL : &c->label, c->label);
        return;
    }
    uint16_t skip = WL_NO_POS;
    branch(t, &cond, false, &skip, 0);
    move_down(t, c->base, slots);
    jump(t, c);
    wl_emit_bind(t, &skip);
}

void wl_tr_br_table(wl_translator_t *t, uint32_t labels, uint32_t count) {
    wl_reader_t r = t->v->r;
    wl_reader_init(&r, r.bytes, labels, r.end);
    wl_entry_t e = pop(t, 1);
    operand_t index = operand(t, &e);
    uint32_t slots, n = label_arity(target(t, wl_read_u32(&r)), &slots);
    if (n > 0) {
        if (index.kind == IN_ACC && flush_needs_acc(t, n)) {
            to_slot(t, &index);
        }
        flush(t, n);
    }
    if (index.kind == IN_IMM) {
        to_slot(t, &index);
    }
    uint32_t s = index.kind == IN_SLOT ? wl_emit_src(t, index.slot, 1, 0) : 0;
    wl_emit_op(t, index.kind == IN_ACC ? WLC_BRTA : WLC_BRTS);
    if (index.kind == IN_SLOT) {
        wl_emit_word(t, s);
    }
    wl_emit_word(t, count);
    uint32_t table = t->pos;
    wl_reader_init(&r, r.bytes, labels, r.end);
    for (uint32_t i = 0; i <= count && t->status == WL_OK; i++) {
        wl_ctrl_t *c = target(t, wl_read_u32(&r));
        if (c->op != WL_WASM_LOOP && (n == 0 || t->height - slots == c->base)) {
            wl_emit_forward(t, &c->label);
        } else {
            wl_emit_word(t, 0);
        }
    }
    /* Targets that need more than a jump get a piece of code of their own; runs of one share it. */
    wl_reader_init(&r, r.bytes, labels, r.end);
    uint32_t previous = WL_NO_INDEX, piece = 0;
    for (uint32_t i = 0; i <= count && t->status == WL_OK; i++) {
        uint32_t depth = wl_read_u32(&r);
        wl_ctrl_t *c = target(t, depth);
        if (c->op != WL_WASM_LOOP && (n == 0 || t->height - slots == c->base)) {
            continue;
        }
        if (depth != previous) {
            previous = depth;
            piece = t->pos;
            wl_emit_label(t);
            move_down(t, c->base, slots);
            jump(t, c);
        }
        wl_emit_set_word(t, table + i, (piece - (table + i - 1)) * 2);
    }
}

/* ---- Blocks ---- */

static uint32_t cost_word(uint32_t cost) {
    return cost < 0xffff ? cost : 0xffff;
}

static void begin_loop(wl_translator_t *t, wl_ctrl_t *c) {
    c->outer_cost = t->v->cost;
    t->v->cost = 0;
}

void wl_tr_block(wl_translator_t *t, wl_ctrl_t *c) {
    condition_t cond = {0};
    if (c->op == WL_WASM_IF) {
        cond = take_condition(t, t->depth - 1);
    }
    flush_all(t);
    c->base = (uint16_t)(t->height - c->param_slots);
    c->label = c->else_label = WL_NO_POS;
    if (c->op == WL_WASM_IF) {
        branch(t, &cond, false, &c->else_label, 0);
    } else if (c->op == WL_WASM_LOOP) {
        begin_loop(t, c);
        wl_emit_op(t, WLC_LOOP);
        c->cost_pos = (uint16_t)t->pos;
        wl_emit_word(t, 0);
        c->label = (uint16_t)t->pos;
        wl_emit_label(t);
    }
}

void wl_tr_dead_block(wl_translator_t *t, wl_ctrl_t *c) {
    if (c->op == WL_WASM_LOOP) {
        begin_loop(t, c);
    }
}

void wl_tr_else(wl_translator_t *t, wl_ctrl_t *c, bool live) {
    if (live) {
        flush(t, c->n_results);
        wl_emit_op(t, WLC_BR);
        wl_emit_forward(t, &c->label);
    }
    wl_emit_bind(t, &c->else_label);
    set_stack(t, c->height, c->base, c->params, c->n_params);
}

void wl_tr_end(wl_translator_t *t, wl_ctrl_t *c, bool live) {
    if (c->op == WL_WASM_LOOP) {
        if (!c->dead) {
            wl_emit_set_word(t, c->cost_pos, cost_word(t->v->cost));
        }
        t->v->cost = c->outer_cost;
    }
    if (c->dead) {
        return;
    }
    bool function = is_function(t, c);
    t->cost = (uint16_t)cost_word(t->v->cost); /* the function's own, when this is its end */
    bool reached = c->op != WL_WASM_LOOP && (c->label != WL_NO_POS || c->else_label != WL_NO_POS);
    if (reached) {
        if (live) {
            flush(t, c->n_results);
        }
        wl_emit_bind(t, &c->else_label);
        wl_emit_bind(t, &c->label);
        set_stack(t, c->height, c->base, c->results, c->n_results);
    } else if (!live) {
        set_stack(t, c->height, c->base, c->results, c->n_results);
    }
    if (function && (live || reached)) {
        emit_return(t);
    } else if (!function && !live && !reached) {
        /* What follows cannot be reached, though validation may not know: it is translated. */
        wl_emit_label(t);
    }
}

/* ---- Calls ---- */

static void push_results(wl_translator_t *t, const wl_functype_t *type) {
    wl_emit_label(t);
    if (type->n_results == 1 && type->result_slots == 1) {
        push_acc(t);
        return;
    }
    for (uint32_t i = 0; i < type->n_results; i++) {
        push(t, WL_AT_HOME, wl_type_slots(type->results[i]));
    }
}

static void pop_params(wl_translator_t *t, const wl_functype_t *type) {
    for (uint32_t i = type->n_params; i-- > 0;) {
        pop(t, wl_type_slots(type->params[i]));
    }
}

void wl_tr_call(wl_translator_t *t, uint32_t func_index, bool tail) {
    const wl_module_t *m = t->instance->module;
    const wl_functype_t *type = &m->types[m->func_types[func_index]];
    bool own = func_index >= m->n_imported_funcs;
    flush_all(t);
    pop_params(t, type);
    wl_emit1(t, tail && own ? WLC_TAIL : WLC_CALL, func_index);
    if (tail && own) {
        wl_emit_word(t, t->ret_slot * WL_SLOT_BYTES);
    }
    wl_emit_word(t, t->height * WL_SLOT_BYTES);
    if (!tail || !own) {
        push_results(t, type);
    }
    if (tail && !own) {
        emit_return(t);
    }
}

void wl_tr_call_indirect(wl_translator_t *t, uint32_t type_index, uint32_t table, bool tail) {
    const wl_functype_t *type = &t->instance->module->types[type_index];
    flush_all(t);
    uint32_t index = pop(t, 1).home;
    pop_params(t, type);
    uint32_t s = wl_emit_src(t, index, 1, 0);
    for (uint32_t pass = tail ? 0 : 1; pass < 2; pass++) { /* a tail call of a foreign function falls through */
        wl_emit2(t, pass == 0 ? WLC_TAILI : WLC_CALLI, s | table << 8, type_index);
        if (pass == 0) {
            wl_emit_word(t, t->ret_slot * WL_SLOT_BYTES);
        }
        wl_emit_word(t, t->height * WL_SLOT_BYTES);
    }
    push_results(t, type);
    if (tail) {
        emit_return(t);
    }
}

/* ---- A body ---- */

static void layout_frame(wl_translator_t *t, wl_validator_t *v, const wl_functype_t *type) {
    uint32_t slot = 0;
    bool crowded = type->param_slots + 1u + WL_SCRATCH_SLOTS > WL_NEAR_SLOTS;
    t->far_frame = t->far_frame || crowded;
    t->ret_slot = type->param_slots;
    t->scratch_slot = crowded ? 0 : (uint16_t)(t->ret_slot + 1);
    for (uint32_t i = 0; i < type->n_params; i++) {
        t->local_slots[i] = (uint16_t)slot;
        slot += wl_type_slots(type->params[i]);
    }
    slot = t->ret_slot + 1u + (t->far_frame && !crowded ? WL_SCRATCH_SLOTS : 0u);
    for (uint32_t i = type->n_params; i < v->n_locals && slot <= WL_LIMIT_FRAME_SLOTS; i++) {
        t->local_slots[i] = (uint16_t)slot;
        slot += wl_type_slots(v->locals[i]);
    }
    t->zero_slots = (uint16_t)(slot - t->ret_slot - 1);
    /* With so many parameters, the first make room for scratch slots. */
    for (uint32_t i = 0; crowded && t->local_slots[i] < WL_SCRATCH_SLOTS; i++) {
        t->local_slots[i] = (uint16_t)slot;
        slot += wl_type_slots(type->params[i]);
    }
    if (slot > WL_LIMIT_FRAME_SLOTS) {
        wl_emit_fail(t, WL_OVER_FRAME);
    }
    t->first_operand = (uint16_t)slot;
    /* Results may be returned over the parameters and beyond. */
    t->height = slot;
    t->max_height = type->result_slots > slot ? type->result_slots : slot;
}

/* Moves the parameters away that stand where the scratch slots are. */
static void move_params(wl_translator_t *t, const wl_functype_t *type) {
    uint32_t slot = 0;
    for (uint32_t i = 0; i < type->n_params && t->local_slots[i] != slot; i++) {
        uint32_t slots = wl_type_slots(type->params[i]);
        wl_emit_mov(t, t->local_slots[i], slot, slots);
        slot += slots;
    }
}

void wl_tr_begin(wl_translator_t *t, wl_validator_t *v) {
    const wl_module_t *m = v->module;
    t->v = v;
    uint32_t cap = v->n_locals;
    t->local_slots = wl_alloc(v->allocator, cap * sizeof *t->local_slots);
    t->local_cap = cap;
    if (t->local_slots == NULL && cap > 0) {
        wl_emit_fail(t, WL_NO_MEMORY);
        return;
    }
    const wl_functype_t *type = &m->types[m->func_types[v->func_index]];
    layout_frame(t, v, type);
    t->last_op = WLC_COUNT;
    t->acc_depth = -1;
    t->acc_slot = WL_NO_SLOT;
    wl_ctrl_t *c = &v->ctrls[0];
    c->base = t->first_operand;
    for (uint32_t i = 0; i < WL_H_WORDS; i++) {
        wl_emit_word(t, 0);
    }
    move_params(t, type);
    wl_emit_label(t);
}

wl_status_t wl_tr_status(const wl_translator_t *t) {
    return t->status;
}

static void write_header(wl_translator_t *t) {
    uint16_t *h = t->code;
    h[WL_H_SIZE] = (uint16_t)t->pos;
    h[WL_H_INST] = t->instance->index;
    h[WL_H_FUNC] = (uint16_t)t->func_index;
    h[WL_H_COST] = t->cost;
    h[WL_H_FRAME] = (uint16_t)(t->max_height * WL_SLOT_BYTES);
    h[WL_H_ZERO] = t->zero_slots;
    h[WL_H_RET] = (uint16_t)(t->ret_slot * WL_SLOT_BYTES);
}

/* Memory for translating is the part of the guest stack that no frame uses; when that is too small,
 * the store's allocator. */
typedef struct {
    const wl_allocator_t *fallback;
    uint8_t *base, *top, *peak, *end;
} wl_scratch_t;

static void *scratch_resize(void *env, void *p, size_t old_size, size_t new_size) {
    wl_scratch_t *s = env;
    uint8_t *block = p;
    size_t size = (new_size + 7) & ~(size_t)7;
    bool ours = block >= s->base && block < s->end;
    if (p != NULL && !ours) {
        return s->fallback->resize(s->fallback->env, p, old_size, new_size);
    }
    if (ours && block + ((old_size + 7) & ~(size_t)7) == s->top) { /* the last block can change its size */
        s->top = block;
    } else if (new_size == 0) {
        return NULL;
    }
    uint8_t *to = s->top;
    if (size > (size_t)(s->end - to)) {
        to = s->fallback->resize(s->fallback->env, NULL, 0, new_size);
    } else {
        s->top += size;
        s->peak = s->top > s->peak ? s->top : s->peak;
    }
    if (ours && to != NULL && to != block) {
        memcpy(to, block, old_size < new_size ? old_size : new_size);
    } else if (p == NULL && to != NULL) {
        memset(to, 0, new_size); /* what was freed here is dirty */
    }
    return to;
}

static void scratch_open(wl_scratch_t *s, const wl_store_t *store) {
    uint32_t *free = store->stack + (store->call != NULL ? wl_call_top(store->call) : 0);
    free += ((uintptr_t)free & 7) / WL_SLOT_BYTES;
    s->fallback = &store->allocator;
    s->end = (uint8_t *)(store->stack + store->stack_slots);
    s->base = s->top = s->peak = free < store->stack + store->stack_slots ? (uint8_t *)free : s->end;
}

/* Leaves the stack zeroed, as it was. */
static void scratch_close(wl_scratch_t *s) {
    memset(s->base, 0, (size_t)(s->peak - s->base));
}

/* Drives a translator over the body; with scratch slots when it turns out to need them. */
static wl_status_t run(wl_instance_t *instance, uint32_t func_index, bool locating, uint32_t *pos) {
    wl_scratch_t scratch;
    wl_allocator_t own = {.resize = scratch_resize, .env = &scratch};
    const wl_allocator_t *allocator = &own;
    wl_codecache_t *cache = &instance->store->cache;
    scratch_open(&scratch, instance->store);
    wl_translator_t *t = wl_alloc(allocator, sizeof *t);
    if (t == NULL) {
        return WL_NO_MEMORY;
    }
    wl_error_t error;
    wl_status_t status = WL_OK;
    bool far_frame = false;
    do {
        memset(t, 0, sizeof *t);
        t->instance = instance;
        t->func_index = func_index;
        t->far_frame = far_frame;
        t->locating = locating;
        t->stop_pos = *pos;
        if (!locating) {
            t->code = cache->words + cache->used;
            wl_emit_reserved(t);
        }
        status = wl_validate_body(instance->module, func_index - instance->module->n_imported_funcs, allocator, t, &error);
        wl_free(allocator, t->local_slots, t->local_cap * sizeof *t->local_slots);
        far_frame = !far_frame && t->need_far;
    } while (far_frame);
    if (locating) {
        *pos = t->stop_offset;
    } else if (status == WL_OK) {
        write_header(t);
        instance->code[func_index] = t->code;
        cache->used += t->pos;
        cache->translations++;
    }
    wl_free(allocator, t, sizeof *t);
    scratch_close(&scratch);
    return status;
}

wl_status_t wl_translate(wl_instance_t *instance, uint32_t func_index) {
    uint32_t unused = 0;
    return run(instance, func_index, false, &unused);
}

uint32_t wl_translate_locate(wl_instance_t *instance, uint32_t func_index, uint32_t pos) {
    return run(instance, func_index, true, &pos) == WL_NO_MEMORY ? 0 : pos;
}
