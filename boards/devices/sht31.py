# SPDX-License-Identifier: MIT
"""An I2C sensor of temperature and humidity that speaks as Sensirion's SHT31 does.

Pure: on a simulated bus of MicroPython, and behind an emulated chip. Commands are two bytes;
answers are words of two bytes, each with its CRC-8 (polynomial 0x31, from 0xFF). A measurement
takes 15 ms, during which its address is not acknowledged for reading.
"""

ADDRESS = 0x44
MEASURE_MS = 15
_MEASURE = (0x2400, 0x240B, 0x2416, 0x2C06, 0x2C0D, 0x2C10)
_READ_STATUS, _CLEAR_STATUS, _RESET = 0xF32D, 0x3041, 0x30A2
_HEATER_ON, _HEATER_OFF = 0x306D, 0x3066
_STATUS_RESET, _STATUS_COMMAND, _STATUS_HEATER = 0x0010, 0x0002, 0x2000


def crc8(data):
    """Return the checksum of a word."""
    crc = 0xFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x31 if crc & 0x80 else crc << 1) & 0xFF
    return crc


def _word(value):
    data = bytes((value >> 8, value & 0xFF))
    return data + bytes((crc8(data),))


class Sht31:
    """A sensor; `now_ms` returns the time, `temperature` is in degrees C, `humidity` in %."""

    def __init__(self, now_ms, temperature=21.5, humidity=40.0):
        self._now_ms = now_ms
        self.temperature = temperature
        self.humidity = humidity
        self.commands = []
        self._status = _STATUS_RESET
        self._command = None
        self._answer = b""
        self._ready_ms = None
        self._at = 0

    def start(self, reading):
        """Begin a transfer; return whether the sensor acknowledges its address."""
        self._at = 0
        if not reading:
            self._command = b""
            return True
        if self._ready_ms is not None:
            if self._now_ms() < self._ready_ms:
                return False
            self._ready_ms = None
            raw_temperature = int((self.temperature + 45) * 65535 / 175)
            raw_humidity = int(self.humidity * 65535 / 100)
            self._answer = _word(raw_temperature) + _word(raw_humidity)
        return bool(self._answer)

    def write(self, byte):
        """Take a byte; return whether it is acknowledged."""
        self._command += bytes((byte,))
        if len(self._command) < 2:
            return True
        if len(self._command) > 2:
            return False
        return self._execute(self._command[0] << 8 | self._command[1])

    def _execute(self, command):
        self.commands.append(command)
        self._answer = b""
        self._ready_ms = None
        if command in _MEASURE:
            self._ready_ms = self._now_ms() + MEASURE_MS
        elif command == _READ_STATUS:
            self._answer = _word(self._status)
        elif command == _CLEAR_STATUS:
            self._status &= _STATUS_HEATER
        elif command == _RESET:
            self._status = _STATUS_RESET
        elif command == _HEATER_ON:
            self._status |= _STATUS_HEATER
        elif command == _HEATER_OFF:
            self._status &= ~_STATUS_HEATER
        else:
            self._status |= _STATUS_COMMAND
            return False
        return True

    def read(self):
        """Return the next byte of the answer; past its end the line stays high."""
        self._at += 1
        return self._answer[self._at - 1] if self._at <= len(self._answer) else 0xFF

    def stop(self):
        """End the transfer; an answer that was read is gone."""
        if self._at:
            self._answer = b""
