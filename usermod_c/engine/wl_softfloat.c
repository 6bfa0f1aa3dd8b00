/* SPDX-License-Identifier: MIT
 *
 * IEEE 754 arithmetic in integers, for processors without f64 (or f32). Compilers' libraries are
 * not used: the one for ARMv7-M rounds some differences wrongly (operands 33 binary places
 * apart), the one for RP2 boards flushes subnormals and takes NaNs for infinities, and the
 * portable one is larger and slower than this.
 *
 * Below, a *significand* is a word whose leading one means 1.0: in bit 63 (f64) or 31 (f32), so
 * that 11 (f64) or 8 (f32) bits under the last place are there to round by. The lowest of those
 * is *sticky*: it stands for everything below it. Exponents are biased.
 */
#include "wl_numeric.h"

#if !WL_F64_HARD

/* Small before fast where several operations share it. */
#define NOINLINE __attribute__((noinline))

/* ---- Packing ---- */

/* Shifts right by at least one; what falls off makes the lowest bit sticky. */
static inline uint32_t shift_sticky32(uint32_t x, uint32_t n) {
    return n > 31 ? x != 0 : x >> n | (x << (32 - n) != 0);
}
static inline uint64_t shift_sticky64(uint64_t x, uint32_t n) {
    uint32_t high = (uint32_t)(x >> 32), low = (uint32_t)x, lost;
    if (n < 32) {
        lost = low << (32 - n);
        low = low >> n | high << (32 - n);
        high >>= n;
    } else if (n < 64) {
        lost = low | high << 1 << (63 - n);
        low = high >> (n - 32);
        high = 0;
    } else {
        return x != 0;
    }
    return (uint64_t)high << 32 | low | (lost != 0);
}

/* Rounds to nearest, ties to even. A carry out of the significand goes into the exponent as it
 * should, up to infinity. */
static NOINLINE uint32_t f32_pack(uint32_t sign, int32_t exponent, uint32_t significand) {
    if (exponent >= 255) {
        return sign | WL_F32_INF;
    }
    if (exponent <= 0) {
        significand = shift_sticky32(significand, (uint32_t)(1 - exponent));
        exponent = 1;
    }
    uint32_t bits = significand >> 8;
    bits += ((significand & 0xff) + 0x7f + (bits & 1)) >> 8;
    return sign + ((uint32_t)(exponent - 1) << 23) + bits;
}

static NOINLINE uint64_t f64_pack(uint32_t sign, int32_t exponent, uint64_t significand) {
    if (exponent >= 2047) {
        return (uint64_t)sign << 32 | WL_F64_INF;
    }
    if (exponent <= 0) {
        significand = shift_sticky64(significand, (uint32_t)(1 - exponent));
        exponent = 1;
    }
    uint64_t bits = significand >> 11;
    bits += (((uint32_t)significand & 0x7ff) + 0x3ff + ((uint32_t)bits & 1)) >> 11;
    return bits + ((uint64_t)(sign + ((uint32_t)(exponent - 1) << 20)) << 32);
}

/* A finite number's significand; 0 for a zero. Shifted up, the place of the leading one holds the
 * exponent's lowest bit, which is clear when there is none. */
static NOINLINE uint32_t f32_unpack(uint32_t a, int32_t *exponent) {
    uint32_t significand = a << 8;
    *exponent = (int32_t)(a >> 23 & 0xff);
    if (*exponent != 0) {
        return significand | 1u << 31;
    }
    uint32_t n = wl_clz32(significand);
    *exponent = 1 - (int32_t)n;
    return n < 32 ? significand << n : 0;
}

static NOINLINE uint64_t f64_unpack(uint64_t a, int32_t *exponent) {
    uint64_t significand = a << 11;
    *exponent = (int32_t)(a >> 52 & 0x7ff);
    if (*exponent != 0) {
        return significand | 1ull << 63;
    }
    uint32_t n = (uint32_t)wl_clz64(significand);
    *exponent = 1 - (int32_t)n;
    return n < 64 ? significand << n : 0;
}

/* ---- From float to float ---- */

uint32_t wl_f32_from_f64(uint64_t a) {
    uint32_t sign = (uint32_t)(a >> 32) & WL_F32_SIGN;
    int32_t exponent = (int32_t)(a >> 52 & 0x7ff);
    if (exponent == 2047) {
        return a << 12 != 0 ? WL_F32_NAN : sign | WL_F32_INF;
    }
    /* A subnormal f64 rounds to zero with any leading bit. */
    uint64_t significand = a << 11 | (uint64_t)(exponent != 0) << 63;
    uint32_t high = (uint32_t)(significand >> 32) | ((uint32_t)significand != 0);
    return f32_pack(sign, exponent - (1023 - 127), high);
}

uint64_t wl_f64_from_f32(uint32_t a) {
    if (wl_f32_is_nan(a)) {
        return WL_F64_NAN;
    }
    if (a << 1 == 0) {
        return (uint64_t)a << 32;
    }
    if ((a & WL_F32_INF) != 0) {
        return wl_f32_widen(a);
    }
    int32_t exponent;
    uint64_t significand = f32_unpack(a, &exponent);
    return f64_pack(a & WL_F32_SIGN, exponent + (1023 - 127), significand << 32);
}

/* ---- From integer to float ---- */

uint32_t wl_f32_from_magnitude(uint64_t magnitude, uint32_t sign) {
    if (magnitude == 0) {
        return 0;
    }
    uint32_t n = (uint32_t)wl_clz64(magnitude);
    uint64_t significand = magnitude << n;
    uint32_t high = (uint32_t)(significand >> 32) | ((uint32_t)significand != 0);
    return f32_pack(sign, 127 + 63 - (int32_t)n, high);
}

uint64_t wl_f64_from_magnitude(uint64_t magnitude, uint32_t sign) {
    if (magnitude == 0) {
        return 0;
    }
    uint32_t n = (uint32_t)wl_clz64(magnitude);
    return f64_pack(sign, 1023 + 63 - (int32_t)n, magnitude << n);
}

uint32_t wl_f32_from_i64(uint64_t x) {
    return wl_f32_from_magnitude(wl_magnitude64(x), (uint32_t)(x >> 32) & WL_F32_SIGN);
}

uint64_t wl_f64_from_i64(uint64_t x) {
    return wl_f64_from_magnitude(wl_magnitude64(x), (uint32_t)(x >> 32) & WL_F32_SIGN);
}

/* ---- Comparison ---- */

#if !WL_F32_HARD
int32_t wl_f32_order(uint32_t a, uint32_t b) {
    if (wl_f32_is_nan(a) || wl_f32_is_nan(b)) {
        return 2;
    }
    if (a == b || (a | b) << 1 == 0) {
        return 0;
    }
    return ((int32_t)a < (int32_t)b) != ((a & b) >> 31) ? -1 : 1;
}
#endif

int32_t wl_f64_order(uint64_t a, uint64_t b) {
    if (wl_f64_is_nan(a) || wl_f64_is_nan(b)) {
        return 2;
    }
    if (a == b || (a | b) << 1 == 0) {
        return 0;
    }
    return ((int64_t)a < (int64_t)b) != ((a & b) >> 63) ? -1 : 1;
}

/* ---- Products ---- */

#if defined(__ARM_ARCH_6M__)
/* The processor multiplies to 32 bits only. */
static NOINLINE uint32_t multiply_high(uint32_t a, uint32_t b) {
    uint32_t a0 = a & 0xffff, a1 = a >> 16, b0 = b & 0xffff, b1 = b >> 16;
    uint32_t middle = a1 * b0 + (a0 * b0 >> 16);
    uint32_t low = a0 * b1 + (middle & 0xffff);
    return a1 * b1 + (middle >> 16) + (low >> 16);
}
static inline uint64_t multiply(uint32_t a, uint32_t b) {
    return (uint64_t)multiply_high(a, b) << 32 | a * b;
}
#else
static inline uint64_t multiply(uint32_t a, uint32_t b) {
    return (uint64_t)a * b;
}
static inline uint32_t multiply_high(uint32_t a, uint32_t b) {
    return (uint32_t)(multiply(a, b) >> 32);
}
#endif

/* The low 64 bits. */
static inline uint64_t multiply_mixed(uint64_t a, uint32_t b) {
    return multiply((uint32_t)a, b) + ((uint64_t)((uint32_t)(a >> 32) * b) << 32);
}

/* ---- Square root ----
 *
 * An approximation by Newton's iteration, then whole units in the last place until the remainder
 * says that the root is the nearest one: how good the approximation is decides the time taken,
 * never the result. (No root lies half way between two numbers.) */

/* 1/sqrt(v), a little less, in units of 2^-32, for 1 <= v < 4 in units of 2^-30. It starts from the
 * straight line that is nowhere more than 9 % off; 16 bits are enough for the first two steps. */
static NOINLINE uint32_t reciprocal_root(uint32_t v) {
    uint32_t v16 = v >> 16;
    uint32_t r = 69888 - (v16 * 9984 >> 14);
    for (int i = 0; i < 2; i++) {
        uint32_t t = (r * r >> 16) * v16 >> 15;
        r = r * ((3u << 15) - t) >> 16;
    }
    r <<= 16;
    for (int i = 0; i < 2; i++) {
        /* Less by 2 so that the root stays below 1, whatever the products lost. */
        uint32_t t = multiply_high(multiply_high(r, r), v);
        r = multiply_high(r, (3u << 30) - 2 - t) << 1;
    }
    return r;
}

uint64_t wl_f64_soft_sqrt(uint64_t a) {
    if (a << 1 == 0 || a == WL_F64_INF) {
        return a;
    }
    if (a > WL_F64_INF) {
        return WL_F64_NAN;
    }
    int32_t exponent;
    uint64_t square = f64_unpack(a, &exponent) >> 11;
    if ((exponent & 1) == 0) {
        square <<= 1;
    }
    /* The upper half of the root, then what its remainder adds. */
    uint32_t v = (uint32_t)(square >> 22);
    uint32_t r = reciprocal_root(v);
    uint32_t high = multiply_high(v, r);
    uint64_t rest = (square << 8) - multiply(high, high);
    uint32_t low = multiply_high((uint32_t)(rest >> 6), r);
    uint64_t root = ((uint64_t)high << 22) + ((low + 3) >> 3);
    rest = (square << 52) - multiply_mixed(root, (uint32_t)root) - ((uint64_t)((uint32_t)root * (uint32_t)(root >> 32)) << 32);
    while ((int64_t)rest > (int64_t)root) {
        rest -= 2 * root + 1;
        root++;
    }
    return ((uint64_t)((uint32_t)((exponent - 1023) >> 1) + 1022) << 52) + root;
}

/* ---- Sums, products, quotients ---- */

/* 1/b, a little less, in units of 2^-32, for 1 <= b < 2 in units of 2^-31: as above, from a line
 * that is nowhere more than 6 % off. */
static NOINLINE uint32_t reciprocal(uint32_t b) {
    uint32_t b16 = b >> 16;
    uint32_t y = 92521 - (b16 * 30840 >> 15);
    for (int i = 0; i < 2; i++) {
        y = y * ((2u << 16) - (y * b16 >> 15)) >> 16;
    }
    y <<= 16;
    for (int i = 0; i < 2; i++) {
        y = multiply_high(y, ~multiply_high(b, y)) << 1;
    }
    return y;
}

#if !WL_F32_HARD
uint32_t wl_f32_soft_add(uint32_t a, uint32_t b) {
    if (wl_f32_abs(a) < wl_f32_abs(b)) {
        uint32_t t = a;
        a = b;
        b = t;
    }
    uint32_t sign = a & WL_F32_SIGN;
    bool subtract = (a ^ b) >> 31 != 0;
    uint32_t exponent = a >> 23 & 0xff, below = b >> 23 & 0xff;
    uint32_t x = (a << 7 & 0x3fffffff) | 1u << 30, y = (b << 7 & 0x3fffffff) | 1u << 30;
    if (WL_UNLIKELY(below == 0)) { /* a subnormal has the exponent 1 and no leading one */
        below = 1;
        y -= 1u << 30;
        if (exponent == 0) {
            exponent = 1;
            x -= 1u << 30;
        }
    }
    if (WL_UNLIKELY(exponent == 255)) {
        return wl_f32_is_nan(a) || (subtract && below == 255) ? WL_F32_NAN : a;
    }
    if (exponent != below) {
        y = shift_sticky32(y, exponent - below);
    }
    if (subtract) {
        x -= y;
        if (x == 0) {
            return 0;
        }
        uint32_t n = wl_clz32(x) - 1;
        if (n >= exponent) {
            n = exponent - 1;
        }
        x <<= n;
        exponent -= n;
    } else {
        x += y;
        if (x >> 31 != 0) {
            x = x >> 1 | (x & 1);
            exponent++;
            if (exponent == 255) {
                return sign | WL_F32_INF;
            }
        }
    }
    x += 0x3f + (x >> 7 & 1);
    return sign + ((exponent - 1) << 23) + (x >> 7);
}

/* A product with a zero, subnormal, infinite or NaN factor. */
static NOINLINE uint32_t f32_unusual_mul(uint32_t a, uint32_t b) {
    uint32_t sign = (a ^ b) & WL_F32_SIGN;
    a = wl_f32_abs(a);
    b = wl_f32_abs(b);
    if (a < b) {
        uint32_t t = a;
        a = b;
        b = t;
    }
    if (a >= WL_F32_INF) {
        return a > WL_F32_INF || b == 0 ? WL_F32_NAN : sign | WL_F32_INF;
    }
    /* Move a power of two from `a` to the subnormal `b`. If there is not as much, the product is
     * far below the least subnormal. */
    uint32_t n = wl_clz32(b) - 8;
    return b == 0 || a >> 23 <= n ? sign : sign | wl_f32_soft_mul(a - (n << 23), b << n);
}

uint32_t wl_f32_soft_mul(uint32_t a, uint32_t b) {
    uint32_t exponent_a = a >> 23 & 0xff, exponent_b = b >> 23 & 0xff;
    if (WL_UNLIKELY(exponent_a - 1 >= 254 || exponent_b - 1 >= 254)) {
        return f32_unusual_mul(a, b);
    }
    uint64_t product = multiply(a << 8 | 1u << 31, b << 8 | 1u << 31);
    uint32_t x = (uint32_t)(product >> 32) | ((uint32_t)product != 0);
    int32_t exponent = (int32_t)(exponent_a + exponent_b) - 126;
    if (x >> 31 == 0) {
        x <<= 1;
        exponent--;
    }
    return f32_pack((a ^ b) & WL_F32_SIGN, exponent, x);
}
#endif

uint64_t wl_f64_soft_add(uint64_t a, uint64_t b) {
    if (wl_f64_abs(a) < wl_f64_abs(b)) {
        uint64_t t = a;
        a = b;
        b = t;
    }
    uint32_t sign = (uint32_t)(a >> 32) & WL_F32_SIGN;
    bool subtract = (a ^ b) >> 63 != 0;
    uint32_t exponent = (uint32_t)(a >> 52) & 0x7ff, below = (uint32_t)(b >> 52) & 0x7ff;
    uint64_t x = (a << 10 & ((1ull << 62) - 1)) | 1ull << 62, y = (b << 10 & ((1ull << 62) - 1)) | 1ull << 62;
    if (WL_UNLIKELY(below == 0)) {
        below = 1;
        y -= 1ull << 62;
        if (exponent == 0) {
            exponent = 1;
            x -= 1ull << 62;
        }
    }
    if (WL_UNLIKELY(exponent == 2047)) {
        return wl_f64_is_nan(a) || (subtract && below == 2047) ? WL_F64_NAN : a;
    }
    if (exponent != below) {
        y = shift_sticky64(y, exponent - below);
    }
    if (subtract) {
        x -= y;
        if (x == 0) {
            return 0;
        }
        uint32_t n = (uint32_t)wl_clz64(x) - 1;
        if (n >= exponent) {
            n = exponent - 1;
        }
        x <<= n;
        exponent -= n;
    } else {
        x += y;
        if (x >> 63 != 0) {
            x = x >> 1 | (x & 1);
            exponent++;
            if (exponent == 2047) {
                return (uint64_t)sign << 32 | WL_F64_INF;
            }
        }
    }
    x += 0x1ff + ((uint32_t)x >> 10 & 1);
    return (x >> 10) + ((uint64_t)(sign + ((exponent - 1) << 20)) << 32);
}

static NOINLINE uint64_t f64_unusual_mul(uint64_t a, uint64_t b) {
    uint64_t sign = (a ^ b) & WL_F64_SIGN;
    a = wl_f64_abs(a);
    b = wl_f64_abs(b);
    if (a < b) {
        uint64_t t = a;
        a = b;
        b = t;
    }
    if (a >= WL_F64_INF) {
        return a > WL_F64_INF || b == 0 ? WL_F64_NAN : sign | WL_F64_INF;
    }
    uint32_t n = (uint32_t)wl_clz64(b) - 11;
    return b == 0 || a >> 52 <= n ? sign : sign | wl_f64_soft_mul(a - ((uint64_t)n << 52), b << n);
}

uint64_t wl_f64_soft_mul(uint64_t a, uint64_t b) {
    uint32_t exponent_a = (uint32_t)(a >> 52) & 0x7ff, exponent_b = (uint32_t)(b >> 52) & 0x7ff;
    if (WL_UNLIKELY(exponent_a - 1 >= 2046 || exponent_b - 1 >= 2046)) {
        return f64_unusual_mul(a, b);
    }
    uint64_t x = a << 11 | 1ull << 63, y = b << 11 | 1ull << 63;
    uint32_t x0 = (uint32_t)x, x1 = (uint32_t)(x >> 32), y0 = (uint32_t)y, y1 = (uint32_t)(y >> 32);
    uint64_t low = multiply(x0, y0);
    uint64_t cross = multiply(x1, y0) + (low >> 32);
    uint64_t middle = multiply(x0, y1) + (uint32_t)cross;
    x = multiply(x1, y1) + (cross >> 32) + (middle >> 32);
    x |= ((uint32_t)low | (uint32_t)middle) != 0;
    int32_t exponent = (int32_t)(exponent_a + exponent_b) - 1022;
    if (x >> 63 == 0) {
        x <<= 1;
        exponent--;
    }
    return f64_pack((uint32_t)((a ^ b) >> 32) & WL_F32_SIGN, exponent, x);
}

uint64_t wl_f64_soft_div(uint64_t a, uint64_t b) {
    uint32_t sign = (uint32_t)((a ^ b) >> 32) & WL_F32_SIGN;
    uint32_t exponent_a = (uint32_t)(a >> 52) & 0x7ff, exponent_b = (uint32_t)(b >> 52) & 0x7ff;
    int32_t exponent = (int32_t)(exponent_a - exponent_b) + 1023;
    uint64_t x = (a & ((1ull << 52) - 1)) | 1ull << 52, y = (b & ((1ull << 52) - 1)) | 1ull << 52;
    if (WL_UNLIKELY(exponent_a - 1 >= 2046 || exponent_b - 1 >= 2046)) {
        a = wl_f64_abs(a);
        b = wl_f64_abs(b);
        if (a > WL_F64_INF || b > WL_F64_INF || (a == b && (a == 0 || a == WL_F64_INF))) {
            return WL_F64_NAN;
        }
        if (a == 0 || b == WL_F64_INF) {
            return (uint64_t)sign << 32;
        }
        if (b == 0 || a == WL_F64_INF) {
            return (uint64_t)sign << 32 | WL_F64_INF;
        }
        int32_t other;
        x = f64_unpack(a, &exponent) >> 11;
        y = f64_unpack(b, &other) >> 11;
        exponent += 1023 - other;
    }
    if (x < y) {
        x <<= 1;
        exponent--;
    }
    /* 55 bits of the quotient: 29 (one less, so that the remainder is not negative), 26 more, and
     * what the remainder corrects; it makes the quotient sticky. */
    uint32_t r = reciprocal((uint32_t)(y >> 21));
    uint32_t high = (multiply_high((uint32_t)(x >> 22), r) >> 2) - 1;
    uint64_t rest = (x << 28) - multiply_mixed(y, high);
    uint32_t low = multiply_high((uint32_t)(rest >> 24), r) >> 2;
    uint64_t quotient = ((uint64_t)high << 26) + low;
    rest = (rest << 26) - multiply_mixed(y, low);
    while ((int64_t)rest < 0) {
        quotient--;
        rest += y;
    }
    while (rest >= y) {
        quotient++;
        rest -= y;
    }
    return f64_pack(sign, exponent, quotient << 9 | (rest != 0));
}

#if !WL_F32_HARD
/* Quotients and roots of 24 bits are never so close to half way between two numbers of at most 24 bits
 * that rounding them to 53 bits first would show. */
uint32_t wl_f32_soft_div(uint32_t a, uint32_t b) {
    return wl_f32_from_f64(wl_f64_soft_div(wl_f64_from_f32(a), wl_f64_from_f32(b)));
}

uint32_t wl_f32_soft_sqrt(uint32_t a) {
    return wl_f32_from_f64(wl_f64_soft_sqrt(wl_f64_from_f32(a)));
}
#endif
#endif
