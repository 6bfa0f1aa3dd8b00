# SPDX-License-Identifier: MIT
"""Guests that blink, with a trace of the pin; runs on the board."""

import gc
import time

import _wasm
import wasm
from support import outcome

_LED = 25


class TracedPin:
    """A pin for where there is none, or nothing watches it: it notes its changes."""

    IN, OUT, PULL_UP = 0, 1, 1

    def __init__(self):
        self.events = []
        self._mode = None
        self._level = 0

    def init(self, mode, pull=None):
        self._mode = mode

    def value(self, level):
        if self._mode == self.OUT and level != self._level:
            self._level = level
            self.events.append((time.ticks_us(), _LED, int(level)))


def _tracer(watched):
    """Return (what to grant, a function that returns the changes since, None if it cannot)."""
    if watched:
        return (_LED,), lambda: None
    try:
        import _sim

        _sim.trace()
        return (_LED,), _sim.trace
    except ImportError:
        pin = TracedPin()
        return {_LED: pin}, lambda: pin.events


def blink(name, loops, watched=False, **limits):
    """Run a sketch; return (lines, [(us since the first change, level)], figures).

    There are no changes but None where something else watches the pin. Figures: bytes of linear
    memory at the end, bytes that the engine holds, free bytes of the Python heap.
    """
    lines = []
    pins, trace = _tracer(watched)
    instance = wasm.sketch(name, pins, loops, lines.append, **limits)
    gc.collect()
    figures = (len(instance.exports.memory), _wasm.ram_used(), gc.mem_free())
    events = trace()
    if events is not None:
        events = [(time.ticks_diff(us, events[0][0]), level) for us, _, level in events]
    return lines, events, figures


def refuses(name, pins=(), **limits):
    """Return how a sketch is refused."""
    return outcome(wasm.sketch, name, pins, 1, **limits)


def begin():
    """Blink without end."""
    pins, _ = _tracer(False)
    wasm.sketch("blink.wasm", pins)
