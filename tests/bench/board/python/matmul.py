# SPDX-License-Identifier: MIT
"""The product of two 32 x 32 matrices of integers, n times."""


# DECORATOR
def fill(values, seed):
    for i in range(1024):
        for k in range(2):
            seed ^= seed << 13 & 0xFFFFFFFF
            seed ^= seed >> 17
            seed ^= seed << 5 & 0xFFFFFFFF
            values[k][i] = (seed & 0xFFF) - 0x800


# DECORATOR
def run(n):
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
