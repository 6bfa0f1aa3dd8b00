/* SPDX-License-Identifier: MIT
 *
 * What modules import when they are fuzzed: objects of the declared types, and host functions
 * whose results and side effects follow from their arguments alone. diff.py has the same rules.
 */
#ifndef FZ_HOST_H
#define FZ_HOST_H

#include "wl.h"

#define FZ_MAX_IMPORTS 64

/* How a host function ends: at once; by suspending its call (PENDING), which is answered later;
 * or interrupted the first time, so that the engine has to repeat it. */
typedef enum { FZ_HOST_DIRECT,
               FZ_HOST_PENDING,
               FZ_HOST_REPEATED } fz_host_mode_t;

typedef struct fz_world fz_world_t;

typedef struct {
    fz_world_t *world;
    const wl_functype_t *type;
    uint32_t index; /* of the import */
} fz_host_t;

struct fz_world {
    fz_host_mode_t mode;
    bool interrupted; /* FZ_HOST_REPEATED: the next call is the repetition */
    uint64_t trace;   /* of all host calls so far */
    uint32_t calls;
    uint32_t answer[64]; /* FZ_HOST_PENDING: the results to give */
    fz_host_t hosts[2 * FZ_MAX_IMPORTS];
    uint32_t n_hosts;
};

void fz_world_init(fz_world_t *world, fz_host_mode_t mode);
/* Makes an object of import `index`'s type. */
wl_status_t fz_host_satisfy(fz_world_t *world, wl_store_t *store, const wl_extern_type_t *type, uint32_t index,
                            wl_extern_t *object);
/* The argument or result slots that follow from `seed`; references are null. */
void fz_values(const uint8_t *types, uint32_t n, uint64_t seed, uint32_t *slots);
uint32_t fz_slots(uint8_t type);

#endif
