/* SPDX-License-Identifier: MIT
 *
 * Stores and the objects that live in them: memories, tables, globals, host functions.
 */
#include "wl_runtime.h"

#define HOSTS_STEP 8u
#define MEMORY_LIMIT 0xffff0000u /* bytes; keeps sizes and ends in 32 bits */

static void *store_alloc(wl_store_t *store, size_t size) {
    void *p = wl_alloc(&store->allocator, size);
    if (p != NULL) {
        store->ram_bytes += size;
    }
    return p;
}

static void store_free(wl_store_t *store, void *p, size_t size) {
    if (p != NULL) {
        wl_free(&store->allocator, p, size);
        store->ram_bytes -= size;
    }
}

/* ---- Stores ---- */

void wl_config_default(wl_config_t *config) {
    config->stack_bytes = WL_DEFAULT_STACK_BYTES;
    config->code_cache_bytes = WL_DEFAULT_CODE_CACHE_BYTES;
    config->memory_max_bytes = WL_DEFAULT_MEMORY_MAX_BYTES;
    config->table_max = WL_DEFAULT_TABLE_MAX;
    config->native_bytes = WL_DEFAULT_NATIVE_BYTES;
    config->eager = false;
    config->tier = WL_TIER_INTERP;
    config->portable = false;
}

bool wl_native_available(void) {
    return WL_ENABLE_NATIVE;
}

wl_status_t wl_store_new(const wl_allocator_t *allocator, const wl_config_t *config, wl_store_t **out) {
    wl_store_t *store = wl_alloc(allocator, sizeof *store);
    if (store == NULL) {
        return WL_NO_MEMORY;
    }
    store->allocator = *allocator;
    store->config = *config;
    store->ram_bytes = sizeof *store;
    store->fuel = INT64_MAX;
    store->next_func = 1;
    store->stack_slots = config->stack_bytes / WL_SLOT_BYTES;
    store->stack = store_alloc(store, store->stack_slots * WL_SLOT_BYTES);
    if (store->stack == NULL || wl_codecache_new(store) != WL_OK) {
        wl_store_free(store);
        return WL_NO_MEMORY;
    }
    store->ctx.stack_end = store->stack + store->stack_slots;
    *out = store;
    return WL_OK;
}

void wl_store_free(wl_store_t *store) {
    for (wl_instance_t *i = store->instances, *next; i != NULL; i = next) {
        next = i->next;
        store_free(store, i, i->bytes);
    }
    for (wl_memory_t *m = store->memories, *next; m != NULL; m = next) {
        next = m->next;
        store_free(store, m->data - WL_ANCHOR_BYTES, m->reserve + (size_t)WL_ANCHOR_BYTES);
        store_free(store, m, sizeof *m);
    }
    for (wl_table_t *t = store->tables, *next; t != NULL; t = next) {
        next = t->next;
        store_free(store, t->elements, t->size * sizeof *t->elements);
        store_free(store, t, sizeof *t);
    }
    for (wl_global_t *g = store->globals, *next; g != NULL; g = next) {
        next = g->next;
        store_free(store, g, sizeof *g);
    }
    store_free(store, store->hosts, store->hosts_cap * sizeof *store->hosts);
    store_free(store, store->cache.words, store->cache.bytes);
    store_free(store, store->stack, store->stack_slots * WL_SLOT_BYTES);
    wl_allocator_t allocator = store->allocator;
    wl_free(&allocator, store, sizeof *store);
}

void wl_store_set_fuel(wl_store_t *store, int64_t fuel) {
    store->fuel = fuel;
}

int64_t wl_store_fuel(const wl_store_t *store) {
    return store->fuel;
}

uint64_t wl_store_fuel_used(const wl_store_t *store) {
    return store->fuel_used;
}

void wl_store_usage(const wl_store_t *store, wl_usage_t *usage) {
    memset(usage, 0, sizeof *usage);
    usage->ram_bytes = store->ram_bytes;
    for (const wl_memory_t *m = store->memories; m != NULL; m = m->next) {
        usage->memory_bytes += m->reserve;
    }
    usage->stack_bytes = store->stack_slots * WL_SLOT_BYTES;
    usage->code_cache_bytes = store->cache.size * 2u;
    usage->code_used_bytes = store->cache.used * 2u;
    /* The stack starts zeroed, and every frame holds a return position that is not zero. */
    uint32_t peak = store->stack_slots;
    while (peak > 0 && store->stack[peak - 1] == 0) {
        peak--;
    }
    usage->stack_peak_bytes = peak * WL_SLOT_BYTES;
    usage->translations = store->cache.translations;
    usage->evictions = store->cache.evictions;
#if WL_ENABLE_NATIVE
    usage->native_bytes = store->cache.native_size * 2u;
    usage->native_used_bytes = store->cache.native_used * 2u;
    usage->native_image_bytes = store->cache.image_words * 2u;
    usage->native_functions = store->cache.native_functions;
    usage->native_refused = store->cache.native_refused;
    usage->native_scratch_bytes = store->cache.native_scratch;
    usage->code_cache_bytes += usage->native_bytes;
    usage->code_used_bytes += usage->native_used_bytes;
#endif
}

/* ---- Host functions ---- */

wl_status_t wl_host_func_new(wl_store_t *store, const wl_functype_t *type, wl_host_fn_t fn, void *env,
                             wl_func_t *func) {
    if (store->n_hosts == store->hosts_cap) {
        uint32_t cap = store->hosts_cap + HOSTS_STEP;
        wl_host_t *p = wl_resize(&store->allocator, store->hosts, store->hosts_cap * sizeof *p, cap * sizeof *p);
        if (p == NULL) {
            return WL_NO_MEMORY;
        }
        store->hosts = p;
        store->hosts_cap = cap;
        store->ram_bytes += HOSTS_STEP * sizeof *p;
    }
    store->hosts[store->n_hosts] = (wl_host_t){.type = type, .fn = fn, .env = env};
    *func = WL_HOST_BIT | store->n_hosts++;
    return WL_OK;
}

/* ---- Memories ---- */

static uint32_t max_pages(const wl_limits_t *limits) {
    return limits->has_max ? limits->max : limits->type == 16 ? 65536
                                                              : UINT32_MAX;
}

wl_status_t wl_memory_new(wl_store_t *store, const wl_limits_t *limits, wl_memory_t **out) {
    uint32_t cap = store->config.memory_max_bytes < MEMORY_LIMIT ? store->config.memory_max_bytes : MEMORY_LIMIT;
    cap = cap > 0 ? cap : 1;
    uint64_t min = (uint64_t)limits->min << limits->type, max = (uint64_t)max_pages(limits) << limits->type;
    wl_memory_t *m = store_alloc(store, sizeof *m);
    if (m == NULL) {
        return WL_NO_MEMORY;
    }
    m->reserve = max == 0 ? 1 : max < cap ? (uint32_t)max
                                          : cap; /* an empty memory has an address, too */
    uint8_t *p = store_alloc(store, m->reserve + (size_t)WL_ANCHOR_BYTES);
    if (p == NULL) {
        store_free(store, m, sizeof *m);
        return WL_NO_MEMORY;
    }
    m->data = p + WL_ANCHOR_BYTES;
    m->bytes = min < m->reserve ? (uint32_t)min : m->reserve;
    m->store = store;
    m->pages = limits->min;
    m->max_pages = max_pages(limits);
    m->has_max = limits->has_max;
    m->page_log2 = limits->type;
    m->next = store->memories;
    store->memories = m;
    *out = m;
    return WL_OK;
}

uint8_t *wl_memory_data(const wl_memory_t *memory) {
    return memory->data;
}

uint32_t wl_memory_bytes(const wl_memory_t *memory) {
    return memory->bytes;
}

uint32_t wl_memory_pages(const wl_memory_t *memory) {
    return memory->pages;
}

wl_status_t wl_memory_grow(wl_memory_t *memory, uint32_t delta_pages, uint32_t *old_pages) {
    uint32_t old = memory->pages;
    if (delta_pages > 0) {
        if (delta_pages > memory->max_pages - old) {
            return WL_NO_MEMORY;
        }
        uint64_t bytes = (uint64_t)(old + delta_pages) << memory->page_log2;
        if (bytes > memory->reserve) {
            return WL_NO_MEMORY;
        }
        memory->pages = old + delta_pages;
        memory->bytes = (uint32_t)bytes;
    }
    *old_pages = old;
    return WL_OK;
}

void wl_memory_type(const wl_memory_t *memory, wl_limits_t *limits) {
    limits->min = memory->pages;
    limits->max = memory->has_max ? memory->max_pages : UINT32_MAX;
    limits->has_max = memory->has_max;
    limits->type = memory->page_log2;
}

uint8_t *wl_memory_range(const wl_memory_t *memory, uint32_t address, uint32_t size) {
    if (memory == NULL || address > memory->bytes || size > memory->bytes - address) {
        return NULL;
    }
    return memory->data + address;
}

/* ---- Tables ---- */

wl_status_t wl_table_new(wl_store_t *store, const wl_limits_t *limits, uint32_t init, wl_table_t **out) {
    if (limits->min > store->config.table_max) {
        return WL_OVER_TABLE_SIZE;
    }
    wl_table_t *t = store_alloc(store, sizeof *t);
    if (t == NULL) {
        return WL_NO_MEMORY;
    }
    t->elements = limits->min > 0 ? store_alloc(store, limits->min * sizeof *t->elements) : NULL;
    if (t->elements == NULL && limits->min > 0) {
        store_free(store, t, sizeof *t);
        return WL_NO_MEMORY;
    }
    for (uint32_t i = 0; i < limits->min; i++) {
        t->elements[i] = init;
    }
    t->store = store;
    t->size = limits->min;
    t->max = limits->has_max ? limits->max : UINT32_MAX;
    t->has_max = limits->has_max;
    t->type = limits->type;
    t->next = store->tables;
    store->tables = t;
    *out = t;
    return WL_OK;
}

uint32_t wl_table_size(const wl_table_t *table) {
    return table->size;
}

wl_status_t wl_table_get(const wl_table_t *table, uint32_t index, uint32_t *ref) {
    if (index >= table->size) {
        return WL_TRAP_TABLE_BOUNDS;
    }
    *ref = table->elements[index];
    return WL_OK;
}

wl_status_t wl_table_set(wl_table_t *table, uint32_t index, uint32_t ref) {
    if (index >= table->size) {
        return WL_TRAP_TABLE_BOUNDS;
    }
    table->elements[index] = ref;
    return WL_OK;
}

wl_status_t wl_table_grow(wl_table_t *table, uint32_t delta, uint32_t init, uint32_t *old_size) {
    wl_store_t *store = table->store;
    uint32_t old = table->size;
    uint32_t max = table->max < store->config.table_max ? table->max : store->config.table_max;
    if (delta > 0) {
        if (old > max || delta > max - old) {
            return WL_OVER_TABLE_SIZE;
        }
        uint32_t *p = wl_resize(&store->allocator, table->elements, old * sizeof *p, (old + delta) * sizeof *p);
        if (p == NULL) {
            return WL_NO_MEMORY;
        }
        store->ram_bytes += delta * sizeof *p;
        for (uint32_t i = old; i < old + delta; i++) {
            p[i] = init;
        }
        table->elements = p;
        table->size = old + delta;
    }
    *old_size = old;
    return WL_OK;
}

void wl_table_type(const wl_table_t *table, wl_limits_t *limits) {
    limits->min = table->size;
    limits->max = table->max;
    limits->has_max = table->has_max;
    limits->type = table->type;
}

/* ---- Globals ---- */

wl_status_t wl_global_new(wl_store_t *store, uint8_t type, bool is_mutable, const uint32_t *slots,
                          wl_global_t **out) {
    wl_global_t *g = store_alloc(store, sizeof *g);
    if (g == NULL) {
        return WL_NO_MEMORY;
    }
    g->type = type;
    g->is_mutable = is_mutable;
    memcpy(g->value, slots, wl_type_slots(type) * WL_SLOT_BYTES);
    g->next = store->globals;
    store->globals = g;
    *out = g;
    return WL_OK;
}

uint8_t wl_global_type(const wl_global_t *global) {
    return global->type;
}

bool wl_global_mutable(const wl_global_t *global) {
    return global->is_mutable;
}

void wl_global_get(const wl_global_t *global, uint32_t *slots) {
    memcpy(slots, global->value, wl_type_slots(global->type) * WL_SLOT_BYTES);
}

wl_status_t wl_global_set(wl_global_t *global, const uint32_t *slots) {
    if (!global->is_mutable) {
        return WL_GLOBAL_IMMUTABLE;
    }
    memcpy(global->value, slots, wl_type_slots(global->type) * WL_SLOT_BYTES);
    return WL_OK;
}
