/* SPDX-License-Identifier: MIT
 *
 * The bounded store of translated bodies. Bodies stand one behind the other, oldest first; a new
 * one is written at the end. When there is no room, the oldest that are on no frame are dropped
 * and the rest is moved together: code is position-independent, so only function tables, frames
 * and stopped calls have to be told.
 */
#include "wl_native.h"

wl_status_t wl_codecache_new(wl_store_t *store) {
    wl_codecache_t *c = &store->cache;
    c->size = store->config.code_cache_bytes / 2;
    if (c->size < WL_STUB_WORDS) {
        c->size = WL_STUB_WORDS;
    }
    uint32_t words = c->size;
#if WL_ENABLE_NATIVE
    if (store->config.tier != WL_TIER_INTERP) {
        c->native_start = ((c->size + 3u) & ~3u) + WL_NATIVE_REGS_WORDS;
        c->native_size = store->config.native_bytes / 8 * 4;
        words = c->native_start + c->native_size;
    }
#endif
    c->words = wl_resize(&store->allocator, NULL, 0, words * 2u);
    if (c->words == NULL) {
        return WL_NO_MEMORY;
    }
    c->bytes = words * 2u;
    store->ram_bytes += c->bytes;
    wl_handlers_init(&c->handlers);
    c->words[WL_STUB_HALT - 1] = 0;
    c->words[WL_STUB_HALT] = wl_handler_word(&c->handlers, WLC_HALT);
    c->words[WL_STUB_XRET - 1] = WL_XFRAME_SLOTS * WL_SLOT_BYTES;
    c->words[WL_STUB_XRET] = wl_handler_word(&c->handlers, WLC_XRET);
    c->used = WL_STUB_WORDS;
    store->ctx.words = c->words;
#if WL_ENABLE_NATIVE
    wl_native_init(store);
#endif
    return WL_OK;
}

/* A body's size; its highest bit marks it while room is made. */
#define MARK 0x8000u

static uint32_t size_of(const uint16_t *header) {
    return header[WL_H_SIZE] & (MARK - 1u);
}

const uint16_t *wl_codecache_find(const wl_store_t *store, const uint16_t *ip) {
    const wl_codecache_t *c = &store->cache;
    uint32_t pos = (uint32_t)(ip - c->words);
#if WL_ENABLE_NATIVE
    if (wl_codecache_is_native(store, ip)) {
        return wl_native_find(store, ip);
    }
#endif
    for (uint32_t at = WL_STUB_WORDS; at < c->used && pos >= at; at += size_of(c->words + at)) {
        if (pos - at < size_of(c->words + at)) {
            return c->words + at;
        }
    }
    return NULL;
}

bool wl_frame_first(const wl_call_t *call, wl_walk_t *w) {
    const wl_store_t *store = call->store;
    if (call->state != WL_CALL_ACTIVE && call->state != WL_CALL_PENDING && call->state != WL_CALL_TRAPPED) {
        return false;
    }
    w->ip = store->cache.words + call->ip;
    w->fp = store->stack + call->fp;
    w->saved = NULL;
    return wl_codecache_find(store, w->ip) != NULL;
}

bool wl_frame_next(const wl_store_t *store, wl_walk_t *w) {
    const wl_ctx_t *ctx = &store->ctx;
    const uint16_t *h = wl_codecache_find(store, w->ip);
    w->saved = w->fp + h[WL_H_RET] / WL_SLOT_BYTES;
    w->ip = WL_UNPACK(ctx, *w->saved);
    if (w->ip == ctx->words + WL_STUB_XRET) {
        w->fp -= WL_XFRAME_SLOTS;
        w->saved = w->fp + 1;
        w->ip = WL_UNPACK(ctx, *w->saved);
    }
    if (w->ip == ctx->words + WL_STUB_HALT) {
        return false;
    }
    w->fp -= w->ip[-1] / WL_SLOT_BYTES;
    return true;
}

/* ---- Making room ---- */

#define DROPPED 0xffffu /* as a body's instance */

static void mark_running(wl_store_t *store) {
    for (wl_call_t *call = store->call; call != NULL; call = call->previous) {
        wl_walk_t w;
        for (bool more = wl_frame_first(call, &w); more; more = wl_frame_next(store, &w)) {
            if (wl_codecache_is_native(store, w.ip)) {
                continue; /* machine code stays */
            }
            store->cache.words[(wl_codecache_find(store, w.ip) - store->cache.words) + WL_H_SIZE] |= MARK;
        }
    }
}

/* Decides which bodies go; returns whether that is enough. Takes all marks off. */
static bool choose(wl_store_t *store, uint32_t need) {
    wl_codecache_t *c = &store->cache;
    uint32_t free = 0, dropped = 0;
    for (uint32_t at = WL_STUB_WORDS; at < c->used; at += size_of(c->words + at)) {
        free += (c->words[at] & MARK) ? 0 : size_of(c->words + at);
    }
    for (uint32_t at = WL_STUB_WORDS; at < c->used; at += size_of(c->words + at)) {
        uint16_t *h = c->words + at;
        if (!(h[WL_H_SIZE] & MARK) && free >= need && dropped < need) {
            dropped += size_of(h);
            wl_store_instance(store, h[WL_H_INST])->code[h[WL_H_FUNC]] = NULL;
            h[WL_H_INST] = DROPPED;
            c->evictions++;
        }
        h[WL_H_SIZE] = (uint16_t)size_of(h);
    }
    return free >= need;
}

/* Words of dropped bodies before `ip`. */
static uint32_t shift_of(const wl_store_t *store, const uint16_t *ip) {
    const wl_codecache_t *c = &store->cache;
    uint32_t shift = 0;
    if (wl_codecache_is_native(store, ip)) {
        return 0;
    }
    for (uint32_t at = WL_STUB_WORDS; at < c->used && c->words + at <= ip; at += size_of(c->words + at)) {
        shift += c->words[at + WL_H_INST] == DROPPED ? size_of(c->words + at) : 0;
    }
    return shift;
}

static void tell_frames(wl_store_t *store) {
    for (wl_call_t *call = store->call; call != NULL; call = call->previous) {
        wl_walk_t w;
        if (!wl_frame_first(call, &w)) {
            continue;
        }
        call->ip -= shift_of(store, w.ip);
        while (wl_frame_next(store, &w)) {
            *w.saved = WL_PACK(&store->ctx, w.ip - shift_of(store, w.ip));
        }
    }
}

static void close_gaps(wl_store_t *store) {
    wl_codecache_t *c = &store->cache;
    uint32_t to = WL_STUB_WORDS, old_used = c->used;
    for (uint32_t at = WL_STUB_WORDS, size; at < old_used; at += size) {
        size = size_of(c->words + at);
        if (c->words[at + WL_H_INST] == DROPPED) {
            continue;
        }
        memmove(c->words + to, c->words + at, size * sizeof *c->words);
        const uint16_t *h = c->words + to;
        wl_store_instance(store, h[WL_H_INST])->code[h[WL_H_FUNC]] = h;
        to += size;
    }
    c->used = to;
}

wl_status_t wl_codecache_reserve(wl_store_t *store, uint32_t words) {
    const wl_codecache_t *c = &store->cache;
    uint32_t room = c->size - c->used;
    if (words <= room) {
        return WL_OK;
    }
    mark_running(store);
    if (!choose(store, words - room)) {
        return WL_OVER_CODE_CACHE;
    }
    tell_frames(store);
    close_gaps(store);
    return WL_OK;
}
