/* SPDX-License-Identifier: MIT
 *
 * Loads one module, links it with dummies, and calls its start function and every exported function
 * with zeros and 100,000 units of fuel. Prints one line per outcome; every outcome is fine but a
 * complaint of a sanitizer or memory that stays allocated.
 */
#include "check.h"
#include "status_name.h"

enum { FUEL = 100000,
       SLICE = 1000,
       MAX_IMPORTS = 256 };

static uint8_t *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    size_t n = 0, capacity = 0;
    if (file == NULL) {
        return NULL;
    }
    do { /* shrunk to the exact size below, so that a read past the end is seen */
        capacity = 2 * capacity + 4096;
        bytes = realloc(bytes, capacity);
        n += fread(bytes + n, 1, capacity - n, file);
    } while (n == capacity);
    fclose(file);
    *size = n;
    return realloc(bytes, n > 0 ? n : 1);
}

/* The host function behind every imported one: all results are zero. */
static wl_status_t answer_zero(void *env, wl_store_t *store, wl_instance_t *caller, uint32_t *slots) {
    const wl_functype_t *type = env;
    (void)store;
    (void)caller;
    memset(slots, 0, type->result_slots * sizeof(*slots));
    return WL_OK;
}

static wl_status_t new_dummy(wl_store_t *store, const wl_extern_type_t *type, wl_extern_t *object) {
    const uint32_t zero[2] = {0};
    object->kind = type->kind;
    switch (type->kind) {
        case WL_EXTERN_FUNC:
            return wl_host_func_new(store, type->func, answer_zero, (void *)(uintptr_t)type->func, &object->u.func);
        case WL_EXTERN_TABLE:
            return wl_table_new(store, &type->limits, 0, &object->u.table);
        case WL_EXTERN_MEMORY:
            return wl_memory_new(store, &type->limits, &object->u.memory);
        default:
            return wl_global_new(store, type->global_type, type->global_mutable, zero, &object->u.global);
    }
}

static void call_with_zeros(wl_store_t *store, wl_func_t func, const uint8_t *name, uint32_t name_size) {
    const uint32_t args[256] = {0};
    wl_call_t call;
    wl_store_set_fuel(store, FUEL);
    wl_status_t status = wl_call_begin(&call, store, func, args);
    if (status == WL_OK) {
        do {
            status = wl_call_run(&call, SLICE);
        } while (status == WL_YIELD);
        wl_call_end(&call);
    }
    printf("  %.*s: %s\n", (int)name_size, (const char *)name, status_name(status));
}

static void call_exports(wl_store_t *store, const wl_instance_t *instance, const wl_module_t *module) {
    wl_func_t start = wl_instance_start(instance);
    if (start != 0) {
        call_with_zeros(store, start, (const uint8_t *)"(start)", 7);
    }
    for (uint32_t i = 0; i < wl_module_export_count(module); i++) {
        wl_extern_type_t type;
        wl_extern_t object;
        if (CHECK(wl_module_export(module, i, &type)) && CHECK(wl_instance_export(instance, i, &object)) &&
            object.kind == WL_EXTERN_FUNC) {
            call_with_zeros(store, object.u.func, type.name, type.name_size);
        }
    }
}

static void run(const wl_allocator_t *allocator, wl_module_t *module) {
    wl_extern_t imports[MAX_IMPORTS];
    wl_extern_type_t type;
    wl_config_t config;
    wl_store_t *store;
    wl_instance_t *instance;
    wl_error_t error;
    wl_config_default(&config);
    wl_status_t status = wl_store_new(allocator, &config, &store);
    if (status == WL_OK) {
        for (uint32_t i = 0; status == WL_OK && wl_module_import(module, i, &type); i++) {
            status = i < MAX_IMPORTS ? new_dummy(store, &type, &imports[i]) : WL_OVER_IMPORTS;
        }
        if (status == WL_OK) {
            status = wl_instance_new(store, module, imports, &instance, &error);
        }
        if (status == WL_OK) {
            call_exports(store, instance, module);
        }
        wl_store_free(store);
    }
    printf("  instance: %s\n", status_name(status));
}

int main(int argc, char **argv) {
    tracker_t tracker = {0};
    wl_allocator_t allocator = tracker_allocator(&tracker);
    wl_module_t *module;
    wl_error_t error;
    size_t size;
    uint8_t *bytes = argc == 2 ? read_file(argv[1], &size) : NULL;
    if (bytes == NULL) {
        fprintf(stderr, "usage: run_wasm FILE\n");
        return 2;
    }
    wl_status_t status = wl_module_load(&allocator, bytes, size, &module, &error);
    printf("%s: %s", argv[1], status_name(status));
    if (status) {
        printf(" at %u\n", (unsigned)error.offset);
    } else {
        printf("\n");
        run(&allocator, module);
        wl_module_free(module);
    }
    CHECK(tracker.live_blocks == 0);
    free(bytes);
    return check_failures != 0;
}
