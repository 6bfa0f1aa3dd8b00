# SPDX-License-Identifier: MIT
"""The sieve of Eratosthenes over 8 KB of flags."""

import micropython


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


def run(n):
    composite = bytearray(8192)
    total = 0
    for _ in range(n):
        total = mix(total, primes(composite))
    return total
