# SPDX-License-Identifier: MIT
"""The kernels of python_kernels.py for @micropython.viper: machine integers and raw pointers."""

import micropython


@micropython.viper
def fib(n: int) -> int:
    if n < 2:
        return n
    return int(fib(n - 1)) + int(fib(n - 2))


@micropython.viper
def primes(composite: ptr8) -> int:
    i = 0
    while i < 8192:
        composite[i] = 0
        i += 1
    count = 0
    i = 2
    while i < 8192:
        if not composite[i]:
            count += 1
            j = i + i
            while j < 8192:
                composite[j] = 1
                j += i
        i += 1
    return count


@micropython.viper
def mix(total: uint, value: uint) -> uint:
    return (total << uint(5) | total >> uint(27)) ^ value


def sieve(n):
    composite = bytearray(8192)
    total = 0
    for _ in range(n):
        total = mix(total, primes(composite))
    return total


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


def crc32(n):
    return crc_of(bytearray(1024), bytearray(n), n)


@micropython.viper
def fill(a: ptr32, b: ptr32):
    seed = uint(1)
    i = 0
    while i < 2048:
        seed ^= seed << uint(13)
        seed ^= seed >> uint(17)
        seed ^= seed << uint(5)
        value = int(seed & uint(0xFFF)) - 0x800
        if i & 1:
            b[i >> 1] = value
        else:
            a[i >> 1] = value
        i += 1


@micropython.viper
def product(a: ptr32, b: ptr32) -> uint:
    total = uint(0)
    i = 0
    while i < 1024:
        j = 0
        while j < 32:
            s = 0
            k = 0
            while k < 32:
                s += a[i + k] * b[32 * k + j]
                k += 1
            total = (total << uint(5) | total >> uint(27)) ^ uint(s)
            j += 1
        i += 32
    a[0] = a[0] + 1
    return total


def matmul(n):
    a, b = bytearray(4096), bytearray(4096)
    fill(a, b)
    total = 0
    for _ in range(n):
        total = mix(total, product(a, b))
    return total
