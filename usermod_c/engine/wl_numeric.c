/* SPDX-License-Identifier: MIT
 *
 * The numeric operations that are too long to stand in each handler. All is integer arithmetic.
 */
#include "wl_numeric.h"

/* ---- Counting bits ---- */

#if !WL_HAVE_CLZ
uint32_t wl_clz32(uint32_t x) {
    uint32_t n = 0;
    if (x >> 16 == 0) {
        n += 16;
        x <<= 16;
    }
    if (x >> 24 == 0) {
        n += 8;
        x <<= 8;
    }
    if (x >> 28 == 0) {
        n += 4;
        x <<= 4;
    }
    if (x >> 30 == 0) {
        n += 2;
        x <<= 2;
    }
    if (x >> 31 == 0) {
        n += x == 0 ? 2 : 1;
    }
    return n;
}

uint32_t wl_ctz32(uint32_t x) {
    return wl_popcnt32(~x & (x - 1));
}
#endif

#if !WL_HAVE_POPCNT
uint32_t wl_popcnt32(uint32_t x) {
    x -= x >> 1 & 0x55555555;
    x = (x & 0x33333333) + (x >> 2 & 0x33333333);
    x = (x + (x >> 4)) & 0x0f0f0f0f;
    return x * 0x01010101 >> 24;
}
#endif

/* ---- Integer division ----
 *
 * All four through one division without sign: a 32-bit target's library has a routine of almost
 * a kilobyte for each. (Inlined into the remainder's it would be taken for one.) */

__attribute__((noinline)) wl_status_t wl_i64_div_u(uint64_t a, uint64_t b, uint64_t *out) {
    if (b == 0) {
        return WL_TRAP_DIV_ZERO;
    }
    *out = a / b;
    return WL_OK;
}

wl_status_t wl_i64_rem_u(uint64_t a, uint64_t b, uint64_t *out) {
    uint64_t quotient;
    wl_status_t status = wl_i64_div_u(a, b, &quotient);
    if (status == WL_OK) {
        *out = a - quotient * b;
    }
    return status;
}

wl_status_t wl_i64_div_s(uint64_t a, uint64_t b, uint64_t *out) {
    if (a == 1ull << 63 && b == UINT64_MAX) {
        return WL_TRAP_INT_OVERFLOW;
    }
    uint64_t quotient;
    wl_status_t status = wl_i64_div_u(wl_magnitude64(a), wl_magnitude64(b), &quotient);
    if (status == WL_OK) {
        *out = (a ^ b) >> 63 ? 0 - quotient : quotient;
    }
    return status;
}

wl_status_t wl_i64_rem_s(uint64_t a, uint64_t b, uint64_t *out) {
    uint64_t remainder;
    wl_status_t status = wl_i64_rem_u(wl_magnitude64(a), wl_magnitude64(b), &remainder);
    if (status == WL_OK) {
        *out = a >> 63 ? 0 - remainder : remainder;
    }
    return status;
}

/* ---- From float to integer ---- */

wl_status_t wl_f64_truncate(uint64_t a, wl_int_t type, uint64_t *out) {
    if (wl_f64_is_nan(a)) {
        *out = 0;
        return WL_TRAP_BAD_CONVERSION;
    }
    bool negative = a >> 63 != 0;
    uint64_t limit = type == WL_INT_U64 || type == WL_INT_S64 ? UINT64_MAX : UINT32_MAX;
    if (type == WL_INT_S32 || type == WL_INT_S64) {
        limit = (limit >> 1) + negative;
    } else if (negative) {
        limit = 0;
    }
    wl_status_t status = WL_OK;
    uint64_t magnitude = 0;
    int32_t exponent = (int32_t)(a >> 52 & 0x7ff) - 1023;
    if (exponent >= 0) {
        magnitude = exponent > 63 ? UINT64_MAX : (a << 11 | 1ull << 63) >> (63 - exponent);
        if (exponent > 63 || magnitude > limit) {
            magnitude = limit;
            status = WL_TRAP_INT_OVERFLOW;
        }
    }
    *out = negative ? 0 - magnitude : magnitude;
    return status;
}

/* ---- Minimum and maximum ---- */

/* For two numbers of one sign the patterns' order is the numbers', or its reverse for negative
 * ones. */
uint32_t wl_f32_pick(uint32_t a, uint32_t b, bool greater) {
    if (wl_f32_is_nan(a) || wl_f32_is_nan(b)) {
        return WL_F32_NAN;
    }
    bool less = ((int32_t)a < (int32_t)b) != ((a & b) >> 31);
    return less != greater ? a : b;
}

uint64_t wl_f64_pick(uint64_t a, uint64_t b, bool greater) {
    if (wl_f64_is_nan(a) || wl_f64_is_nan(b)) {
        return WL_F64_NAN;
    }
    bool less = ((int64_t)a < (int64_t)b) != ((a & b) >> 63);
    return less != greater ? a : b;
}

/* ---- Rounding to an integral value ---- */

/* `unit` is the bit that stands for 1. Adding to the pattern what brings the fraction to the next
 * unit, or not, carries into the exponent as it should; then the fraction goes. */
uint32_t wl_f32_round(uint32_t a, wl_round_t mode) {
    uint32_t sign = a & WL_F32_SIGN, exponent = a >> 23 & 0xff;
    if (exponent >= 127 + 23) {
        return wl_f32_is_nan(a) ? WL_F32_NAN : a;
    }
    bool away = mode == (sign != 0 ? WL_ROUND_FLOOR : WL_ROUND_CEIL);
    if (exponent < 127) {
        bool one = (away && a != sign) || (mode == WL_ROUND_NEAREST && wl_f32_abs(a) > 126u << 23);
        return one ? sign | 127u << 23 : sign;
    }
    uint32_t unit = 1u << (127 + 23 - exponent);
    if (away) {
        a += unit - 1;
    } else if (mode == WL_ROUND_NEAREST) {
        a += unit / 2 - ((a & unit) == 0);
    }
    return a & -unit;
}

uint64_t wl_f64_round(uint64_t a, wl_round_t mode) {
    uint64_t sign = a & WL_F64_SIGN;
    uint32_t exponent = (uint32_t)(a >> 52) & 0x7ff;
    if (exponent >= 1023 + 52) {
        return wl_f64_is_nan(a) ? WL_F64_NAN : a;
    }
    bool away = mode == (sign != 0 ? WL_ROUND_FLOOR : WL_ROUND_CEIL);
    if (exponent < 1023) {
        bool one = (away && a != sign) || (mode == WL_ROUND_NEAREST && wl_f64_abs(a) > 1022ull << 52);
        return one ? sign | 1023ull << 52 : sign;
    }
    uint64_t unit = 1ull << (1023 + 52 - exponent);
    if (away) {
        a += unit - 1;
    } else if (mode == WL_ROUND_NEAREST) {
        a += unit / 2 - ((a & unit) == 0);
    }
    return a & -unit;
}
