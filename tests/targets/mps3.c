/* SPDX-License-Identifier: MIT
 *
 * QEMU's mps3-an524, which has memory in plenty and a Cortex-M33: it runs code for Cortex-M3 and M4
 * and, with the trap that they have instead of unaligned accesses, for Cortex-M0+.
 */
#include "cortex_m.h"

#define CCR (*(volatile uint32_t *)0xe000ed14)
enum { CCR_UNALIGN_TRP = 8 };

void cortex_m_begin(void) {
#if !defined(__thumb2__)
    CCR |= CCR_UNALIGN_TRP;
#endif
}

/* No test that needs this machine counts. */
uint64_t target_instructions(void) {
    return 0;
}
