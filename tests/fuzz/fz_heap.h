/* SPDX-License-Identifier: MIT
 *
 * The allocator behind every fuzz target: counts bytes, refuses past a cap, can fail at every
 * n-th request, and checks that the engine gives back exactly what it took. Also the random
 * numbers and the hash that the targets share.
 */
#ifndef FZ_HEAP_H
#define FZ_HEAP_H

#include "wl.h"

typedef struct {
    size_t used, cap;
    uint32_t requests;
    uint32_t fail_every; /* 0: only at the cap */
} fz_heap_t;

wl_allocator_t fz_heap_allocator(fz_heap_t *heap);

/* Prints what was found and aborts, so that the fuzzer keeps the input. */
_Noreturn void fz_finding(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define FZ_HASH_START 0xcbf29ce484222325u
uint64_t fz_hash(uint64_t hash, const void *data, size_t size);

/* The finaliser of splitmix64: diff.py has the same. */
static inline uint64_t fz_mix(uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

#endif
