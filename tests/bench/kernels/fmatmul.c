/* SPDX-License-Identifier: MIT
 *
 * The product of two 24 x 24 matrices of f32, n times.
 */
#include "kernel.h"

enum { SIZE = 24 };

static float a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];

static void multiply(void) {
    for (uint32_t i = 0; i < SIZE; i++) {
        for (uint32_t j = 0; j < SIZE; j++) {
            float sum = 0;
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
            union {
                float value;
                uint32_t bits;
            } u = {.value = c[i][j]};
            sum = kernel_mix(sum, u.bits);
        }
    }
    return sum;
}

int32_t run(int32_t n) {
    uint32_t seed = 1, sum = 0;
    for (uint32_t i = 0; i < SIZE; i++) {
        for (uint32_t j = 0; j < SIZE; j++) {
            a[i][j] = (float)(int32_t)(kernel_random(&seed) & 0xffff) / 65536.0f - 0.5f;
            b[i][j] = (float)(int32_t)(kernel_random(&seed) & 0xffff) / 65536.0f - 0.5f;
        }
    }
    for (int32_t i = 0; i < n; i++) {
        multiply();
        sum = kernel_mix(sum, checksum());
        a[0][0] += 1.0f;
    }
    return (int32_t)sum;
}
