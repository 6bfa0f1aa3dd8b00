/* SPDX-License-Identifier: MIT
 *
 * Machine code against the interpreter, on an emulated processor: runs each module of the file
 * `bundle` (native.py makes it) interpreted, and as machine code in several ways, which all have to
 * come to the same. Machine code in a region that is too small makes mixed stacks of frames.
 */
#include <stdio.h>
#include <string.h>

#include "bare.h"
#include "fz_run.h"

enum { NAME_BYTES = 128,
       FUEL = 60000,
       REGION_BYTES = 1 << 18 };
#define NO_LIMIT ((size_t)1 << 28)

static fz_outcome_t expected, actual;
static struct {
    uint32_t modules, ran, ok, traps, native, refused, images;
} counts;

static void print(const char *text) {
    target_write(text, strlen(text));
}

static bool ends_for_stack(const fz_outcome_t *o) {
    return strstr(o->log, "TRAP_STACK") != NULL; /* frames need not be of the same size */
}

static void compare(const uint8_t *bytes, size_t size, const fz_plan_t *plan) {
    fz_run(bytes, size, plan, &actual);
    counts.native += actual.native_functions;
    counts.refused += actual.native_refused;
    counts.images += actual.images;
    if (expected.no_verdict || actual.no_verdict || expected.hash == actual.hash || ends_for_stack(&expected) ||
        ends_for_stack(&actual)) {
        return;
    }
    size_t at = 0;
    for (size_t i = 0; expected.log[i] != 0 && expected.log[i] == actual.log[i]; i++) {
        at = expected.log[i] == '\n' ? i + 1 : at;
    }
    fz_finding("machine code differs: region %u, slice %d, portion %d, host mode %d%s%s\n%.1500s\n--\n%.1500s",
               (unsigned)plan->native_bytes, (int)plan->slice, (int)plan->portion, plan->host_mode,
               plan->linked ? ", linked" : "", plan->portable ? ", image" : "", expected.log + at, actual.log + at);
}

static void run_module(const uint8_t *bytes, size_t size) {
    uint64_t hash = fz_mix(fz_hash(FZ_HASH_START, bytes, size));
    static const uint32_t caps[] = {4096, 65536, 262144, 65536};
    fz_plan_t base = {.seed = hash, .stack_bytes = 65536, .memory_max_bytes = caps[hash >> 2 & 3], .table_max = 300, .fuel = FUEL, .linked = (hash >> 4 & 3) == 0, .coarse = true, .code_cache_bytes = 1u << 18, .slice = INT32_MAX, .portion = FUEL, .heap_cap = NO_LIMIT};
    fz_run(bytes, size, &base, &expected);
    counts.modules++;
    counts.ok += expected.ok;
    counts.traps += expected.traps;
    if (expected.load != WL_OK) {
        return;
    }
    counts.ran++;
    fz_plan_t plan = base;
    plan.native_bytes = REGION_BYTES;
    compare(bytes, size, &plan);
    plan.slice = (hash >> 11 & 1) ? 1 : 1 + (int32_t)(hash >> 12 & 0x3ff);
    plan.eager = hash >> 10 & 1;
    compare(bytes, size, &plan);
    plan = base;
    plan.native_bytes = 512u + (uint32_t)(hash >> 36 & 0x1fff);
    plan.portion = 1 + (int64_t)(hash >> 22 & 0x3ff);
    plan.host_mode = (hash >> 32 & 1) ? FZ_HOST_PENDING : FZ_HOST_REPEATED;
    plan.code_cache_bytes = (hash >> 33 & 1) ? 4096 : base.code_cache_bytes;
    compare(bytes, size, &plan);

    plan = base;
    plan.native_bytes = REGION_BYTES;
    plan.portable = true;
    plan.slice = (hash >> 47 & 1) ? INT32_MAX : 1 + (int32_t)(hash >> 48 & 0x3ff);
    compare(bytes, size, &plan);

    plan.nested = true;
    plan.native_bytes = REGION_BYTES;
    plan.portable = hash >> 46 & 1;
    plan.slice = 1 + (int32_t)(hash >> 34 & 63);
    plan.fail_every = (hash >> 40 & 1) ? 1 + (uint32_t)(hash >> 41 & 63) : 0;
    plan.heap_cap = (hash >> 40 & 1) ? NO_LIMIT : (size_t)(hash >> 41 & 0x1ffff);
    fz_run(bytes, size, &plan, &actual);
}

static bool read_sized(int file, void *to, uint32_t room, uint32_t *size) {
    return bare_read(file, size, sizeof *size) == sizeof *size && *size <= room && bare_read(file, to, *size) == *size;
}

/* The bundle holds, per module: u32 size, name; u32 size, bytes. */
int main(void) {
    static uint8_t bytes[1 << 20];
    char name[NAME_BYTES] = {0}, line[200];
    uint32_t size;
    int file = bare_open("bundle");
    while (file >= 0 && read_sized(file, name, NAME_BYTES - 1, &size)) {
        name[size] = 0;
        if (!read_sized(file, bytes, sizeof bytes, &size)) {
            return 1;
        }
        print("module ");
        print(name);
        print("\n");
        run_module(bytes, size);
    }
    snprintf(line, sizeof line, "figures %u %u %u %u %u %u %u\n", (unsigned)counts.modules, (unsigned)counts.ran,
             (unsigned)counts.ok, (unsigned)counts.traps, (unsigned)counts.native, (unsigned)counts.refused,
             (unsigned)counts.images);
    print(line);
    return 0;
}
