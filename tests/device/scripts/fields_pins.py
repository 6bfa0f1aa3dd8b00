# SPDX-License-Identifier: MIT
"""The manifest's fields of pins, analog inputs, pulses and timers; runs on the board."""

import time

from fields import DENIED, FULL, host, refused, same, spent, together, unlinked
from support import covers
from wasm import CapabilityError

EDGE, TIMER = 1, 2
RISING, FALLING = 1, 2
ANY = {"label": "spare", "mode": "inout", "edge": "both"}  # so that all functions link


def pin(label="wire", mode="inout", **keys):
    """Return an app with a pin, and its handle."""
    it = host("gpio", gpio=[dict(keys, label=label, mode=mode), ANY])
    return it, it.call("open", label)


@covers("manifest:gpio.label", "works", "excess")
def test_a_pin_is_opened_by_its_label():
    it, lamp = pin("lamp", "out")
    same((lamp, it.call("write", lamp, 1)), (1, 0))
    same([it.call("open", label) for label in ("wire", "button", "nothing")], [DENIED] * 3)
    it.stop()


@covers("manifest:gpio.mode", "works", "excess")
def test_the_mode_says_what_a_pin_is_for():
    it, lamp = pin("lamp", "out")
    same([it.call("write", lamp, 1), it.call("read", lamp)], [0, 1])
    it.stop()
    it, button = pin("button", "in", pull="up")
    same(it.call("read", button), 0)  # pulled up, active low
    same([it.call("write", button, 1), it.call("toggle", button)], [DENIED] * 2)
    same(it.denied, {"denied": 2})
    it.stop()
    unlinked("gpio", "wasmlet:gpio write", 'mode = "out"', gpio=[{"label": "wire", "mode": "in"}])


@covers("manifest:gpio.pull", "works", "excess")
def test_a_pin_is_pulled_as_granted():
    """The guest has no call for it: asking for it is all that there is to refuse."""
    it, wire = pin(pull="up", mode="in")
    same(it.call("read", wire), 1)
    it.stop()
    it, wire = pin(pull="down", mode="in")
    same(it.call("read", wire), 0)
    it.stop()
    asked = {"label": "wire", "mode": "in", "pull": "up"}
    given = {"gpio": [dict(asked, pull="down")]}
    text = str(refused(CapabilityError, host, "gpio", gpio=[asked], allowed=given))
    assert "gpio wire pull" in text, text


@covers("manifest:gpio.edge", "works", "excess")
def test_only_granted_edges_are_watched():
    it, wire = pin(pull="up", edge="falling")
    same([it.call("watch", wire, edges) for edges in (RISING, RISING | FALLING)], [DENIED] * 2)
    same(it.call("watch", wire, FALLING), 0)
    for level in (0, 1, 0, 1):
        it.call("write", wire, level)
    time.sleep_ms(2)
    same([event[:2] for event in it.events()], [(EDGE, wire)] * 2)
    it.stop()
    it, wire = pin()
    same(it.call("watch", wire, RISING), DENIED)
    it.stop()
    unlinked("gpio", "wasmlet:gpio watch", gpio=[{"label": "wire", "mode": "out"}])


@covers("manifest:gpio.max_per_s", "works", "excess")
def test_a_pin_is_driven_so_often():
    it, lamp = pin("lamp", "out", max_per_s=4)
    spent(lambda: it.call("toggle", lamp), 4, 300)
    same(it.denied, {"rate": 1})
    it.stop()


@covers("manifest:gpio.shared", "works", "excess")
def test_an_output_is_driven_by_one_app_unless_shared():
    wire = dict(ANY, label="wire")
    same((together("gpio", wire, True), together("gpio", wire, False)), (True, False))


@covers("manifest:adc.label", "works", "excess")
def test_an_input_is_opened_by_its_label():
    it = host("adc", adc=[{"label": "light"}])
    light = it.call("open", "light")
    assert 0 <= it.call("read", light) <= 65535
    same(it.call("open", "dark"), DENIED)
    it.stop()
    unlinked("adc", "wasmlet:adc", timer={})


@covers("manifest:adc.max_per_s", "works", "excess")
def test_an_input_is_measured_so_often():
    it = host("adc", adc=[{"label": "light", "max_per_s": 4}])
    light = it.call("open", "light")
    spent(lambda: it.call("read", light), 4, 300)
    it.stop()


def fan(**keys):
    """Return an app with a PWM output, and its handle."""
    it = host("pwm", pwm=[dict(keys, label="fan")])
    return it, it.call("open", "fan")


def settings(it, output, *pairs):
    """Set (frequency, duty) pairs; return the results."""
    results = [it.call("set", output, frequency, duty) for frequency, duty in pairs]
    it.stop()
    return results


@covers("manifest:pwm.label", "works", "excess")
def test_an_output_is_opened_by_its_label():
    it, output = fan()
    same((output, it.call("open", "lamp")), (1, DENIED))
    same(settings(it, output, (1000, 30000)), [0])


@covers("manifest:pwm.min_hz", "works", "excess")
def test_the_lowest_frequency():
    same(settings(*fan(min_hz=200), (200, 9), (199, 9), (0, 9)), [0, DENIED, DENIED])


@covers("manifest:pwm.max_hz", "works", "excess")
def test_the_highest_frequency():
    same(settings(*fan(max_hz=2000), (2000, 9), (2001, 9), (-1, 9)), [0, DENIED, DENIED])


@covers("manifest:pwm.min_duty", "works", "excess")
def test_the_least_duty():
    same(settings(*fan(min_duty=100), (1000, 100), (1000, 99), (1000, 0)), [0, DENIED, DENIED])


@covers("manifest:pwm.max_duty", "works", "excess")
def test_the_most_duty():
    pairs = ((1000, 100), (1000, 101), (1000, -1))
    same(settings(*fan(max_duty=100), *pairs), [0, DENIED, DENIED])


@covers("manifest:pwm.max_per_s", "works", "excess")
def test_an_output_is_set_so_often():
    it, output = fan(max_per_s=4)
    spent(lambda: it.call("set", output, 1000, 9), 4, 300)
    it.stop()


@covers("manifest:timer.max", "works", "excess")
def test_so_many_timers():
    it = host("timer", timer={"max": 2})
    first, second = [it.call("start", 1000, 0) for _ in range(2)]
    assert min(first, second) > 0, (first, second)
    same(it.call("start", 1000, 0), FULL)
    same(it.call("cancel", first), 0)
    assert it.call("start", 1000, 0) > 0
    it.stop()
    unlinked("timer", "wasmlet:timer", time={})


@covers("manifest:timer.min_ms", "works", "excess")
def test_no_shorter_timers():
    it = host("timer", timer={"min_ms": 20})
    same([it.call("start", 19, periodic) for periodic in (0, 1)], [DENIED] * 2)
    timer = it.call("start", 20, 0)
    time.sleep_ms(40)
    same(it.events(), [(TIMER, timer, 1)])
    it.stop()
