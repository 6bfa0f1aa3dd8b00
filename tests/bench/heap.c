/* SPDX-License-Identifier: MIT
 *
 * A first-fit heap over a static block: one list of blocks in order of address, neighbours that are
 * free are joined. It knows what is live and what was the most, as asked for, so that engines are
 * compared by what they need and not by this heap's overhead.
 */
#include "harness.h"

#include <string.h>

enum { HEAP_BYTES = 1 << 20,
       ALIGNMENT = 16 };

typedef struct block {
    struct block *next; /* NULL at the end */
    size_t room;        /* bytes behind this header */
    size_t size;        /* of them asked for */
    bool used;
} block_t;

enum { HEADER = (sizeof(block_t) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT };

static union {
    block_t first;
    uint8_t bytes[HEAP_BYTES];
    long double alignment;
} heap;
static size_t live, peak;

static void *payload(block_t *b) {
    return (uint8_t *)b + HEADER;
}

static block_t *block_of(void *p) {
    return (block_t *)(void *)((uint8_t *)p - HEADER);
}

static void count(size_t added, size_t removed) {
    live += added;
    live -= removed;
    peak = live > peak ? live : peak;
}

static void *allocate(size_t size) {
    size_t room = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    block_t *b = &heap.first;
    if (b->room == 0) {
        b->room = HEAP_BYTES - HEADER;
    }
    while (b != NULL && (b->used || b->room < room)) {
        b = b->next;
    }
    if (b == NULL) {
        return NULL;
    }
    if (b->room >= room + HEADER + ALIGNMENT) {
        block_t *rest = (block_t *)(void *)((uint8_t *)payload(b) + room);
        *rest = (block_t){.next = b->next, .room = b->room - room - HEADER};
        b->next = rest;
        b->room = room;
    }
    b->used = true;
    b->size = size;
    count(size, 0);
    return payload(b);
}

static void release(void *p) {
    block_t *freed = block_of(p);
    count(0, freed->size);
    freed->used = false;
    for (block_t *b = &heap.first; b != NULL && b <= freed; b = b->next) {
        while (!b->used && b->next != NULL && !b->next->used) {
            b->room += HEADER + b->next->room;
            b->next = b->next->next;
        }
    }
}

void *heap_resize(void *p, size_t size) {
    if (p == NULL) {
        return size > 0 ? allocate(size) : NULL;
    }
    block_t *b = block_of(p);
    if (size == 0) {
        release(p);
        return NULL;
    }
    if (size <= b->room) {
        count(size, b->size);
        b->size = size;
        return p;
    }
    void *moved = allocate(size);
    if (moved != NULL) {
        memcpy(moved, p, b->size);
        release(p);
    }
    return moved;
}

size_t heap_live_bytes(void) {
    return live;
}

size_t heap_peak_bytes(void) {
    return peak;
}

void heap_reset_peak(void) {
    peak = live;
}
