# SPDX-License-Identifier: MIT
"""SHA-256 of n bytes, a multiple of 64."""

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


# DECORATOR
def rotate(x, by):
    return (x >> by | x << (32 - by)) & 0xFFFFFFFF


# DECORATOR
def compress(state, block):
    w = []
    for i in range(0, 64, 4):
        w.append(block[i] << 24 | block[i + 1] << 16 | block[i + 2] << 8 | block[i + 3])
    for i in range(16, 64):
        x, y = w[i - 15], w[i - 2]
        x = rotate(x, 7) ^ rotate(x, 18) ^ x >> 3
        y = rotate(y, 17) ^ rotate(y, 19) ^ y >> 10
        w.append((w[i - 16] + x + w[i - 7] + y) & 0xFFFFFFFF)
    a, b, c, d, e, f, g, h = state
    for i in range(64):
        t = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + (e & f ^ ~e & g) + _K[i] + w[i]
        u = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + (a & b ^ a & c ^ b & c)
        h, g, f, e, d, c, b, a = g, f, e, (d + t) & 0xFFFFFFFF, c, b, a, (t + u) & 0xFFFFFFFF
    for i, x in enumerate((a, b, c, d, e, f, g, h)):
        state[i] = (state[i] + x) & 0xFFFFFFFF


# DECORATOR
def run(n):
    seed = 1
    state = list(_START)
    block = bytearray(64)
    for _ in range(0, n, 64):
        for i in range(64):
            seed ^= seed << 13 & 0xFFFFFFFF
            seed ^= seed >> 17
            seed ^= seed << 5 & 0xFFFFFFFF
            block[i] = seed & 0xFF
        compress(state, block)
    compress(state, b"\x80" + bytes(55) + (n << 3).to_bytes(8, "big"))
    total = 0
    for word in state:
        total = ((total << 5 | total >> 27) & 0xFFFFFFFF) ^ word
    return total
