/* SPDX-License-Identifier: MIT
 *
 * Thumb-2 code for 32-bit floats, on processors with an FPU of single precision (FPv4-SP and up). Each operation moves
 * its operands to s0 and s1 and its result back, so that nothing else has to know of these registers. While machine
 * code runs, FPSCR.DN is set (wl_native_thumb_run.c): what computes a NaN gives the canonical one.
 *
 * Source: ARMv7-M Architecture Reference Manual, "Floating-point instruction details".
 */
#include "wl_native_thumb_code.h"
#include "wl_translate.h"

#if WL_ENABLE_NATIVE && WL_NATIVE_FPU

static void to_fpu(wl_native_t *n, uint32_t a) { /* vmov s0, a */
    wl_thumb_put2(n, 0xee00, a << 12 | 0x0a10);
}

static void pair_to_fpu(wl_native_t *n, uint32_t a, uint32_t b) { /* vmov s0, s1, a, b */
    wl_thumb_put2(n, 0xec40 | b, a << 12 | 0x0a10);
}

/* vcvt, vsqrt; vadd, vsub, vmul, vdiv: of s0 and s1 to s0. */
static void compute(wl_native_t *n, wl_nfloat_t op) {
    static const uint8_t first[] = {0xbd, 0xbc, 0xb8, 0xb8, 0xb1, 0, 0, 0, 0x30, 0x30, 0x20, 0x80};
    static const uint8_t second[] = {0xc0, 0xc0, 0xc0, 0x40, 0xc0, 0, 0, 0, 0x20, 0x60, 0x20, 0x20};
    wl_thumb_put2(n, 0xee00u | first[op], 0x0a00u | second[op]);
}

void wl_be_float(wl_native_t *n, wl_nfloat_t op, uint32_t d, uint32_t a, uint32_t b) {
    switch (op) {
        case WL_FLOAT_ABS: wl_be_alu_const(n, WL_ALU_AND, d, a, 0x7fffffffu); return;
        case WL_FLOAT_NEG: wl_be_alu_const(n, WL_ALU_XOR, d, a, 0x80000000u); return;
        case WL_FLOAT_COPYSIGN: /* a with the sign in which a and b differ turned around */
            wl_thumb_wide(n, R_EOR, IP, a, b);
            wl_be_alu_const(n, WL_ALU_AND, IP, IP, 0x80000000u);
            wl_thumb_wide(n, R_EOR, d, a, IP);
            return;
        default: break;
    }
    if (op > WL_FLOAT_TWO) {
        pair_to_fpu(n, a, b);
    } else {
        to_fpu(n, a);
    }
    compute(n, op);
    wl_thumb_put2(n, 0xee10, d << 12 | 0x0a10); /* vmov d, s0 */
}

void wl_thumb_compare_floats(wl_native_t *n, const wl_ncompare_t *c) {
    if (c->immediate) {
        to_fpu(n, c->a);
        wl_thumb_put2(n, 0xeeb5, 0x0a40); /* vcmp.f32 s0, #0 */
    } else {
        pair_to_fpu(n, c->a, c->b);
        wl_thumb_put2(n, 0xeeb4, 0x0a60); /* vcmp.f32 s0, s1 */
    }
    wl_thumb_put2(n, 0xeef1, 0xfa10); /* vmrs APSR_nzcv, fpscr */
}

static uint32_t compare_const(wl_native_t *n, uint32_t cond, uint32_t a, uint32_t value) {
    const wl_ncompare_t c = {.cond = (uint8_t)cond, .a = (uint8_t)a, .immediate = true, .value = value};
    return wl_thumb_compare(n, &c);
}

/* Without its sign, which a shift takes off, a pattern is larger the larger the number is; NaNs' are the largest. */
void wl_be_check_truncation(wl_native_t *n, bool is_signed, uint32_t a) {
    enum { COMPARE_WORDS = 2,
           SHIFT_WORDS = 2,
           BRANCH_WORDS = 1,
           TRAP_WORDS = COMPARE_WORDS + 3 + 2 };
    _Static_assert(WL_TRAP_BAD_CONVERSION < 256 && WL_TRAP_INT_OVERFLOW < 256, "statuses fit short instructions");
    if (is_signed) { /* below 2^31 without the sign, or -2^31 */
        wl_thumb_shift_const(n, 0, IP, a, 1);
        wl_thumb_skip_if(n, compare_const(n, WL_COND_LT_U, IP, 0x9e000000u), COMPARE_WORDS + BRANCH_WORDS + TRAP_WORDS);
        wl_thumb_skip_if(n, compare_const(n, WL_COND_EQ, a, 0xcf000000u), TRAP_WORDS);
    } else { /* positive and below 2^32, or below 1 without the sign */
        wl_thumb_skip_if(n, compare_const(n, WL_COND_LT_U, a, 0x4f800000u), SHIFT_WORDS + COMPARE_WORDS + BRANCH_WORDS + TRAP_WORDS);
        wl_thumb_shift_const(n, 0, IP, a, 1);
        wl_thumb_skip_if(n, compare_const(n, WL_COND_LT_U, IP, 0x7f000000u), TRAP_WORDS);
    }
    wl_thumb_put_it(n, compare_const(n, WL_COND_GT_U, IP, 0xff000000u), true);
    wl_thumb_put(n, 0x2000 | WL_BE_RESULT << 8 | WL_TRAP_BAD_CONVERSION);
    wl_thumb_put(n, 0x2000 | WL_BE_RESULT << 8 | WL_TRAP_INT_OVERFLOW);
    wl_thumb_call_stub(n, WL_STOP_STATUS);
}

#endif
