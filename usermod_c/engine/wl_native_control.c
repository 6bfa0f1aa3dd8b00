/* SPDX-License-Identifier: MIT
 *
 * Control as machine code: branches, blocks, calls, returns. Where paths meet they agree on where
 * operands are (at home) and on which locals' registers are good; each branch sees to that itself.
 */
#include "wl_native.h"
#include "wl_translate.h"

#if WL_ENABLE_NATIVE

#define SELF(t) ((wl_native_t *)(void *)(t))

static wl_ctrl_t *target(wl_native_t *n, uint32_t depth) {
    return &n->v->ctrls[n->v->n_ctrls - 1 - depth];
}

static bool is_function(const wl_native_t *n, const wl_ctrl_t *c) {
    return c == n->v->ctrls;
}

static uint32_t label_arity(const wl_ctrl_t *c, uint32_t *slots) {
    bool loop = c->op == WL_WASM_LOOP;
    *slots = loop ? c->param_slots : c->result_slots;
    return loop ? c->n_params : c->n_results;
}

static void forget_checks(wl_native_t *n) {
    memset(n->checks, 0, sizeof n->checks);
}

void wl_native_safepoint(wl_native_t *n) {
    wl_native_flush(n, n->depth);
    wl_native_store_locals(n, n->dirty);
    n->valid = 0;
}

/* Makes the locals' registers what the label takes, and the label take what else they are. */
static void agree(wl_native_t *n, wl_ctrl_t *c) {
    if (c->op == WL_WASM_LOOP) {
        wl_native_load_locals(n, c->valid & ~n->valid);
        wl_native_store_locals(n, n->dirty & ~c->dirty);
        return;
    }
    wl_native_load_locals(n, c->dirty & ~n->valid);
    wl_native_store_locals(n, n->dirty & ~c->valid);
    c->valid &= (uint8_t)n->valid;
    c->dirty |= (uint8_t)n->dirty;
}

static void take_up(wl_native_t *n, uint32_t valid, uint32_t dirty) {
    n->valid = valid;
    n->dirty = dirty;
    forget_checks(n);
}

/* ---- Conditions ---- */

static wl_ncompare_t take_condition(wl_native_t *n) {
    wl_native_pop_condition(n);
    return n->compare;
}

static wl_ncompare_t inverse(wl_ncompare_t c) {
    c.cond = wl_cond_inverse[c.cond];
    return c;
}

/* ---- Branches ---- */

/* Whether the end of a block is near enough, in WebAssembly's bytes, for the short form of a branch. */
static bool is_near(const wl_native_t *n, const wl_ctrl_t *c, uint32_t reach) {
    return !(n->form & WL_N_NO_NEAR) && c->outer_cost - n->v->op_pos < reach;
}

static void jump(wl_native_t *n, wl_ctrl_t *c) {
    if (c->op == WL_WASM_LOOP) {
        wl_be_jump_back(n, c->label);
    } else {
        wl_be_jump(n, &c->label, is_near(n, c, WL_BE_NEAR_JUMP));
    }
}

/* Copies slots, at home on top, down to `base`. */
static void move_down(wl_native_t *n, uint32_t base, uint32_t slots) {
    uint32_t from = n->height - slots;
    if (from == base) {
        return;
    }
    uint32_t word = wl_native_temp(n);
    for (uint32_t i = 0; i < slots; i++) {
        wl_be_step(n);
        wl_be_load_slot(n, word, from + i);
        wl_be_store_slot(n, word, base + i);
    }
}

/* Returns with the results on top, which stay there for what follows. */
static void emit_return(wl_native_t *n) {
    const wl_ctrl_t *f = n->v->ctrls;
    if (f->result_slots == 0) {
        wl_be_return(n);
        return;
    }
    wl_nentry_t *top = wl_native_entry(n, n->depth - 1);
    if (f->n_results == 1 && f->result_slots == 1) {
        wl_nentry_t e = {.where = WL_N_HOME, .slots = 1, .home = (n->height - 1) & 0x3fff};
        if (n->depth - 1 >= n->low) {
            e = *top;
        }
        wl_native_into(n, &e, WL_BE_RESULT);
        wl_be_return(n);
        return;
    }
    wl_native_flush(n, f->n_results);
    wl_be_return_slots(n, n->height - f->result_slots, f->result_slots);
}

void wl_native_return(struct wl_translator *t) {
    wl_native_step(SELF(t));
    emit_return(SELF(t));
}

void wl_native_unreachable(struct wl_translator *t) {
    wl_native_step(SELF(t));
    wl_be_trap(SELF(t), WL_STOP_UNREACHABLE);
}

void wl_native_br(struct wl_translator *t, uint32_t depth) {
    wl_native_t *n = SELF(t);
    wl_ctrl_t *c = target(n, depth);
    wl_native_step(n);
    if (is_function(n, c)) {
        emit_return(n);
        return;
    }
    uint32_t slots, results = label_arity(c, &slots);
    if (results > 0) {
        wl_native_flush(n, results);
        move_down(n, c->base, slots);
    }
    agree(n, c);
    jump(n, c);
}

void wl_native_br_if(struct wl_translator *t, uint32_t depth) {
    wl_native_t *n = SELF(t);
    wl_ctrl_t *c = target(n, depth);
    wl_native_step(n);
    uint32_t slots, results = label_arity(c, &slots);
    wl_ncompare_t condition = take_condition(n);
    bool returns = is_function(n, c);
    if (results > 0) {
        wl_native_flush(n, results);
    }
    if (returns || (results > 0 && n->height - slots != c->base)) {
        uint16_t skip = 0;
        if (!returns) {
            agree(n, c);
        }
        condition = inverse(condition);
        wl_be_branch(n, &condition, &skip, !(n->form & WL_N_NO_NEAR) && slots < 8);
        uint32_t valid = n->valid, dirty = n->dirty;
        if (returns) {
            emit_return(n);
        } else {
            move_down(n, c->base, slots);
            jump(n, c);
        }
        n->valid = valid; /* as they were at the branch */
        n->dirty = dirty;
        wl_be_bind(n, &skip);
        return;
    }
    agree(n, c);
    if (c->op == WL_WASM_LOOP) {
        wl_be_branch_back(n, &condition, c->label);
    } else {
        wl_be_branch(n, &condition, &c->label, is_near(n, c, WL_BE_NEAR_BRANCH));
    }
}

/* One of a table's targets as a piece of code: results go down first, or it returns. */
static void table_piece(wl_native_t *n, wl_ctrl_t *c, uint32_t slots) {
    uint32_t valid = n->valid, dirty = n->dirty;
    if (is_function(n, c)) {
        emit_return(n);
    } else {
        n->pinned = 0;
        move_down(n, c->base, slots);
        jump(n, c);
    }
    n->valid = valid;
    n->dirty = dirty;
}

/* The index is below `count`, or the last target is it. */
static void table_default(wl_native_t *n, wl_ctrl_t *c, uint32_t index, uint32_t count, bool direct, uint16_t *label) {
    wl_ncompare_t last = {.cond = WL_COND_GE_U, .a = (uint8_t)index, .value = count};
    last.immediate = wl_be_compare_fits(WL_COND_GE_U, count);
    if (!last.immediate) {
        last.b = (uint8_t)wl_native_temp(n);
        wl_be_const(n, last.b, count);
    }
    if (direct && c->op == WL_WASM_LOOP) {
        wl_be_branch_back(n, &last, c->label);
    } else if (direct) {
        wl_be_branch(n, &last, &c->label, is_near(n, c, WL_BE_NEAR_BRANCH));
    } else {
        wl_be_branch(n, &last, label, false);
    }
}

void wl_native_br_table(struct wl_translator *t, uint32_t labels, uint32_t count) {
    wl_native_t *n = SELF(t);
    wl_native_step(n);
    wl_reader_t r = n->v->r;
    wl_nentry_t *e = wl_native_pop(n, 1);
    if (count == 0) { /* no choice */
        wl_reader_init(&r, r.bytes, labels, r.end);
        wl_native_br(t, wl_read_u32(&r));
        return;
    }
    uint32_t index = wl_native_reg(n, e);
    if (!(1u << index & WL_BE_TEMPS)) { /* the table's code may change it */
        uint32_t copy = wl_native_temp(n);
        wl_be_move(n, copy, index);
        index = copy;
    }
    wl_reader_init(&r, r.bytes, labels, r.end);
    wl_ctrl_t *c = target(n, wl_read_u32(&r));
    uint32_t slots, results = label_arity(c, &slots);
    wl_native_flush(n, results);
    wl_reader_init(&r, r.bytes, labels, r.end);
    for (uint32_t i = 0; i <= count; i++) {
        c = target(n, wl_read_u32(&r));
        if (!is_function(n, c)) {
            agree(n, c);
        }
    }
    uint16_t label = 0; /* of the last target, whose operands are moved */
    bool direct = results == 0 && !is_function(n, c);
    table_default(n, c, index, count, direct, &label);
    uint32_t table = wl_be_table(n, index, count), previous = WL_NO_INDEX, piece = 0;
    wl_reader_init(&r, r.bytes, labels, r.end);
    for (uint32_t i = 0; i < count && !n->failed; i++) {
        uint32_t depth = wl_read_u32(&r);
        c = target(n, depth);
        bool waits = results == 0 && !is_function(n, c) && c->op != WL_WASM_LOOP && i < WL_N_WAITING_ENTRIES;
        if (waits && wl_be_table_wait(n, table + i, &c->label)) {
            continue;
        }
        if (depth != previous) { /* runs of one share a piece */
            wl_be_step(n);
            previous = depth;
            piece = n->pos;
            table_piece(n, c, slots);
        }
        wl_be_table_entry(n, table, i, piece);
    }
    if (!direct) {
        wl_be_bind(n, &label);
        table_piece(n, target(n, wl_read_u32(&r)), slots);
    }
}

/* ---- Blocks ---- */

/* What stays known of locals in a loop: of those that it does not assign, all; of those that it adds multiples of 4
 * to, the low bits. */
static void keep_checks(wl_native_t *n, const wl_nloop_t *loop) {
    for (uint32_t i = 0; i < WL_N_CHECKS; i++) {
        uint32_t local = n->checks[i].local;
        if (local >= 32 || (loop->assigned >> local & 1)) {
            n->checks[i].end = 0;
        }
        if (local >= 32 || (loop->moved >> local & 1)) {
            n->checks[i].zeros = 0;
        }
    }
}

static void begin_loop(wl_native_t *n, wl_ctrl_t *c) {
    uint32_t assigned = n->assigned, cost = 0;
    if (n->this_loop < n->n_loops) {
        const wl_nloop_t *loop = &n->loops[n->this_loop++];
        cost = loop->cost;
        keep_checks(n, loop);
        for (uint32_t i = 0; i < n->reg_locals; i++) {
            if (n->local_of[i] < 32 && !(loop->assigned >> n->local_of[i] & 1)) {
                assigned &= ~(1u << i);
            }
        }
    } else {
        wl_native_fail(n); /* cannot be: they have been counted */
    }
    wl_native_load_locals(n, n->locals_mask & ~n->valid);
    n->dirty |= assigned;
    c->valid = (uint8_t)n->valid;
    c->dirty = (uint8_t)n->dirty;
    n->loop_depth++;
    bool inner = n->this_loop >= n->n_loops || n->loops[n->this_loop].outer != n->this_loop;
    wl_be_loop(n, cost, inner);
    c->label = (uint16_t)n->pos;
    if (WL_ENABLE_FUEL) {
        wl_be_fuel(n, cost, inner);
    }
}

/* Where the end of a block or if is, from the counting pass. */
static void foresee_end(wl_native_t *n, wl_ctrl_t *c) {
    uint32_t units = n->this_block < n->n_blocks ? n->blocks[n->this_block++] : 0xff;
    c->outer_cost = n->v->op_pos + units * WL_N_BLOCK_UNIT + (units == 0xff ? UINT16_MAX : 0);
}

void wl_native_block(struct wl_translator *t, wl_ctrl_t *c) {
    wl_native_t *n = SELF(t);
    wl_native_step(n);
    wl_ncompare_t condition = {0};
    if (c->op == WL_WASM_IF) {
        condition = inverse(take_condition(n));
    }
    wl_native_flush(n, n->depth);
    c->base = (uint16_t)(n->height - c->param_slots);
    c->label = c->else_label = 0;
    c->valid = (uint8_t)n->locals_mask;
    c->dirty = 0;
    if (c->op != WL_WASM_LOOP) {
        foresee_end(n, c);
    }
    if (c->op == WL_WASM_IF) {
        c->valid = c->else_valid = (uint8_t)n->valid;
        c->dirty = c->else_dirty = (uint8_t)n->dirty;
        wl_be_branch(n, &condition, &c->else_label, is_near(n, c, WL_BE_NEAR_BRANCH));
    } else if (c->op == WL_WASM_LOOP) {
        begin_loop(n, c);
    }
}

void wl_native_else(struct wl_translator *t, wl_ctrl_t *c, bool live) {
    wl_native_t *n = SELF(t);
    wl_native_step(n);
    if (live) {
        wl_native_flush(n, c->n_results);
        agree(n, c);
        wl_be_jump(n, &c->label, is_near(n, c, WL_BE_NEAR_JUMP));
    }
    wl_be_bind(n, &c->else_label);
    take_up(n, c->else_valid, c->else_dirty);
    wl_native_reset(n, c->height, c->base, c->params, c->n_params);
}

void wl_native_end(struct wl_translator *t, wl_ctrl_t *c, bool live) {
    wl_native_t *n = SELF(t);
    if (c->dead) {
        return;
    }
    wl_native_step(n);
    n->loop_depth -= c->op == WL_WASM_LOOP;
    bool reached = c->op != WL_WASM_LOOP && (c->label != 0 || c->else_label != 0);
    if (reached) {
        if (live) {
            wl_native_flush(n, c->n_results);
            agree(n, c);
        }
        wl_be_bind(n, &c->else_label);
        wl_be_bind(n, &c->label);
        take_up(n, c->valid, c->dirty);
        wl_native_reset(n, c->height, c->base, c->results, c->n_results);
    } else if (!live) { /* what follows cannot be reached, though it is compiled */
        take_up(n, 0, 0);
        wl_native_reset(n, c->height, c->base, c->results, c->n_results);
    }
    if (is_function(n, c) && (live || reached)) {
        emit_return(n);
    }
}

/* ---- Calls ---- */

static void pop_params(wl_native_t *n, const wl_functype_t *type) {
    for (uint32_t i = type->n_params; i-- > 0;) {
        wl_native_pop(n, wl_type_slots(type->params[i]));
    }
}

static void push_results(wl_native_t *n, const wl_functype_t *type) {
    n->pinned = 0;
    if (type->n_results == 1 && type->result_slots == 1) {
        wl_native_push_reg(n, WL_BE_RESULT);
        return;
    }
    for (uint32_t i = 0; i < type->n_results; i++) {
        wl_native_push(n, WL_N_HOME, wl_type_slots(type->results[i]));
    }
}

static void add_site(wl_native_t *n, uint32_t distance, uint32_t at, uint32_t callee) {
    if (n->n_sites == n->n_calls) { /* cannot be: they have been counted */
        wl_native_fail(n);
        return;
    }
    n->sites[n->n_sites++] = (wl_nsite_t){.distance = (uint16_t)distance, .target = (uint16_t)at, .callee = (uint16_t)callee};
}

void wl_native_call(struct wl_translator *t, uint32_t func_index, bool tail) {
    wl_native_t *n = SELF(t);
    const wl_module_t *m = n->instance->module;
    const wl_functype_t *type = &m->types[m->func_types[func_index]];
    wl_native_step(n);
    if (tail) {
        wl_native_fail(n);
        return;
    }
    wl_native_safepoint(n);
    pop_params(n, type);
    uint32_t distance = n->height * WL_SLOT_BYTES;
    add_site(n, distance, wl_be_call(n, distance, func_index), func_index);
    push_results(n, type);
}

void wl_native_call_indirect(struct wl_translator *t, uint32_t type_index, uint32_t table, bool tail) {
    wl_native_t *n = SELF(t);
    const wl_functype_t *type = &n->instance->module->types[type_index];
    wl_native_step(n);
    if (tail || table >= WL_SITE_TABLES || type_index >> WL_SITE_TYPE_BITS != 0) {
        wl_native_fail(n);
        return;
    }
    wl_native_safepoint(n);
    wl_native_pop(n, 1); /* the index stays in its slot, right behind the arguments */
    pop_params(n, type);
    uint32_t distance = n->height * WL_SLOT_BYTES, what = type_index | table << WL_SITE_TYPE_BITS;
    add_site(n, distance, wl_be_call_indirect(n, distance, what | (uint32_t)type->param_slots << 16), WL_SITE_INDIRECT | what);
    push_results(n, type);
}

#endif
