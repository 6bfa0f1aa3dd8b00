# SPDX-License-Identifier: MIT
"""CRC-32 of n bytes through a table."""

import micropython


@micropython.viper
def crc_of(table: ptr32, data: ptr8, n: int) -> uint:
    i = 0
    one = uint(1)
    while i < 256:
        crc = uint(i)
        bit = 0
        while bit < 8:
            if crc & one:
                crc = crc >> one ^ uint(0xEDB88320)
            else:
                crc = crc >> one
            bit += 1
        table[i] = int(crc)
        i += 1
    i = 0
    while i < n:
        data[i] = i ^ i >> 8
        i += 1
    crc = uint(0xFFFFFFFF)
    i = 0
    while i < n:
        crc = uint(table[int((crc ^ uint(data[i])) & uint(0xFF))]) ^ crc >> uint(8)
        i += 1
    return crc ^ uint(0xFFFFFFFF)


def run(n):
    return crc_of(bytearray(1024), bytearray(n), n)
