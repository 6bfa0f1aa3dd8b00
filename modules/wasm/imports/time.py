# SPDX-License-Identifier: MIT
"""`wasmlet:time`: clocks. A clock that is not granted has no function to link to."""

from micropython import const

_MONOTONIC, _WALL = const(1), const(2)


def drivers(app) -> dict:
    """Make the module's functions for an app, whose clock starts now."""
    clock = app.clock
    last, passed = clock.ticks_ms(), 0

    def monotonic_ms(_) -> int:
        # The board's ticks wrap after days: nobody may stay away for half of that.
        nonlocal last, passed
        now = clock.ticks_ms()
        passed += clock.ticks_diff(now, last)
        last = now
        return passed

    def wall_ms(_) -> int:
        return app.hal.wall_ms()

    made = {"sleep_ms": None}
    clocks = app.grant["time"]["clocks"]
    if clocks & _MONOTONIC:
        made["monotonic_ms"] = monotonic_ms
    if clocks & _WALL:
        made["wall_ms"] = wall_ms
    return made
