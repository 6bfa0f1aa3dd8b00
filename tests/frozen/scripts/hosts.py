# SPDX-License-Identifier: MIT
"""Host functions."""

import gc
import time

import _wasm
import wasm
from support import instance, module, raises, same


def ignore(*args):
    pass


def make(double=lambda x: 2 * x, pair=lambda f, i: (i, f), note=ignore, **limits):
    return instance("host", {"env": {"double": double, "pair": pair, "note": note}}, **limits)


def test_call():
    i = make()
    same(i.exports.twice(5), 20)
    same(i.exports.pair(1.5, 2**40), (2**40, 1.5))
    same(i.exports.calls(10), 110)
    seen = []
    i = make(note=seen.append)
    marker = object()
    i.exports.note(marker)
    assert seen == [marker]


def test_callables():
    class Doubler:
        def __call__(self, x):
            return x * 2

        def method(self, x):
            return x * 2

    for double in (Doubler(), Doubler().method, abs, int):
        i = make(double=double)
        assert i.exports.twice(3) in (12, 3)
    closed = 3
    same(make(double=lambda x: x * closed).exports.twice(1), 9)


def test_direct_export_of_a_host_function():
    i = make()
    same(i.exports.direct(21), 42)
    same(i.exports.direct.type, "(i32) -> i32")


def test_same_exception():
    class Mine(Exception):
        pass

    mine = Mine("once")

    def fail(x):
        if x == 13:
            raise mine
        return x

    i = make(double=fail)
    for _ in range(50):
        assert raises(Mine, i.exports.twice, 13) is mine
        same(i.exports.twice(5), 5)
        same(i.exports.plain(5), 6)
    assert i.usage["stack_peak_bytes"] < 400, i.usage


def test_any_exception():
    for kind in (KeyboardInterrupt, SystemExit, MemoryError, StopIteration, ZeroDivisionError):

        def fail(x, kind=kind):
            raise kind("x")

        i = make(double=fail)
        raises(kind, i.exports.twice, 1)
        raises(kind, i.exports.direct, 1)
        same(i.exports.plain(1), 2)


def test_result_types():
    for bad in ("x", None, 1.5, (1,)):
        x = raises(TypeError, make(double=lambda x, bad=bad: bad).exports.twice, 1)
        assert str(x).startswith("env.double result: i32 expected, not "), x
    raises(OverflowError, make(double=lambda x: 2**40).exports.twice, 1)
    for bad in (None, 1, (1,), (1, 2.0, 3), "xy"):
        x = raises(TypeError, make(pair=lambda f, i, bad=bad: bad).exports.pair, 1.0, 1)
        same(str(x), "env.pair result: a tuple of 2 expected")
    x = raises(TypeError, make(pair=lambda f, i: (1, "x")).exports.pair, 1.0, 1)
    same(str(x), "env.pair result 2: f64 expected, not str")
    same(make(pair=lambda f, i: [i, f]).exports.pair(0.5, 1), (1, 0.5))
    make(note=lambda x: "ignored").exports.note(None)


def test_argument_count():
    raises(TypeError, make(double=lambda: 1).exports.twice, 1)
    raises(TypeError, make(double=lambda a, b: 1).exports.twice, 1)


def test_nested_calls():
    cell = []

    def double(x):
        return cell[0].exports.plain(x) if x < 100 else x

    cell.append(make(double=double))
    same(cell[0].exports.twice(5), 7)

    def deeper(x):
        return cell[1].exports.twice(x - 1) if 0 < x < 50 else 50

    cell.append(make(double=deeper, stack=65536))
    same(cell[1].exports.twice(3), 50)


def test_endless_nesting_ends():
    cell = []

    def again(x):
        return cell[0].exports.twice(x)

    cell.append(make(double=again, stack=1 << 20))
    e = raises(RuntimeError, cell[0].exports.twice, 1)
    assert "recursion" in str(e)
    same(cell[0].exports.plain(1), 2)
    cell[0] = make(double=again, stack=128)
    x = raises(wasm.Trap, cell[0].exports.twice, 1)
    same(x.code, "call stack exhausted")
    same(cell[0].exports.plain(1), 2)


def test_trap_inside_nested_call():
    traps = instance("traps")

    def double(x):
        try:
            traps.exports.crash()
        except wasm.Trap as e:
            return len(e.backtrace)
        raise AssertionError

    same(make(double=double).exports.twice(1), 1)
    x = raises(wasm.Trap, make(double=lambda x: traps.exports.div(x, 0)).exports.twice, 1)
    same(x.code, "integer divide by zero")


def test_with_memory():
    def double(memory, x):
        memory[x] = 77
        return len(memory)

    i = make(double=wasm.with_memory(double))
    same(i.exports.calls(1), 65536)
    same(i.exports.memory[1], 77)
    same(wasm.with_memory(abs)(-5), 5)


def test_with_memory_needs_one():
    seen = []
    start = {"env": {"tick": wasm.with_memory(lambda memory, n: seen.append((memory, n)))}}
    instance("start", start)
    same(seen, [(None, 500)])


def test_host_functions_live_as_long_as_the_instance():
    def build():
        factor = [3]
        return make(double=lambda x: x * factor[0]).exports.twice

    f = build()
    for _ in range(20):
        gc.collect()
        assert [bytes(64) for _ in range(100)]
        same(f(2), 18)


def test_missing_imports():
    full = {"double": abs, "pair": abs, "note": abs}
    for name in full:
        given = dict(full)
        del given[name]
        x = raises(wasm.LinkError, wasm.Instance, module("host"), {"env": given})
        assert ("env." + name) in str(x), x
        same((x.code, x.module, x.name), ("unknown import", "env", name))
    for given in (None, {}, {"other": full}):
        x = raises(wasm.LinkError, wasm.Instance, module("host"), given)
        assert str(x).startswith("unknown import env.double: func (i32) -> i32 expected, but "), x


def test_wrong_imports():
    other = instance("memory").exports
    for bad in (5, "x", None, [], other.memory):
        given = {"env": {"double": bad, "pair": abs, "note": abs}}
        x = raises(wasm.LinkError, wasm.Instance, module("host"), given)
        words = "incompatible import type env.double: func (i32) -> i32 expected"
        assert str(x).startswith(words), x
        same(x.code, "incompatible import type")
    x = raises(
        wasm.LinkError,
        wasm.Instance,
        module("host"),
        {"env": {"double": other.store, "pair": abs, "note": abs}},
    )
    assert str(x).endswith("func (i32, i32) -> () given"), x


def test_a_function_can_make_the_guest_wait():
    left = [20, 10]

    def double(x):
        return _wasm.Wait(left.pop(), lambda: double(x)) if left else 2 * x

    exports = make(double=double).exports
    call = exports.twice.begin(5)
    waited = call.step(1000)
    assert 0 < waited <= 10, waited
    while call.step(1000) is not None:
        time.sleep_ms(1)
    same((call.result, left), (20, []))
    left.extend((5, 5))
    start = time.ticks_ms()
    same(exports.twice(5), 20)  # waits by itself
    assert time.ticks_diff(time.ticks_ms(), start) >= 10


def test_a_wait_ends_with_its_call():
    def fail():
        raise ValueError("too late")

    first = [True]

    def double(x):
        if first.pop() if first else False:
            return _wasm.Wait(100000, fail)
        return 2 * x

    exports = make(double=double).exports
    call = exports.twice.begin(5)
    assert call.step(1000) > 1000
    same(exports.twice(5), 20)
    raises(wasm.WasmError, call.step, 1000)
    first.append(True)
    exports = make(double=lambda x: _wasm.Wait(0, fail)).exports
    raises(ValueError, exports.twice, 5)
    raises(ValueError, exports.twice, 5)
