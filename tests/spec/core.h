/* SPDX-License-Identifier: MIT
 *
 * Runs a script of the specification's test suite against the engine. Where the script's bytes
 * come from and where findings go is the host's business, so that the same code can run on a
 * device that is fed over a wire.
 */
#ifndef WL_SPEC_CORE_H
#define WL_SPEC_CORE_H

#include "wl.h"

typedef struct {
    wl_allocator_t engine; /* what the engine is given */
    wl_allocator_t own;    /* the runner's records and module bytes; must not fail */
    wl_config_t config;
    int32_t slice;         /* fuel between stops of a call */
    /* The engine's allocator fails at times: commands may then go wrong in any way but one, that
     * a module is accepted which must be refused. */
    bool starved;
    bool small_memory; /* keep to config.memory_max_bytes where a script needs more */
    bool check_texts;  /* report where the text of a refused module differs from the suite's */

    bool (*read)(void *env, void *to, uint32_t size); /* the script's next bytes; false at its end */
    void (*report)(void *env, uint32_t line, const char *command, const char *finding);
    void *env;
} spec_host_t;

typedef struct {
    uint32_t passed, failed, text_format, skipped;
    uint32_t refused;       /* of those passed: refused with the name of a feature left out */
    uint32_t tolerated;     /* went wrong while starved */
    uint32_t images;        /* instances that were run by an image of their machine code */
    uint32_t texts_differ;  /* of those passed: rightly refused, with another text */
    uint64_t fuel;          /* used by all commands but those that exhaust the stack */
} spec_counts_t;

/* Runs all of a script in one store and adds to `counts`. Stops at the first command that ends for
 * want of guest stack or code cache, and returns that status: whoever chose the sizes decides
 * what it means. Otherwise OK, or BAD_ARGUMENT when the script cannot be read. */
wl_status_t spec_run(const spec_host_t *host, spec_counts_t *counts);

#endif
