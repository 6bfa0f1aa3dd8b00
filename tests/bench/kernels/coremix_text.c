/* SPDX-License-Identifier: MIT
 *
 * A scanner for lines of `name=value;...`: a state machine over characters that tells names,
 * decimal and hexadecimal numbers, fixed-point numbers with an exponent, and what is wrong. The
 * text is made first, and made again with faults in it.
 */
#include "coremix.h"

enum { TEXT = 480 };

typedef enum {
    STATE_START,
    STATE_NAME,
    STATE_VALUE,
    STATE_SIGN,
    STATE_ZERO,
    STATE_INT,
    STATE_HEX,
    STATE_FRACTION,
    STATE_EXPONENT,
    STATE_EXPONENT_SIGN,
    STATE_EXPONENT_INT,
    STATE_INVALID,
    STATES
} state_t;

static char text[TEXT];
static uint16_t visits[STATES], ends[STATES];
static uint32_t total;

static __attribute__((noinline)) uint32_t put_decimal(uint32_t at, uint32_t value) {
    char digits[10];
    uint32_t n = 0;
    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (n > 0) {
        text[at++] = digits[--n];
    }
    return at;
}

static uint32_t put_hex(uint32_t at, uint32_t value) {
    text[at++] = '0';
    text[at++] = 'x';
    for (int32_t shift = 12; shift >= 0; shift -= 4) {
        uint32_t digit = value >> shift & 15;
        text[at++] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
    }
    return at;
}

static __attribute__((noinline)) uint32_t put_number(uint32_t at, uint32_t x) {
    if (x & 8) {
        text[at++] = '-';
    }
    at = put_decimal(at, x >> 16);
    if (x & 16) {
        text[at++] = '.';
        at = put_decimal(at, x >> 8 & 0xff);
    }
    if (x & 32) {
        text[at++] = 'e';
        text[at++] = x & 64 ? '-' : '+';
        at = put_decimal(at, x >> 24 & 7);
    }
    return at;
}

static __attribute__((noinline)) uint32_t make_text(uint32_t seed) {
    uint32_t at = 0;
    while (at < TEXT - 32) {
        uint32_t x = kernel_random(&seed);
        for (uint32_t i = 0; i <= (x >> 4 & 3); i++) {
            text[at++] = (char)('a' + (x >> (5 * i)) % 26);
        }
        text[at++] = '=';
        at = (x & 7) == 0 ? put_hex(at, x >> 16) : put_number(at, x);
        text[at++] = ';';
    }
    return at;
}

static int32_t is_digit(char c) {
    return c >= '0' && c <= '9';
}

static int32_t is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

static int32_t hex_digit(char c) {
    return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                                        : -1;
}

/* The state after one character; numbers go to `value`. */
static __attribute__((noinline)) state_t step(state_t state, char c, uint32_t *value) {
    switch (state) {
        case STATE_START:
            *value = 0;
            return is_letter(c) ? STATE_NAME : STATE_INVALID;
        case STATE_NAME:
            return c == '=' ? STATE_VALUE : is_letter(c) || is_digit(c) ? STATE_NAME
                                                                        : STATE_INVALID;
        case STATE_VALUE:
            if (c == '-' || c == '+') {
                return STATE_SIGN;
            }
            /* fall through */
        case STATE_SIGN:
            if (c == '0') {
                return STATE_ZERO;
            }
            *value = (uint32_t)(c - '0');
            return is_digit(c) ? STATE_INT : STATE_INVALID;
        case STATE_ZERO:
            if (c == 'x') {
                return STATE_HEX;
            }
            /* fall through */
        case STATE_INT:
            if (c == '.') {
                return STATE_FRACTION;
            }
            if (c == 'e') {
                return STATE_EXPONENT;
            }
            *value = 10 * *value + (uint32_t)(c - '0');
            return is_digit(c) ? STATE_INT : STATE_INVALID;
        case STATE_HEX: {
            int32_t digit = hex_digit(c);
            *value = *value << 4 | (uint32_t)(digit & 15);
            return digit >= 0 ? STATE_HEX : STATE_INVALID;
        }
        case STATE_FRACTION:
            if (c == 'e') {
                return STATE_EXPONENT;
            }
            *value = 10 * *value + (uint32_t)(c - '0');
            return is_digit(c) ? STATE_FRACTION : STATE_INVALID;
        case STATE_EXPONENT:
            return c == '-' || c == '+' ? STATE_EXPONENT_SIGN : STATE_INVALID;
        case STATE_EXPONENT_SIGN:
        case STATE_EXPONENT_INT:
            *value += (uint32_t)(c - '0') << 16;
            return is_digit(c) ? STATE_EXPONENT_INT : STATE_INVALID;
        default:
            return STATE_INVALID;
    }
}

static __attribute__((noinline)) void scan(uint32_t size) {
    state_t state = STATE_START;
    uint32_t value = 0;
    for (uint32_t i = 0; i < size; i++) {
        char c = text[i];
        if (c == ';') {
            ends[state]++;
            total = kernel_mix(total, value);
            state = STATE_START;
        } else {
            state = step(state, c, &value);
            visits[state]++;
        }
    }
}

uint16_t text_part(uint32_t seed) {
    uint16_t crc = 0;
    for (uint32_t i = 0; i < STATES; i++) {
        visits[i] = 0;
        ends[i] = 0;
    }
    total = seed;
    uint32_t size = make_text(seed);
    scan(size);
    for (uint32_t i = seed & 15; i < size; i += 23) {
        if (text[i] != ';') {
            text[i] ^= (char)(seed & 0x1f);
        }
    }
    scan(size);
    for (uint32_t i = 0; i < STATES; i++) {
        crc = crc_add16(crc_add16(crc, visits[i]), ends[i]);
    }
    return crc_add32(crc, total);
}
