# SPDX-License-Identifier: MIT
"""`wiring`, or `arduino`: a guest prints, waits and uses pins.

print(address: i32, size: i32)     a line of text
millis() -> i32                    milliseconds since it was loaded
delay(ms: i32)
pinMode(pin: i32, mode: i32)       0 input, 1 output, 2 input that is pulled up
digitalWrite(pin: i32, level: i32)
digitalRead(pin: i32) -> i32

Under an app's grant a pin's number is that of the board and levels are those of the pin, which is
set up as granted: pinMode can only agree. Writes above the granted rate are counted, not done.
"""

from _wasm import Wait, with_memory
from micropython import const

from ..errors import CapabilityError, Trap
from . import handle
from .log import text

_MAX_BYTES = const(1024)  # of a line: a guest must not fill the host's memory
_MAX_MS = const(0x3FFFFFFF)
_INPUT, _OUTPUT, _INPUT_PULLUP = const(0), const(1), const(2)
_IN, _OUT = const(1), const(2)  # grant: gpio mode
_UP = const(1)  # grant: gpio pull
_READ, _WRITE = const(1), const(2)  # operations of gpio
_INFO = const(3)  # level of log
_NEEDS = {
    "print": ("log", "write"),
    "millis": ("time", "monotonic_ms"),
    "delay": ("time", "monotonic_ms"),
    "pinMode": ("gpio", "open"),
    "digitalWrite": ("gpio", "write"),
    "digitalRead": ("gpio", "read"),
}


def _line(memory, address: int, size: int) -> str:
    address &= 0xFFFFFFFF
    size &= 0xFFFFFFFF
    if memory is None or address + size > len(memory):
        raise Trap("out of bounds memory access in wiring.print", "out of bounds memory access")
    return text(memory.read(address, min(size, _MAX_BYTES)))


def imports(emit, pins: dict, clock) -> dict:
    """Make the module's functions without an app.

    `emit` gets each line, `pins` is {number: object like machine.Pin} and all that is granted,
    `clock` has ticks_ms, ticks_diff and sleep_ms.
    """
    start = clock.ticks_ms()

    def find(number):
        if number not in pins:
            raise CapabilityError(f"pin {number} is not granted")
        return pins[number]

    def print_line(memory, address: int, size: int):
        emit(_line(memory, address, size))

    def millis() -> int:
        return clock.ticks_diff(clock.ticks_ms(), start)

    def delay(ms: int):
        clock.sleep_ms(min(ms & 0xFFFFFFFF, _MAX_MS))

    def pin_mode(number: int, mode: int):
        pin = find(number)
        if mode == _OUTPUT:
            pin.init(pin.OUT)
        elif mode == _INPUT_PULLUP:
            pin.init(pin.IN, pin.PULL_UP)
        elif mode == _INPUT:
            pin.init(pin.IN)
        else:
            raise Trap(f"wiring.pinMode: no mode {mode}", "host function failed")

    def digital_write(number: int, level: int):
        find(number).value(level != 0)

    def digital_read(number: int) -> int:
        return find(number).value()

    return {
        "wiring": {
            "print": with_memory(print_line),
            "millis": millis,
            "delay": delay,
            "pinMode": pin_mode,
            "digitalWrite": digital_write,
            "digitalRead": digital_read,
        }
    }


class _Wiring:
    """The functions for an app under its grant."""

    def __init__(self, app):
        self._app = app
        self._log = handle(app, app.grant["log"])
        self._pins = {}  # number: (gate's handle, granted item)
        for item in app.grant.get("gpio", ()):
            self._pins[item["hw"]["pin"]] = (handle(app, item), item)
        self._devices = {}
        self._monotonic = None

    def bind(self, name: str, _type: str):
        """Return the host function behind an import; None for a name that is none.

        Raises CapabilityError without the grant that it needs.
        """
        if name not in _NEEDS:
            return None
        key, call = _NEEDS[name]
        if not (self._log if key == "log" else key in self._app.grant):
            from ..manifest import example

            raise CapabilityError(
                f"{self._app.id} imports wiring {name} without a grant: "
                f"its wasmlet.toml needs {example(key, call)}"
            )
        method = getattr(self, "_" + name)
        return with_memory(method) if name == "print" else method

    def _is_free(self, charged=0, op=0, count=1) -> bool:
        """Charge a call to the budget and to a grant; return whether both have room for it."""
        check = self._app.gate.check
        return check(0, 0, 1) == 0 and (not charged or check(charged, op, count) == 0)

    def _pin(self, number: int):
        """Return (pin, gate's handle, granted item) for a pin's number."""
        if number not in self._pins:
            self._app.gate.fail(-1)
            raise CapabilityError(f"{self._app.id}: pin {number} is not granted")
        charged, item = self._pins[number]
        if number not in self._devices:
            hal = self._app.hal
            self._devices[number] = hal.pin(item)
            self._app.cleanup.append(lambda: hal.rest(item))
        return self._devices[number], charged, item

    def _refuse(self, number: int, what: str):
        self._app.gate.fail(-1)
        raise CapabilityError(f"{self._app.id}: pin {number} is not granted {what}")

    def _print(self, memory, address: int, size: int):
        line = _line(memory, address, size)
        rate = self._app.grant["log"]["bytes_per_s"]
        is_free = self._is_free(self._log, 0, min(max(1, len(line)), rate))
        if is_free and self._app.grant["log"]["level"] >= _INFO:
            self._app.log(_INFO, line[:rate])

    def _millis(self) -> int:
        self._is_free()
        if self._monotonic is None:
            from .time import drivers

            self._monotonic = drivers(self._app)["monotonic_ms"]
        ms = self._monotonic(None) & 0xFFFFFFFF
        return ms - (ms >> 31 << 32)

    def _delay(self, ms: int):
        self._is_free()
        return Wait(_MAX_MS if ms < 0 else min(ms, _MAX_MS), lambda: None)

    def _pinMode(self, number: int, mode: int):
        _, _, item = self._pin(number)
        if mode not in (_INPUT, _OUTPUT, _INPUT_PULLUP):
            raise Trap(f"wiring.pinMode: no mode {mode}", "host function failed")
        wanted = _OUT if mode == _OUTPUT else _IN
        if not item["mode"] & wanted:
            self._refuse(number, "as an output" if wanted == _OUT else "as an input")
        if mode == _INPUT_PULLUP and not item["pull"] & _UP:
            self._refuse(number, "with a pull-up")

    def _digitalWrite(self, number: int, level: int):
        pin, charged, item = self._pin(number)
        if not item["mode"] & _OUT:
            self._refuse(number, "as an output")
        if self._is_free(charged, _WRITE):
            pin.value(int(level != 0))

    def _digitalRead(self, number: int) -> int:
        pin, charged, _ = self._pin(number)
        return pin.value() if self._is_free(charged, _READ, 0) else 0


def binder(app):
    """Return a function (name, type) that makes the host function of an import."""
    return _Wiring(app).bind
