/* SPDX-License-Identifier: MIT
 *
 * What the engine needs in tight places: coremix with a code cache of 4 KB, a hello app, and
 * recursion until the guest stack is used up. Prints lines like the other programs.
 */
#include "harness.h"

#include <string.h>

#include "status_name.h"
#include "target.h"
#include "wl.h"

enum { C_STACK_BYTES = 16384 };

/* As in workloads.def. */
enum {
#define KERNEL(name, n, group) ROUNDS_##name = (n),
#define MICRO(name, n)
#include "workloads.def"
#undef KERNEL
#undef MICRO
};

extern const uint8_t wasm_coremix[], wasm_coremix_end[];
extern const uint8_t wasm_hello[], wasm_hello_end[];
extern const uint8_t wasm_depth[], wasm_depth_end[];

typedef struct {
    const char *name;
    wl_module_t *module;
    wl_store_t *store;
    wl_instance_t *instance;
} app_t;

static void *resize(void *env, void *p, size_t old_size, size_t new_size) {
    (void)env;
    (void)old_size;
    void *block = heap_resize(p, new_size);
    return p == NULL && block != NULL ? memset(block, 0, new_size) : block;
}

static const wl_allocator_t allocator = {.resize = resize};

static wl_status_t failed(const app_t *app, wl_status_t status) {
    if (status != WL_OK) {
        report_text(app->name, "failed", wl_status_text(status));
    }
    return status;
}

/* Loads a module into a store of its own; each import is `host`, if any. */
static bool load(app_t *app, const uint8_t *wasm, const uint8_t *wasm_end, const wl_config_t *config, wl_host_fn_t host) {
    wl_extern_type_t type;
    wl_extern_t import = {.kind = WL_EXTERN_FUNC};
    wl_error_t error;
    heap_reset_peak();
    wl_status_t status = wl_module_load(&allocator, wasm, (size_t)(wasm_end - wasm), &app->module, &error);
    if (status == WL_OK) {
        status = wl_store_new(&allocator, config, &app->store);
    }
    if (status == WL_OK && wl_module_import(app->module, 0, &type)) {
        status = wl_host_func_new(app->store, type.func, host, app, &import.u.func);
    }
    if (status == WL_OK) {
        status = wl_instance_new(app->store, app->module, &import, &app->instance, &error);
    }
    return failed(app, status) == WL_OK;
}

/* Calls an export with one argument, which it may have, and for one result, which it may give. */
static wl_status_t call(const app_t *app, const char *name, uint32_t argument, uint32_t *result) {
    wl_extern_t function;
    wl_call_t call;
    if (!wl_instance_find(app->instance, name, strlen(name), &function)) {
        return WL_BAD_ARGUMENT;
    }
    wl_status_t status = wl_call_begin(&call, app->store, function.u.func, &argument);
    if (status != WL_OK) {
        return status;
    }
    do {
        status = wl_call_run(&call, INT32_MAX);
    } while (status == WL_YIELD);
    if (status == WL_OK && result != NULL) {
        *result = wl_call_results(&call)[0];
    }
    wl_call_end(&call);
    return status;
}

static void unload(app_t *app) {
    if (app->store != NULL) {
        wl_store_free(app->store);
    }
    if (app->module != NULL) {
        wl_module_free(app->module);
    }
    report_number(app->name, "leaked_bytes", heap_live_bytes());
}

/* All that is not linear memory, and what of it is not guest stack either. */
static void report_ram(const app_t *app) {
    wl_usage_t usage;
    wl_store_usage(app->store, &usage);
    report_number(app->name, "ram_bytes", heap_peak_bytes() - usage.memory_bytes);
    report_number(app->name, "ram_bytes_without_stack", heap_peak_bytes() - usage.memory_bytes - usage.stack_bytes);
    report_number(app->name, "module_bytes", wl_module_ram_bytes(app->module));
    report_number(app->name, "stack_peak_bytes", usage.stack_peak_bytes);
    report_number(app->name, "translations", usage.translations);
    report_number(app->name, "evictions", usage.evictions);
}

/* A call on a C stack of its own. */
typedef struct {
    const app_t *app;
    wl_status_t status;
    uint32_t result;
} step_t;

static void run_step(void *argument) {
    step_t *step = argument;
    meter_begin();
    step->status = call(step->app, "run", ROUNDS_coremix, &step->result);
    meter_end();
}

static void run_coremix(void) {
    static __attribute__((aligned(16))) uint8_t c_stack[C_STACK_BYTES];
    app_t app = {.name = "small_cache"};
    step_t step = {.app = &app};
    wl_config_t config;
    wl_config_default(&config);
    config.code_cache_bytes = 4096;
    config.stack_bytes = 2048;
    if (load(&app, wasm_coremix, wasm_coremix_end, &config, NULL)) {
        meter_name(app.name, "instructions");
        report_number(app.name, "c_stack_bytes", target_stack_use(run_step, &step, c_stack, sizeof(c_stack)));
        meter_report();
        if (failed(&app, step.status) == WL_OK) {
            report_number(app.name, "result", step.result);
            report_ram(&app);
        }
    }
    unload(&app);
}

/* Imported as wasmlet:log write(address, size). */
static wl_status_t write_log(void *env, wl_store_t *store, wl_instance_t *caller, uint32_t *slots) {
    const app_t *app = env;
    const uint8_t *text = wl_memory_range(wl_instance_memory(caller), slots[0], slots[1]);
    (void)store;
    if (text == NULL) {
        return WL_TRAP_HOST;
    }
    report_number(app->name, "log_hash", report_hash(text, slots[1]));
    return WL_OK;
}

/* As tight as this app allows: its code, and the few slots of its frames. */
static void run_hello(void) {
    app_t app = {.name = "hello"};
    wl_config_t config;
    wl_config_default(&config);
    config.code_cache_bytes = 128;
    config.stack_bytes = 256;
    config.memory_max_bytes = 2048;
    if (load(&app, wasm_hello, wasm_hello_end, &config, write_log) && failed(&app, call(&app, "run", 0, NULL)) == WL_OK) {
        report_ram(&app);
    }
    unload(&app);
}

static void run_depth(void) {
    app_t app = {.name = "depth"};
    wl_config_t config;
    uint32_t depth = 0;
    wl_config_default(&config);
    config.stack_bytes = GUEST_STACK_BYTES;
    if (load(&app, wasm_depth, wasm_depth_end, &config, NULL)) {
        report_text(app.name, "end", status_name(call(&app, "down", 0, NULL)));
        if (failed(&app, call(&app, "depth", 0, &depth)) == WL_OK) {
            report_number(app.name, "frames", depth);
            report_number(app.name, "frame_bytes", depth > 0 ? GUEST_STACK_BYTES / depth : 0);
        }
    }
    unload(&app);
}

int main(void) {
    run_coremix();
    run_hello();
    run_depth();
    return 0;
}
