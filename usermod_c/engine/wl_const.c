/* SPDX-License-Identifier: MIT
 *
 * Constant expressions: what initialises globals, places segments and fills element segments. They
 * are checked where they stand; the instance evaluates them there again. Straight-line code, so a
 * small stack of types is all the state.
 *
 * Source: WebAssembly Core Specification 2.0, 3.3.10 "Expressions"; the extended-const proposal.
 */
#include "wl_internal.h"

void wl_declare_ref(const wl_module_t *m, uint32_t func_index) {
    m->declared_refs[func_index / 8] |= (uint8_t)(1u << (func_index % 8));
}

void wl_read_func_ref(const wl_module_t *m, wl_reader_t *r) {
    uint32_t index = wl_read_index(r, m->n_funcs, WL_UNKNOWN_FUNC);
    if (!r->status) {
        wl_declare_ref(m, index);
    }
}

/* global.get: only what is imported and immutable is constant. */
static uint8_t read_const_global(const wl_module_t *m, wl_reader_t *r, uint32_t op_pos) {
    uint32_t index = wl_read_index(r, m->n_imported_globals, WL_UNKNOWN_GLOBAL);
    if (r->status) {
        return 0;
    }
    if (m->globals[index].is_mutable) {
        wl_reader_fail_aux(r, WL_CONST_REQUIRED, op_pos, WL_WASM_GLOBAL_GET);
    }
    return m->globals[index].type;
}

/* Reads the instruction behind `op`: the type of its result, 0 after an error; for arithmetic
 * `*operands` becomes 2. */
static uint8_t read_const_instr(const wl_module_t *m, wl_reader_t *r, uint8_t op, uint32_t op_pos,
                                uint32_t *operands) {
    switch (op) {
        case WL_WASM_I32_CONST:
            (void)wl_read_s32(r);
            return WL_I32;
        case WL_WASM_I64_CONST:
            (void)wl_read_s64(r);
            return WL_I64;
        case WL_WASM_F32_CONST:
            (void)wl_read_fixed32(r);
            return WL_F32;
        case WL_WASM_F64_CONST:
            (void)wl_read_fixed64(r);
            return WL_F64;
        case WL_WASM_REF_NULL:
            return wl_read_ref_type(r);
        case WL_WASM_REF_FUNC:
            wl_read_func_ref(m, r);
            return WL_FUNCREF;
        case WL_WASM_GLOBAL_GET:
            return read_const_global(m, r, op_pos);
        case WL_WASM_I32_ADD:
        case WL_WASM_I32_SUB:
        case WL_WASM_I32_MUL:
            *operands = 2;
            return WL_I32;
        case WL_WASM_I64_ADD:
        case WL_WASM_I64_SUB:
        case WL_WASM_I64_MUL:
            *operands = 2;
            return WL_I64;
        default: {
            wl_status_t status = wl_opcode_status(op);
            wl_reader_fail_aux(r, status ? status : WL_CONST_REQUIRED, op_pos, op);
            return 0;
        }
    }
}

void wl_const_validate(wl_module_t *module, wl_reader_t *r, uint8_t type) {
    uint8_t stack[WL_LIMIT_CONST_EXPR];
    uint32_t depth = 0;
    for (;;) {
        uint32_t op_pos = r->pos, operands = 0;
        uint8_t op = wl_read_u8(r);
        if (r->status) {
            return;
        }
        if (op == WL_WASM_END) {
            if (depth != 1 || stack[0] != type) {
                wl_reader_fail_aux(r, WL_TYPE_MISMATCH, op_pos, 0);
            }
            return;
        }
        uint8_t result = read_const_instr(module, r, op, op_pos, &operands);
        if (r->status) {
            return;
        }
        if (operands == 2) {
            if (depth < 2 || stack[depth - 1] != result || stack[depth - 2] != result) {
                wl_reader_fail_aux(r, WL_TYPE_MISMATCH, op_pos, op);
                return;
            }
            depth--; /* the result has its operands' type */
        } else if (depth == WL_LIMIT_CONST_EXPR) {
            wl_reader_fail_aux(r, WL_OVER_CONST_EXPR, op_pos, depth + 1);
            return;
        } else {
            stack[depth++] = result;
        }
    }
}
