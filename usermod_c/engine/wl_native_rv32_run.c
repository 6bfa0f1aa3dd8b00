/* SPDX-License-Identifier: MIT
 *
 * RV32IMC code: the stubs at the start of a region, the way in and out of machine code, and accesses to linear memory that code does
 * not do itself.
 */
#include "wl_native_rv32_code.h"

#if WL_ENABLE_NATIVE && WL_NATIVE_BACKEND == WL_BACKEND_RV32

void wl_be_leave(void);
void wl_be_serve(void);
void wl_be_serve_memory(void);
void wl_be_serve_indirect(void);

/* C.J over so many bytes. */
static uint32_t short_jump(uint32_t x) {
    return 0xa001 | (x >> 11 & 1) << 12 | (x >> 4 & 1) << 11 | (x >> 8 & 3) << 9 | (x >> 10 & 1) << 8 | (x >> 6 & 1) << 7 |
           (x >> 7 & 1) << 6 | (x >> 1 & 7) << 3 | (x >> 5 & 1) << 2;
}

void wl_be_stubs(uint16_t code[WL_BE_STUB_WORDS], const wl_native_regs_t *regs) {
    /* Which, into t0, and a jump to one of the pieces that load t1 with the registers' address and leave. An image
     * finds that in front of linear memory. */
    enum { PIECES = WL_STOP_COUNT * 2,
           PIECE_WORDS = 8 };
    const uint32_t address = (uint32_t)(uintptr_t)regs;
    const uint32_t targets[] = {(uint32_t)(uintptr_t)wl_be_leave, (uint32_t)(uintptr_t)wl_be_serve,
                                (uint32_t)(uintptr_t)wl_be_serve_memory, (uint32_t)(uintptr_t)wl_be_serve_indirect};
    for (uint32_t i = 0; i < WL_STOP_COUNT; i++) {
        uint32_t piece = i == WL_SERVE_ACCESS ? 2 : i == WL_SERVE_INDIRECT ? 3
                                                : i == WL_SERVE_MISC       ? 1
                                                                           : 0,
                 at = WL_BE_STUB(i);
        code[at] = (uint16_t)(0x4001 | T0 << 7 | i << 2);
        code[at + 1] = (uint16_t)short_jump((PIECES + piece * PIECE_WORDS - (at + 1)) * 2);
    }
    for (uint32_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        uint16_t *at = code + PIECES + i * PIECE_WORDS;
        if (regs != NULL) {
            set32(at, upper(address) | T1 << 7 | OP_LUI);
            set32(at + 2, encode_i(OP_IMM, 0, T1, T1, address & 0xfff));
        } else {
            set32(at, encode_i(OP_LOAD, 2, T1, MEM, 0u - WL_ANCHOR_REGS));
            set32(at + 2, OP_IMM); /* addi zero, zero, 0 */
        }
        set32(at + 4, upper(targets[i]) | T2 << 7 | OP_LUI);
        set32(at + 6, encode_i(OP_JALR, 0, ZERO, T2, targets[i] & 0xfff));
    }
    _Static_assert(PIECES + 4 * PIECE_WORDS <= WL_BE_STUB_WORDS, "stubs fit where they are said to be");
}

void wl_be_sync(const uint16_t *code, uint32_t bytes) {
    (void)code;
    (void)bytes;
#if defined(__riscv)
    __asm__ volatile(".option push\n\t.option arch, +zifencei\n\tfence.i\n\t.option pop" ::: "memory");
#endif
}

#if defined(__riscv)
/* Offsets in wl_native_regs_t: 0 fp, 4 fuel, 8 result, 12 pc, 16 mem, 20 limit, 24 stop, 28 registers. */
_Static_assert(offsetof(wl_native_regs_t, fuel) == 4 && offsetof(wl_native_regs_t, pc) == 12 &&
                   offsetof(wl_native_regs_t, limit) == 20 && offsetof(wl_native_regs_t, stop) == 24 &&
                   offsetof(wl_native_regs_t, regs) == 28,
               "the assembler's offsets");

#define EACH_SAVED(op) \
    op " ra, 0(sp)\n" op " s0, 4(sp)\n" op " s1, 8(sp)\n" op " s2, 12(sp)\n" op " s3, 16(sp)\n" op " s4, 20(sp)\n" op " s5, 24(sp)\n" op " s6, 28(sp)\n" op " s7, 32(sp)\n" op " s8, 36(sp)\n" op " s9, 40(sp)\n" op " s10, 44(sp)\n" op " s11, 48(sp)\n"
#define RESTORE_ALL EACH_SAVED("lw") "addi sp, sp, 64\n ret\n"

/* a0: registers, a1: address, a2: link. */
__attribute__((naked)) void wl_be_enter(wl_native_regs_t *regs, uintptr_t address, uintptr_t link) {
    (void)regs;
    (void)address;
    (void)link;
    __asm__ volatile("addi sp, sp, -64\n" EACH_SAVED("sw") "lw s0, 0(a0)\n lw s9, 4(a0)\n lw s10, 16(a0)\n lw s11, 20(a0)\n"
                                                           "lw a0, 8(a0)\n mv ra, a2\n"
                                                           "jr a1\n");
}

/* a0: result, t0: why, t1: registers. */
__attribute__((naked)) void wl_be_leave(void) {
    __asm__ volatile("sw s0, 0(t1)\n sw s9, 4(t1)\n sw a0, 8(t1)\n sw ra, 12(t1)\n sw t0, 24(t1)\n" RESTORE_ALL);
}

/* t0: which service, t1: registers. */
__attribute__((naked)) void wl_be_serve(void) {
    __asm__ volatile("sw s0, 0(t1)\n sw s9, 4(t1)\n"
                     "addi sp, sp, -16\n sw t1, 4(sp)\n"
                     "mv a0, t1\n mv a1, t0\n mv a2, ra\n"
                     "call wl_native_serve\n"
                     "lw t1, 4(sp)\n addi sp, sp, 16\n"
                     "bnez a0, 1f\n" RESTORE_ALL
                     "1: lw s9, 4(t1)\n lw s10, 16(t1)\n lw s11, 20(t1)\n"
                     "jr a0\n");
}

/* a0: what is called, t1: registers. Without machine code to be called this is as WL_STOP_CALL. */
__attribute__((naked)) void wl_be_serve_indirect(void) {
    __asm__ volatile("addi sp, sp, -16\n sw ra, 0(sp)\n sw t1, 4(sp)\n"
                     "mv a1, a0\n mv a0, t1\n mv a2, s0\n"
                     "call wl_native_indirect\n"
                     "lw ra, 0(sp)\n lw t1, 4(sp)\n addi sp, sp, 16\n"
                     "beqz a0, 1f\n"
                     "jr a0\n"
                     "1: li t0, %0\n"
                     "tail wl_be_leave\n" ::"i"(WL_STOP_CALL));
}

/* The registers of operands and locals, by number; x9 is at 64. */
#define EACH_OPERAND(op) \
    op " x10, 68(t1)\n" op " x11, 72(t1)\n" op " x12, 76(t1)\n" op " x13, 80(t1)\n" op " x14, 84(t1)\n" op " x15, 88(t1)\n" op " x16, 92(t1)\n" op " x17, 96(t1)\n"
#define EACH_LOCAL(op) \
    op " x9, 64(t1)\n" op " x18, 100(t1)\n" op " x19, 104(t1)\n" op " x20, 108(t1)\n" op " x21, 112(t1)\n" op " x22, 116(t1)\n" op " x23, 120(t1)\n" op " x24, 124(t1)\n"

/* t0: which, t1: registers. Afterwards all registers that code uses are as they were, or as the service has
 * set them. */
__attribute__((naked)) void wl_be_serve_memory(void) {
    __asm__ volatile("sw s0, 0(t1)\n sw s9, 4(t1)\n" EACH_OPERAND("sw") EACH_LOCAL("sw") "addi sp, sp, -16\n sw t1, 4(sp)\n"
                                                                                         "mv a0, t1\n mv a1, t0\n mv a2, ra\n"
                                                                                         "call wl_native_serve\n"
                                                                                         "lw t1, 4(sp)\n addi sp, sp, 16\n"
                                                                                         "bnez a0, 1f\n" RESTORE_ALL
                                                                                         "1: mv t2, a0\n" EACH_OPERAND("lw") EACH_LOCAL("lw") "jr t2\n");
}
#endif

/* Behind the check the memory's start and the address are added up, in the address's register or another; the
 * start, perhaps with the offset's upper part, may be put into t1 first. Then comes the load or store. */
void wl_be_served(wl_native_regs_t *regs, uint32_t link, wl_nserved_t *s) {
    const uint16_t *code = (const uint16_t *)(uintptr_t)link;
    if ((code[0] & 0x7f) == OP_LUI) {
        bool portable = code[2] == (0x9002 | T1 << 7 | MEM << 2); /* the start is added behind */
        s->offset = (get32(code) & 0xfffff000) - (portable ? 0 : regs->mem);
        code += portable ? 3 : 2;
    }
    uint32_t word = code[0], reg = word >> 7 & 31;
    code++;
    if ((word & 3) == 3) {
        reg = code[0] >> 4 & 31;
        code++;
    }
    s->address = regs->regs[reg];
    word = code[0];
    if ((word & 3) == 0) { /* short: of words */
        s->store = word >> 15;
        s->log2 = 2;
        s->offset += (word >> 10 & 7) << 3 | (word >> 6 & 1) << 2 | (word >> 5 & 1) << 6;
        reg = (word >> 2 & 7) + 8;
        code++;
    } else {
        word = get32(code);
        s->store = (word & 0x7f) == OP_STORE;
        s->log2 = word >> 12 & 3;
        s->sign = (word >> 12 & 7) == 1;
        s->offset += ((s->store ? (word >> 25) << 5 | (word >> 7 & 31) : word >> 20) ^ 0x800) - 0x800;
        reg = s->store ? word >> 20 & 31 : word >> 7 & 31;
        code += 2;
    }
    s->value = &regs->regs[reg];
    s->next = (uint32_t)(uintptr_t)code;
}

#endif
