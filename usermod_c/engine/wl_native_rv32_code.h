/* SPDX-License-Identifier: MIT
 *
 * What the files of the RV32IMC back end share.
 */
#ifndef WL_NATIVE_RV32_CODE_H
#define WL_NATIVE_RV32_CODE_H

#include "wl_native.h"

#if WL_ENABLE_NATIVE

/* Registers and opcodes. */
enum { ZERO = 0,
       RA = 1,
       T0 = 5,
       T1 = 6,
       T2 = 7,
       FP = 8,
       A0 = 10,
       FUEL = 25,
       MEM = 26,
       LIM = 27 };
enum { OP_LOAD = 0x03,
       OP_IMM = 0x13,
       OP_AUIPC = 0x17,
       OP_STORE = 0x23,
       OP_REG = 0x33,
       OP_LUI = 0x37,
       OP_BRANCH = 0x63,
       OP_JALR = 0x67,
       OP_JAL = 0x6f };

static inline uint32_t get32(const uint16_t *code) {
    return (uint32_t)code[0] | (uint32_t)code[1] << 16;
}

static inline void set32(uint16_t *code, uint32_t word) {
    code[0] = (uint16_t)word;
    code[1] = (uint16_t)(word >> 16);
}

static inline uint32_t encode_i(uint32_t op, uint32_t f3, uint32_t d, uint32_t a, uint32_t imm) {
    return imm << 20 | a << 15 | f3 << 12 | d << 7 | op;
}

/* The upper part of a constant of which the rest is a signed 12-bit number. */
static inline uint32_t upper(uint32_t v) {
    return (v + 0x800) & 0xfffff000;
}

#endif
#endif
