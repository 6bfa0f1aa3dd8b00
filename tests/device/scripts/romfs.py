# SPDX-License-Identifier: MIT
"""Modules from a file system that is mapped in memory; runs on the board."""

import gc

import _wasm
import wasm
from support import free
from wasm.loader import read


def cost(path):
    """Return what a loaded module takes: (bytes of the Python heap, bytes of the engine)."""
    heap, engine = free()
    module = wasm.Module(read(path))
    gc.collect()
    result = heap - gc.mem_free(), _wasm.ram_used() - engine
    assert module.exports
    return result


def starts(path):
    """Run an app for a while; return how it ends."""
    try:
        wasm.run(path, fuel=1000)
    except wasm.OutOfFuel as e:
        return type(e).__name__
