/* SPDX-License-Identifier: MIT
 *
 * QEMU's virt for RISC-V, with one rv32imac core in machine mode. All clocks are the emulator's
 * virtual one, so that they count instructions where it runs with -icount.
 */
#include "board.h"

#define UART(offset) (*(volatile uint8_t *)(0x10000000 + (offset)))
#define UART_DATA UART(0)
#define UART_INTERRUPT UART(1)
#define UART_STATE UART(5)
#define CLINT_TIME_LOW REGISTER(0x0200bff8)
#define CLINT_TIME_HIGH REGISTER(0x0200bffc)
#define PLIC_PRIORITY(source) REGISTER(0x0c000000 + 4 * (source))
#define PLIC_ENABLE REGISTER(0x0c002000)
#define PLIC_THRESHOLD REGISTER(0x0c200000)
#define PLIC_CLAIM REGISTER(0x0c200004)
#define TEST_DEVICE REGISTER(0x00100000)

enum { UART_SOURCE = 10,
       UART_RX_FULL = 1,
       TEST_RESET = 0x7777,
       TICKS_PER_US = 10 };
#define EXTERNAL_INTERRUPT 0x8000000bu
#define EXTERNAL_ENABLE (1 << 11) /* of mie */
#define MACHINE_ENABLE 8          /* of mstatus */

static uint32_t upstream_vectors;

__attribute__((interrupt("machine"), aligned(4))) static void trap(void) {
    uint32_t cause;
    __asm volatile("csrr %0, mcause" : "=r"(cause));
    if (cause != EXTERNAL_INTERRUPT) { /* let it happen again, where it will be reported */
        __asm volatile("csrw mtvec, %0" ::"r"(upstream_vectors));
        return;
    }
    uint32_t source = PLIC_CLAIM;
    if (UART_STATE & UART_RX_FULL) {
        stdio_receive(UART_DATA);
    }
    PLIC_CLAIM = source;
}

void machine_rx_enable(bool on) {
    UART_INTERRUPT = on;
}

void machine_init(void) {
    uint32_t vectors;
    __asm volatile("csrr %0, mtvec" : "=r"(vectors));
    if (vectors != (uint32_t)&trap) {
        upstream_vectors = vectors;
        __asm volatile("csrw mtvec, %0" ::"r"(&trap));
    }
    PLIC_PRIORITY(UART_SOURCE) = 1;
    PLIC_ENABLE = 1 << UART_SOURCE;
    PLIC_THRESHOLD = 0;
    machine_rx_enable(true);
    __asm volatile("csrs mie, %0" ::"r"(EXTERNAL_ENABLE));
}

uint64_t machine_us(void) {
    uint32_t high, low;
    do {
        high = CLINT_TIME_HIGH;
        low = CLINT_TIME_LOW;
    } while (high != CLINT_TIME_HIGH);
    return ((uint64_t)high << 32 | low) / TICKS_PER_US;
}

void machine_wait(bool (*ready)(void)) {
    __asm volatile("csrc mstatus, %0" ::"r"(MACHINE_ENABLE) : "memory");
    if (!ready()) {
        __asm volatile("wfi");
    }
    __asm volatile("csrs mstatus, %0" ::"r"(MACHINE_ENABLE) : "memory");
}

void machine_restart(void) {
    TEST_DEVICE = TEST_RESET;
    for (;;) {
    }
}
