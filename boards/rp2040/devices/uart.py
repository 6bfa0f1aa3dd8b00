# SPDX-License-Identifier: MIT
"""What the RP2040's UARTs are connected to."""

RECEIVE_TIMEOUT, SENT, RECEIVED = 1 << 6, 1 << 5, 1 << 4  # interrupts
RECEIVE_LEVEL = 24  # bytes in the FIFO; what MicroPython sets
SILENCE_BITS = 32
BYTE_BITS = 10
CHIP_HZ, ASSUMED_HZ = 48_000_000, 125_000_000  # of the UART's clock: MicroPython's, rp2040py's


class Line:
    """A serial line: each byte sent is reported (`byte`) and, with `loop`, comes back.

    The command `feed(text)` sends to the chip. Bytes take their time. Without this a UART of
    rp2040py cannot be used by MicroPython: its interrupts never end, as it has no FIFO levels, and
    none tells that a line has fallen silent. They are made here as the chip's data sheet has them.
    """

    def __init__(self, report, unit=0, loop=True):
        self._report = report
        self._unit_number = unit
        self._loop = loop
        self._waiting = []
        self._unit = self._rp2040 = self._arrive = self._silence = None

    def attach(self, rp2040):
        """Connect both ends."""
        self._rp2040 = rp2040
        self._unit = rp2040.uart[self._unit_number]
        self._unit.on_byte = self._sent
        self._unit.check_interrupts = self._check_interrupts
        self._arrive = rp2040.clock.create_alarm(self._next)
        self._silence = rp2040.clock.create_alarm(self._fell_silent)

    def command(self, text):
        """Send text to the chip."""
        self._put(text.encode())

    def _check_interrupts(self):
        unit = self._unit
        if unit.rx_fifo.item_count < RECEIVE_LEVEL:
            unit._interrupt_status &= ~RECEIVED
        if unit.rx_fifo.empty:
            unit._interrupt_status &= ~RECEIVE_TIMEOUT
        pending = unit._interrupt_status & unit._interrupt_mask
        self._rp2040.set_interrupt(unit.irq, bool(pending))

    def _sent(self, byte):
        self._report(byte=byte)
        self._unit._interrupt_status |= SENT
        self._check_interrupts()
        if self._loop:
            self._put(bytes((byte,)))

    def _ns(self, bits):
        return bits * 1e9 * ASSUMED_HZ / CHIP_HZ / max(self._unit.baud_rate, 1)

    def _put(self, data):
        if not self._waiting:
            self._arrive.schedule(self._ns(BYTE_BITS))
        self._waiting.extend(data)

    def _next(self):
        byte = self._waiting.pop(0)
        if not self._unit.rx_fifo.full:
            self._unit.feed_byte(byte)
        if self._waiting:
            self._arrive.schedule(self._ns(BYTE_BITS))
        self._silence.schedule(self._ns(SILENCE_BITS))

    def _fell_silent(self):
        if not self._unit.rx_fifo.empty:
            self._unit._interrupt_status |= RECEIVE_TIMEOUT
            self._check_interrupts()
