/* SPDX-License-Identifier: MIT
 *
 * Where the engine's memory comes from. Two sources, chosen at build time:
 *
 * - the C heap, where the port has a real one: big reservations for linear memory cost pages only
 *   once they are touched;
 * - the Python heap: blocks in a doubly linked list that hangs on a root pointer, so that the
 *   collector keeps them until the engine frees them.
 *
 * A board that sets memory aside for guests needs a third one and nothing else of the glue.
 */
#include "glue.h"

#include <stdlib.h>
#include <string.h>

#include "py/gc.h"

#ifndef WASM_ARENA_C_HEAP
#if defined(__unix__) || defined(__APPLE__)
#define WASM_ARENA_C_HEAP 1
#else
#define WASM_ARENA_C_HEAP 0
#endif
#endif

/* Allocated since the last collection that wasm_relieve began. */
#ifndef WASM_RELIEF_BYTES
#define WASM_RELIEF_BYTES (16u * 1024 * 1024)
#endif

static size_t ram_used, ram_asked;

#if WASM_ARENA_C_HEAP

static void *block_try(size_t size) {
    return calloc(1, size);
}

static void *block_resize(void *p, size_t size) {
    return realloc(p, size);
}

static void block_free(void *p) {
    free(p);
}

#else

typedef struct block {
    struct block *next, *previous;
} block_t;

MP_REGISTER_ROOT_POINTER(void *wasm_blocks);
#define FIRST_BLOCK (*(block_t **)&MP_STATE_VM(wasm_blocks))
#define HEADER_BYTES ((sizeof(block_t) + 7u) & ~(size_t)7)

static void block_tell_neighbours(block_t *b) {
    if (b->next) {
        b->next->previous = b;
    }
    if (b->previous) {
        b->previous->next = b;
    } else {
        FIRST_BLOCK = b;
    }
}

static void *block_try(size_t size) {
    block_t *b = m_malloc_maybe(HEADER_BYTES + size);
    if (b == NULL) {
        return NULL;
    }
    b->next = FIRST_BLOCK;
    b->previous = NULL;
    block_tell_neighbours(b);
    return memset((uint8_t *)b + HEADER_BYTES, 0, size);
}

static void *block_resize(void *p, size_t size) {
    block_t *b = gc_realloc((uint8_t *)p - HEADER_BYTES, HEADER_BYTES + size, true);
    if (b == NULL) {
        return NULL;
    }
    block_tell_neighbours(b);
    return (uint8_t *)b + HEADER_BYTES;
}

static void block_free(void *p) {
    block_t *b = (block_t *)((uint8_t *)p - HEADER_BYTES);
    if (b->next) {
        b->next->previous = b->previous;
    }
    if (b->previous) {
        b->previous->next = b->next;
    } else {
        FIRST_BLOCK = b->next;
    }
    b->next = b->previous = NULL; /* a stale pointer to this one must not keep others */
    gc_free(b); /* in a finaliser this does nothing, and the next collection takes it */
}

#endif

/* Unreachable stores may hold memory. A collection that found them does not yet free what is on
 * the Python heap, so another one is due even though that heap has just had its own. */
static void *block_new(size_t size) {
    void *p = block_try(size);
    if (p == NULL && !gc_is_locked()) {
        gc_collect();
        p = block_try(size);
    }
    return p;
}

static void *resize(void *env, void *p, size_t old_size, size_t new_size) {
    (void)env;
    void *q = NULL;
    if (new_size == 0) {
        if (p != NULL) {
            block_free(p);
        }
    } else {
        q = p == NULL ? block_new(new_size) : block_resize(p, new_size);
        if (q == NULL) {
            return NULL;
        }
    }
    ram_used += new_size - (p == NULL ? 0 : old_size);
    ram_asked += new_size;
    return q;
}

const wl_allocator_t wasm_allocator = { resize, NULL };

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

void wasm_relieve(void) {
    if (WASM_ARENA_C_HEAP && ram_asked > WASM_RELIEF_BYTES) {
        ram_asked = 0;
        gc_collect();
    }
}
