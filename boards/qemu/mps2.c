/* SPDX-License-Identifier: MIT
 *
 * QEMU's mps2-an385: a Cortex-M3 on Arm's MPS2 board. All clocks are the emulator's virtual one,
 * so that they count instructions where it runs with -icount.
 */
#include "board.h"

#include <string.h>

#define UART_DATA REGISTER(0x40004000)
#define UART_STATE REGISTER(0x40004004)
#define UART_CONTROL REGISTER(0x40004008)
#define UART_INTERRUPT REGISTER(0x4000400c)
#define FPGA_SECONDS REGISTER(0x40028010) /* since power-on */
#define FPGA_COUNTER REGISTER(0x40028018)
#define FPGA_PRESCALE REGISTER(0x4002801c)
#define NVIC_ENABLE REGISTER(0xe000e100)
#define SCB_VECTORS REGISTER(0xe000ed08)
#define SCB_RESET REGISTER(0xe000ed0c)

enum { UART_RX_FULL = 2,
       UART_ENABLE = 3,
       UART_RX_INTERRUPT = 8,
       UART_RX_PENDING = 2 };
enum { VECTORS = 16 + 1,
       RX_VECTOR = 16 };
#define COUNTER_PRESCALE (25 - 1) /* 25 MHz to one count a microsecond */

extern const uint32_t isr_vector[]; /* upstream's 16 */
static uint32_t vectors[VECTORS] __attribute__((aligned(128)));

static void rx_interrupt(void) {
    UART_INTERRUPT = UART_RX_PENDING;
    if (UART_STATE & UART_RX_FULL) {
        stdio_receive((int)UART_DATA);
    }
}

void machine_rx_enable(bool on) {
    UART_CONTROL = UART_ENABLE | (on ? UART_RX_INTERRUPT : 0);
    if (on && UART_STATE & UART_RX_FULL) { /* came while that was off */
        REGISTER(0xe000e200) = 1;
    }
}

void machine_init(void) {
    FPGA_PRESCALE = COUNTER_PRESCALE;
    memcpy(vectors, isr_vector, 16 * sizeof(vectors[0]));
    vectors[RX_VECTOR] = (uint32_t)&rx_interrupt;
    SCB_VECTORS = (uint32_t)vectors;
    NVIC_ENABLE = 1;
    machine_rx_enable(true);
}

uint64_t machine_us(void) {
    /* The seconds say which round of the counter this is. */
    uint32_t count = FPGA_COUNTER;
    uint64_t rough = (uint64_t)FPGA_SECONDS * 1000000;
    return rough + (uint64_t)(int64_t)(int32_t)(count - (uint32_t)rough);
}

void machine_wait(bool (*ready)(void)) {
    __asm volatile("cpsid i" ::: "memory");
    if (!ready()) {
        __asm volatile("wfi");
    }
    __asm volatile("cpsie i" ::: "memory");
}

void machine_restart(void) {
    SCB_RESET = 0x05fa0004;
    for (;;) {
    }
}
