/* SPDX-License-Identifier: MIT
 *
 * SHA-256 (FIPS 180-4) of n bytes, a multiple of 64: rotations and additions on many locals.
 */
#include "kernel.h"

enum { BLOCK = 64,
       ROUNDS = 64 };

static const uint32_t constants[ROUNDS] = {
    0x428a2f98,
    0x71374491,
    0xb5c0fbcf,
    0xe9b5dba5,
    0x3956c25b,
    0x59f111f1,
    0x923f82a4,
    0xab1c5ed5,
    0xd807aa98,
    0x12835b01,
    0x243185be,
    0x550c7dc3,
    0x72be5d74,
    0x80deb1fe,
    0x9bdc06a7,
    0xc19bf174,
    0xe49b69c1,
    0xefbe4786,
    0x0fc19dc6,
    0x240ca1cc,
    0x2de92c6f,
    0x4a7484aa,
    0x5cb0a9dc,
    0x76f988da,
    0x983e5152,
    0xa831c66d,
    0xb00327c8,
    0xbf597fc7,
    0xc6e00bf3,
    0xd5a79147,
    0x06ca6351,
    0x14292967,
    0x27b70a85,
    0x2e1b2138,
    0x4d2c6dfc,
    0x53380d13,
    0x650a7354,
    0x766a0abb,
    0x81c2c92e,
    0x92722c85,
    0xa2bfe8a1,
    0xa81a664b,
    0xc24b8b70,
    0xc76c51a3,
    0xd192e819,
    0xd6990624,
    0xf40e3585,
    0x106aa070,
    0x19a4c116,
    0x1e376c08,
    0x2748774c,
    0x34b0bcb5,
    0x391c0cb3,
    0x4ed8aa4a,
    0x5b9cca4f,
    0x682e6ff3,
    0x748f82ee,
    0x78a5636f,
    0x84c87814,
    0x8cc70208,
    0x90befffa,
    0xa4506ceb,
    0xbef9a3f7,
    0xc67178f2,
};

static uint32_t state[8];
static uint32_t schedule[ROUNDS];
static uint8_t block[BLOCK];

static inline uint32_t rotate(uint32_t x, uint32_t by) {
    return (x >> by) | (x << (32 - by));
}

static void expand(void) {
    for (uint32_t i = 0; i < 16; i++) {
        schedule[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
                      (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    }
    for (uint32_t i = 16; i < ROUNDS; i++) {
        uint32_t a = schedule[i - 15], b = schedule[i - 2];
        schedule[i] = schedule[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ (a >> 3)) + schedule[i - 7] +
                      (rotate(b, 17) ^ rotate(b, 19) ^ (b >> 10));
    }
}

static void compress(void) {
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    expand();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint32_t t = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) +
                     constants[i] + schedule[i];
        uint32_t u = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t;
        d = c;
        c = b;
        b = a;
        a = t + u;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

static void begin(void) {
    static const uint32_t start[8] = {
        0x6a09e667,
        0xbb67ae85,
        0x3c6ef372,
        0xa54ff53a,
        0x510e527f,
        0x9b05688c,
        0x1f83d9ab,
        0x5be0cd19,
    };
    for (uint32_t i = 0; i < 8; i++) {
        state[i] = start[i];
    }
}

/* The last block: the mark, zeros, the length in bits. */
static void finish(uint32_t bytes) {
    for (uint32_t i = 0; i < BLOCK; i++) {
        block[i] = 0;
    }
    block[0] = 0x80;
    for (uint32_t i = 0; i < 4; i++) {
        block[BLOCK - 1 - i] = (uint8_t)((bytes << 3) >> (8 * i));
    }
    compress();
}

int32_t run(int32_t n) {
    uint32_t seed = 1, sum = 0;
    begin();
    for (int32_t done = 0; done < n; done += BLOCK) {
        for (uint32_t i = 0; i < BLOCK; i++) {
            block[i] = (uint8_t)kernel_random(&seed);
        }
        compress();
    }
    finish((uint32_t)n);
    for (uint32_t i = 0; i < 8; i++) {
        sum = kernel_mix(sum, state[i]);
    }
    return (int32_t)sum;
}
