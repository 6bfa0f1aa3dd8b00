# SPDX-License-Identifier: MIT
"""Simulated peripherals, for firmwares whose `machine` has none: the classes that hal.py uses.

What is outside is put there by a test or a demo:

    sim.pins[2].drive(1)                 a level on an input; None: nothing drives it
    sim.pins[25].trace                   [levels], as they changed
    sim.i2c_targets[0, 0x44] = target    .start(reading) and .write(byte) return whether they
                                         acknowledge, .read() a byte, .stop()
    sim.spi_targets[0, 17] = target      by unit and chip select; .select(), .exchange(byte)
                                         returns a byte, .deselect()
    sim.spi_buses[0].settings            (baudrate, polarity, phase)
    sim.lines[0]                         a UART's line: .sent, .feed(bytes), .loop
    sim.voltages[26] = 32768             of 65535
    sim.pulses[15]                       (frequency, duty) of a PWM output
"""

import random

_EIO = 5
_MIN_HZ, _MAX_HZ = 8, 62500000  # as on an RP2040

pins = {}
i2c_targets = {}
spi_targets = {}
spi_buses = {}
lines = {}
voltages = {}
pulses = {}


def reset():
    """Forget everything, inside and outside."""
    for table in (pins, i2c_targets, spi_targets, spi_buses, lines, voltages, pulses):
        table.clear()


def urandom(count: int) -> bytes:
    """Return bytes that nobody should rely on."""
    return bytes([random.getrandbits(8) for _ in range(count)])


class _Level:
    """The state of a pin."""

    def __init__(self):
        self.mode = 0
        self.pull = None
        self.output = 0
        self.outside = None
        self.handler = None
        self.trigger = 0
        self.trace = []

    def level(self) -> int:
        if self.mode == Pin.OUT or (self.mode == Pin.OPEN_DRAIN and not self.output):
            return self.output
        if self.outside is not None:
            return self.outside
        return int(self.pull == Pin.PULL_UP)

    def change(self, **settings):
        """Set attributes; note what that does to the level, and call the handler."""
        before = self.level()
        for name, value in settings.items():
            setattr(self, name, value)
        now = self.level()
        if now == before:
            return
        self.trace.append(now)
        for watched in watchers:
            watched(self, now)
        if self.handler and self.trigger & (Pin.IRQ_RISING if now else Pin.IRQ_FALLING):
            self.handler(now)

    def drive(self, level):
        self.change(outside=level)


watchers = []  # of any pin's change: chip selects


class Pin:
    IN, OUT, OPEN_DRAIN = 0, 1, 2
    PULL_UP, PULL_DOWN = 1, 2
    IRQ_FALLING, IRQ_RISING = 4, 8

    def __init__(self, number, mode=None, pull=None, value=None):
        self.number = number
        if number not in pins:
            pins[number] = _Level()
        self._state = pins[number]
        self.init(mode, pull, value)

    def init(self, mode=None, pull=None, value=None):
        settings = {}
        if value is not None:
            settings["output"] = int(bool(value))
        if mode is not None:
            settings["mode"] = mode
            settings["pull"] = pull
        self._state.change(**settings)

    def value(self, level=None):
        if level is None:
            return self._state.level()
        self._state.change(output=int(bool(level)))

    __call__ = value

    def irq(self, handler=None, trigger=IRQ_FALLING | IRQ_RISING, hard=False):
        self._state.handler = handler
        self._state.trigger = trigger


class I2C:
    def __init__(self, unit, sda=None, scl=None, freq=400000):
        self.unit = unit
        self.freq = freq

    def _start(self, address: int, reading: bool):
        target = i2c_targets.get((self.unit, address))
        if target is None or not target.start(reading):
            raise OSError(_EIO)
        return target

    def readfrom_into(self, address, data, stop=True):
        target = self._start(address, True)
        for at in range(len(data)):
            data[at] = target.read()
        if stop:
            target.stop()

    def writeto(self, address, data, stop=True):
        target = self._start(address, False)
        for count, byte in enumerate(data):
            if not target.write(byte):
                target.stop()
                if count == 0:
                    raise OSError(_EIO)
                return count
        if stop:
            target.stop()
        return len(data)


class SPI:
    def __init__(self, unit, sck=None, mosi=None, miso=None, **settings):
        self.unit = unit
        self.init(**settings)
        spi_buses[unit] = self

    def init(self, baudrate=1000000, polarity=0, phase=0):
        self.settings = (baudrate, polarity, phase)

    def _exchange(self, byte: int) -> int:
        answer = 0xFF
        for (unit, select), target in spi_targets.items():
            if unit == self.unit and select in pins and not pins[select].level():
                answer = target.exchange(byte)
        return answer

    def readinto(self, data, write=0):
        for at in range(len(data)):
            data[at] = self._exchange(write)

    def write(self, data):
        for byte in data:
            self._exchange(byte)

    def write_readinto(self, data, answer):
        for at in range(len(data)):
            answer[at] = self._exchange(data[at])

    def deinit(self):
        pass


def _select(state, level: int):
    """Tell a target that its chip select has changed."""
    for (_, select), target in spi_targets.items():
        if pins.get(select) is state:
            if level:
                target.deselect()
            else:
                target.select()


watchers.append(_select)


class _Line:
    """What a UART is connected to; with `loop`, to itself."""

    def __init__(self):
        self.sent = bytearray()
        self.arrived = bytearray()
        self.room = 0
        self.loop = False
        self.handler = None

    def feed(self, data):
        room = max(0, self.room - len(self.arrived))
        self.arrived.extend(data[:room])
        if self.handler:
            self.handler(0)


class UART:
    IRQ_RXIDLE = 64

    def __init__(self, unit, baudrate=115200, tx=None, rx=None, rxbuf=256, timeout=0):
        if unit not in lines:
            lines[unit] = _Line()
        self._line = lines[unit]
        self._line.room = rxbuf
        self.baudrate = baudrate

    def any(self):
        return len(self._line.arrived)

    def readinto(self, data):
        line = self._line
        count = min(len(data), len(line.arrived))
        if count == 0:
            return None
        data[:count] = line.arrived[:count]
        line.arrived = line.arrived[count:]
        return count

    def write(self, data):
        self._line.sent.extend(data)
        if self._line.loop:
            self._line.feed(bytes(data))
        return len(data)

    def irq(self, handler=None, trigger=0, hard=False):
        self._line.handler = handler

    def deinit(self):
        self._line.handler = None


class ADC:
    def __init__(self, pin):
        self._pin = pin

    def read_u16(self):
        return voltages.get(self._pin, 0)


class PWM:
    def __init__(self, pin, freq=0, duty_u16=0):
        self._pin = pin.number
        pulses[self._pin] = (freq, duty_u16)
        self.freq(freq)

    def freq(self, frequency):
        if not _MIN_HZ <= frequency <= _MAX_HZ:
            raise ValueError("frequency")
        pulses[self._pin] = (frequency, pulses[self._pin][1])

    def duty_u16(self, duty):
        pulses[self._pin] = (pulses[self._pin][0], duty)

    def deinit(self):
        pulses.pop(self._pin, None)
