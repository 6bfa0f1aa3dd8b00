# SPDX-License-Identifier: MIT
"""Module, Instance and their namespaces."""

import gc

import wasm
from support import data, instance, module, raises, same


def test_lists():
    m = module("host")
    same(
        m.imports,
        [
            ("env", "double", "func", "(i32) -> i32"),
            ("env", "pair", "func", "(f64, i64) -> (i64, f64)"),
            ("env", "note", "func", "(externref) -> ()"),
        ],
    )
    same(m.exports[0], ("memory", "memory", "1.. pages"))
    same(m.exports[1], ("twice", "func", "(i32) -> i32"))
    t = module("table")
    same(t.imports, [])
    assert ("funcs", "table", "funcref 4..8") in t.exports
    assert ("things", "table", "externref 2..") in t.exports
    assert ("count", "global", "mut i32") in t.exports
    assert ("big", "global", "i64") in t.exports
    assert ("memory", "memory", "1..3 pages") in module("memory").exports
    assert 0 < m.ram_bytes < 4096


def test_custom():
    payload = b"\x00\x01binary"
    section = b"\x00" + bytes([1 + 7 + len(payload), 7]) + b"my.data" + payload
    m = wasm.Module(data("values") + section)
    same(m.custom("my.data"), payload)
    same(m.custom("other"), None)
    raises(TypeError, m.custom, 5)


def test_only_bytes():
    for bad in ("(module)", 5, None, [0]):
        raises(TypeError, wasm.Module, bad)
    raises(TypeError, wasm.Module)
    raises(TypeError, wasm.Module, data("values"), 1)


def test_mutable_buffer_is_copied():
    source = bytearray(data("values"))
    for given in (source, memoryview(source)):
        i = wasm.Instance(wasm.Module(given))
        kept = bytes(source)
        for k in range(len(source)):  # nothing is translated yet
            source[k] = 0xFF
        same(i.exports.add(2, 3), 5)
        source[:] = kept


def test_bytes_are_not_copied():
    bare = data("values")
    padding = bytes(50000)
    large = bare + b"\x00" + b"\xd1\x86\x03" + b"\x00" + padding  # a custom section
    before = gc.mem_free()
    m = wasm.Module(large)
    assert before - gc.mem_free() < 4000
    assert m.ram_bytes < 4000
    i = wasm.Instance(m)
    del large, m
    gc.collect()
    junk = [bytes(200) for _ in range(500)]  # would overwrite it, were it free
    same(i.exports.add(2, 3), 5)
    assert junk


def test_exports_namespace():
    i = instance("values")
    e = i.exports
    assert i.exports is e
    assert e.add is e.add
    assert e["add"] is e.add
    same(e["odd name"](), 7)
    assert "add" in e
    assert "odd name" in e
    assert "missing" not in e
    same(len(e), len(i.module.exports))
    same(list(e), [x[0] for x in i.module.exports])
    assert "add" in dir(e)
    assert "swap" in dir(e)
    raises(AttributeError, lambda: e.missing)
    raises(KeyError, lambda: e["missing"])
    raises(TypeError, lambda: e[5])
    raises(AttributeError, lambda: setattr(e, "add", 1))
    assert "add" in repr(e)


def test_names_are_completed():
    import micropython

    # Completion at the prompt tries every interned name.
    e = instance("loop").exports
    assert e
    assert "forever" in [n for n in dir(e) if hasattr(e, n)]
    micropython.qstr_info()


def test_instance_attributes():
    i = instance("values", fuel=1000)
    same(i.fuel, 1000)
    i.exports.add(1, 2)
    used = i.fuel_used
    assert 0 < used < 100
    same(i.fuel, 1000 - used)
    i.fuel = 50
    same(i.fuel, 50)
    i.fuel = None
    assert i.fuel is None
    i.fuel = 2**62
    same(i.fuel, 2**62)
    for bad in (-1, 2**63, 2**64):
        raises(OverflowError, setattr, i, "fuel", bad)
    raises(TypeError, setattr, i, "fuel", 1.5)
    raises(AttributeError, setattr, i, "fuel_used", 1)
    raises(AttributeError, lambda: i.missing)
    assert i.module.exports
    assert not i.started
    u = i.usage
    assert u["translations"] >= 1
    assert u["stack_peak_bytes"] <= u["stack_bytes"]
    assert u["code_used_bytes"] <= u["code_cache_bytes"]


def test_limits():
    small = instance("loop", stack=512, code_cache=2048)
    same(small.usage["stack_bytes"], 512)
    same(small.usage["code_cache_bytes"], 2048)
    assert instance("memory", memory_max=4096).usage["memory_bytes"] == 4096
    x = raises(wasm.Trap, instance("memory", memory_max=4096).exports.load, 5000)
    same(
        x.code,
        "out of bounds memory access: in declared pages above the memory cap",
    )
    raises(TypeError, instance, "memory", memory_max="1")
    raises(OverflowError, instance, "memory", memory_max=2**32)
    raises(ValueError, instance, "loop", tier="fast")
    assert instance("values", tier="auto").usage["code_cache_bytes"] > 0
    eager = instance("values", eager=True)
    assert eager.usage["translations"] > 5


def test_wrong_arguments():
    raises(TypeError, wasm.Instance)
    raises(TypeError, wasm.Instance, data("values"))
    raises(TypeError, wasm.Instance, module("host"), 5)
    raises(TypeError, wasm.Instance, module("host"), {"env": 5})
    raises(TypeError, wasm.Instance, module("values"), None, 1)
    raises(TypeError, wasm.Instance, module("values"), no_such=1)
    raises(TypeError, wasm.Instance, module("values"), store=5)
    raises(TypeError, wasm.Func)


def test_deleted_module_object():
    m = module("values")
    kept = module("values")
    e = wasm.Instance(m).exports
    m.__del__()
    m.__del__()
    raises(RuntimeError, lambda: m.exports)
    raises(RuntimeError, wasm.Instance, m)
    i = wasm.Instance(kept)
    kept.__del__()
    same(e.add(1, 2), 3)
    raises(RuntimeError, lambda: i.exports)
