/* SPDX-License-Identifier: MIT
 *
 * Expands ROW(name) for every operation, in number order. No include guard: included per table.
 */
#define REG_OP(n, words) ROW(n)
#define REG_ALU2(n, e) WL_ALU2_ROWS(ROW, n)
#define REG_ALU3(n, e) WL_ALU3_ROWS(ROW, n)
#define REG_UN(n, e) WL_UN_ROWS(ROW, n)
#define REG_LD(n, t) WL_LD_ROWS(ROW, n)
#define REG_ST(n, t) WL_ST_ROWS(ROW, n)
#define REG_OP1(n, i, o, e) ROW(n)
#define REG_OP2(n, i, o, e) ROW(n)
#define REG_DIV(n, g, e) ROW(n)
#define REG_CALL1(n, i, o, f) ROW(n)
#define REG_CALL2(n, i, o, f) ROW(n)
#define REG_TRUNC(n, i, t, s) ROW(n)
#define REG_TRY2(n, i, o, f) ROW(n)
#define REG_CMP6(n, e) ROW(C##n##_AS) ROW(C##n##_SS) ROW(C##n##_AI) ROW(C##n##_SI)
#define REG_CMP4(n, e) ROW(C##n##_AS)
#include "wl_code_ops.def"
#undef REG_OP
#undef REG_ALU2
#undef REG_ALU3
#undef REG_UN
#undef REG_LD
#undef REG_ST
#undef REG_OP1
#undef REG_OP2
#undef REG_DIV
#undef REG_CALL1
#undef REG_CALL2
#undef REG_TRUNC
#undef REG_TRY2
#undef REG_CMP6
#undef REG_CMP4
/* Conditional branches follow in the comparisons' order, first forward, then to loops. */
#define REG_CMP6(n, e) ROW(B##n##_AS) ROW(B##n##_SS) ROW(B##n##_AI) ROW(B##n##_SI)
#define REG_CMP4(n, e) ROW(B##n##_AS)
#include "wl_code_cmp.def"
#undef REG_CMP6
#undef REG_CMP4
#define REG_CMP6(n, e) ROW(L##n##_AS) ROW(L##n##_SS) ROW(L##n##_AI) ROW(L##n##_SI)
#define REG_CMP4(n, e) ROW(L##n##_AS)
#include "wl_code_cmp.def"
#undef REG_CMP6
#undef REG_CMP4
