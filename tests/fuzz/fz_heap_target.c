/* SPDX-License-Identifier: MIT
 *
 * fz_heap.h on bare metal: blocks of powers of two, in the memory that the program leaves.
 */
#include "fz_heap.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bare.h"

enum { LEAST_LOG2 = 5,
       LINE_BYTES = 4096,
       FOUND = 3 };

static void *free_blocks[32];
static size_t taken;

void fz_finding(const char *format, ...) {
    static char line[LINE_BYTES];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    target_write("FINDING: ", 9);
    target_write(line, size < LINE_BYTES ? (size_t)size : LINE_BYTES - 1);
    target_write("\n", 1);
    target_exit(FOUND);
}

uint64_t fz_hash(uint64_t hash, const void *data, size_t size) {
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    }
    return hash;
}

static uint32_t log2_above(size_t size) {
    uint32_t log2 = LEAST_LOG2;
    while ((size_t)1 << log2 < size) {
        log2++;
    }
    return log2;
}

static void *block_new(size_t size) {
    uint32_t log2 = log2_above(size);
    void *block = free_blocks[log2];
    if (block != NULL) {
        memcpy(&free_blocks[log2], block, sizeof block);
    } else if ((size_t)(heap_end - heap_start) - taken < (size_t)1 << log2) {
        return NULL;
    } else {
        block = heap_start + taken;
        taken += (size_t)1 << log2;
    }
    return memset(block, 0, size);
}

/* Blocks always move. */
static void *heap_resize(void *env, void *ptr, size_t old_size, size_t new_size) {
    fz_heap_t *heap = env;
    void *block = NULL;
    if ((ptr == NULL) != (old_size == 0)) {
        fz_finding("resize of %p with old size %u", ptr, (unsigned)old_size);
    }
    if (new_size > 0) {
        heap->requests++;
        bool fails = heap->fail_every != 0 && heap->requests % heap->fail_every == 0;
        block = fails || heap->used - old_size + new_size > heap->cap ? NULL : block_new(new_size);
        if (block == NULL) {
            return NULL;
        }
    }
    if (ptr != NULL) {
        uint32_t log2 = log2_above(old_size);
        if (block != NULL) {
            memcpy(block, ptr, old_size < new_size ? old_size : new_size);
        }
        memset(ptr, 0xd5, old_size); /* so that a stale pointer is found out */
        memcpy(ptr, &free_blocks[log2], sizeof ptr);
        free_blocks[log2] = ptr;
    }
    heap->used += new_size - old_size;
    return block;
}

wl_allocator_t fz_heap_allocator(fz_heap_t *heap) {
    return (wl_allocator_t){heap_resize, heap};
}
