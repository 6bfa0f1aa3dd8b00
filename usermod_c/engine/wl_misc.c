/* SPDX-License-Identifier: MIT
 *
 * Operations that are too rare or too big for the interpreter's loop: bulk memory, tables, sizes,
 * and memory accesses whose bounds check does not fit the fast forms.
 */
#include "wl_slotops.h"

#define BYTES_PER_FUEL 8u

/* Charges `n` units for bulk work, after it; the instance stops behind the instruction when that
 * was more than it had. `n` is below 2^30, as sizes of tables and eighths of memories are, and fuel
 * is not negative here. */
static void charge(wl_ctx_t *ctx, uint32_t n) {
    if (WL_ENABLE_FUEL) {
        ctx->fuel -= (int32_t)n;
    }
}

wl_status_t wl_memory_trap(const wl_memory_t *m, uint64_t end) {
    if (m != NULL && end <= (uint64_t)m->pages << m->page_log2) {
        return WL_MEMORY_CAP;
    }
    return WL_TRAP_MEMORY_BOUNDS;
}

static wl_memory_t *memory_at(const wl_ctx_t *ctx, uint32_t index) {
    return ctx->instance->memories[WL_MEMORY(index)];
}

static wl_status_t access(wl_ctx_t *ctx, uint32_t sub, uint32_t *slots, uint32_t offset) {
    const wl_memory_t *m = memory_at(ctx, sub >> WL_MISC_MEMORY_SHIFT);
    uint32_t log2 = sub >> 8 & 3, width = 1u << log2;
    uint64_t at = (uint64_t)slots[0] + offset;
    if (at + width > m->bytes) {
        return wl_memory_trap(m, at + width);
    }
    uint8_t *p = m->data + at;
    if ((sub & 0xff) == WL_MISC_STORE) {
        memcpy(p, slots + 1, width);
        return WL_OK;
    }
    slots[0] = 0;
    memcpy(slots, p, width);
    return WL_OK;
}

static wl_status_t memory_copy(wl_ctx_t *ctx, const uint32_t *a, const wl_memory_t *m, const wl_memory_t *source) {
    uint64_t to = (uint64_t)a[0] + a[2], from = (uint64_t)a[1] + a[2];
    if (to > m->bytes || from > source->bytes) {
        return WL_LIMIT_MEMORIES == 1 || from <= source->bytes ? wl_memory_trap(m, to > from ? to : from)
                                                               : wl_memory_trap(source, from);
    }
    if (a[2] > 0) {
        memmove(m->data + a[0], source->data + a[1], a[2]);
    }
    charge(ctx, a[2] / BYTES_PER_FUEL);
    return WL_OK;
}

static wl_status_t memory_fill(wl_ctx_t *ctx, const uint32_t *a, const wl_memory_t *m) {
    uint64_t end = (uint64_t)a[0] + a[2];
    if (end > m->bytes) {
        return wl_memory_trap(m, end);
    }
    if (a[2] > 0) {
        memset(m->data + a[0], (int)(a[1] & 0xff), a[2]);
    }
    charge(ctx, a[2] / BYTES_PER_FUEL);
    return WL_OK;
}

static wl_status_t table_copy(wl_ctx_t *ctx, const uint32_t *a, wl_table_t *to, wl_table_t *from) {
    if ((uint64_t)a[0] + a[2] > to->size || (uint64_t)a[1] + a[2] > from->size) {
        return WL_TRAP_TABLE_BOUNDS;
    }
    if (a[2] > 0) {
        memmove(to->elements + a[0], from->elements + a[1], a[2] * sizeof *to->elements);
    }
    charge(ctx, a[2]);
    return WL_OK;
}

static wl_status_t table_fill(wl_ctx_t *ctx, const uint32_t *a, wl_table_t *table) {
    if ((uint64_t)a[0] + a[2] > table->size) {
        return WL_TRAP_TABLE_BOUNDS;
    }
    for (uint32_t i = 0; i < a[2]; i++) {
        table->elements[a[0] + i] = a[1];
    }
    charge(ctx, a[2]);
    return WL_OK;
}

wl_status_t wl_misc(wl_ctx_t *ctx, const uint16_t *ip, uint32_t *fp) {
    wl_instance_t *i = ctx->instance;
    uint32_t *a = fp + ip[2] / WL_SLOT_BYTES;
    uint32_t x = ip[3], y = ip[4];
    wl_status_t s;
    switch (ip[1] & 0xff) {
        case WL_MISC_LOAD:
        case WL_MISC_STORE: return access(ctx, ip[1], a, x | y << 16);
        case WL_MISC_MEMORY_SIZE: a[0] = memory_at(ctx, x)->pages; return WL_OK;
        case WL_MISC_MEMORY_GROW:
            if (wl_memory_grow(memory_at(ctx, x), a[0], a) != WL_OK) {
                a[0] = UINT32_MAX;
            }
            wl_ctx_enter(ctx, i);
            return WL_OK;
        case WL_MISC_MEMORY_INIT:
            s = wl_memory_init(i, x | WL_MEMORY(y << 16), a[0], a[1], a[2]);
            charge(ctx, s == WL_OK ? a[2] / BYTES_PER_FUEL : 0);
            return s;
        case WL_MISC_DATA_DROP: wl_drop(i, i->module->n_elems + x); return WL_OK;
        case WL_MISC_MEMORY_COPY: return memory_copy(ctx, a, memory_at(ctx, x), memory_at(ctx, y));
        case WL_MISC_MEMORY_FILL: return memory_fill(ctx, a, memory_at(ctx, x));
        case WL_MISC_TABLE_GET: return wl_table_get(i->tables[x], a[0], a);
        case WL_MISC_TABLE_SET: return wl_table_set(i->tables[x], a[0], a[1]);
        case WL_MISC_TABLE_INIT:
            s = wl_table_init(i, y, x, a[0], a[1], a[2]);
            charge(ctx, s == WL_OK ? a[2] : 0);
            return s;
        case WL_MISC_ELEM_DROP: wl_drop(i, x); return WL_OK;
        case WL_MISC_TABLE_COPY: return table_copy(ctx, a, i->tables[x], i->tables[y]);
        case WL_MISC_TABLE_GROW: {
            uint32_t delta = a[1];
            if (wl_table_grow(i->tables[x], delta, a[0], a) != WL_OK) {
                a[0] = UINT32_MAX;
            } else {
                charge(ctx, delta);
            }
            return WL_OK;
        }
        case WL_MISC_TABLE_SIZE: a[0] = i->tables[x]->size; return WL_OK;
        case WL_MISC_TABLE_FILL: return table_fill(ctx, a, i->tables[x]);
        default: /* WL_MISC_REF_FUNC */ a[0] = wl_instance_func(i, x); return WL_OK;
    }
}

const uint16_t *wl_resolve_indirect(wl_ctx_t *ctx, const uint16_t *ip, uint32_t *fp) {
    wl_instance_t *i = ctx->instance;
    const wl_module_t *m = i->module;
    const wl_table_t *table = i->tables[HI(1)];
    uint32_t index = S(LO(1));
    ctx->exit = WL_EXIT_TRAP;
    if (index >= table->size) {
        ctx->arg = WL_TRAP_UNDEFINED_ELEMENT;
        return NULL;
    }
    wl_func_t func = table->elements[index];
    if (func == 0) {
        ctx->arg = WL_TRAP_UNINITIALIZED_ELEMENT;
        return NULL;
    }
    uint32_t own = func - i->func_base; /* wraps for others */
    if (own < m->n_funcs - m->n_imported_funcs) {
        own += m->n_imported_funcs;
        if (m->func_types[own] != ip[2]) {
            ctx->arg = WL_TRAP_CALL_TYPE;
            return NULL;
        }
        ctx->exit = WL_EXIT_CALL;
        ctx->arg = own;
        return i->code[own];
    }
    if (!wl_functype_equal(wl_func_type(i->store, func), &m->types[ip[2]])) {
        ctx->arg = WL_TRAP_CALL_TYPE;
        return NULL;
    }
    ctx->exit = WL_EXIT_CALLI;
    ctx->arg = func;
    return NULL;
}
