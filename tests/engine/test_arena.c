/* SPDX-License-Identifier: MIT
 *
 * The arena: blocks are aligned, zeroed, apart from each other and keep their contents; nothing is lost
 * and nothing stays in pieces. Random operations are compared with what each block should hold.
 */
#include "check.h"

enum { BYTES = 112 * 1024,
       BLOCKS = 64,
       ROUNDS = 200000 };

typedef struct {
    unsigned char *at;
    size_t size;
    unsigned char fill;
} block_t;

static uint32_t seed = 1;

static uint32_t any(uint32_t below) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/* Mostly small, sometimes large, as an engine asks. */
static size_t any_size(void) {
    return any(8) ? 1 + any(400) : 1 + any(20000);
}

static bool holds(const unsigned char *p, size_t size, unsigned char fill) {
    for (size_t i = 0; i < size; i++) {
        if (p[i] != fill) {
            return false;
        }
    }
    return true;
}

static size_t largest(const wl_arena_t *a) {
    size_t all, one;
    wl_arena_usage(a, &all, &one);
    return one;
}

static size_t all_free(const wl_arena_t *a) {
    size_t all, one;
    wl_arena_usage(a, &all, &one);
    return all;
}

static void change(wl_arena_t *a, block_t *b) {
    size_t size = any(3) ? any_size() : 0;
    bool fresh = b->at == NULL;
    unsigned char *p = wl_arena_resize(a, b->at, b->size, size);
    if (p == NULL && size > 0) {
        CHECK(fresh || holds(b->at, b->size, b->fill)); /* as it was */
        return;
    }
    CHECK(((uintptr_t)p & 7) == 0);
    if (size > 0) {
        CHECK(fresh ? holds(p, size, 0) : holds(p, b->size < size ? b->size : size, b->fill));
        b->fill = (unsigned char)(1 + any(255));
        memset(p, b->fill, size);
    }
    b->at = size > 0 ? p : NULL;
    b->size = size;
}

static void random_operations(wl_arena_t *a) {
    block_t blocks[BLOCKS] = {{0}};
    size_t used = 0;
    for (int i = 0; i < ROUNDS; i++) {
        block_t *b = &blocks[any(BLOCKS)];
        CHECK(holds(b->at, b->size, b->fill));
        used -= (b->size + 7) & ~(size_t)7;
        change(a, b);
        used += (b->size + 7) & ~(size_t)7;
        if (i % 64 == 0) {
            CHECK(all_free(a) == BYTES - used);
        }
    }
    for (int i = 0; i < BLOCKS; i++) {
        CHECK(holds(blocks[i].at, blocks[i].size, blocks[i].fill));
        if (blocks[i].at) {
            CHECK(wl_arena_resize(a, blocks[i].at, blocks[i].size, 0) == NULL);
        }
    }
    CHECK(largest(a) == BYTES);
}

/* Small blocks that stay from one guest to the next must not part what large ones need. */
static void large_and_small_stay_apart(wl_arena_t *a) {
    for (int i = 0; i < 100; i++) {
        void *large = wl_arena_resize(a, NULL, 0, 65536);
        CHECK(large != NULL);
        CHECK(wl_arena_resize(a, NULL, 0, 24) != NULL); /* stays */
        wl_arena_resize(a, large, 65536, 0);
    }
    CHECK(largest(a) == BYTES - 100 * 24);
}

static void edges(wl_arena_t *a, unsigned char *memory) {
    wl_arena_init(a, memory + 3, 4); /* not one aligned block */
    CHECK(wl_arena_resize(a, NULL, 0, 1) == NULL && largest(a) == 0);
    wl_arena_init(a, memory, BYTES);
    CHECK(wl_arena_resize(a, NULL, 0, BYTES + 1) == NULL);
    CHECK(wl_arena_resize(a, NULL, 0, SIZE_MAX) == NULL);
    CHECK(wl_arena_resize(a, NULL, 0, 0) == NULL);
    void *p = wl_arena_resize(a, NULL, 0, BYTES);
    CHECK(p == memory && largest(a) == 0);
    CHECK(wl_arena_resize(a, NULL, 0, 1) == NULL);
    CHECK(wl_arena_resize(a, p, BYTES, 1) == p && largest(a) == BYTES - 8); /* in place */
    CHECK(wl_arena_resize(a, p, 1, 1000) == p && largest(a) == BYTES - 1000);
    void *q = wl_arena_resize(a, NULL, 0, 8);
    CHECK((unsigned char *)q == memory + 1000);
    memset(p, 7, 1000);
    unsigned char *r = wl_arena_resize(a, p, 1000, 2000); /* q is in the way */
    CHECK(r != p && holds(r, 1000, 7));
    wl_arena_resize(a, r, 2000, 0);
    wl_arena_resize(a, q, 8, 0);
    CHECK(largest(a) == BYTES);
}

int main(void) {
    wl_arena_t arena;
    unsigned char *memory = malloc(BYTES);
    memset(memory, 0xa5, BYTES);
    edges(&arena, memory);
    random_operations(&arena);
    large_and_small_stay_apart(&arena);
    free(memory);
    return check_finish("test_arena");
}
