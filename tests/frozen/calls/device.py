# SPDX-License-Identifier: MIT
"""Count instructions of calls between Python and Wasm, on QEMU's MPS2-AN385.

Timer 0 of the board runs at 25 MHz of a virtual clock that counts a nanosecond per instruction.
`CALLS` and `GATE` are modules. Prints one line a call: name, Python's, Wasm's instructions.
"""

import gc

import _wasm
import machine
import wasm

INSTRUCTIONS_PER_TICK = 40
CONTROL, VALUE, RELOAD = 0x40000000, 0x40000004, 0x40000008
N = 1000

machine.mem32[RELOAD] = 0xFFFFFFFF
machine.mem32[VALUE] = 0xFFFFFFFF
machine.mem32[CONTROL] = 1


def measure(loop, function):
    """Return the instructions of one round of a loop that has run once before."""
    loop(function)
    gc.collect()
    start = machine.mem32[VALUE]
    loop(function)
    return (start - machine.mem32[VALUE]) * INSTRUCTIONS_PER_TICK / N


def rounds(function):
    for _ in range(N):
        pass


def rounds_none(function):
    for _ in range(N):
        function()


def rounds_one(function):
    for _ in range(N):
        function(2)


def rounds_two(function):
    for _ in range(N):
        function(2, 3)


def rounds_inside(function):
    function(N)


def rounds_pin(pin):
    for _ in range(N):
        pin.value(1)


def none():
    pass


def one(a):
    return a + 1


def two(a, b):
    return a + b


def main():
    module = wasm.Module(CALLS)  # noqa: F821
    e = wasm.Instance(module, {"env": {"add": two}}).exports
    empty = measure(rounds, None)
    for name, loop, function in (
        ("none", rounds_none, none),
        ("one", rounds_one, one),
        ("two", rounds_two, two),
    ):
        python = measure(loop, function) - empty
        print(name, python, measure(loop, e[name]) - empty)
    host = measure(rounds_inside, e.host_calls) - measure(rounds_inside, e.no_calls)
    print("host", python, host)
    gate(empty)


def gate(empty):
    """Measure a pin written through the gate, beside `pin.value(1)`."""
    pin = machine.Pin(1, machine.Pin.OUT)
    grants = [
        ("gpio", "led", 7, 0, 4000000, None, False),
        ("i2c", "bus", 15, 32, 0, bytes(16), False),
        ("timer", "", 0, 2, 0, None, False),
        ("kv", "", 3, 100, 0, None, False),
        ("time", "", 3, 0, 0, None, False),
        ("sys", "", 0, 0, 0, None, False),
    ]
    g = _wasm.Gate(grants)
    imports = {}
    for space, name, _, _ in wasm.Module(GATE).imports:  # noqa: F821
        full = space[8:] + "." + name
        bound = g.bind(full, lambda index: pin)
        imports.setdefault(space, {})[name] = bound
    e = wasm.Instance(wasm.Module(GATE), imports).exports  # noqa: F821
    led = e.gpio_open(0, 3)
    python = measure(rounds_pin, pin) - empty
    loop = measure(rounds_inside, e.no_writes)

    print("pin", python, measure(lambda write: write(N, led), e.writes) - loop)
