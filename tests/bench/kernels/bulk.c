/* SPDX-License-Identifier: MIT
 *
 * Fills and copies of 1 to 8,192 bytes, overlapping ones too, n times over: memory.fill and
 * memory.copy.
 */
#include "kernel.h"

enum { HALF = 8192 };

static uint8_t area[2 * HALF];

/* Opaque, so that the compiler knows no size and unrolls nothing. */
static __attribute__((noinline)) void fill(uint8_t *to, uint8_t value, uint32_t size) {
    __builtin_memset(to, value, size);
}

static __attribute__((noinline)) void copy(uint8_t *to, const uint8_t *from, uint32_t size) {
    __builtin_memmove(to, from, size);
}

int32_t run(int32_t n) {
    uint32_t sum = 0;
    for (int32_t i = 0; i < n; i++) {
        for (uint32_t size = 1; size <= HALF; size *= 2) {
            fill(area, (uint8_t)(size + (uint32_t)i), HALF);
            area[size / 2] = (uint8_t)i;
            copy(area + HALF, area, size);
            copy(area + size / 2 + 1, area, size); /* overlaps, upwards */
            copy(area, area + size / 4, size);     /* and downwards */
            sum = kernel_mix(sum, area[size - 1] + 256u * area[HALF + size / 2]);
        }
    }
    return (int32_t)sum;
}
