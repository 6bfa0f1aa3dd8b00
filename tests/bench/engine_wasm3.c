/* SPDX-License-Identifier: MIT
 *
 * wasm3, for comparison: parsed, loaded, and all functions compiled at load. It has neither a
 * validator nor metering.
 */
#include "harness.h"

#include "wasm3.h"

/* Its C library's heap, by the names that the build gives to calloc, realloc and free. */
void *wasm3_calloc(size_t n, size_t size);
void *wasm3_realloc(void *p, size_t size);
void wasm3_free(void *p);

static IM3Environment environment;
static IM3Runtime runtime;
static IM3Function function;

void *wasm3_calloc(size_t n, size_t size) {
    uint8_t *p = heap_resize(NULL, n * size);
    if (p != NULL) {
        __builtin_memset(p, 0, n * size);
    }
    return p;
}

void *wasm3_realloc(void *p, size_t size) {
    return heap_resize(p, size);
}

void wasm3_free(void *p) {
    heap_resize(p, 0);
}

static bool refused(const workload_t *workload, M3Result result) {
    if (result != m3Err_none) {
        report_text(workload->name, "error", result);
    }
    return result != m3Err_none;
}

bool engine_has(const workload_t *workload) {
    return workload->wasm != workload->wasm_end;
}

bool engine_load(const workload_t *workload) {
    IM3Module module;
    environment = m3_NewEnvironment();
    runtime = m3_NewRuntime(environment, GUEST_STACK_BYTES, NULL);
    M3Result result = m3_ParseModule(environment, &module, workload->wasm, (uint32_t)(workload->wasm_end - workload->wasm));
    if (result == m3Err_none) {
        result = m3_LoadModule(runtime, module);
    }
    if (result == m3Err_none) {
        result = m3_CompileModule(module);
    }
    if (result == m3Err_none) {
        result = m3_FindFunction(&function, runtime, "run");
    }
    return !refused(workload, result);
}

bool engine_run(const workload_t *workload, int32_t *result) {
    const void *arguments[] = {&workload->n};
    const void *results[] = {result};
    return !refused(workload, m3_Call(function, 1, arguments)) && !refused(workload, m3_GetResults(function, 1, results));
}

size_t engine_guest_bytes(void) {
    return m3_GetMemorySize(runtime) + GUEST_STACK_BYTES;
}

void engine_report(const workload_t *workload) {
    uint32_t size;
    const uint8_t *memory = m3_GetMemory(runtime, &size, 0);
    report_number(workload->name, "memory_hash", report_hash(memory, size));
}

void engine_unload(void) {
    m3_FreeRuntime(runtime);
    m3_FreeEnvironment(environment);
}
