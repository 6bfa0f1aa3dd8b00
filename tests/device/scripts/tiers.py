# SPDX-License-Identifier: MIT
"""One app in any tier; runs on the board."""

import wasm
from support import data, outcome

_LIMITS = {"memory_max": 4096, "stack": 1024, "code_cache": 4096, "native_code": 4096}


def run(tier, rounds, fuel):
    """Return what the app gives, uses and is told, and how many functions became machine code."""
    notes = []

    def note(number):
        notes.append(number)
        return number + 1

    module = wasm.Module(data("tiers.wasm"))
    i = wasm.Instance(module, {"env": {"note": note}}, tier=tier, fuel=fuel, **_LIMITS)
    stops = 0
    try:
        result = i.exports.run(rounds)
    except wasm.OutOfFuel as stop:
        while True:
            stops += 1
            try:
                result = stop.resume(fuel)
                break
            except wasm.OutOfFuel as again:
                stop = again
    used = i.fuel_used
    i.fuel = 1000
    trap = outcome(i.exports.outside, 1 << 20)
    return result, used, stops, notes, trap, i.usage["native_functions"]


def refused():
    """Return the error of a tier that does not exist."""
    try:
        wasm.Instance(wasm.Module(data("tiers.wasm")), {"env": {"note": abs}}, tier="fast")
    except ValueError as error:
        return str(error)
