# SPDX-License-Identifier: MIT
"""`wasmlet:time`: clocks, and waiting, which C does."""


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

    return {"monotonic_ms": monotonic_ms, "wall_ms": wall_ms, "sleep_ms": None}
