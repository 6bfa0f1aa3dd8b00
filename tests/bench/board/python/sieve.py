# SPDX-License-Identifier: MIT
"""The sieve of Eratosthenes over 8 KB of flags."""


# DECORATOR
def run(n):
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
