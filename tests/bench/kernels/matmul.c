/* SPDX-License-Identifier: MIT
 *
 * The product of two 32 x 32 matrices of integers, n times.
 */
#include "kernel.h"

enum { SIZE = 32 };

static int32_t a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];

static void multiply(void) {
    for (uint32_t i = 0; i < SIZE; i++) {
        for (uint32_t j = 0; j < SIZE; j++) {
            int32_t sum = 0;
            for (uint32_t k = 0; k < SIZE; k++) {
                sum += a[i][k] * b[k][j];
            }
            c[i][j] = sum;
        }
    }
}

static uint32_t checksum(void) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < SIZE; i++) {
        for (uint32_t j = 0; j < SIZE; j++) {
            sum = kernel_mix(sum, (uint32_t)c[i][j]);
        }
    }
    return sum;
}

int32_t run(int32_t n) {
    uint32_t seed = 1, sum = 0;
    for (uint32_t i = 0; i < SIZE; i++) {
        for (uint32_t j = 0; j < SIZE; j++) {
            a[i][j] = (int32_t)(kernel_random(&seed) & 0xfff) - 0x800;
            b[i][j] = (int32_t)(kernel_random(&seed) & 0xfff) - 0x800;
        }
    }
    for (int32_t i = 0; i < n; i++) {
        multiply();
        sum = kernel_mix(sum, checksum());
        a[0][0]++;
    }
    return (int32_t)sum;
}
