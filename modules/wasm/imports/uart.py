# SPDX-License-Identifier: MIT
"""`wasmlet:uart`: serial ports."""

from micropython import const

_UART = const(3)


def drivers(app) -> dict:
    """Make the module's functions for an app."""
    gate, hal = app.gate, app.hal

    def open_port(index: int):
        entry = app.entries[index]
        port = hal.uart(entry)
        app.cleanup.append(lambda: hal.give_uart(entry))
        return port

    def read(port, data) -> int:
        return port.readinto(data) if len(data) and port.any() else 0

    def write(port, data) -> int:
        return port.write(data)

    def watch(port, on: int) -> int:
        poster = gate.poster(_UART, gate.handle) if on else None
        hal.watch_uart(port, poster)
        if on and port.any():  # what came before is news, too
            poster()
        return 0

    return {"open": open_port, "read": read, "write": write, "watch": watch}
