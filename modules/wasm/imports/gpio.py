# SPDX-License-Identifier: MIT
"""`wasmlet:gpio`: pins. What is read and written goes from C to most pins, past Python."""

from micropython import const

_DENIED = const(-1)
_INVALID = const(-4)
_EDGE = const(1)
_BOTH = const(3)


def drivers(app) -> dict:
    """Make the module's functions for an app."""
    gate, hal = app.gate, app.hal

    def open_pin(index: int):
        entry = app.entries[index]
        pin = hal.pin(entry)
        app.cleanup.append(lambda: hal.rest(entry))
        return pin

    def watch(pin, edges: int) -> int:
        handle = gate.handle
        entry = app.entries[handle - 1]
        if edges & ~_BOTH:
            return _INVALID
        if edges & ~entry["edge"]:
            return _DENIED
        if entry["hw"]["active_low"]:
            edges = edges >> 1 | (edges & 1) << 1
        hal.watch(pin, edges, gate.poster(_EDGE, handle))
        return 0

    pins = {"read": hal.level, "write": hal.drive, "toggle": hal.toggle}
    return dict(pins, open=open_pin, watch=watch)
