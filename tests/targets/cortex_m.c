/* SPDX-License-Identifier: MIT
 *
 * Start-up for Cortex-M machines: mps2.c and mps3.c are the machines. The emulator's loader puts
 * .data and .bss in place.
 */
#include "cortex_m.h"

extern uint32_t stack_top[]; /* the linker script's */
_Noreturn void reset(void);

#define CPACR (*(volatile uint32_t *)0xe000ed88)
enum { CPACR_FPU = 0xf << 20 };

static void enable_fpu(void) {
#if defined(__ARM_FP)
    CPACR |= CPACR_FPU;
    __asm__ volatile("dsb\n\tisb" ::: "memory");
#endif
}

_Noreturn void reset(void) {
    enable_fpu();
    cortex_m_begin();
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
