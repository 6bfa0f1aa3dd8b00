/* SPDX-License-Identifier: MIT
 *
 * Arithmetic that the compiler calls by name, and that its library for this core leaves to the chip's
 * ROM: division bit by bit, and a 64-bit product of 16-bit parts.
 */
#include <stdint.h>

uint32_t __udivsi3(uint32_t a, uint32_t b);
uint32_t __umodsi3(uint32_t a, uint32_t b);
int32_t __divsi3(int32_t a, int32_t b);
int32_t __modsi3(int32_t a, int32_t b);
uint64_t __udivdi3(uint64_t a, uint64_t b);
uint64_t __umoddi3(uint64_t a, uint64_t b);
uint64_t __muldi3(uint64_t a, uint64_t b);

uint64_t __udivdi3(uint64_t a, uint64_t b) {
    uint64_t quotient = 0, rest = 0;
    for (int bit = 63; bit >= 0; bit--) {
        uint64_t carry = rest >> 63;
        rest = rest << 1 | (a >> bit & 1);
        if (carry || rest >= b) {
            rest -= b;
            quotient |= (uint64_t)1 << bit;
        }
    }
    return quotient;
}

uint64_t __umoddi3(uint64_t a, uint64_t b) {
    return a - __muldi3(__udivdi3(a, b), b);
}

uint32_t __udivsi3(uint32_t a, uint32_t b) {
    uint32_t quotient = 0, rest = 0;
    for (int bit = 31; bit >= 0; bit--) {
        uint32_t carry = rest >> 31;
        rest = rest << 1 | (a >> bit & 1);
        if (carry || rest >= b) {
            rest -= b;
            quotient |= (uint32_t)1 << bit;
        }
    }
    return quotient;
}

uint32_t __umodsi3(uint32_t a, uint32_t b) {
    return a - __udivsi3(a, b) * b;
}

static uint32_t magnitude(int32_t a) {
    return a < 0 ? 0 - (uint32_t)a : (uint32_t)a;
}

int32_t __divsi3(int32_t a, int32_t b) {
    uint32_t quotient = __udivsi3(magnitude(a), magnitude(b));
    return (int32_t)((a ^ b) < 0 ? 0 - quotient : quotient);
}

int32_t __modsi3(int32_t a, int32_t b) {
    return (int32_t)((uint32_t)a - (uint32_t)__divsi3(a, b) * (uint32_t)b);
}

uint64_t __muldi3(uint64_t a, uint64_t b) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < 64; i += 16) {
        for (unsigned j = 0; i + j < 64; j += 16) {
            uint32_t part = (uint32_t)(a >> i & 0xffff) * (uint32_t)(b >> j & 0xffff);
            sum += (uint64_t)part << (i + j);
        }
    }
    return sum;
}
