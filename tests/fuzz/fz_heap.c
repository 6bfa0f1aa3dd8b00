/* SPDX-License-Identifier: MIT */
#include "fz_heap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FZ_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define FZ_ASAN 1
#endif
#ifdef FZ_ASAN
/* The runtime has it with either compiler, the header only comes with one. */
size_t __sanitizer_get_allocated_size(const volatile void *ptr);
#endif

void fz_finding(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("FINDING: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}

uint64_t fz_hash(uint64_t hash, const void *data, size_t size) {
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    }
    return hash;
}

/* Blocks always move, also when they shrink, so that a stale pointer is a use after free. */
static void *heap_resize(void *env, void *ptr, size_t old_size, size_t new_size) {
    fz_heap_t *heap = env;
    if ((ptr == NULL) != (old_size == 0)) {
        fz_finding("resize of %p with old size %zu", ptr, old_size);
    }
#ifdef FZ_ASAN
    if (ptr != NULL && __sanitizer_get_allocated_size(ptr) != old_size) {
        fz_finding("block of %zu bytes given back as %zu", __sanitizer_get_allocated_size(ptr), old_size);
    }
#endif
    if (new_size == 0) {
        free(ptr);
        heap->used -= old_size;
        return NULL;
    }
    heap->requests++;
    if ((heap->fail_every != 0 && heap->requests % heap->fail_every == 0) ||
        heap->used - old_size + new_size > heap->cap) {
        return NULL;
    }
    void *block = ptr != NULL ? malloc(new_size) : calloc(1, new_size);
    if (block == NULL) {
        return NULL;
    }
    if (ptr != NULL) {
        memcpy(block, ptr, old_size < new_size ? old_size : new_size);
        free(ptr);
    }
    heap->used += new_size - old_size;
    return block;
}

wl_allocator_t fz_heap_allocator(fz_heap_t *heap) {
    return (wl_allocator_t){heap_resize, heap};
}
