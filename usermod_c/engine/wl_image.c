/* SPDX-License-Identifier: MIT
 *
 * Images: the machine code of an instance, to be kept outside RAM and run from there, by another store after a
 * reset. It is code of a store that is `portable`: what that needs to know of things which are allocated it finds in
 * front of linear memory (the anchor). The engine's functions are where they are in every run of a build.
 *
 *   stubs | bodies, as in a region | wl_image_t
 */
#include "wl_native.h"

#if WL_ENABLE_NATIVE

#ifndef WL_BUILD
#define WL_BUILD 0 /* of the engine's sources; whoever builds it for images to be kept says what */
#endif

/* What an image depends on beside the module. */
typedef struct {
    uint32_t id, words;
    uint32_t memory_floor, memory_reserve; /* bytes; checks of bounds are made for them */
    uint16_t instance, n_funcs;
} wl_image_t;

uint32_t wl_image_id(void) {
    return wl_native_helpers_id() ^ (uint32_t)WL_BUILD ^ (uint32_t)WL_NATIVE_BACKEND << 28;
}

static wl_image_t describe(const wl_instance_t *i, uint32_t words) {
    return (wl_image_t){.id = wl_image_id(),
                        .words = words,
                        .memory_floor = i->memory_floor,
                        .memory_reserve = i->memories[0]->reserve,
                        .instance = i->index,
                        .n_funcs = (uint16_t)i->module->n_funcs};
}

/* ---- Making one ---- */

static uint16_t *region(const wl_instance_t *i) {
    return i->store->cache.words + i->store->cache.native_start;
}

/* The calls of a body lead to machine code where there is some by now. */
static void link_calls(const wl_instance_t *i, uint16_t *h) {
    for (const uint16_t *site = h + h[WL_N_SITES]; site < h + h[WL_H_SIZE]; site += WL_SITE_WORDS) {
        uint32_t callee = site[WL_SITE_CALLEE];
        const uint16_t *to = callee & WL_SITE_INDIRECT ? NULL : i->code[callee];
        if (to != NULL && wl_native_in_region(i->store, to)) {
            wl_be_link(h + site[WL_SITE_TARGET], to + WL_N_ENTRY(to));
        }
    }
}

/* All code of all instances. */
static void drop_code(wl_store_t *store) {
    wl_codecache_t *c = &store->cache;
    for (wl_instance_t *i = store->instances; i != NULL; i = i->next) {
        memset(i->code, 0, i->module->n_funcs * sizeof *i->code);
    }
    c->used = WL_STUB_WORDS;
    c->native_used = WL_BE_STUB_WORDS;
    c->native_functions = c->image_words = 0;
    c->image = NULL;
}

static bool may_have(const wl_instance_t *i) {
    const wl_store_t *store = i->store;
    return store->cache.native_size > 0 && store->config.portable && wl_native_anchored(i) && store->call == NULL;
}

uint32_t wl_image_make(wl_instance_t *i) {
    const wl_codecache_t *c = &i->store->cache;
    if (!may_have(i)) {
        return 0;
    }
    drop_code(i->store);
    for (uint32_t f = i->module->n_imported_funcs; f < i->module->n_funcs; f++) {
        wl_native_compile(i, f);
    }
    for (uint32_t at = WL_BE_STUB_WORDS; at < c->native_used; at += region(i)[at + WL_H_SIZE]) {
        link_calls(i, region(i) + at);
    }
    return wl_image_size(i);
}

uint32_t wl_image_size(const wl_instance_t *i) {
    const wl_store_t *store = i->store;
    bool there = store->config.portable && wl_native_anchored(i) && store->cache.native_used > WL_BE_STUB_WORDS;
    return there ? store->cache.native_used * 2 + (uint32_t)sizeof(wl_image_t) : 0;
}

/* Copies what of a piece, which is at `at` of the image, is in the range asked for. */
static void copy_piece(const void *piece, uint32_t at, uint32_t bytes, uint32_t offset, uint8_t *to, uint32_t size) {
    uint32_t first = offset > at ? offset : at, last = offset + size < at + bytes ? offset + size : at + bytes;
    if (first < last) {
        memcpy(to + (first - offset), (const uint8_t *)piece + (first - at), last - first);
    }
}

void wl_image_read(const wl_instance_t *i, uint32_t offset, uint8_t *to, uint32_t size) {
    const uint32_t stubs_bytes = WL_BE_STUB_WORDS * 2, end = i->store->cache.native_used * 2;
    uint16_t stubs[WL_BE_STUB_WORDS] = {0};
    wl_image_t image = describe(i, i->store->cache.native_used);
    wl_be_stubs(stubs, NULL);
    copy_piece(stubs, 0, stubs_bytes, offset, to, size);
    copy_piece(region(i) + WL_BE_STUB_WORDS, stubs_bytes, end - stubs_bytes, offset, to, size);
    copy_piece(&image, end, sizeof image, offset, to, size);
}

/* ---- Running by one ---- */

/* Whether a body, of which `room` words are there, is one of the instance. */
static bool fits(const wl_instance_t *i, const uint16_t *h, uint32_t room) {
    const wl_module_t *m = i->module;
    return room >= WL_N_WORDS && h[WL_H_SIZE] >= WL_N_WORDS && h[WL_H_SIZE] <= room && h[WL_H_INST] == i->index &&
           h[WL_H_FUNC] >= m->n_imported_funcs && h[WL_H_FUNC] < m->n_funcs && h[WL_N_SITES] <= h[WL_H_SIZE] &&
           WL_N_START(h) < h[WL_N_SITES] && h[WL_N_OP] == wl_handler_word(&i->store->cache.handlers, WLC_NATIVE);
}

static bool is_image(const wl_instance_t *i, const uint8_t *bytes, uint32_t size) {
    wl_image_t image, expected;
    uint16_t stubs[WL_BE_STUB_WORDS] = {0};
    if (size < WL_BE_STUB_WORDS * 2 + sizeof image || size % 4 != 0 || (uintptr_t)bytes % 4 != 0) {
        return false;
    }
    uint32_t words = (size - (uint32_t)sizeof image) / 2;
    expected = describe(i, words);
    memcpy(&image, bytes + words * 2, sizeof image);
    wl_be_stubs(stubs, NULL);
    if (memcmp(&image, &expected, sizeof image) != 0 || memcmp(bytes, stubs, sizeof stubs) != 0) {
        return false;
    }
    const uint16_t *code = (const uint16_t *)(const void *)bytes;
    uint32_t at = WL_BE_STUB_WORDS;
    while (at < words && fits(i, code + at, words - at)) {
        at += code[at + WL_H_SIZE];
    }
    return at == words;
}

wl_status_t wl_image_use(wl_instance_t *i, const uint8_t *bytes, uint32_t size) {
    wl_codecache_t *c = &i->store->cache;
    if (!may_have(i) || !is_image(i, bytes, size)) {
        return WL_BAD_ARGUMENT;
    }
    drop_code(i->store);
    c->image = (const uint16_t *)(const void *)bytes;
    c->image_words = (size - (uint32_t)sizeof(wl_image_t)) / 2;
    for (uint32_t at = WL_BE_STUB_WORDS; at < c->image_words; at += c->image[at + WL_H_SIZE]) {
        i->code[c->image[at + WL_H_FUNC]] = c->image + at;
        c->native_functions++;
    }
    wl_be_sync(c->image, c->image_words * 2);
    return WL_OK;
}

#else

uint32_t wl_image_id(void) {
    return 0;
}

uint32_t wl_image_make(wl_instance_t *i) {
    (void)i;
    return 0;
}

uint32_t wl_image_size(const wl_instance_t *i) {
    (void)i;
    return 0;
}

void wl_image_read(const wl_instance_t *i, uint32_t offset, uint8_t *to, uint32_t size) {
    (void)i, (void)offset, (void)to, (void)size;
}

wl_status_t wl_image_use(wl_instance_t *i, const uint8_t *bytes, uint32_t size) {
    (void)i, (void)bytes, (void)size;
    return WL_BAD_ARGUMENT;
}

#endif
