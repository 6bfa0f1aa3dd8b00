/* SPDX-License-Identifier: MIT
 *
 * For tables of functions made of wl_code_ops.def: the rows that stand for none.
 */
#ifndef WL_CODE_FUNCTIONS_H
#define WL_CODE_FUNCTIONS_H

#define REG_OP(n, words)
#define REG_ALU2(n, e)
#define REG_ALU3(n, e)
#define REG_UN(n, e)
#define REG_CMP6(n, e)
#define REG_CMP4(n, e)
#define REG_LD(n, t)
#define REG_ST(n, t)

#endif
