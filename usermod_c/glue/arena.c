/* SPDX-License-Identifier: MIT
 *
 * Where the engine's memory comes from. One of three sources, chosen at build time:
 *
 * - an arena of WASM_ARENA_BYTES that the board sets aside: neither Python nor guests can leave
 *   the other in pieces or without memory;
 * - the C heap, where the port has a real one: big reservations for linear memory cost pages only
 *   once they are touched;
 * - the Python heap, whose collector follows the engine's own pointers from the Store and Module
 *   objects on. It takes what a finaliser gave back in the same run, and a memoryview keeps its
 *   linear memory by itself.
 */
#include "glue.h"

#include <stdlib.h>
#include <string.h>

#include "py/gc.h"

/* Allocated since the last collection that wasm_relieve began. */
#ifndef WASM_RELIEF_BYTES
#define WASM_RELIEF_BYTES (256u * 1024 * 1024)
#endif

static size_t ram_used, ram_asked;

#if WASM_ARENA_BYTES > 0

static wl_arena_t arena;

#if WASM_ARENA_MALLOC
/* To be called when the board starts, before anything else takes pieces of the C heap. */
void wasm_arena_boot(void) {
    void *memory = malloc(WASM_ARENA_BYTES);
    wl_arena_init(&arena, memory, memory == NULL ? 0 : WASM_ARENA_BYTES);
}

static wl_arena_t *arena_get(void) {
    return &arena;
}
#else
static wl_arena_t *arena_get(void) {
    static uint64_t memory[WASM_ARENA_BYTES / 8];
    if (arena.size == 0) {
        wl_arena_init(&arena, memory, sizeof(memory));
    }
    return &arena;
}
#endif

static void *block_try(size_t size) {
    return wl_arena_resize(arena_get(), NULL, 0, size);
}

static void *block_resize(void *p, size_t old_size, size_t size) {
    return wl_arena_resize(arena_get(), p, old_size, size);
}

static void block_free(void *p, size_t size) {
    wl_arena_resize(arena_get(), p, size, 0);
}

#elif WASM_ARENA_C_HEAP

static void *block_try(size_t size) {
    return calloc(1, size);
}

static void *block_resize(void *p, size_t old_size, size_t size) {
    (void)old_size;
    return realloc(p, size);
}

static void block_free(void *p, size_t size) {
    (void)size;
    free(p);
}

#else

static void *block_try(size_t size) {
    void *p = m_malloc_maybe(size);
    return p == NULL ? NULL : memset(p, 0, size);
}

static void *block_resize(void *p, size_t old_size, size_t size) {
    (void)old_size;
    return gc_realloc(p, size, true);
}

static void block_free(void *p, size_t size) {
    (void)size;
    gc_free(p); /* does nothing in a finaliser */
}

#endif

/* Unreachable stores may hold memory; the Python heap has looked for them already. */
static void *block_new(size_t size) {
    void *p = block_try(size);
    if (p == NULL && WASM_OUTSIDE_GC && !gc_is_locked()) {
        gc_collect();
        wasm_viewed_reap();
        p = block_try(size);
    }
    return p;
}

static void *resize(void *env, void *p, size_t old_size, size_t new_size) {
    (void)env;
    void *q = NULL;
    if (new_size == 0) {
        if (p != NULL) {
            block_free(p, old_size);
        }
    } else {
        q = p == NULL ? block_new(new_size) : block_resize(p, old_size, new_size);
        if (q == NULL) {
            return NULL;
        }
    }
    ram_used += new_size - (p == NULL ? 0 : old_size);
    ram_asked += new_size;
    return q;
}

const wl_allocator_t wasm_allocator = {resize, NULL};

void *wasm_alloc(size_t size) {
    return resize(NULL, NULL, 0, size);
}

void wasm_free(void *p, size_t size) {
    if (p != NULL) {
        resize(NULL, p, size, 0);
    }
}

size_t wasm_ram_used(void) {
    return ram_used;
}

bool wasm_ram_free(size_t *free_bytes, size_t *largest) {
#if WASM_ARENA_BYTES > 0
    wl_arena_usage(arena_get(), free_bytes, largest);
#else
    *free_bytes = *largest = 0;
#endif
    return WASM_ARENA_BYTES > 0;
}

void wasm_relieve(void) {
    if (WASM_ARENA_C_HEAP && ram_asked > WASM_RELIEF_BYTES) {
        ram_asked = 0;
        gc_collect();
    }
}
