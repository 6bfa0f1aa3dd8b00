/* SPDX-License-Identifier: MIT
 *
 * What every kernel shares. A kernel is a C program without a library whose `run(n)` does its work
 * n times, or on n bytes, and returns a checksum of all of it. It is compiled to WebAssembly for
 * the engines and to native code for the comparison; the build renames `run` in the latter.
 */
#ifndef WL_BENCH_KERNEL_H
#define WL_BENCH_KERNEL_H

#include <stdint.h>

#ifdef __wasm__
#define KERNEL_EXPORT(name) __attribute__((export_name(#name)))
#else
#define KERNEL_EXPORT(name)
#endif

KERNEL_EXPORT(run)
int32_t run(int32_t n);

/* The next of a sequence of numbers that look random (a 32-bit xorshift); seed is never 0. */
static inline uint32_t kernel_random(uint32_t *seed) {
    uint32_t x = *seed;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *seed = x;
}

/* Adds a value to a checksum, dependent on order. */
static inline uint32_t kernel_mix(uint32_t sum, uint32_t value) {
    return ((sum << 5) | (sum >> 27)) ^ value;
}

#endif
