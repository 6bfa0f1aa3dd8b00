# SPDX-License-Identifier: MIT
"""Traps, and errors at load."""

import wasm
from support import data, instance, raises, same


def test_trap():
    i = instance("traps")
    x = raises(wasm.Trap, i.exports.deep)
    same((x.code, x.func_index), ("unreachable", 0))
    same(data("traps")[x.offset], 0x00)  # the opcode of `unreachable`
    same([frame[:2] for frame in x.backtrace], [(0, "crash"), (1, "middle"), (2, None)])
    same(x.backtrace[0][2], x.offset)
    same(data("traps")[x.backtrace[1][2]], 0x10)  # `call`
    same(str(x), f"unreachable in crash (function 0, offset 0x{x.offset:x})")
    assert isinstance(x, wasm.WasmError)
    assert isinstance(x, Exception)


def test_words():
    e = instance("traps").exports
    cases = (
        ((e.div, 1, 0), "integer divide by zero"),
        ((e.div, -(2**31), -1), "integer overflow"),
        ((e.trunc, float("nan")), "invalid conversion to integer"),
        ((e.trunc, 1e300), "integer overflow"),
        ((e.load, 65533), "out of bounds memory access"),
        ((e.load, -1), "out of bounds memory access"),
        ((e.indirect, 0), "uninitialized element"),
        ((e.indirect, 2), "undefined element"),
        ((e.recurse, 0), "call stack exhausted"),
    )
    for call, words in cases:
        x = raises(wasm.Trap, *call)
        same(x.code, words)
        assert str(x).startswith(words), x
        assert x.offset > 0
        assert x.func_index is not None
        same(e.ok(), 42)


def test_deep_backtrace_is_cut():
    x = raises(wasm.Trap, instance("traps").exports.recurse, 0)
    same(len(x.backtrace), 16)
    same({frame[1] for frame in x.backtrace}, {"recurse"})


def test_trap_in_a_segment():
    x = raises(wasm.Trap, instance, "segment")
    same(x.code, "out of bounds memory access")
    same(x.backtrace, [])


def test_start():
    seen = []
    i = instance("start", {"env": {"tick": seen.append}})
    same(seen, [500])
    same(i.exports.n.value, 500)
    assert i.started

    def fail(n):
        raise ZeroDivisionError(n)

    raises(ZeroDivisionError, instance, "start", {"env": {"tick": fail}})


def load(b):
    return wasm.Module(b)


def test_load_errors():
    good = data("traps")
    cases = (
        (b"", wasm.Malformed, "unexpected end: the file is empty"),
        (
            b"(module)",
            wasm.Malformed,
            "magic header not detected: this is the text format, assemble it with wat2wasm first",
        ),
        (b"\x7fELF\0\0\0\0", wasm.Malformed, "magic header not detected"),
        (b"\0as", wasm.Malformed, "unexpected end of section or function"),
        (good[:4] + b"\2\0\0\0", wasm.Malformed, "unknown binary version"),
        (
            good[:4] + b"\x0d\0\1\0",
            wasm.Unsupported,
            "unknown binary version: this is a component, not a core module",
        ),
    )
    for b, kind, code in cases:
        x = raises(kind, load, b)
        assert isinstance(x, wasm.LoadError)
        assert isinstance(x, wasm.WasmError)
        if code != "unexpected end of section or function":
            same(x.code, code)
        assert str(x)


def test_invalid():
    # (func (result i32) i64.const 0): the body's only instruction has the wrong type
    b = b"\0asm\1\0\0\0" + b"\1\5\1\x60\0\1\x7f" + b"\3\2\1\0" + b"\x0a\6\1\4\0\x42\0\x0b"
    x = raises(wasm.Invalid, load, b)
    same((x.code, x.func_index), ("type mismatch", 0))
    same(str(x), f"type mismatch (function 0, offset 0x{x.offset:x})")
    assert len(b) - 3 <= x.offset < len(b), x.offset


def test_unsupported():
    # (func v128.const 0 drop)
    body = b"\0\xfd\x0c" + bytes(16) + b"\x1a\x0b"
    code = b"\1" + bytes([len(body)]) + body
    b = b"\0asm\1\0\0\0" + b"\1\4\1\x60\0\0" + b"\3\2\1\0" + b"\x0a" + bytes([len(code)]) + code
    x = raises(wasm.Unsupported, load, b)
    same(x.code, "SIMD is not supported")
    assert "SIMD" in str(x)


def test_every_truncation_and_flip_is_handled():
    good = data("traps")
    loaded = 0
    for n in range(len(good)):
        try:
            wasm.Module(good[:n])
            loaded += 1
        except wasm.LoadError:
            pass
    assert loaded < 10, loaded  # at the ends of sections
    for n in range(len(good)):
        for bit in (1, 0x80):
            b = bytearray(good)
            b[n] ^= bit
            try:
                wasm.Instance(wasm.Module(b))
                loaded += 1
            except (wasm.WasmError, MemoryError):
                pass
    assert loaded < len(good), loaded


def test_errors_are_classes_of_their_own():
    for name in ("LoadError", "LinkError", "Trap", "OutOfFuel"):
        assert issubclass(getattr(wasm, name), wasm.WasmError)
    for name in ("Malformed", "Invalid", "Unsupported"):
        assert issubclass(getattr(wasm, name), wasm.LoadError)
    assert not issubclass(wasm.WasmError, ValueError)
    x = wasm.Trap("text")
    same((str(x), x.code, x.backtrace), ("text", None, ()))
    raises(AttributeError, lambda: wasm.missing)
