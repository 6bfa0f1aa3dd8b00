/* SPDX-License-Identifier: MIT
 *
 * Characters received by interrupt, so that Ctrl-C stops what runs and waiting costs the host
 * nothing. Upstream's functions of these names poll; the linker's --wrap puts these in their place.
 */
#include "board.h"

#include "py/mphal.h"
#include "py/ringbuf.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "shared/runtime/interrupt_char.h"

#define NO_CHARACTER (-1) /* as uart.h has it */

static uint8_t buffer[1024];
static ringbuf_t received = {buffer, sizeof(buffer), 0, 0};

void stdio_receive(int c) {
    if (c == mp_interrupt_char) {
        mp_sched_keyboard_interrupt();
    } else {
        ringbuf_put(&received, (uint8_t)c);
    }
    if (ringbuf_free(&received) == 0) {
        machine_rx_enable(false);
    }
}

static bool is_there(void) {
    return ringbuf_avail(&received) > 0;
}

uintptr_t __wrap_mp_hal_stdio_poll(uintptr_t flags) {
    return (flags & MP_STREAM_POLL_WR) | (is_there() ? flags & MP_STREAM_POLL_RD : 0);
}

int __wrap_uart_rx_chr(void) {
    if (!is_there()) {
        mp_handle_pending(true);
        machine_wait(is_there);
        return NO_CHARACTER; /* the caller asks again */
    }
    int c = ringbuf_get(&received);
    machine_rx_enable(true);
    return c;
}
