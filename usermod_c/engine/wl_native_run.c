/* SPDX-License-Identifier: MIT
 *
 * Running machine code: the way in, the ways out, and frames between. While code runs, the frames it
 * has made hold return addresses of the processor, and the frame that it was entered in holds the
 * address of a stub that leads out. Before anybody else sees the frames, all are made canonical:
 * a return address becomes the position of the call's record.
 */
#include "wl_native.h"

#if WL_ENABLE_NATIVE

/* ---- The region ---- */

void wl_native_init(wl_store_t *store) {
    wl_codecache_t *c = &store->cache;
    if (c->native_size < WL_BE_STUB_WORDS) {
        c->native_size = 0;
    }
    if (c->native_size > 0) {
        store->ctx.native = (wl_native_regs_t *)(void *)(c->words + c->native_start - WL_NATIVE_REGS_WORDS);
        memset(store->ctx.native, 0, sizeof *store->ctx.native);
        store->ctx.native->ctx = &store->ctx;
        c->native_used = WL_BE_STUB_WORDS;
        wl_be_stubs(c->words + c->native_start, store->ctx.native);
        wl_be_sync(c->words + c->native_start, c->native_used * 2u);
    }
}

bool wl_native_anchored(const wl_instance_t *instance) {
    return instance->memories[0] != NULL && instance->module->n_imported_memories == 0;
}

void wl_native_set_anchor(const wl_instance_t *instance) {
    const wl_ctx_t *ctx = &instance->store->ctx;
    if (wl_native_anchored(instance)) {
        uint32_t *end = (uint32_t *)(void *)instance->memories[0]->data;
        end[-WL_ANCHOR_GLOBALS / 4] = (uint32_t)(uintptr_t)instance->globals;
        end[-WL_ANCHOR_STACK_END / 4] = (uint32_t)(uintptr_t)ctx->stack_end;
        end[-WL_ANCHOR_REGS / 4] = (uint32_t)(uintptr_t)ctx->native;
    }
}

bool wl_native_in_region(const wl_store_t *store, const uint16_t *ip) {
    const wl_codecache_t *c = &store->cache;
    return (uintptr_t)ip - (uintptr_t)(c->words + c->native_start) < c->native_size * 2u;
}

const uint16_t *wl_native_find(const wl_store_t *store, const uint16_t *ip) {
    const wl_codecache_t *c = &store->cache;
    bool inside = wl_native_in_region(store, ip);
    const uint16_t *at = inside ? c->words + c->native_start : c->image;
    const uint16_t *end = at + (inside ? c->native_used : c->image_words);
    for (at += WL_BE_STUB_WORDS; at < end && ip >= at; at += at[WL_H_SIZE]) {
        if ((uint32_t)(ip - at) < at[WL_H_SIZE]) {
            return at;
        }
    }
    return NULL;
}

/* ---- Frames ---- */

static wl_store_t *store_of(const wl_ctx_t *ctx) {
    return ctx->instance->store;
}

/* The word of an address that code may be at; its lowest bit may mean something else. */
static const uint16_t *code_at(uint32_t address) {
    return (const uint16_t *)(uintptr_t)(address & ~1u);
}

static uint32_t *slot_at(uint32_t *fp, uint32_t bytes) {
    return fp + bytes / WL_SLOT_BYTES;
}

/* The record of the call that returns to word `target` of a body. */
static const uint16_t *site_of(const uint16_t *h, const uint16_t *at) {
    uint32_t target = (uint32_t)(at - h);
    const uint16_t *site = h + h[WL_N_SITES];
    while (site < h + h[WL_H_SIZE] - WL_SITE_WORDS && site[WL_SITE_TARGET] != target) {
        site += WL_SITE_WORDS;
    }
    return site;
}

static uint32_t way_out(const wl_ctx_t *ctx) {
    const wl_codecache_t *c = &store_of(ctx)->cache;
    return WL_BE_ADDRESS(c->words + c->native_start + WL_BE_STUB(WL_STOP_RETURN));
}

/* From the frame at ctx->fp, whose code is that at ctx->ip, down to the one that was entered. */
static void make_canonical(wl_ctx_t *ctx) {
    const wl_store_t *store = store_of(ctx);
    const uint16_t *h = wl_native_find(store, ctx->ip);
    uint32_t *fp = ctx->fp, out = way_out(ctx);
    while (h != NULL) {
        uint32_t *saved = slot_at(fp, h[WL_H_RET]);
        if (*saved == out) {
            *saved = ctx->native->back;
            return;
        }
        const uint16_t *at = code_at(*saved);
        h = wl_native_find(store, at);
        if (h != NULL) {
            const uint16_t *site = site_of(h, at);
            *saved = WL_PACK(ctx, site + WL_SITE_BACK);
            fp -= site[WL_SITE_DISTANCE] / WL_SLOT_BYTES;
        }
    }
}

/* The last address that all accesses are good at that code checks with a register. */
static uint32_t limit_of(const wl_ctx_t *ctx) {
    return ctx->lim4 + 4 - WL_N_GUARD;
}

static bool stop(wl_ctx_t *ctx, wl_exit_t exit, uint32_t arg) {
    ctx->exit = exit;
    ctx->arg = arg;
    return false;
}

/* ---- Calls that code cannot do by itself ---- */

/* The body that an indirect call leads to; as wl_resolve_indirect, with the index in a slot. */
static const uint16_t *resolve(wl_ctx_t *ctx, uint32_t what, uint32_t *args) {
    uint32_t type = what & ((1u << WL_SITE_TYPE_BITS) - 1), table = what >> WL_SITE_TYPE_BITS & (WL_SITE_TABLES - 1);
    const uint16_t instruction[] = {0, (uint16_t)(table << 8), (uint16_t)type};
    return wl_resolve_indirect(ctx, instruction, args + ctx->instance->module->types[type].param_slots);
}

/* Enters a body of either kind with its arguments at `args`. */
static bool enter_frame(wl_ctx_t *ctx, const uint16_t *h, uint32_t *args, uint32_t back) {
    if ((uint32_t)((uintptr_t)ctx->stack_end - (uintptr_t)args) < h[WL_H_FRAME]) {
        return stop(ctx, WL_EXIT_TRAP, WL_TRAP_STACK);
    }
    uint32_t *p = slot_at(args, h[WL_H_RET]);
    *p = back;
    if (h[WL_H_ZERO] != 0) {
        memset(p + 1, 0, h[WL_H_ZERO] * WL_SLOT_BYTES);
    }
    ctx->fp = args;
    ctx->ip = h + WL_H_WORDS;
    if (WL_ENABLE_FUEL) {
        ctx->fuel -= h[WL_H_COST];
        if (ctx->fuel < 0) {
            return stop(ctx, WL_EXIT_FUEL, 0);
        }
    }
    return true;
}

/* Does the call of the record that ctx->ip is at. */
static bool do_call(wl_ctx_t *ctx, const uint16_t *caller) {
    const uint16_t *site = ctx->ip, *h;
    uint32_t *args = slot_at(ctx->fp, site[WL_SITE_DISTANCE]), callee = site[WL_SITE_CALLEE];
    if (callee & WL_SITE_INDIRECT) {
        h = resolve(ctx, callee, args);
    } else {
        h = ctx->code[callee];
        stop(ctx, WL_EXIT_CALL, callee);
        if (h != NULL && wl_native_in_region(store_of(ctx), h) && wl_native_in_region(store_of(ctx), caller)) {
            uint16_t *code = store_of(ctx)->cache.words + (caller - ctx->words);
            wl_be_link(code + site[WL_SITE_TARGET], h + WL_N_ENTRY(h));
        }
    }
    return h != NULL && enter_frame(ctx, h, args, WL_PACK(ctx, site + WL_SITE_BACK));
}

/* ---- In and out ---- */

static bool trapped(wl_ctx_t *ctx) {
    switch (ctx->native->stop) {
        case WL_STOP_DIV_ZERO: return stop(ctx, WL_EXIT_TRAP, WL_TRAP_DIV_ZERO);
        case WL_STOP_OVERFLOW: return stop(ctx, WL_EXIT_TRAP, WL_TRAP_INT_OVERFLOW);
        case WL_STOP_UNREACHABLE: return stop(ctx, WL_EXIT_TRAP, WL_TRAP_UNREACHABLE);
        default: return stop(ctx, WL_EXIT_TRAP, ctx->native->result);
    }
}

/* Takes the state back from the registers; true when there is something to go on with at once. */
static bool leave(wl_ctx_t *ctx) {
    wl_native_regs_t *regs = ctx->native;
    const uint16_t *at = code_at(regs->pc);
    ctx->fuel = (int32_t)regs->fuel;
    ctx->fp = (uint32_t *)(uintptr_t)regs->fp;
    ctx->acc = regs->result;
    if (regs->stop == WL_STOP_RETURN) {
        ctx->ip = WL_UNPACK(ctx, ctx->native->back);
        ctx->fp -= ctx->ip[-1] / WL_SLOT_BYTES;
        return true;
    }
    if (regs->stop == WL_STOP_STACK) {
        at = code_at(WL_BE_STACK_LINK(regs));
    }
    if (regs->stop == WL_STOP_CALL || regs->stop == WL_STOP_STACK) {
        ctx->ip = site_of(wl_native_find(store_of(ctx), at), at);
        ctx->fp -= ctx->ip[WL_SITE_DISTANCE] / WL_SLOT_BYTES;
    } else {
        ctx->ip = regs->stop == WL_STOP_FUEL ? at : at - 1; /* behind the call of the stub, or in it */
    }
    if (regs->stop > WL_STOP_STACK && regs->stop != WL_SERVE_MISC) { /* from the middle of the code */
        bool low = wl_native_find(store_of(ctx), ctx->ip)[WL_N_STARTS] & WL_N_LOW_FUEL;
        ctx->fuel = (int32_t)WL_BE_INNER_FUEL(regs, low);
    }
    make_canonical(ctx);
    switch (regs->stop) {
        case WL_STOP_FUEL: return stop(ctx, WL_EXIT_FUEL, 0);
        case WL_STOP_CALL: return true;
        case WL_STOP_STACK: return stop(ctx, WL_EXIT_TRAP, WL_TRAP_STACK);
        default: return trapped(ctx);
    }
}

/* Runs machine code from ctx->ip; true when there is something to go on with at once. */
static bool run(wl_ctx_t *ctx) {
    const uint16_t *h = wl_native_find(store_of(ctx), ctx->ip), *at = ctx->ip;
    uint32_t pos = (uint32_t)(at - h);
    uint32_t *fp = ctx->fp;
    const uint16_t *first = NULL; /* what goes before */
    if (pos == WL_N_OP) {
        at = h + WL_N_START(h);
    } else if (pos >= h[WL_N_SITES]) {
        if ((pos - h[WL_N_SITES]) % WL_SITE_WORDS == WL_SITE_DISTANCE) {
            return do_call(ctx, h);
        }
        const uint16_t *site = at - WL_SITE_BACK;
        fp = slot_at(fp, site[WL_SITE_DISTANCE]);
        at = h + site[WL_SITE_TARGET];
    } else if (h[WL_N_STARTS] & WL_N_RELOADS) { /* stopped for want of fuel: registers come back first */
        first = h + WL_N_WORDS;
    }
    uint32_t *saved = slot_at(ctx->fp, h[WL_H_RET]);
    ctx->native->back = *saved;
    *saved = way_out(ctx);
    wl_native_regs_t *regs = ctx->native;
    regs->fp = (uint32_t)(uintptr_t)fp;
    regs->fuel = (uint32_t)ctx->fuel;
    regs->result = ctx->acc;
    regs->mem = (uint32_t)(uintptr_t)ctx->mem;
    regs->limit = limit_of(ctx);
    wl_be_enter(regs, WL_BE_ADDRESS(first != NULL ? first : at), WL_BE_ADDRESS(at));
    return leave(ctx);
}

void wl_native_run(wl_ctx_t *ctx) {
    for (bool more = true; more;) {
        if (wl_codecache_is_native(store_of(ctx), ctx->ip)) {
            more = run(ctx);
        } else {
            wl_interp(ctx);
            more = ctx->exit == WL_EXIT_NATIVE;
        }
    }
}

/* ---- Services: called from code, through a stub ---- */

/* Says why code is left; `pc` is where it goes on, or what comes behind the position of the trap. */
static uint32_t leave_with(wl_native_regs_t *regs, uint32_t why, uint32_t pc) {
    regs->stop = why;
    regs->pc = pc;
    return 0;
}

static uint32_t serve_misc(wl_ctx_t *ctx, uint32_t link) {
    wl_native_regs_t *regs = ctx->native;
    ctx->fuel = (int32_t)regs->fuel;
    wl_status_t status = wl_misc(ctx, code_at(link) - 1, (uint32_t *)(uintptr_t)regs->fp);
    regs->fuel = (uint32_t)ctx->fuel;
    regs->mem = (uint32_t)(uintptr_t)ctx->mem;
    regs->limit = limit_of(ctx);
    if (status != WL_OK) {
        regs->result = status;
        return leave_with(regs, WL_SERVE_MISC, link);
    }
    link += WL_BE_MISC_BYTES;
    return WL_ENABLE_FUEL && ctx->fuel < 0 ? leave_with(regs, WL_STOP_FUEL, link) : link;
}

/* Does an access whose check failed: out of bounds, or at the end of memory, or not aligned. */
static uint32_t serve_access(wl_ctx_t *ctx, uint32_t link) {
    const wl_memory_t *m = ctx->instance->memories[0];
    wl_nserved_t s = {0};
    wl_be_served(ctx->native, link, &s);
    uint32_t size = 1u << s.log2, v = 0;
    uint64_t at = (uint64_t)s.address + s.offset;
    if (at + size > m->bytes) {
        ctx->native->result = wl_memory_trap(m, at + size);
        return leave_with(ctx->native, WL_STOP_STATUS, link);
    }
    if (WL_UNALIGNED_ACCESS || (at & (size - 1)) == 0) {
        return link; /* code may */
    }
    if (s.store) {
        memcpy(m->data + at, s.value, size);
    } else {
        memcpy(&v, m->data + at, size);
        *s.value = s.sign ? (uint32_t)(int32_t)(int16_t)v : v;
    }
    return s.next;
}

/* A call through a table as far as it leads to machine code of the same instance: its address, or 0.
 * `what` is that of the site, with the slots of the parameters above. */
__attribute__((used)) uint32_t wl_native_indirect(const wl_native_regs_t *regs, uint32_t what, const uint32_t *args) {
    const wl_ctx_t *ctx = regs->ctx;
    const wl_instance_t *i = ctx->instance;
    const wl_table_t *table = i->tables[what >> WL_SITE_TYPE_BITS & (WL_SITE_TABLES - 1)];
    uint32_t index = args[what >> 16], first = i->module->n_imported_funcs;
    if (index >= table->size) {
        return 0;
    }
    uint32_t func = table->elements[index] - i->func_base + first; /* wraps for null and for others' */
    if (func - first >= i->module->n_funcs - first ||
        i->module->func_types[func] != (what & ((1u << WL_SITE_TYPE_BITS) - 1))) {
        return 0;
    }
    const uint16_t *h = i->code[func];
    return h != NULL && wl_codecache_is_native(i->store, h) ? WL_BE_ADDRESS(h + WL_N_ENTRY(h)) : 0;
}

/* Returns the address to go on at, or 0 when code is to be left. */
__attribute__((used)) uint32_t wl_native_serve(wl_native_regs_t *regs, uint32_t service, uint32_t link) {
    return service == WL_SERVE_MISC ? serve_misc(regs->ctx, link) : serve_access(regs->ctx, link);
}

#endif
