# SPDX-License-Identifier: MIT
"""Nothing is left behind: after use, and after 1,000 of each bad input."""

import gc
import os

import _wasm
import wasm
from support import FOLDER, data, free, instance, module, settle

TIMES = 1000


def unchanged(function, times=TIMES):
    """Run a function many times; both heaps must be as full as before."""
    for _ in range(3):
        function()
    before = free()
    for _ in range(times):
        function()
    after = free()
    # The collector is conservative: a stale word on the C stack may hold an object or two.
    assert before[1] == after[1], (before, after)
    assert before[0] - after[0] < 256, (before, after)


def fails(kind, function, *args, **kwargs):
    """Return a function that fails as it must."""

    def run():
        try:
            function(*args, **kwargs)
        except kind:
            return
        raise AssertionError

    return run


def test_nothing_is_held_at_first_and_at_last():
    def use():
        i = instance("values")
        i.exports.add(1, 2)
        assert _wasm.ram_used() > 1000

    assert _wasm.ram_used() == 0
    use()
    settle()
    assert _wasm.ram_used() == 0


def test_modules():
    unchanged(lambda: module("host"))
    wasm_bytes = bytearray(data("host"))
    unchanged(lambda: wasm.Module(wasm_bytes))


def test_instances():
    space = {"env": {"double": abs, "pair": abs, "note": abs}}
    m = module("host")
    unchanged(lambda: wasm.Instance(m, space).exports.twice(3), 300)
    table = module("table")
    unchanged(lambda: wasm.Instance(table).exports.funcs[0](1), 300)
    unchanged(lambda: memoryview(instance("memory").exports.memory)[3], 300)
    unchanged(lambda: (wasm.Memory(1), wasm.Table("funcref", 3), wasm.Global("i32", 5)), 100)


def test_truncated():
    b = data("host")
    unchanged(fails(wasm.Malformed, wasm.Module, b[: len(b) // 2]))
    unchanged(fails(wasm.Malformed, wasm.Module, bytearray(b[:-3])))


def test_flipped():
    b = bytearray(data("host"))
    b[10] ^= 0x40
    b = bytes(b)
    unchanged(fails(wasm.LoadError, wasm.Module, b))


def test_hostile():
    # A type section that promises four billion types, and one of four billion locals.
    unchanged(fails(wasm.LoadError, wasm.Module, b"\0asm\1\0\0\0\1\6\xff\xff\xff\xff\x0f\x60"))
    body = b"\1\xff\xff\xff\xff\x0f\x7f\x0b"
    code = b"\1" + bytes([len(body)]) + body
    head = b"\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0"
    unchanged(fails(wasm.LoadError, wasm.Module, head + b"\x0a" + bytes([len(code)]) + code))


def test_missing_import():
    m = module("host")
    unchanged(fails(wasm.LinkError, wasm.Instance, m))
    unchanged(fails(wasm.LinkError, wasm.Instance, m, {"env": {"double": abs}}))


def test_wrong_import():
    m = module("host")
    space = {"env": {"double": 5, "pair": abs, "note": abs}}
    unchanged(fails(wasm.LinkError, wasm.Instance, m, space))
    other = instance("memory").exports
    space = {"env": {"double": other.memory, "pair": abs, "note": abs}}
    unchanged(fails(wasm.LinkError, wasm.Instance, m, space))


def test_paths():
    unchanged(fails(OSError, wasm.run, FOLDER + "/there-is-none.wasm"))
    unchanged(fails(OSError, wasm.run, FOLDER))


def test_empty_and_text():
    for name, contents in (("empty.wasm", b""), ("text.wat", b"(module (func))")):
        with open(FOLDER + "/" + name, "wb") as file:
            file.write(contents)
        unchanged(fails(wasm.Malformed, wasm.run, FOLDER + "/" + name))
        os.remove(FOLDER + "/" + name)


def test_traps():
    e = instance("traps").exports
    unchanged(fails(wasm.Trap, e.deep))
    unchanged(fails(wasm.Trap, e.recurse, 0), 100)
    unchanged(fails(wasm.Trap, instance, "segment"), 300)


def test_host_errors():
    def fail(x):
        raise OSError(x)

    e = instance("host", {"env": {"double": fail, "pair": abs, "note": abs}}).exports
    unchanged(fails(OSError, e.twice, 5))
    e2 = instance("host", {"env": {"double": lambda x: "no", "pair": abs, "note": abs}}).exports
    unchanged(fails(TypeError, e2.twice, 5))
    unchanged(fails(TypeError, e.twice, "x"))
    unchanged(fails(OverflowError, e.twice, 2**40))


def test_failing_start():
    def fail(n):
        raise OSError(n)

    m = module("start")
    unchanged(fails(OSError, wasm.Instance, m, {"env": {"tick": fail}}), 300)
    unchanged(fails(wasm.OutOfFuel, wasm.Instance, m, {"env": {"tick": fail}}, fuel=10), 300)


def test_out_of_python_memory():
    """A heap with little room left raises MemoryError somewhere; nothing is lost by it."""
    m = module("host")
    space = {"env": {"double": abs, "pair": abs, "note": abs}}
    wasm.Instance(m, space).exports.twice(3)

    def fill(size, chain=None):
        try:
            while True:
                chain = (bytearray(size), chain)
        except MemoryError:
            return chain

    def squeeze(room):
        gc.collect()
        chain = fill(16, fill(4096))
        for _ in range(room):
            chain = chain[1]
        try:
            i = wasm.Instance(m, space)
            i.exports.twice(3)
            i.exports.pair(1.5, 2**62)
        except TypeError:  # abs takes no two arguments
            return False
        except MemoryError:
            return True

    def run():
        failed = sum([squeeze(room) for room in range(40)])
        assert failed > 2, failed

    settle()
    held = _wasm.ram_used()
    run()
    settle()
    assert _wasm.ram_used() == held, (_wasm.ram_used(), held)


def test_collector_under_stress():
    """Collect at nearly every allocation while everything is in use."""
    gc.threshold(256)
    seen = []

    def double(memory, x):
        memory.write(0, str(x).encode())
        gc.collect()
        return int(memory.read(0, 3)) + len([bytes(20) for _ in range(5)]) - 5

    def pair(f, i):
        seen.append((f, i))
        return [i, f]

    space = {"double": wasm.with_memory(double), "pair": pair, "note": seen.append}
    i = instance("host", {"env": space})
    for n in range(100):
        assert i.exports.twice(100 + n) == 100 + n
        assert i.exports.pair(n / 4, 2**62 + n) == (2**62 + n, n / 4)
        i.exports.note([n])
        t = instance("table")
        t.exports.things[0] = {n: n}
        gc.collect()
        assert t.exports.thing_at(0) == {n: n}
    assert len(seen) == 200
    gc.threshold(-1)
