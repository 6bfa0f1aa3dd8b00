# SPDX-License-Identifier: MIT
"""Conversions at their limits."""

import struct
import sys

from support import instance, raises, same

e = instance("values").exports
INF = float("inf")


def test_i32():
    for v in (0, 1, -1, 2**31 - 1, -(2**31), 255, True):
        assert e.i32(v) == v
    same(e.i32(True), 1)
    same(e.i32(2**31), -(2**31))
    same(e.i32(2**32 - 1), -1)
    for v in (2**32, -(2**31) - 1, 2**63, -(2**63), 2**64 - 1, 2**64, 2**200, -(2**200)):
        raises(OverflowError, e.i32, v)
    for v in (1.0, "1", None, b"1", [], 1j):
        raises(TypeError, e.i32, v)


def test_i64():
    for v in (0, -1, 2**30, 2**32, -(2**30) - 1, 2**62, -(2**62) - 1, 2**63 - 1, -(2**63)):
        same(e.i64(v), v)
    same(e.i64(2**63), -(2**63))
    same(e.i64(2**64 - 1), -1)
    for v in (2**64, -(2**63) - 1, 2**64 + 5, -(2**64), 2**127, -(2**200)):
        raises(OverflowError, e.i64, v)
    for v in (1.0, "1", None):
        raises(TypeError, e.i64, v)


def test_results_are_usable_ints():
    assert [10, 20, 30][e.i64(2)] == 30
    assert {e.i64(5): "x"}[5] == "x"
    assert e.i64(2**40) + 1 == 2**40 + 1


def test_f64():
    for v in (0.0, -0.0, 1.5, -1e308, 5e-324, 2.2250738585072014e-308, INF, -INF, 0.1):
        same(struct.pack("<d", e.f64(v)), struct.pack("<d", v))
    same(e.f64(3), 3.0)
    same(e.f64(True), 1.0)
    same(e.f64(2**53 + 1), 9007199254740992.0)  # ties to even
    same(e.f64(2**64 - 1), 2.0**64)
    same(e.f64(-(2**63)), -(2.0**63))
    same(e.f64(2**100), 2.0**100)
    for v in ("1", None, [], 1j):
        raises(TypeError, e.f64, v)


def test_f32():
    for v in (0.0, -0.0, 1.5, INF, -INF, 2.0**-149, (2 - 2.0**-23) * 2.0**127):
        same(struct.pack("<d", e.f32(v)), struct.pack("<d", v))
    same(e.f32(0.1), 0.10000000149011612)
    same(e.f32(1e300), INF)
    same(e.f32(16777217), 16777216.0)  # ties to even
    # To double and then to single would round twice, the second time up.
    same(e.f32(2**60 + 2**36 + 1), 2.0**60 + 2.0**37)
    same(e.f32(-(2**60) - 2**36 - 1), -(2.0**60) - 2.0**37)


def test_nan_bits():
    # 32-bit x86 passes floats in registers that make signalling NaNs quiet.
    quiet = sys.maxsize < 2**32
    single = INF == 1e300
    for bits in (0x7FC00000, 0xFFEBCDEF, 0x7F800001, 0xFF800001)[: 2 if quiet else 4]:
        nan = e.bits_f32(bits)
        assert nan != nan
        same(e.f32_bits(nan) & 0xFFFFFFFF, bits)
    last = 1 if single else 2 if quiet else 3
    for bits in (0x7FF8000000000000, 0xFFFABCDEF0123456, 0x7FF0000000000001)[:last]:
        nan = e.bits_f64(bits)
        assert nan != nan
        same(e.f64_bits(nan) & (2**64 - 1), bits)
    # The f32 of a NaN takes the upper bits of its payload, or is canonical where they are zero.
    same(e.f32_bits(e.bits_f64(0x7FF8000000000001)), 0x7FC00000)
    if not quiet:
        same(e.f32_bits(e.bits_f64(0x7FF0000000000001)), 0x7FC00000)


def test_externref():
    for v in ("text", [1, 2], 5, 1.5, print, e, True, b"", ()):
        assert e.externref(v) is v
    assert e.externref(None) is None
    same(e.null(), None)
    same(e.is_null(None), 1)
    same(e.is_null(0), 0)


def test_funcref():
    assert e.funcref(None) is None
    f = e.funcref(e.add)
    same(f(2, 3), 5)
    assert f == e.add
    assert hash(f) == hash(e.add)
    assert f != e.nothing
    raises(TypeError, e.funcref, print)
    raises(TypeError, e.funcref, 1)
    other = instance("values").exports
    assert other.add != e.add
    raises(TypeError, e.funcref, other.add)


def test_results():
    same(e.nothing(), None)
    same(e.add(2, 3), 5)
    same(e.swap(7, -(2**63)), (-(2**63), 7))
    obj = object()
    same(e.all(1, 2, 3.5, 4.25, obj, e.add), (e.add, obj, 4.25, 3.5, 2, 1))
    same(e.sum8(1, 2, 3, 4, 5, 6, 7, 8), 36)


def test_argument_count():
    x = raises(TypeError, e.add, 1)
    assert "add takes 2 arguments, 1 given" in str(x), x
    raises(TypeError, e.add, 1, 2, 3)
    raises(TypeError, e.nothing, 1)
    raises(TypeError, lambda: e.add(1, b=2))


def test_messages():
    same(str(raises(TypeError, e.add, 1, "x")), "add argument 2: i32 expected, not str")
    same(str(raises(OverflowError, e.add, 2**32, 1)), "add argument 1: the int does not fit i32")
    same(str(raises(TypeError, e.i64, 1.0))[-29:], "argument 1: i64 expected, not float"[-29:])


def test_types():
    same(e.add.type, "(i32, i32) -> i32")
    same(e.swap.type, "(i32, i64) -> (i64, i32)")
    same(e.nothing.type, "() -> ()")
    same(e.funcref.type, "(funcref) -> funcref")
    same(e.add.name, "add")
    same(e.i32.name, "function 0")
    assert repr(e.add) == "<Func add (i32, i32) -> i32>"
