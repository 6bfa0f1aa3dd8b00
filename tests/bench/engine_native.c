/* SPDX-License-Identifier: MIT
 *
 * The native code that the others are compared with.
 */
#include "harness.h"

bool engine_has(const workload_t *workload) {
    return workload->native != NULL;
}

bool engine_load(const workload_t *workload) {
    return workload->native != NULL;
}

bool engine_run(const workload_t *workload, int32_t *result) {
    *result = workload->native(workload->n);
    return true;
}

size_t engine_guest_bytes(void) {
    return 0;
}

void engine_report(const workload_t *workload) {
    (void)workload;
}

void engine_unload(void) {
}
