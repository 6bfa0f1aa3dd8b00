# SPDX-License-Identifier: MIT
"""Devices on the RP2040's SPI buses."""

import sys
from pathlib import Path

from rp2040py.gpio_pin import GPIOPinState

sys.path.append(str(Path(__file__).resolve().parents[2] / "devices"))

import eeprom25

CHIP_HZ, ASSUMED_HZ = 48_000_000, 125_000_000  # of the unit's clock: MicroPython's, rp2040py's


class Bus:
    """A bus with its targets by chip select: rp2040py has one callback for all of them."""

    def __init__(self, unit):
        self._unit = unit
        self._selected = []
        unit.on_transmit = self._transmit

    @classmethod
    def of(cls, unit):
        """Return the bus of a unit, which all devices on it share."""
        if not hasattr(unit, "wires"):
            unit.wires = cls(unit)
        return unit.wires

    def add(self, target, select):
        """Connect a target; `select` is its pin."""

        def note(new, _):
            if new == GPIOPinState.LOW:
                self._selected.append(target)
                target.select()
            elif target in self._selected:
                self._selected.remove(target)
                target.deselect()

        select.add_listener(note)

    def _transmit(self, value):
        answer = 0xFF
        for target in self._selected:
            answer &= target.exchange(value)
        self._unit.complete_transmit(answer)


class Eeprom25:
    """An EEPROM; see boards/devices/eeprom25.py. Reports each command and its clock rate."""

    def __init__(self, report, unit=0, select=17):
        self._report = report
        self._unit_number = unit
        self._select = select
        self._unit = None
        self._memory = eeprom25.Eeprom25()

    def attach(self, rp2040):
        """Sit on the bus."""
        self._unit = rp2040.spi[self._unit_number]
        Bus.of(self._unit).add(self, rp2040.gpio[self._select])

    def select(self):
        """Begin a command."""
        self._memory.select()

    def exchange(self, byte):
        """Exchange a byte."""
        return self._memory.exchange(byte)

    def deselect(self):
        """End a command and report it."""
        self._memory.deselect()
        if self._memory.commands:
            command = self._memory.commands.pop()
            self._report(command=command, hz=self._hz())

    def _hz(self):
        return round(self._unit.clock_frequency * CHIP_HZ / ASSUMED_HZ)
