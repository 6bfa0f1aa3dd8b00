/* SPDX-License-Identifier: MIT
 *
 * Runs all of a module under a plan and writes down everything that the guest could tell, as
 * text. Two plans that differ in what must make no difference have to give the same text.
 */
#ifndef FZ_RUN_H
#define FZ_RUN_H

#include "fz_heap.h"
#include "fz_host.h"

typedef struct {
    /* Part of what a run means. */
    uint64_t seed; /* of the arguments */
    uint32_t stack_bytes, memory_max_bytes, table_max;
    int64_t fuel;   /* of the whole run */
    bool linked;    /* a second instance, which imports from the first */
    bool coarse;    /* a stopped call's instruction is not looked at: that of a tier may be one that it has no code for */
    /* What must make no difference. */
    uint32_t code_cache_bytes;
    uint32_t native_bytes; /* of machine code; 0: interpreted */
    bool portable;         /* machine code that is portable, run by an image where there can be one */
    bool eager;
    int32_t slice;     /* fuel between stops */
    int64_t portion;   /* fuel given at once */
    fz_host_mode_t host_mode;
    /* What does make a difference: such runs are only watched for crashes and leaks. */
    bool nested;         /* other calls are made while one is stopped */
    uint32_t fail_every; /* of the allocator */
    size_t heap_cap;
} fz_plan_t;

#define FZ_LOG_BYTES 24576

typedef struct {
    char log[FZ_LOG_BYTES]; /* as much as there is room for */
    size_t log_size;
    uint64_t hash;       /* of all of it */
    wl_status_t load;    /* of wl_module_load */
    bool no_verdict;     /* ended by something that a plan may change, such as the code cache's size */
    uint32_t ok, traps;  /* calls that ended so */
    uint32_t native_functions, native_refused;
    uint32_t images;     /* instances run by one */
} fz_outcome_t;

void fz_run(const uint8_t *bytes, size_t size, const fz_plan_t *plan, fz_outcome_t *outcome);

#endif
