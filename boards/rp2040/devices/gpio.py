# SPDX-License-Identifier: MIT
"""What the RP2040 does to its pins, seen from outside."""

from rp2040py.gpio_pin import GPIOPinState


class Trace:
    """Report each change of a pin: `pin`, and `state`, one of the names in GPIOPinState.

    HIGH and LOW are driven by the chip; INPUT, INPUT_PULL_UP ... are not. `pins` are the numbers
    to look at, None for all.
    """

    def __init__(self, report, pins=None):
        self._report = report
        self._pins = pins

    def attach(self, rp2040):
        """Listen to the pins."""
        for number in range(len(rp2040.gpio)) if self._pins is None else self._pins:
            rp2040.gpio[number].add_listener(self._listener(number))

    def _listener(self, number):
        def note(new, _):
            self._report(pin=number, state=GPIOPinState(new).name)

        return note


class Pads:
    """Have each pin read what it drives, as a chip's pads do and rp2040py's do not."""

    def __init__(self, report):
        pass

    def attach(self, rp2040):
        """Connect each pad's output to its input."""
        for pin in rp2040.gpio:
            pin.add_listener(self._listener(pin))

    def _listener(self, pin):
        def follow(new, old):
            if new in (GPIOPinState.LOW, GPIOPinState.HIGH):
                pin.set_input_value(new == GPIOPinState.HIGH)
            elif old in (GPIOPinState.LOW, GPIOPinState.HIGH):
                pin.release_input()

        return follow


class Button:
    """A button between a pin and ground, or (`active_low=False`) the supply.

    The command `press(down=True)` presses and releases it; released it drives nothing.
    """

    def __init__(self, report, pin, active_low=True):
        self._pin_number = pin
        self._level = not active_low
        self._pin = None

    def attach(self, rp2040):
        """Lie between the pin and its rail, released."""
        self._pin = rp2040.gpio[self._pin_number]
        self._pin.release_input()

    def command(self, down):
        """Press, or release."""
        if down:
            self._pin.set_input_value(self._level)
        else:
            self._pin.release_input()
