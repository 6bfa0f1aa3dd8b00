/* SPDX-License-Identifier: MIT
 *
 * The native compiler's operands and locals: where each value is. An operand stays a constant, a
 * local not read yet, or in a temporary register until it is needed; only the topmost
 * WL_N_WINDOW may be elsewhere than in their slots. A local that has a register may be there
 * (`valid`), and may have changed since it was written to its slot (`dirty`).
 */
#include "wl_native.h"

#if WL_ENABLE_NATIVE

static uint32_t bit(uint32_t reg) {
    return 1u << reg;
}

/* ---- Locals ---- */

static bool has_reg(const wl_native_t *n, uint32_t local) {
    return n->local_places[local] != WL_N_NO_PLACE;
}

void wl_native_load_locals(wl_native_t *n, uint32_t mask) {
    for (uint32_t i = 0; i < n->reg_locals; i++) {
        if (mask & bit(i)) {
            wl_be_load_slot(n, wl_be_locals[i], n->local_slots[n->local_of[i]]);
        }
    }
    if (n->has_limit && (mask & bit(WL_BE_LOCALS - 1))) {
        wl_be_load_limit(n);
    }
    n->valid |= mask;
    n->dirty &= ~mask;
}

void wl_native_store_locals(wl_native_t *n, uint32_t mask) {
    for (uint32_t i = 0; i < n->reg_locals; i++) {
        if (mask & bit(i)) {
            wl_be_store_slot(n, wl_be_locals[i], n->local_slots[n->local_of[i]]);
        }
    }
    n->dirty &= ~mask;
}

/* The register of a local that has one, with the local in it. */
static uint32_t fetch_local(wl_native_t *n, uint32_t local) {
    uint32_t place = n->local_places[local];
    if (!(n->valid & bit(place))) {
        wl_native_load_locals(n, bit(place));
    }
    return wl_be_locals[place];
}

void wl_native_local_changed(wl_native_t *n, uint32_t local) {
    if (has_reg(n, local)) {
        n->valid |= bit(n->local_places[local]);
        n->dirty |= bit(n->local_places[local]);
    }
    for (uint32_t i = 0; i < WL_N_CHECKS; i++) {
        if (n->checks[i].local == local) {
            n->checks[i].end = n->checks[i].zeros = 0;
        }
    }
}

/* ---- What is known of values ---- */

uint32_t wl_native_checked(const wl_native_t *n, uint32_t local) {
    for (uint32_t i = 0; i < WL_N_CHECKS; i++) {
        if (n->checks[i].local == local) {
            return n->checks[i].end;
        }
    }
    return 0;
}

void wl_native_remember(wl_native_t *n, uint32_t local, uint32_t zeros, uint32_t end) {
    uint32_t at = n->next_check;
    for (uint32_t i = 0; i < WL_N_CHECKS; i++) {
        if (n->checks[i].local == local) {
            at = i;
        }
    }
    if (at == n->next_check) { /* the oldest goes */
        n->next_check = (uint8_t)((at + 1) % WL_N_CHECKS);
    }
    if (n->checks[at].local != local) {
        n->checks[at].local = (uint16_t)local;
        n->checks[at].zeros = 0;
        n->checks[at].end = 0;
    }
    n->checks[at].zeros = (uint8_t)(zeros > n->checks[at].zeros ? zeros : n->checks[at].zeros);
    n->checks[at].end = end > n->checks[at].end ? end : n->checks[at].end;
}

uint32_t wl_native_zeros(wl_native_t *n, const wl_nentry_t *e) {
    uint32_t zeros = 0;
    if (e->where == WL_N_REG) {
        zeros = e->high;
    } else if (e->where == WL_N_CONST) {
        zeros = (uint32_t)__builtin_ctz(e->value | 4);
    } else if (e->where == WL_N_LOCAL) {
        for (uint32_t i = 0; i < WL_N_CHECKS; i++) {
            zeros = n->checks[i].local == e->value ? n->checks[i].zeros : zeros;
        }
    }
    return zeros;
}

/* ---- The stack ---- */

static void make_room(wl_native_t *n) {
    if (n->depth >= WL_N_WINDOW && n->low <= n->depth - WL_N_WINDOW) {
        wl_native_put_home(n, wl_native_entry(n, n->depth - WL_N_WINDOW));
        n->low = n->depth - WL_N_WINDOW + 1;
    }
}

wl_nentry_t *wl_native_push(wl_native_t *n, wl_nwhere_t where, uint32_t slots) {
    make_room(n);
    wl_nentry_t *e = wl_native_entry(n, n->depth++);
    e->where = (uint8_t)where;
    e->slots = slots & 3;
    e->home = n->height & 0x3fff;
    n->height += slots;
    if (n->height > n->max_height) {
        n->max_height = n->height;
        if (n->height > WL_BE_FRAME_SLOTS) {
            wl_native_fail(n);
        }
    }
    return e;
}

void wl_native_push_reg(wl_native_t *n, uint32_t reg) {
    wl_nentry_t *e = wl_native_push(n, WL_N_REG, 1);
    e->reg = (uint8_t)reg;
    e->high = 0;
    n->used |= bit(reg) & WL_BE_TEMPS;
}

wl_nentry_t *wl_native_pop(wl_native_t *n, uint32_t slots) {
    uint32_t index = n->depth - 1;
    wl_nentry_t *e = wl_native_entry(n, index);
    if (n->depth == 0 || n->height < slots + n->first_operand) { /* cannot be: the validator has checked */
        wl_native_fail(n);
        memset(e, 0, sizeof *e);
        return e;
    }
    n->depth = index;
    n->height -= slots;
    if (index < n->low) {
        n->low = index;
        e->where = WL_N_HOME;
        e->slots = slots & 3;
        e->home = n->height & 0x3fff;
    }
    if (e->where == WL_N_REG) {
        n->used &= ~bit(e->reg);
        n->pinned |= bit(e->reg);
    }
    return e;
}

uint32_t wl_native_temp(wl_native_t *n) {
    uint32_t free = WL_BE_TEMPS & ~n->used & ~n->pinned;
    if (free == 0) { /* the deepest operand in a register goes home */
        for (uint32_t i = n->low; i < n->depth; i++) {
            wl_nentry_t *e = wl_native_entry(n, i);
            if (e->where == WL_N_REG && (bit(e->reg) & WL_BE_TEMPS & ~n->pinned)) {
                free = bit(e->reg);
                wl_native_put_home(n, e);
                break;
            }
        }
    }
    if (free == 0) { /* cannot be: no instruction pins so many */
        wl_native_fail(n);
        return WL_BE_RESULT;
    }
    uint32_t reg = (uint32_t)__builtin_ctz(free);
    n->pinned |= bit(reg);
    return reg;
}

uint32_t wl_native_reg(wl_native_t *n, wl_nentry_t *e) {
    if (e->where == WL_N_REG) {
        n->pinned |= bit(e->reg) & WL_BE_TEMPS;
        return e->reg;
    }
    if (e->where == WL_N_LOCAL && has_reg(n, e->value)) {
        return fetch_local(n, e->value);
    }
    if (WL_BE_ZERO != WL_N_NO_REG && e->where == WL_N_CONST && e->value == 0) {
        return WL_BE_ZERO;
    }
    uint32_t reg = wl_native_temp(n);
    wl_native_into(n, e, reg);
    return reg;
}

void wl_native_into(wl_native_t *n, wl_nentry_t *e, uint32_t reg) {
    switch (e->where) {
        case WL_N_HOME: wl_be_load_slot(n, reg, e->home); break;
        case WL_N_REG: wl_be_move(n, reg, e->reg); break;
        case WL_N_CONST: wl_be_const(n, reg, e->value); break;
        default:
            if (has_reg(n, e->value)) {
                wl_be_move(n, reg, fetch_local(n, e->value));
            } else {
                wl_be_load_slot(n, reg, n->local_slots[e->value]);
            }
    }
}

void wl_native_word_into(wl_native_t *n, const wl_nentry_t *e, uint32_t word, uint32_t reg) {
    if (e->where == WL_N_CONST) {
        wl_be_const(n, reg, word == 0 ? e->value : e->high);
    } else {
        wl_be_load_slot(n, reg, (e->where == WL_N_LOCAL ? n->local_slots[e->value] : e->home) + word);
    }
}

void wl_native_pair_into(wl_native_t *n, const wl_nentry_t *e, uint32_t low, uint32_t high) {
    wl_native_word_into(n, e, 0, low);
    wl_native_word_into(n, e, 1, high);
}

void wl_native_copy_pair(wl_native_t *n, const wl_nentry_t *e, uint32_t slot) {
    uint32_t reg = wl_native_temp(n);
    for (uint32_t i = 0; i < 2; i++) {
        wl_native_word_into(n, e, i, reg);
        wl_be_store_slot(n, reg, slot + i);
    }
}

/* May be called for an operand on the stack or one just popped. */
void wl_native_put_home(wl_native_t *n, wl_nentry_t *e) {
    if (e->where == WL_N_HOME) {
        return;
    }
    uint32_t before = n->pinned;
    if (e->slots == 2) {
        wl_native_copy_pair(n, e, e->home);
    } else {
        wl_be_store_slot(n, wl_native_reg(n, e), e->home);
    }
    n->pinned = before;
    if (e->where == WL_N_REG) {
        n->used &= ~bit(e->reg);
    }
    e->where = WL_N_HOME;
}

void wl_native_flush(wl_native_t *n, uint32_t count) {
    uint32_t first = count < n->depth && n->depth - count > n->low ? n->depth - count : n->low;
    for (uint32_t i = first; i < n->depth; i++) {
        wl_native_put_home(n, wl_native_entry(n, i));
        wl_be_step(n);
    }
}

void wl_native_flush_temps(wl_native_t *n) {
    for (uint32_t i = n->low; i < n->depth; i++) {
        wl_nentry_t *e = wl_native_entry(n, i);
        if (e->where == WL_N_REG) {
            wl_native_put_home(n, e);
        }
    }
}

/* Gives operands that still read a local which is about to change a copy of their own. */
void wl_native_save_readers(wl_native_t *n, uint32_t local) {
    for (uint32_t i = n->low; i < n->depth; i++) {
        wl_nentry_t *e = wl_native_entry(n, i);
        if (e->where != WL_N_LOCAL || e->value != local) {
            continue;
        }
        if (e->slots == 1 && (WL_BE_TEMPS & ~n->used & ~n->pinned) != 0) {
            uint32_t reg = wl_native_temp(n);
            wl_native_into(n, e, reg);
            n->used |= bit(reg);
            e->where = WL_N_REG;
            e->reg = (uint8_t)reg;
            e->high = 0;
        } else {
            wl_native_put_home(n, e);
        }
    }
}

void wl_native_reset(wl_native_t *n, uint32_t depth, uint32_t height, const uint8_t *types, uint32_t count) {
    n->depth = n->low = depth;
    n->height = height;
    n->used = 0;
    for (uint32_t i = 0; i < count; i++) {
        wl_native_push(n, WL_N_HOME, wl_type_slots(types[i]));
    }
}

/* ---- Where results go ---- */

/* The local with a register that the next instruction sets, or WL_NO_INDEX. */
static uint32_t next_local(wl_native_t *n) {
    wl_reader_t r = n->v->r;
    uint32_t op = wl_native_peek(n);
    if (op != WL_WASM_LOCAL_SET && op != WL_WASM_LOCAL_TEE) {
        return WL_NO_INDEX;
    }
    r.pos++;
    uint32_t local = wl_read_u32(&r);
    return r.status == WL_OK && local < n->n_locals && has_reg(n, local) ? local : WL_NO_INDEX;
}

uint32_t wl_native_target(wl_native_t *n, uint32_t a, uint32_t b) {
    uint32_t local = next_local(n);
    if (local != WL_NO_INDEX) {
        wl_native_save_readers(n, local);
        return wl_be_locals[n->local_places[local]];
    }
    if (bit(a) & WL_BE_TEMPS & ~n->used) {
        return a;
    }
    if (bit(b) & WL_BE_TEMPS & ~n->used) {
        return b;
    }
    return wl_native_temp(n);
}

#endif
