/* SPDX-License-Identifier: MIT
 *
 * Instructions by the emulated machine's own counter.
 */
#include "harness.h"
#include "target.h"

static const char *workload_name, *key_name;
static uint64_t begun, instructions;

void meter_name(const char *workload, const char *key) {
    workload_name = workload;
    key_name = key;
}

void meter_begin(void) {
    begun = target_instructions();
}

void meter_end(void) {
    instructions = target_instructions() - begun;
}

void meter_report(void) {
    report_number(workload_name, key_name, instructions);
}
