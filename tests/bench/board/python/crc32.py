# SPDX-License-Identifier: MIT
"""CRC-32 of n bytes through a table."""


# DECORATOR
def run(n):
    table = []
    for i in range(256):
        for _ in range(8):
            i = i >> 1 ^ 0xEDB88320 if i & 1 else i >> 1
        table.append(i)
    data = bytearray(n)
    for i in range(n):
        data[i] = (i ^ i >> 8) & 0xFF
    crc = 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF
