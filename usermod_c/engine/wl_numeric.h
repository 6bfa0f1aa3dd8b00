/* SPDX-License-Identifier: MIT
 *
 * WebAssembly's numeric operations, to the bit the same on every target; the interpreter and
 * constant folding share them.
 *
 * Floats travel as bit patterns, so that no ABI, register file or C library touches a NaN on the
 * way. Operations that compute a float answer a NaN with the positive canonical one; abs, neg and
 * copysign only move the sign bit. What the processor computes to IEEE 754 it computes; the rest
 * is integer arithmetic (wl_numeric.c, wl_softfloat.c). Neither libm nor the compiler's routines
 * for floats are used. Rounding must be to nearest and subnormals must not be flushed, as is every
 * processor's default.
 *
 * Source: WebAssembly Core Specification 2.0, "Numerics".
 */
#ifndef WL_NUMERIC_H
#define WL_NUMERIC_H

#include "wl_internal.h"

#ifdef __FAST_MATH__
#error "The engine's results need IEEE 754 arithmetic: compile it without -ffast-math."
#endif

/* The widths that the processor computes: 0 for none, 32, or 64 for both, square roots included.
 * x87 registers hold more than either (__FLT_EVAL_METHOD__ is 2) and so count as none. */
#if defined(__SSE2_MATH__) && __FLT_EVAL_METHOD__ == 0
#define WL_FLOAT_BITS 64
#define WL_ASM_SQRT32 "sqrtss %0, %0"
#define WL_ASM_SQRT64 "sqrtsd %0, %0"
#define WL_ASM_FLOAT32 "x"
#define WL_ASM_FLOAT64 "x"
#elif defined(__aarch64__)
#define WL_FLOAT_BITS 64
#define WL_ASM_SQRT32 "fsqrt %s0, %s0"
#define WL_ASM_SQRT64 "fsqrt %d0, %d0"
#define WL_ASM_FLOAT32 "w"
#define WL_ASM_FLOAT64 "w"
#elif defined(__ARM_FP) && !defined(__SOFTFP__) && (__ARM_FP & 4)
#define WL_FLOAT_BITS (__ARM_FP & 8 ? 64 : 32)
#define WL_ASM_SQRT32 "vsqrt.f32 %0, %0"
#define WL_ASM_SQRT64 "vsqrt.f64 %P0, %P0"
#define WL_ASM_FLOAT32 "t"
#define WL_ASM_FLOAT64 "w"
#elif defined(__riscv_flen)
#define WL_FLOAT_BITS (__riscv_flen >= 64 ? 64 : 32)
#define WL_ASM_SQRT32 "fsqrt.s %0, %0"
#define WL_ASM_SQRT64 "fsqrt.d %0, %0"
#define WL_ASM_FLOAT32 "f"
#define WL_ASM_FLOAT64 "f"
#else
#define WL_FLOAT_BITS 0
#endif

/* For tests: as if the processor had no floats. */
#ifndef WL_ENABLE_HARD_FLOAT
#define WL_ENABLE_HARD_FLOAT 1
#endif
#define WL_F32_HARD (WL_ENABLE_HARD_FLOAT && WL_FLOAT_BITS >= 32)
#define WL_F64_HARD (WL_ENABLE_HARD_FLOAT && WL_FLOAT_BITS >= 64)

#define WL_F32_SIGN 0x80000000u
#define WL_F32_INF 0x7f800000u
#define WL_F32_NAN 0x7fc00000u
#define WL_F64_SIGN 0x8000000000000000u
#define WL_F64_INF 0x7ff0000000000000u
#define WL_F64_NAN 0x7ff8000000000000u

/* ---- Counting bits ---- */

#if defined(__x86_64__) || defined(__i386__) || defined(__aarch64__) || defined(__ARM_FEATURE_CLZ) || defined(__riscv_zbb)
#define WL_HAVE_CLZ 1
inline uint32_t wl_clz32(uint32_t x) {
    return x == 0 ? 32 : (uint32_t)__builtin_clz(x);
}
inline uint32_t wl_ctz32(uint32_t x) {
    return x == 0 ? 32 : (uint32_t)__builtin_ctz(x);
}
#else
#define WL_HAVE_CLZ 0
uint32_t wl_clz32(uint32_t x);
uint32_t wl_ctz32(uint32_t x);
#endif

#if defined(__POPCNT__) || defined(__aarch64__) || defined(__riscv_zbb)
#define WL_HAVE_POPCNT 1
inline uint32_t wl_popcnt32(uint32_t x) {
    return (uint32_t)__builtin_popcount(x);
}
#else
#define WL_HAVE_POPCNT 0
uint32_t wl_popcnt32(uint32_t x);
#endif

inline uint64_t wl_clz64(uint64_t x) {
    uint32_t high = (uint32_t)(x >> 32);
    return high != 0 ? wl_clz32(high) : 32 + wl_clz32((uint32_t)x);
}
inline uint64_t wl_ctz64(uint64_t x) {
    uint32_t low = (uint32_t)x;
    return low != 0 ? wl_ctz32(low) : 32 + wl_ctz32((uint32_t)(x >> 32));
}
inline uint64_t wl_popcnt64(uint64_t x) {
    return wl_popcnt32((uint32_t)x) + wl_popcnt32((uint32_t)(x >> 32));
}

/* ---- Shifts, by any count ---- */

static inline uint32_t wl_shr32_s(uint32_t x, uint32_t n) {
    return (uint32_t)((int32_t)x >> (n & 31));
}
inline uint64_t wl_shr64_s(uint64_t x, uint64_t n) {
    return (uint64_t)((int64_t)x >> (n & 63));
}
static inline uint32_t wl_rotl32(uint32_t x, uint32_t n) {
    return x << (n & 31) | x >> (-n & 31);
}
static inline uint32_t wl_rotr32(uint32_t x, uint32_t n) {
    return x >> (n & 31) | x << (-n & 31);
}
inline uint64_t wl_rotl64(uint64_t x, uint64_t n) {
    return x << (n & 63) | x >> (-n & 63);
}
inline uint64_t wl_rotr64(uint64_t x, uint64_t n) {
    return x >> (n & 63) | x << (-n & 63);
}

static inline uint64_t wl_magnitude64(uint64_t x) {
    return x >> 63 != 0 ? 0 - x : x;
}

/* ---- Integer division: OK, TRAP_DIV_ZERO or TRAP_INT_OVERFLOW; a trap leaves `out` alone ---- */

static inline wl_status_t wl_i32_div_u(uint32_t a, uint32_t b, uint32_t *out) {
    if (b == 0) {
        return WL_TRAP_DIV_ZERO;
    }
    *out = a / b;
    return WL_OK;
}
static inline wl_status_t wl_i32_rem_u(uint32_t a, uint32_t b, uint32_t *out) {
    if (b == 0) {
        return WL_TRAP_DIV_ZERO;
    }
    *out = a % b;
    return WL_OK;
}
static inline wl_status_t wl_i32_div_s(uint32_t a, uint32_t b, uint32_t *out) {
    if (b == 0) {
        return WL_TRAP_DIV_ZERO;
    }
    if (a == 0x80000000u && b == UINT32_MAX) {
        return WL_TRAP_INT_OVERFLOW;
    }
    *out = (uint32_t)((int32_t)a / (int32_t)b);
    return WL_OK;
}
static inline wl_status_t wl_i32_rem_s(uint32_t a, uint32_t b, uint32_t *out) {
    if (b == 0) {
        return WL_TRAP_DIV_ZERO;
    }
    *out = b == UINT32_MAX ? 0 : (uint32_t)((int32_t)a % (int32_t)b);
    return WL_OK;
}
wl_status_t wl_i64_div_s(uint64_t a, uint64_t b, uint64_t *out);
wl_status_t wl_i64_div_u(uint64_t a, uint64_t b, uint64_t *out);
wl_status_t wl_i64_rem_s(uint64_t a, uint64_t b, uint64_t *out);
wl_status_t wl_i64_rem_u(uint64_t a, uint64_t b, uint64_t *out);

/* ---- Bits and values ---- */

inline float wl_f32_value(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
inline double wl_f64_value(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
static inline bool wl_f32_is_nan(uint32_t bits) {
    return bits << 1 > WL_F32_INF << 1;
}
static inline bool wl_f64_is_nan(uint64_t bits) {
    return bits << 1 > WL_F64_INF << 1;
}

/* The bits of what the processor computed. */
inline uint32_t wl_f32_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return WL_UNLIKELY(value != value) ? WL_F32_NAN : bits;
}
inline uint64_t wl_f64_bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return WL_UNLIKELY(value != value) ? WL_F64_NAN : bits;
}

/* ---- Signs ---- */

inline uint32_t wl_f32_abs(uint32_t a) { return a & ~WL_F32_SIGN; }
inline uint32_t wl_f32_neg(uint32_t a) { return a ^ WL_F32_SIGN; }
inline uint32_t wl_f32_copysign(uint32_t a, uint32_t b) { return (a & ~WL_F32_SIGN) | (b & WL_F32_SIGN); }
inline uint64_t wl_f64_abs(uint64_t a) { return a & ~WL_F64_SIGN; }
inline uint64_t wl_f64_neg(uint64_t a) { return a ^ WL_F64_SIGN; }
inline uint64_t wl_f64_copysign(uint64_t a, uint64_t b) { return (a & ~WL_F64_SIGN) | (b & WL_F64_SIGN); }

/* ---- Arithmetic ---- */

/* In integers (wl_softfloat.c), for processors without the width. */
uint32_t wl_f32_soft_add(uint32_t a, uint32_t b);
uint32_t wl_f32_soft_mul(uint32_t a, uint32_t b);
uint32_t wl_f32_soft_div(uint32_t a, uint32_t b);
uint64_t wl_f64_soft_add(uint64_t a, uint64_t b);
uint64_t wl_f64_soft_mul(uint64_t a, uint64_t b);
uint64_t wl_f64_soft_div(uint64_t a, uint64_t b);

inline uint32_t wl_f32_add(uint32_t a, uint32_t b) {
    return WL_F32_HARD ? wl_f32_bits(wl_f32_value(a) + wl_f32_value(b)) : wl_f32_soft_add(a, b);
}
inline uint32_t wl_f32_sub(uint32_t a, uint32_t b) {
    return WL_F32_HARD ? wl_f32_bits(wl_f32_value(a) - wl_f32_value(b)) : wl_f32_soft_add(a, wl_f32_neg(b));
}
inline uint32_t wl_f32_mul(uint32_t a, uint32_t b) {
    return WL_F32_HARD ? wl_f32_bits(wl_f32_value(a) * wl_f32_value(b)) : wl_f32_soft_mul(a, b);
}
inline uint32_t wl_f32_div(uint32_t a, uint32_t b) {
    return WL_F32_HARD ? wl_f32_bits(wl_f32_value(a) / wl_f32_value(b)) : wl_f32_soft_div(a, b);
}
inline uint64_t wl_f64_add(uint64_t a, uint64_t b) {
    return WL_F64_HARD ? wl_f64_bits(wl_f64_value(a) + wl_f64_value(b)) : wl_f64_soft_add(a, b);
}
inline uint64_t wl_f64_sub(uint64_t a, uint64_t b) {
    return WL_F64_HARD ? wl_f64_bits(wl_f64_value(a) - wl_f64_value(b)) : wl_f64_soft_add(a, wl_f64_neg(b));
}
inline uint64_t wl_f64_mul(uint64_t a, uint64_t b) {
    return WL_F64_HARD ? wl_f64_bits(wl_f64_value(a) * wl_f64_value(b)) : wl_f64_soft_mul(a, b);
}
inline uint64_t wl_f64_div(uint64_t a, uint64_t b) {
    return WL_F64_HARD ? wl_f64_bits(wl_f64_value(a) / wl_f64_value(b)) : wl_f64_soft_div(a, b);
}

uint32_t wl_f32_soft_sqrt(uint32_t a);
uint64_t wl_f64_soft_sqrt(uint64_t a);

/* Not __builtin_sqrt, which calls the C library to set errno. */
inline uint32_t wl_f32_sqrt(uint32_t a) {
#if WL_F32_HARD
    float value = wl_f32_value(a);
    __asm__(WL_ASM_SQRT32 : "+" WL_ASM_FLOAT32(value));
    return wl_f32_bits(value);
#else
    return wl_f32_soft_sqrt(a);
#endif
}
inline uint64_t wl_f64_sqrt(uint64_t a) {
#if WL_F64_HARD
    double value = wl_f64_value(a);
    __asm__(WL_ASM_SQRT64 : "+" WL_ASM_FLOAT64(value));
    return wl_f64_bits(value);
#else
    return wl_f64_soft_sqrt(a);
#endif
}

/* The lesser operand, or the greater: -0 is less than +0. */
uint32_t wl_f32_pick(uint32_t a, uint32_t b, bool greater);
uint64_t wl_f64_pick(uint64_t a, uint64_t b, bool greater);

inline uint32_t wl_f32_min(uint32_t a, uint32_t b) { return wl_f32_pick(a, b, false); }
inline uint32_t wl_f32_max(uint32_t a, uint32_t b) { return wl_f32_pick(a, b, true); }
inline uint64_t wl_f64_min(uint64_t a, uint64_t b) { return wl_f64_pick(a, b, false); }
inline uint64_t wl_f64_max(uint64_t a, uint64_t b) { return wl_f64_pick(a, b, true); }

/* ---- Rounding to an integral value ---- */

typedef enum { WL_ROUND_CEIL, WL_ROUND_FLOOR, WL_ROUND_TRUNC, WL_ROUND_NEAREST } wl_round_t;

uint32_t wl_f32_round(uint32_t a, wl_round_t mode);
uint64_t wl_f64_round(uint64_t a, wl_round_t mode);

inline uint32_t wl_f32_ceil(uint32_t a) { return wl_f32_round(a, WL_ROUND_CEIL); }
inline uint32_t wl_f32_floor(uint32_t a) { return wl_f32_round(a, WL_ROUND_FLOOR); }
inline uint32_t wl_f32_trunc(uint32_t a) { return wl_f32_round(a, WL_ROUND_TRUNC); }
inline uint32_t wl_f32_nearest(uint32_t a) { return wl_f32_round(a, WL_ROUND_NEAREST); }
inline uint64_t wl_f64_ceil(uint64_t a) { return wl_f64_round(a, WL_ROUND_CEIL); }
inline uint64_t wl_f64_floor(uint64_t a) { return wl_f64_round(a, WL_ROUND_FLOOR); }
inline uint64_t wl_f64_trunc(uint64_t a) { return wl_f64_round(a, WL_ROUND_TRUNC); }
inline uint64_t wl_f64_nearest(uint64_t a) { return wl_f64_round(a, WL_ROUND_NEAREST); }

/* ---- Comparison: 0 or 1 ---- */

/* -1, 0 or 1 as `a` is below, equal to or above `b`; 2 when one of them is a NaN. */
int32_t wl_f32_order(uint32_t a, uint32_t b);
int32_t wl_f64_order(uint64_t a, uint64_t b);

inline uint32_t wl_f32_eq(uint32_t a, uint32_t b) {
    return WL_F32_HARD ? wl_f32_value(a) == wl_f32_value(b) : wl_f32_order(a, b) == 0;
}
inline uint32_t wl_f32_ne(uint32_t a, uint32_t b) {
    return WL_F32_HARD ? wl_f32_value(a) != wl_f32_value(b) : wl_f32_order(a, b) != 0;
}
inline uint32_t wl_f32_lt(uint32_t a, uint32_t b) {
    return WL_F32_HARD ? wl_f32_value(a) < wl_f32_value(b) : wl_f32_order(a, b) < 0;
}
inline uint32_t wl_f32_le(uint32_t a, uint32_t b) {
    return WL_F32_HARD ? wl_f32_value(a) <= wl_f32_value(b) : wl_f32_order(a, b) <= 0;
}
static inline uint32_t wl_f32_gt(uint32_t a, uint32_t b) { return wl_f32_lt(b, a); }
static inline uint32_t wl_f32_ge(uint32_t a, uint32_t b) { return wl_f32_le(b, a); }
inline uint32_t wl_f64_eq(uint64_t a, uint64_t b) {
    return WL_F64_HARD ? wl_f64_value(a) == wl_f64_value(b) : wl_f64_order(a, b) == 0;
}
inline uint32_t wl_f64_ne(uint64_t a, uint64_t b) {
    return WL_F64_HARD ? wl_f64_value(a) != wl_f64_value(b) : wl_f64_order(a, b) != 0;
}
inline uint32_t wl_f64_lt(uint64_t a, uint64_t b) {
    return WL_F64_HARD ? wl_f64_value(a) < wl_f64_value(b) : wl_f64_order(a, b) < 0;
}
inline uint32_t wl_f64_le(uint64_t a, uint64_t b) {
    return WL_F64_HARD ? wl_f64_value(a) <= wl_f64_value(b) : wl_f64_order(a, b) <= 0;
}
static inline uint32_t wl_f64_gt(uint64_t a, uint64_t b) { return wl_f64_lt(b, a); }
static inline uint32_t wl_f64_ge(uint64_t a, uint64_t b) { return wl_f64_le(b, a); }

/* ---- From float to float ---- */

uint32_t wl_f32_from_f64(uint64_t a);
uint64_t wl_f64_from_f32(uint32_t a);

inline uint32_t wl_f32_demote_f64(uint64_t a) {
    return WL_F64_HARD ? wl_f32_bits((float)wl_f64_value(a)) : wl_f32_from_f64(a);
}
inline uint64_t wl_f64_promote_f32(uint32_t a) {
    return WL_F64_HARD ? wl_f64_bits((double)wl_f32_value(a)) : wl_f64_from_f32(a);
}

/* ---- From integer to float ---- */

/* `sign` is 0, or WL_F32_SIGN for a negative number. */
uint32_t wl_f32_from_magnitude(uint64_t magnitude, uint32_t sign);
uint64_t wl_f64_from_magnitude(uint64_t magnitude, uint32_t sign);
uint32_t wl_f32_from_i64(uint64_t x);
uint64_t wl_f64_from_i64(uint64_t x);

inline uint32_t wl_f32_convert_i32_s(uint32_t x) {
    return WL_F32_HARD ? wl_f32_bits((float)(int32_t)x) : wl_f32_from_i64((uint64_t)(int32_t)x);
}
inline uint32_t wl_f32_convert_i32_u(uint32_t x) {
    return WL_F32_HARD ? wl_f32_bits((float)x) : wl_f32_from_magnitude(x, 0);
}
inline uint32_t wl_f32_convert_i64_s(uint64_t x) {
    return WL_F64_HARD ? wl_f32_bits((float)(int64_t)x) : wl_f32_from_i64(x);
}
inline uint32_t wl_f32_convert_i64_u(uint64_t x) {
    return WL_F64_HARD ? wl_f32_bits((float)x) : wl_f32_from_magnitude(x, 0);
}
inline uint64_t wl_f64_convert_i32_s(uint32_t x) {
    return WL_F64_HARD ? wl_f64_bits((double)(int32_t)x) : wl_f64_from_i64((uint64_t)(int32_t)x);
}
inline uint64_t wl_f64_convert_i32_u(uint32_t x) {
    return WL_F64_HARD ? wl_f64_bits((double)x) : wl_f64_from_magnitude(x, 0);
}
inline uint64_t wl_f64_convert_i64_s(uint64_t x) {
    return WL_F64_HARD ? wl_f64_bits((double)(int64_t)x) : wl_f64_from_i64(x);
}
inline uint64_t wl_f64_convert_i64_u(uint64_t x) {
    return WL_F64_HARD ? wl_f64_bits((double)x) : wl_f64_from_magnitude(x, 0);
}

/* ---- From float to integer ---- */

typedef enum { WL_INT_U32, WL_INT_S32, WL_INT_U64, WL_INT_S64 } wl_int_t;

/* OK, TRAP_BAD_CONVERSION for a NaN, or TRAP_INT_OVERFLOW; `out` is the saturated value always. */
wl_status_t wl_f64_truncate(uint64_t a, wl_int_t type, uint64_t *out);

/* `a` as an f64 with the same integral part; subnormals become other tiny numbers. */
static inline uint64_t wl_f32_widen(uint32_t a) {
    uint32_t high = (a & ~WL_F32_SIGN) >> 3;
    high += high >= WL_F32_INF >> 3 ? (2047u - 255u) << 20 : (1023u - 127u) << 20;
    return (uint64_t)(high | (a & WL_F32_SIGN)) << 32 | (uint64_t)(a << 29);
}

/* The trapping ones leave `out` alone when they trap. */
#define WL_TRUNCATION(name, float_t, int_t, widen, type) \
    static inline wl_status_t wl_##name(float_t a, int_t *out) { \
        uint64_t wide; \
        wl_status_t status = wl_f64_truncate(widen(a), type, &wide); \
        if (status == WL_OK) { *out = (int_t)wide; } \
        return status; \
    }
#define WL_SATURATION(name, float_t, int_t, widen, type) \
    static inline int_t wl_##name(float_t a) { \
        uint64_t wide; \
        (void)wl_f64_truncate(widen(a), type, &wide); \
        return (int_t)wide; \
    }
WL_TRUNCATION(i32_trunc_f32_s, uint32_t, uint32_t, wl_f32_widen, WL_INT_S32)
WL_TRUNCATION(i32_trunc_f32_u, uint32_t, uint32_t, wl_f32_widen, WL_INT_U32)
WL_TRUNCATION(i32_trunc_f64_s, uint64_t, uint32_t, , WL_INT_S32)
WL_TRUNCATION(i32_trunc_f64_u, uint64_t, uint32_t, , WL_INT_U32)
WL_TRUNCATION(i64_trunc_f32_s, uint32_t, uint64_t, wl_f32_widen, WL_INT_S64)
WL_TRUNCATION(i64_trunc_f32_u, uint32_t, uint64_t, wl_f32_widen, WL_INT_U64)
WL_TRUNCATION(i64_trunc_f64_s, uint64_t, uint64_t, , WL_INT_S64)
WL_TRUNCATION(i64_trunc_f64_u, uint64_t, uint64_t, , WL_INT_U64)
WL_SATURATION(i32_trunc_sat_f32_s, uint32_t, uint32_t, wl_f32_widen, WL_INT_S32)
WL_SATURATION(i32_trunc_sat_f32_u, uint32_t, uint32_t, wl_f32_widen, WL_INT_U32)
WL_SATURATION(i32_trunc_sat_f64_s, uint64_t, uint32_t, , WL_INT_S32)
WL_SATURATION(i32_trunc_sat_f64_u, uint64_t, uint32_t, , WL_INT_U32)
WL_SATURATION(i64_trunc_sat_f32_s, uint32_t, uint64_t, wl_f32_widen, WL_INT_S64)
WL_SATURATION(i64_trunc_sat_f32_u, uint32_t, uint64_t, wl_f32_widen, WL_INT_U64)
WL_SATURATION(i64_trunc_sat_f64_s, uint64_t, uint64_t, , WL_INT_S64)
WL_SATURATION(i64_trunc_sat_f64_u, uint64_t, uint64_t, , WL_INT_U64)
#undef WL_TRUNCATION
#undef WL_SATURATION

#endif
