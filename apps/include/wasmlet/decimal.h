/* SPDX-License-Identifier: MIT
 *
 * Numbers as text, for guests without a C library.
 */
#ifndef WASMLET_DECIMAL_H
#define WASMLET_DECIMAL_H

#include <stdint.h>

/* The longest text that decimal_fixed makes: a sign, 19 digits, a point and the final zero. */
#define DECIMAL_BYTES 22

/* Writes `value` with `places` digits after the point to the end of `buffer` and returns where it
 * starts. Halves go away from zero. `places` is 1 to 18, |value| * 10^places below 2^63. */
static inline char *decimal_fixed(char buffer[DECIMAL_BYTES], double value, int places) {
    double scaled = value < 0 ? -value : value;
    for (int i = 0; i < places; i++) {
        scaled *= 10;
    }
    uint64_t digits = (uint64_t)(scaled + 0.5);

    char *text = buffer + DECIMAL_BYTES - 1;
    *text = 0;
    for (int i = 0; i <= places || digits != 0; i++) {
        if (i == places) {
            *--text = '.';
        }
        *--text = (char)('0' + digits % 10);
        digits /= 10;
    }
    if (value < 0) {
        *--text = '-';
    }
    return text;
}

#endif
