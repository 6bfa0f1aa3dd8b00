/* SPDX-License-Identifier: MIT
 *
 * Start-up and instruction counter for one core in machine mode on QEMU's riscv32 virt. The
 * emulator's loader puts .data and .bss in place.
 */
#include "bare.h"

__attribute__((used)) static _Noreturn void start(void) {
    target_exit(main());
}

/* The thread pointer is for the C library's errno. */
__asm__(".section .entry, \"ax\"\n"
        ".globl entry\n"
        "entry:\n"
        ".option push\n"
        ".option norelax\n"
        "    la gp, __global_pointer$\n"
        ".option pop\n"
        "    la sp, stack_top\n"
        "    la tp, thread_data\n"
        "    la t0, trap\n"
        "    csrw mtvec, t0\n"
        "    j start\n"
        ".balign 4\n"
        "trap:\n"
        "    la sp, stack_top\n"
        "    csrr a0, mepc\n"
        "    j bare_fault\n"
        ".text\n");

uint64_t target_instructions(void) {
    uint32_t high, low, again;
    do {
        __asm__ volatile("csrr %0, minstreth\n"
                         "csrr %1, minstret\n"
                         "csrr %2, minstreth\n"
                         : "=r"(high), "=r"(low), "=r"(again));
    } while (high != again);
    return (uint64_t)high << 32 | low;
}
