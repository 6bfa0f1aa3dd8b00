/* SPDX-License-Identifier: MIT
 *
 * Small matrices of 16-bit fixed point: add, multiply by a vector and by a matrix, a
 * histogram.
 */
#include "coremix.h"

enum { SIZE = 12,
       BINS = 16 };

typedef int16_t matrix_t[SIZE][SIZE];
typedef int32_t wide_matrix_t[SIZE][SIZE];

static matrix_t a, b;
static wide_matrix_t c;
static uint16_t bins[BINS];

static __attribute__((noinline)) void fill(matrix_t m, uint32_t n, uint32_t seed) {
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++) {
            m[i][j] = (int16_t)(kernel_random(&seed) >> 7);
        }
    }
}

static __attribute__((noinline)) void add(matrix_t m, uint32_t n, int32_t value) {
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++) {
            m[i][j] = (int16_t)(m[i][j] + value);
        }
    }
}

static __attribute__((noinline)) void multiply_vector(int32_t *out, matrix_t m, uint32_t n, const int16_t *vector) {
    for (uint32_t i = 0; i < n; i++) {
        int32_t sum = 0;
        for (uint32_t j = 0; j < n; j++) {
            sum += m[i][j] * vector[j];
        }
        out[i] = sum;
    }
}

static __attribute__((noinline)) void multiply(wide_matrix_t out, matrix_t m, uint32_t n, matrix_t with) {
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++) {
            int32_t sum = 0;
            for (uint32_t k = 0; k < n; k++) {
                int32_t product = m[i][k] * with[k][j];
                sum += (product >> 4 & 0x1f) * (product >> 7 & 0x7f);
            }
            out[i][j] = sum;
        }
    }
}

static int32_t clip(int32_t value, int32_t low, int32_t high) {
    return value < low ? low : value > high ? high
                                            : value;
}

static __attribute__((noinline)) void count(wide_matrix_t m, uint32_t n) {
    for (uint32_t i = 0; i < BINS; i++) {
        bins[i] = 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++) {
            bins[clip(m[i][j] / 4096 + BINS / 2, 0, BINS - 1)]++;
        }
    }
}

/* How often a row rises and falls, weighted. */
static __attribute__((noinline)) uint16_t sum_up(wide_matrix_t m, uint32_t n, int32_t limit, uint16_t crc) {
    int32_t sum = 0, previous = 0;
    uint16_t runs = 0;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++) {
            int32_t value = m[i][j];
            sum += value & 0xffff;
            if (sum > limit) {
                runs = (uint16_t)(runs + 10);
                sum = 0;
            } else if (value > previous) {
                runs++;
            }
            previous = value;
        }
    }
    return crc_add16(crc_add32(crc, (uint32_t)sum), runs);
}

uint16_t matrix_part(uint32_t seed) {
    uint16_t crc = 0;
    int32_t vector[SIZE];
    uint32_t n = SIZE - (seed & 1);
    fill(a, n, seed);
    fill(b, n, seed + 77);
    add(a, n, (int32_t)seed);
    multiply_vector(vector, a, n, b[3]);
    for (uint32_t i = 0; i < n; i++) {
        crc = crc_add32(crc, (uint32_t)vector[i]);
    }
    multiply(c, a, n, b);
    crc = sum_up(c, n, 20000, crc);
    count(c, n);
    for (uint32_t i = 0; i < BINS; i++) {
        crc = crc_add16(crc, bins[i]);
    }
    add(a, n, -(int32_t)seed);
    return crc_add16(crc, (uint16_t)a[n - 1][n - 1]);
}
