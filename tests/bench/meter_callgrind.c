/* SPDX-License-Identifier: MIT
 *
 * Instructions by callgrind: each measurement becomes a dump that carries its label, which the
 * caller finds in callgrind's files. Outside callgrind nothing is measured.
 */
#include "harness.h"

#include <stdio.h>
#include <valgrind/callgrind.h>

static char label[64];

void meter_name(const char *workload, const char *key) {
    snprintf(label, sizeof(label), "%s %s", workload, key);
}

void meter_begin(void) {
    CALLGRIND_ZERO_STATS;
}

void meter_end(void) {
    CALLGRIND_DUMP_STATS_AT(label);
}

void meter_report(void) {
}
