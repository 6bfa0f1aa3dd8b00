/* SPDX-License-Identifier: MIT
 *
 * The host module `spectest`: functions that print (here: do nothing), one constant of each number
 * type, a table of 10 to 20 elements and a memory of 1 to 2 pages.
 */
#include "spectest.h"

#include <string.h>

#define PARAMS(...) \
    .params = (const uint8_t[]) { __VA_ARGS__ }

static const struct {
    const char *name;
    wl_functype_t type;
} funcs[SPECTEST_FUNCS] = {
    {"print", {0}},
    {"print_i32", {PARAMS(WL_I32), .n_params = 1, .param_slots = 1}},
    {"print_i64", {PARAMS(WL_I64), .n_params = 1, .param_slots = 2}},
    {"print_f32", {PARAMS(WL_F32), .n_params = 1, .param_slots = 1}},
    {"print_f64", {PARAMS(WL_F64), .n_params = 1, .param_slots = 2}},
    {"print_i32_f32", {PARAMS(WL_I32, WL_F32), .n_params = 2, .param_slots = 2}},
    {"print_f64_f64", {PARAMS(WL_F64, WL_F64), .n_params = 2, .param_slots = 4}},
};

static const struct {
    const char *name;
    uint8_t type;
    uint32_t slots[2];
} globals[SPECTEST_GLOBALS] = {
    {"global_i32", WL_I32, {666}},
    {"global_i64", WL_I64, {666, 0}},
    {"global_f32", WL_F32, {0x4426a666}},             /* 666.6 */
    {"global_f64", WL_F64, {0xcccccccd, 0x4084d4cc}}, /* 666.6 */
};

static const wl_limits_t table_type = {.min = 10, .max = 20, .type = WL_FUNCREF, .has_max = true};
static const wl_limits_t memory_type = {.min = 1, .max = 2, .type = 16, .has_max = true};

static wl_status_t print(void *env, wl_store_t *store, wl_instance_t *caller, uint32_t *slots) {
    (void)env;
    (void)store;
    (void)caller;
    (void)slots;
    return WL_OK;
}

wl_status_t spectest_new(wl_store_t *store, spectest_t *spectest) {
    wl_status_t status = WL_OK;
    for (size_t i = 0; i < SPECTEST_FUNCS && status == WL_OK; i++) {
        status = wl_host_func_new(store, &funcs[i].type, print, NULL, &spectest->funcs[i]);
    }
    for (size_t i = 0; i < SPECTEST_GLOBALS && status == WL_OK; i++) {
        status = wl_global_new(store, globals[i].type, false, globals[i].slots, &spectest->globals[i]);
    }
    if (status == WL_OK) {
        status = wl_table_new(store, &table_type, 0, &spectest->table);
    }
    if (status == WL_OK) {
        status = wl_memory_new(store, &memory_type, &spectest->memory);
    }
    return status;
}

static bool is(const char *expected, const uint8_t *name, uint32_t size) {
    return size == strlen(expected) && memcmp(name, expected, size) == 0;
}

bool spectest_find(const spectest_t *spectest, const uint8_t *name, uint32_t size, wl_extern_t *object) {
    for (size_t i = 0; i < SPECTEST_FUNCS; i++) {
        if (is(funcs[i].name, name, size)) {
            *object = (wl_extern_t){.kind = WL_EXTERN_FUNC, .u.func = spectest->funcs[i]};
            return true;
        }
    }
    for (size_t i = 0; i < SPECTEST_GLOBALS; i++) {
        if (is(globals[i].name, name, size)) {
            *object = (wl_extern_t){.kind = WL_EXTERN_GLOBAL, .u.global = spectest->globals[i]};
            return true;
        }
    }
    if (is("table", name, size)) {
        *object = (wl_extern_t){.kind = WL_EXTERN_TABLE, .u.table = spectest->table};
        return true;
    }
    if (is("memory", name, size)) {
        *object = (wl_extern_t){.kind = WL_EXTERN_MEMORY, .u.memory = spectest->memory};
        return true;
    }
    return false;
}
