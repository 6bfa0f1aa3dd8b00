/* SPDX-License-Identifier: MIT
 *
 * Counts which operations the interpreter executes, and which follows which, for every workload.
 * For an engine built with WL_PROFILE. Prints `workload op:NAME count` and `workload
 * pair:NAME:NAME count`.
 */
#include "harness.h"

#include <stdio.h>
#include <string.h>

#include "wl_code.h"

static const char *const names[WLC_COUNT] = {
#define ROW(name) #name,
#include "wl_code_all.h"
#undef ROW
};

static uint64_t pairs[WLC_COUNT][WLC_COUNT];
static uint32_t previous;

void wl_profile(uint32_t op);

void wl_profile(uint32_t op) {
    pairs[previous][op]++;
    previous = op;
}

static void report(const char *workload) {
    char key[96];
    for (uint32_t op = 0; op < WLC_COUNT; op++) {
        uint64_t count = 0;
        for (uint32_t before = 0; before < WLC_COUNT; before++) {
            uint64_t n = pairs[before][op];
            count += n;
            if (n > 0) {
                snprintf(key, sizeof(key), "pair:%s:%s", names[before], names[op]);
                report_number(workload, key, n);
            }
        }
        if (count > 0) {
            snprintf(key, sizeof(key), "op:%s", names[op]);
            report_number(workload, key, count);
        }
    }
}

int main(void) {
    bool ok = true;
    for (size_t i = 0; i < workload_count; i++) {
        const workload_t *w = &workloads[i];
        int32_t result;
        ok = engine_load(w) && ok;
        memset(pairs, 0, sizeof(pairs));
        previous = WLC_HALT;
        ok = engine_run(w, &result) && ok;
        report_text(w->name, "group", w->group);
        report(w->name);
        engine_unload();
    }
    return !ok;
}
