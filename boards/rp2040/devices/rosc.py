# SPDX-License-Identifier: MIT
"""The RP2040's ring oscillator, of which rp2040py has nothing."""

import random

from rp2040py.peripherals.peripheral import UnimplementedPeripheral

PAGE = 0x40060
RANDOMBIT = 0x1C


class _Oscillator(UnimplementedPeripheral):
    def read_uint32(self, offset):
        return random.getrandbits(1) if offset == RANDOMBIT else super().read_uint32(offset)


class Noise:
    """Give the oscillator its random bit, from which MicroPython makes random bytes."""

    def __init__(self, report):
        pass

    def attach(self, rp2040):
        """Take the oscillator's place on the chip's bus."""
        rp2040.peripherals[PAGE] = _Oscillator(rp2040, "ROSC_BASE")
