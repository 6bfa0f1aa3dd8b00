/* SPDX-License-Identifier: MIT
 *
 * Start-up and instruction counter for QEMU's mps2-an385 (a Cortex-M3, which runs code for
 * Cortex-M0+ as well). The emulator's loader puts .data and .bss in place.
 */
#include "bare.h"

/* CMSDK APB timer 0: counts down at 25 MHz, that is once in 40 instructions at 1 ns each. */
#define TIMER_CTRL (*(volatile uint32_t *)0x40000000)
#define TIMER_VALUE (*(volatile uint32_t *)0x40000004)
#define TIMER_RELOAD (*(volatile uint32_t *)0x40000008)
enum { TIMER_ENABLE = 1,
       INSTRUCTIONS_PER_TICK = 40 };

extern uint32_t stack_top[]; /* the linker script's */
_Noreturn void reset(void);

_Noreturn void reset(void) {
    TIMER_RELOAD = UINT32_MAX;
    TIMER_VALUE = UINT32_MAX;
    TIMER_CTRL = TIMER_ENABLE;
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

/* Once around is 171 emulated seconds; programs here are shorter. */
uint64_t target_instructions(void) {
    return (uint64_t)(UINT32_MAX - TIMER_VALUE) * INSTRUCTIONS_PER_TICK;
}
