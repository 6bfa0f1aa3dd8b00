# SPDX-License-Identifier: MIT
"""`wiring`: a guest prints, waits and uses pins.

print(address: i32, size: i32)     a line of text
millis() -> i32                    milliseconds since it was loaded
delay(ms: i32)
pinMode(pin: i32, mode: i32)       0 input, 1 output, 2 input that is pulled up
digitalWrite(pin: i32, level: i32)
digitalRead(pin: i32) -> i32
"""

from _wasm import with_memory
from micropython import const

from ..errors import CapabilityError, Trap
from .log import text

_MAX_BYTES = const(1024)  # of a line: a guest must not fill the host's memory
_MAX_MS = const(0x3FFFFFFF)
_INPUT, _OUTPUT, _INPUT_PULLUP = 0, 1, 2


def imports(emit, pins: dict, clock) -> dict:
    """Make the module's functions.

    `emit` gets each line, `pins` is {number: object like machine.Pin} and all that is granted,
    `clock` has ticks_ms, ticks_diff and sleep_ms.
    """
    start = clock.ticks_ms()

    def find(number):
        if number not in pins:
            raise CapabilityError(f"pin {number} is not granted")
        return pins[number]

    def print_line(memory, address: int, size: int):
        address &= 0xFFFFFFFF
        size &= 0xFFFFFFFF
        if memory is None or address + size > len(memory):
            raise Trap(
                "out of bounds memory access in wiring.print", "out of bounds memory access"
            )
        emit(text(memory.read(address, min(size, _MAX_BYTES))))

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
