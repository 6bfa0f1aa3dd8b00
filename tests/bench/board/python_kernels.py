# SPDX-License-Identifier: MIT
"""Kernels of ../kernels in Python, as one would write them: compiled to bytecode, and by @native.

Each run(n) returns the checksum that the C kernel returns, as an unsigned number. Runs on the
board; DECORATOR is put before each function.
"""


# DECORATOR
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


# DECORATOR
def sieve(n):
    total = 0
    for _ in range(n):
        composite = bytearray(8192)
        count = 0
        for i in range(2, 8192):
            if not composite[i]:
                count += 1
                for j in range(i + i, 8192, i):
                    composite[j] = 1
        total = ((total << 5 | total >> 27) & 0xFFFFFFFF) ^ count
    return total


# DECORATOR
def crc32(n):
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


# DECORATOR
def fill(values, seed):
    for i in range(1024):
        for k in range(2):
            seed ^= seed << 13 & 0xFFFFFFFF
            seed ^= seed >> 17
            seed ^= seed << 5 & 0xFFFFFFFF
            values[k][i] = (seed & 0xFFF) - 0x800


# DECORATOR
def matmul(n):
    a, b, c = [0] * 1024, [0] * 1024, [0] * 1024
    fill((a, b), 1)
    total = 0
    for _ in range(n):
        for i in range(0, 1024, 32):
            for j in range(32):
                s = 0
                for k in range(32):
                    s += a[i + k] * b[32 * k + j]
                c[i + j] = s
        sub = 0
        for value in c:
            sub = ((sub << 5 | sub >> 27) & 0xFFFFFFFF) ^ (value & 0xFFFFFFFF)
        total = ((total << 5 | total >> 27) & 0xFFFFFFFF) ^ sub
        a[0] += 1
    return total
