# SPDX-License-Identifier: MIT
"""What looks at the RP2040's pulses."""

from rp2040py.gpio_pin import GPIOPinState


class Capture:
    """Measure the pulses of a pin; a new frequency (`hz`) or `duty` (0 to 1) is reported."""

    def __init__(self, report, pin=15):
        self._report = report
        self._pin = pin
        self._clock = None
        self._rise = self._fall = None
        self._last = None

    def attach(self, rp2040):
        """Listen to the pin."""
        self._clock = rp2040.clock
        rp2040.gpio[self._pin].add_listener(self._note)

    def _note(self, new, _):
        now = self._clock.nanos
        if new == GPIOPinState.LOW:
            self._fall = now
        elif new == GPIOPinState.HIGH:
            if self._rise is not None and self._fall is not None and self._fall > self._rise:
                period = now - self._rise
                self._tell(round(1e9 / period), round((self._fall - self._rise) / period, 2))
            self._rise = now
        else:
            self._rise = self._fall = self._last = None

    def _tell(self, hz, duty):
        if (hz, duty) != self._last:
            self._last = (hz, duty)
            self._report(hz=hz, duty=duty)
