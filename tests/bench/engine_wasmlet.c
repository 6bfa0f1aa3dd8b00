/* SPDX-License-Identifier: MIT
 *
 * This project's engine, all bodies translated at load, metered.
 */
#include "harness.h"

#include <string.h>

#include "wl.h"

enum { CODE_CACHE_BYTES = 16384,
       NATIVE_BYTES = 32768 };

/* Large enough never to run out, yet counted. */
#define FUEL ((int64_t)1 << 60)

/* In tier_*.c: what this program runs with. */
extern const uint8_t engine_tier;

static wl_module_t *module;
static wl_store_t *store;
static wl_instance_t *instance;
static wl_func_t function;

static void *resize(void *env, void *p, size_t old_size, size_t new_size) {
    (void)env;
    (void)old_size;
    void *block = heap_resize(p, new_size);
    return p == NULL && block != NULL ? memset(block, 0, new_size) : block;
}

static bool refused(const workload_t *workload, wl_status_t status) {
    if (status != WL_OK) {
        report_text(workload->name, "error", wl_status_text(status));
    }
    return status != WL_OK;
}

bool engine_has(const workload_t *workload) {
    return workload->wasm != workload->wasm_end;
}

bool engine_load(const workload_t *workload) {
    const wl_allocator_t allocator = {.resize = resize};
    wl_config_t config;
    wl_error_t error;
    wl_extern_t run;
    wl_config_default(&config);
    config.eager = true;
    config.code_cache_bytes = CODE_CACHE_BYTES;
    config.stack_bytes = GUEST_STACK_BYTES;
    config.tier = engine_tier;
    config.native_bytes = NATIVE_BYTES;
    wl_status_t status = wl_module_load(&allocator, workload->wasm, (size_t)(workload->wasm_end - workload->wasm),
                                        &module, &error);
    if (status == WL_OK) {
        status = wl_store_new(&allocator, &config, &store);
    }
    if (status == WL_OK) {
        status = wl_instance_new(store, module, NULL, &instance, &error);
    }
    if (refused(workload, status) || !wl_instance_find(instance, "run", 3, &run)) {
        return false;
    }
    function = run.u.func;
    wl_store_set_fuel(store, FUEL);
    return true;
}

bool engine_run(const workload_t *workload, int32_t *result) {
    const uint32_t argument = (uint32_t)workload->n;
    wl_call_t call;
    wl_status_t status = wl_call_begin(&call, store, function, &argument);
    if (refused(workload, status)) {
        return false;
    }
    do {
        status = wl_call_run(&call, INT32_MAX);
    } while (status == WL_YIELD);
    if (status == WL_OK) {
        *result = (int32_t)wl_call_results(&call)[0];
    }
    wl_call_end(&call);
    return !refused(workload, status);
}

size_t engine_guest_bytes(void) {
    wl_usage_t usage;
    wl_store_usage(store, &usage);
    return usage.memory_bytes + usage.stack_bytes + usage.code_cache_bytes - usage.code_used_bytes;
}

void engine_report(const workload_t *workload) {
    wl_usage_t usage;
    wl_memory_t *memory = wl_instance_memory(instance);
    wl_store_usage(store, &usage);
    report_number(workload->name, "fuel", wl_store_fuel_used(store));
    report_number(workload->name, "memory_hash", report_hash(wl_memory_data(memory), wl_memory_bytes(memory)));
    report_number(workload->name, "translated_bytes", usage.code_used_bytes);
    if (engine_tier != WL_TIER_INTERP) {
        report_number(workload->name, "native_bytes", usage.native_used_bytes);
        report_number(workload->name, "native_functions", usage.native_functions);
        report_number(workload->name, "native_refused", usage.native_refused);
        report_number(workload->name, "native_scratch_bytes", usage.native_scratch_bytes);
    }
    report_number(workload->name, "guest_stack_bytes", usage.stack_peak_bytes);
}

void engine_unload(void) {
    if (store != NULL) {
        wl_store_free(store);
        store = NULL;
    }
    if (module != NULL) {
        wl_module_free(module);
        module = NULL;
    }
}
