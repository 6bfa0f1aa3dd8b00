/* SPDX-License-Identifier: MIT
 *
 * What the C tests of the engine share: counted checks, and an allocator that knows what is live,
 * checks the sizes it is told, moves blocks whenever it can and fails at a chosen call.
 */
#ifndef WL_TESTS_CHECK_H
#define WL_TESTS_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wl.h"

static unsigned long check_count, check_failures;

static inline bool check_report(bool good, const char *what, const char *file, int line) {
    check_count++;
    if (!good) {
        check_failures++;
        fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
    }
    return good;
}
#define CHECK(condition) check_report((condition), #condition, __FILE__, __LINE__)

/* Prints the figure; the process's exit code. */
static inline int check_finish(const char *name) {
    printf("%s: %lu checks, %lu failed\n", name, check_count, check_failures);
    return check_failures != 0;
}

typedef struct {
    size_t live_bytes, live_blocks;
    unsigned long calls;   /* allocations and growths so far */
    unsigned long fail_at; /* the call that fails, counted from 1; 0 for none */
} tracker_t;

enum { TRACKER_HEADER = 16 };

static inline void *tracker_resize(void *env, void *ptr, size_t old_size, size_t new_size) {
    tracker_t *t = env;
    unsigned char *old = ptr ? (unsigned char *)ptr - TRACKER_HEADER : NULL, *block = NULL;
    size_t known = 0;
    if (old) {
        memcpy(&known, old, sizeof(known));
    }
    CHECK(known == old_size);
    if (new_size > 0) {
        if (++t->calls == t->fail_at) {
            return NULL;
        }
        block = malloc(TRACKER_HEADER + new_size);
        if (block == NULL) {
            return NULL;
        }
        memcpy(block, &new_size, sizeof(new_size));
        memset(block + TRACKER_HEADER, old ? 0xa5 : 0, new_size);
        if (old) {
            memcpy(block + TRACKER_HEADER, ptr, old_size < new_size ? old_size : new_size);
        }
        t->live_bytes += new_size;
        t->live_blocks++;
    }
    if (old) {
        t->live_bytes -= old_size;
        t->live_blocks--;
        free(old);
    }
    return block ? block + TRACKER_HEADER : NULL;
}

static inline wl_allocator_t tracker_allocator(tracker_t *t) {
    return (wl_allocator_t){.resize = tracker_resize, .env = t};
}

#endif
