/* SPDX-License-Identifier: MIT */
#include "fz_run.h"
#include "status_name.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_CALLS 24
#define MAX_FRAMES 32
#define MAX_IDLE 10000
#define IMAGE_BYTES ((1u << 18) + 256u)
#define BAD_IMAGES 6u

typedef struct {
    const fz_plan_t *plan;
    fz_outcome_t *out;
    fz_heap_t heap;
    fz_world_t world;
    wl_module_t *module;
    wl_store_t *store;
    wl_instance_t *instances[2];
    uint32_t stops;
} run_t;

/* ---- What is written down ---- */

static void note(run_t *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void note(run_t *r, const char *format, ...) {
    char line[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    size_t size = n < 0 ? 0 : (size_t)n >= sizeof line ? sizeof line - 1
                                                       : (size_t)n;
    fz_outcome_t *o = r->out;
    o->hash = fz_hash(o->hash, line, size);
    if (size < FZ_LOG_BYTES - 1 - o->log_size) {
        memcpy(o->log + o->log_size, line, size + 1);
        o->log_size += size;
    }
}

/* What a plan may change ends the comparison. */
static void verdict(run_t *r, wl_status_t status) {
    if (status == WL_OVER_CODE_CACHE || status == WL_OVER_BODY || status == WL_NO_MEMORY) {
        r->out->no_verdict = true;
    }
    if (wl_status_kind(status) == WL_KIND_USAGE) {
        fz_finding("unexpected %s", status_name(status));
    }
}

static void note_values(run_t *r, const uint8_t *types, uint32_t n, const uint32_t *slots) {
    for (uint32_t i = 0; i < n; i++) {
        note(r, fz_slots(types[i]) == 2 ? " %02x:%08x%08x" : " %02x:%08x", types[i],
             fz_slots(types[i]) == 2 ? slots[1] : slots[0], slots[0]);
        slots += fz_slots(types[i]);
    }
}

static void check_backtrace(run_t *r, const wl_call_t *call, bool write, bool stopped) {
    wl_frame_t frames[MAX_FRAMES];
    uint32_t n = wl_call_backtrace(call, frames, MAX_FRAMES);
    if (n > MAX_FRAMES) {
        fz_finding("%u frames where there is room for %d", n, MAX_FRAMES);
    }
    for (uint32_t i = 0; i < n; i++) {
        const wl_frame_t *f = &frames[i];
        const uint8_t *name;
        uint32_t size;
        wl_module_func_name(wl_instance_module(f->instance), f->func_index, &name, &size);
        if (f->instance != r->instances[0] && f->instance != r->instances[1]) {
            fz_finding("a frame of an unknown instance");
        }
        if (write) {
            bool skip = i == 0 && stopped && r->plan->coarse;
            note(r, " %u:%u@%u", f->instance == r->instances[1], f->func_index, skip ? 0 : f->offset);
        }
    }
}

static void check_ram(run_t *r) {
    wl_usage_t usage;
    wl_store_usage(r->store, &usage);
    if (usage.ram_bytes + wl_module_ram_bytes(r->module) != r->heap.used) {
        fz_finding("store says %zu bytes and module %zu, together they have %zu", usage.ram_bytes,
                   wl_module_ram_bytes(r->module), r->heap.used);
    }
    if (usage.code_used_bytes > usage.code_cache_bytes || usage.stack_peak_bytes > usage.stack_bytes) {
        fz_finding("more used than there is");
    }
}

static void note_state(run_t *r, const wl_instance_t *instance) {
    wl_extern_t object;
    for (uint32_t i = 0; wl_instance_export(instance, i, &object); i++) {
        if (object.kind == WL_EXTERN_GLOBAL) {
            uint8_t type = wl_global_type(object.u.global);
            uint32_t slots[2];
            wl_global_get(object.u.global, slots);
            note(r, "global %u", i);
            note_values(r, &type, 1, slots);
        } else if (object.kind == WL_EXTERN_TABLE) {
            uint64_t hash = FZ_HASH_START;
            for (uint32_t k = 0; k < wl_table_size(object.u.table); k++) {
                uint32_t ref;
                if (wl_table_get(object.u.table, k, &ref) != WL_OK) {
                    fz_finding("no element %u in a table of %u", k, wl_table_size(object.u.table));
                }
                hash = fz_hash(hash, &ref, sizeof ref);
            }
            note(r, "table %u size %u hash %016llx", i, wl_table_size(object.u.table), (unsigned long long)hash);
        } else {
            continue;
        }
        note(r, "\n");
    }
    wl_memory_t *memory = wl_instance_memory(instance);
    if (memory != NULL) {
        note(r, "memory %u pages %u bytes hash %016llx\n", wl_memory_pages(memory), wl_memory_bytes(memory),
             (unsigned long long)fz_hash(FZ_HASH_START, wl_memory_data(memory), wl_memory_bytes(memory)));
    }
}

/* ---- Calls ---- */

static void make_args(run_t *r, const wl_functype_t *type, uint64_t seed, uint32_t *slots) {
    fz_values(type->params, type->n_params, seed, slots);
    uint32_t slot = 0;
    for (uint32_t i = 0; i < type->n_params; i++) {
        if (type->params[i] == WL_EXTERNREF && r->plan->seed % 2 == 0) {
            slots[slot] = 7 + i;
        }
        slot += fz_slots(type->params[i]);
    }
}

static void nested_call(run_t *r) {
    wl_extern_t object;
    uint32_t count = wl_module_export_count(r->module), args[128];
    uint32_t index = r->stops % (count + 1);
    if (!wl_instance_export(r->instances[0], index, &object) || object.kind != WL_EXTERN_FUNC) {
        return;
    }
    wl_call_t call;
    make_args(r, wl_func_type(r->store, object.u.func), r->stops, args);
    if (wl_call_begin(&call, r->store, object.u.func, args) == WL_OK) {
        for (int i = 0; i < 3; i++) {
            wl_status_t status = wl_call_run(&call, 50);
            check_backtrace(r, &call, false, true);
            if (wl_status_kind(status) != WL_KIND_STOP) {
                break;
            }
            if (status == WL_PENDING) {
                wl_call_answer(&call, r->world.answer);
            }
        }
        wl_call_end(&call);
    }
}

/* Runs an open call until it ends or its fuel does. */
static wl_status_t drive(run_t *r, wl_call_t *call, int64_t fuel) {
    const fz_plan_t *plan = r->plan;
    int64_t left = fuel;
    uint32_t idle = 0;
    int64_t portion = plan->portion < left ? plan->portion : left;
    wl_store_set_fuel(r->store, portion);
    left -= portion;
    for (;;) {
        uint64_t used = wl_store_fuel_used(r->store);
        /* A slice also pays for translation, with many units a word: help small ones over it. */
        wl_status_t status = wl_call_run(call, idle > 8 && plan->slice < 256 ? 256 : plan->slice);
        if (wl_status_kind(status) != WL_KIND_STOP) {
            return status;
        }
        idle = used == wl_store_fuel_used(r->store) ? idle + 1 : 0;
        if (idle > MAX_IDLE) {
            fz_finding("%s again and again without progress", status_name(status));
        }
        r->stops++;
        if ((r->stops & (r->stops - 1)) == 0 || r->stops % 64 == 0) {
            check_backtrace(r, call, false, true);
            check_ram(r);
            if (plan->nested && status != WL_PENDING) {
                nested_call(r);
            }
        }
        if (status == WL_PENDING) {
            wl_status_t answered = wl_call_answer(call, r->world.answer);
            if (answered != WL_OK) {
                fz_finding("an answer is refused: %s", status_name(answered));
            }
        } else if (status == WL_OUT_OF_FUEL) {
            if (left == 0) {
                return status;
            }
            portion = plan->portion < left ? plan->portion : left;
            wl_store_set_fuel(r->store, wl_store_fuel(r->store) + portion);
            left -= portion;
        } else if (status != WL_YIELD && status != WL_INTERRUPTED) {
            fz_finding("a call stops with %s", status_name(status));
        }
    }
}

static void run_func(run_t *r, const char *what, wl_func_t func, uint64_t seed, int64_t fuel) {
    const wl_functype_t *type = wl_func_type(r->store, func);
    uint32_t args[128];
    wl_call_t call;
    if (type == NULL) {
        fz_finding("an exported function has no type");
    }
    make_args(r, type, seed, args);
    note(r, "call %s", what);
    note_values(r, type->params, type->n_params, args);
    wl_status_t status = wl_call_begin(&call, r->store, func, args);
    if (status != WL_OK) {
        verdict(r, status);
        note(r, " not begun: %s\n", status_name(status));
        return;
    }
    status = drive(r, &call, fuel);
    verdict(r, status);
    note(r, " -> %s", status_name(status));
    if (status == WL_OK) {
        r->out->ok++;
        note_values(r, type->results, type->n_results, wl_call_results(&call));
    } else if (wl_status_kind(status) != WL_KIND_STOP) {
        r->out->traps++;
        if (call.error.status != status) {
            fz_finding("%s is recorded as %s", status_name(status), status_name(call.error.status));
        }
        note(r, " in %d at %u:", (int)call.error.func_index, call.error.offset);
        check_backtrace(r, &call, true, false);
    } else {
        check_backtrace(r, &call, true, true);
    }
    wl_call_end(&call);
    check_ram(r);
    note(r, " fuel %llu host %u %016llx\n", (unsigned long long)wl_store_fuel_used(r->store), r->world.calls,
         (unsigned long long)r->world.trace);
}

static void run_instance(run_t *r, wl_instance_t *instance, int64_t fuel) {
    uint32_t calls = 0, count = wl_module_export_count(r->module);
    wl_extern_t object;
    wl_func_t start = wl_instance_start(instance);
    if (start != 0) {
        run_func(r, "start", start, 0, fuel / 4);
    }
    for (uint32_t i = 0; i < count && calls < MAX_CALLS; i++) {
        char name[24];
        if (!wl_instance_export(instance, i, &object)) {
            fz_finding("export %u of %u has no object", i, count);
        }
        if (object.kind == WL_EXTERN_FUNC) {
            calls++;
            snprintf(name, sizeof name, "export %u", i);
            run_func(r, name, object.u.func, r->plan->seed + i, fuel / 8 + 100);
        }
    }
    note_state(r, instance);
}

/* ---- Instances ---- */

static bool same_type(const wl_functype_t *a, const wl_functype_t *b) {
    return a->n_params == b->n_params && a->n_results == b->n_results &&
           (a->n_params == 0 || memcmp(a->params, b->params, a->n_params) == 0) &&
           (a->n_results == 0 || memcmp(a->results, b->results, a->n_results) == 0);
}

/* An export of the first instance that looks as if it would do. */
static bool find_export(run_t *r, const wl_extern_type_t *type, uint32_t start, wl_extern_t *object) {
    uint32_t count = wl_module_export_count(r->module);
    for (uint32_t i = 0; i < count; i++) {
        if (wl_instance_export(r->instances[0], (start + i) % count, object) && object->kind == type->kind &&
            (type->kind != WL_EXTERN_FUNC || same_type(type->func, wl_func_type(r->store, object->u.func))) &&
            (type->kind != WL_EXTERN_GLOBAL || (wl_global_type(object->u.global) == type->global_type &&
                                                wl_global_mutable(object->u.global) == type->global_mutable))) {
            return true;
        }
    }
    return false;
}

/* Runs an instance by its image. Before, images that are damaged or short have to be refused without harm, or taken
 * where only code has changed, which nobody could tell. */
static void use_image(run_t *r, wl_instance_t *instance) {
    static uint32_t image[IMAGE_BYTES / 4];
    uint8_t *bytes = (uint8_t *)image;
    uint32_t size = wl_image_make(instance);
    if (size == 0) {
        return;
    }
    if (size > IMAGE_BYTES) {
        fz_finding("an image has %u bytes", size);
    }
    for (uint32_t at = 0, n; at < size; at += n) {
        n = 1 + (uint32_t)(fz_mix(at + r->plan->seed) & 0x7ff);
        n = n < size - at ? n : size - at;
        wl_image_read(instance, at, bytes + at, n);
    }
    uint64_t hash = r->plan->seed;
    for (uint32_t i = 0; i < BAD_IMAGES; i++) {
        hash = fz_mix(hash + i);
        uint32_t at = (uint32_t)(hash >> 8) % size, cut = hash & 1 ? 0 : (uint32_t)(hash >> 40) % (size + 1);
        at = hash & 2 ? size - 1 - at % 24 : at;
        uint8_t saved = bytes[at];
        bytes[at] = (uint8_t)(saved ^ (hash >> 56 | 1));
        wl_status_t status = wl_image_use(instance, bytes, size - cut);
        bytes[at] = saved;
        if (status != WL_BAD_ARGUMENT && (status != WL_OK || cut != 0)) {
            fz_finding("a bad image: %s", status_name(status));
        }
    }
    if (wl_image_use(instance, bytes + 1, size - 1) != WL_BAD_ARGUMENT || wl_image_use(instance, bytes, size) != WL_OK) {
        fz_finding("an image of %u bytes is refused, or one that stands wrong is not", size);
    }
    r->out->images++;
}

static bool instantiate(run_t *r, uint32_t which) {
    wl_extern_t imports[FZ_MAX_IMPORTS];
    wl_extern_type_t type;
    wl_error_t error;
    uint32_t n = wl_module_import_count(r->module);
    if (n > FZ_MAX_IMPORTS) {
        note(r, "too many imports\n");
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!wl_module_import(r->module, i, &type)) {
            fz_finding("import %u of %u is not there", i, n);
        }
        if (which == 1 && find_export(r, &type, i, &imports[i])) {
            continue;
        }
        wl_status_t status = fz_host_satisfy(&r->world, r->store, &type, i, &imports[i]);
        if (status != WL_OK) {
            verdict(r, status);
            note(r, "import %u: %s\n", i, status_name(status));
            return false;
        }
    }
    wl_status_t status = wl_instance_new(r->store, r->module, imports, &r->instances[which], &error);
    if (status != WL_OK) {
        verdict(r, status);
        note(r, "instance %u: %s in %d at %u\n", which, status_name(status), (int)error.func_index, error.offset);
        return false;
    }
    if (r->plan->portable) {
        use_image(r, r->instances[which]);
    }
    return true;
}

static void run_store(run_t *r, const wl_allocator_t *allocator) {
    const fz_plan_t *plan = r->plan;
    wl_config_t config;
    wl_config_default(&config);
    config.stack_bytes = plan->stack_bytes;
    config.code_cache_bytes = plan->code_cache_bytes;
    config.memory_max_bytes = plan->memory_max_bytes;
    config.table_max = plan->table_max;
    config.eager = plan->eager;
    config.tier = plan->native_bytes > 0 ? WL_TIER_AUTO : WL_TIER_INTERP;
    config.native_bytes = plan->native_bytes;
    config.portable = plan->portable;
    wl_status_t status = wl_store_new(allocator, &config, &r->store);
    if (status != WL_OK) {
        verdict(r, status);
        note(r, "store: %s\n", status_name(status));
        return;
    }
    if (instantiate(r, 0)) {
        check_ram(r);
        int64_t fuel = plan->linked ? plan->fuel / 2 : plan->fuel;
        run_instance(r, r->instances[0], fuel);
        if (plan->linked && instantiate(r, 1)) {
            run_instance(r, r->instances[1], fuel);
            note_state(r, r->instances[0]);
        }
    }
    wl_usage_t usage;
    wl_store_usage(r->store, &usage);
    r->out->native_functions = usage.native_functions;
    r->out->native_refused = usage.native_refused;
    wl_store_free(r->store);
}

void fz_run(const uint8_t *bytes, size_t size, const fz_plan_t *plan, fz_outcome_t *outcome) {
    run_t r = {.plan = plan, .out = outcome, .heap = {.cap = plan->heap_cap, .fail_every = plan->fail_every}};
    wl_allocator_t allocator = fz_heap_allocator(&r.heap);
    wl_error_t error;
    outcome->log[0] = 0;
    outcome->log_size = 0;
    outcome->hash = FZ_HASH_START;
    outcome->no_verdict = false;
    outcome->images = outcome->ok = outcome->traps = outcome->native_functions = outcome->native_refused = 0;
    fz_world_init(&r.world, plan->host_mode);
    outcome->load = wl_module_load(&allocator, bytes, size, &r.module, &error);
    note(&r, "load: %s at %u\n", status_name(outcome->load), outcome->load == WL_OK ? 0 : error.offset);
    if (outcome->load == WL_OK) {
        run_store(&r, &allocator);
        wl_module_free(r.module);
    }
    if (r.heap.used != 0) {
        fz_finding("%zu bytes leaked; %s", r.heap.used, outcome->log);
    }
}
