# SPDX-License-Identifier: MIT
"""The module `wiring`: every function, and what it refuses."""

import wasm
from support import raises, same
from wasm.imports import wiring


class Clock:
    """A clock that stands still but for sleep_ms."""

    def __init__(self):
        self.now = 1000

    def ticks_ms(self):
        return self.now

    def ticks_diff(self, a, b):
        return a - b

    def sleep_ms(self, ms):
        self.now += ms


class Pin:
    """A pin that remembers what is done to it."""

    IN, OUT, PULL_UP = "in", "out", "up"

    def __init__(self):
        self.calls = []

    def init(self, *args):
        self.calls.append(args)

    def value(self, *level):
        self.calls.append(level)
        return 1


class Memory:
    """A linear memory of 100 bytes."""

    def __len__(self):
        return 100

    def read(self, address, size):
        return (b"text\0" * 20)[address : address + size]


def functions(pins=(), lines=None):
    return wiring.imports((lines or []).append, dict(pins), Clock())["wiring"]


def test_time():
    made = functions()
    same(made["millis"](), 0)
    made["delay"](7)
    made["delay"](-1)  # some 50 days: no less, and no error
    same(made["millis"](), 7 + 0x3FFFFFFF)


def test_pins():
    pin = Pin()
    made = functions({2: pin})
    for mode in (0, 1, 2):
        made["pinMode"](2, mode)
    made["digitalWrite"](2, 0)
    made["digitalWrite"](2, 5)
    same(made["digitalRead"](2), 1)
    same(pin.calls, [("in",), ("out",), ("in", "up"), (False,), (True,), ()])
    raises(wasm.Trap, made["pinMode"], 2, 3)


def test_only_granted_pins():
    made = functions({2: Pin()})
    for name, args in (("pinMode", (3, 1)), ("digitalWrite", (3, 1)), ("digitalRead", (-1,))):
        assert "is not granted" in str(raises(wasm.CapabilityError, made[name], *args))


def test_a_sketch_exports_setup_and_loop():
    empty = b"\0asm\1\0\0\0"
    assert "does not export setup" in str(raises(wasm.WasmError, wasm.sketch, empty))
