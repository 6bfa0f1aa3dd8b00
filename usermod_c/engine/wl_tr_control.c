/* SPDX-License-Identifier: MIT
 *
 * Translation of control: branches, blocks, calls and returns. At block boundaries and calls all
 * operands go home: that is what makes frames canonical.
 */
#include "wl_translate.h"

/* ---- Conditions ---- */

/* A comparison whose result is in the accumulator is taken back, to be done by the branch itself. */
static void fuse(wl_translator_t *t, wl_condition_t *c, uint32_t cond, uint32_t form) {
    c->fused = true;
    c->cond = (uint8_t)cond;
    c->form = (uint8_t)form;
    c->words[0] = (uint16_t)wl_emit_operand(t, 0);
    c->words[1] = (uint16_t)wl_emit_operand(t, 1);
    wl_emit_undo(t);
    if (form == WL_CMP_AS || form == WL_CMP_SS || cond > WL_COND_NE || c->words[form == WL_CMP_SI] != 0) {
        return;
    }
    c->fused = false; /* against zero: the plain branch */
    c->inverted = cond == WL_COND_EQ;
    c->value.where = form == WL_CMP_AI ? WL_AT_ACC : WL_AT_SLOT;
    c->value.slot = c->words[0] / WL_SLOT_BYTES;
}

/* Pops the condition. `count` operands below will be brought home before the branch. */
static void take_condition(wl_translator_t *t, uint32_t count) {
    wl_condition_t *c = &t->condition;
    wl_entry_t *e = wl_operand_pop(t, 1);
    bool keep_acc = !wl_operand_flush_needs_acc(t, count);
    c->fused = c->inverted = false;
    if (WL_ENABLE_FUSE_BRANCH && keep_acc && e->where == WL_AT_ACC && wl_last_is_cmp(t)) {
        uint32_t form, cond = wl_cond_of(t->last.op - (uint32_t)WLC_CEQ_AS, &form);
        fuse(t, c, cond, form);
        return;
    }
    wl_operand_settle(t, e);
    if (e->where == WL_AT_CONST || (e->where == WL_AT_ACC && !keep_acc)) {
        wl_operand_to_slot(t, e);
    }
    c->value = *e;
}

/* A loop that ends in `x += i; if (x != limit) continue` branches with the addition in one. */
static bool count_and_branch(wl_translator_t *t, bool when, uint32_t loop) {
    const wl_condition_t *c = &t->condition;
    uint32_t first = wl_emit_operand(t, 0), step = wl_emit_operand(t, 1), d = first >> 8;
    uint32_t cond = when ? c->cond : wl_cond_inverse[c->cond];
    bool zero = !c->fused && c->value.where == WL_AT_ACC && when != c->inverted;
    bool unequal = c->fused && cond == WL_COND_NE && (c->form == WL_CMP_AS || c->form == WL_CMP_AI);
    if (!WL_ENABLE_SUPER || t->last.op != WLC_ADD_SID || (first & 0xff) != d ||
        t->acc_slot != d / WL_SLOT_BYTES || !(zero || unequal)) {
        return false;
    }
    wl_emit_undo(t);
    wl_emit_op(t, zero ? WLC_INCNZ : c->form == WL_CMP_AS ? WLC_INCNE_S
                                                          : WLC_INCNE_I);
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
static void branch(wl_translator_t *t, bool when, uint16_t *label, uint32_t loop) {
    const wl_condition_t *c = &t->condition;
    if (label == NULL && count_and_branch(t, when, loop)) {
        return;
    }
    uint32_t op, s = c->words[0];
    if (c->fused) {
        uint32_t cond = when ? c->cond : wl_cond_inverse[c->cond];
        op = (label != NULL ? WLC_BEQ_AS : WLC_LEQ_AS) + wl_cond_op(cond, c->form);
    } else {
        op = c->value.where == WL_AT_ACC ? WLC_BZA : WLC_BZS;
        if (c->value.where != WL_AT_ACC) {
            s = wl_emit_src(t, c->value.slot, 1, 0);
        }
        op += when != c->inverted ? WLC_BNZA - (uint32_t)WLC_BZA : 0;
        op += label == NULL ? WLC_LBZA - (uint32_t)WLC_BZA : 0;
    }
    wl_emit_op(t, op);
    if (label != NULL) {
        wl_emit_forward(t, label);
    } else {
        wl_emit_backward(t, loop);
    }
    if (c->fused || c->value.where != WL_AT_ACC) {
        wl_emit_word(t, s);
        if (c->fused && c->form == WL_CMP_SI) {
            wl_emit_word(t, c->words[1]);
        }
    }
}

/* ---- Branches ---- */

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
        wl_entry_t *e = wl_operand_pop(t, 1);
        wl_operand_settle(t, e);
        if (e->where != WL_AT_ACC) {
            wl_emit_load_acc(t, wl_operand_to_slot(t, e));
        }
        slots = 0;
    } else {
        wl_operand_flush(t, f->n_results);
    }
    emit_return_slots(t, slots);
}

void wl_tr_return(wl_translator_t *t) {
    const wl_ctrl_t *f = t->v->ctrls;
    uint32_t ret = t->ret_slot * WL_SLOT_BYTES;
    if (t->ret_slot >= WL_NEAR_SLOTS) {
        emit_far_return(t, f);
    } else if (f->n_results == 0) {
        wl_emit1(t, WLC_RET0, ret);
    } else if (f->result_slots == 1) {
        wl_entry_t *e = wl_operand_pop(t, 1);
        wl_operand_settle(t, e);
        if (e->where == WL_AT_SLOT) {
            uint32_t s = wl_emit_src(t, e->slot, 1, 0);
            wl_emit1(t, WLC_RETS, s | ret << 8);
            return;
        }
        if (e->where == WL_AT_CONST) {
            wl_emit_acc_const(t, e->value);
        }
        wl_emit1(t, WLC_RETA, ret);
    } else if (f->n_results == 1) {
        uint32_t slot = wl_operand_any_slot(t, wl_operand_pop(t, 2), 0), s = wl_emit_src(t, slot, 2, 0);
        wl_emit1(t, WLC_RET64, s | ret << 8);
    } else {
        wl_operand_flush(t, f->n_results);
        emit_return_slots(t, f->result_slots);
    }
}

void wl_tr_unreachable(wl_translator_t *t) {
    wl_emit_op(t, WLC_UNREACHABLE);
}

void wl_tr_br(wl_translator_t *t, uint32_t depth) {
    wl_ctrl_t *c = target(t, depth);
    if (is_function(t, c)) {
        wl_tr_return(t);
        return;
    }
    uint32_t slots, n = label_arity(c, &slots);
    if (n == 1 && slots == 1) {
        wl_operand_move_to(t, wl_operand_pop(t, 1), c->base);
    } else if (n > 0) {
        wl_operand_flush(t, n);
        move_down(t, c->base, slots);
    }
    jump(t, c);
}

void wl_tr_br_if(wl_translator_t *t, uint32_t depth) {
    wl_ctrl_t *c = target(t, depth);
    uint32_t slots, n = label_arity(c, &slots);
    take_condition(t, n);
    if (n > 0) {
        wl_operand_flush(t, n);
    }
    if (n == 0 || t->height - slots == c->base) {
        branch(t, true, c->op == WL_WASM_LOOP ? NULL : &c->label, c->label);
        return;
    }
    uint16_t skip = WL_NO_POS;
    branch(t, false, &skip, 0);
    move_down(t, c->base, slots);
    jump(t, c);
    wl_emit_bind(t, &skip);
}

void wl_tr_br_table(wl_translator_t *t, uint32_t labels, uint32_t count) {
    wl_reader_t r = t->v->r;
    wl_reader_init(&r, r.bytes, labels, r.end);
    wl_entry_t *index = wl_operand_pop(t, 1);
    wl_operand_settle(t, index);
    uint32_t slots, n = label_arity(target(t, wl_read_u32(&r)), &slots);
    if (n > 0) {
        if (index->where == WL_AT_ACC && wl_operand_flush_needs_acc(t, n)) {
            wl_operand_to_slot(t, index);
        }
        wl_operand_flush(t, n);
    }
    if (index->where == WL_AT_CONST) {
        wl_operand_to_slot(t, index);
    }
    if (index->where == WL_AT_ACC) {
        wl_emit_op(t, WLC_BRTA);
    } else {
        uint32_t s = wl_emit_src(t, index->slot, 1, 0);
        wl_emit1(t, WLC_BRTS, s);
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
    if (c->op == WL_WASM_IF) {
        take_condition(t, t->depth - 1);
    }
    wl_operand_flush_all(t);
    c->base = (uint16_t)(t->height - c->param_slots);
    c->label = c->else_label = WL_NO_POS;
    if (c->op == WL_WASM_IF) {
        branch(t, false, &c->else_label, 0);
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
        wl_operand_flush(t, c->n_results);
        wl_emit_op(t, WLC_BR);
        wl_emit_forward(t, &c->label);
    }
    wl_emit_bind(t, &c->else_label);
    wl_operand_reset(t, c->height, c->base, c->params, c->n_params);
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
            wl_operand_flush(t, c->n_results);
        }
        wl_emit_bind(t, &c->else_label);
        wl_emit_bind(t, &c->label);
        wl_operand_reset(t, c->height, c->base, c->results, c->n_results);
    } else if (!live) {
        wl_operand_reset(t, c->height, c->base, c->results, c->n_results);
    }
    if (function && (live || reached)) {
        wl_tr_return(t);
    } else if (!function && !live && !reached) {
        /* What follows cannot be reached, though validation may not know: it is translated. */
        wl_emit_label(t);
    }
}

/* ---- Calls ---- */

static void push_results(wl_translator_t *t, const wl_functype_t *type) {
    wl_emit_label(t);
    if (type->n_results == 1 && type->result_slots == 1) {
        wl_operand_push_acc(t);
        return;
    }
    for (uint32_t i = 0; i < type->n_results; i++) {
        wl_operand_push(t, WL_AT_HOME, wl_type_slots(type->results[i]));
    }
}

static void pop_params(wl_translator_t *t, const wl_functype_t *type) {
    for (uint32_t i = type->n_params; i-- > 0;) {
        wl_operand_pop(t, wl_type_slots(type->params[i]));
    }
}

void wl_tr_call(wl_translator_t *t, uint32_t func_index, bool tail) {
    const wl_module_t *m = t->instance->module;
    const wl_functype_t *type = &m->types[m->func_types[func_index]];
    bool own = func_index >= m->n_imported_funcs;
    wl_operand_flush_all(t);
    pop_params(t, type);
    wl_emit1(t, tail && own ? WLC_TAIL : WLC_CALL, func_index);
    if (tail && own) {
        wl_emit_word(t, 0); /* as long as TAILI, which shares its handler's end */
        wl_emit_word(t, t->ret_slot * WL_SLOT_BYTES);
    }
    wl_emit_word(t, t->height * WL_SLOT_BYTES);
    if (!tail || !own) {
        push_results(t, type);
    }
    if (tail && !own) {
        wl_tr_return(t);
    }
}

void wl_tr_call_indirect(wl_translator_t *t, uint32_t type_index, uint32_t table, bool tail) {
    const wl_functype_t *type = &t->instance->module->types[type_index];
    wl_operand_flush_all(t);
    uint32_t index = wl_operand_pop(t, 1)->home;
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
        wl_tr_return(t);
    }
}
