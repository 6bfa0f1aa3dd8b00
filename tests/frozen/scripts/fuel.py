# SPDX-License-Identifier: MIT
"""Fuel, and going on after it is gone."""

import gc

import wasm
from support import free, instance, raises, same


def finish(call, *args, step):
    """Call and resume with `step` units each time; return (result, stops)."""
    stops = 0
    try:
        return call(*args), stops
    except wasm.OutOfFuel as e:
        stop = e
    while True:
        stops += 1
        try:
            return stop.resume(step), stops
        except wasm.OutOfFuel as e:
            stop = e


def test_resumed_equals_uninterrupted():
    plain = instance("loop")
    wanted = plain.exports.count(300), plain.exports.fib(12), plain.exports.two()
    used = plain.fuel_used
    for step in (1, 7, 100, 1000, 100000):
        i = instance("loop", fuel=step)
        e = i.exports
        got = []
        stops = 0
        for call, args in ((e.count, (300,)), (e.fib, (12,)), (e.two, ())):
            result, n = finish(call, *args, step=step)
            got.append(result)
            stops += n
        same(tuple(got), wanted)
        same(i.fuel_used, used)
        assert stops >= used // step - 2, (stops, used, step)


def test_out_of_fuel():
    i = instance("loop", fuel=100)
    x = raises(wasm.OutOfFuel, i.exports.forever)
    same(str(x), "out of fuel")
    assert isinstance(x, wasm.WasmError)
    assert i.fuel < 0 or i.fuel == 0
    assert i.fuel_used >= 100
    raises(wasm.OutOfFuel, x.resume, 1000)
    assert i.fuel_used >= 1100
    raises(TypeError, x.resume)
    raises(TypeError, x.resume, "5")
    raises(OverflowError, x.resume, -5)


def test_resume_without_end():
    i = instance("loop", fuel=100)
    x = raises(wasm.OutOfFuel, i.exports.count, 3000)
    same(x.resume(None), 4501500)
    assert i.fuel is None


def test_abandoned():
    i = instance("loop", fuel=100)
    x = raises(wasm.OutOfFuel, i.exports.count, 3000)
    i.fuel = 10**6
    same(i.exports.count(10), 55)
    e = raises(wasm.WasmError, x.resume, 1000)
    assert "abandoned" in str(e)
    x = raises(wasm.OutOfFuel, instance("loop", fuel=10).exports.count, 3000)
    same(x.resume(10**6), 4501500)
    raises(wasm.WasmError, x.resume, 1000)  # it has returned


def test_only_the_newest_exception_resumes():
    i = instance("loop", fuel=100)
    first = raises(wasm.OutOfFuel, i.exports.count, 3000)
    second = raises(wasm.OutOfFuel, first.resume, 100)
    same(second.resume(10**6), 4501500)
    raises(wasm.WasmError, first.resume, 100)


def test_exception_keeps_the_instance():
    x = raises(wasm.OutOfFuel, instance("loop", fuel=100).exports.count, 3000)
    for _ in range(10):
        instance("loop")
        gc.collect()
    same(x.resume(10**6), 4501500)


def test_dropped_exceptions_leak_nothing():
    i = instance("loop", fuel=10)
    for _ in range(5):
        raises(wasm.OutOfFuel, i.exports.fib, 20)
        i.fuel = 10
    before = free()
    for _ in range(200):
        raises(wasm.OutOfFuel, i.exports.fib, 20)
        i.fuel = 10
    after = free()
    same(after[1], before[1])
    assert abs(after[0] - before[0]) < 512, (before, after)


def test_start_resumes_to_the_instance():
    seen = []
    imports = {"env": {"tick": seen.append}}
    x = raises(wasm.OutOfFuel, instance, "start", imports, fuel=100)
    same(seen, [])
    i = x.resume(10**6)
    assert isinstance(i, wasm.Instance)
    same((seen, i.exports.n.value), ([500], 500))


def test_out_of_fuel_in_a_nested_call():
    cell = []

    def double(x):
        return cell[0].exports.calls(50) if x == 99 else x

    def build(fuel, double=double):
        imports = {"env": {"double": double, "pair": abs, "note": abs}}
        cell[:] = [instance("host", imports, fuel=fuel)]
        return cell[0]

    # Uncaught, it ends the outer call too, and nothing is left to go on with.
    i = build(60)
    x = raises(wasm.OutOfFuel, i.exports.twice, 99)
    raises(wasm.WasmError, x.resume, 10**6)
    i.fuel = None
    same(i.exports.plain(1), 2)

    # Caught and resumed inside the host function, both calls go on.
    def patient(x):
        try:
            return double(x)
        except wasm.OutOfFuel as e:
            return e.resume(10**6)

    i = build(60, patient)
    wanted = build(None).exports.twice(99)
    build(60, patient)
    same(cell[0].exports.twice(99), wanted)

    # Caught and dropped: the outer call goes on.
    def careless(x):
        try:
            return double(x)
        except wasm.OutOfFuel:
            cell[0].fuel = 10**6
            return 7

    same(build(60, careless).exports.twice(99), 7)


def test_nested_calls_are_charged_once():
    def build(double):
        return instance("host", {"env": {"double": double, "pair": abs, "note": abs}})

    i = build(lambda x: x)
    i.exports.twice(5)
    outer = i.fuel_used
    i.exports.plain(5)
    inner = i.fuel_used - outer
    i = build(lambda x: i.exports.plain(x))
    i.exports.twice(5)
    same(i.fuel_used, outer + 2 * inner)


def test_fuel_is_the_same_after_every_error():
    def fail(x):
        raise KeyError(x)

    i = instance("host", {"env": {"double": fail, "pair": abs, "note": abs}}, fuel=10**6)
    raises(KeyError, i.exports.twice, 1)
    used = i.fuel_used
    raises(KeyError, i.exports.twice, 1)
    same(i.fuel_used, 2 * used)
    same(i.fuel, 10**6 - 2 * used)


def test_pending_events_run_between_slices():
    import micropython

    seen = []
    i = instance("loop")
    e = i.exports

    def event(arg):
        seen.append(e.fib(5) if arg else raises(ZeroDivisionError, lambda: 1 // 0))
        if len(seen) < 3:
            micropython.schedule(event, True)

    micropython.schedule(event, True)
    same(e.count(3000000), 3000000 * 3000001 // 2)
    same(seen, [5, 5, 5])


def test_event_that_leaves_a_stopped_call():
    import micropython

    i = instance("loop")
    other = []

    def event(arg):
        i.fuel = 10
        other.append(raises(wasm.OutOfFuel, i.exports.fib, 20))
        i.fuel = None

    micropython.schedule(event, None)
    # Scheduled calls run before the first instruction of the call here or during it.
    same(i.exports.count(3000000), 3000000 * 3000001 // 2)
    same(len(other), 1)
    raises(wasm.WasmError, other[0].resume, 100)
