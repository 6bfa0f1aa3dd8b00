# SPDX-License-Identifier: MIT
"""Fills and copies of 1 to 8,192 bytes: slices, whose work is done in C."""


# DECORATOR
def run(n):
    area = bytearray(16384)
    view = memoryview(area)
    total = 0
    for i in range(n):
        size = 1
        while size <= 8192:
            view[:8192] = bytes([(size + i) & 0xFF]) * 8192
            area[size // 2] = i & 0xFF
            view[8192 : 8192 + size] = view[:size]
            at = size // 2 + 1
            view[at : at + size] = view[:size]
            at = size // 4
            view[:size] = view[at : at + size]
            value = area[size - 1] + 256 * area[8192 + size // 2]
            total = ((total << 5 | total >> 27) & 0xFFFFFFFF) ^ value
            size *= 2
    return total
