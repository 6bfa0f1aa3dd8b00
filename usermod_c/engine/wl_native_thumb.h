/* SPDX-License-Identifier: MIT
 *
 * What the native compiler has to know about Thumb code. Registers:
 *
 *             Thumb-2             Thumb-1
 *   operands  r0-r3               r0-r2
 *   locals    r4-r6, r8, (r11)    r4-r6
 *   scratch   r12, lr             r3, r12, lr
 *   r7 frame, r9 fuel, r10 memory, r11 its limit, or a local where that is a constant
 *   Thumb-1: r8 the stub of WL_SERVE_ACCESS; fuel is passed in r6, and stays there in bodies that a third local is
 *   of less use to
 */
#ifndef WL_NATIVE_THUMB_H
#define WL_NATIVE_THUMB_H

#define WL_THUMB2 (WL_NATIVE_BACKEND == WL_BACKEND_THUMB2)

#define WL_BE_TEMPS (WL_THUMB2 ? 0x0fu : 0x07u)
#define WL_BE_FEW_TEMPS (!WL_THUMB2)
#define WL_BE_ZERO WL_N_NO_REG
#define WL_BE_NO_TEMP 7u /* a register that is never an operand's */
#define WL_BE_LOCALS 5
/* A local used less often is not worth the register at a place: long instructions, beyond the third. */
#define WL_BE_LEAST_WEIGHT(place) ((place) < 3 ? 2u : 16u)
#define WL_BE_RESULT 0u
#define WL_BE_ARGS 0u
#define WL_BE_SWAP 14u
#define WL_BE_DIVIDES WL_THUMB2
/* The local's register that fuel is passed in, and which of them has it in the middle of the code. */
#define WL_BE_FUEL_PLACE (WL_THUMB2 ? WL_BE_LOCALS : 2u)
#define WL_BE_INNER_FUEL(r, low) (WL_THUMB2 || (low) ? (r)->fuel : (r)->regs[9])
#define WL_BE_FRAME_SLOTS 1000u
#define WL_BE_MISC_BYTES 8u
/* Blocks that end within so many bytes of WebAssembly are thought to be in reach of short branches. */
#define WL_BE_NEAR_BRANCH 88u
#define WL_BE_NEAR_JUMP 600u
#define WL_BE_MIDDLE_REACH (WL_THUMB2 ? UINT32_MAX : 1000u)
#define WL_BE_STUB(n) ((uint32_t)(n) * 2u)
#define WL_BE_STUB_WORDS 56u
/* Where the call that found no room for its frame goes back to. */
#define WL_BE_STACK_LINK(regs) (WL_THUMB2 ? (regs)->pc : (regs)->result)
/* f32.eq, ne, lt, gt, le, ge: the conditions of integers that ask the same of the flags after floats were compared, NaNs
 * among them; so do their inverses. */
#define WL_BE_FLOAT_CONDS WL_COND_EQ, WL_COND_NE, WL_COND_LT_U, WL_COND_GT_S, WL_COND_LE_U, WL_COND_GE_S
/* A code address as the processor has it: odd. */
#define WL_BE_ADDRESS(p) ((uint32_t)(uintptr_t)(p) | 1u)

#endif
