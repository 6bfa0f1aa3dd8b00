/* SPDX-License-Identifier: MIT
 *
 * What the native compiler has to know about RV32IMC code. Registers: a0-a7 operands, s1-s8 locals,
 * t0-t2 scratch; s0 frame, s9 fuel, s10 memory, s11 its limit.
 */
#ifndef WL_NATIVE_RV32_H
#define WL_NATIVE_RV32_H

#define WL_BE_TEMPS 0x3fc00u
#define WL_BE_SMALL_TEMPS 0xfc00u /* those that short instructions have three bits for */
#define WL_BE_FEW_TEMPS 0
#define WL_BE_ZERO 0u     /* the register that is always zero */
#define WL_BE_NO_TEMP 8u /* a register that is never an operand's */
#define WL_BE_LOCALS 8
#define WL_BE_LEAST_WEIGHT(place) 2u
#define WL_BE_RESULT 10u
#define WL_BE_ARGS 10u
#define WL_BE_SWAP 7u
#define WL_BE_DIVIDES 1
#define WL_BE_FUEL_PLACE WL_BE_LOCALS
#define WL_BE_INNER_FUEL(r, low) ((void)(low), (r)->fuel)
#define WL_BE_FRAME_SLOTS 500u
#define WL_BE_MISC_BYTES 8u
#define WL_BE_STUB(n) ((uint32_t)(n) * 2u)
#define WL_BE_STUB_WORDS 54u
#define WL_BE_STACK_LINK(regs) ((regs)->pc)
#define WL_BE_NEAR_BRANCH 0u
#define WL_BE_NEAR_JUMP 0u
#define WL_BE_MIDDLE_REACH 1800u /* as those of Thumb */
#define WL_BE_ADDRESS(p) ((uint32_t)(uintptr_t)(p))

#endif
