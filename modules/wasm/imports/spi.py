# SPDX-License-Identifier: MIT
"""`wasmlet:spi`: devices behind a chip select; clock rate and mode are each device's own."""

from micropython import const

_DENIED = const(-1)
_INVALID = const(-4)
_MODES = const(4)


class _Device:
    """A device of a grant; `unit` is its bus with what others have last set on it."""

    def __init__(self, hal, entry: dict):
        self._unit, self._select = hal.spi(entry)
        self._entry = entry
        lowest = entry["modes"] & -entry["modes"]
        self._settings = (entry["max_hz"], {1: 0, 2: 1, 4: 2}.get(lowest, 3))

    def configure(self, frequency: int, mode: int) -> int:
        if mode >= _MODES or frequency == 0:
            return _INVALID
        if frequency > self._entry["max_hz"] or not self._entry["modes"] >> mode & 1:
            return _DENIED
        self._settings = (frequency, mode)
        return 0

    def _move(self, method: str, size: int, *args) -> int:
        unit, settings = self._unit, self._settings
        bus = unit[0]
        if unit[2] != settings:
            frequency, mode = settings
            bus.init(baudrate=frequency, polarity=mode >> 1, phase=mode & 1)
            unit[2] = settings
        if size:
            self._select(0)
            try:
                getattr(bus, method)(*args)
            finally:
                self._select(1)
        return size

    def read(self, data) -> int:
        return self._move("readinto", len(data), data, 0)

    def write(self, data) -> int:
        return self._move("write", len(data), data)

    def transfer(self, data, answer) -> int:
        if len(data) != len(answer):
            return _INVALID
        return self._move("write_readinto", len(data), data, answer)


def drivers(app) -> dict:
    """Make the module's functions for an app."""

    def open_device(index: int):
        entry = app.entries[index]
        device = _Device(app.hal, entry)
        app.cleanup.append(lambda: app.hal.give_spi(entry))
        return device

    return {
        "open": open_device,
        "configure": _Device.configure,
        "read": _Device.read,
        "write": _Device.write,
        "transfer": _Device.transfer,
    }
