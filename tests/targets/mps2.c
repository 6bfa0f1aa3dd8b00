/* SPDX-License-Identifier: MIT
 *
 * QEMU's mps2-an385: a Cortex-M3, which runs code for Cortex-M0+ as well, with a counter of
 * instructions; or mps2-an386, the same with a Cortex-M4 and its FPU.
 */
#include "cortex_m.h"

/* CMSDK APB timer 0: counts down at 25 MHz, that is once in 40 instructions at 1 ns each. */
#define TIMER_CTRL (*(volatile uint32_t *)0x40000000)
#define TIMER_VALUE (*(volatile uint32_t *)0x40000004)
#define TIMER_RELOAD (*(volatile uint32_t *)0x40000008)
enum { TIMER_ENABLE = 1,
       INSTRUCTIONS_PER_TICK = 40 };

void cortex_m_begin(void) {
    TIMER_RELOAD = UINT32_MAX;
    TIMER_VALUE = UINT32_MAX;
    TIMER_CTRL = TIMER_ENABLE;
}

/* Once around is 171 emulated seconds; programs here are shorter. */
uint64_t target_instructions(void) {
    return (uint64_t)(UINT32_MAX - TIMER_VALUE) * INSTRUCTIONS_PER_TICK;
}
