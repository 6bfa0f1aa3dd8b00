# SPDX-License-Identifier: MIT
"""The manifest's fields of an app's time, and of what happens at its end; runs on the board."""

import time

from bench import MEMORY
from fields import RATE, app, host, refused, same, spent
from support import covers
from wasm import CapabilityError, Trap, ps

FUEL = 5000
ROUND = 20  # units of fuel that one count takes, at most
SLICE = 1000


def count(it):
    """Return how far an app of fields.wat has counted."""
    return int.from_bytes(bytes(it.memory()[0:4]), "little")


def exhaust(it):
    """Let an app run until it waits for its next period; return the ms until then."""
    for _ in range(100):
        left = it.step(SLICE)
        if left:
            return left
    raise AssertionError("it is never throttled")


def spinning(fuel=FUEL, period_ms=200, mode="s", **cpu):
    it = app(mode, cpu=dict(cpu, fuel_per_period=fuel, period_ms=period_ms))
    it.start()
    return it


@covers("manifest:cpu.fuel_per_period", "works", "excess")
def test_a_period_has_so_much_fuel():
    it = spinning()
    before = 0
    for _ in range(2):
        exhaust(it)
        done = count(it) - before
        assert FUEL // ROUND <= done <= FUEL, done
        before = count(it)
        same(it.step(SLICE) > 0, True)
        same(count(it), before)  # nothing is done until then
        time.sleep_ms(it.step(SLICE) or 0)
    it.stop()
    twice = spinning(2 * FUEL)
    exhaust(twice)
    assert count(twice) > done * 3 // 2, (count(twice), done)
    twice.stop()


def test_what_is_overdrawn_is_paid_for():
    """A fill of 48000 bytes takes the fuel of six periods."""
    cpu = {"fuel_per_period": 1000, "period_ms": 20}
    it = app("f", cpu=cpu, memory=dict(MEMORY, max_bytes=53248))
    it.start()
    assert exhaust(it) > 4 * 20
    began = time.ticks_ms()
    before = count(it)
    for _ in range(2):
        while it.step(SLICE):
            time.sleep_ms(2)
        exhaust(it)
    assert count(it) <= before + 2, (count(it), before)
    assert time.ticks_diff(time.ticks_ms(), began) >= 2 * 5 * 20
    it.stop()


@covers("manifest:cpu.period_ms", "works", "excess")
def test_fuel_comes_after_a_period():
    for period_ms in (60, 240):
        began = time.ticks_ms()
        it = spinning(period_ms=period_ms)
        assert 0 < exhaust(it) <= period_ms
        done = count(it)
        while it.step(SLICE):
            time.sleep_ms(5)
        passed = time.ticks_diff(time.ticks_ms(), began)
        assert passed >= period_ms, passed
        exhaust(it)
        assert count(it) > done
        it.stop()


def ended(it, ms):
    """Run an app for so long; return what ended it, None when it goes on."""
    end = time.ticks_add(time.ticks_ms(), ms)
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        try:
            left = it.step()
        except Trap as e:
            return e
        time.sleep_ms(max(0, left))
    return None


@covers("manifest:cpu.call_deadline_ms", "works", "excess")
def test_who_does_not_wait_is_ended():
    endless = 1 << 29
    for fuel, deadline_ms in ((endless, 50), (40000, 2)):  # however little it gets at a time
        it = spinning(fuel, period_ms=10, call_deadline_ms=deadline_ms)
        same(ended(it, 3000).code, "deadline")
        same(it.state, "faulted")
    waiting = spinning(endless, mode="w", call_deadline_ms=200)
    same(ended(waiting, 400), None)
    assert count(waiting) >= 300
    waiting.stop()


@covers("manifest:cpu.calls_per_s", "works", "excess")
def test_the_host_is_called_so_often():
    it = host("time", time={"clocks": ["monotonic", "wall"]}, cpu={"calls_per_s": 5})
    spent(lambda: it.call("monotonic_ms") if it.call("overruns") == 0 else RATE, 2, 450)
    same(it.denied["rate"] > 0, True)


def end_of(mode, **restart):
    """Run an app to its last end; return (what ended it, its state, restarts)."""
    it = app(mode, restart=dict(restart, backoff_ms=10))
    it.start()
    raised = None
    try:
        while True:
            left = it.step()
            if left is None:
                break
            time.sleep_ms(max(0, left))
    except Trap as e:
        raised = e.code
    same(it.step(), None)  # and it stays so
    return raised, it.state, it.restarts


@covers("manifest:restart.policy", "works", "excess")
def test_who_is_started_again():
    trap = "unreachable"
    same(end_of("t", policy="never"), (trap, "faulted", 0))
    same(end_of("e", policy="never"), (None, "stopped", 0))
    same(end_of("t", policy="on-fault", max=2), (trap, "faulted", 2))
    same(end_of("e", policy="on-fault", max=2), (None, "stopped", 0))
    same(end_of("x", policy="on-fault", max=2), (None, "stopped", 0))
    same(end_of("t", policy="always", max=2), (trap, "faulted", 2))
    same(end_of("e", policy="always", max=2), (None, "stopped", 2))


@covers("manifest:restart.max", "works", "excess")
def test_how_often():
    for most in (0, 1, 3):
        same(end_of("t", policy="on-fault", max=most), ("unreachable", "faulted", most))


@covers("manifest:restart.backoff_ms", "works", "excess")
def test_not_before_the_backoff():
    it = app("t", restart={"policy": "on-fault", "max": 1, "backoff_ms": 150})
    it.start()
    began = time.ticks_ms()
    left = it.step()
    same((it.state, 100 < left <= 150), ("backoff", True))
    time.sleep_ms(50)
    same((it.step() > 0, it.state, it.restarts), (True, "backoff", 1))
    it.stop()
    same((it.state, it.step()), ("stopped", None))  # it does not come back
    it.start()
    while it.state != "faulted":
        try:
            time.sleep_ms(it.step() or 0)
        except Trap as e:
            same(e, it.fault)
    assert time.ticks_diff(time.ticks_ms(), began) >= 150


def test_results():
    """What an app returns or exits with is its result."""
    for mode, result in (("e", 7), ("x", 3)):
        it = app(mode)
        same(it.run(), result)
        same((it.result, it.state, it.fault), (result, "stopped", None))
    it = app("t")
    refused(Trap, it.run)
    same((it.state, type(it.fault)), ("faulted", Trap))
    it.start()  # by hand, it may
    same((it.state, it.fault), ("running", None))
    it.stop()


def test_hardware_is_taken_meanwhile():
    """Who starts again and finds its hardware in use has failed once more."""
    lamp = {"label": "lamp", "mode": "out"}
    it = app("t", gpio=[lamp], restart={"policy": "on-fault", "max": 2, "backoff_ms": 10})
    it.start()
    assert it.step() > 0
    other = app("w", gpio=[lamp])
    other.start()  # it is free while nobody runs
    while it.state == "backoff":
        try:
            time.sleep_ms(it.step())
        except CapabilityError:
            same(it.state, "faulted")
    assert "in use by" in str(it.fault), it.fault
    same((it.state, it.restarts), ("faulted", 2))
    same(ps(), [other])
    other.stop()
    same(ps(), [])
