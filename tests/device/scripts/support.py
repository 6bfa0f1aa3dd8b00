# SPDX-License-Identifier: MIT
"""What the scripts share; runs on the board."""

import gc

import _wasm
import wasm


def covers(row, *checks):
    """Say what the decorated test covers; tests/matrix.py reads it from the source."""
    return lambda test: test


def data(name):
    """Return a file's bytes."""
    with open(name, "rb") as file:
        return file.read()


def below(depth, function, *args, **keywords):
    """Call a function `depth` frames further down the stack, and return its result.

    The collector looks through the stack for anything like an address. What a call leaves behind
    far down, settle() overwrites; close to the prompt it could stay for good.
    """
    if depth:
        return below(depth - 1, function, *args, **keywords)
    return function(*args, **keywords)


def settle():
    """Collect garbage; what the stack still remembers of old calls is overwritten first."""

    def deep(n):
        return n and deep(n - 1) + sum((n, n, n, n, n, n, n, n))

    for depth in (5, 25, 15):
        outcome(deep, depth)  # at most to the end of a small stack
        gc.collect()


def free():
    """Return (free bytes of the Python heap, bytes that the engine holds)."""
    settle()
    return gc.mem_free(), _wasm.ram_used()


def outcome(function, *args, **keywords):
    """Return what a call returns, or the name of the exception and its text."""
    try:
        return function(*args, **keywords)
    except wasm.Trap as e:
        return "Trap", e.code
    except (wasm.WasmError, OSError, MemoryError, RuntimeError) as e:
        return type(e).__name__, str(e)
