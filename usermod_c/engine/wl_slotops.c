/* SPDX-License-Identifier: MIT
 *
 * Slot operations by function (see wl_slotops.h).
 */
#include "wl_slotops.h"

#define CALL1(in, out) \
    WL_CALL1(in, out) { W##out(LO(1), f(R##in(HI(1)))); }
#define CALL2(in, out) \
    WL_CALL2(in, out) { W##out(LO(1), f(R##in(HI(1)), R##in(LO(2)))); }
CALL1(32, 32)
CALL1(32, 64)
CALL1(64, 32)
CALL1(64, 64)
CALL2(32, 32)
CALL2(64, 32)
CALL2(64, 64)

WL_TRY2(64, 64) {
    uint64_t r = 0;
    wl_status_t s = f(R64(HI(1)), R64(LO(2)), &r);
    W64(LO(1), r);
    return s;
}

static wl_status_t truncate(uint32_t *fp, const uint16_t *ip, uint64_t x, uint32_t what) {
    uint64_t r;
    wl_int_t type = (wl_int_t)(what >> 1);
    wl_status_t s = wl_f64_truncate(x, type, &r);
    if (s != WL_OK && !(what & 1)) {
        return s;
    }
    if (type == WL_INT_U64 || type == WL_INT_S64) {
        W64(LO(1), r);
    } else {
        W32(LO(1), (uint32_t)r);
    }
    return WL_OK;
}

wl_status_t wl_truncate_32(uint32_t *fp, const uint16_t *ip, uint32_t what) {
    return truncate(fp, ip, wl_f32_widen(S(HI(1))), what);
}

wl_status_t wl_truncate_64(uint32_t *fp, const uint16_t *ip, uint32_t what) {
    return truncate(fp, ip, R64(HI(1)), what);
}

/* ---- The one copy of each function that tables refer to; elsewhere they are inline. ---- */

#include "wl_code_functions.h"
#define REG_OP1(n, in, out, e)
#define REG_OP2(n, in, out, e)
#define REG_DIV(n, overflow, e)
#define REG_TRUNC(n, in, type, saturate)
#define REG_TRY2(n, in, out, f)
#define REG_CALL1(n, in, out, f) extern T##out f(T##in);
#define REG_CALL2(n, in, out, f) extern T##out f(T##in, T##in);
#include "wl_code_ops.def"

#if WL_FLOAT_BITS /* what they use */
extern float wl_f32_value(uint32_t bits);
extern double wl_f64_value(uint64_t bits);
extern uint32_t wl_f32_bits(float value);
extern uint64_t wl_f64_bits(double value);
#endif
