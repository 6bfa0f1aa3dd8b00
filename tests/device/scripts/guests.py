# SPDX-License-Identifier: MIT
"""Guests that a board must survive; runs on the board."""

import gc

import _wasm
import wasm
from support import data, outcome

stopped = None  # a call that waits for fuel
kept = None  # instances that fill memory


def tick():
    print("ticking")


def instance(**limits):
    """Return a fresh instance of limits.wasm."""
    return wasm.Instance(wasm.Module(data("limits.wasm")), {"env": {"tick": tick}}, **limits)


def recurse(frames, stack):
    """Return how a recursion ends, and what the same instance does then."""
    exports = instance(stack=stack, memory_max=4096).exports
    return outcome(exports.down, frames), exports.down(10)


def starve(fuel):
    """Run an endless loop on `fuel` twice; return the fuel used and what is left."""
    i = instance(fuel=fuel)
    used = []
    call = i.exports.forever
    for _ in range(2):
        try:
            call()
        except wasm.OutOfFuel as e:
            used.append(i.fuel_used)
            call = lambda resume=e.resume: resume(fuel)  # noqa: E731
    return used, i.fuel


def forever(tier):
    instance(tier=tier).exports.forever()


def grow(pages, memory_max):
    """Return what memory.grow answers, and reads below the cap, above it and above the pages."""
    exports = instance(memory_max=memory_max).exports
    answer = exports.grow(pages)
    places = (memory_max - 4, memory_max, 65536)
    return answer, [outcome(exports.touch, place) for place in places]


def grow_from_none(memory_max):
    """Grow a memory without pages; return the answers to one page, to none, to another, a read."""
    module = wasm.Module(data("growing.wasm"))
    exports = wasm.Instance(module, {}, memory_max=memory_max).exports
    answers = [exports.grow(pages) for pages in (1, 0, 1)]
    exports.put(memory_max - 4, 7)
    answers.append(exports.get(memory_max - 4))
    return answers


def until_full(make, most):
    """Keep what `make` returns, `most` times or until memory is gone; return [all, exception]."""
    things = []
    result = [things, None]  # once memory is gone there is none for it
    try:
        while len(things) < most:
            things.append(make())
    except MemoryError as e:
        result[1] = type(e).__name__
    return result


def full_and_empty(make, most):
    """Fill memory, then let go of it.

    Returns (how many there were, the exception, what a fresh instance answers).
    """
    things, failure = until_full(make, most)
    count = len(things)
    things = None
    gc.collect()
    return count, failure, instance().exports.down(5)


def fill():
    """Make instances until memory is gone; as full_and_empty()."""
    module = wasm.Module(data("limits.wasm"))
    imports = {"env": {"tick": tick}}
    return full_and_empty(lambda: wasm.Instance(module, imports, memory_max=65536), 5000)


def load_until_full():
    """Load modules until memory is gone; as full_and_empty()."""
    source = data("limits.wasm")
    return full_and_empty(lambda: wasm.Module(source), 100000)


def keep_all():
    """Make instances until memory is gone, and do not let go of them."""
    global kept
    kept, _ = until_full(lambda: instance(memory_max=65536), 5000)
    return len(kept)


def cycle():
    """Load, run and forget an app once."""
    wasm.run("hello.wasm", log=lambda text: None, memory_max=8192)


def cycles(count):
    """Do `count` cycles."""
    for i in range(count):
        cycle()
        if i % 8 == 7:
            gc.collect()


def leave():
    """End this run of Python, as a soft reset does, from within a guest that is called by it."""

    def out():
        raise SystemExit

    module = wasm.Module(data("limits.wasm"))
    wasm.Instance(module, {"env": {"tick": out}}).exports.outside()


def suspend():
    """Leave a guest behind that is in the middle of a call."""
    global stopped
    try:
        instance(fuel=1000).exports.forever()
    except wasm.OutOfFuel as e:
        stopped = e
    return _wasm.ram_used() > 0


def ends(source):
    """Return how it ends to load and run a module: None or the name of an exception."""
    try:
        wasm.run(source, log=lambda text: None, fuel=10000, memory_max=8192)
    except (wasm.WasmError, OSError, TypeError) as e:  # a host function may have become the entry
        return type(e).__name__


def tally(sources):
    """Run each of the sources; return how often each end came."""
    counts = {}
    for source in sources:
        end = ends(source)
        counts[end] = counts.get(end, 0) + 1
    return counts


def truncated(name, step):
    """Run the beginnings of a file, each `step` bytes longer than the one before."""
    whole = data(name)
    return tally(whole[:size] for size in range(0, len(whole), step))


def flips(whole, count, seed):
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
        bit = (seed >> 8) % (8 * len(whole))
        changed = bytearray(whole)
        changed[bit >> 3] ^= 1 << (bit & 7)
        yield bytes(changed)


def flipped(name, count, seed):
    """Run `count` files with one bit flipped each."""
    whole = data(name)
    return tally(flips(whole, count, seed))


def refuses(source, **limits):
    """Return how wasm.run refuses a file."""
    return outcome(wasm.run, source, **limits)
