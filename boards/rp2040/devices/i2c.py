# SPDX-License-Identifier: MIT
"""Devices on the RP2040's I2C buses."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "devices"))

import sht31

TX_EMPTY = 1 << 4  # interrupt


class Bus:
    """A bus with its targets by address: rp2040py has one callback for all of them."""

    def __init__(self, unit):
        self._unit = unit
        self._target = None
        self.targets = {}
        unit.on_connect = self._connect
        unit.on_write_byte = self._write
        unit.on_read_byte = self._read
        unit.on_stop = self._stop

    @classmethod
    def of(cls, unit):
        """Return the bus of a unit, which all devices on it share."""
        if not hasattr(unit, "wires"):
            unit.wires = cls(unit)
        return unit.wires

    def _connect(self, address, mode):
        self._target = self.targets.get(address)
        reading = bool(mode)
        if self._target is not None and self._target.start(reading):
            self._unit.complete_connect(True)
        else:
            # The chip empties its FIFO and says so; rp2040py only empties it, and the SDK waits.
            self._unit.complete_connect(False)
            self._unit._set_interrupts(TX_EMPTY)

    def _write(self, byte):
        self._unit.complete_write(self._target.write(byte))

    def _read(self, _):
        self._unit.complete_read(self._target.read())

    def _stop(self):
        if self._target is not None:
            self._target.stop()
        self._target = None
        self._unit.complete_stop()


class Sht31:
    """A sensor of temperature and humidity, which report nothing; see boards/devices/sht31.py.

    The command `set(temperature=, humidity=)` is the weather.
    """

    def __init__(self, report, unit=0, address=sht31.ADDRESS, **weather):
        self._unit = unit
        self._address = address
        self._weather = weather
        self._sensor = None

    def attach(self, rp2040):
        """Sit on the bus."""
        self._sensor = sht31.Sht31(lambda: rp2040.clock.nanos / 1e6, **self._weather)
        Bus.of(rp2040.i2c[self._unit]).targets[self._address] = self._sensor

    def command(self, **weather):
        """Change `temperature` (degrees C) and `humidity` (percent)."""
        for name, value in weather.items():
            setattr(self._sensor, name, value)
