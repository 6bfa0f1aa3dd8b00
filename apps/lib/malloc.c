/* SPDX-License-Identifier: MIT
 *
 * malloc for boards: a heap of fixed size, HEAP_BYTES, inside the memory that a module begins with.
 *
 * The C library's own takes whole pages of 64 KiB, one for each class of sizes. Linked beside a
 * program, this takes its place. Blocks lie one after the other; free ones are joined when one is
 * looked for, and the first that fits is taken.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifndef HEAP_BYTES
#define HEAP_BYTES 6144
#endif
#define ALIGNMENT 16

typedef struct {
    uint32_t bytes; /* with this header; 0: the heap was never used */
    uint32_t is_used;
    uint64_t unused;
} block_t;

static _Alignas(ALIGNMENT) char heap[HEAP_BYTES & -ALIGNMENT];

static block_t *after(block_t *block) {
    return (block_t *)((char *)block + block->bytes);
}

static int is_end(const block_t *block) {
    return (const char *)block == heap + sizeof(heap);
}

static void join_free(block_t *block) {
    for (block_t *next = after(block); !is_end(next) && !next->is_used; next = after(block)) {
        block->bytes += next->bytes;
    }
}

static void split(block_t *block, uint32_t bytes) {
    if (block->bytes - bytes > sizeof(block_t)) {
        block_t *rest = (block_t *)((char *)block + bytes);
        rest->bytes = block->bytes - bytes;
        rest->is_used = 0;
        block->bytes = bytes;
    }
}

void *malloc(size_t size) {
    block_t *block = (block_t *)heap;
    if (block->bytes == 0) {
        block->bytes = sizeof(heap);
    }
    if (size <= sizeof(heap)) {
        uint32_t bytes = (uint32_t)((size + sizeof(block_t) + ALIGNMENT - 1) & -ALIGNMENT);
        for (; !is_end(block); block = after(block)) {
            if (block->is_used) {
                continue;
            }
            join_free(block);
            if (block->bytes >= bytes) {
                split(block, bytes);
                block->is_used = 1;
                return block + 1;
            }
        }
    }
    errno = ENOMEM;
    return NULL;
}

void free(void *p) {
    if (p != NULL) {
        ((block_t *)p - 1)->is_used = 0;
    }
}

void *calloc(size_t count, size_t size) {
    size_t bytes;
    void *p = __builtin_mul_overflow(count, size, &bytes) ? NULL : malloc(bytes);
    return p == NULL ? NULL : memset(p, 0, bytes);
}

void *realloc(void *p, size_t size) {
    void *to = malloc(size);
    if (to != NULL && p != NULL) {
        size_t old = ((block_t *)p - 1)->bytes - sizeof(block_t);
        memcpy(to, p, old < size ? old : size);
        free(p);
    }
    return to;
}

/* Zig's C library has these with a malloc of their own. */

char *strndup(const char *text, size_t most) {
    size_t size = strnlen(text, most);
    char *copy = malloc(size + 1);
    if (copy != NULL) {
        memcpy(copy, text, size);
        copy[size] = 0;
    }
    return copy;
}

char *strdup(const char *text) {
    return strndup(text, SIZE_MAX - 1);
}
