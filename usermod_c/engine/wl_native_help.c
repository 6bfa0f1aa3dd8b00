/* SPDX-License-Identifier: MIT
 *
 * Functions for what machine code does not do itself, from the register code's table: each has the
 * operands as arguments, or, where it may trap, works on the operands' slots.
 */
#include "wl_native.h"
#include "wl_code_functions.h"
#include "wl_slotops.h"

#if WL_ENABLE_NATIVE

#define P1(in) T##in x
#define P2(in) T##in x, T##in y
/* Rows have a function of their own, or one that is there already. */
#define REG_OP1(n, in, out, e) OWN(n, static T##out help_##n(P1(in)) { return e; })
#define REG_OP2(n, in, out, e) OWN(n, static T##out help_##n(P2(in)) { return e; })
#define REG_CALL1(n, in, out, f) THERE(n, f)
#define REG_CALL2(n, in, out, f) THERE(n, f)
#if WL_BE_DIVIDES
#define REG_DIV(n, overflow, e) THERE(n, NULL)
#else
#define REG_DIV(n, overflow, e) \
    OWN(n, static wl_status_t help_##n(uint32_t *slots) {  \
        uint32_t x = slots[0], y = slots[1];               \
        if (y == 0) {                                      \
            return WL_TRAP_DIV_ZERO;                       \
        }                                                  \
        if (overflow) {                                    \
            return WL_TRAP_INT_OVERFLOW;                   \
        }                                                  \
        slots[0] = (e);                                    \
        return WL_OK; })
#endif
#define REG_TRUNC(n, in, type, saturate) \
    OWN(n, static wl_status_t help_##n(uint32_t *slots) { return truncate_##in(slots, type, saturate); })
#define REG_TRY2(n, in, out, f) \
    OWN(n, static wl_status_t help_##n(uint32_t *slots) { return try2(slots, f); })

static wl_status_t truncate(uint32_t *slots, uint64_t x, wl_int_t type, bool saturate) {
    uint64_t r = 0;
    wl_status_t s = wl_f64_truncate(x, type, &r);
    if (s != WL_OK && !saturate) {
        return s;
    }
    slots[0] = (uint32_t)r;
    if (type == WL_INT_U64 || type == WL_INT_S64) {
        slots[1] = (uint32_t)(r >> 32);
    }
    return WL_OK;
}

static wl_status_t truncate_32(uint32_t *slots, wl_int_t type, bool saturate) {
    return truncate(slots, wl_f32_widen(slots[0]), type, saturate);
}

static wl_status_t truncate_64(uint32_t *slots, wl_int_t type, bool saturate) {
    return truncate(slots, read64(slots), type, saturate);
}

static wl_status_t try2(uint32_t *slots, wl_status_t (*f)(uint64_t, uint64_t, uint64_t *)) {
    uint64_t r = 0;
    wl_status_t s = f(read64(slots), read64(slots + 2), &r);
    write64(slots, r);
    return s;
}

#define OWN(n, ...) __VA_ARGS__
#define THERE(n, f)
#include "wl_code_ops.def"
#undef OWN
#undef THERE

#define OWN(n, ...) HELP_##n,
#define THERE(n, f) HELP_##n,
enum {
    HELP_NONE,
#include "wl_code_ops.def"
};
#undef OWN
#undef THERE

#define OWN(n, ...) [HELP_##n] = (wl_helper_t)help_##n,
#define THERE(n, f) [HELP_##n] = (wl_helper_t)f,
static const wl_helper_t functions[] = {
    [HELP_NONE] = NULL,
#include "wl_code_ops.def"
};

uint32_t wl_native_helpers_id(void) {
    uint32_t id = (uint32_t)(uintptr_t)memset;
    for (uint32_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        id = id * 31 + (uint32_t)(uintptr_t)functions[i];
    }
    return id;
}

/* What a kind of instruction has. */
#define KIND_SPECIAL(code) HELP_NONE
#define KIND_ALU(code) HELP_NONE
#define KIND_CMP(code) HELP_NONE
#define KIND_EQZ(code) HELP_NONE
#define KIND_UN(code) HELP_NONE
#define KIND_LOAD(code) HELP_NONE
#define KIND_LOAD_S(code) HELP_NONE
#define KIND_LOAD_EXT_S(code) HELP_NONE
#define KIND_LOAD_EXT_U(code) HELP_NONE
#define KIND_LOAD64(code) HELP_NONE
#define KIND_STORE(code) HELP_NONE
#define KIND_STORE64(code) HELP_NONE
#define KIND_LOW(code) HELP_NONE
#define KIND_SAME(code) HELP_NONE
#define KIND_ROTR(code) HELP_##code
#define KIND_OP1(code) HELP_##code
#define KIND_OP2(code) HELP_##code
#define KIND_OP2_SWAP(code) HELP_##code

wl_helper_t wl_native_helper(uint32_t op, wl_helpkind_t *kind) {
    static const uint8_t numbers[256] = {
#define WASM_OP(name, byte, mnemonic, imm, sig, kind, code) [byte] = KIND_##kind(code),
#include "wl_wasm_ops.def"
#undef WASM_OP
    };
    bool divides = (op >= WL_WASM_I32_DIV_S && op <= WL_WASM_I32_REM_U) || (op >= WL_WASM_I64_DIV_S && op <= WL_WASM_I64_REM_U);
    bool truncates = (op >= WL_WASM_I32_TRUNC_F32_S && op <= WL_WASM_I32_TRUNC_F64_U) ||
                     (op >= WL_WASM_I64_TRUNC_F32_S && op <= WL_WASM_I64_TRUNC_F64_U) ||
                     (op >= WL_WASM_I32_TRUNC_SAT_F32_S && op <= WL_WASM_I64_TRUNC_SAT_F64_U);
    *kind = divides || truncates ? WL_HELP_SLOTS : WL_HELP_VALUE;
    return functions[numbers[op]];
}

#endif
