/* SPDX-License-Identifier: MIT */
#include "fz_host.h"

#include <string.h>

#include "fz_heap.h"

uint32_t fz_slots(uint8_t type) { return type == WL_I64 || type == WL_F64 ? 2 : 1; }

static bool is_ref(uint8_t type) { return type == WL_FUNCREF || type == WL_EXTERNREF; }

void fz_values(const uint8_t *types, uint32_t n, uint64_t seed, uint32_t *slots) {
    for (uint32_t i = 0; i < n; i++) {
        uint64_t value = fz_mix(seed + i);
        if ((value >> 60) < 6 && (types[i] == WL_I32 || types[i] == WL_I64)) {
            value &= 0xff; /* small numbers lead further than random ones */
        }
        if (is_ref(types[i])) {
            value = 0;
        }
        *slots++ = (uint32_t)value;
        if (fz_slots(types[i]) == 2) {
            *slots++ = (uint32_t)(value >> 32);
        }
    }
}

/* The caller's memory, when it exports it. */
static wl_memory_t *exported_memory(const wl_instance_t *instance) {
    wl_extern_t object;
    for (uint32_t i = 0; instance != NULL && wl_instance_export(instance, i, &object); i++) {
        if (object.kind == WL_EXTERN_MEMORY) {
            return object.u.memory;
        }
    }
    return NULL;
}

static wl_status_t host_call(void *env, wl_store_t *store, wl_instance_t *caller, uint32_t *slots) {
    fz_host_t *host = env;
    fz_world_t *world = host->world;
    (void)store;
    if (world->mode == FZ_HOST_REPEATED && !world->interrupted) {
        world->interrupted = true;
        return WL_INTERRUPTED;
    }
    world->interrupted = false;
    uint64_t hash = fz_mix(world->trace ^ host->index);
    const uint32_t *at = slots;
    for (uint32_t i = 0; i < host->type->n_params; i++) {
        uint8_t type = host->type->params[i];
        uint64_t value = is_ref(type) ? *at != 0 : *at;
        if (fz_slots(type) == 2) {
            value |= (uint64_t)at[1] << 32;
        }
        at += fz_slots(type);
        hash = fz_mix(hash ^ value);
    }
    world->trace = hash;
    world->calls++;
    wl_memory_t *memory = exported_memory(caller);
    if ((hash & 7) == 0 && memory != NULL && wl_memory_bytes(memory) > 0) {
        wl_memory_data(memory)[(hash >> 32) % wl_memory_bytes(memory)] ^= (uint8_t)(hash >> 8);
    }
    if ((hash >> 16 & 0xff) == 0) {
        return WL_TRAP_HOST;
    }
    uint32_t *results = world->mode == FZ_HOST_PENDING ? world->answer : slots;
    fz_values(host->type->results, host->type->n_results, hash, results);
    return world->mode == FZ_HOST_PENDING ? WL_PENDING : WL_OK;
}

void fz_world_init(fz_world_t *world, fz_host_mode_t mode) {
    memset(world, 0, sizeof *world);
    world->mode = mode;
}

wl_status_t fz_host_satisfy(fz_world_t *world, wl_store_t *store, const wl_extern_type_t *type, uint32_t index,
                            wl_extern_t *object) {
    object->kind = type->kind;
    switch (type->kind) {
        case WL_EXTERN_FUNC: {
            if (world->n_hosts == sizeof world->hosts / sizeof *world->hosts) {
                return WL_NO_MEMORY;
            }
            fz_host_t *host = &world->hosts[world->n_hosts++];
            *host = (fz_host_t){world, type->func, index};
            return wl_host_func_new(store, type->func, host_call, host, &object->u.func);
        }
        case WL_EXTERN_TABLE: return wl_table_new(store, &type->limits, 0, &object->u.table);
        case WL_EXTERN_MEMORY: return wl_memory_new(store, &type->limits, &object->u.memory);
        default: {
            uint32_t slots[2];
            fz_values(&type->global_type, 1, index, slots);
            return wl_global_new(store, type->global_type, type->global_mutable, slots, &object->u.global);
        }
    }
}
