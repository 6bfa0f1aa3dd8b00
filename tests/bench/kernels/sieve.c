/* SPDX-License-Identifier: MIT
 *
 * The sieve of Eratosthenes over 8 KB of flags, n times: byte stores with a stride.
 */
#include "kernel.h"

enum { SIZE = 8192 };

static uint8_t composite[SIZE];

static uint32_t count_primes(void) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < SIZE; i++) {
        composite[i] = 0;
    }
    for (uint32_t i = 2; i < SIZE; i++) {
        if (composite[i]) {
            continue;
        }
        count++;
        for (uint32_t j = i + i; j < SIZE; j += i) {
            composite[j] = 1;
        }
    }
    return count;
}

int32_t run(int32_t n) {
    uint32_t sum = 0;
    for (int32_t i = 0; i < n; i++) {
        sum = kernel_mix(sum, count_primes());
    }
    return (int32_t)sum;
}
