/* SPDX-License-Identifier: MIT
 *
 * Loads, links and runs a module under several plans that have to agree. An input that starts
 * like a module is one; any other is a tape for the generator. Sizes and plans follow from the
 * input's hash, so that an input is its own reproducer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fz_gen.h"
#include "fz_run.h"

#define FUEL 20000
#define NO_LIMIT ((size_t)1 << 30)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *describe(const fz_plan_t *p, char *text, size_t size) {
    snprintf(text, size, "cache %u, %s, slice %d, portion %lld, host mode %d, stack %u, memory cap %u%s",
             p->code_cache_bytes, p->eager ? "eager" : "lazy", p->slice, (long long)p->portion, p->host_mode,
             p->stack_bytes, p->memory_max_bytes, p->linked ? ", linked" : "");
    return text;
}

static void compare(const uint8_t *bytes, size_t size, const fz_plan_t *base, const fz_outcome_t *expected,
                    const fz_plan_t *plan) {
    static fz_outcome_t actual;
    char text[2][200];
    fz_run(bytes, size, plan, &actual);
    if (expected->no_verdict || actual.no_verdict || expected->hash == actual.hash) {
        return;
    }
    size_t at = 0;
    for (size_t i = 0; expected->log[i] != 0 && expected->log[i] == actual.log[i]; i++) {
        at = expected->log[i] == '\n' ? i + 1 : at;
    }
    fz_finding("two plans differ\n%s\n%.1000s\n--\n%s\n%.1000s", describe(base, text[0], sizeof text[0]),
               expected->log + at, describe(plan, text[1], sizeof text[1]), actual.log + at);
}

static void run_module(const uint8_t *bytes, size_t size, uint64_t hash) {
    static const uint32_t stacks[] = {512, 2048, 8192, 65536};
    static const uint32_t caps[] = {4096, 65536, 262144, 65536};
    static fz_outcome_t expected, other;
    fz_plan_t base = {.seed = hash, .stack_bytes = stacks[hash & 3], .memory_max_bytes = caps[hash >> 2 & 3], .table_max = 300, .fuel = FUEL, .linked = (hash >> 4 & 3) == 0, .code_cache_bytes = 1u << 18, .slice = INT32_MAX, .portion = FUEL, .heap_cap = NO_LIMIT};
    fz_run(bytes, size, &base, &expected);
    if (expected.load != WL_OK) {
        return;
    }
    fz_plan_t plan = base;
    plan.code_cache_bytes = 256u << (hash >> 8 & 7);
    plan.slice = (hash >> 11 & 1) ? 1 : 1 + (int32_t)(hash >> 12 & 0x3ff);
    compare(bytes, size, &base, &expected, &plan);
    plan = base;
    plan.eager = true;
    plan.portion = 1 + (int64_t)(hash >> 22 & 0x3ff);
    plan.host_mode = (hash >> 32 & 1) ? FZ_HOST_PENDING : FZ_HOST_REPEATED;
    plan.code_cache_bytes = (hash >> 33 & 1) ? 4096 : base.code_cache_bytes;
    compare(bytes, size, &base, &expected, &plan);

    plan.nested = true;
    plan.slice = 1 + (int32_t)(hash >> 34 & 63);
    plan.fail_every = (hash >> 40 & 1) ? 1 + (uint32_t)(hash >> 41 & 63) : 0;
    plan.heap_cap = (hash >> 40 & 1) ? NO_LIMIT : (size_t)(hash >> 41 & 0x1ffff);
    fz_run(bytes, size, &plan, &other);
}

/* With FZ_DUMP=FILE: writes the module behind the input, and says how to run it alike. */
static void dump(const uint8_t *bytes, size_t size, uint64_t hash) {
    const char *path = getenv("FZ_DUMP");
    FILE *f = path == NULL ? NULL : fopen(path, "wb");
    if (f != NULL) {
        fwrite(bytes, 1, size, f);
        fclose(f);
        fprintf(stderr, "FZ_HASH=%llx\n", (unsigned long long)hash);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t hash = fz_mix(fz_hash(FZ_HASH_START, data, size));
    const char *fixed = getenv("FZ_HASH"); /* to keep the plans while the input is reduced */
    hash = fixed != NULL ? strtoull(fixed, NULL, 16) : hash;
    uint8_t *made = NULL;
    bool is_module = size >= 4 && memcmp(data, "\0asm", 4) == 0;
    if (!is_module) {
        fz_gen_options_t options = {.terminates = (hash >> 50 & 3) != 0, .imports = true};
        size_t made_size;
        made = fz_gen(data, size, &options, &made_size);
        data = made = realloc(made, made_size); /* its exact size, for the sanitizer */
        size = made_size;
    }
    uint64_t before = fz_hash(FZ_HASH_START, data, size);
    dump(data, size, hash);
    run_module(data, size, hash);
    if (fz_hash(FZ_HASH_START, data, size) != before) {
        fz_finding("the module's bytes were written");
    }
    free(made);
    return 0;
}
