/* SPDX-License-Identifier: MIT
 *
 * Calls: the loop around the interpreter that does what it comes back for (translation, host
 * functions, calls between instances, fuel), stopping and resuming, backtraces.
 */
#include "wl_native.h"

/* Translating is work that no fuel pays for; a slice pays, so that slices keep their length. */
#define CREDIT_PER_WORD 8

enum { XFRAME_INSTANCE,
       XFRAME_BACK,
       XFRAME_RESULTS };

void wl_ctx_enter(wl_ctx_t *ctx, wl_instance_t *instance) {
    ctx->instance = instance;
    ctx->code = (const uint16_t *const *)instance->code;
    ctx->globals = instance->globals;
    const wl_memory_t *memory = instance->memories[0];
    ctx->mem = memory != NULL ? memory->data : NULL;
    ctx->lim4 = (memory != NULL ? memory->bytes : 0) - 4;
}

static uint32_t type_slots(const wl_functype_t *type) {
    return type->param_slots > type->result_slots ? type->param_slots : type->result_slots;
}

static bool returns_in_acc(const wl_functype_t *type) {
    return type->n_results == 1 && type->result_slots == 1;
}

/* ---- State ---- */

static void save(wl_call_t *call) {
    const wl_ctx_t *ctx = &call->store->ctx;
    call->instance = ctx->instance;
    call->ip = (uint32_t)(ctx->ip - ctx->words);
    call->fp = (uint32_t)(ctx->fp - call->store->stack);
    call->acc = ctx->acc;
}

static void load(const wl_call_t *call) {
    wl_ctx_t *ctx = &call->store->ctx;
    ctx->ip = ctx->words + call->ip;
    ctx->fp = call->store->stack + call->fp;
    ctx->acc = call->acc;
    wl_ctx_enter(ctx, call->instance);
}

uint32_t wl_call_top(const wl_call_t *call) {
    wl_walk_t w;
    if (wl_frame_first(call, &w)) {
        const uint16_t *h = wl_codecache_find(call->store, w.ip);
        return call->fp + h[WL_H_FRAME] / WL_SLOT_BYTES;
    }
    return call->base + type_slots(call->type);
}

wl_status_t wl_call_begin(wl_call_t *call, wl_store_t *store, wl_func_t func, const uint32_t *args) {
    const wl_functype_t *type = wl_func_type(store, func);
    call->store = NULL;
    call->instance = NULL;
    call->ip = 0; /* in no body */
    call->fp = 0;
    call->host = 0;
    call->state = WL_CALL_READY;
    call->error.status = WL_OK;
    call->error.offset = 0;
    call->error.func_index = WL_NO_INDEX;
    if (type == NULL) {
        return WL_BAD_ARGUMENT;
    }
    call->store = store;
    call->func = func;
    call->type = type;
    call->base = store->call != NULL ? wl_call_top(store->call) : 0;
    if (call->base > store->stack_slots || type_slots(type) > store->stack_slots - call->base) {
        return WL_TRAP_STACK;
    }
    if (type->param_slots > 0) {
        memcpy(store->stack + call->base, args, type->param_slots * WL_SLOT_BYTES);
    }
    call->previous = store->call;
    store->call = call;
    return WL_OK;
}

void wl_call_end(wl_call_t *call) {
    if (call->store != NULL && call->store->call == call) {
        call->store->call = call->previous;
    }
}

const uint32_t *wl_call_results(const wl_call_t *call) {
    return call->store->stack + call->base;
}

static wl_status_t trapped(wl_call_t *call, wl_status_t status) {
    wl_frame_t frame;
    if (call->state == WL_CALL_READY) {
        wl_func_origin(call->store, call->func, &call->instance, &call->error.func_index);
    } else if (wl_call_backtrace(call, &frame, 1) == 1) {
        call->error.func_index = frame.func_index;
        call->error.offset = frame.offset;
    }
    call->error.status = status;
    call->state = call->state == WL_CALL_READY ? WL_CALL_DONE : WL_CALL_TRAPPED;
    return status;
}

/* ---- Entering functions ---- */

/* Makes sure that a function has code. */
static wl_status_t have_code(wl_store_t *store, wl_instance_t *instance, uint32_t func_index) {
    if (instance->code[func_index] != NULL) {
        return WL_OK;
    }
    wl_status_t status = wl_translate(instance, func_index);
    if (status == WL_OK) {
        store->credit -= (int64_t)instance->code[func_index][WL_H_SIZE] * CREDIT_PER_WORD;
    }
    return status;
}

/* Puts a frame for the function at `fp`, where its parameters are, and goes to its start. */
static wl_status_t enter(wl_ctx_t *ctx, wl_instance_t *instance, uint32_t func_index, uint32_t *fp, uint32_t stub) {
    const uint16_t *h = instance->code[func_index];
    if ((uint32_t)(ctx->stack_end - fp) * WL_SLOT_BYTES < h[WL_H_FRAME]) {
        return WL_TRAP_STACK;
    }
    uint32_t *p = fp + h[WL_H_RET] / WL_SLOT_BYTES;
    *p = WL_PACK(ctx, ctx->words + stub);
    if (h[WL_H_ZERO] != 0) {
        memset(p + 1, 0, h[WL_H_ZERO] * WL_SLOT_BYTES);
    }
    wl_ctx_enter(ctx, instance);
    ctx->fp = fp;
    ctx->ip = h + WL_H_WORDS;
    if (WL_ENABLE_FUEL) {
        ctx->fuel -= h[WL_H_COST];
    }
    return WL_OK;
}

static void settle(wl_store_t *store, int64_t used) {
    store->fuel_used += (uint64_t)used;
    store->credit -= used;
    if (store->fuel != INT64_MAX) {
        store->fuel -= used;
    }
}

/* Calls a function of another instance: a record of the way back goes below the parameters. */
static wl_status_t call_foreign(wl_call_t *call, wl_func_t func, uint32_t *args, const uint16_t *back) {
    wl_store_t *store = call->store;
    wl_ctx_t *ctx = &store->ctx;
    uint32_t index = 0;
    wl_instance_t *callee = wl_func_instance(store, func, &index);
    const wl_functype_t *type = &callee->module->types[callee->module->func_types[index]];
    if ((uint32_t)(ctx->stack_end - args) < WL_XFRAME_SLOTS + type_slots(type)) {
        return WL_TRAP_STACK;
    }
    uint32_t saved[WL_XFRAME_SLOTS];
    saved[XFRAME_INSTANCE] = ctx->instance->index;
    saved[XFRAME_BACK] = WL_PACK(ctx, back);
    saved[XFRAME_RESULTS] = type->result_slots;
    if (callee->code[index][WL_H_FRAME] > (uint32_t)(ctx->stack_end - args - WL_XFRAME_SLOTS) * WL_SLOT_BYTES) {
        return WL_TRAP_STACK;
    }
    memmove(args + WL_XFRAME_SLOTS, args, type->param_slots * WL_SLOT_BYTES);
    memcpy(args, saved, sizeof saved);
    return enter(ctx, callee, index, args + WL_XFRAME_SLOTS, WL_STUB_XRET);
}

static void return_foreign(wl_store_t *store) {
    wl_ctx_t *ctx = &store->ctx;
    uint32_t *fp = ctx->fp, saved[WL_XFRAME_SLOTS];
    memcpy(saved, fp, sizeof saved);
    memmove(fp, fp + WL_XFRAME_SLOTS, saved[XFRAME_RESULTS] * WL_SLOT_BYTES);
    ctx->ip = WL_UNPACK(ctx, saved[XFRAME_BACK]);
    ctx->fp = fp - ctx->ip[-1] / WL_SLOT_BYTES;
    wl_ctx_enter(ctx, wl_store_instance(store, saved[XFRAME_INSTANCE]));
}

/* The call instruction at a stopped call's position. */
static uint32_t call_words(const wl_call_t *call) {
    const wl_codecache_t *cache = &call->store->cache;
#if WL_ENABLE_NATIVE
    if (wl_codecache_is_native(call->store, cache->words + call->ip)) {
        return 1; /* a call's record: the distance, and behind it the return position */
    }
#endif
    return cache->words[call->ip] == wl_handler_word(&cache->handlers, WLC_CALL) ? 3 : 4;
}

/* The arguments, and later the results, of that instruction of so many words. */
static uint32_t *call_args(const wl_call_t *call, uint32_t words) {
    uint32_t at = call->ip + words - 1;
    return call->store->stack + call->fp + call->store->cache.words[at] / WL_SLOT_BYTES;
}

static void host_returned(wl_call_t *call, const uint32_t *results, uint32_t words) {
    call->acc = *results;
    call->ip += words;
    call->state = WL_CALL_ACTIVE;
}

static bool is_stop(wl_status_t status) {
    return wl_status_kind(status) == WL_KIND_STOP;
}

/* Runs the call instruction at the stopped call's position, whose function is the host's. */
static WL_NOINLINE wl_status_t call_host(wl_call_t *call, wl_func_t func) {
    wl_store_t *store = call->store;
    const wl_host_t *host = &store->hosts[func & ~WL_HOST_BIT];
    int64_t credit = store->credit; /* calls from within have slices of their own */
    uint32_t words = call_words(call), *args = call_args(call, words); /* code may move, these stay */
    wl_status_t status = host->fn(host->env, store, call->instance, args);
    store->credit = credit;
    if (status == WL_OK) {
        host_returned(call, args, words);
    } else if (status == WL_PENDING) {
        call->state = WL_CALL_PENDING;
        call->host = func;
    }
    load(call); /* the host may have run other calls, grown memory */
    return status;
}

/* The same, where the function is another instance's and has code. */
static WL_NOINLINE wl_status_t call_guest(wl_call_t *call, wl_func_t func) {
    wl_store_t *store = call->store;
    store->ctx.fuel = 0; /* the cost of entry is a debt to be settled */
    uint32_t words = call_words(call);
    wl_status_t status = call_foreign(call, func, call_args(call, words), store->ctx.ip + words);
    if (status == WL_OK) {
        save(call);
        settle(store, -(int64_t)store->ctx.fuel);
    }
    return status;
}

static WL_NOINLINE wl_status_t call_other(wl_call_t *call, wl_func_t func) {
    wl_store_t *store = call->store;
    if (func & WL_HOST_BIT) {
        return call_host(call, func);
    }
    uint32_t index = 0;
    wl_instance_t *callee = wl_func_instance(store, func, &index);
    wl_status_t status = have_code(store, callee, index);
    load(call); /* translation may have moved code */
    if (status != WL_OK || store->credit < 0) {
        return status; /* again from the call instruction */
    }
    return call_guest(call, func);
}

static wl_status_t start_host(wl_call_t *call) {
    wl_store_t *store = call->store;
    const wl_host_t *host = &store->hosts[call->func & ~WL_HOST_BIT];
    wl_status_t status = host->fn(host->env, store, NULL, store->stack + call->base);
    if (status == WL_OK) {
        call->state = WL_CALL_DONE;
    } else if (status == WL_PENDING) {
        call->state = WL_CALL_PENDING;
    }
    return status;
}

/* Starts the call's own function, which has code. */
static WL_NOINLINE wl_status_t start_code(wl_call_t *call, wl_instance_t *instance, uint32_t index) {
    wl_store_t *store = call->store;
    store->ctx.fuel = 0; /* the cost of entry is a debt to be settled */
    wl_status_t status = enter(&store->ctx, instance, index, store->stack + call->base, WL_STUB_HALT);
    if (status == WL_OK) {
        call->state = WL_CALL_ACTIVE;
        save(call);
        settle(store, -(int64_t)store->ctx.fuel);
    }
    return status;
}

static WL_NOINLINE wl_status_t start(wl_call_t *call) {
    wl_store_t *store = call->store;
    uint32_t index = 0;
    if (call->func & WL_HOST_BIT) {
        return start_host(call);
    }
    wl_instance_t *instance = wl_func_instance(store, call->func, &index);
    wl_status_t status = have_code(store, instance, index);
    return status != WL_OK || store->credit < 0 ? status : start_code(call, instance, index);
}

/* ---- Running ---- */

/* Fuel for the next stretch; negative when there is none. */
static int64_t stretch(const wl_store_t *store) {
    int64_t fuel = store->fuel < store->credit ? store->fuel : store->credit;
    return fuel < INT32_MAX ? fuel : INT32_MAX;
}

static void finish(wl_call_t *call) {
    wl_store_t *store = call->store;
    if (returns_in_acc(call->type)) {
        store->stack[call->base] = store->ctx.acc;
    }
    call->state = WL_CALL_DONE;
}

/* Interprets for one stretch and does what the interpreter came back for. */
static wl_status_t step(wl_call_t *call, int32_t fuel) {
    wl_store_t *store = call->store;
    wl_ctx_t *ctx = &store->ctx;
    wl_status_t status = WL_OK;
    load(call);
    ctx->fuel = fuel;
#if WL_ENABLE_NATIVE
    wl_native_run(ctx);
#else
    wl_interp(ctx);
#endif
    switch (ctx->exit) {
        case WL_EXIT_HALT: finish(call); break;
        case WL_EXIT_XRET: return_foreign(store); break;
        case WL_EXIT_TRAP: status = (wl_status_t)ctx->arg; break;
        default: break;
    }
    save(call);
    settle(store, (int64_t)fuel - ctx->fuel);
    if (ctx->exit == WL_EXIT_CALL && ctx->arg >= ctx->instance->module->n_imported_funcs) {
        status = have_code(store, ctx->instance, ctx->arg);
    } else if (ctx->exit == WL_EXIT_CALL || ctx->exit == WL_EXIT_CALLI) {
        status = call_other(call, ctx->exit == WL_EXIT_CALLI ? ctx->arg : wl_instance_func(ctx->instance, ctx->arg));
    }
    return status;
}

wl_status_t wl_call_run(wl_call_t *call, int32_t slice) {
    wl_store_t *store = call->store;
    if (store == NULL || store->call != call) {
        return WL_BUSY;
    }
    if (call->state == WL_CALL_DONE || call->state == WL_CALL_TRAPPED) {
        return WL_NOT_RUNNING;
    }
    store->credit = (store->credit < 0 ? store->credit : 0) + slice;
    while (call->state != WL_CALL_DONE) {
        wl_status_t status = WL_OK;
        if (call->state == WL_CALL_PENDING) {
            return WL_PENDING;
        }
        if (call->state == WL_CALL_ANSWERED) {
            call->state = WL_CALL_DONE;
            break;
        }
        int64_t fuel = stretch(store);
        if (fuel < 0) {
            return store->fuel < 0 ? WL_OUT_OF_FUEL : WL_YIELD;
        }
        if (call->state == WL_CALL_READY) {
            status = start(call);
        } else {
            status = step(call, (int32_t)fuel);
        }
        if (status != WL_OK) {
            return is_stop(status) ? status : trapped(call, status);
        }
    }
    return WL_OK;
}

wl_status_t wl_call_answer(wl_call_t *call, const uint32_t *results) {
    wl_store_t *store = call->store;
    wl_walk_t w;
    if (store == NULL || call->state != WL_CALL_PENDING) {
        return WL_NOT_RUNNING;
    }
    if (!wl_frame_first(call, &w)) { /* the call's own function is the host's */
        const wl_functype_t *type = call->type;
        memcpy(store->stack + call->base, results, type->result_slots * WL_SLOT_BYTES);
        call->state = WL_CALL_ANSWERED;
        return WL_OK;
    }
    uint32_t words = call_words(call), *args = call_args(call, words);
    memcpy(args, results, wl_func_type(store, call->host)->result_slots * WL_SLOT_BYTES);
    host_returned(call, args, words);
    return WL_OK;
}

uint32_t wl_call_backtrace(const wl_call_t *call, wl_frame_t *frames, uint32_t max) {
    const wl_store_t *store = call->store;
    uint32_t n = 0;
    wl_walk_t w;
    for (bool more = n < max && wl_frame_first(call, &w); more && n < max; more = wl_frame_next(store, &w)) {
        const uint16_t *h = wl_codecache_find(store, w.ip);
        uint32_t pos = (uint32_t)(w.ip - h) - (w.saved != NULL ? 1 : 0); /* a return position is behind its call */
        wl_frame_t *f = &frames[n++];
        f->instance = wl_store_instance(store, h[WL_H_INST]);
        f->func_index = h[WL_H_FUNC];
        f->offset = wl_translate_locate(f->instance, f->func_index, pos);
    }
    return n;
}
