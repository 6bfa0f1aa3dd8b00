/* SPDX-License-Identifier: MIT
 *
 * How handlers read their operands, and the slot operations that are done by functions: one body
 * per shape, compiled with all registers, instead of one per operation.
 */
#ifndef WL_SLOTOPS_H
#define WL_SLOTOPS_H

#include "wl_numeric.h"
#include "wl_runtime.h"

/* ---- Operands ---- */

#define LO(k) (((const uint8_t *)ip)[2 * (k)])
#define HI(k) (((const uint8_t *)ip)[2 * (k) + 1])
#define I16(k) wl_extend16(ip[k])
#define AT(base, offset) ((uint32_t *)(void *)((uint8_t *)(base) + (offset)))
#define S(offset) (*AT(fp, offset))
#define S1(offset) (AT(fp, offset)[1])

static inline uint32_t wl_extend16(uint16_t word) {
    return (uint32_t)(int32_t)(int16_t)word;
}

typedef uint32_t T32;
typedef uint64_t T64;
#define R32(b) S(b)
#define R64(b) read64(AT(fp, b))
#define W32(b, v) S(b) = (v)
#define W64(b, v) write64(AT(fp, b), v)

static inline uint64_t read64(const uint32_t *slot) {
#if WL_INLINE_CALLS /* processors of 64 bits, little endian; GCC would read halves */
    uint64_t v;
    memcpy(&v, slot, sizeof v);
    return v;
#else
    return (uint64_t)slot[0] | (uint64_t)slot[1] << 32;
#endif
}

static inline void write64(uint32_t *slot, uint64_t v) {
    slot[0] = (uint32_t)v;
    slot[1] = (uint32_t)(v >> 32);
}

#define INT64_OP(type, name, e) inline type name(uint64_t x, uint64_t y) { return e; }
INT64_OP(uint32_t, wl_i64_eq, x == y)
INT64_OP(uint32_t, wl_i64_ne, x != y)
INT64_OP(uint32_t, wl_i64_lt_s, (int64_t)x < (int64_t)y)
INT64_OP(uint32_t, wl_i64_lt_u, x < y)
INT64_OP(uint32_t, wl_i64_ge_s, (int64_t)x >= (int64_t)y)
INT64_OP(uint32_t, wl_i64_ge_u, x >= y)
INT64_OP(uint64_t, wl_i64_and, x & y)
INT64_OP(uint64_t, wl_i64_or, x | y)
INT64_OP(uint64_t, wl_i64_xor, x ^ y)
#undef INT64_OP
inline uint64_t wl_shl64(uint64_t x, uint64_t n) {
    return x << (n & 63);
}
inline uint64_t wl_shr64_u(uint64_t x, uint64_t n) {
    return x >> (n & 63);
}

/* d = f(x) and d = f(x, y) for every pair of widths that the register code has. */
#define WL_CALL1(in, out) \
    void wl_call1_##in##_##out(uint32_t *fp, const uint16_t *ip, T##out (*f)(T##in))
#define WL_CALL2(in, out) \
    void wl_call2_##in##_##out(uint32_t *fp, const uint16_t *ip, T##out (*f)(T##in, T##in))
#define WL_TRY2(in, out) \
    wl_status_t wl_try2_##in##_##out(uint32_t *fp, const uint16_t *ip, wl_status_t (*f)(T##in, T##in, T##out *))

WL_CALL1(32, 32);
WL_CALL1(32, 64);
WL_CALL1(64, 32);
WL_CALL1(64, 64);
WL_CALL2(32, 32);
WL_CALL2(64, 32);
WL_CALL2(64, 64);
WL_TRY2(64, 64);
/* d = x as an integer of a type, trapping or saturating. */
#define WL_TRUNCATE(type, saturate) ((uint32_t)(type) << 1 | (saturate))
wl_status_t wl_truncate_32(uint32_t *fp, const uint16_t *ip, uint32_t what);
wl_status_t wl_truncate_64(uint32_t *fp, const uint16_t *ip, uint32_t what);

#endif
