# SPDX-License-Identifier: MIT
"""`wasmlet:i2c`: buses, of which an app reaches the addresses of its grant."""

from micropython import const

_INVALID = const(-4)
_NO_DEVICE = const(-9)
_READ, _LAST = const(1), const(2)


def drivers(app) -> dict:
    """Make the module's functions for an app."""
    hal = app.hal

    def open_bus(index: int):
        entry = app.entries[index]
        bus = hal.i2c(entry)
        app.cleanup.append(lambda: hal.give_i2c(entry))
        return bus

    def read(bus, address: int, data, stop: bool = True) -> int:
        if not len(data):
            return _INVALID  # the bus knows no such thing
        bus.readfrom_into(address, data, stop)
        return len(data)

    def write(bus, address: int, data, stop: bool = True) -> int:
        taken = bus.writeto(address, data, stop)
        return taken if taken == len(data) else _NO_DEVICE

    def write_read(bus, address: int, data, answer) -> int:
        if not len(answer):
            return _INVALID
        if len(data):
            taken = write(bus, address, data, False)
            if taken < 0:
                return taken
        return read(bus, address, answer)

    def transaction(bus, address: int, data, flags: int) -> int:
        move = read if flags & _READ else write
        return move(bus, address, data, bool(flags & _LAST))

    return {
        "open": open_bus,
        "read": read,
        "write": write,
        "write_read": write_read,
        "transaction": transaction,
    }
