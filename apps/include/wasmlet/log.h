/* SPDX-License-Identifier: MIT
 *
 * The log of the host, for guests: the one thing that an app may do without being granted it.
 */
#ifndef WASMLET_LOG_H
#define WASMLET_LOG_H

#include <stdint.h>

enum {
    LOG_ERROR = 1,
    LOG_WARN = 2,
    LOG_INFO = 3,
    LOG_DEBUG = 4
};

/* Writes `size` bytes of UTF-8 as one line. Returns 0, or a negative error code. */
int32_t log_write(int32_t level, const char *text, int32_t size)
    __attribute__((import_module("wasmlet:log"), import_name("write")));

/* Writes a string that ends with a zero byte. */
static inline int32_t log_text(int32_t level, const char *text) {
    int32_t size = 0;
    while (text[size] != 0) {
        size++;
    }
    return log_write(level, text, size);
}

#endif
