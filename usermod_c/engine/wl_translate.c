/* SPDX-License-Identifier: MIT
 *
 * One-pass translation of a body to register code, driven by the validator: the frame, the body's
 * header, and the memory that translating takes. What instructions become is in wl_tr_ops.c and
 * wl_tr_control.c, the operand stack in wl_operands.c, the assembler in wl_emit.c.
 */
#include "wl_translate.h"
#include "wl_native.h"

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
    t->last.op = t->previous.op = WLC_COUNT;
    t->acc_depth = -1;
    t->acc_slot = WL_NO_SLOT;
    wl_ctrl_t *c = &v->ctrls[0];
    c->base = t->first_operand;
    c->label = c->else_label = WL_NO_POS;
    for (uint32_t i = 0; i < WL_H_WORDS; i++) {
        wl_emit_word(t, 0);
    }
    move_params(t, type);
    wl_emit_label(t);
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

void *wl_scratch_resize(void *env, void *p, size_t old_size, size_t new_size) {
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
        memset(to, 0, new_size); /* frames have been here, or what was freed */
    }
    return to;
}

void wl_scratch_open(wl_scratch_t *s, const wl_store_t *store) {
    uint32_t *free = store->stack + (store->call != NULL ? wl_call_top(store->call) : 0);
    free += ((uintptr_t)free & 7) / WL_SLOT_BYTES;
    s->fallback = &store->allocator;
    s->end = (uint8_t *)(store->stack + store->stack_slots);
    s->base = s->top = s->peak = free < store->stack + store->stack_slots ? (uint8_t *)free : s->end;
}

/* Leaves the stack zeroed, as it was. */
void wl_scratch_close(wl_scratch_t *s) {
    memset(s->base, 0, (size_t)(s->peak - s->base));
}

static void begin(wl_translator_t *t, wl_instance_t *instance, uint32_t func_index) {
    memset(t, 0, sizeof *t);
    t->instance = instance;
    t->func_index = func_index;
    t->handlers = instance->store->cache.handlers;
}

static void finish(wl_translator_t *t) {
    wl_codecache_t *cache = &t->instance->store->cache;
    write_header(t);
    t->instance->code[t->func_index] = t->code;
    cache->used += t->pos;
    cache->translations++;
}

/* One pass over the body, locating the instruction at word `*pos` when `pos` is not NULL. */
static WL_NOINLINE wl_status_t pass(wl_translator_t *t, const wl_allocator_t *allocator, uint32_t *pos) {
    const wl_module_t *m = t->instance->module;
    wl_validator_t *v = wl_validator_new(m, allocator, t);
    if (v == NULL) {
        return WL_NO_MEMORY;
    }
    if (pos != NULL) {
        t->locating = true;
        t->stop_pos = *pos;
    } else {
        wl_emit_open(t);
    }
    wl_status_t status = wl_validate_body(v, t->func_index - m->n_imported_funcs, &t->error);
    wl_validator_free(v);
    wl_free(allocator, t->local_slots, t->local_cap * sizeof *t->local_slots);
    return status;
}

/* Whether another pass is to be made: with scratch slots because the frame turned out to need them, or
 * into room made for the words that were counted. */
static bool again(wl_translator_t *t, wl_status_t *status) {
    if (t->need_far) {
        begin(t, t->instance, t->func_index);
        t->far_frame = true;
        return true;
    }
    if (*status != WL_OK || t->locating || t->code != NULL) {
        return false;
    }
    *status = wl_codecache_reserve(t->instance->store, t->pos);
    bool far = t->far_frame;
    begin(t, t->instance, t->func_index);
    t->far_frame = far;
    return *status == WL_OK;
}

static wl_status_t run(wl_instance_t *instance, uint32_t func_index, uint32_t *pos) {
    wl_scratch_t scratch;
    const wl_allocator_t allocator = {.resize = wl_scratch_resize, .env = &scratch};
    wl_scratch_open(&scratch, instance->store);
    wl_translator_t *t = wl_alloc(&allocator, sizeof *t);
    wl_status_t status = WL_NO_MEMORY;
    if (t != NULL) {
        begin(t, instance, func_index);
        do {
            status = pass(t, &allocator, pos);
        } while (again(t, &status));
        if (pos != NULL) {
            *pos = t->stop_offset;
        } else if (status == WL_OK) {
            finish(t);
        }
        wl_free(&allocator, t, sizeof *t);
    }
    wl_scratch_close(&scratch);
    return status;
}

#if WL_ENABLE_NATIVE
const wl_sink_t wl_translator_sink = {
    wl_tr_begin,
    wl_tr_simple,
    wl_tr_const,
    wl_tr_local_get,
    wl_tr_local_set,
    wl_tr_global,
    wl_tr_drop,
    wl_tr_select,
    wl_tr_block,
    wl_tr_dead_block,
    wl_tr_else,
    wl_tr_end,
    wl_tr_br,
    wl_tr_br_if,
    wl_tr_br_table,
    wl_tr_return,
    wl_tr_unreachable,
    wl_tr_call,
    wl_tr_call_indirect,
    wl_tr_misc,
};
#endif

wl_status_t wl_translate(wl_instance_t *instance, uint32_t func_index) {
#if WL_ENABLE_NATIVE
    if (instance->store->cache.native_size > 0 && wl_native_compile(instance, func_index)) {
        return WL_OK;
    }
#endif
    return run(instance, func_index, NULL);
}

uint32_t wl_translate_locate(wl_instance_t *instance, uint32_t func_index, uint32_t pos) {
#if WL_ENABLE_NATIVE
    if (wl_codecache_is_native(instance->store, instance->code[func_index])) {
        return wl_native_locate(instance, func_index, pos);
    }
#endif
    return run(instance, func_index, &pos) == WL_NO_MEMORY ? 0 : pos;
}
