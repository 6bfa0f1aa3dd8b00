/* SPDX-License-Identifier: MIT
 *
 * Thumb code: the stubs at the start of a region, the way in and out of machine code, and accesses to linear memory that code does not
 * do itself.
 */
#include "wl_native.h"

#if WL_ENABLE_NATIVE && (WL_NATIVE_BACKEND == WL_BACKEND_THUMB1 || WL_NATIVE_BACKEND == WL_BACKEND_THUMB2)

void wl_be_leave(void);
void wl_be_serve(void);
void wl_be_serve_memory(void);
void wl_be_serve_indirect(void);

void wl_be_stubs(uint16_t code[WL_BE_STUB_WORDS], const wl_native_regs_t *regs) {
    /* A branch to one of the pieces behind the stubs, which load r2 and r3 and go where r3 says. Those of an image
     * find the registers' address in front of linear memory. */
    enum { LEAVE = WL_STOP_COUNT * 2,
           SERVE = LEAVE + 6,
           MEMORY = SERVE + 6,
           INDIRECT = MEMORY + 6,
           LITERALS = INDIRECT + 6 };
    static const uint8_t pieces[] = {LEAVE, SERVE, MEMORY, INDIRECT};
    const uint32_t literals[] = {
        (uint32_t)(uintptr_t)regs, (uint32_t)(uintptr_t)wl_be_leave, (uint32_t)(uintptr_t)wl_be_serve,
        (uint32_t)(uintptr_t)wl_be_serve_memory, (uint32_t)(uintptr_t)wl_be_serve_indirect};
    for (uint32_t i = 0; i < WL_STOP_COUNT; i++) {
        uint32_t piece = i == WL_SERVE_ACCESS     ? MEMORY
                         : i == WL_SERVE_INDIRECT ? INDIRECT
                         : i == WL_SERVE_MISC     ? SERVE
                                                  : LEAVE,
                 at = WL_BE_STUB(i);
        code[at] = (uint16_t)(i == WL_SERVE_ACCESS ? 0x46c0u : 0x2100u | i);
        code[at + 1] = (uint16_t)(0xe000 | ((piece - (at + 1) - 2) & 0x7ff));
    }
    for (uint32_t i = 0; i < sizeof pieces; i++) {
        uint32_t at = pieces[i];
        code[at++] = (uint16_t)(i == 2 ? 0xb40f : 0x46c0); /* push {r0-r3} */
        if (regs != NULL) {
            code[at] = (uint16_t)(0x4a00 | (LITERALS - ((at + 2) & ~1u)) / 2);
        } else {
            code[at++] = 0x4652;                     /* mov r2, r10 */
            code[at++] = 0x3a00 | WL_ANCHOR_REGS;    /* subs r2, r2, # */
            code[at] = 0x6812;                       /* ldr r2, [r2] */
        }
        at++;
        code[at] = (uint16_t)(0x4b00 | (LITERALS + 2 * (i + 1) - ((at + 2) & ~1u)) / 2);
        code[at + 1] = 0x4718;
    }
    memcpy(code + LITERALS, literals, sizeof literals);
    _Static_assert(LITERALS + 10 <= WL_BE_STUB_WORDS, "stubs fit where they are said to be");
}

/* Cortex-M0+ and M3 have no caches; pipelines and write buffers are there all the same. */
void wl_be_sync(const uint16_t *code, uint32_t bytes) {
    (void)code;
    (void)bytes;
#if defined(__thumb__)
    __asm__ volatile("dsb\n\tisb" ::: "memory");
#endif
}

#if defined(__thumb__)
/* Offsets in wl_native_regs_t: 0 fp, 4 fuel, 8 result, 12 pc, 16 mem, 20 limit, 24 stop, 28 registers. */
_Static_assert(offsetof(wl_native_regs_t, fuel) == 4 && offsetof(wl_native_regs_t, pc) == 12 &&
                   offsetof(wl_native_regs_t, limit) == 20 && offsetof(wl_native_regs_t, stop) == 24 &&
                   offsetof(wl_native_regs_t, regs) == 28,
               "the assembler's offsets");

#if WL_THUMB2
#if WL_NATIVE_FPU
/* FPSCR: all as after a reset, but that a NaN that is computed is the canonical one (DN). */
#define SAVE_ALL                           \
    "vmrs r3, fpscr\n push {r3-r11, lr}\n" \
    "mov r3, #0x02000000\n vmsr fpscr, r3\n"
#define RESTORE_ALL "pop {r3-r11, lr}\n vmsr fpscr, r3\n bx lr\n"
#else
#define SAVE_ALL "push {r3-r11, lr}\n"
#define RESTORE_ALL "pop {r3-r11, pc}\n"
#endif
#define LOAD_FUEL(regs) "ldr r3, [" regs ", #4]\n mov r9, r3\n"
#define STORE_FUEL(regs) "mov r3, r9\n str r3, [" regs ", #4]\n"
#else
/* In both registers where it may be. */
#define LOAD_FUEL(regs) "ldr r6, [" regs ", #4]\n mov r9, r6\n"
#define STORE_FUEL(regs) "str r6, [" regs ", #4]\n mov r3, r9\n str r3, [" regs ", #64]\n"
#define SAVE_ALL                                            \
    "push {r3-r7, lr}\n"                                    \
    "mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n" \
    "push {r4-r7}\n"
#define RESTORE_ALL                                         \
    "pop {r4-r7}\n"                                         \
    "mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n" \
    "pop {r3-r7, pc}\n"
#endif

/* The stub of WL_SERVE_ACCESS, as an address, from the registers, which the region follows. */
#define SERVICE_OFFSET ((uint32_t)(WL_NATIVE_REGS_WORDS + WL_BE_STUB(WL_SERVE_ACCESS)) * 2 + 1)
_Static_assert(SERVICE_OFFSET < 256, "the assembler's constant");

/* r0: registers, r1: address, r2: link. */
__attribute__((naked)) void wl_be_enter(wl_native_regs_t *regs, uintptr_t address, uintptr_t link) {
    (void)regs;
    (void)address;
    (void)link;
    __asm__ volatile(SAVE_ALL
                     "ldr r7, [r0, #0]\n" LOAD_FUEL("r0") "ldr r3, [r0, #16]\n mov r10, r3\n"
                                                          "ldr r3, [r0, #20]\n mov r11, r3\n"
                                                          "movs r3, #%c0\n add r3, r0\n mov r8, r3\n"
                                                          "ldr r0, [r0, #8]\n"
                                                          "mov lr, r2\n"
                                                          "bx r1\n" ::"i"(SERVICE_OFFSET));
}

/* r0: result, r1: why, r2: registers. */
__attribute__((naked)) void wl_be_leave(void) {
    __asm__ volatile("str r7, [r2, #0]\n" STORE_FUEL("r2") "str r0, [r2, #8]\n"
                                                           "mov r3, lr\n str r3, [r2, #12]\n"
                                                           "str r1, [r2, #24]\n" RESTORE_ALL);
}

/* r1: which service, r2: registers. */
__attribute__((naked)) void wl_be_serve(void) {
    __asm__ volatile("str r7, [r2, #0]\n" STORE_FUEL("r2") "push {r2, lr}\n"
                                                           "mov r0, r2\n mov r2, lr\n"
                                                           "bl wl_native_serve\n"
                                                           "pop {r2, r3}\n"
                                                           "cmp r0, #0\n bne 1f\n" RESTORE_ALL
                                                           "1:\n" LOAD_FUEL("r2") "ldr r3, [r2, #16]\n mov r10, r3\n"
                                                                                  "ldr r3, [r2, #20]\n mov r11, r3\n"
                                                                                  "bx r0\n");
}

/* r0: what is called, r2: registers. Without machine code to be called this is as WL_STOP_CALL. */
__attribute__((naked)) void wl_be_serve_indirect(void) {
    __asm__ volatile("push {r2, lr}\n"
                     "mov r1, r0\n mov r0, r2\n mov r2, r7\n"
                     "bl wl_native_indirect\n"
                     "pop {r2, r3}\n"
                     "mov lr, r3\n"
                     "cmp r0, #0\n beq 1f\n"
                     "bx r0\n"
                     "1: movs r1, #%c0\n"
                     "ldr r3, 2f\n bx r3\n"
                     ".balign 4\n"
                     "2: .word wl_be_leave\n" ::"i"(WL_STOP_CALL));
}

/* r2: registers; r0-r3 are on the stack. Afterwards all registers that code uses are as they were, or as the
 * service has set them. */
__attribute__((naked)) void wl_be_serve_memory(void) {
    __asm__ volatile("str r7, [r2, #0]\n" STORE_FUEL("r2") "str r4, [r2, #44]\n str r5, [r2, #48]\n str r6, [r2, #52]\n"
                                                           "mov r3, r8\n str r3, [r2, #60]\n"
                                                           "mov r3, r11\n str r3, [r2, #72]\n"
                                                           "pop {r4, r5}\n str r4, [r2, #28]\n str r5, [r2, #32]\n"
                                                           "pop {r4, r5}\n str r4, [r2, #36]\n str r5, [r2, #40]\n"
                                                           "mov r3, lr\n push {r2, r3}\n"
                                                           "mov r0, r2\n mov r2, r3\n movs r1, #%c0\n"
                                                           "bl wl_native_serve\n"
                                                           "pop {r2, r3}\n"
                                                           "cmp r0, #0\n bne 1f\n" RESTORE_ALL
                                                           "1: mov r12, r0\n"
                                                           "ldr r4, [r2, #44]\n ldr r5, [r2, #48]\n ldr r6, [r2, #52]\n"
                                                           "ldr r0, [r2, #28]\n ldr r1, [r2, #32]\n ldr r3, [r2, #40]\n ldr r2, [r2, #36]\n"
                                                           "bx r12\n" ::"i"(WL_SERVE_ACCESS));
}
#endif

/* What of a literal is the memory's start: nothing when that is added behind it. Goes on behind both. */
static uint32_t start_added(const uint16_t **code, uint32_t words, const wl_native_regs_t *regs) {
    *code += words;
    bool added = (**code & 0xff78) == 0x4450;
    *code += added;
    return added ? 0 : regs->mem;
}

/* Behind the check stand one of
 *   ADD base, memory | the access, with an offset       base is the address's register
 *   MOV base, address; ADD base, memory | the same      Thumb-1
 *   ADD.W base, address, memory | the same              Thumb-2
 *   MOV base, memory | the access, with two registers   Thumb-1
 *   LDR base, literal | the same, or in portable code with ADD base, memory between
 *   the access, with two registers                      Thumb-2 */
void wl_be_served(wl_native_regs_t *regs, uint32_t link, wl_nserved_t *s) {
    enum { ADD_MEMORY = 0x4450,
           MOVE_MEMORY = 0x4650 };
    const uint16_t *code = (const uint16_t *)(uintptr_t)(link & ~1u);
    uint32_t word = code[0], reg = 0;
    s->store = true;
    if (word >> 3 == ADD_MEMORY >> 3) {
        reg = word & 7;
        code++;
    } else if (!WL_THUMB2 && word >> 8 == 0x46 && word >> 3 != MOVE_MEMORY >> 3) {
        reg = word >> 3 & 15;
        code += 2;
    } else if (WL_THUMB2 && word >> 4 == 0xeb0) {
        reg = word & 15;
        code += 2;
    } else if (word >> 11 == 0x09) {
        const uint16_t *literal = (const uint16_t *)(((uintptr_t)code + 4) & ~(uintptr_t)3) + (word & 0xff) * 2;
        s->offset = ((uint32_t)literal[0] | (uint32_t)literal[1] << 16) - start_added(&code, 1, regs);
    } else if (WL_THUMB2 && word == 0xf8df) {
        const uint16_t *literal = (const uint16_t *)(((uintptr_t)code + 4) & ~(uintptr_t)3) + (code[1] & 0xfff) / 2;
        s->offset = ((uint32_t)literal[0] | (uint32_t)literal[1] << 16) - start_added(&code, 2, regs);
    } else if (!WL_THUMB2) {
        code++;
    }
    word = code[0];
    if (WL_THUMB2 && word >> 9 == 0x7c) {
        s->log2 = word >> 5 & 3;
        s->offset += word & 0x80 ? code[1] & 0xfff : 0;
        reg = word & 0x80 ? reg : code[1] & 15;
    } else if (word >> 12 == 5) {
        static const uint8_t log2s[] = {2, 1, 0, 0, 2, 1, 0, 1}; /* str strh strb ldrsb ldr ldrh ldrb ldrsh */
        uint32_t op = word >> 9 & 7;
        s->log2 = log2s[op];
        s->store = op < 3;
        s->sign = op == 7;
        reg = word >> 6 & 7;
    } else {
        s->log2 = word >> 12 == 6 ? 2 : word >> 12 == 7 ? 0
                                                        : 1;
        s->store = !(word >> 11 & 1);
        s->offset += (word >> 6 & 31) << s->log2;
    }
    s->value = &regs->regs[word & 7];
    s->address = regs->regs[reg % WL_NATIVE_REGS];
    s->next = link + (uint32_t)(code + 1 - (const uint16_t *)(uintptr_t)(link & ~1u)) * 2;
}

#endif
