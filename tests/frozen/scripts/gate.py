# SPDX-License-Identifier: MIT
"""The gate: what it checks of a call, what it does alone, events, and calls that wait."""

import gc
import struct
import time

import _wasm
import wasm
from support import instance, module, raises, same

DENIED, BAD_HANDLE, BAD_POINTER, INVALID, RATE, TOO_LONG = -1, -2, -3, -4, -5, -6
NOT_FOUND, BUSY, NO_DEVICE, IO, TIMEOUT, FULL = -7, -8, -9, -10, -11, -12
READ, WRITE = 1, 2
ADDRESSES = bytes([0] * 14 + [1 << 6, 0])  # 0x76
PAGE = 65536
FOREVER = -1


class Pin:
    """A pin that is no machine.Pin, so that the drivers have to drive it."""

    def __init__(self, level=0):
        self.levels = [level]


def grants(gpio=READ | WRITE, rate=0, low=False, i2c=15, alarms=2, least=0):
    return [
        ("gpio", "led", gpio, 0, rate, None, low),
        ("i2c", "bus", i2c, 32, 0, ADDRESSES, False),
        ("timer", "", 0, alarms, least, None, False),
        ("kv", "", 3, 100, 0, None, False),
        ("time", "", 3, 0, 0, None, False),
        ("sys", "", 0, 0, 0, None, False),
    ]


class Rig:
    """A gate, an instance behind it, and what its drivers were called with."""

    def __init__(self, entries=None, **limits):
        self.seen = []
        self.pin = Pin()
        self.answer = 0
        self.gate = _wasm.Gate(entries or grants(), **limits)
        drivers = {
            "gpio.open": self.open,
            "gpio.read": lambda pin: pin.levels[-1],
            "gpio.write": lambda pin, level: pin.levels.append(level),
            "gpio.toggle": lambda pin: pin.levels.append(1 - pin.levels[-1]),
            "i2c.open": lambda index: "bus",
            "i2c.write_read": self.write_read,
            "i2c.transaction": self.transaction,
            "kv.get": self.kv_get,
            "time.monotonic_ms": lambda _: 1 << 40,
        }
        imports = {}
        for space, name, _, _ in module("gate").imports:
            full = space[8:] + "." + name
            bound = self.gate.bind(full, drivers.get(full))
            imports.setdefault(space, {})[name] = bound
        self.instance = instance("gate", imports)
        self.exports = self.instance.exports

    def open(self, index):
        self.seen.append(index)
        return self.pin

    def write_read(self, bus, address, data, answer):
        self.seen.append((bus, address, bytes(data), len(answer), self.gate.handle))
        self.view = answer
        for i in range(len(answer)):
            answer[i] = i + 1
        return len(answer)

    def transaction(self, bus, address, data, flags):
        self.seen.append((address, bytes(data), flags))
        if flags & 1:
            for i in range(len(data)):
                data[i] = 0xFF

    def kv_get(self, nothing, key, value):
        self.seen.append((nothing, key, len(value)))
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    def pinned(self):
        return self.exports.gpio_open(0, 3)

    def bus(self):
        return self.exports.i2c_open(3, 3)


def test_handles():
    rig = Rig()
    e = rig.exports
    same(e.gpio_write(1, 1), BAD_HANDLE)  # granted, but not open
    same(rig.pinned(), 1)
    same(rig.pinned(), 1)
    same(rig.seen, [0])  # made once
    same(e.gpio_write(1, 7), 0)
    same(rig.pin.levels, [0, 1])
    same(e.gpio_toggle(1), 0)
    same(e.gpio_read(1), 0)
    for handle in (0, 2, 3, 7, 100, -1, 0x7FFFFFFF, -0x80000000):
        same(e.gpio_write(handle, 1), BAD_HANDLE)
    bus = rig.bus()
    same(e.gpio_write(bus, 1), BAD_HANDLE)  # of another kind
    rig.gate.close()
    same(e.gpio_write(1, 1), BAD_HANDLE)
    same(e.poll(0, 64, FOREVER), BAD_HANDLE)
    same(rig.gate.denied["bad_handle"], 12)


def test_labels():
    e = Rig().exports
    same(e.gpio_open(0, 2), DENIED)
    same(e.gpio_open(3, 3), DENIED)  # a bus
    same(e.gpio_open(0, 0), INVALID)
    same(e.gpio_open(8, 2), INVALID)  # NUL
    same(e.gpio_open(10, 1), INVALID)  # no UTF-8
    same(e.gpio_open(0, 256), TOO_LONG)
    same(e.gpio_open(PAGE - 2, 3), BAD_POINTER)
    same(e.gpio_open(-1, 3), BAD_POINTER)


def test_operations():
    raises(KeyError, Rig, grants(i2c=READ | WRITE))  # no write_read
    entries = grants(gpio=READ)
    raises(KeyError, Rig, entries)  # refused at link: nothing may write
    entries.append(("gpio", "key", READ | WRITE, 0, 0, None, False))
    rig = Rig(entries)
    e = rig.exports
    same(rig.pinned(), 1)
    same(e.gpio_read(1), 0)
    same(e.gpio_write(1, 1), DENIED)
    same(e.gpio_toggle(1), DENIED)
    key = e.gpio_open(6, 3)
    same(e.gpio_write(key, 1), 0)
    same(rig.gate.denied, {"denied": 2})


def test_binding():
    gate = _wasm.Gate([("gpio", "led", READ, 0, 0, None, False)])
    gate.bind("gpio.read", None)
    raises(KeyError, gate.bind, "gpio.write", None)
    raises(KeyError, gate.bind, "i2c.open", None)
    raises(KeyError, gate.bind, "timer.cancel", None)  # its handles come from what is not granted
    raises(KeyError, gate.bind, "fs.read", None)
    raises(ValueError, gate.bind, "gpio.reset", None)
    raises(KeyError, _wasm.Gate, [("gpoi", "led", READ, 0, 0, None, False)])
    raises(ValueError, _wasm.Gate, [("gpio", "led", READ, 0)])
    raises(ValueError, _wasm.Gate, [("gpio", "led", READ, 0, 1 << 31, None, False)])
    raises(ValueError, _wasm.Gate, [("i2c", "bus", READ, 0, 0, b"short", False)])
    raises(ValueError, _wasm.Gate, [], 256)
    e = raises(wasm.LinkError, instance, "host", {"env": {"double": gate.bind("gpio.read", None)}})
    assert "pair" in str(e) or "another type" in str(e), e


def test_addresses_and_lengths():
    rig = Rig()
    bus = rig.bus()
    call = rig.exports.write_read
    same(call(bus, 0x76, 0, 3, 100, 4), 4)
    same(rig.seen, [("bus", 0x76, b"led", 4, bus)])
    same(bytes(rig.exports.memory[99:105]), b"\0\1\2\3\4\0")
    same(len(rig.view), 0)  # a driver that keeps it has nothing
    for address in (0, 0x75, 0x77, 0x7F, 0x80, 0xF6, 0x176, -1):
        same(call(bus, address, 0, 3, 100, 4), DENIED)
    same(call(bus, 0x76, 0, 33, 100, 4), TOO_LONG)
    same(call(bus, 0x76, 0, 3, 100, -1), TOO_LONG)
    same(call(bus, 0x76, PAGE - 2, 3, 100, 4), BAD_POINTER)
    same(call(bus, 0x76, 0, 3, PAGE - 3, 4), BAD_POINTER)
    same(call(bus, 0x76, -4, 8, 100, 4), BAD_POINTER)
    same(call(bus, 0x76, PAGE, 0, PAGE, 0), 0)  # nothing, at the end
    same(len(rig.seen), 2)


def records(*parts):
    return b"".join([struct.pack("<III", *part) for part in parts])


def test_segments():
    rig = Rig()
    bus = rig.bus()
    memory = rig.exports.memory
    call = rig.exports.transaction
    memory.write(1000, records((0, 0, 3), (1, 1000, 24), (0, 3, 3)))
    same(call(bus, 0x76, 1000, 3), 0)  # the second is read over the records
    same(rig.seen[0], (0x76, b"led", 0))
    same(rig.seen[1][2], 1)
    same(rig.seen[2], (0x76, b"bus", 2))
    same(bytes(memory[1000:1024]), b"\xff" * 24)
    del rig.seen[:]
    for parts, code in (
        (((2, 0, 3),), INVALID),
        (((0, PAGE - 2, 3),), BAD_POINTER),
        (((0, 0, 0xFFFFFFFF),), BAD_POINTER),
        (((0, 0xFFFFFFFF, 1),), BAD_POINTER),
        (((0, 0, 20), (1, 0, 13)), TOO_LONG),
    ):
        memory.write(1000, records(*parts))
        same(call(bus, 0x76, 1000, len(parts)), code)
    same(call(bus, 0x76, 1000, 0), INVALID)
    same(call(bus, 0x76, 1000, 9), TOO_LONG)
    same(call(bus, 0x76, 1000, -1), TOO_LONG)
    same(call(bus, 0x76, PAGE - 11, 1), BAD_POINTER)
    same(call(bus, 0x75, 1000, 1), DENIED)
    same(rig.seen, [])


def test_rate():
    rig = Rig(grants(rate=10))
    e = rig.exports
    rig.pinned()
    same([e.gpio_write(1, 1) for _ in range(12)], [0] * 10 + [RATE] * 2)
    same(e.gpio_read(1), 1)  # reading is free
    time.sleep_ms(320)
    same([e.gpio_write(1, 1) for _ in range(5)].count(0), 3)
    time.sleep_ms(3000)
    same([e.gpio_write(1, 1) for _ in range(12)].count(0), 10)  # no more than a second's worth
    same(rig.gate.denied, {"rate": 6})


def test_budget_of_calls():
    rig = Rig(calls_per_s=20)
    e = rig.exports
    same([e.monotonic() for _ in range(25)], [1 << 40] * 20 + [RATE] * 5)
    time.sleep_ms(200)
    same(e.sleep(100), 0)  # one call, however often it is looked at
    same(e.monotonic(), 1 << 40)


def test_active_low():
    rig = Rig(grants(low=True))
    e = rig.exports
    rig.pinned()
    same(e.gpio_write(1, 1), 0)
    same(rig.pin.levels, [0, 0])
    same(e.gpio_read(1), 1)


def test_strings_and_errors():
    rig = Rig()
    call = rig.exports.kv_get
    same(call(6, 3, 100, 10), 0)
    same(rig.seen, [(None, "key", 10)])
    codes = {2: NOT_FOUND, 28: FULL, 110: TIMEOUT, 16: BUSY, 22: INVALID, 13: DENIED}
    codes.update({19: NO_DEVICE, 5: IO, 999: IO})
    for number, code in codes.items():
        rig.answer = OSError(number)
        same(call(6, 3, 100, 10), code)
    rig.answer = None
    same(call(6, 3, 100, 10), 0)
    rig.answer = True
    same(call(6, 3, 100, 10), 1)
    rig.answer = KeyError("mine")
    assert raises(KeyError, call, 6, 3, 100, 10) is rig.answer
    rig.answer = "text"
    raises(TypeError, call, 6, 3, 100, 10)
    rig.answer = 1 << 70
    raises(OverflowError, call, 6, 3, 100, 10)
    rig.answer = 5
    same(call(6, 3, 100, 10), 5)


def event(memory, i=0):
    return struct.unpack("<III", memory[16 * i : 16 * i + 12])


def test_timers():
    rig = Rig(grants(least=5))
    e = rig.exports
    same(e.timer_start(4, 1), DENIED)
    same(e.timer_start(0, 0), INVALID)
    same(e.timer_start(-1, 0), INVALID)
    once = e.timer_start(20, 0)
    twice = e.timer_start(30, 1)
    assert min(once, twice) > 0, (once, twice)
    same(e.timer_start(30, 1), FULL)
    began = time.ticks_ms()
    same(e.poll(0, 64, FOREVER), 1)
    same(event(e.memory), (2, once, 1))
    same(e.timer_cancel(once), BAD_HANDLE)  # it has fired
    same(e.poll(0, 64, 1000), 1)
    same(event(e.memory), (2, twice, 1))
    assert 30 <= time.ticks_diff(time.ticks_ms(), began) < 200
    time.sleep_ms(100)
    same(e.poll(0, 64, 0), 1)
    same(event(e.memory)[:2], (2, twice))
    assert event(e.memory)[2] >= 3
    same(e.timer_cancel(twice), 0)
    same(e.poll(0, 64, 50), 0)
    same(e.poll(0, 15, 50), INVALID)


def test_queue():
    rig = Rig()
    e = rig.exports
    for i in range(40):
        rig.gate.post(1, 3, i)
    same(rig.gate.events_lost, 8)
    same(e.poll(0, 16 * 30, 0), 30)
    same([event(e.memory, i)[2] for i in range(30)], list(range(30)))
    same(e.poll(0, 16 * 30, 0), 2)
    same(event(e.memory, 1), (1, 3, 31))
    same(e.overruns(), 8)
    same(e.overruns(), 0)
    post = rig.gate.poster(3, 5)
    post()
    post(9)
    same(e.poll(0, 64, 0), 2)
    same(event(e.memory, 1), (3, 5, 9))
    rig.gate.close()
    post(1)
    rig.gate.post(1, 1, 1)


def test_an_event_ends_a_wait():
    rig = Rig()
    call = rig.exports.poll.begin(0, 64, FOREVER)
    same(call.step(1000), -1)
    same(call.step(1000), -1)
    rig.gate.post(1, 2, 3)
    same(call.step(1000), None)
    same(call.result, 1)
    same(event(rig.exports.memory), (1, 2, 3))


def test_steps():
    rig = Rig()
    call = rig.exports.sleep.begin(40)
    left = call.step(1000)
    assert 30 <= left <= 40, left
    while left is not None:
        time.sleep_ms(left)
        left = call.step(1000)
    same(call.result, 0)
    raises(wasm.WasmError, call.step, 1000)
    began = time.ticks_ms()
    same(rig.exports.sleep_twice(40), 0)
    assert time.ticks_diff(time.ticks_ms(), began) >= 80
    raises(TypeError, rig.exports.sleep.begin)


def test_an_abandoned_wait_is_over():
    rig = Rig()
    call = rig.exports.sleep.begin(10000)
    call.step(1000)
    began = time.ticks_ms()
    same(rig.exports.sleep(20), 0)
    assert 20 <= time.ticks_diff(time.ticks_ms(), began) < 500
    raises(wasm.WasmError, call.step, 1000)


def test_a_driver_that_waits():
    rig = Rig()
    rounds = []

    def later():
        rounds.append(time.ticks_ms())
        return _wasm.Wait(20, later) if len(rounds) < 3 else 42

    rig.answer = _wasm.Wait(20, later)
    began = time.ticks_ms()
    same(rig.exports.kv_get(6, 3, 0, 0), 42)
    assert time.ticks_diff(time.ticks_ms(), began) >= 60
    same(len(rounds), 3)
    same(len(rig.seen), 1)

    def fail():
        raise OSError(110)

    rig.answer = _wasm.Wait(1, fail)
    same(rig.exports.kv_get(6, 3, 0, 0), TIMEOUT)
    rig.answer = 3
    same(rig.exports.kv_get(6, 3, 0, 0), 3)


def test_steps_stop_at_fuel():
    i = instance("loop", None, fuel=100)
    call = i.exports.forever.begin()
    raises(wasm.OutOfFuel, call.step, 1000)
    i.fuel = 100000
    same(call.step(1000), 0)
    assert 98000 < i.fuel < 100000, i.fuel


def test_nothing_is_left():
    def once():
        rig = Rig()
        rig.bus()
        rig.exports.write_read(2, 0x76, 0, 3, 100, 4)
        rig.exports.sleep.begin(10000).step(10)

    once()
    gc.collect()
    used = _wasm.ram_used()
    for _ in range(50):
        once()
    gc.collect()
    gc.collect()
    assert _wasm.ram_used() <= used + 400000, (_wasm.ram_used(), used)


def test_a_pin_that_waits_and_a_pin_that_fails():
    """The level comes later, or not at all; only a level is turned round."""
    for low in (False, True):
        rig = Rig(grants(low=low))
        handle = rig.pinned()
        for answer in (0, 1, IO, BUSY):
            rig.pin.levels.append(_wasm.Wait(0, lambda answer=answer: answer))
            same(rig.exports.gpio_read(handle), answer ^ low if answer >= 0 else answer)
            rig.pin.levels.append(answer)
            same(rig.exports.gpio_read(handle), answer ^ low if answer >= 0 else answer)


def test_other_modules_are_charged_to_the_grant():
    gate = _wasm.Gate(grants(gpio=READ, rate=2), calls_per_s=5)
    led, bus = 1, 2
    same([gate.check(led, READ, 1) for _ in range(3)], [0, 0, RATE])
    same(gate.check(led, WRITE, 0), DENIED)
    same(gate.check(led, READ, 3), TOO_LONG)
    same(gate.check(bus, 15, 1), 0)  # of no rate
    same([gate.check(0, 0, 2) for _ in range(3)], [0, 0, RATE])
    same([gate.check(handle, 0, 1) for handle in (7, 14, 15, 1 << 31, -1)], [BAD_HANDLE] * 5)
    same(gate.fail(FULL), FULL)
    counts = {"denied": 1, "bad_handle": 5, "rate": 2, "too_long": 1, "full": 1}
    same(gate.denied, counts)
    for code in (0, 1, -14, -(1 << 40)):
        raises(KeyError, gate.fail, code)
    gate.close()
    same(gate.check(led, READ, 1), BAD_HANDLE)
