# SPDX-License-Identifier: MIT
"""`wiring` under an app's grant: what is granted works, the rest ends the app."""

import time

from bench import Bench
from support import data, raises, same
from wasm import CapabilityError, Trap, sim

INPUT, OUTPUT, PULLUP = 0, 1, 2
LAMP, BUTTON, OTHER = 25, 2, 3
PAGE = 65536


def app(**classes):
    asked = {
        "gpio": [
            {"label": "lamp", "mode": "out", "max_per_s": 3},
            {"label": "button", "mode": "in", "pull": "up"},
        ],
        "time": {},
        "log": {"level": "info", "bytes_per_s": 100},
        "memory": {"max_bytes": PAGE},
    }
    asked.update(classes)
    asked = {key: value for key, value in asked.items() if value is not None}
    return Bench(data("wiring"), **asked)


def test_an_import_without_a_grant_names_the_line():
    for classes, line in (
        ({"gpio": None}, "needs gpio = "),
        ({"time": None}, "needs time = "),
        ({"log": {"level": "none"}}, "needs log = "),
    ):
        refused = raises(CapabilityError, app, **classes)
        assert line in str(refused), refused


def test_pins_are_those_of_the_grant():
    it = app()
    guest = it.guest
    guest.pinMode(LAMP, OUTPUT)
    guest.digitalWrite(LAMP, 5)
    same((sim.pins[LAMP].level(), guest.digitalRead(LAMP)), (1, 1))
    guest.digitalWrite(LAMP, 0)
    same((sim.pins[LAMP].level(), guest.digitalRead(LAMP)), (0, 0))
    guest.pinMode(BUTTON, PULLUP)
    guest.pinMode(BUTTON, INPUT)
    same(guest.digitalRead(BUTTON), 1)
    sim.pins[BUTTON].drive(0)
    same(guest.digitalRead(BUTTON), 0)
    guest.digitalWrite(LAMP, 1)
    it.stop()
    same((sim.pins[LAMP].mode, sim.pins[LAMP].level()), (sim.Pin.OUT, 0))


def test_what_is_not_granted_ends_the_app():
    it = app()
    refusals = (
        ("pinMode", OTHER, OUTPUT),
        ("digitalWrite", OTHER, 1),
        ("digitalRead", -1),
        ("pinMode", BUTTON, OUTPUT),
        ("pinMode", LAMP, INPUT),
        ("digitalWrite", BUTTON, 1),
    )
    for name, *args in refusals:
        assert "is not granted" in str(raises(CapabilityError, it.guest[name], *args))
    raises(Trap, it.guest.pinMode, LAMP, 3)
    same(it.denied, {"denied": len(refusals)})
    assert OTHER not in sim.pins
    same(sim.pins[BUTTON].mode, sim.Pin.IN)
    it = app(gpio=[{"label": "button", "mode": "in"}])
    raises(CapabilityError, it.guest.pinMode, BUTTON, PULLUP)


def test_writes_above_the_rate_are_not_done():
    it = app()
    for i in range(6):
        it.guest.digitalWrite(LAMP, i % 2 == 0)
    same(sim.pins[LAMP].trace, [1, 0, 1])
    same(it.denied, {"rate": 3})


def test_delay_suspends_the_guest_not_python():
    it = app()
    start = it.guest.millis()
    call = it.guest.delay.begin(30)
    left = call.step(1000)
    assert 0 < left <= 30, left
    time.sleep_ms(left + 1)
    same((call.step(1000), call.result), (None, None))
    assert it.guest.millis() - start >= 30
    assert it.guest.delay.begin(-1).step(1000) > 1000000
    it.guest.delay(5)


def test_lines_go_to_the_log_within_its_rate():
    it = app()
    it.guest.print(*it.put("one"))
    it.guest.print(*it.put("x" * 200))
    it.guest.print(*it.put("y" * 200))
    same(it.logs(), ["one"])
    time.sleep_ms(1050)
    it.guest.print(*it.put("x" * 200))
    same(it.logs()[1:], ["x" * 100])
    for args in ((PAGE, 1), (PAGE - 1, 2), (0, -1), (-1, 1), (-1, -1)):
        raises(Trap, it.guest.print, *args)
