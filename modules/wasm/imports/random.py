# SPDX-License-Identifier: MIT
"""`wasmlet:random`: bytes from the board's source."""

from micropython import const

_AT_ONCE = const(64)  # bytes of heap, however much is asked for


def drivers(app) -> dict:
    """Make the module's functions for an app."""
    source = app.hal.random

    def fill(_, data) -> int:
        size = len(data)
        for at in range(0, size, _AT_ONCE):
            end = min(at + _AT_ONCE, size)
            data[at:end] = source(end - at)
        return size

    return {"fill": fill}
