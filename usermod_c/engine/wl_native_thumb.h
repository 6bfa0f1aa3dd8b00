/* SPDX-License-Identifier: MIT
 *
 * What the native compiler has to know about Thumb code. Registers:
 *
 *             Thumb-2             Thumb-1
 *   operands  r0-r3               r0-r2
 *   locals    r4-r6, r8, (r11)    r4-r6
 *   scratch   r12, lr             r3, r12, lr
 *   r7 frame, r9 fuel, r10 memory, r11 its size less 4; r11 is a local's where that is a constant
 */
#ifndef WL_NATIVE_THUMB_H
#define WL_NATIVE_THUMB_H

#define WL_THUMB2 (WL_NATIVE_BACKEND == WL_BACKEND_THUMB2)

#define WL_BE_TEMPS (WL_THUMB2 ? 0x0fu : 0x07u)
#define WL_BE_FEW_TEMPS (!WL_THUMB2)
#define WL_BE_NO_TEMP 7u /* a register that is never an operand's */
#define WL_BE_LOCALS 5
#define WL_BE_RESULT 0u
#define WL_BE_ARGS 0u
#define WL_BE_SWAP 14u
#define WL_BE_DIVIDES WL_THUMB2
#define WL_BE_FRAME_SLOTS 1000u
#define WL_BE_MISC_BYTES 8u
#define WL_BE_STUB(n) ((uint32_t)(n) * 2u)
#define WL_BE_STUB_WORDS 52u
/* A code address as the processor has it: odd. */
#define WL_BE_ADDRESS(p) ((uint32_t)(uintptr_t)(p) | 1u)

#endif
