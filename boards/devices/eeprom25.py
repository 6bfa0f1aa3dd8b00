# SPDX-License-Identifier: MIT
"""A serial EEPROM of the 25 series on SPI: 8 KiB, pages of 32 bytes.

Pure: on a simulated bus of MicroPython, and behind an emulated chip. A write needs the write
enable latch, which it clears; it wraps around within its page, and happens when the chip select
rises.
"""

SIZE = 8192
PAGE = 32
ID = b"\x29\xcc\x00"
_WRSR, _WRITE, _READ, _WRDI, _RDSR, _WREN, _RDID = 1, 2, 3, 4, 5, 6, 0x9F
_LATCH = 0x02


class Eeprom25:
    """An EEPROM; `data` is what it holds, `commands` what it has been sent."""

    def __init__(self):
        self.data = bytearray(b"\xff" * SIZE)
        self.commands = []
        self._status = 0
        self._received = None

    def select(self):
        """Begin a command: the chip select has fallen."""
        self._received = []

    def exchange(self, byte):
        """Take a byte and return the one that goes out meanwhile."""
        if self._received is None:
            return 0xFF
        at = len(self._received)
        self._received.append(byte)
        command = self._received[0]
        if at == 0:
            return 0xFF
        if command == _RDSR:
            return self._status
        if command == _RDID:
            return ID[(at - 1) % len(ID)]
        if command == _READ and at >= 3:
            return self.data[(self._address() + at - 3) % SIZE]
        return 0xFF

    def _address(self):
        return (self._received[1] << 8 | self._received[2]) % SIZE

    def deselect(self):
        """End the command: the chip select has risen, and what was received is done."""
        received, self._received = self._received, None
        if not received:
            return
        command = received[0]
        self.commands.append(command)
        if command == _WREN:
            self._status |= _LATCH
        elif command == _WRDI:
            self._status &= ~_LATCH
        elif command == _WRITE and self._status & _LATCH and len(received) > 3:
            address = (received[1] << 8 | received[2]) % SIZE
            page = address - address % PAGE
            for at, byte in enumerate(received[3:]):
                self.data[page + (address + at) % PAGE] = byte
            self._status &= ~_LATCH
