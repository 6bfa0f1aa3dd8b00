/* SPDX-License-Identifier: MIT
 *
 * Engine memory that memoryviews may look at: linear memories and the bytes of modules.
 *
 * A memoryview holds the bare address and nothing else, so it can outlive whatever it was taken
 * from. What has been handed out through the buffer protocol is therefore freed only when no
 * memoryview of the Python heap has its address; until then it waits in a list, and the list is
 * gone through when stores come and go and when memory is short. (Memory on the Python heap needs
 * none of this: the collector sees the address in the memoryview.)
 */
#include "glue.h"

#include "py/gc.h"
#include "py/mpstate.h"

static wasm_viewed_t *waiting;

/* Lives as long as the Python heap; its finaliser frees the list at a soft reset. */
MP_REGISTER_ROOT_POINTER(void *wasm_reaper);

enum { BLOCK_HEAD = 1,
       BLOCK_MARK = 3 }; /* as in py/gc.c */

static bool area_has_view(const mp_state_mem_area_t *area, const wasm_viewed_t *viewed, uint8_t wanted) {
    for (size_t block = 0; block <= area->gc_last_used_block; block++) {
        uint8_t kind = area->gc_alloc_table_start[block / 4] >> (2 * (block & 3)) & 3;
        if (kind == wanted) {
            const uint8_t *p = area->gc_pool_start + block * MICROPY_BYTES_PER_GC_BLOCK;
            const mp_obj_array_t *o = (const mp_obj_array_t *)p;
            if (o->base.type == &mp_type_memoryview && viewed->owns(viewed, o->items)) {
                return true;
            }
        }
    }
    return false;
}

/* While finalisers run, what lives on is marked; otherwise whatever is allocated counts. */
static bool is_viewed(const wasm_viewed_t *viewed, bool finalising) {
    if (!WASM_OUTSIDE_GC || !viewed->handed_out) {
        return false;
    }
    const mp_state_mem_area_t *area = &MP_STATE_MEM(area);
    do {
        if (area_has_view(area, viewed, finalising ? BLOCK_MARK : BLOCK_HEAD)) {
            return true;
        }
#if MICROPY_GC_SPLIT_HEAP
        area = area->next;
#else
        area = NULL;
#endif
    } while (area != NULL);
    return false;
}

void wasm_viewed_drop(wasm_viewed_t *viewed, bool finalising) {
    if (is_viewed(viewed, finalising)) {
        viewed->next = waiting;
        waiting = viewed;
    } else {
        viewed->free(viewed, finalising);
    }
}

size_t wasm_viewed_reap(void) {
    size_t left = 0;
    for (wasm_viewed_t **link = &waiting; *link;) {
        wasm_viewed_t *viewed = *link;
        if (is_viewed(viewed, false)) {
            link = &viewed->next;
            left++;
        } else {
            *link = viewed->next;
            viewed->free(viewed, false); /* may add to the list, at its beginning */
        }
    }
    return left;
}

static mp_obj_t reaper_del(mp_obj_t self) {
    (void)self;
    MP_STATE_VM(wasm_reaper) = NULL;
    while (waiting) {
        wasm_viewed_t *viewed = waiting;
        waiting = viewed->next;
        viewed->free(viewed, true);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(reaper_del_obj, reaper_del);

static const mp_rom_map_elem_t reaper_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&reaper_del_obj)},
};
static MP_DEFINE_CONST_DICT(reaper_locals, reaper_locals_table);
static MP_DEFINE_CONST_OBJ_TYPE(type_reaper, MP_QSTR_Reaper, MP_TYPE_FLAG_NONE, locals_dict, &reaper_locals);

void wasm_viewed_begin(void) {
    wasm_viewed_reap();
    if (MP_STATE_VM(wasm_reaper) == NULL) {
        MP_STATE_VM(wasm_reaper) = mp_obj_malloc_with_finaliser(mp_obj_base_t, &type_reaper);
    }
}
