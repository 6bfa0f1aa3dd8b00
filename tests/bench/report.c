/* SPDX-License-Identifier: MIT
 *
 * Output of `workload key value` lines without a C library.
 */
#include "harness.h"

#include <string.h>

#include "target.h"

static void put(const char *text) {
    target_write(text, strlen(text));
}

void report_text(const char *workload, const char *key, const char *text) {
    put(workload);
    put(" ");
    put(key);
    put(" ");
    put(text);
    put("\n");
}

void report_number(const char *workload, const char *key, uint64_t value) {
    char digits[21] = {0};
    size_t at = sizeof(digits) - 1;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    report_text(workload, key, digits + at);
}

uint32_t report_hash(const uint8_t *bytes, size_t size) {
    uint32_t hash = 0x811c9dc5;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ bytes[i]) * 0x01000193;
    }
    return hash;
}
