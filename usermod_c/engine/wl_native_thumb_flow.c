/* SPDX-License-Identifier: MIT
 *
 * Thumb code: branches, calls, returns, fuel, and accesses to linear memory.
 */
#include "wl_native_thumb_code.h"
#include "wl_translate.h"

#if WL_ENABLE_NATIVE && (WL_NATIVE_BACKEND == WL_BACKEND_THUMB1 || WL_NATIVE_BACKEND == WL_BACKEND_THUMB2)

/* ---- Branches ----
 * One that waits for its label holds the position of the one before that does. Thumb-2: two words,
 * condition and position. Thumb-1: one word with the distance to the one before; in the long form two. */

static void wait_for(wl_native_t *n, uint32_t cc, uint16_t *label) {
    uint32_t at = n->pos, before = *label;
    *label = (uint16_t)at;
    if (WL_THUMB2 || n->long_branches) {
        wl_thumb_put2(n, cc, before);
        return;
    }
    uint32_t distance = before != 0 ? at - before : 0;
    if (distance > 0x7ff) {
        n->retry = true;
        wl_native_fail(n);
    }
    wl_thumb_put(n, distance);
}

static void bind_one(wl_native_t *n, uint32_t at) {
    int32_t offset = (int32_t)(n->pos - at - 2);
    uint32_t half[2], x = (uint32_t)offset;
    if (WL_THUMB2) {
        uint32_t cc = n->code[at];
        if (cc == CC_AL) {
            wl_thumb_encode_long(LONG_B, offset, half);
        } else {
            half[0] = 0xf000 | cc << 6 | (x >> 11 & 0x3f);
            half[1] = 0x8000 | (x & 0x7ff);
        }
    } else if (n->long_branches) {
        wl_thumb_encode_long(LONG_BL, offset, half);
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
    wl_thumb_offer_literals(n);
}

void wl_be_branch(wl_native_t *n, const wl_ncompare_t *c, uint16_t *label) {
    uint32_t cc = wl_thumb_compare(n, c);
    if (!WL_THUMB2) {
        wl_thumb_skip_if(n, cc ^ 1, n->long_branches ? 2 : 1);
    }
    wait_for(n, cc, label);
}

static void jump_back(wl_native_t *n, uint32_t target) {
    uint32_t back = n->pos + 2 - target;
    if (back <= 0x400) {
        wl_thumb_put(n, 0xe000 | ((0u - back) & 0x7ff));
    } else {
        wl_thumb_put_long(n, WL_THUMB2 ? LONG_B : LONG_BL, n->base + target);
    }
}

void wl_be_jump_back(wl_native_t *n, uint32_t target) {
    jump_back(n, target);
    wl_thumb_offer_literals(n);
}

void wl_be_branch_back(wl_native_t *n, const wl_ncompare_t *c, uint32_t target) {
    uint32_t cc = wl_thumb_compare(n, c), back = n->pos + 2 - target;
    if (back <= 0x80) {
        wl_thumb_put(n, 0xd000 | cc << 8 | ((0u - back) & 0xff));
    } else if (WL_THUMB2) {
        uint32_t x = 0u - back;
        wl_thumb_put2(n, 0xf400 | cc << 6 | (x >> 11 & 0x3f), 0xa800 | (x & 0x7ff));
    } else {
        wl_thumb_skip_if(n, cc ^ 1, n->pos + 3 - target <= 0x400 ? 1 : 2);
        jump_back(n, target);
    }
}

uint32_t wl_be_table(wl_native_t *n, uint32_t reg, uint32_t count) {
    uint32_t last = count - 1, limit = SCRATCH;
    wl_thumb_hurry_literals(n, count * 2);
    if (last < 256) {
        wl_thumb_put(n, 0x2800 | reg << 8 | last);
    } else {
        const wl_ncompare_t c = {.a = (uint8_t)reg, .b = (uint8_t)limit};
        wl_be_const(n, limit, last);
        wl_thumb_compare(n, &c);
    }
    if (WL_THUMB2) {
        wl_thumb_put_it(n, CC_HS, false);
    } else {
        wl_thumb_put(n, 0xd000 | CC_LO << 8);
    }
    if (last < 256) {
        wl_thumb_put(n, 0x2000 | reg << 8 | last);
    } else {
        wl_be_move(n, reg, limit);
    }
    if (WL_THUMB2) {
        wl_thumb_put2(n, 0xe8df, 0xf010 | reg);
    } else {
        wl_thumb_shift_const(n, 0, reg, reg, 1);
        if ((n->pos & 1) == 0) {
            wl_thumb_put(n, 0x46c0);
        }
        wl_thumb_put(n, 0xa000 | SCRATCH << 8 | 1); /* the table's address */
        wl_thumb_put(n, 0x5a00 | reg << 6 | SCRATCH << 3 | SCRATCH);
        wl_thumb_put(n, 0x4487 | SCRATCH << 3);
    }
    uint32_t table = n->pos;
    for (uint32_t i = 0; i < count && !n->failed; i++) {
        wl_thumb_put(n, 0);
    }
    return table;
}

void wl_be_table_entry(wl_native_t *n, uint32_t table, uint32_t index, uint32_t target) {
    uint32_t distance = target - table;
    wl_thumb_set(n, table + index, WL_THUMB2 ? distance : distance * 2 - 2);
}

/* ---- Fuel, calls, returns ---- */

/* Charges; falls into the next instruction, which is `words` words long, when there is not enough. */
static void charge(wl_native_t *n, uint32_t cost, uint32_t words) {
    if (WL_THUMB2) {
        if (wl_thumb_modified(cost) >= 0) {
            wl_thumb_put_modified(n, W_SUB | W_S, FUEL, FUEL, (uint32_t)wl_thumb_modified(cost));
        } else {
            wl_be_const(n, IP, cost);
            wl_thumb_wide(n, R_SUB | W_S, FUEL, FUEL, IP);
        }
    } else {
        wl_be_move(n, SCRATCH, FUEL);
        if (cost < 256) {
            wl_thumb_put(n, 0x3800 | SCRATCH << 8 | cost);
        } else { /* no operand is in a register here */
            wl_be_const(n, 0, cost);
            wl_thumb_put(n, 0x1a00 | 0 << 6 | SCRATCH << 3 | SCRATCH);
        }
        wl_be_move(n, FUEL, SCRATCH);
    }
    wl_thumb_skip_if(n, CC_PL, words);
}

/* The address of a stub. */
static uint32_t stub_address(const wl_native_t *n, uint32_t stub) {
    const wl_codecache_t *c = &n->instance->store->cache;
    return WL_BE_ADDRESS(c->words + c->native_start + WL_BE_STUB(stub));
}

/* To a stub that finds the link register as it is. */
static void jump_to_stub(wl_native_t *n, uint32_t stub) {
    if (WL_THUMB2) {
        wl_thumb_put_long(n, LONG_B, WL_BE_STUB(stub));
    } else {
        wl_thumb_put_literal(n, SCRATCH, stub_address(n, stub));
        wl_thumb_put(n, 0x4700 | SCRATCH << 3);
    }
}

void wl_be_entry(wl_native_t *n) {
    if (n->n_loops > 0 && n->locals_mask != 0) { /* for stopping at loops: all locals' registers out, and in again */
        n->spill = n->pos;
        wl_native_store_locals(n, n->locals_mask);
        jump_to_stub(n, WL_STOP_FUEL);
        n->reload = n->pos;
        wl_native_load_locals(n, n->locals_mask);
        wl_thumb_put(n, 0x4700 | LR << 3);
        n->valid = n->dirty = 0;
    }
    n->entry = n->pos;
    wl_thumb_put_literal(n, 3, 0);
    n->literal_uses[n->n_literals - 1] |= FRAME_LITERAL;
    wl_thumb_dp(n, N_CMP, FP, 3);
    wl_thumb_skip_if(n, CC_LS, 2);
    jump_to_stub(n, WL_STOP_STACK);
    if (WL_THUMB2) {
        wl_be_store_slot(n, LR, n->ret_slot);
    } else {
        wl_be_move(n, 0, LR);
        wl_be_store_slot(n, 0, n->ret_slot);
    }
    if (WL_ENABLE_FUEL) {
        charge(n, n->cost, 2);
        wl_thumb_call_stub(n, WL_STOP_FUEL);
    }
}

void wl_be_frame(wl_native_t *n, uint32_t bytes) {
    uint32_t value = (uint32_t)(uintptr_t)n->instance->store->ctx.stack_end - bytes;
    wl_thumb_set(n, n->frame_pos, value & 0xffff);
    wl_thumb_set(n, n->frame_pos + 1u, value >> 16);
}

void wl_be_finish(wl_native_t *n) {
    wl_thumb_put_literals(n);
}

void wl_be_loop(wl_native_t *n) {
    n->flags_pos = 0;
}

void wl_be_fuel(wl_native_t *n, uint32_t cost) {
    if (n->locals_mask == 0) {
        charge(n, cost, 2);
        wl_thumb_call_stub(n, WL_STOP_FUEL);
        return;
    }
    charge(n, cost, 4);
    wl_thumb_put_long(n, LONG_BL, n->base + n->spill);
    wl_thumb_put_long(n, LONG_BL, n->base + n->reload);
}

uint32_t wl_be_call(wl_native_t *n, uint32_t distance, uint32_t func_index) {
    uint32_t callee = wl_native_callee(n, func_index);
    wl_thumb_add_large(n, FP, FP, distance);
    if (callee != 0) {
        wl_thumb_put_long(n, LONG_BL, callee);
    } else {
        wl_thumb_call_stub(n, WL_STOP_CALL);
    }
    uint32_t back = n->pos;
    wl_thumb_add_large(n, FP, FP, 0u - distance);
    return back;
}

uint32_t wl_be_call_indirect(wl_native_t *n, uint32_t distance, uint32_t what) {
    wl_thumb_add_large(n, FP, FP, distance);
    wl_be_const(n, 0, what);
    wl_thumb_call_stub(n, WL_SERVE_INDIRECT);
    uint32_t back = n->pos;
    wl_thumb_add_large(n, FP, FP, 0u - distance);
    return back;
}

void wl_be_return(wl_native_t *n) {
    if (WL_THUMB2) {
        wl_thumb_put2(n, 0xf8d0 | FP, PC << 12 | n->ret_slot * WL_SLOT_BYTES);
    } else {
        wl_be_load_slot(n, SCRATCH, n->ret_slot);
        wl_thumb_put(n, 0x4700 | SCRATCH << 3);
    }
    wl_thumb_offer_literals(n);
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
    wl_thumb_put(n, 0x4700 | LR << 3);
    wl_thumb_offer_literals(n);
}

void wl_be_trap(wl_native_t *n, wl_stop_t stop) {
    wl_thumb_call_stub(n, stop);
    wl_thumb_offer_literals(n);
}

void wl_be_helper_prepare(wl_native_t *n, wl_helper_t fn) {
    wl_thumb_put_literal(n, SCRATCH, (uint32_t)(uintptr_t)fn);
    wl_be_move(n, IP, SCRATCH);
}

void wl_be_helper_call(wl_native_t *n) {
    wl_thumb_put(n, 0x4780 | IP << 3);
}

void wl_be_check_status(wl_native_t *n) {
    wl_thumb_put(n, 0x2800);
    wl_thumb_skip_if(n, CC_EQ, 2);
    wl_thumb_call_stub(n, WL_STOP_STATUS);
}

void wl_be_misc(wl_native_t *n, const uint16_t words[4]) {
    wl_thumb_call_stub(n, WL_SERVE_MISC);
    for (uint32_t i = 0; i < 4; i++) {
        wl_thumb_put(n, words[i]);
    }
}

bool wl_be_divide(wl_native_t *n, bool is_signed, bool remainder, uint32_t d, uint32_t a, uint32_t b) {
    const wl_ncompare_t zero = {.cond = WL_COND_NE, .a = (uint8_t)b, .immediate = true};
    const wl_ncompare_t minus_one = {.cond = WL_COND_NE, .a = (uint8_t)b, .immediate = true, .value = UINT32_MAX};
    const wl_ncompare_t least = {.cond = WL_COND_NE, .a = (uint8_t)a, .immediate = true, .value = 0x80000000u};
    wl_thumb_skip_if(n, wl_thumb_compare(n, &zero), 2);
    wl_thumb_call_stub(n, WL_STOP_DIV_ZERO);
    if (is_signed && !remainder) {
        uint32_t cc = wl_thumb_compare(n, &minus_one);
        wl_thumb_skip_if(n, cc, 5);
        wl_thumb_skip_if(n, wl_thumb_compare(n, &least), 2);
        wl_thumb_call_stub(n, WL_STOP_OVERFLOW);
    }
    uint32_t quotient = remainder ? IP : d;
    wl_thumb_put2(n, (is_signed ? 0xfb90u : 0xfbb0u) | a, 0xf0f0 | quotient << 8 | b);
    if (remainder) {
        wl_thumb_put2(n, 0xfb00 | IP, a << 12 | d << 8 | 0x10 | b);
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
        return wl_thumb_compare(n, &c);
    }
    if (!wl_thumb_fixed_limit(n)) {
        if (end == 4) {
            c.b = LIM;
        } else if (WL_THUMB2 && wl_thumb_fits_add(4 - end)) {
            wl_thumb_add_const(n, IP, LIM, 4 - end);
        } else {
            wl_thumb_put_literal(n, SCRATCH, 4 - end);
            wl_thumb_put(n, 0x4400 | (SCRATCH & 8) << 4 | LIM << 3 | (SCRATCH & 7));
        }
        return wl_thumb_compare(n, &c);
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
    return wl_thumb_compare(n, &c);
}

static void check(wl_native_t *n, const wl_naccess_t *access, uint32_t address) {
    uint32_t end = access->offset + (1u << access->log2), misaligned = 0;
    if (n->locating && !n->located && access->check) {
        n->found.access_reg = (uint8_t)address;
        n->found.access_end = end;
    }
    if (access->align) {
        wl_thumb_put(n, (32u - access->log2) << 6 | address << 3 | SCRATCH);
        misaligned = n->pos;
        wl_thumb_put(n, 0);
    }
    if (access->check) {
        wl_thumb_skip_if(n, compare_limit(n, address, end), 2);
    }
    if (access->align) { /* past the comparison to the service, or, without one, past the service */
        uint32_t distance = access->check ? n->pos - misaligned - 2 : 1;
        wl_thumb_set(n, misaligned, (access->check ? 0xd100u : 0xd000u) | (distance & 0xff));
    }
    if (access->check || access->align) {
        wl_thumb_call_stub(n, WL_SERVE_ACCESS);
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
            wl_thumb_put_literal(n, SCRATCH, (uint32_t)(uintptr_t)memory_data(n) + offset);
        }
        wl_thumb_put(n, (uint32_t)narrow[kind] | address << 6 | SCRATCH << 3 | value);
    } else if (offset == 0) {
        wl_thumb_put2(n, (uint32_t)wides[kind] | MEM, value << 12 | address);
    } else if (offset < 4096) {
        wl_thumb_wide(n, R_ADD, IP, address, MEM);
        wl_thumb_put2(n, ((uint32_t)wides[kind] | 0x80) | IP, value << 12 | offset);
    } else {
        wl_thumb_put_literal(n, IP, (uint32_t)(uintptr_t)memory_data(n) + offset);
        wl_thumb_put2(n, (uint32_t)wides[kind] | IP, value << 12 | address);
    }
}

void wl_be_access_const(wl_native_t *n, const wl_naccess_t *access, uint32_t value, uint32_t address) {
    static const uint16_t narrow[] = {0x7000, 0x8000, 0x6000, 0x7800, 0x8800, 0x6800, 0x7800, 0x8800};
    static const uint16_t wides[] = {0xf880, 0xf8a0, 0xf8c0, 0xf890, 0xf8b0, 0xf8d0, 0xf990, 0xf9b0};
    uint32_t kind = access_kind(access);
    address += access->offset;
    if (WL_THUMB2 && address < 4096) {
        wl_thumb_put2(n, (uint32_t)wides[kind] | MEM, value << 12 | address);
        return;
    }
    wl_thumb_put_literal(n, SCRATCH, (uint32_t)(uintptr_t)memory_data(n) + address);
    if (WL_THUMB2) {
        wl_thumb_put2(n, (uint32_t)wides[kind] | SCRATCH, value << 12);
        return;
    }
    wl_thumb_put(n, (uint32_t)narrow[kind] | SCRATCH << 3 | value);
    if (access->sign) {
        wl_be_extend(n, value, value, 8u << access->log2);
    }
}

#endif
