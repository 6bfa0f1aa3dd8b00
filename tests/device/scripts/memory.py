# SPDX-License-Identifier: MIT
"""The Python heap and the memory for guests keep out of each other's way; runs on the board."""

import gc

import _wasm
import wasm
import wasm.loader
from support import data, outcome, settle

_PIECE = 1024
_LEAST = 64


def largest_block():
    """Return the bytes of the largest block that the Python heap can give, by trying."""
    gc.collect()
    low, high = 0, gc.mem_free() + 1
    while high - low > _LEAST:
        middle = (low + high) // 2
        try:
            bytearray(middle)
            low = middle
        except MemoryError:
            high = middle
        gc.collect()
    return low


def at_prompt():
    """Return (free bytes of the Python heap, bytes for guests, the largest block of these)."""
    settle()
    return (gc.mem_free(),) + (_wasm.ram_free() or (None, None))


def fill_heap():
    """Fill the Python heap with pieces; return the last one: [the one before, bytes]."""
    last = None
    try:
        while True:
            last = [last, bytearray(_PIECE)]
    except MemoryError:
        return last


def arena_while_heap_is_full():
    """Return what guests can have before the Python heap is full and then, and if they get it."""
    settle()
    before = _wasm.ram_free()
    last = fill_heap()
    for _ in range(8):  # what the answer takes
        last = last[0]
    during = _wasm.ram_free()
    made = isinstance(outcome(wasm.Memory, 1, 1), wasm.Memory)
    return before, during, made and last is not None


def heap_while_arena_is_full():
    """Return (instances, what is left for guests, the heap's largest block before and then)."""
    module = wasm.Module(data("limits.wasm"))
    before = largest_block()
    kept = []
    try:
        while len(kept) < 5000:
            kept.append(wasm.Instance(module, {"env": {"tick": print}}, memory_max=65536))
    except MemoryError:
        pass
    left = _wasm.ram_free()[1]
    return len(kept), left, before, largest_block()


def pad(name, source, size):
    """Write a module, with a custom section that makes it `size` bytes long, below 2 MiB."""
    whole = data(source)
    content = size - len(whole) - 4
    with open(name, "wb") as file:
        file.write(whole)
        file.write(bytes((0, content & 127 | 128, content >> 7 & 127 | 128, content >> 14)))
        file.write(b"\x03pad")
        left = content - 4
        chunk = bytes(256)
        while left:
            left -= file.write(chunk[: min(left, len(chunk))])


def run_with_heap_in_pieces(name):
    """Run an app while the Python heap is in pieces; return (the largest, how it ends, lines).

    How it ends: an exception's name and text, or None.
    """
    lines = []
    wasm.run("hello.wasm", log=lines.append, memory_max=8192)  # imports what that needs
    settle()
    last = node = fill_heap()
    while node and node[0]:  # lets go of every other piece
        node[1] = None
        node = node[0][0]
    block = largest_block()
    end = outcome(wasm.run, name, log=lines.append, memory_max=8192)
    return block, end, lines if last else None


def load(name):
    """Return how it ends to load an app, and what the engine holds then."""
    end = outcome(wasm.run, name, log=lambda text: None, memory_max=8192)
    settle()
    return end, _wasm.ram_used()


def views(name):
    """Look at a file's bytes when nothing else holds them; return what is seen, and what is held.

    Held: bytes of the engine, while they are looked at and afterwards.
    """

    def look():
        return memoryview(wasm.loader.read(name))[4:8]

    view = look()
    settle()
    wasm.Memory(1)  # would take the place
    seen = bytes(view), _wasm.ram_used() >= 200
    view = None
    settle()
    return seen, _wasm.ram_used()
