# SPDX-License-Identifier: MIT
"""SHA-256 of n bytes, a multiple of 64."""

from array import array

import micropython

# fmt: off
_K = (
    0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
    0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
    0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
    0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
    0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
    0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
    0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
    0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
)
_START = (
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
)
# fmt: on


# A ptr32's index in a register is shifted in place (MicroPython 1.26): parameters take all three.
@micropython.viper
def expand(w: ptr32, block: ptr8, rounds: int):
    i = 0
    while i < 16:
        j = 4 * i
        w[i] = block[j] << 24 | block[j + 1] << 16 | block[j + 2] << 8 | block[j + 3]
        i += 1
    while i < rounds:
        x = uint(w[i - 15])
        y = uint(w[i - 2])
        x = (x >> 7 | x << 25) ^ (x >> 18 | x << 14) ^ x >> 3
        y = (y >> 17 | y << 15) ^ (y >> 19 | y << 13) ^ y >> 10
        w[i] = w[i - 16] + int(x) + w[i - 7] + int(y)
        i += 1


@micropython.viper
def compress(state: ptr32, w: ptr32, k: ptr32):
    a = uint(state[0])
    b = uint(state[1])
    c = uint(state[2])
    d = uint(state[3])
    e = uint(state[4])
    f = uint(state[5])
    g = uint(state[6])
    h = uint(state[7])
    i = 0
    while i < 64:
        t = (e >> 6 | e << 26) ^ (e >> 11 | e << 21) ^ (e >> 25 | e << 7)
        t = h + t + (e & f ^ ~e & g) + uint(k[i]) + uint(w[i])
        u = (a >> 2 | a << 30) ^ (a >> 13 | a << 19) ^ (a >> 22 | a << 10)
        u += a & b ^ a & c ^ b & c
        h = g
        g = f
        f = e
        e = d + t
        d = c
        c = b
        b = a
        a = t + u
        i += 1
    state[0] += int(a)
    state[1] += int(b)
    state[2] += int(c)
    state[3] += int(d)
    state[4] += int(e)
    state[5] += int(f)
    state[6] += int(g)
    state[7] += int(h)


@micropython.viper
def fill(block: ptr8, seed: uint) -> uint:
    i = 0
    while i < 64:
        seed ^= seed << 13
        seed ^= seed >> 17
        seed ^= seed << 5
        block[i] = int(seed)
        i += 1
    return seed


def run(n):
    seed = 1
    state, w, k = array("I", _START), array("I", bytes(256)), array("I", _K)
    block = bytearray(64)
    for _ in range(0, n, 64):
        seed = fill(block, seed)
        expand(w, block, 64)
        compress(state, w, k)
    expand(w, b"\x80" + bytes(55) + (n << 3).to_bytes(8, "big"), 64)
    compress(state, w, k)
    total = 0
    for word in state:
        total = ((total << 5 | total >> 27) & 0xFFFFFFFF) ^ word
    return total
