/* SPDX-License-Identifier: MIT
 *
 * Every numeric helper against the host's processor and libm: all pairs of edge cases, then
 * pseudo-random bit patterns, shaped so that cancellation, halves, underflow and overflow are
 * frequent. Stops at the first difference.
 *
 * The checksum covers all results. A target without a trusted libm is built with
 * NUMERIC_REFERENCE=0 and must print the host's checksum for the same number of rounds.
 *
 * usage: test_numeric [random rounds]
 */
#include <stdio.h>
#include <stdlib.h>

#include "wl_numeric.h"

#ifndef NUMERIC_ROUNDS
#define NUMERIC_ROUNDS 2000000
#endif
#ifndef NUMERIC_REFERENCE
#define NUMERIC_REFERENCE 1
#endif

typedef struct {
    wl_status_t status;
    uint64_t value; /* 0 after a trap */
} result_t;

typedef result_t (*operation_t)(uint64_t a, uint64_t b);

/* ---- What the results should be ---- */

#if NUMERIC_REFERENCE
#include <math.h>

static float f(uint64_t bits) { return wl_f32_value((uint32_t)bits); }
static double d(uint64_t bits) { return wl_f64_value(bits); }
static double fd(uint64_t bits) { return (double)f(bits); }

static uint32_t f_bits(float value) {
    uint32_t bits = 0x7fc00000;
    if (!isnan(value)) {
        memcpy(&bits, &value, sizeof bits);
    }
    return bits;
}

static uint64_t d_bits(double value) {
    uint64_t bits = 0x7ff8000000000000;
    if (!isnan(value)) {
        memcpy(&bits, &value, sizeof bits);
    }
    return bits;
}

static double least(double a, double b) {
    if (isnan(a) || isnan(b)) {
        return (double)NAN;
    }
    if (a < b || b < a) {
        return a < b ? a : b;
    }
    return signbit(a) ? a : b;
}
static double most(double a, double b) { return -least(-a, -b); }

static uint64_t ones(uint64_t x, unsigned first, unsigned last) {
    uint64_t n = 0;
    for (unsigned i = first; i <= last; i++) {
        n += x >> i & 1;
    }
    return n;
}
static uint64_t leading(uint64_t x, unsigned width) {
    uint64_t n = 0;
    while (n < width && (x >> (width - 1 - n) & 1) == 0) {
        n++;
    }
    return n;
}
static uint64_t trailing(uint64_t x, unsigned width) {
    uint64_t n = 0;
    while (n < width && (x >> n & 1) == 0) {
        n++;
    }
    return n;
}
/* One place at a time. */
static uint64_t rotated(uint64_t x, uint64_t n, unsigned width) {
    for (n %= width; n > 0; n--) {
        x = (x << 1 | x >> (width - 1)) & (UINT64_MAX >> (64 - width));
    }
    return x;
}
static uint64_t shifted(uint64_t x, uint64_t n, unsigned width) {
    for (n %= width; n > 0; n--) {
        x = x >> 1 | (x & 1ull << (width - 1));
    }
    return x;
}

static result_t trap(wl_status_t status) { return (result_t){status, 0}; }
static result_t value(uint64_t bits) { return (result_t){WL_OK, bits}; }

static result_t div_s(int64_t a, int64_t b, int64_t least_value) {
    if (b == 0) {
        return trap(WL_TRAP_DIV_ZERO);
    }
    return a == least_value && b == -1 ? trap(WL_TRAP_INT_OVERFLOW) : value((uint64_t)(a / b));
}
static result_t rem_s(int64_t a, int64_t b) {
    return b == 0 ? trap(WL_TRAP_DIV_ZERO) : value(b == -1 ? 0 : (uint64_t)(a % b));
}
static result_t div_u(uint64_t a, uint64_t b) { return b == 0 ? trap(WL_TRAP_DIV_ZERO) : value(a / b); }
static result_t rem_u(uint64_t a, uint64_t b) { return b == 0 ? trap(WL_TRAP_DIV_ZERO) : value(a % b); }
static result_t low32(result_t r) { return (result_t){r.status, (uint32_t)r.value}; }

/* Truncates to `width` bits; `saturate` instead of trapping. */
static result_t truncated(double a, unsigned width, bool is_signed, bool saturate) {
    double whole = trunc(a), end = ldexp(1, (int)(is_signed ? width - 1 : width));
    double start = is_signed ? -end : 0;
    uint64_t bits;
    if (isnan(a)) {
        return saturate ? value(0) : trap(WL_TRAP_BAD_CONVERSION);
    }
    if (whole < start || whole >= end) {
        if (!saturate) {
            return trap(WL_TRAP_INT_OVERFLOW);
        }
        uint64_t greatest = UINT64_MAX >> (64 - width) >> is_signed;
        bits = is_signed ? greatest + 1 : 0;
        if (whole >= end) {
            bits = greatest;
        }
    } else {
        bits = whole < 0 ? (uint64_t)(int64_t)whole : (uint64_t)whole;
    }
    return value(width == 32 ? (uint32_t)bits : bits);
}
#endif

/* ---- The helpers ----
 *
 * VALUE(name, width, operands, reference)  x and y are the operands, cut to `width` bits
 * STATUS(name, width, operands, out type, reference)  the same for those that can trap
 */
/* clang-format off */
#define FLOATS(VALUE, p, width, v, bits, abs_mask) \
    VALUE(p##_add, width, 2, bits(v(x) + v(y))) VALUE(p##_sub, width, 2, bits(v(x) - v(y))) \
    VALUE(p##_mul, width, 2, bits(v(x) * v(y))) VALUE(p##_div, width, 2, bits(v(x) / v(y))) \
    VALUE(p##_eq, width, 2, v(x) == v(y)) VALUE(p##_ne, width, 2, v(x) != v(y)) \
    VALUE(p##_lt, width, 2, v(x) < v(y)) VALUE(p##_le, width, 2, v(x) <= v(y)) \
    VALUE(p##_gt, width, 2, v(x) > v(y)) VALUE(p##_ge, width, 2, v(x) >= v(y)) \
    VALUE(p##_copysign, width, 2, x % (abs_mask + 1) + (y - y % (abs_mask + 1))) \
    VALUE(p##_abs, width, 1, x % (abs_mask + 1)) \
    VALUE(p##_neg, width, 1, x > abs_mask ? x - (abs_mask + 1) : x + (abs_mask + 1))

#define VALUES(VALUE) \
    FLOATS(VALUE, f32, 32, f, f_bits, 0x7fffffffu) FLOATS(VALUE, f64, 64, d, d_bits, 0x7fffffffffffffffu) \
    VALUE(f32_min, 32, 2, f_bits((float)least(fd(x), fd(y)))) VALUE(f32_max, 32, 2, f_bits((float)most(fd(x), fd(y)))) \
    VALUE(f64_min, 64, 2, d_bits(least(d(x), d(y)))) VALUE(f64_max, 64, 2, d_bits(most(d(x), d(y)))) \
    VALUE(f32_ceil, 32, 1, f_bits(ceilf(f(x)))) VALUE(f32_floor, 32, 1, f_bits(floorf(f(x)))) \
    VALUE(f32_trunc, 32, 1, f_bits(truncf(f(x)))) VALUE(f32_nearest, 32, 1, f_bits(rintf(f(x)))) \
    VALUE(f64_ceil, 64, 1, d_bits(ceil(d(x)))) VALUE(f64_floor, 64, 1, d_bits(floor(d(x)))) \
    VALUE(f64_trunc, 64, 1, d_bits(trunc(d(x)))) VALUE(f64_nearest, 64, 1, d_bits(rint(d(x)))) \
    VALUE(f32_sqrt, 32, 1, f_bits(sqrtf(f(x)))) VALUE(f64_sqrt, 64, 1, d_bits(sqrt(d(x)))) \
    VALUE(f32_demote_f64, 64, 1, f_bits((float)d(x))) VALUE(f64_promote_f32, 32, 1, d_bits(fd(x))) \
    VALUE(f32_convert_i32_s, 32, 1, f_bits((float)(long double)(int32_t)x)) \
    VALUE(f32_convert_i32_u, 32, 1, f_bits((float)(long double)x)) \
    VALUE(f32_convert_i64_s, 64, 1, f_bits((float)(long double)(int64_t)x)) \
    VALUE(f32_convert_i64_u, 64, 1, f_bits((float)(long double)x)) \
    VALUE(f64_convert_i32_s, 32, 1, d_bits((double)(long double)(int32_t)x)) \
    VALUE(f64_convert_i32_u, 32, 1, d_bits((double)(long double)x)) \
    VALUE(f64_convert_i64_s, 64, 1, d_bits((double)(long double)(int64_t)x)) \
    VALUE(f64_convert_i64_u, 64, 1, d_bits((double)(long double)x)) \
    VALUE(i32_trunc_sat_f32_s, 32, 1, truncated(fd(x), 32, true, true).value) \
    VALUE(i32_trunc_sat_f32_u, 32, 1, truncated(fd(x), 32, false, true).value) \
    VALUE(i32_trunc_sat_f64_s, 64, 1, truncated(d(x), 32, true, true).value) \
    VALUE(i32_trunc_sat_f64_u, 64, 1, truncated(d(x), 32, false, true).value) \
    VALUE(i64_trunc_sat_f32_s, 32, 1, truncated(fd(x), 64, true, true).value) \
    VALUE(i64_trunc_sat_f32_u, 32, 1, truncated(fd(x), 64, false, true).value) \
    VALUE(i64_trunc_sat_f64_s, 64, 1, truncated(d(x), 64, true, true).value) \
    VALUE(i64_trunc_sat_f64_u, 64, 1, truncated(d(x), 64, false, true).value) \
    VALUE(clz32, 32, 1, leading(x, 32)) VALUE(ctz32, 32, 1, trailing(x, 32)) VALUE(popcnt32, 32, 1, ones(x, 0, 31)) \
    VALUE(clz64, 64, 1, leading(x, 64)) VALUE(ctz64, 64, 1, trailing(x, 64)) VALUE(popcnt64, 64, 1, ones(x, 0, 63)) \
    VALUE(rotl32, 32, 2, rotated(x, y, 32)) VALUE(rotr32, 32, 2, rotated(x, 32 - y % 32, 32)) \
    VALUE(rotl64, 64, 2, rotated(x, y, 64)) VALUE(rotr64, 64, 2, rotated(x, 64 - y % 64, 64)) \
    VALUE(shr32_s, 32, 2, shifted(x, y, 32)) VALUE(shr64_s, 64, 2, shifted(x, y, 64))

#define STATUSES(STATUS) \
    STATUS(i32_div_s, 32, 2, uint32_t, low32(div_s((int32_t)x, (int32_t)y, INT32_MIN))) \
    STATUS(i32_rem_s, 32, 2, uint32_t, low32(rem_s((int32_t)x, (int32_t)y))) \
    STATUS(i32_div_u, 32, 2, uint32_t, div_u(x, y)) STATUS(i32_rem_u, 32, 2, uint32_t, rem_u(x, y)) \
    STATUS(i64_div_s, 64, 2, uint64_t, div_s((int64_t)x, (int64_t)y, INT64_MIN)) \
    STATUS(i64_rem_s, 64, 2, uint64_t, rem_s((int64_t)x, (int64_t)y)) \
    STATUS(i64_div_u, 64, 2, uint64_t, div_u(x, y)) STATUS(i64_rem_u, 64, 2, uint64_t, rem_u(x, y)) \
    STATUS(i32_trunc_f32_s, 32, 1, uint32_t, truncated(fd(x), 32, true, false)) \
    STATUS(i32_trunc_f32_u, 32, 1, uint32_t, truncated(fd(x), 32, false, false)) \
    STATUS(i32_trunc_f64_s, 64, 1, uint32_t, truncated(d(x), 32, true, false)) \
    STATUS(i32_trunc_f64_u, 64, 1, uint32_t, truncated(d(x), 32, false, false)) \
    STATUS(i64_trunc_f32_s, 32, 1, uint64_t, truncated(fd(x), 64, true, false)) \
    STATUS(i64_trunc_f32_u, 32, 1, uint64_t, truncated(fd(x), 64, false, false)) \
    STATUS(i64_trunc_f64_s, 64, 1, uint64_t, truncated(d(x), 64, true, false)) \
    STATUS(i64_trunc_f64_u, 64, 1, uint64_t, truncated(d(x), 64, false, false))
/* clang-format on */

#define OPERAND(width, bits) (uint##width##_t)(bits)
#define ARGUMENTS_1(width) OPERAND(width, a)
#define ARGUMENTS_2(width) OPERAND(width, a), OPERAND(width, b)
#define RUN_VALUE(name, width, operands, reference)                       \
    static result_t run_##name(uint64_t a, uint64_t b) {                  \
        (void)b;                                                          \
        return (result_t){WL_OK, wl_##name(ARGUMENTS_##operands(width))}; \
    }
#define RUN_STATUS(name, width, operands, out_t, reference)                \
    static result_t run_##name(uint64_t a, uint64_t b) {                   \
        (void)b;                                                           \
        out_t out = 0;                                                     \
        wl_status_t status = wl_##name(ARGUMENTS_##operands(width), &out); \
        return (result_t){status, out};                                    \
    }
VALUES(RUN_VALUE)
STATUSES(RUN_STATUS)

#if NUMERIC_REFERENCE
#define REFERENCE(name, width, result)                                \
    static result_t reference_##name(uint64_t a, uint64_t b) {        \
        uint##width##_t x = OPERAND(width, a), y = OPERAND(width, b); \
        (void)y;                                                      \
        return result;                                                \
    }
#define REFERENCE_VALUE(name, width, operands, reference) REFERENCE(name, width, value(reference))
#define REFERENCE_STATUS(name, width, operands, out_t, reference) REFERENCE(name, width, reference)
VALUES(REFERENCE_VALUE)
STATUSES(REFERENCE_STATUS)
#define REFERENCE_OF(name) reference_##name
#else
#define REFERENCE_OF(name) NULL
#endif

#define ROW_VALUE(name, width, operands, reference) {#name, width, operands, run_##name, REFERENCE_OF(name)},
#define ROW_STATUS(name, width, operands, out_t, reference) ROW_VALUE(name, width, operands, reference)
static const struct {
    const char *name;
    uint8_t width, operands;
    operation_t run, reference;
} rows[] = {VALUES(ROW_VALUE) STATUSES(ROW_STATUS)};

enum { ROWS = sizeof rows / sizeof rows[0] };

static uint64_t checks, checksum = 0xcbf29ce484222325;

static void check(unsigned row, uint64_t a, uint64_t b) {
    result_t got = rows[row].run(a, b);
    checksum = (checksum ^ got.value ^ (uint64_t)got.status << 48) * 0x100000001b3;
    checksum ^= checksum >> 32;
    checks++;
    if (rows[row].reference != NULL) {
        result_t expected = rows[row].reference(a, b);
        if (got.status != expected.status || got.value != expected.value) {
            fprintf(stderr, "%s(%#llx, %#llx): status %d, %#llx; expected status %d, %#llx\n", rows[row].name,
                    (unsigned long long)a, (unsigned long long)b, (int)got.status, (unsigned long long)got.value,
                    (int)expected.status, (unsigned long long)expected.value);
            exit(1);
        }
    }
}

/* ---- Edge cases ---- */

/* clang-format off */
/* Each with the pattern before and the one after it, and all with either sign. */
static const uint64_t edges32[] = {
    0x00000001, 0x00400000, 0x00800000,             /* zero; subnormals; the least normal */
    0x3effffff, 0x3f000000, 0x3f800000, 0x3fc00000, /* halves and ones */
    0x40000000, 0x40200000, 0x40400000, 0x40600000, /* 2, 2.5, 3, 3.5 */
    0x4a800000, 0x4b000000, 0x4b800000,             /* 2^22, 2^23, 2^24: where fractions end */
    0x4f000000, 0x4f800000, 0x5f000000, 0x5f800000, /* 2^31, 2^32, 2^63, 2^64 */
    0x7f000000, 0x7f800000, 0x7fa00000, 0x7fc00000, /* large; infinity; NaNs of both kinds */
    0x7ffffffe, 0x00000020, 0x0000ffff, 0x01000001, /* -1, shift counts and others, as integers */
};
static const uint64_t edges64[] = {
    0x0000000000000001, 0x0008000000000000, 0x0010000000000000,                     /* as above */
    0x3fdfffffffffffff, 0x3fe0000000000000, 0x3ff0000000000000, 0x3ff8000000000000,
    0x4000000000000000, 0x4004000000000000, 0x4008000000000000, 0x400c000000000000,
    0x4320000000000000, 0x4330000000000000, 0x4340000000000000,                     /* 2^51, 2^52, 2^53 */
    0x41dfffffffc00000, 0x41e0000000000000, 0x41e0000000200000,                     /* 2^31 - 1, 2^31, 2^31 + 1 */
    0x41efffffffe00000, 0x41f0000000000000, 0x43e0000000000000, 0x43f0000000000000, /* 2^32 - 1, 2^32, 2^63, 2^64 */
    0x47efffffe0000000, 0x47effffff0000000, 0x47f0000000000000, /* f32: greatest, half a place more, 2^128 */
    0x380fffffe0000000, 0x3810000000000000,                     /* f32: round the least normal */
    0x36a0000000000000, 0x3690000000000000, 0x36b8000000000000, /* f32: the least subnormal, its half, 1.5 of it */
    0x3ff0000010000000, 0x3ff0000030000000,                     /* f32: half places above 1 */
    0x3ff3b9285dd3bbff, 0x3ff3b43b4effffff,                     /* a quotient whose estimate is too large */
    0x7fe0000000000000, 0x7ff0000000000000, 0x7ff4000000000000, 0x7ff8000000000000,
    0x7ffffffffffffffe, 0x0000000000000040, 0x00000000ffffffff, 0x0000000100000001,
};
/* clang-format on */

static uint64_t edge(unsigned width, unsigned i) {
    uint64_t bits = (width == 32 ? edges32 : edges64)[i / 6] + i % 3 - 1;
    return bits | (uint64_t)(i / 3 % 2) << (width - 1);
}

static void check_edges(void) {
    for (unsigned row = 0; row < ROWS; row++) {
        unsigned width = rows[row].width;
        unsigned n = 6 * (unsigned)(width == 32 ? sizeof edges32 / sizeof edges32[0] : sizeof edges64 / sizeof edges64[0]);
        for (unsigned i = 0; i < n; i++) {
            for (unsigned j = 0; j < (rows[row].operands == 2 ? n : 1); j++) {
                check(row, edge(width, i), edge(width, j));
            }
        }
    }
}

/* ---- Pseudo-random patterns ---- */

static uint64_t random_state;

static uint64_t random64(void) { /* splitmix64 */
    uint64_t z = random_state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* Makes a pair out of uniform bits: `width` with a fraction of `fraction` bits. */
static void shape(unsigned kind, unsigned width, unsigned fraction, uint64_t *a, uint64_t *b) {
    uint64_t r = random64();
    uint64_t all = UINT64_MAX >> (64 - width), exponents = (all >> 1) & ~(uint64_t)0 << fraction;
    uint64_t sign = 1ull << (width - 1), bias = (exponents >> 1) & exponents;
    unsigned n = (unsigned)(r >> 8) % width, m = (unsigned)(r >> 16) % width;
    uint64_t near = ((r >> 24) % (2 * fraction + 12)) << fraction;
    *a &= all;
    *b &= all;
    switch (kind) {
        case 0: /* exponents so near that sums cancel, round and carry */
            *b = (*b & ~exponents) | ((*a + near - ((uint64_t)(fraction + 6) << fraction)) & exponents);
            break;
        case 1: /* few bits, and so exact results and halves */
            *a &= all << n;
            *b &= all << m;
            break;
        case 2: /* runs of ones, and so carries through the whole fraction */
            *a |= all >> n >> 1;
            *b |= ((uint64_t)1 << m) - 1;
            break;
        case 3: /* integers of any size; divisors and shift counts */
            *a = (*a >> n) * (r & 1 ? 1 : UINT64_MAX) & all;
            *b = (*b >> m) * (r & 2 ? 1 : UINT64_MAX) & all;
            break;
        case 4: /* products about the least normal, and in case 5 quotients */
        case 5:
            *b &= ~exponents;
            *b |= ((kind == 4 ? bias - (*a & exponents) : (*a & exponents) + bias) + near) & exponents;
            break;
        case 6: /* magnitudes about 1, up to the integers' limits */
            *a = (*a & ~exponents) | (bias - ((uint64_t)4 << fraction) + ((uint64_t)((r >> 32) % 72) << fraction));
            *b = *a ^ (r & 4 ? sign : 0) ^ (uint64_t)1 << n % fraction;
            break;
        default: /* anything */
            break;
    }
}

static void check_random(unsigned long rounds) {
    for (unsigned long i = 0; i < rounds; i++) {
        uint64_t a32 = random64(), b32 = random64(), a64 = random64(), b64 = random64();
        shape((unsigned)(i % 8), 32, 23, &a32, &b32);
        shape((unsigned)(i % 8), 64, 52, &a64, &b64);
        for (unsigned row = 0; row < ROWS; row++) {
            bool narrow = rows[row].width == 32;
            check(row, narrow ? a32 : a64, narrow ? b32 : b64);
        }
    }
}

int main(int argc, char **argv) {
    unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : NUMERIC_ROUNDS;
    check_edges();
    check_random(rounds);
    printf("numeric: %u operations, %lu random rounds, checksum %08lx%08lx\n", ROWS, rounds,
           (unsigned long)(checksum >> 32), (unsigned long)(checksum & 0xffffffff));
    printf("%lu checks passed\n", (unsigned long)checks);
    return 0;
}
