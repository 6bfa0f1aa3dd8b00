/* SPDX-License-Identifier: MIT
 *
 * Start-up for QEMU's mps3-an524, which has memory in plenty and a Cortex-M33: it runs code for
 * Cortex-M3 and, with the trap that they have instead of unaligned accesses, for Cortex-M0+.
 */
#include "bare.h"

#define CCR (*(volatile uint32_t *)0xe000ed14)
enum { CCR_UNALIGN_TRP = 8 };

extern uint32_t stack_top[]; /* the linker script's */
_Noreturn void reset(void);

_Noreturn void reset(void) {
#if !defined(__thumb2__)
    CCR |= CCR_UNALIGN_TRP;
#endif
    target_exit(main());
}

/* On entry the stack holds r0-r3, r12, lr and the address of the instruction. */
static __attribute__((naked)) void fault(void) {
    __asm__ volatile("ldr r0, [sp, #24]\n"
                     "bl bare_fault\n");
}

/* The stack, then reset, NMI and the five faults. */
__attribute__((section(".vectors"), used)) static const uintptr_t vectors[] = {
    (uintptr_t)stack_top,
    (uintptr_t)reset,
    (uintptr_t)fault,
    (uintptr_t)fault,
    (uintptr_t)fault,
    (uintptr_t)fault,
    (uintptr_t)fault,
};

/* No test that needs this machine counts. */
uint64_t target_instructions(void) {
    return 0;
}
