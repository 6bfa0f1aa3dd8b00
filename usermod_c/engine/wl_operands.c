/* SPDX-License-Identifier: MIT
 *
 * The operand stack of a body being translated, followed symbolically: an operand is where its
 * value already is (a local, a constant, the accumulator, a sum not yet computed) until something
 * needs it in its own slot.
 *
 * Only the topmost WL_WINDOW operands may be elsewhere; deeper ones are at home, so the state is
 * small and every step takes constant time.
 */
#include "wl_translate.h"

void wl_operand_make_room(wl_translator_t *t) {
    if (t->depth >= WL_WINDOW && t->low <= t->depth - WL_WINDOW) {
        wl_operand_bring_home(t, t->depth - WL_WINDOW);
        t->low = t->depth - WL_WINDOW + 1;
    }
}

wl_entry_t *wl_operand_push(wl_translator_t *t, wl_where_t where, uint32_t slots) {
    wl_operand_make_room(t);
    uint32_t height = t->height;
    wl_entry_t *e = wl_operand(t, t->depth++);
    e->where = (uint8_t)where;
    e->slot = e->home = (uint16_t)height;
    height += slots;
    t->height = height;
    if (height > t->max_height) {
        t->max_height = height;
        if (height > WL_LIMIT_FRAME_SLOTS) {
            wl_emit_fail(t, WL_OVER_FRAME);
        }
    }
    return e;
}

void wl_operand_push_acc(wl_translator_t *t) {
    wl_operand_push(t, WL_AT_ACC, 1)->slot = WL_NO_SLOT;
    t->acc_depth = (int32_t)t->depth - 1;
    t->acc_slot = WL_NO_SLOT;
}

wl_entry_t *wl_operand_pop(wl_translator_t *t, uint32_t slots) {
    uint32_t index = t->depth - 1;
    wl_entry_t *e = wl_operand(t, index);
    if (t->depth == 0 || t->height < slots) { /* cannot be: the validator has checked */
        wl_emit_fail(t, WL_TYPE_MISMATCH);
        memset(e, 0, sizeof *e);
        return e;
    }
    t->depth = index;
    t->height -= slots;
    if (index < t->low) {
        t->low = index;
        e->where = WL_AT_HOME;
        e->slot = e->home = (uint16_t)t->height;
    }
    if (t->acc_depth == (int32_t)index) {
        t->acc_depth = -1;
    }
    return e;
}

void wl_operand_claim_acc(wl_translator_t *t) {
    if (t->acc_depth >= 0) {
        wl_entry_t *e = wl_operand(t, (uint32_t)t->acc_depth);
        t->acc_depth = -1;
        e->where = WL_AT_HOME;
        e->slot = e->home;
        wl_emit_store_acc(t, e->home);
    }
}

/* Computes a sum that was put off into the accumulator. */
static void compute_sum(wl_translator_t *t, wl_entry_t *e) {
    wl_operand_claim_acc(t);
    uint32_t a = wl_emit_src(t, e->slot, 1, 0);
    if (e->where == WL_AT_ADDI) {
        wl_emit2(t, WLC_ADD_SI, a, e->value & 0xffff);
    } else {
        uint32_t b = wl_emit_src(t, e->value, 1, 1);
        wl_emit1(t, WLC_ADD_SS, a | b << 8);
    }
    e->where = WL_AT_ACC;
    e->slot = t->acc_slot = WL_NO_SLOT;
}

/* Copies the accumulator, which still mirrors the slot it did. */
static void store_mirrored(wl_translator_t *t, uint32_t dst) {
    uint16_t mirrored = t->acc_slot;
    wl_emit_store_acc(t, dst);
    t->acc_slot = mirrored;
}

void wl_operand_put_home(wl_translator_t *t, wl_entry_t *e) {
    uint32_t home = e->home;
    switch (e->where) {
        case WL_AT_HOME: return;
        case WL_AT_SLOT:
            if (t->acc_slot == e->slot) {
                store_mirrored(t, home);
            } else {
                wl_emit_mov(t, home, e->slot, 1);
            }
            break;
        case WL_AT_SLOT64: wl_emit_mov(t, home, e->slot, 2); break;
        case WL_AT_CONST: wl_emit_const(t, home, e->value); break;
        case WL_AT_ADDI:
        case WL_AT_ADD2: compute_sum(t, e); /* fallthrough */
        default: wl_emit_store_acc(t, home); break;
    }
    e->where = WL_AT_HOME;
    e->slot = (uint16_t)home;
}

void wl_operand_bring_home(wl_translator_t *t, uint32_t index) {
    if (index >= t->low) {
        if (t->acc_depth == (int32_t)index) {
            t->acc_depth = -1;
        }
        wl_operand_put_home(t, wl_operand(t, index));
    }
}

void wl_operand_move_to(wl_translator_t *t, wl_entry_t *e, uint32_t dst) {
    if (wl_operand_is_sum(e)) {
        compute_sum(t, e);
    }
    if (e->where == WL_AT_ACC) {
        wl_emit_store_acc(t, dst);
    } else if (e->where == WL_AT_CONST) {
        wl_emit_const(t, dst, e->value);
    } else if (e->where == WL_AT_HOME && wl_emit_retarget(t, e->home, dst)) {
        return;
    } else if (t->acc_slot == e->slot) {
        store_mirrored(t, dst);
    } else {
        wl_emit_mov(t, dst, e->slot, 1);
    }
}

/* The first of the topmost `count` operands that may be elsewhere. */
static uint32_t first_of(const wl_translator_t *t, uint32_t count) {
    return count < t->depth && t->depth - count > t->low ? t->depth - count : t->low;
}

void wl_operand_flush(wl_translator_t *t, uint32_t count) {
    uint32_t first = first_of(t, count);
    if (t->acc_depth >= (int32_t)first) {
        wl_operand_claim_acc(t);
    }
    for (uint32_t i = first; i < t->depth; i++) {
        wl_operand_put_home(t, wl_operand(t, i));
    }
}

void wl_operand_flush_all(wl_translator_t *t) {
    wl_operand_flush(t, t->depth);
}

bool wl_operand_flush_needs_acc(wl_translator_t *t, uint32_t count) {
    for (uint32_t i = first_of(t, count); i < t->depth; i++) {
        if (wl_operand_is_sum(wl_operand(t, i))) {
            return true;
        }
    }
    return false;
}

void wl_operand_reset(wl_translator_t *t, uint32_t depth, uint32_t height, const uint8_t *types, uint32_t n) {
    t->depth = t->low = depth;
    t->height = height;
    t->acc_depth = -1;
    for (uint32_t i = 0; i < n; i++) {
        wl_operand_push(t, WL_AT_HOME, wl_type_slots(types[i]));
    }
}

/* ---- Operands of an instruction ---- */

void wl_operand_settle(wl_translator_t *t, wl_entry_t *e) {
    if (wl_operand_is_sum(e)) {
        compute_sum(t, e);
    } else if (e->where < WL_AT_ACC) {
        e->where = t->acc_slot == e->slot && t->acc_depth < 0 ? WL_AT_ACC : WL_AT_SLOT;
    }
}

uint32_t wl_operand_to_slot(wl_translator_t *t, wl_entry_t *e) {
    if (e->where == WL_AT_CONST) {
        wl_emit_const(t, e->home, e->value);
        e->slot = e->home;
    } else if (e->slot == WL_NO_SLOT) {
        wl_emit_store_acc(t, e->home);
        e->slot = e->home;
    }
    e->where = WL_AT_SLOT;
    return e->slot;
}

void wl_operand_pop_two(wl_translator_t *t, wl_entry_t **first, wl_entry_t **second) {
    wl_entry_t *b = wl_operand_pop(t, 1), *a = wl_operand_pop(t, 1);
    if (wl_operand_is_sum(a) && b->where == WL_AT_ACC) {
        wl_operand_put_home(t, b);
    } else if (wl_operand_is_sum(b) && (a->where == WL_AT_ACC || wl_operand_is_sum(a))) {
        wl_operand_put_home(t, a);
    }
    if (wl_operand_is_sum(b)) { /* before `a` is found in the accumulator */
        wl_operand_settle(t, b);
        wl_operand_settle(t, a);
    } else {
        wl_operand_settle(t, a);
        wl_operand_settle(t, b);
    }
    if (a->where == WL_AT_ACC && b->where == WL_AT_ACC) {
        (a->slot != WL_NO_SLOT ? a : b)->where = WL_AT_SLOT;
    }
    *first = a;
    *second = b;
}

uint32_t wl_operand_any_slot(wl_translator_t *t, wl_entry_t *e, uint32_t place) {
    if (e->where == WL_AT_CONST) {
        e->home = (uint16_t)wl_emit_scratch(t, e->home, place);
    }
    if (e->where != WL_AT_SLOT && e->where != WL_AT_SLOT64) {
        wl_operand_put_home(t, e);
    }
    return e->slot;
}
