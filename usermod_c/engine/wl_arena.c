/* SPDX-License-Identifier: MIT
 *
 * An allocator over one range of memory, for targets that set RAM aside. Whoever frees a block says
 * its size, so a block has no header; what is free is a list in the order of addresses, each
 * entry at the beginning of its range, and neighbours are joined at once. Small blocks come from the
 * lowest range that fits best; large ones (linear memory, guest stack, code cache) from the upper end
 * of the highest, so that what comes and goes while a guest runs never parts them. Every step walks
 * the list once: it has at most one entry more than there are blocks, in practice below ten.
 */
#include "wl.h"

#include <string.h>

enum { GRAIN = 8,
       LARGE_BYTES = 2048,
       NOWHERE = UINT32_MAX };

typedef struct { /* what is free here */
    uint32_t size, next;
} range_t;

static range_t *range_at(const wl_arena_t *a, uint32_t offset) {
    return (range_t *)(void *)(a->base + offset);
}

/* The link that leads to what follows the free range `before`. */
static uint32_t *link_after(wl_arena_t *a, uint32_t before) {
    return before == NOWHERE ? &a->first : &range_at(a, before)->next;
}

static uint32_t rounded(size_t size) {
    return (uint32_t)((size + GRAIN - 1) & ~(size_t)(GRAIN - 1));
}

void wl_arena_init(wl_arena_t *a, void *memory, size_t size) {
    uintptr_t skip = -(uintptr_t)memory & (GRAIN - 1);
    size_t usable = size < skip ? 0 : (size - skip) & ~(size_t)(GRAIN - 1);
    *a = (wl_arena_t){.base = (uint8_t *)memory + skip, .size = (uint32_t)usable, .first = NOWHERE};
    if (usable > 0) {
        a->first = 0;
        *range_at(a, 0) = (range_t){a->size, NOWHERE};
    }
}

/* Takes `size` bytes of the free range after `before`, from its lower or its upper end. */
static uint32_t take(wl_arena_t *a, uint32_t before, uint32_t size, bool upper) {
    uint32_t *link = link_after(a, before), at = *link;
    range_t whole = *range_at(a, at);
    if (whole.size == size) {
        *link = whole.next;
    } else if (upper) {
        range_at(a, at)->size -= size;
        at += whole.size - size;
    } else {
        *link = at + size;
        *range_at(a, at + size) = (range_t){whole.size - size, whole.next};
    }
    return at;
}

static void *allocate(wl_arena_t *a, uint32_t size) {
    bool large = size >= LARGE_BYTES, found = false;
    uint32_t best = NOWHERE, best_size = UINT32_MAX;
    for (uint32_t before = NOWHERE, at = a->first; at != NOWHERE; before = at, at = range_at(a, at)->next) {
        uint32_t have = range_at(a, at)->size;
        if (have >= size && (large || have < best_size)) {
            found = true;
            best = before;
            best_size = have;
        }
    }
    return found ? a->base + take(a, best, size, large) : NULL;
}

/* Joins the free range after `before` with the one behind it, if they touch. */
static void join(wl_arena_t *a, uint32_t at) {
    if (at != NOWHERE && at + range_at(a, at)->size == range_at(a, at)->next) {
        const range_t *next = range_at(a, range_at(a, at)->next);
        *range_at(a, at) = (range_t){range_at(a, at)->size + next->size, next->next};
    }
}

/* The last free range below `at`. */
static uint32_t range_below(const wl_arena_t *a, uint32_t at) {
    uint32_t before = NOWHERE;
    for (uint32_t next = a->first; next < at; next = range_at(a, next)->next) {
        before = next;
    }
    return before;
}

static void release(wl_arena_t *a, uint32_t at, uint32_t size) {
    uint32_t before = range_below(a, at), *link = link_after(a, before);
    *range_at(a, at) = (range_t){size, *link};
    *link = at;
    join(a, at);
    join(a, before);
}

/* Makes the block at `at` longer by `more` bytes; false when what follows is not free. */
static bool extend(wl_arena_t *a, uint32_t at, uint32_t size, uint32_t more) {
    uint32_t before = range_below(a, at), next = *link_after(a, before);
    if (next != at + size || range_at(a, next)->size < more) {
        return false;
    }
    take(a, before, more, false);
    return true;
}

static void *move(wl_arena_t *a, void *p, uint32_t old_size, uint32_t new_size) {
    void *q = allocate(a, new_size);
    if (q != NULL) {
        memcpy(q, p, old_size);
        release(a, (uint32_t)((uint8_t *)p - a->base), old_size);
    }
    return q;
}

void *wl_arena_resize(void *arena, void *p, size_t old_bytes, size_t new_bytes) {
    wl_arena_t *a = arena;
    if (new_bytes > a->size) {
        return NULL;
    }
    uint32_t old_size = rounded(old_bytes), new_size = rounded(new_bytes);
    if (p == NULL) {
        p = new_size == 0 ? NULL : allocate(a, new_size);
        return p == NULL ? NULL : memset(p, 0, new_size);
    }
    uint32_t at = (uint32_t)((uint8_t *)p - a->base);
    if (new_size < old_size) {
        release(a, at + new_size, old_size - new_size);
    } else if (new_size > old_size && !extend(a, at, old_size, new_size - old_size)) {
        return move(a, p, old_size, new_size);
    }
    return new_size == 0 ? NULL : p;
}

void wl_arena_usage(const wl_arena_t *a, size_t *free_bytes, size_t *largest) {
    *free_bytes = *largest = 0;
    for (uint32_t at = a->first; at != NOWHERE; at = range_at(a, at)->next) {
        *free_bytes += range_at(a, at)->size;
        *largest = range_at(a, at)->size > *largest ? range_at(a, at)->size : *largest;
    }
}
