/* SPDX-License-Identifier: MIT
 *
 * Runs modules as diff.py tells it on standard input, one JSON line of results per module:
 *
 *   validate PATH               {"load": STATUS}
 *   module PATH                 then any number of
 *   call NAME SLOT...           an exported function, its arguments as hexadecimal slots
 *   end
 *
 * Everything that another engine can see is in the line: results, traps, memory, globals, tables,
 * the host calls.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fz_heap.h"
#include "fz_host.h"
#include "status_name.h"

#define STACK_BYTES (1u << 20)
#define CODE_CACHE_BYTES (1u << 20)
#define MEMORY_MAX_BYTES (1u << 21)
#define TABLE_MAX 1000
#define FUEL 4000000

typedef struct {
    fz_heap_t heap;
    fz_world_t world;
    uint8_t *bytes;
    size_t size;
    wl_module_t *module;
    wl_store_t *store;
    wl_instance_t *instance;
    bool open; /* the list of calls has been begun */
} run_t;

static uint32_t crc32(const uint8_t *bytes, size_t size) {
    static uint32_t table[256];
    if (table[1] == 0) {
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t c = i;
            for (int k = 0; k < 8; k++) {
                c = (c >> 1) ^ ((c & 1) ? 0xedb88320u : 0);
            }
            table[i] = c;
        }
    }
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < size; i++) {
        crc = (crc >> 8) ^ table[(crc ^ bytes[i]) & 0xff];
    }
    return ~crc;
}

static bool read_file(run_t *r, const char *path) {
    FILE *f = fopen(path, "rb");
    if (f == NULL || fseek(f, 0, SEEK_END) != 0) {
        perror(path);
        exit(2);
    }
    r->size = (size_t)ftell(f);
    rewind(f);
    r->bytes = malloc(r->size > 0 ? r->size : 1);
    bool read = r->bytes != NULL && fread(r->bytes, 1, r->size, f) == r->size;
    fclose(f);
    return read;
}

static wl_status_t load(run_t *r, const char *path) {
    wl_error_t error;
    memset(r, 0, sizeof *r);
    r->heap.cap = (size_t)1 << 30;
    wl_allocator_t allocator = fz_heap_allocator(&r->heap);
    if (!read_file(r, path)) {
        exit(2);
    }
    wl_status_t status = wl_module_load(&allocator, r->bytes, r->size, &r->module, &error);
    printf("{\"path\": \"%s\", \"load\": \"%s\", \"kind\": %d, \"offset\": %u", path, status_name(status),
           (int)wl_status_kind(status), status == WL_OK ? 0 : error.offset);
    return status;
}

/* Runs a call to its end; the status it ends with. */
static wl_status_t drive(run_t *r, wl_call_t *call) {
    wl_store_set_fuel(r->store, FUEL);
    return wl_call_run(call, INT32_MAX);
}

static void print_values(const uint8_t *types, uint32_t n, const uint32_t *slots) {
    putchar('[');
    for (uint32_t i = 0; i < n; i++) {
        uint64_t value = slots[0];
        if (fz_slots(types[i]) == 2) {
            value |= (uint64_t)slots[1] << 32;
        } else if (types[i] == WL_FUNCREF || types[i] == WL_EXTERNREF) {
            value = value != 0; /* which one is the engine's own business */
        }
        slots += fz_slots(types[i]);
        printf("%s\"%llx\"", i > 0 ? ", " : "", (unsigned long long)value);
    }
    putchar(']');
}

static wl_status_t link_imports(run_t *r, wl_extern_t *imports) {
    wl_extern_type_t type;
    for (uint32_t i = 0; wl_module_import(r->module, i, &type); i++) {
        wl_status_t status = i == FZ_MAX_IMPORTS ? WL_NO_MEMORY
                                                 : fz_host_satisfy(&r->world, r->store, &type, i, &imports[i]);
        if (status != WL_OK) {
            return status;
        }
    }
    return WL_OK;
}

static wl_status_t run_start(run_t *r) {
    wl_func_t start = wl_instance_start(r->instance);
    wl_call_t call;
    if (start == 0) {
        return WL_OK;
    }
    wl_status_t status = wl_call_begin(&call, r->store, start, NULL);
    if (status == WL_OK) {
        status = drive(r, &call);
        wl_call_end(&call);
    }
    return status;
}

static void instantiate(run_t *r) {
    wl_allocator_t allocator = fz_heap_allocator(&r->heap);
    wl_config_t config = {.stack_bytes = STACK_BYTES, .code_cache_bytes = CODE_CACHE_BYTES, .memory_max_bytes = MEMORY_MAX_BYTES, .table_max = TABLE_MAX};
    wl_extern_t imports[FZ_MAX_IMPORTS];
    wl_error_t error;
    fz_world_init(&r->world, FZ_HOST_DIRECT);
    wl_status_t status = wl_store_new(&allocator, &config, &r->store);
    if (status == WL_OK) {
        status = link_imports(r, imports);
    }
    if (status == WL_OK) {
        status = wl_instance_new(r->store, r->module, imports, &r->instance, &error);
    }
    if (status == WL_OK) {
        status = run_start(r);
    }
    printf(", \"instance\": \"%s\", \"calls\": [", status_name(status));
    if (status != WL_OK) {
        r->instance = NULL;
    }
}

static void call_export(run_t *r, char *words) {
    uint32_t args[128] = {0}, n = 0;
    const char *name = strtok(words, " ");
    for (char *word; n < 128 && (word = strtok(NULL, " ")) != NULL; n++) {
        args[n] = (uint32_t)strtoul(word, NULL, 16);
    }
    wl_extern_t object;
    if (r->instance == NULL || !wl_instance_find(r->instance, name, strlen(name), &object) ||
        object.kind != WL_EXTERN_FUNC) {
        return;
    }
    const wl_functype_t *type = wl_func_type(r->store, object.u.func);
    wl_call_t call;
    wl_status_t status = wl_call_begin(&call, r->store, object.u.func, args);
    printf("%s{\"name\": \"%s\", \"status\": ", r->open ? ", " : "", name);
    r->open = true;
    if (status != WL_OK) {
        printf("\"%s\"}", status_name(status));
        return;
    }
    uint64_t before = wl_store_fuel_used(r->store);
    status = drive(r, &call);
    printf("\"%s\", \"func\": %d, \"offset\": %u, \"fuel\": %llu", status_name(status),
           status == WL_OK ? -1 : (int)call.error.func_index, status == WL_OK ? 0 : call.error.offset,
           (unsigned long long)(wl_store_fuel_used(r->store) - before));
    if (status == WL_OK) {
        fputs(", \"results\": ", stdout);
        print_values(type->results, type->n_results, wl_call_results(&call));
    }
    putchar('}');
    wl_call_end(&call);
}

static void print_state(run_t *r) {
    wl_extern_type_t type;
    wl_extern_t object;
    printf(", \"host\": [%u, \"%llx\"], \"globals\": [", r->world.calls, (unsigned long long)r->world.trace);
    bool first = true;
    for (uint32_t i = 0; wl_instance_export(r->instance, i, &object); i++) {
        if (object.kind == WL_EXTERN_GLOBAL) {
            uint8_t global_type = wl_global_type(object.u.global);
            uint32_t slots[2];
            wl_global_get(object.u.global, slots);
            fputs(first ? "" : ", ", stdout);
            print_values(&global_type, 1, slots);
            first = false;
        }
    }
    fputs("], \"tables\": [", stdout);
    first = true;
    for (uint32_t i = 0; wl_instance_export(r->instance, i, &object); i++) {
        if (object.kind == WL_EXTERN_TABLE && wl_module_export(r->module, i, &type)) {
            printf("%s\"", first ? "" : ", ");
            for (uint32_t k = 0, ref; wl_table_get(object.u.table, k, &ref) == WL_OK; k++) {
                putchar(ref != 0 ? '1' : '0');
            }
            putchar('"');
            first = false;
        }
    }
    fputs("], \"memories\": [", stdout);
    first = true;
    for (uint32_t i = 0; wl_instance_export(r->instance, i, &object); i++) {
        if (object.kind == WL_EXTERN_MEMORY) {
            const wl_memory_t *m = object.u.memory;
            printf("%s[%u, \"%x\"]", first ? "" : ", ", wl_memory_pages(m), crc32(wl_memory_data(m), wl_memory_bytes(m)));
            first = false;
        }
    }
    putchar(']');
}

static void finish(run_t *r) {
    if (r->store != NULL) {
        putchar(']');
        if (r->instance != NULL) {
            print_state(r);
        }
        wl_store_free(r->store);
    }
    wl_module_free(r->module);
    if (r->heap.used != 0) {
        fz_finding("%zu bytes leaked", r->heap.used);
    }
    free(r->bytes);
    puts("}");
    fflush(stdout);
}

int main(void) {
    static char line[8192];
    static run_t r;
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = 0;
        if (strncmp(line, "validate ", 9) == 0) {
            load(&r, line + 9);
            finish(&r);
        } else if (strncmp(line, "module ", 7) == 0) {
            if (load(&r, line + 7) == WL_OK) {
                instantiate(&r);
            }
        } else if (strncmp(line, "call ", 5) == 0) {
            call_export(&r, line + 5);
        } else if (strcmp(line, "end") == 0) {
            finish(&r);
        }
    }
    return 0;
}
