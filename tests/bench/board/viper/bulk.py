# SPDX-License-Identifier: MIT
"""Fills and copies of 1 to 8,192 bytes, byte by byte, as viper's pointers have it."""

import micropython


@micropython.viper
def fill(area: ptr8, value: int, size: int):
    i = 0
    while i < size:
        area[i] = value
        i += 1


@micropython.viper
def copy(area: ptr8, to: int, source: int, size: int):
    if to <= source:
        i = 0
        while i < size:
            area[to + i] = area[source + i]
            i += 1
    else:
        while size > 0:
            size -= 1
            area[to + size] = area[source + size]


def run(n):
    area = bytearray(16384)
    total = 0
    for i in range(n):
        size = 1
        while size <= 8192:
            fill(area, size + i, 8192)
            area[size // 2] = i & 0xFF
            copy(area, 8192, 0, size)
            copy(area, size // 2 + 1, 0, size)
            copy(area, 0, size // 4, size)
            value = area[size - 1] + 256 * area[8192 + size // 2]
            total = ((total << 5 | total >> 27) & 0xFFFFFFFF) ^ value
            size *= 2
    return total
