/* SPDX-License-Identifier: MIT
 *
 * Compiling a body to machine code: the counting pass, the frame, the pass that writes, and the region
 * that code stands in. A body that has no room there, or that uses what is left out, is refused, and the
 * interpreter has it. Nothing in the region moves or goes while the store lives.
 */
#include "wl_native.h"

#if WL_ENABLE_NATIVE

#define SELF(t) ((wl_native_t *)(void *)(t))
#define MAX_WORDS 0x7ff0u
#define ZERO_LOOP_SLOTS 6u /* so many locals are zeroed one by one, more by a function */
#define LEAST_LIMIT_WEIGHT 32u /* so many accesses to memory are worth a register for its limit */
#define BLOCK_SHARE 16u /* of so many bytes of a body one is thought to begin a block; more are far */

void wl_native_fail(wl_native_t *n) {
    n->failed = true;
    n->code = NULL; /* nothing more is written, and the walk ends */
    wl_reader_fail(&n->v->r, WL_OVER_BODY, n->v->op_pos);
}

void wl_native_too_far(wl_native_t *n, uint8_t form) {
    n->retry = form;
    wl_native_fail(n);
}

bool wl_native_fixed_memory(const wl_native_t *n) {
    const wl_memory_t *m = n->instance->memories[0];
    return m == NULL || n->instance->memory_floor == m->reserve;
}

void wl_native_step(wl_native_t *n) {
    n->pinned = 0;
    if (WL_UNLIKELY(n->locating)) {
        if (n->pos > n->stop_pos) {
            n->located = true; /* the instruction before this one was it */
        }
        if (!n->located) {
            n->found = n->v->op_pos;
        }
    }
    wl_be_step(n);
    if (n->pos >= MAX_WORDS) {
        wl_native_fail(n);
    }
}

/* ---- Counting: how often locals are used, what loops cost ---- */

static uint16_t cost_word(uint32_t cost) {
    return (uint16_t)(cost < 0xffff ? cost : 0xffff);
}

/* While counting, a block's label tells it from all others; 0 for those that came too late. */
static uint16_t new_identity(wl_native_t *n) {
    n->identities += n->identities < UINT16_MAX;
    return (uint16_t)(n->identities < UINT16_MAX ? n->identities : 0);
}

static void count_begin(struct wl_translator *t, wl_validator_t *v) {
    wl_native_t *n = SELF(t);
    n->v = v;
    v->ctrls[0].label = new_identity(n);
    n->n_locals = v->n_locals;
    n->blocks_cap = (v->r.end - v->r.pos) / BLOCK_SHARE;
    n->blocks = n->blocks_cap > 0 ? wl_alloc(n->allocator, n->blocks_cap) : NULL;
    n->blocks_cap = n->blocks != NULL ? n->blocks_cap : 0;
    if (v->n_locals == 0) {
        return;
    }
    n->weights = wl_alloc(n->allocator, n->n_locals * sizeof *n->weights);
    n->local_slots = wl_alloc(n->allocator, n->n_locals * sizeof *n->local_slots);
    n->local_places = wl_alloc(n->allocator, n->n_locals);
    if (n->weights == NULL || n->local_slots == NULL || n->local_places == NULL) {
        wl_native_fail(n);
    }
}

static uint32_t weight_here(const wl_native_t *n) {
    static const uint16_t weights[] = {1, 8, 64, 512};
    return weights[n->loop_depth < 3 ? n->loop_depth : 3];
}

/* While counting, a local's place says whether it is assigned, and how deep the block was whose beginning
 * of its life is: where it is assigned before anything reads it. As long as that block lasts, the zero that
 * the local has at first is never seen. */
enum { ASSIGNED = 1,
       BORN = 2,
       DEPTH_SHIFT = 2,
       DEPTH_END = 64 };
#define ZEROED 0x8000u /* of a weight: the zero is seen */

static void note_birth(wl_native_t *n, uint32_t local, bool set) {
    const wl_validator_t *v = n->v;
    uint32_t place = n->local_places[local], depth = place >> DEPTH_SHIFT;
    if (!(place & BORN)) {
        depth = v->n_ctrls - 1;
        set = set && depth < DEPTH_END && v->ctrls[depth].label != 0;
        n->local_places[local] = (uint8_t)(place | BORN | (set ? depth << DEPTH_SHIFT : 0));
        n->local_slots[local] = v->ctrls[depth].label;
        n->weights[local] |= set ? 0 : ZEROED;
    } else if (depth >= v->n_ctrls || v->ctrls[depth].label != n->local_slots[local]) {
        n->weights[local] |= ZEROED;
    }
}

static void count_local(wl_native_t *n, uint32_t local, bool set) {
    uint32_t weight = (n->weights[local] & ~ZEROED) + weight_here(n);
    n->weights[local] = (uint16_t)((weight < ZEROED ? weight : ZEROED - 1) | (n->weights[local] & ZEROED));
    note_birth(n, local, set);
}

/* Follows local.get, i32.const and i32.add in a row; true for the step that comes next. */
enum { SUM_LOCAL = 1,
       SUM_CONST,
       SUM_WHOLE };
static bool sum_step(wl_native_t *n, uint32_t step) {
    bool follows = n->sum == step - 1 && n->sum_pos == n->v->op_pos;
    n->sum = follows || step == SUM_LOCAL ? step : 0;
    n->sum_pos = n->v->r.pos;
    return follows;
}

static void count_const(struct wl_translator *t, uint64_t value, uint32_t slots) {
    (void)slots;
    if (value % 4 == 0) {
        sum_step(SELF(t), SUM_CONST);
    }
}

static void count_simple(struct wl_translator *t, uint32_t op, uint32_t offset) {
    wl_native_t *n = SELF(t);
    (void)offset;
    if (op == WL_WASM_I32_ADD) {
        sum_step(n, SUM_WHOLE);
    }
    n->access_weight += wl_native_access_log2(op) != WL_NO_INDEX ? weight_here(n) : 0;
}

static void count_local_get(struct wl_translator *t, uint32_t index) {
    sum_step(SELF(t), SUM_LOCAL);
    SELF(t)->sum_local = index;
    count_local(SELF(t), index, false);
}

static void count_local_set(struct wl_translator *t, uint32_t index, bool tee) {
    wl_native_t *n = SELF(t);
    (void)tee;
    count_local(n, index, true);
    n->local_places[index] |= ASSIGNED;
    bool sum = sum_step(n, SUM_WHOLE + 1) && n->sum_local == index;
    for (uint32_t i = n->this_loop; i != 0 && index < 32; i = n->loops[i - 1].outer) {
        n->loops[i - 1].assigned |= 1u << index;
        n->loops[i - 1].moved |= sum ? 0 : 1u << index;
    }
}

static void count_dead_block(struct wl_translator *t, wl_ctrl_t *c) {
    if (c->op == WL_WASM_LOOP) {
        c->outer_cost = SELF(t)->v->cost;
        SELF(t)->v->cost = 0;
    }
}

static void count_block(struct wl_translator *t, wl_ctrl_t *c) {
    wl_native_t *n = SELF(t);
    c->label = new_identity(n);
    if (c->op != WL_WASM_LOOP) {
        c->cost_pos = (uint16_t)(n->n_blocks < n->blocks_cap ? n->n_blocks++ : UINT16_MAX);
        c->outer_cost = n->v->op_pos;
        return;
    }
    count_dead_block(t, c);
    if (n->n_loops == n->loops_cap) {
        uint32_t cap = n->loops_cap + WL_N_LOOPS_STEP;
        wl_nloop_t *p = wl_resize(n->allocator, n->loops, n->loops_cap * sizeof *p, cap * sizeof *p);
        if (p == NULL || cap > UINT16_MAX) {
            wl_native_fail(n);
            return;
        }
        n->loops = p;
        n->loops_cap = cap;
    }
    n->loops[n->n_loops] = (wl_nloop_t){.outer = (uint16_t)n->this_loop};
    n->this_loop = ++n->n_loops;
    c->cost_pos = (uint16_t)n->this_loop;
    n->loop_depth++;
    n->fuel_weight += weight_here(n);
}

static void count_else(struct wl_translator *t, wl_ctrl_t *c, bool live) {
    (void)live;
    c->label = new_identity(SELF(t));
}

static void count_end(struct wl_translator *t, wl_ctrl_t *c, bool live) {
    wl_native_t *n = SELF(t);
    (void)live;
    if (c->op != WL_WASM_LOOP) {
        uint32_t units = (n->v->op_pos - c->outer_cost) / WL_N_BLOCK_UNIT + 1;
        bool block = !c->dead && c != n->v->ctrls;
        if (block && c->cost_pos < n->n_blocks) {
            n->blocks[c->cost_pos] = (uint8_t)(units < 0xff ? units : 0xff);
        }
        n->form |= block && units > WL_BE_MIDDLE_REACH / WL_N_BLOCK_UNIT ? WL_N_FAR : 0;
        n->cost = cost_word(n->v->cost); /* the function's own, when this is its end */
        return;
    }
    if (!c->dead) {
        wl_nloop_t *loop = &n->loops[c->cost_pos - 1];
        loop->cost = cost_word(n->v->cost);
        n->this_loop = loop->outer;
        n->loop_depth--;
    }
    n->v->cost = c->outer_cost;
}

static void count_call(struct wl_translator *t, uint32_t func_index, bool tail) {
    (void)func_index;
    SELF(t)->n_calls++;
    SELF(t)->call_weight += weight_here(SELF(t));
    if (tail) {
        wl_native_fail(SELF(t));
    }
}

static void count_call_indirect(struct wl_translator *t, uint32_t type, uint32_t table, bool tail) {
    count_call(t, 0, tail);
    if (table >= WL_SITE_TABLES || type >> WL_SITE_TYPE_BITS != 0) {
        wl_native_fail(SELF(t));
    }
}

/* What the counting pass has no use for. */
static void skip(struct wl_translator *t) { (void)t; }
static void skip_simple(struct wl_translator *t, uint32_t a, uint32_t b) { (void)t, (void)a, (void)b; }
static void skip_global(struct wl_translator *t, uint32_t a, uint8_t b, bool c) { (void)t, (void)a, (void)b, (void)c; }
static void skip_number(struct wl_translator *t, uint32_t a) { (void)t, (void)a; }
static void skip_misc(struct wl_translator *t, uint32_t a, uint32_t b, bool c, uint32_t d, uint32_t e) {
    (void)t, (void)a, (void)b, (void)c, (void)d, (void)e;
}

static const wl_sink_t counting = {
    .on_begin = count_begin,
    .on_simple = count_simple,
    .on_const = count_const,
    .on_local_get = count_local_get,
    .on_local_set = count_local_set,
    .on_global = skip_global,
    .on_drop = skip_number,
    .on_select = skip_number,
    .on_block = count_block,
    .on_dead_block = count_dead_block,
    .on_else = count_else,
    .on_end = count_end,
    .on_br = skip_number,
    .on_br_if = skip_number,
    .on_br_table = skip_simple,
    .on_return = skip,
    .on_unreachable = skip,
    .on_call = count_call,
    .on_call_indirect = count_call_indirect,
    .on_misc = skip_misc,
};

/* ---- The frame ---- */

static void layout_frame(wl_native_t *n, const wl_functype_t *type) {
    const wl_validator_t *v = n->v;
    uint32_t slot = 0;
    for (uint32_t i = 0; i < n->n_locals && slot <= WL_BE_FRAME_SLOTS; i++) {
        slot += i == type->n_params ? 1 : 0;
        n->local_slots[i] = (uint16_t)slot;
        slot += wl_type_slots(v->locals[i]);
    }
    slot += type->n_params == n->n_locals ? 1 : 0;
    n->ret_slot = type->param_slots;
    n->first_operand = (uint16_t)slot;
    n->height = slot;
    n->max_height = type->result_slots > slot ? type->result_slots : slot;
    if (n->max_height > WL_BE_FRAME_SLOTS) {
        wl_native_fail(n);
    }
}

/* Whether fuel stays where it is passed, in the register of a local that would be used so much: charging a loop takes
 * two instructions less then, and a call and the body itself two that move it. Around a call the local would have
 * to be stored and loaded. */
static bool fuel_is_better(const wl_native_t *n, uint32_t weight) {
    return WL_ENABLE_FUEL && n->reg_locals == WL_BE_FUEL_PLACE && n->fuel_weight + 3 * n->call_weight + 1 > weight;
}

/* The locals used most get the registers there are; fuel and the memory's limit may get some, too. */
static void choose_locals(wl_native_t *n) {
    uint32_t count = wl_be_local_count(n), assigned = 0;
    for (uint32_t i = 0; i < n->n_locals; i++) {
        assigned |= (n->local_places[i] & ASSIGNED) && i < 32 ? 1u << i : 0;
    }
    memset(n->local_places, WL_N_NO_PLACE, n->n_locals);
    for (n->reg_locals = 0; n->reg_locals < count; n->reg_locals++) {
        uint32_t best = WL_NO_INDEX, weight = WL_BE_LEAST_WEIGHT(n->reg_locals) - 1;
        for (uint32_t i = 0; i < n->n_locals; i++) {
            uint32_t other = n->weights[i] & ~ZEROED;
            if (other > weight && n->local_places[i] == WL_N_NO_PLACE && wl_type_slots(n->v->locals[i]) == 1) {
                best = i;
                weight = other;
            }
        }
        n->low_fuel = fuel_is_better(n, best == WL_NO_INDEX ? 0 : weight);
        if (best == WL_NO_INDEX || n->low_fuel) {
            break;
        }
        n->local_places[best] = n->reg_locals;
        n->local_of[n->reg_locals] = (uint16_t)best;
        n->assigned |= best >= 32 || (assigned >> best & 1) ? 1u << n->reg_locals : 0;
    }
    n->has_limit = n->reg_locals < WL_BE_LOCALS && n->access_weight >= LEAST_LIMIT_WEIGHT && wl_be_limit_fits(n);
    n->locals_mask = ((1u << n->reg_locals) - 1) | (n->has_limit ? 1u << (WL_BE_LOCALS - 1) : 0);
}

/* Locals that are not parameters are zero, where that can be seen. */
static void clear_locals(wl_native_t *n, const wl_functype_t *type) {
    uint32_t first = n->ret_slot + 1u, zeroed = 0, reg = WL_BE_RESULT;
    for (uint32_t i = type->n_params; i < n->n_locals; i++) {
        zeroed += n->weights[i] & ZEROED ? wl_type_slots(n->v->locals[i]) : 0;
    }
    bool all = zeroed > ZERO_LOOP_SLOTS;
    if (all) {
        wl_be_helper_prepare(n, (wl_helper_t)memset);
        wl_be_slot_address(n, WL_BE_ARGS, first);
        wl_be_const(n, WL_BE_ARGS + 1, 0);
        wl_be_const(n, WL_BE_ARGS + 2, (n->first_operand - first) * WL_SLOT_BYTES);
        wl_be_helper_call(n);
    }
    bool zero = false;
    for (uint32_t i = type->n_params; i < n->n_locals; i++) {
        uint32_t slots = wl_type_slots(n->v->locals[i]), place = n->local_places[i];
        if (!(n->weights[i] & ZEROED)) {
            continue;
        }
        if (place != WL_N_NO_PLACE) {
            wl_be_const(n, wl_be_locals[place], 0);
            n->valid |= 1u << place;
            n->dirty |= all ? 0 : 1u << place;
            continue;
        }
        for (uint32_t k = 0; k < slots && !all; k++) {
            if (!zero) {
                wl_be_const(n, reg, 0);
                zero = true;
            }
            wl_be_store_slot(n, reg, n->local_slots[i] + k);
        }
    }
}

static void write_begin(struct wl_translator *t, wl_validator_t *v) {
    wl_native_t *n = SELF(t);
    const wl_functype_t *type = &v->module->types[v->module->func_types[v->func_index]];
    n->v = v;
    n->found = v->op_pos;
    v->ctrls[0].label = v->ctrls[0].else_label = 0;
    layout_frame(n, type);
    v->ctrls[0].base = n->first_operand;
    choose_locals(n);
    n->pos = WL_N_WORDS;
    wl_be_entry(n);
    n->start = n->pos;
    clear_locals(n, type);
}

static void write_dead_block(struct wl_translator *t, wl_ctrl_t *c) {
    (void)t, (void)c;
}

const wl_sink_t wl_native_sink = {
    .on_begin = write_begin,
    .on_simple = wl_native_simple,
    .on_const = wl_native_const,
    .on_local_get = wl_native_local_get,
    .on_local_set = wl_native_local_set,
    .on_global = wl_native_global,
    .on_drop = wl_native_drop,
    .on_select = wl_native_select,
    .on_block = wl_native_block,
    .on_dead_block = write_dead_block,
    .on_else = wl_native_else,
    .on_end = wl_native_end,
    .on_br = wl_native_br,
    .on_br_if = wl_native_br_if,
    .on_br_table = wl_native_br_table,
    .on_return = wl_native_return,
    .on_unreachable = wl_native_unreachable,
    .on_call = wl_native_call,
    .on_call_indirect = wl_native_call_indirect,
    .on_misc = wl_native_misc,
};

/* ---- Passes ---- */

static bool walk(wl_native_t *n, wl_validator_t *v, const wl_sink_t *sink) {
    wl_error_t error;
    v->sink = sink;
    return wl_validate_body(v, n->func_index - v->module->n_imported_funcs, &error) == WL_OK && !n->failed;
}

static void free_arrays(wl_native_t *n) {
    wl_free(n->allocator, n->sites, n->sites == NULL ? 0 : n->n_calls * sizeof *n->sites);
    wl_free(n->allocator, n->loops, n->loops_cap * sizeof *n->loops);
    wl_free(n->allocator, n->blocks, n->blocks_cap);
    wl_free(n->allocator, n->local_places, n->local_places == NULL ? 0 : n->n_locals);
    wl_free(n->allocator, n->local_slots, n->local_slots == NULL ? 0 : n->n_locals * sizeof *n->local_slots);
    wl_free(n->allocator, n->weights, n->weights == NULL ? 0 : n->n_locals * sizeof *n->weights);
}

/* Both passes over a body; `n` says where code goes. */
static WL_NOINLINE bool passes(wl_native_t *n) {
    wl_validator_t *v = wl_validator_new(n->instance->module, n->allocator, (struct wl_translator *)(void *)n);
    bool done = v != NULL && walk(n, v, &counting);
    n->this_loop = 0;
    if (done && n->n_calls > 0) {
        n->sites = wl_alloc(n->allocator, n->n_calls * sizeof *n->sites);
        done = n->sites != NULL;
    }
    if (done && walk(n, v, &wl_native_sink)) {
        wl_be_finish(n);
    }
    done = done && !n->failed;
    if (v != NULL) {
        wl_validator_free(v);
    }
    return done;
}

static void begin(wl_native_t *n, wl_instance_t *instance, uint32_t func_index, const wl_allocator_t *allocator) {
    memset(n, 0, sizeof *n);
    n->instance = instance;
    n->func_index = func_index;
    n->allocator = allocator;
    n->portable = instance->store->config.portable && wl_native_anchored(instance);
}

/* ---- The region ---- */

static uint32_t position(const wl_store_t *store, const uint16_t *h) {
    return (uint32_t)(h - (store->cache.words + store->cache.native_start));
}

uint32_t wl_native_callee(const wl_native_t *n, uint32_t func_index) {
    const wl_store_t *store = n->instance->store;
    const uint16_t *h = n->instance->code[func_index];
    if (func_index == n->func_index) {
        return n->base + n->entry;
    }
    return h != NULL && wl_native_in_region(store, h) ? position(store, h) + WL_N_ENTRY(h) : 0;
}

/* Writes what stands around the code. */
static bool finish(wl_native_t *n) {
    wl_codecache_t *c = &n->instance->store->cache;
    uint32_t words = ((n->pos + 1) & ~1u) + n->n_sites * WL_SITE_WORDS;
    if (words > n->limit || words > MAX_WORDS || n->entry - WL_N_WORDS > 0x3f || n->start - n->entry > 0x3f) {
        return false;
    }
    uint16_t *h = n->code, *site = h + ((n->pos + 1) & ~1u);
    wl_be_frame(n, n->max_height * WL_SLOT_BYTES);
    memset(h, 0, WL_N_WORDS * sizeof *h);
    h[WL_H_SIZE] = (uint16_t)words;
    h[WL_H_INST] = n->instance->index;
    h[WL_H_FUNC] = (uint16_t)n->func_index;
    h[WL_H_COST] = (uint16_t)n->cost;
    h[WL_H_FRAME] = (uint16_t)(n->max_height * WL_SLOT_BYTES);
    h[WL_H_RET] = (uint16_t)(n->ret_slot * WL_SLOT_BYTES);
    h[WL_N_OP] = wl_handler_word(&c->handlers, WLC_NATIVE);
    h[WL_N_SITES] = (uint16_t)(site - h);
    h[WL_N_STARTS] = (uint16_t)(n->form | (n->spill != 0 ? WL_N_RELOADS : 0) | (n->low_fuel ? WL_N_LOW_FUEL : 0) |
                                (n->entry - WL_N_WORDS) << 4 | (n->start - n->entry) << 10);
    for (uint32_t i = 0; i < n->n_sites; i++, site += WL_SITE_WORDS) {
        site[WL_SITE_DISTANCE] = n->sites[i].distance;
        site[WL_SITE_BACK] = h[WL_N_OP];
        site[WL_SITE_TARGET] = n->sites[i].target;
        site[WL_SITE_CALLEE] = n->sites[i].callee;
    }
    wl_be_sync(h, words * 2u);
    c->native_used += words;
    c->native_functions++;
    n->instance->code[n->func_index] = h;
    return true;
}

bool wl_native_compile(wl_instance_t *instance, uint32_t func_index) {
    wl_codecache_t *c = &instance->store->cache;
    wl_scratch_t scratch;
    const wl_allocator_t allocator = {.resize = wl_scratch_resize, .env = &scratch};
    wl_scratch_open(&scratch, instance->store);
    wl_native_t *n = wl_alloc(&allocator, sizeof *n);
    bool done = false;
    uint8_t *free = scratch.top;
    uint8_t form = 0, retry = n != NULL;
    while (retry != 0) {
        begin(n, instance, func_index, &allocator);
        n->form = form;
        n->base = c->native_used;
        n->code = c->words + c->native_start + c->native_used;
        n->limit = c->native_size - c->native_used;
        done = passes(n) && finish(n);
        free_arrays(n);
        scratch.top = free;
        retry = done ? 0 : n->retry & (uint8_t)~form;
        form |= retry;
    }
    c->native_refused += !done;
    uint32_t used = (uint32_t)(scratch.peak - scratch.base);
    c->native_scratch = used > c->native_scratch ? used : c->native_scratch;
    if (n != NULL) {
        wl_free(&allocator, n, sizeof *n);
    }
    wl_scratch_close(&scratch);
    return done;
}

/* The word in the code that a position means: a call for one of the records behind it. */
static uint32_t code_word(const uint16_t *h, uint32_t pos) {
    if (pos < WL_N_WORDS) {
        return WL_N_START(h);
    }
    if (pos >= h[WL_N_SITES]) {
        pos -= (pos - h[WL_N_SITES]) % WL_SITE_WORDS;
        return h[pos + WL_SITE_TARGET] - 1u;
    }
    return pos;
}

uint32_t wl_native_locate(wl_instance_t *instance, uint32_t func_index, uint32_t pos) {
    const uint16_t *h = instance->code[func_index];
    wl_scratch_t scratch;
    const wl_allocator_t allocator = {.resize = wl_scratch_resize, .env = &scratch};
    wl_scratch_open(&scratch, instance->store);
    wl_native_t *n = wl_alloc(&allocator, sizeof *n);
    uint32_t found = 0;
    if (n != NULL) {
        begin(n, instance, func_index, &allocator);
        n->form = h[WL_N_STARTS] & WL_N_FORM;
        const wl_codecache_t *c = &instance->store->cache;
        n->base = wl_native_in_region(instance->store, h) ? position(instance->store, h) : (uint32_t)(h - c->image);
        n->limit = MAX_WORDS;
        n->locating = true;
        n->stop_pos = code_word(h, pos);
        passes(n);
        free_arrays(n);
        found = n->found;
        wl_free(&allocator, n, sizeof *n);
    }
    wl_scratch_close(&scratch);
    return found;
}

#endif
