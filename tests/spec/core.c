/* SPDX-License-Identifier: MIT
 *
 * The suite's runner, in three parts: what a script has made so far (modules, instances and their
 * names), calls, and the commands. A command that goes wrong is reported and counted, and the
 * script goes on; what depended on it then fails too.
 */
#include "core.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "script.h"
#include "spectest.h"
#include "status_name.h"

enum {
    FINDING_BYTES = 512,
    RESULT_SLOTS = 2 * SPEC_MAX_VALUES,
    /* Ends what would never end; the longest call of the suite needs a tenth of it. */
    CALL_FUEL = 200 * 1000 * 1000,
    STARVED_CALL_FUEL = 10 * 1000, /* long calls ask for no more memory than short ones */
};

/* The one NaN that an operation may give (the specification's deterministic profile). It is both
 * a canonical and an arithmetic one. */
#define NAN32 0x7fc00000u
#define NAN64 0x7ff8000000000000u

#define IMAGE_CHUNK 1000u /* bytes; pieces that fit nothing */

/* A module and its bytes, kept until the store is gone. */
typedef struct loaded {
    struct loaded *next;
    wl_module_t *module;
    uint8_t *bytes;
    uint32_t size, hash;
} loaded_t;

/* A name of an instance: in the script, or registered for imports. */
typedef struct named {
    struct named *next;
    wl_instance_t *instance; /* NULL for spectest */
    bool registered;
    spec_text_t name;
} named_t;

typedef struct {
    const spec_host_t *host;
    spec_counts_t *counts;
    spec_command_t command;
    wl_store_t *store;
    spectest_t spectest;
    loaded_t *loaded;
    named_t *names;
    wl_instance_t *latest;
    wl_status_t stopped; /* the limit that ends the script */
    uint8_t *image; /* that an instance is run by */
    uint32_t image_bytes;
    uint32_t results[RESULT_SLOTS];
    bool passed;
} runner_t;

/* ---- Findings ---- */

typedef enum {
    NOTE,  /* worth a line, nothing is wrong */
    FAULT, /* the command went wrong; an engine short of memory may */
    BREACH /* no shortage of memory excuses it */
} weight_t;

__attribute__((format(printf, 3, 4))) static void find(runner_t *r, weight_t weight, const char *format, ...) {
    if (weight != NOTE) {
        r->passed = false;
        if (weight == FAULT && r->host->starved) {
            r->counts->tolerated++;
            return;
        }
        r->counts->failed++;
    }
    char finding[FINDING_BYTES];
    va_list values;
    va_start(values, format);
    vsnprintf(finding, sizeof(finding), format, values);
    va_end(values);
    r->host->report(r->host->env, r->command.line, spec_command_name(r->command.code), finding);
}

static void fail_status(runner_t *r, const char *what, const wl_error_t *error) {
    if (!r->host->starved && (error->status == WL_OVER_CODE_CACHE || error->status == WL_TRAP_STACK)) {
        r->stopped = error->status;
    }
    find(r, FAULT, "%s: %s (%s), function %" PRId32 ", offset %" PRIu32 ", aux %" PRIu32, what,
         status_name(error->status), wl_status_text(error->status), (int32_t)error->func_index,
         error->offset, error->aux);
}

static bool same_text(const spec_text_t *expected, wl_status_t status) {
    const char *text = wl_status_text(status);
    size_t size = strlen(text);
    return memcmp(expected->bytes, text, size < expected->size ? size : expected->size) == 0;
}

/* ---- Modules, instances, names ---- */

static void *own_alloc(runner_t *r, size_t size) {
    return r->host->own.resize(r->host->own.env, NULL, 0, size);
}

static void own_free(runner_t *r, void *p, size_t size) {
    if (p) {
        r->host->own.resize(r->host->own.env, p, size, 0);
    }
}

static uint32_t hash(const uint8_t *bytes, uint32_t size) {
    uint32_t h = 2166136261u;
    for (uint32_t i = 0; i < size; i++) {
        h = (h ^ bytes[i]) * 16777619u;
    }
    return h;
}

/* Loads the command's module and takes it over; NULL and the reason when it is refused. */
static wl_module_t *load(runner_t *r, wl_error_t *error) {
    spec_command_t *c = &r->command;
    wl_module_t *module = NULL;
    uint32_t before = hash(c->module, c->module_size);
    wl_status_t status = wl_module_load(&r->host->engine, c->module, c->module_size, &module, error);
    if (status != WL_OK) {
        if (error->status != status || error->offset > c->module_size) {
            find(r, BREACH, "%s comes with the error %s at offset %" PRIu32 " of %" PRIu32, status_name(status),
                 status_name(error->status), error->offset, c->module_size);
        }
        if (hash(c->module, c->module_size) != before) {
            find(r, BREACH, "the engine wrote to the module's bytes");
        }
        spec_free_module(r->host, c->module, c->module_size);
        c->module = NULL;
        return NULL;
    }
    loaded_t *l = own_alloc(r, sizeof(*l));
    *l = (loaded_t){.next = r->loaded, .module = module, .bytes = c->module, .size = c->module_size, .hash = before};
    r->loaded = l;
    c->module = NULL;
    return module;
}

static void free_loaded(runner_t *r) {
    while (r->loaded) {
        loaded_t *l = r->loaded;
        r->loaded = l->next;
        wl_module_free(l->module);
        if (hash(l->bytes, l->size) != l->hash) {
            find(r, BREACH, "the engine wrote to a module's bytes");
        }
        spec_free_module(r->host, l->bytes, l->size);
        own_free(r, l, sizeof(*l));
    }
}

static void add_name(runner_t *r, const spec_text_t *name, bool registered, wl_instance_t *instance) {
    named_t *n = own_alloc(r, sizeof(*n));
    *n = (named_t){.next = r->names, .instance = instance, .registered = registered, .name = *name};
    r->names = n;
}

static void free_names(runner_t *r) {
    while (r->names) {
        named_t *n = r->names;
        r->names = n->next;
        own_free(r, n, sizeof(*n));
    }
}

static const named_t *find_name(const runner_t *r, const void *name, uint32_t size, bool registered) {
    const named_t *n = r->names;
    while (n && (n->registered != registered || n->name.size != size || memcmp(n->name.bytes, name, size) != 0)) {
        n = n->next;
    }
    return n;
}

/* The instance that the command speaks of; NULL and a failure when there is none. */
static wl_instance_t *subject(runner_t *r) {
    const spec_text_t *name = &r->command.instance;
    const named_t *n = name->size ? find_name(r, name->bytes, name->size, false) : NULL;
    wl_instance_t *instance = name->size ? (n ? n->instance : NULL) : r->latest;
    if (!instance) {
        find(r, FAULT, "there is no instance %s", name->bytes);
    }
    return instance;
}

/* Finds what an import names; false when there is no such thing. */
static bool resolve(const runner_t *r, const wl_extern_type_t *import, wl_extern_t *object) {
    const named_t *n = find_name(r, import->module_name, import->module_name_size, true);
    if (n && n->instance) {
        return wl_instance_find(n->instance, (const char *)import->name, import->name_size, object);
    }
    return n && spectest_find(&r->spectest, import->name, import->name_size, object);
}

/* ---- Calls ---- */

/* Where a trap says it happened must be where the innermost frame stands. There is none when the
 * stack has no room for the first. */
static void check_trap(runner_t *r, const wl_call_t *call) {
    wl_frame_t frame;
    if (wl_call_backtrace(call, &frame, 1) != 1) {
        if (call->error.status != WL_TRAP_STACK && call->error.status != WL_OVER_CODE_CACHE) {
            find(r, FAULT, "%s has no backtrace", status_name(call->error.status));
        }
    } else if (frame.func_index != call->error.func_index || frame.offset != call->error.offset) {
        find(r, FAULT, "%s in function %" PRIu32 " at %" PRIu32 ", but the backtrace starts in %" PRIu32 " at %" PRIu32,
             status_name(call->error.status), call->error.func_index, call->error.offset, frame.func_index,
             frame.offset);
    }
}

/* Calls a function to its end; results go to r->results. `error` says how it ended. */
static void call(runner_t *r, wl_func_t func, const uint32_t *args, wl_error_t *error) {
    wl_call_t call;
    *error = (wl_error_t){.func_index = WL_NO_INDEX};
    uint64_t used = wl_store_fuel_used(r->store);
    wl_store_set_fuel(r->store, r->host->starved ? STARVED_CALL_FUEL : CALL_FUEL);
    error->status = wl_call_begin(&call, r->store, func, args);
    if (error->status != WL_OK) {
        return;
    }
    do {
        error->status = wl_call_run(&call, r->host->slice);
    } while (error->status == WL_YIELD);
    if (error->status == WL_OK) {
        uint32_t slots = wl_func_type(r->store, func)->result_slots;
        memcpy(r->results, wl_call_results(&call), slots * sizeof(uint32_t));
    } else if (wl_status_kind(error->status) != WL_KIND_STOP) {
        if (call.error.status != error->status) {
            find(r, FAULT, "the call ends with %s, its error is %s", status_name(error->status),
                 status_name(call.error.status));
        }
        *error = call.error;
        check_trap(r, &call);
    }
    wl_call_end(&call);
    if (r->command.code != SPEC_ASSERT_EXHAUSTION) {
        r->counts->fuel += wl_store_fuel_used(r->store) - used;
    }
}

/* Whether the function takes what the command gives, and gives what it expects. */
static bool fits(const uint8_t *types, uint32_t count, const spec_values_t *values) {
    bool good = count == values->count;
    for (uint32_t i = 0; good && i < count; i++) {
        good = types[i] == values->items[i].type;
    }
    return good;
}

/* Carries out the command's action; false and a failure when it cannot even begin. */
static bool act(runner_t *r, wl_error_t *error) {
    const spec_command_t *c = &r->command;
    wl_instance_t *instance = subject(r);
    wl_extern_t object;
    if (!instance) {
        return false;
    }
    if (!wl_instance_find(instance, c->name.bytes, c->name.size, &object) ||
        object.kind != (c->get ? WL_EXTERN_GLOBAL : WL_EXTERN_FUNC)) {
        find(r, FAULT, "there is no export %s of that kind", c->name.bytes);
        return false;
    }
    if (c->get) {
        uint8_t type = wl_global_type(object.u.global);
        wl_global_get(object.u.global, r->results);
        *error = (wl_error_t){.status = WL_OK};
        if (!fits(&type, 1, &c->expected)) {
            find(r, FAULT, "the global is of type 0x%02x", type);
            return false;
        }
        return true;
    }
    const wl_functype_t *type = wl_func_type(r->store, object.u.func);
    if (!fits(type->params, type->n_params, &c->args) || type->result_slots > RESULT_SLOTS) {
        find(r, FAULT, "%s does not take these arguments", c->name.bytes);
        return false;
    }
    if (c->code == SPEC_ASSERT_RETURN && !fits(type->results, type->n_results, &c->expected)) {
        find(r, FAULT, "%s does not give these results", c->name.bytes);
        return false;
    }
    uint32_t slots[RESULT_SLOTS], n = 0;
    for (uint32_t i = 0; i < c->args.count; i++) {
        memcpy(slots + n, c->args.items[i].slots, c->args.items[i].n_slots * sizeof(uint32_t));
        n += c->args.items[i].n_slots;
    }
    call(r, object.u.func, slots, error);
    return true;
}

/* Links and instantiates; that every import has something to be linked with is the embedder's part. */
static wl_instance_t *link(runner_t *r, wl_module_t *module, wl_extern_t *imports, uint32_t n, wl_error_t *error) {
    wl_cursor_t cursor = {0};
    for (uint32_t i = 0; i < n; i++) {
        wl_extern_type_t type;
        if (!wl_module_next_import(module, &cursor, &type)) {
            find(r, BREACH, "import %" PRIu32 " of %" PRIu32 " cannot be read", i, n);
            return NULL;
        }
        if (!resolve(r, &type, &imports[i])) {
            *error = (wl_error_t){.status = WL_UNKNOWN_IMPORT, .func_index = WL_NO_INDEX, .aux = i};
            return NULL;
        }
    }
    wl_instance_t *instance = NULL;
    wl_status_t status = wl_instance_new(r->store, module, imports, &instance, error);
    if (status != error->status || (status == WL_OK) != (instance != NULL)) {
        find(r, BREACH, "%s comes with the error %s", status_name(status), status_name(error->status));
    }
    return instance;
}

/* In a store of portable machine code: runs the instance by a copy of its image, at an address of its own. The
 * instance before, of which there may have been one, is compiled again. */
static void use_image(runner_t *r, wl_instance_t *instance) {
    uint32_t bytes = wl_image_make(instance);
    if (bytes == 0) {
        return; /* of an instance without linear memory there is none */
    }
    own_free(r, r->image, r->image_bytes);
    r->image = own_alloc(r, bytes);
    r->image_bytes = bytes;
    for (uint32_t at = 0; at < bytes; at += IMAGE_CHUNK) {
        wl_image_read(instance, at, r->image + at, bytes - at < IMAGE_CHUNK ? bytes - at : IMAGE_CHUNK);
    }
    wl_status_t status = wl_image_use(instance, r->image, bytes);
    if (status != WL_OK) {
        find(r, BREACH, "the image of an instance is refused: %s", status_name(status));
    }
    r->counts->images++;
}

/* Instantiates a module and runs its start function; NULL when that goes wrong. */
static wl_instance_t *instantiate(runner_t *r, wl_module_t *module, wl_error_t *error) {
    uint32_t n = wl_module_import_count(module);
    size_t size = (n + 1) * sizeof(wl_extern_t);
    wl_extern_t *imports = own_alloc(r, size);
    wl_instance_t *instance = link(r, module, imports, n, error);
    own_free(r, imports, size);
    if (instance && r->host->config.portable) {
        use_image(r, instance);
    }
    wl_func_t start = instance ? wl_instance_start(instance) : 0;
    if (start) {
        call(r, start, NULL, error);
    }
    return error->status == WL_OK ? instance : NULL;
}

/* ---- Commands ---- */

static void do_module(runner_t *r) {
    wl_error_t error = {0};
    wl_module_t *module = load(r, &error);
    r->latest = module ? instantiate(r, module, &error) : NULL;
    if (!r->latest) {
        fail_status(r, module ? "not instantiated" : "not loaded", &error);
    }
    if (r->command.instance.size) {
        add_name(r, &r->command.instance, false, r->latest);
    }
}

static void do_definition(runner_t *r) {
    wl_error_t error = {0};
    if (!load(r, &error)) {
        fail_status(r, "not loaded", &error);
    }
}

static void do_register(runner_t *r) {
    wl_instance_t *instance = subject(r);
    if (instance) {
        add_name(r, &r->command.text, true, instance);
    }
}

/* Of the type that all C libraries can print. */
static unsigned long long bits(const uint32_t *slots, uint32_t n_slots) {
    return slots[0] | (n_slots == 2 ? (unsigned long long)slots[1] << 32 : 0);
}

static bool matches(const spec_value_t *value, const uint32_t *slots) {
    uint64_t expected = bits(value->slots, value->n_slots);
    if (value->pattern != SPEC_BITS) {
        expected = value->type == WL_F32 ? NAN32 : NAN64;
    }
    return bits(slots, value->n_slots) == expected;
}

static void check_results(runner_t *r) {
    const spec_values_t *expected = &r->command.expected;
    const uint32_t *slots = r->results;
    for (uint32_t i = 0; i < expected->count; i++) {
        const spec_value_t *v = &expected->items[i];
        if (!matches(v, slots)) {
            find(r, FAULT, "%s, result %" PRIu32 " of type 0x%02x: expected %s0x%llx, got 0x%llx",
                 r->command.name.bytes, i, v->type, v->pattern == SPEC_BITS ? "" : "a NaN ",
                 bits(v->slots, v->n_slots), bits(slots, v->n_slots));
            return;
        }
        slots += v->n_slots;
    }
}

static void do_action(runner_t *r) {
    wl_error_t error;
    if (act(r, &error)) {
        if (error.status != WL_OK) {
            fail_status(r, r->command.name.bytes, &error);
        } else if (r->command.code == SPEC_ASSERT_RETURN) {
            check_results(r);
        }
    }
}

/* Whether it ended with a trap of the command's text. */
static void expect_trap(runner_t *r, const char *what, const wl_error_t *error) {
    if (error->status == WL_OK) {
        find(r, FAULT, "%s: no trap, expected %s", what, r->command.text.bytes);
    } else if (wl_status_kind(error->status) != WL_KIND_TRAP || !same_text(&r->command.text, error->status)) {
        fail_status(r, what, error);
    }
}

static void do_trap(runner_t *r) {
    wl_error_t error;
    if (act(r, &error)) {
        expect_trap(r, r->command.name.bytes, &error);
    }
}

/* A module that needs what the engine leaves out: the error must say so. */
static void do_left_out(runner_t *r) {
    wl_error_t error = {0};
    if (load(r, &error)) {
        find(r, BREACH, "loaded, expected %s", r->command.text.bytes);
    } else if (!same_text(&r->command.text, error.status)) {
        fail_status(r, r->command.text.bytes, &error);
    }
    r->counts->refused += r->passed;
}

/* Whether the engine may refuse a module with `status` where the suite has it refused as `kind`.
 * Bodies are decoded and validated in one walk, so what is invalid can come before what is
 * malformed; and later features give a meaning to bytes that had none. Converted from text, a
 * module without data has no data count section, and is malformed before it is invalid. */
static bool may_refuse(wl_status_t status, wl_kind_t kind) {
    wl_kind_t actual = wl_status_kind(status);
    if (kind == WL_KIND_MALFORMED) {
        return actual == kind || actual == WL_KIND_INVALID || actual == WL_KIND_UNSUPPORTED;
    }
    return actual == kind || status == WL_DATA_COUNT_REQUIRED;
}

/* A module that must not load: `kind` tells why not. */
static void do_refuse(runner_t *r, wl_kind_t kind) {
    wl_error_t error = {0};
    if (load(r, &error)) {
        find(r, BREACH, "loaded, expected %s", r->command.text.bytes);
    } else if (!may_refuse(error.status, kind)) {
        fail_status(r, r->command.text.bytes, &error);
    } else if (!same_text(&r->command.text, error.status)) {
        r->counts->texts_differ++;
        if (r->host->check_texts) {
            find(r, NOTE, "expected \"%s\", got \"%s\"", r->command.text.bytes, wl_status_text(error.status));
        }
    }
}

static void do_unlinkable(runner_t *r) {
    wl_error_t error = {0};
    wl_module_t *module = load(r, &error);
    if (!module) {
        fail_status(r, "not loaded", &error);
    } else if (instantiate(r, module, &error)) {
        find(r, BREACH, "instantiated, expected %s", r->command.text.bytes);
    } else if (wl_status_kind(error.status) != WL_KIND_LINK || !same_text(&r->command.text, error.status)) {
        fail_status(r, r->command.text.bytes, &error);
    }
}

static void do_uninstantiable(runner_t *r) {
    wl_error_t error = {0};
    wl_module_t *module = load(r, &error);
    if (!module) {
        fail_status(r, "not loaded", &error);
    } else {
        instantiate(r, module, &error);
        expect_trap(r, "instantiation", &error);
    }
}

static void run_command(runner_t *r) {
    switch (r->command.code) {
        case SPEC_MODULE: do_module(r); break;
        case SPEC_DEFINITION: do_definition(r); break;
        case SPEC_REGISTER: do_register(r); break;
        case SPEC_ACTION:
        case SPEC_ASSERT_RETURN: do_action(r); break;
        case SPEC_ASSERT_TRAP:
        case SPEC_ASSERT_EXHAUSTION: do_trap(r); break;
        case SPEC_ASSERT_INVALID: do_refuse(r, WL_KIND_INVALID); break;
        case SPEC_ASSERT_MALFORMED: do_refuse(r, WL_KIND_MALFORMED); break;
        case SPEC_REFUSED: do_left_out(r); break;
        case SPEC_ASSERT_UNLINKABLE: do_unlinkable(r); break;
        case SPEC_ASSERT_UNINSTANTIABLE: do_uninstantiable(r); break;
        case SPEC_TEXT_FORMAT:
        case SPEC_SKIPPED:
        case SPEC_END: break;
    }
}

static void count_command(runner_t *r) {
    switch (r->command.code) {
        case SPEC_TEXT_FORMAT: r->counts->text_format++; break;
        case SPEC_SKIPPED:
            r->counts->skipped++;
            find(r, NOTE, "%s", r->command.text.bytes);
            break;
        default: r->counts->passed += r->passed; break;
    }
}

wl_status_t spec_run(const spec_host_t *host, spec_counts_t *counts) {
    static const spec_text_t spectest_name = {8, "spectest"};
    runner_t runner = {.host = host, .counts = counts}, *r = &runner;
    wl_config_t config = host->config;
    uint32_t memory_bytes;
    if (!spec_read_header(host, &memory_bytes)) {
        return WL_BAD_ARGUMENT;
    }
    if (memory_bytes > config.memory_max_bytes && !host->small_memory) {
        config.memory_max_bytes = memory_bytes;
    }
    wl_status_t status = wl_store_new(&host->engine, &config, &r->store);
    if (status != WL_OK) {
        return status;
    }
    add_name(r, &spectest_name, true, NULL);
    status = spectest_new(r->store, &r->spectest);
    while (status == WL_OK) {
        if (!spec_read_command(host, &r->command)) {
            status = WL_BAD_ARGUMENT;
        } else if (r->command.code == SPEC_END) {
            break;
        } else {
            r->passed = true;
            run_command(r);
            count_command(r);
            status = r->stopped;
        }
        spec_free_module(host, r->command.module, r->command.module_size);
    }
    wl_store_free(r->store);
    own_free(r, r->image, r->image_bytes);
    free_loaded(r);
    free_names(r);
    return status;
}
