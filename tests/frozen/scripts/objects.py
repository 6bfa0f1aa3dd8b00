# SPDX-License-Identifier: MIT
"""Memory, Table, Global, and instances that share them."""

import gc
import struct
import sys

import wasm
from support import data, free, instance, module, raises, same, settle


def test_memory_items():
    e = instance("memory").exports
    m = e.memory
    same(len(m), 65536)
    same((m.pages, m.page_size), (1, 65536))
    same(m[8:13], b"hello")
    same(m[8], 104)
    same(m[-1], 0)
    m[8] = 72
    same(e.load(8), 72)
    e.store(9, 69)
    same(m[8:10], b"HE")
    m[8:13] = b"world"
    same(m[:14], b"\0" * 8 + b"world\0")
    m[0:3] = bytearray(b"abc")
    m[3:5] = memoryview(m)[0:2]
    same(m[0:5], b"abcab")
    m[1:5] = memoryview(m)[0:4]  # overlapping
    same(m[0:5], b"aabca")
    same(m[5:5], b"")
    same(m[6:5], b"")
    for bad in (65536, -65537, 2**32, 2**64):
        raises((IndexError, OverflowError)[bad > sys.maxsize], lambda bad=bad: m[bad])
    raises(TypeError, lambda: m["x"])
    raises(TypeError, store_slice, m, 0, 2, b"abc")
    raises(TypeError, store_slice, m, 0, 1, 5)
    raises(OverflowError, store, m, 0, 256)
    raises(OverflowError, store, m, 0, -1)
    raises(TypeError, store, m, 0, "x")


def store(target, index, value):
    target[index] = value


def store_slice(target, start, stop, value):
    target[start:stop] = value


def test_memory_read_write():
    m = instance("memory").exports.memory
    same(m.read(8, 5), b"hello")
    m.write(65534, b"ab")
    same(m.read(65534, 2), b"ab")
    same(m.read(65536, 0), b"")
    outside = ((65535, 2), (65536, 1), (-1, 1), (2**32 - 1, 2), (8, 2**32 - 1), (0, -1))
    for address, size in outside:
        raises(IndexError, m.read, address, size)
    raises(IndexError, m.write, 65535, b"ab")
    raises(IndexError, m.write, -(2**31), b"a")
    raises(OverflowError, m.read, 2**32, 1)
    raises(TypeError, m.read, 1.0, 1)
    raises(TypeError, m.write, 0, 5)


def test_memory_buffer():
    e = instance("memory", memory_max=3 << 16).exports
    view = memoryview(e.memory)
    same(bytes(view[8:13]), b"hello")
    view[8] = 72
    same(e.load(8), 72)
    struct.pack_into("<I", e.memory, 100, 0xDEADBEEF)
    same(struct.unpack_from("<I", view, 100), (0xDEADBEEF,))
    same(e.grow(1), 1)
    same(e.memory.grow(1), 2)
    e.store(8, 74)
    same((view[8], len(view), len(e.memory), e.memory.pages), (74, 65536, 3 * 65536, 3))
    view[9] = 75
    same(e.load(9), 75)
    raises(MemoryError, e.memory.grow, 1)
    same(e.grow(1), -1)
    raises(TypeError, e.memory.grow, "1")


def test_memory_cap():
    m = instance("memory", memory_max=1000).exports.memory
    same((len(m), m.pages), (1000, 1))
    same(m[8:13], b"hello")
    raises(IndexError, m.read, 998, 3)


def test_view_outlives_everything():
    def disturb():
        for _ in range(20):
            instance("memory")
            gc.collect()

    def use():
        view = memoryview(instance("memory").exports.memory)
        settle()
        disturb()
        same(bytes(view[8:13]), b"hello")
        return view[8:10]

    def use_part():
        part = use()
        settle()
        disturb()
        same(bytes(part), b"he")

    before = free()[1]
    use_part()
    same(free()[1], before)


def test_function_outlives_everything():
    add = instance("values").exports.add
    count = instance("table").exports.count
    memory = instance("memory").exports.memory
    settle()
    for _ in range(20):
        instance("values")
        gc.collect()
        same(add(2, 3), 5)
        same(count.value, 5)
        same(memory[8:13], b"hello")


def test_table():
    e = instance("table").exports
    t = e.funcs
    same((len(t), t.type), (4, "funcref"))
    same(t[0], e.inc)
    same(t.get(1)(10), 9)
    assert t[2] is None
    same(e.call(0, 5), 6)
    same(e.call(1, 5), 4)
    t[2] = e.inc
    same(e.call(2, 5), 6)
    t.set(0, None)
    same(raises(wasm.Trap, e.call, 0, 5).code, "uninitialized element")
    same(raises(wasm.Trap, e.call, 9, 5).code, "undefined element")
    same(t.grow(2), 4)
    same(t.grow(1, e.inc), 6)
    same(t[6], e.inc)
    same(e.call(6, 1), 2)
    raises(MemoryError, t.grow, 2)
    raises(IndexError, lambda: t[7])
    raises(IndexError, store, t, 7, None)
    raises(TypeError, store, t, 0, print)
    raises(TypeError, store, t, 0, instance("table").exports.inc)
    t[0] = e.bump
    same(raises(wasm.Trap, e.call, 0, 5).code, "indirect call type mismatch")


def test_table_of_objects():
    e = instance("table").exports
    marker = ["kept", "alive"]
    e.things[1] = marker
    del marker
    for _ in range(20):
        gc.collect()
        assert [bytes(32) for _ in range(50)]
    same(e.thing_at(1), ["kept", "alive"])
    assert e.thing_at(0) is None
    assert e.things[1] is e.thing_at(1)


def test_globals():
    e = instance("table").exports
    same((e.count.type, e.count.mutable, e.count.value), ("i32", True, 5))
    e.count.value = 41
    same(e.bump(), 42)
    same(e.count.value, 42)
    same((e.big.type, e.big.mutable, e.big.value), ("i64", False, -9000000000))
    raises(AttributeError, setattr, e.big, "value", 1)
    raises(AttributeError, setattr, e.count, "type", 1)
    e.pi.value = 1e-300
    same(e.pi.value, 1e-300)
    raises(OverflowError, setattr, e.count, "value", 2**32)
    raises(TypeError, setattr, e.count, "value", 1.5)
    marker = object()
    e.thing.value = marker
    assert e.thing.value is marker
    e.callback.value = e.inc
    same(e.callback.value(1), 2)
    e.callback.value = None
    assert e.callback.value is None
    assert repr(e.count) == "<Global mut i32 42>"


def test_instances_share():
    lib = instance("table")
    memory = wasm.Memory(1, 2, store=lib)
    base = wasm.Global("i64", -5, store=lib)
    space = {
        "memory": memory,
        "funcs": lib.exports.funcs,
        "count": lib.exports.count,
        "base": base,
        "inc": lib.exports.inc,
    }
    user = instance("user", {"lib": space}, fuel=None)
    e = user.exports
    memory[7] = 99
    same(e.peek(7), 99)
    e.poke(8, 98)
    same(memory[8], 98)
    lib.exports.bump()
    same(e.count(), 6)
    same(e.base(), -5)
    same(e.inc2(5), 7)
    same(e.call(1, 5), 4)
    lib.exports.funcs[1] = e.inc2
    same(lib.exports.call(1, 5), 7)
    assert user.fuel_used == lib.fuel_used > 0
    del lib, memory, base, space, user
    gc.collect()
    same(e.call(1, 5), 7)


def test_exports_as_imports():
    lib = instance("host", {"env": {"double": lambda x: x + 1, "pair": abs, "note": abs}})
    space = {"double": lib.exports.twice, "pair": abs, "note": print}
    user = instance("host", {"env": space})
    same(user.exports.twice(0), 4)
    wat = module("host")
    for given in (lib, lib.exports):
        x = raises(wasm.LinkError, wasm.Instance, wat, {"env": given})
        same((x.name, x.code), ("double", "unknown import"))


def test_numbers_as_globals():
    lib = instance("table")
    space = {
        "memory": wasm.Memory(1, store=lib),
        "funcs": lib.exports.funcs,
        "count": lib.exports.count,
        "base": 2**40,
        "inc": lambda x: x + 10,
    }
    e = instance("user", {"lib": space}).exports
    same(e.base(), 2**40)
    same(e.inc2(1), 21)
    wrong = (("base", "x"), ("base", 2**64), ("count", 5), ("memory", 5), ("funcs", None))
    for name, bad in wrong:
        given = dict(space)
        given[name] = bad
        x = raises(wasm.LinkError, instance, "user", {"lib": given})
        same((x.name, x.code), (name, "incompatible import type"))


def test_wrong_kinds_and_limits():
    lib = instance("table")
    good = {
        "memory": wasm.Memory(1, store=lib),
        "funcs": lib.exports.funcs,
        "count": lib.exports.count,
        "base": 1,
        "inc": lib.exports.inc,
    }
    small = wasm.Memory(0, 5, store=lib)
    bad = (
        ("memory", lib.exports.funcs, "memory 1.. pages expected, table funcref 4..8 given"),
        ("memory", small, "memory 1.. pages expected, memory 0..5 pages given"),
        ("funcs", lib.exports.things, "table funcref 2.. expected, table externref 2.. given"),
        ("count", lib.exports.pi, "global mut i32 expected, global mut f64 given"),
        ("count", lib.exports.inc, "global mut i32 expected, func (i32) -> i32 given"),
        ("inc", lib.exports.bump, "func (i32) -> i32 expected, func () -> i32 given"),
        ("inc", instance("table").exports.inc, "belongs to another store"),
    )
    for name, given, words in bad:
        space = dict(good)
        space[name] = given
        x = raises(wasm.LinkError, instance, "user", {"lib": space})
        assert words in str(x), (words, x)
        same((x.module, x.name), ("lib", name))


def test_store_has_its_limits_already():
    lib = instance("table")
    raises(TypeError, instance, "values", store=lib, memory_max=5)
    raises(TypeError, instance, "values", store=lib.exports.funcs, stack=4096)
    i = instance("values", store=lib.exports.inc)
    same(i.exports.add(1, 2), 3)
    lib.exports.things[0] = i
    assert i.exports.externref(lib.exports.things[0]) is i


def test_constructors():
    m = wasm.Memory(2, 3)
    same((m.pages, len(wasm.Memory(0))), (2, 0))
    exact = wasm.Memory(100, 200, page_size=1)
    same((len(exact), exact.page_size, exact.pages), (100, 1, 100))
    same(exact.grow(50), 100)
    same(len(exact), 150)
    raises(MemoryError, exact.grow, 51)
    t = wasm.Table("externref", 2, init="x")
    same((t[0], t[1], len(t)), ("x", "x", 2))
    g = wasm.Global("f64", 2, mutable=True)
    g.value = 3
    same(g.value, 3.0)
    raises(TypeError, wasm.Memory)
    raises(TypeError, wasm.Memory, "1")
    raises(TypeError, wasm.Memory, 1, page_size=2)
    raises(TypeError, wasm.Table, "i32", 1)
    raises(TypeError, wasm.Table, "v128", 1)
    raises(TypeError, wasm.Global, "i31", 1)
    raises(TypeError, wasm.Global, "i32", "x")
    raises(TypeError, wasm.Global, "i32", 1, store=5)
    raises(TypeError, wasm.Table, "funcref", 1, init=print)


def test_one_byte_pages():
    # The custom-page-sizes proposal: flag 8, then log2 of the page size.
    plain = data("memory")
    at = plain.index(b"\x05\x04\x01\x01\x01\x03")
    patched = plain[:at] + b"\x05\x05\x01\x09\x64\xc8\x00"[:6] + b"\x01\x00" + plain[at + 6 :]
    patched = plain[:at] + b"\x05\x07\x01\x09\x64\xc8\x01\x00" + plain[at + 6 :]
    patched = patched.replace(b"\x05\x07\x01\x09", b"\x05\x06\x01\x09")
    e = wasm.Instance(wasm.Module(patched)).exports
    same(len(e.memory), 100)
    same(e.size(), 100)
    same(e.load(8), 104)
    same(raises(wasm.Trap, e.load, 100).code, "out of bounds memory access")
    same(e.grow(100), 100)
    same(e.grow(1), -1)
