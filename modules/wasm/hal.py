# SPDX-License-Identifier: MIT
"""What the board itself has for apps. Nothing else here imports `machine`.

A class that the firmware's `machine` lacks is taken from sim.py: there, devices are simulated.
An `entry` is one of a grant, as capability.py makes it; its `hw` names pins and units.
"""

import os
import sys
import time

from micropython import const

_IN, _OPEN_DRAIN = const(1), const(3)  # grant: gpio mode
_UP = const(1)  # grant: gpio pull
_RISING, _FALLING = const(1), const(2)  # grant: gpio edge
_IDLE_HZ = const(1000)
_SECONDS_1970_TO_2000 = const(946684800)
_I2C_LINES = ("sda", "scl")
_SPI_LINES = ("sck", "mosi", "miso")
_UART_LINES = ("tx", "rx")

_units = {}  # (class, number): [object, users, settings]


def find_pins(granted) -> dict:
    """Return {number: pin} for a sequence of numbers; a dict is taken as it is."""
    if isinstance(granted, dict):
        return granted
    if not granted:
        return {}
    from machine import Pin

    return {number: Pin(number) for number in granted}


def _home(name: str):
    """Return the module of a class, and of the pins that go with it: `machine`, or sim."""
    import machine

    if hasattr(machine, name):
        return machine
    from . import sim

    return sim


# ---- Pins ----


class _OpenDrain:
    """A pin that C must not write: the RP2040's port has its C drive an open drain both ways."""

    def __init__(self, pin):
        self.value = pin.value
        self.irq = pin.irq
        self.IRQ_RISING = pin.IRQ_RISING
        self.IRQ_FALLING = pin.IRQ_FALLING


def pin(entry: dict):
    """Set a pin up as it is granted; an output begins in its safe state, or inactive."""
    kind = _home("Pin").Pin
    hw = entry["hw"]
    pull = entry["pull"] and (kind.PULL_UP if entry["pull"] & _UP else kind.PULL_DOWN)
    if entry["mode"] == _IN:
        return kind(hw["pin"], kind.IN, pull or None)
    if entry["mode"] == _OPEN_DRAIN:
        return _OpenDrain(kind(hw["pin"], kind.OPEN_DRAIN, pull or None, value=1))
    return kind(hw["pin"], kind.OUT, value=hw["safe"] - 1 if hw["safe"] else hw["active_low"])


def rest(entry: dict, kind="Pin"):
    """Put a pin into its declared safe state: 0 input, 1 low, 2 high; its interrupts end."""
    kind = _home(kind).Pin
    hw = entry["hw"]
    it = kind(hw["pin"])
    it.irq(handler=None)
    if hw["safe"]:
        it.init(kind.OUT, value=hw["safe"] - 1)
    else:
        it.init(kind.IN)


def watch(it, edges: int, post):
    """Call `post` with the pin at its edges, in the interrupt where the port can; 0: no longer."""
    if not edges:
        it.irq(handler=None)
        return
    trigger = 0
    if edges & _RISING:
        trigger |= it.IRQ_RISING
    if edges & _FALLING:
        trigger |= it.IRQ_FALLING
    try:
        it.irq(handler=post, trigger=trigger, hard=True)
    except TypeError:
        it.irq(handler=post, trigger=trigger)


# For the pins that C does not read and write: simulated ones, open drains.


def level(it) -> int:
    """Return a pin's level."""
    return it.value()


def drive(it, level: int):
    """Give a pin a level."""
    it.value(level)


def toggle(it):
    """Give a pin the other level."""
    it.value(not it.value())


# ---- Units that several labels may share ----


def _lines(home, hw: dict, names) -> dict:
    return {name: home.Pin(hw[name]) for name in names if hw[name] >= 0}


def _take(name: str, hw: dict, lines, **settings) -> list:
    key = (name, hw["id"])
    unit = _units.get(key)
    if unit is None:
        home = _home(name)
        settings.update(_lines(home, hw, lines))
        unit = _units[key] = [getattr(home, name)(hw["id"], **settings), 0, None]
    unit[1] += 1
    return unit


def _give(name: str, hw: dict, lines):
    """Let go of a unit; the last one who does turns it off and leaves its lines as inputs."""
    key = (name, hw["id"])
    unit = _units[key]
    unit[1] -= 1
    if unit[1]:
        return
    del _units[key]
    if hasattr(unit[0], "deinit"):
        unit[0].deinit()
    for line in _lines(_home(name), hw, lines).values():
        line.init(line.IN)


def i2c(entry: dict):
    """Return the bus that a label stands for."""
    return _take("I2C", entry["hw"], _I2C_LINES, freq=entry["hw"]["freq_hz"])[0]


def give_i2c(entry: dict):
    """Let go of a bus."""
    _give("I2C", entry["hw"], _I2C_LINES)


def spi(entry: dict) -> tuple:
    """Return the unit, [bus, users, settings of the last transfer], and the chip select, high."""
    kind = _home("SPI").Pin
    unit = _take("SPI", entry["hw"], _SPI_LINES)
    return unit, kind(entry["hw"]["cs"], kind.OUT, value=1)


def give_spi(entry: dict):
    """Let go of a device; a weak pull keeps its chip select high."""
    _give("SPI", entry["hw"], _SPI_LINES)
    kind = _home("SPI").Pin
    kind(entry["hw"]["cs"], kind.IN, kind.PULL_UP)


def uart(entry: dict):
    """Return the port that a label stands for."""
    hw = entry["hw"]
    baud = min(hw["baud"], entry["max_baud"])
    settings = {"baudrate": baud, "rxbuf": max(entry["queue_bytes"], 32), "timeout": 0}
    return _take("UART", hw, _UART_LINES, **settings)[0]


def watch_uart(port, post):
    """Call `post` when bytes have arrived; None: no longer."""
    if post is None:
        port.irq(handler=None)
    else:
        port.irq(handler=post, trigger=port.IRQ_RXIDLE)


def give_uart(entry: dict):
    """Let go of a port."""
    watch_uart(_units["UART", entry["hw"]["id"]][0], None)
    _give("UART", entry["hw"], _UART_LINES)


# ---- Channels ----


def adc(entry: dict):
    """Return the input that a label stands for."""
    return _home("ADC").ADC(entry["hw"]["pin"])


def pulser(number: int) -> int:
    """Return which generator of pulses a pin has; pins with the same one share a frequency."""
    return number >> 1 & 7 if sys.platform == "rp2" else number


def pwm(entry: dict):
    """Start an output with its least granted duty, near 1 kHz."""
    frequency = max(entry["min_hz"], min(entry["max_hz"], _IDLE_HZ))
    home = _home("PWM")
    return home.PWM(home.Pin(entry["hw"]["pin"]), freq=frequency, duty_u16=entry["min_duty"])


# ---- The rest of the board ----


def random(count: int) -> bytes:
    """Return random bytes; where the firmware has no source of them, simulated ones."""
    if hasattr(os, "urandom"):
        return os.urandom(count)
    from . import sim

    return sim.urandom(count)


def wall_ms() -> int:
    """Return milliseconds since 1970 by the board's clock, which may never have been set."""
    ms = time.time_ns() // 1000000
    is_later = hasattr(time, "gmtime") and time.gmtime(0)[0] == 2000
    return ms + _SECONDS_1970_TO_2000 * 1000 if is_later else ms


def has_links() -> bool:
    """Return whether files may be links to elsewhere: on a desktop, on no board."""
    return sys.platform in ("linux", "darwin")


def storage() -> str:
    """Return the folder for what apps store; made when it is missing."""
    folder = "wasmlet" if has_links() else "/wasmlet"
    try:  # noqa: SIM105
        os.mkdir(folder)
    except OSError:  # it is there; else what is written into it will fail
        pass
    return folder
