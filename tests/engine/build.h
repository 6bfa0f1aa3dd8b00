/* SPDX-License-Identifier: MIT
 *
 * Puts modules together byte by byte.
 */
#ifndef WL_TESTS_BUILD_H
#define WL_TESTS_BUILD_H

#include "check.h"

typedef struct {
    uint8_t *bytes;
    size_t size, capacity;
} build_t;

static inline void put(build_t *b, const uint8_t *bytes, size_t size) {
    if (b->capacity - b->size < size) {
        b->capacity = 2 * (b->capacity + size);
        b->bytes = realloc(b->bytes, b->capacity);
        if (b->bytes == NULL) {
            abort();
        }
    }
    memcpy(b->bytes + b->size, bytes, size);
    b->size += size;
}

/* PUT(b, 0x60, 0, 0): bytes as they are. */
#define PUT(b, ...) put((b), (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static inline void put_u32(build_t *b, uint32_t value) {
    while (value >= 0x80) {
        PUT(b, (uint8_t)(value | 0x80));
        value >>= 7;
    }
    PUT(b, (uint8_t)value);
}

static inline void put_header(build_t *b) {
    b->size = 0;
    PUT(b, 0, 'a', 's', 'm', 1, 0, 0, 0);
}

/* A size of five bytes that is filled in afterwards: a section's, a body's. */
static inline size_t begin_size(build_t *b) {
    PUT(b, 0, 0, 0, 0, 0);
    return b->size;
}

static inline void end_size(build_t *b, size_t start) {
    size_t size = b->size - start;
    for (size_t i = 0; i < 5; i++) {
        b->bytes[start - 5 + i] = (uint8_t)((size >> (7 * i) & 0x7f) | (i < 4 ? 0x80 : 0));
    }
}

static inline size_t begin_section(build_t *b, uint8_t id) {
    PUT(b, id);
    return begin_size(b);
}

static inline void put_name(build_t *b, const char *name) {
    put_u32(b, (uint32_t)strlen(name));
    put(b, (const uint8_t *)name, strlen(name));
}

#endif
