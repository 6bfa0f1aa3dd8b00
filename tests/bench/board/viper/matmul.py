# SPDX-License-Identifier: MIT
"""The product of two 32 x 32 matrices of integers, n times."""

import micropython


@micropython.viper
def mix(total: uint, value: uint) -> uint:
    return (total << uint(5) | total >> uint(27)) ^ value


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


def run(n):
    a, b = bytearray(4096), bytearray(4096)
    fill(a, b)
    total = 0
    for _ in range(n):
        total = mix(total, product(a, b))
    return total
