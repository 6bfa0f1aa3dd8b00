/* SPDX-License-Identifier: MIT
 *
 * Functions for what machine code does not do itself, from the register code's table: each has the
 * operands as arguments, or, where it may trap, works on the operands' slots.
 */
#include "wl_native.h"
#include "wl_slotops.h"

#if WL_ENABLE_NATIVE

#define P1(in) T##in x
#define P2(in) T##in x, T##in y
#define REG_OP(n, words)
#define REG_ALU2(n, e)
#define REG_ALU3(n, e)
#define REG_UN(n, e)
#define REG_CMP6(n, e)
#define REG_CMP4(n, e)
#define REG_LD(n, t)
#define REG_ST(n, t)
#define REG_OP1(n, in, out, e) \
    static T##out help_##n(P1(in)) { return e; }
#define REG_OP2(n, in, out, e) \
    static T##out help_##n(P2(in)) { return e; }
#define REG_CALL1(n, in, out, f) \
    static T##out help_##n(P1(in)) { return f(x); }
#define REG_CALL2(n, in, out, f) \
    static T##out help_##n(P2(in)) { return f(x, y); }
#define REG_DIV(n, overflow, e)                    \
    static wl_status_t help_##n(uint32_t *slots) { \
        uint32_t x = slots[0], y = slots[1];       \
        if (y == 0) {                              \
            return WL_TRAP_DIV_ZERO;               \
        }                                          \
        if (overflow) {                            \
            return WL_TRAP_INT_OVERFLOW;           \
        }                                          \
        slots[0] = (e);                            \
        return WL_OK;                              \
    }
#define REG_TRUNC(n, in, type, saturate) \
    static wl_status_t help_##n(uint32_t *slots) { return truncate_##in(slots, type, saturate); }
#define REG_TRY2(n, in, out, f) \
    static wl_status_t help_##n(uint32_t *slots) { return try2(slots, f); }

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

#include "wl_code_ops.def"

/* What a kind of instruction has. */
#define HELP_SPECIAL(code) NULL
#define HELP_ALU(code) NULL
#define HELP_CMP(code) NULL
#define HELP_EQZ(code) NULL
#define HELP_UN(code) NULL
#define HELP_LOAD(code) NULL
#define HELP_LOAD_S(code) NULL
#define HELP_LOAD_EXT_S(code) NULL
#define HELP_LOAD_EXT_U(code) NULL
#define HELP_LOAD64(code) NULL
#define HELP_STORE(code) NULL
#define HELP_STORE64(code) NULL
#define HELP_LOW(code) NULL
#define HELP_SAME(code) NULL
#define HELP_ROTR(code) (wl_helper_t) help_##code
#define HELP_OP1(code) (wl_helper_t) help_##code
#define HELP_OP2(code) (wl_helper_t) help_##code
#define HELP_OP2_SWAP(code) (wl_helper_t) help_##code

wl_helper_t wl_native_helper(uint32_t op, wl_helpkind_t *kind) {
    /* Of no others; i64.eqz, which code does itself, stands for all those. */
    enum { FIRST = WL_WASM_I64_EQZ,
           END = WL_WASM_I64_TRUNC_SAT_F64_U + 1 };
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
    static const wl_helper_t functions[END - FIRST] = {
#define WASM_OP(name, byte, mnemonic, imm, sig, kind, code) \
    [(byte) < FIRST || (byte) >= END ? 0 : (byte) - FIRST] = HELP_##kind(code),
#include "wl_wasm_ops.def"
#undef WASM_OP
    };
#pragma GCC diagnostic pop
    bool divides = (op >= WL_WASM_I32_DIV_S && op <= WL_WASM_I32_REM_U) || (op >= WL_WASM_I64_DIV_S && op <= WL_WASM_I64_REM_U);
    bool truncates = (op >= WL_WASM_I32_TRUNC_F32_S && op <= WL_WASM_I32_TRUNC_F64_U) ||
                     (op >= WL_WASM_I64_TRUNC_F32_S && op <= WL_WASM_I64_TRUNC_F64_U) ||
                     (op >= WL_WASM_I32_TRUNC_SAT_F32_S && op <= WL_WASM_I64_TRUNC_SAT_F64_U);
    *kind = divides || truncates ? WL_HELP_SLOTS : WL_HELP_VALUE;
    return functions[op < FIRST || op >= END ? 0 : op - FIRST];
}

#endif
