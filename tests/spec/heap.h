/* SPDX-License-Identifier: MIT
 *
 * An allocator that knows what is live, checks the sizes it is told, moves a block whenever it is
 * resized, and can fail at every n-th allocation.
 */
#ifndef WL_SPEC_HEAP_H
#define WL_SPEC_HEAP_H

#include "wl.h"

typedef struct {
    size_t live_bytes, live_blocks;
    unsigned long calls;      /* allocations and growths so far */
    unsigned long fail_every; /* each call whose number is a multiple of it fails; 0: none */
    unsigned long wrong_sizes;
} heap_t;

wl_allocator_t heap_allocator(heap_t *heap);

/* The machine's: a zeroed block (the program ends when there is none), and its return. */
void *heap_block_new(size_t size);
void heap_block_free(void *block, size_t size);

#endif
