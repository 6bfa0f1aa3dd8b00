/* SPDX-License-Identifier: MIT
 *
 * The host module `spectest` that the suite's modules import from.
 */
#ifndef WL_SPEC_SPECTEST_H
#define WL_SPEC_SPECTEST_H

#include "wl.h"

enum { SPECTEST_FUNCS = 7,
       SPECTEST_GLOBALS = 4 };

typedef struct {
    wl_func_t funcs[SPECTEST_FUNCS];
    wl_global_t *globals[SPECTEST_GLOBALS];
    wl_table_t *table;
    wl_memory_t *memory;
} spectest_t;

/* Makes the module's objects in a store, which owns them. */
wl_status_t spectest_new(wl_store_t *store, spectest_t *spectest);
/* The export of that name; false when there is none. */
bool spectest_find(const spectest_t *spectest, const uint8_t *name, uint32_t size, wl_extern_t *object);

#endif
