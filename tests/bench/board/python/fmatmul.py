# SPDX-License-Identifier: MIT
"""The product of two 24 x 24 matrices of f32, n times: the floats of this board are f32."""

from array import array


# DECORATOR
def fill(values, seed):
    for i in range(576):
        for k in range(2):
            seed ^= seed << 13 & 0xFFFFFFFF
            seed ^= seed >> 17
            seed ^= seed << 5 & 0xFFFFFFFF
            values[k][i] = (seed & 0xFFFF) / 65536.0 - 0.5


# DECORATOR
def run(n):
    a, b, c = (array("f", bytes(4 * 576)) for _ in range(3))
    fill((a, b), 1)
    total = 0
    for _ in range(n):
        for i in range(0, 576, 24):
            for j in range(24):
                s = 0.0
                for k in range(24):
                    s += a[i + k] * b[24 * k + j]
                c[i + j] = s
        sub = 0
        for bits in array("I", bytes(c)):
            sub = ((sub << 5 | sub >> 27) & 0xFFFFFFFF) ^ bits
        total = ((total << 5 | total >> 27) & 0xFFFFFFFF) ^ sub
        a[0] += 1.0
    return total
