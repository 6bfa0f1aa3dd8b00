# SPDX-License-Identifier: MIT
"""What the RP2040's analog inputs are connected to."""

FIRST_PIN = 26
FULL_SCALE = 4095


class Voltage:
    """A source of voltage on a pin; `level` is from 0 to 1 of the reference.

    The command `level(level)` changes it.
    """

    def __init__(self, report, pin=FIRST_PIN, level=0.5):
        self._channel = pin - FIRST_PIN
        self._level = level
        self._adc = None

    def attach(self, rp2040):
        """Connect the source."""
        self._adc = rp2040.adc
        self.command(self._level)

    def command(self, level):
        """Change the voltage."""
        self._adc.channel_values[self._channel] = round(level * FULL_SCALE)
