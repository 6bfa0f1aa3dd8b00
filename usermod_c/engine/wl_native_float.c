/* SPDX-License-Identifier: MIT
 *
 * 32-bit floats as machine code, where the processor has instructions for them (WL_NATIVE_FPU). Their operands and
 * results are where integers are, in registers and slots. What is not here is left to functions.
 */
#include "wl_native.h"
#include "wl_translate.h"

#if WL_ENABLE_NATIVE && WL_NATIVE_FPU

static void compare(wl_native_t *n, uint32_t cond) {
    wl_nentry_t *b = wl_native_pop(n, 1), *a = wl_native_pop(n, 1);
    bool zero = b->where == WL_N_CONST && b->value << 1 == 0;
    uint32_t x = wl_native_reg(n, a), y = zero ? 0 : wl_native_reg(n, b);
    n->compare = (wl_ncompare_t){.cond = (uint8_t)cond, .a = (uint8_t)x, .b = (uint8_t)y, .immediate = zero, .is_float = true};
    wl_native_push_compare(n);
}

static void compute(wl_native_t *n, wl_nfloat_t op, bool traps) {
    bool two = op >= WL_FLOAT_TWO;
    wl_nentry_t *b = two ? wl_native_pop(n, 1) : NULL, *a = wl_native_pop(n, 1);
    uint32_t x = wl_native_reg(n, a), y = two ? wl_native_reg(n, b) : x;
    if (traps) {
        wl_be_check_truncation(n, op == WL_FLOAT_TO_S32, x);
    }
    uint32_t d = wl_native_target(n, x, y);
    wl_be_float(n, op, d, x, y);
    wl_native_push_reg(n, d);
}

bool wl_native_float(wl_native_t *n, uint32_t wasm_op) {
    static const uint8_t conds[] = {WL_BE_FLOAT_CONDS};
    static const struct {
        uint8_t wasm_op, op;
    } rows[] = {
        {WL_WASM_F32_ABS, WL_FLOAT_ABS},
        {WL_WASM_F32_NEG, WL_FLOAT_NEG},
        {WL_WASM_F32_SQRT, WL_FLOAT_SQRT},
        {WL_WASM_F32_ADD, WL_FLOAT_ADD},
        {WL_WASM_F32_SUB, WL_FLOAT_SUB},
        {WL_WASM_F32_MUL, WL_FLOAT_MUL},
        {WL_WASM_F32_DIV, WL_FLOAT_DIV},
        {WL_WASM_F32_COPYSIGN, WL_FLOAT_COPYSIGN},
        {WL_WASM_F32_CONVERT_I32_S, WL_FLOAT_FROM_S32},
        {WL_WASM_F32_CONVERT_I32_U, WL_FLOAT_FROM_U32},
        {WL_WASM_I32_TRUNC_SAT_F32_S, WL_FLOAT_TO_S32},
        {WL_WASM_I32_TRUNC_SAT_F32_U, WL_FLOAT_TO_U32},
        {WL_WASM_I32_TRUNC_F32_S, WL_FLOAT_TO_S32},
        {WL_WASM_I32_TRUNC_F32_U, WL_FLOAT_TO_U32}};
    if (wasm_op >= WL_WASM_F32_EQ && wasm_op <= WL_WASM_F32_GE) {
        compare(n, conds[wasm_op - WL_WASM_F32_EQ]);
        return true;
    }
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].wasm_op == wasm_op) {
            compute(n, (wl_nfloat_t)rows[i].op, wasm_op == WL_WASM_I32_TRUNC_F32_S || wasm_op == WL_WASM_I32_TRUNC_F32_U);
            return true;
        }
    }
    return false;
}

#endif
