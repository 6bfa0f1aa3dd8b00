/* SPDX-License-Identifier: MIT
 *
 * Thumb code: branches, calls, returns, fuel, and accesses to linear memory.
 */
#include "wl_native_thumb_code.h"
#include "wl_translate.h"

#if WL_ENABLE_NATIVE && (WL_NATIVE_BACKEND == WL_BACKEND_THUMB1 || WL_NATIVE_BACKEND == WL_BACKEND_THUMB2)

/* ---- Branches ----
 * One that waits for its label knows the one before that does. Short and middling ones, and entries of tables,
 * have what they are and the distance to that in one word; long ones are two words, condition and position. */

#define ANCHORED_GLOBALS (WL_THUMB2 ? 1000u : 32u) /* portable code reaches so many */
#define B_COND 0xd000u
#define B_AL 0xe000u
#define W_ENTRY 0x1000u /* of a table */
enum { TABLE_JUMP1 = 0x449f,
       TABLE_JUMP2 = 0xe8df };

static void wait_for(wl_native_t *n, uint32_t short_op, uint32_t cc, uint16_t *label) {
    uint32_t at = n->pos, before = *label;
    *label = (uint16_t)at;
    if (short_op != 0) {
        wl_thumb_put(n, short_op | (before != 0 ? at - before : 0));
    } else {
        wl_thumb_put2(n, cc, before);
    }
}

/* Whether a short form can tell how far away the branch before it is. */
static bool links(const wl_native_t *n, const uint16_t *label, uint32_t reach) {
    return *label == 0 || n->pos - *label < reach;
}

/* The halves of a conditional branch over `offset` words from behind itself. */
static void encode_branch(uint32_t cc, int32_t offset, uint32_t half[2]) {
    uint32_t x = (uint32_t)offset;
    half[0] = 0xf000 | (x >> 31) << 10 | cc << 6 | (x >> 11 & 0x3f);
    half[1] = 0x8000 | (x >> 17 & 1) << 13 | (x >> 18 & 1) << 11 | (x & 0x7ff);
}

/* To a position behind. */
static void put_branch(wl_native_t *n, uint32_t cc, uint32_t target) {
    uint32_t half[2];
    encode_branch(cc, (int32_t)(target - n->pos - 2), half);
    wl_thumb_put2(n, half[0], half[1]);
}

static void bind_one(wl_native_t *n, uint32_t at, uint32_t word) {
    int32_t offset = (int32_t)(n->pos - at - 2);
    uint32_t half[2];
    if (word >= W_ENTRY && word < 2 * W_ENTRY) {
        uint32_t table = at;
        while (n->code[table - 1 - WL_THUMB2] != (WL_THUMB2 ? TABLE_JUMP2 : TABLE_JUMP1)) {
            table--;
        }
        table += table & !WL_THUMB2;
        wl_be_table_entry(n, table, at - table, n->pos);
        return;
    }
    if (word >= B_COND) {
        bool always = word >= B_AL;
        if (offset > (always ? 0x3ff : 0x7f)) {
            wl_native_too_far(n, always && !WL_THUMB2 ? WL_N_FAR : WL_N_NO_NEAR);
            return;
        }
        n->code[at] = (uint16_t)(always ? B_AL | (offset & 0x7ff) : (word & 0xff00) | (offset & 0xff));
        return;
    }
    if (!WL_THUMB2) {
        wl_thumb_encode_long(LONG_BL, offset, half);
    } else if (word == CC_AL) {
        wl_thumb_encode_long(LONG_B, offset, half);
    } else {
        encode_branch(word, offset, half);
    }
    n->code[at] = (uint16_t)half[0];
    n->code[at + 1] = (uint16_t)half[1];
}

void wl_be_bind(wl_native_t *n, uint16_t *label) {
    n->flags_pos = 0;
    for (uint32_t at = *label, before; n->code != NULL && at != 0; at = before) {
        uint32_t word = n->code[at], distance = word & (word < B_COND ? W_ENTRY - 1 : word < B_AL ? 0xff
                                                                                                  : 0x7ff);
        if (word >= W_ENTRY) {
            before = distance != 0 ? at - distance : 0;
        } else {
            before = n->code[at + 1];
        }
        bind_one(n, at, word);
    }
    *label = 0;
}

void wl_be_jump(wl_native_t *n, uint16_t *label, bool near) {
    bool middle = WL_THUMB2 ? near : !(n->form & WL_N_FAR);
    if (middle && !WL_THUMB2 && !links(n, label, 0x800)) {
        wl_native_too_far(n, WL_N_FAR);
    }
    wait_for(n, middle && links(n, label, 0x800) ? B_AL : 0, CC_AL, label);
    wl_thumb_offer_literals(n);
}

void wl_be_branch(wl_native_t *n, const wl_ncompare_t *c, uint16_t *label, bool near) {
    uint32_t cc = wl_thumb_compare(n, c);
    if (near && links(n, label, 0x100)) {
        wait_for(n, B_COND | cc << 8, cc, label);
    } else if (WL_THUMB2) {
        wait_for(n, 0, cc, label);
    } else {
        uint32_t middle = n->form & WL_N_FAR ? 0 : B_AL;
        wl_thumb_skip_if(n, cc ^ 1, middle ? 1 : 2);
        if (middle && !links(n, label, 0x800)) {
            wl_native_too_far(n, WL_N_FAR);
        }
        wait_for(n, middle, CC_AL, label);
    }
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
        put_branch(n, cc, target);
    } else {
        wl_thumb_skip_if(n, cc ^ 1, n->pos + 3 - target <= 0x400 ? 1 : 2);
        jump_back(n, target);
    }
}

uint32_t wl_be_table(wl_native_t *n, uint32_t reg, uint32_t count) {
    wl_thumb_hurry_literals(n, count * 2);
    if (WL_THUMB2) {
        wl_thumb_put2(n, TABLE_JUMP2, 0xf010 | reg);
    } else {
        wl_thumb_shift_const(n, 0, reg, reg, 1);
        wl_thumb_put(n, 0xa000 | SCRATCH << 8 | 1); /* the table's address: two instructions on, at a multiple of 4 */
        wl_thumb_put(n, 0x5a00 | reg << 6 | SCRATCH << 3 | SCRATCH);
        wl_thumb_put(n, TABLE_JUMP1);
        if (n->pos & 1) {
            wl_thumb_put(n, 0);
        }
    }
    uint32_t table = n->pos;
    for (uint32_t i = 0; i < count && !n->failed; i++) {
        wl_thumb_put(n, 0);
    }
    return table;
}

void wl_be_table_entry(wl_native_t *n, uint32_t table, uint32_t index, uint32_t target) {
    uint32_t distance = target - table; /* in Thumb-1 from a word behind the one that follows the jump */
    bool follows = n->code != NULL && n->code[table - 1] == TABLE_JUMP1;
    wl_thumb_set(n, table + index, WL_THUMB2 ? distance : (distance - follows) * 2);
}

bool wl_be_table_wait(wl_native_t *n, uint32_t entry, uint16_t *label) {
    uint32_t distance = *label != 0 ? entry - *label : 0;
    if (distance >= W_ENTRY) {
        return false;
    }
    wl_thumb_set(n, entry, W_ENTRY | distance);
    *label = (uint16_t)entry;
    return true;
}

/* ---- Fuel, calls, returns ---- */

/* Thumb-1: fuel to where this body has it from where it is passed, or back. */
static void take_fuel(wl_native_t *n) {
    if (WL_ENABLE_FUEL && !WL_THUMB2 && !n->low_fuel) {
        wl_be_move(n, FUEL, PASSED_FUEL);
    }
}

static void give_fuel(wl_native_t *n) {
    if (WL_ENABLE_FUEL && !WL_THUMB2 && !n->low_fuel) {
        wl_be_move(n, PASSED_FUEL, FUEL);
    }
}

/* Charges fuel in a register; afterwards `skip_charged` leaves out the next instruction, which is two words long,
 * when there was enough. */
static void charge(wl_native_t *n, uint32_t fuel, uint32_t cost) {
    uint32_t reg = IS_LOW(fuel) ? fuel : SCRATCH, other = IS_LOW(fuel) ? SCRATCH : 0; /* no operand is in a register here */
    if (WL_THUMB2) {
        if (wl_thumb_modified(cost) >= 0) {
            wl_thumb_put_modified(n, W_SUB | W_S, FUEL, FUEL, (uint32_t)wl_thumb_modified(cost));
        } else {
            wl_be_const(n, IP, cost);
            wl_thumb_wide(n, R_SUB | W_S, FUEL, FUEL, IP);
        }
    } else {
        wl_be_move(n, reg, fuel);
        if (cost <= 2 * 255) {
            wl_thumb_put(n, 0x3800 | reg << 8 | (cost < 256 ? cost : 255));
            if (cost > 255) {
                wl_thumb_put(n, 0x3800 | reg << 8 | (cost - 255));
            }
        } else {
            wl_be_const(n, other, cost);
            wl_thumb_put(n, 0x1a00 | other << 6 | reg << 3 | reg);
        }
        wl_be_move(n, fuel, reg);
    }
}

static void skip_charged(wl_native_t *n) {
    wl_thumb_skip_if(n, CC_PL, 2);
}

/* A word in front of linear memory, into a low register or the scratch register. */
static void load_anchor(wl_native_t *n, uint32_t d, uint32_t distance) {
    if (WL_THUMB2) {
        wl_thumb_put2(n, 0xf850 | MEM, d << 12 | 0xc00 | distance);
    } else {
        wl_be_move(n, d, MEM);
        wl_thumb_put2(n, 0x3800 | d << 8 | distance, 0x6800 | d << 3 | d);
    }
}

/* To a stub that finds the link register as it is. */
static void jump_to_stub(wl_native_t *n, uint32_t stub) {
    if (WL_THUMB2) {
        wl_thumb_put_long(n, LONG_B, WL_BE_STUB(stub));
    } else {
        wl_thumb_put_literal(n, SCRATCH, (WL_BE_STUB(stub) - (n->base + n->pos + 3)) * 2 + 1);
        wl_thumb_put2(n, 0x4478 | SCRATCH, 0x4700 | SCRATCH << 3); /* from behind the addition of pc */
    }
}

void wl_be_entry(wl_native_t *n) {
    if (n->n_loops > 0 && (n->locals_mask != 0 || !WL_THUMB2)) { /* for stopping at loops: all registers in, and out */
        wl_native_load_locals(n, n->locals_mask);
        wl_thumb_put(n, 0x4700 | LR << 3);
        n->spill = n->pos;
        wl_native_store_locals(n, n->locals_mask);
        give_fuel(n);
        jump_to_stub(n, WL_STOP_FUEL);
        n->valid = n->dirty = 0;
    }
    n->entry = n->pos;
    wl_thumb_put_literal(n, 3, 0);
    n->literal_uses[n->n_literals - 1] |= FRAME_LITERAL;
    if (n->portable) {
        load_anchor(n, 2, WL_ANCHOR_STACK_END);
        wl_thumb_put(n, 0x4400 | 2 << 3 | 3);
    }
    wl_thumb_dp(n, N_CMP, FP, 3);
    if (WL_THUMB2) {
        put_branch(n, CC_HI, WL_BE_STUB(WL_STOP_STACK) - n->base);
        wl_be_store_slot(n, LR, n->ret_slot);
    } else {
        wl_be_move(n, 0, LR);
        wl_thumb_skip_if(n, CC_LS, 2);
        wl_thumb_call_stub(n, WL_STOP_STACK);
        wl_be_store_slot(n, 0, n->ret_slot);
    }
    if (WL_ENABLE_FUEL) {
        charge(n, WL_THUMB2 ? FUEL : PASSED_FUEL, n->cost);
        take_fuel(n); /* changes no flags */
        skip_charged(n);
        wl_thumb_call_stub(n, WL_STOP_FUEL);
    }
}

void wl_be_frame(wl_native_t *n, uint32_t bytes) {
    uint32_t value = (n->portable ? 0 : (uint32_t)(uintptr_t)n->instance->store->ctx.stack_end) - bytes;
    wl_thumb_set(n, n->frame_pos, value & 0xffff);
    wl_thumb_set(n, n->frame_pos + 1u, value >> 16);
}

void wl_be_finish(wl_native_t *n) {
    wl_thumb_put_literals(n);
}

static void stop_for_fuel(wl_native_t *n) {
    wl_thumb_put_long(n, LONG_BL, n->spill != 0 ? n->base + n->spill : WL_BE_STUB(WL_STOP_FUEL));
}

/* Thumb-1, where a branch that is taken costs a cycle more: before the label of an innermost loop stands the way out. Who
 * comes there for the first time is charged before it, or, where charging is long, jumps over it. */
enum { WAY_OUT_WORDS = 4 };
#define HAS_WAY_OUT(inner) (WL_ENABLE_FUEL && !WL_THUMB2 && (inner))

void wl_be_loop(wl_native_t *n, uint32_t cost, bool inner) {
    wl_thumb_hurry_literals(n, 400); /* better here than in the loop */
    if (HAS_WAY_OUT(inner)) {
        if (n->low_fuel) {
            charge(n, PASSED_FUEL, cost);
        }
        wl_thumb_put(n, 0);
        stop_for_fuel(n);
        wl_thumb_put(n, 0);
    }
    n->flags_pos = 0;
}

void wl_be_fuel(wl_native_t *n, uint32_t cost, bool inner) {
    uint32_t way_out = n->pos - WAY_OUT_WORDS;
    charge(n, n->low_fuel ? PASSED_FUEL : FUEL, cost);
    if (HAS_WAY_OUT(inner)) {
        wl_thumb_skip_if(n, CC_MI, way_out - n->pos);
        wl_thumb_set(n, way_out, n->low_fuel ? B_COND | CC_PL << 8 | (n->pos - way_out - 2) : B_AL | (WAY_OUT_WORDS - 2));
        wl_thumb_set(n, way_out + 3, B_AL | (n->pos - way_out - 5));
    } else {
        skip_charged(n);
        stop_for_fuel(n);
    }
}

uint32_t wl_be_call(wl_native_t *n, uint32_t distance, uint32_t func_index) {
    uint32_t callee = wl_native_callee(n, func_index);
    give_fuel(n);
    wl_thumb_add_large(n, FP, FP, distance);
    if (callee != 0) {
        wl_thumb_put_long(n, LONG_BL, callee);
    } else {
        wl_thumb_call_stub(n, WL_STOP_CALL);
    }
    uint32_t back = n->pos;
    wl_thumb_add_large(n, FP, FP, 0u - distance);
    take_fuel(n);
    return back;
}

uint32_t wl_be_call_indirect(wl_native_t *n, uint32_t distance, uint32_t what) {
    give_fuel(n);
    wl_thumb_add_large(n, FP, FP, distance);
    wl_be_const(n, 0, what);
    wl_thumb_call_stub(n, WL_SERVE_INDIRECT);
    uint32_t back = n->pos;
    wl_thumb_add_large(n, FP, FP, 0u - distance);
    take_fuel(n);
    return back;
}

void wl_be_return(wl_native_t *n) {
    give_fuel(n);
    if (WL_THUMB2) {
        wl_thumb_put2(n, 0xf8d0 | FP, PC << 12 | n->ret_slot * WL_SLOT_BYTES);
    } else {
        wl_be_load_slot(n, SCRATCH, n->ret_slot);
        wl_thumb_put(n, 0x4700 | SCRATCH << 3);
    }
    wl_thumb_offer_literals(n);
}

void wl_be_return_slots(wl_native_t *n, uint32_t from, uint32_t slots) {
    give_fuel(n);
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
    give_fuel(n);
    wl_thumb_call_stub(n, WL_SERVE_MISC);
    for (uint32_t i = 0; i < 4; i++) {
        wl_thumb_put(n, words[i]);
    }
}

#if WL_BE_DIVIDES
void wl_be_divide(wl_native_t *n, const wl_ndivision_t *division, uint32_t d, uint32_t a, uint32_t b) {
    const wl_ncompare_t zero = {.cond = WL_COND_NE, .a = (uint8_t)b, .immediate = true};
    const wl_ncompare_t minus_one = {.cond = WL_COND_NE, .a = (uint8_t)b, .immediate = true, .value = UINT32_MAX};
    const wl_ncompare_t least = {.cond = WL_COND_NE, .a = (uint8_t)a, .immediate = true, .value = 0x80000000u};
    if (division->check_zero) {
        wl_thumb_skip_if(n, wl_thumb_compare(n, &zero), 2);
        wl_thumb_call_stub(n, WL_STOP_DIV_ZERO);
    }
    if (division->check_overflow && division->is_signed && !division->remainder) {
        uint32_t cc = wl_thumb_compare(n, &minus_one);
        wl_thumb_skip_if(n, cc, 5);
        wl_thumb_skip_if(n, wl_thumb_compare(n, &least), 2);
        wl_thumb_call_stub(n, WL_STOP_OVERFLOW);
    }
    uint32_t quotient = division->remainder ? IP : d;
    wl_thumb_put2(n, (division->is_signed ? 0xfb90u : 0xfbb0u) | a, 0xf0f0 | quotient << 8 | b);
    if (division->remainder) {
        wl_thumb_put2(n, 0xfb00 | IP, a << 12 | d << 8 | 0x10 | b);
    }
}
#endif

/* ---- Linear memory ---- */

/* The address of a byte of the memory, into a register. */
static void put_address(wl_native_t *n, uint32_t d, uint32_t offset) {
    wl_thumb_put_literal(n, d, offset + (n->portable ? 0 : (uint32_t)(uintptr_t)n->instance->memories[0]->data));
    if (n->portable) {
        wl_thumb_put(n, 0x4400 | (d & 8) << 4 | MEM << 3 | (d & 7));
    }
}

/* Compares an address with the last that is good for an access that ends `end` behind it, or with one a little
 * before; returns the condition under which it is good. */
static uint32_t compare_limit(wl_native_t *n, uint32_t address, uint32_t end) {
    wl_ncompare_t c = {.a = (uint8_t)address, .b = LIM, .cond = WL_COND_LE_U};
    bool fixed = wl_native_fixed_memory(n), far = end > WL_N_GUARD;
    if (WL_THUMB2 && fixed && n->has_limit && !far) {
        wl_native_load_locals(n, 1u << (WL_BE_LOCALS - 1) & ~n->valid);
    } else if (WL_THUMB2 && fixed) {
        c.immediate = true;
        c.value = wl_thumb_limit(n, far ? end : WL_N_GUARD);
    } else if (far) {
        c.b = SCRATCH;
        wl_thumb_put_literal(n, SCRATCH, (fixed ? n->instance->memory_floor : WL_N_GUARD) - end);
        if (!fixed) {
            wl_thumb_put(n, 0x4400 | (SCRATCH & 8) << 4 | LIM << 3 | (SCRATCH & 7));
        }
    }
    return wl_thumb_compare(n, &c);
}

enum { SERVICE_WORDS = WL_THUMB2 ? 2 : 1 };

static void check(wl_native_t *n, const wl_naccess_t *access, uint32_t address) {
    uint32_t end = access->offset + (1u << access->log2), misaligned = 0;
    if (access->align) {
        wl_thumb_put(n, (32u - access->log2) << 6 | address << 3 | SCRATCH);
        misaligned = n->pos;
        wl_thumb_put(n, 0);
    }
    if (access->check) {
        wl_thumb_skip_if(n, compare_limit(n, address, end), SERVICE_WORDS);
    }
    if (access->align) { /* past the comparison to the service, or, without one, past the service */
        uint32_t distance = access->check ? n->pos - misaligned - 2 : SERVICE_WORDS - 1;
        wl_thumb_set(n, misaligned, (access->check ? 0xd100u : 0xd000u) | (distance & 0xff));
    }
    if (access->check || access->align) {
        if (WL_THUMB2) {
            wl_thumb_call_stub(n, WL_SERVE_ACCESS);
        } else {
            wl_thumb_put(n, 0x4780 | SERVICE << 3);
        }
    }
}

/* By opcode: for loads and stores, and by size. */
static uint32_t access_kind(const wl_naccess_t *access) {
    return access->store ? access->log2 : access->sign ? 6u + access->log2
                                                       : 3u + access->log2;
}

static const uint16_t wides[] = {0xf800, 0xf820, 0xf840, 0xf810, 0xf830, 0xf850, 0xf910, 0xf930};

/* The access at a register and an offset that fits it. */
static void put_based(wl_native_t *n, const wl_naccess_t *access, uint32_t value, uint32_t base, uint32_t offset) {
    static const uint16_t narrow[] = {0x7000, 0x8000, 0x6000, 0x7800, 0x8800, 0x6800, 0x7800, 0x8800};
    uint32_t kind = access_kind(access), scaled = offset >> access->log2;
    bool fits = IS_LOW(value) && IS_LOW(base) && scaled < 32 && scaled << access->log2 == offset;
    if (WL_THUMB2 && (!fits || access->sign)) {
        wl_thumb_put2(n, (uint32_t)wides[kind] | 0x80 | base, value << 12 | offset);
        return;
    }
    wl_thumb_put(n, (uint32_t)narrow[kind] | scaled << 6 | base << 3 | value);
    if (access->sign) {
        wl_be_extend(n, value, value, 8u << access->log2);
    }
}

/* The access at two registers. */
static void put_indexed(wl_native_t *n, const wl_naccess_t *access, uint32_t value, uint32_t base, uint32_t index) {
    static const uint16_t narrow[] = {0x5400, 0x5200, 0x5000, 0x5c00, 0x5a00, 0x5800, 0x5600, 0x5e00};
    uint32_t kind = access_kind(access);
    if (WL_THUMB2) {
        wl_thumb_put2(n, (uint32_t)wides[kind] | base, value << 12 | index);
    } else {
        wl_thumb_put(n, (uint32_t)narrow[kind] | index << 6 | base << 3 | value);
    }
}

/* A low register that what follows may use for an address: a load's own, or a free one; else the scratch register. */
static uint32_t base_register(const wl_native_t *n, uint32_t value, bool store) {
    uint32_t free = WL_BE_TEMPS & ~n->used & ~n->pinned;
    if (!store && IS_LOW(value)) {
        return value;
    }
    return free != 0 ? (uint32_t)__builtin_ctz(free) : SCRATCH;
}

/* Adds the memory's start to an address; returns the register that has it then. */
static uint32_t add_memory(wl_native_t *n, const wl_naccess_t *access, uint32_t value, uint32_t address) {
    if (IS_LOW(address) && (access->dead || (!access->store && value == address))) {
        wl_thumb_put(n, 0x4400 | MEM << 3 | address);
        return address;
    }
    uint32_t base = base_register(n, value, access->store);
    if (WL_THUMB2) {
        wl_thumb_wide(n, R_ADD, base, address, MEM);
    } else {
        wl_be_move(n, base, address);
        wl_thumb_put(n, 0x4400 | MEM << 3 | base);
    }
    return base;
}

void wl_be_access(wl_native_t *n, const wl_naccess_t *access, uint32_t value, uint32_t address) {
    uint32_t offset = access->offset;
    check(n, access, address);
    if (offset == 0) {
        uint32_t base = WL_THUMB2 ? MEM : SCRATCH;
        wl_be_move(n, base, MEM);
        put_indexed(n, access, value, base, address);
    } else if (WL_THUMB2 ? offset < 4096 : offset >> access->log2 < 32 && (access->dead || n->loop_depth == 0)) {
        put_based(n, access, value, add_memory(n, access, value, address), offset);
    } else {
        put_address(n, SCRATCH, offset);
        put_indexed(n, access, value, SCRATCH, address);
    }
}

void wl_be_access_const(wl_native_t *n, const wl_naccess_t *access, uint32_t value, uint32_t address) {
    address += access->offset;
    if (WL_THUMB2 && address < 4096) {
        put_based(n, access, value, MEM, address);
        return;
    }
    uint32_t base = base_register(n, value, access->store);
    put_address(n, base, address);
    put_based(n, access, value, base, 0);
}

/* ---- Globals ---- */

static void access_global(wl_native_t *n, uint32_t value, uint32_t index, uint32_t word, bool store) {
    const wl_naccess_t access = {.log2 = 2, .store = store}, pointer = {.log2 = 2};
    uint32_t base = base_register(n, value, store);
    if (!n->portable) {
        wl_thumb_put_literal(n, base, (uint32_t)(uintptr_t)n->instance->globals[index]->value);
    } else {
        load_anchor(n, base, WL_ANCHOR_GLOBALS);
        put_based(n, &pointer, base, base, index * 4);
    }
    if (n->portable && index >= ANCHORED_GLOBALS) {
        wl_native_fail(n);
    }
    put_based(n, &access, value, base, word * 4);
}

void wl_be_load_global(wl_native_t *n, uint32_t d, uint32_t index, uint32_t word) {
    access_global(n, d, index, word, false);
}

void wl_be_store_global(wl_native_t *n, uint32_t s, uint32_t index, uint32_t word) {
    access_global(n, s, index, word, true);
}

#endif
