/* SPDX-License-Identifier: MIT
 *
 * Every block has a header before it and ends where its own does, so that a sanitizer sees what runs
 * over its end.
 */
#include "heap.h"

#include <string.h>

enum { HEADER = 16,
       GROWN = 0xa5 };

static void *allocate(heap_t *heap, size_t size, bool grown) {
    uint8_t *block = heap_block_new(HEADER + size);
    memcpy(block, &size, sizeof(size));
    if (grown) {
        memset(block + HEADER, GROWN, size);
    }
    heap->live_bytes += size;
    heap->live_blocks++;
    return block + HEADER;
}

static void release(heap_t *heap, void *p, size_t told) {
    uint8_t *block = (uint8_t *)p - HEADER;
    size_t size;
    memcpy(&size, block, sizeof(size));
    heap->wrong_sizes += size != told;
    heap->live_bytes -= size;
    heap->live_blocks--;
    heap_block_free(block, HEADER + size);
}

static void *resize(void *env, void *p, size_t old_size, size_t new_size) {
    heap_t *heap = env;
    void *fresh = NULL;
    if (new_size > 0) {
        heap->calls++;
        if (heap->fail_every && heap->calls % heap->fail_every == 0) {
            return NULL;
        }
        fresh = allocate(heap, new_size, p != NULL);
    }
    if (p && fresh) {
        memcpy(fresh, p, old_size < new_size ? old_size : new_size);
    }
    if (p) {
        release(heap, p, old_size);
    }
    return fresh;
}

wl_allocator_t heap_allocator(heap_t *heap) {
    return (wl_allocator_t){.resize = resize, .env = heap};
}
