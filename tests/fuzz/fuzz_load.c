/* SPDX-License-Identifier: MIT
 *
 * Arbitrary bytes through wl_module_load. Whatever they are, there must be a status and a place,
 * nothing may stay allocated, and a module that loads must answer every question about itself.
 * The allocator's cap and its failures follow from the input, so that an input is its own
 * reproducer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fz_heap.h"
#include "status_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t touched; /* what was read of names and types: keeps the reads */

static void touch(const uint8_t *bytes, size_t size) {
    touched = fz_hash(touched, bytes, size);
}

static void touch_extern(const wl_extern_type_t *type) {
    touch(type->name, type->name_size);
    if (type->kind == WL_EXTERN_FUNC) {
        const wl_functype_t *f = type->func;
        touch(f->params, f->n_params);
        touch(f->results, f->n_results);
        uint32_t slots = 0;
        for (uint32_t i = 0; i < f->n_params; i++) {
            slots += f->params[i] == WL_I64 || f->params[i] == WL_F64 ? 2 : 1;
        }
        if (slots != f->param_slots) {
            fz_finding("%u parameter slots, recorded as %u", slots, f->param_slots);
        }
    }
}

static void query(const wl_module_t *module) {
    wl_extern_type_t type;
    wl_cursor_t imports_cursor = {0}, exports_cursor = {0};
    uint32_t n = wl_module_import_count(module);
    for (uint32_t i = 0; i < n; i++) {
        if (!wl_module_next_import(module, &imports_cursor, &type)) {
            fz_finding("import %u of %u is not there", i, n);
        }
        touch(type.module_name, type.module_name_size);
        touch_extern(&type);
    }
    uint32_t exports = wl_module_export_count(module);
    for (uint32_t i = 0; i < exports; i++) {
        if (!wl_module_next_export(module, &exports_cursor, &type)) {
            fz_finding("export %u of %u is not there", i, exports);
        }
        touch_extern(&type);
    }
    if (wl_module_import(module, n, &type) || wl_module_export(module, exports, &type) ||
        wl_module_import(module, WL_NO_INDEX, &type) || wl_module_export(module, WL_NO_INDEX, &type)) {
        fz_finding("an import or export past the last");
    }
    static const char *const customs[] = {"name", "producers", "target_features", "wasmlet.manifest", "", "x"};
    for (size_t i = 0; i < sizeof customs / sizeof *customs; i++) {
        const uint8_t *payload;
        uint32_t bytes;
        if (wl_module_custom(module, customs[i], &payload, &bytes)) {
            touch(payload, bytes);
        }
    }
    for (uint32_t i = 0; i < 70; i++) {
        const uint8_t *name;
        uint32_t bytes;
        if (wl_module_func_name(module, i < 64 ? i : WL_NO_INDEX - (i - 64), &name, &bytes)) {
            touch(name, bytes);
        }
    }
}

static wl_status_t load(const uint8_t *data, size_t size, fz_heap_t *heap) {
    wl_allocator_t allocator = fz_heap_allocator(heap);
    wl_module_t *module = NULL;
    wl_error_t error;
    memset(&error, 0xee, sizeof error);
    wl_status_t status = wl_module_load(&allocator, data, size, &module, &error);
    if (status == WL_OK) {
        query(module);
        if (wl_module_ram_bytes(module) != heap->used) {
            fz_finding("module says %zu bytes, has %zu", wl_module_ram_bytes(module), heap->used);
        }
        wl_module_free(module);
    } else {
        wl_kind_t kind = wl_status_kind(status);
        if (kind != WL_KIND_MALFORMED && kind != WL_KIND_INVALID && kind != WL_KIND_UNSUPPORTED &&
            kind != WL_KIND_RESOURCE) {
            fz_finding("load ends with %s", status_name(status));
        }
        if (error.status != status || error.offset > size) {
            fz_finding("error is %s at %u of %zu", status_name(error.status), error.offset, size);
        }
    }
    if (heap->used != 0) {
        fz_finding("%zu bytes leaked after %s", heap->used, status_name(status));
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t hash = fz_hash(FZ_HASH_START, data, size);
    fz_heap_t heap = {.cap = 1u << 20};
    wl_status_t status = load(data, size, &heap);
    uint32_t requests = heap.requests;
    heap = (fz_heap_t){.cap = 1u << 20, .fail_every = 1 + (uint32_t)(fz_mix(hash) % (requests + 1))};
    wl_status_t failing = load(data, size, &heap);
    if (failing != status && failing != WL_NO_MEMORY) {
        fz_finding("%s becomes %s when memory is short", status_name(status), status_name(failing));
    }
    heap = (fz_heap_t){.cap = (size_t)(fz_mix(hash + 1) % 4096)};
    load(data, size, &heap);
    if (fz_hash(FZ_HASH_START, data, size) != hash) {
        fz_finding("the module's bytes were written");
    }
    return 0;
}
