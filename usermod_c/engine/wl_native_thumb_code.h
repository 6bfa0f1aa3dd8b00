/* SPDX-License-Identifier: MIT
 *
 * What the files of the Thumb back end share: registers, opcodes, and the assembler.
 */
#ifndef WL_NATIVE_THUMB_CODE_H
#define WL_NATIVE_THUMB_CODE_H

#include "wl_native.h"

#if WL_ENABLE_NATIVE

enum { FP = 7,
       FUEL = 9,
       MEM = 10,
       LIM = 11,
       IP = 12,
       LR = 14,
       PC = 15 };
#define SCRATCH (WL_THUMB2 ? IP : 3u)
#define SERVICE 8u  /* Thumb-1: the address of WL_SERVE_ACCESS's stub */
#define PASSED_FUEL 6u /* Thumb-1 */
#define IS_LOW(r) ((r) < 8)
enum { W_AND = 0xf000,
       W_BIC = 0xf020,
       W_ORR = 0xf040,
       W_MVN = 0xf060,
       W_EOR = 0xf080,
       W_ADD = 0xf100,
       W_SUB = 0xf1a0,
       W_RSB = 0xf1c0,
       W_S = 0x10,
       W_ADDW = 0xf200,
       W_MOVW = 0xf240,
       W_SUBW = 0xf2a0 };
/* The same with registers; shifts and others by the pair of their halves. */
enum { R_AND = 0xea00,
       R_ORR = 0xea40,
       R_EOR = 0xea80,
       R_ADD = 0xeb00,
       R_ADC = 0xeb40,
       R_SBC = 0xeb60,
       R_SUB = 0xeba0 };
enum { N_AND = 0,
       N_EOR = 1,
       N_LSL = 2,
       N_LSR = 3,
       N_ASR = 4,
       N_ADC = 5,
       N_SBC = 6,
       N_ROR = 7,
       N_RSB = 9,
       N_CMP = 10,
       N_ORR = 12,
       N_MUL = 13,
       N_MVN = 15 };
enum { CC_EQ,
       CC_NE,
       CC_HS,
       CC_LO,
       CC_MI,
       CC_PL,
       CC_HI = 8,
       CC_LS,
       CC_GE,
       CC_LT,
       CC_GT,
       CC_LE,
       CC_AL };
enum { LONG_BL = 0xd000,
       LONG_B = 0x9000 };
#define FRAME_LITERAL 0x8000u /* of a literal's position: its value is known at the end */

uint32_t wl_thumb_limit(const wl_native_t *n, uint32_t end);
void wl_thumb_put(wl_native_t *n, uint32_t half);
void wl_thumb_put2(wl_native_t *n, uint32_t first, uint32_t second);
void wl_thumb_set(wl_native_t *n, uint32_t pos, uint32_t half);
int32_t wl_thumb_modified(uint32_t v);
void wl_thumb_put_modified(wl_native_t *n, uint32_t op, uint32_t rn, uint32_t rd, uint32_t imm12);
void wl_thumb_dp(wl_native_t *n, uint32_t op, uint32_t d, uint32_t m);
void wl_thumb_wide(wl_native_t *n, uint32_t op, uint32_t d, uint32_t a, uint32_t b);
void wl_thumb_skip_if(wl_native_t *n, uint32_t cc, uint32_t words);
void wl_thumb_encode_long(uint32_t op, int32_t offset, uint32_t half[2]);
void wl_thumb_put_long(wl_native_t *n, uint32_t op, uint32_t to);
void wl_thumb_call_stub(wl_native_t *n, uint32_t stub);
void wl_thumb_put_literals(wl_native_t *n);
void wl_thumb_offer_literals(wl_native_t *n);
void wl_thumb_hurry_literals(wl_native_t *n, uint32_t bytes);
void wl_thumb_put_literal(wl_native_t *n, uint32_t d, uint32_t value);
bool wl_thumb_fits_add(uint32_t v);
void wl_thumb_add_const(wl_native_t *n, uint32_t d, uint32_t a, uint32_t v);
void wl_thumb_shift_const(wl_native_t *n, uint32_t type, uint32_t d, uint32_t a, uint32_t count);
void wl_thumb_compare_floats(wl_native_t *n, const wl_ncompare_t *c);
uint32_t wl_thumb_compare(wl_native_t *n, const wl_ncompare_t *c);
void wl_thumb_put_it(wl_native_t *n, uint32_t cc, bool both);
void wl_thumb_add_large(wl_native_t *n, uint32_t d, uint32_t a, uint32_t bytes);

#endif
#endif
