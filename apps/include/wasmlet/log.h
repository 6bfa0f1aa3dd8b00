/* SPDX-License-Identifier: MIT
 *
 * The log of the host, for guests: the one thing that an app may do without being granted it.
 */
#ifndef WASMLET_LOG_H
#define WASMLET_LOG_H

#include <wasmlet.h>

/* Writes a string that ends with a zero byte, as one line of a wasmlet_log_level. Returns 0, or a negative error code. */
static inline int32_t log_text(uint32_t level, const char *text) {
    return log_write(level, text, wasmlet_length(text));
}

#endif
