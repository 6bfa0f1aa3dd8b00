/* SPDX-License-Identifier: MIT
 *
 * What an embedder may ask of a loaded module. Imports, exports and custom sections are not kept
 * in RAM: each question walks the bytes again, which validation has shown to be well-formed, save
 * for what custom sections hold.
 *
 * Source: WebAssembly Core Specification 2.0, 5.5.3 "Custom Section", 7.4.1 "Name Section".
 */
#include "wl_internal.h"

uint32_t wl_module_import_count(const wl_module_t *module) {
    return module->n_imports;
}

uint32_t wl_module_export_count(const wl_module_t *module) {
    return module->n_exports;
}

size_t wl_module_ram_bytes(const wl_module_t *module) {
    return module->ram_bytes;
}

/* A reader at the cursor, which moves on; false at the end of `count` entries that begin at `start`. */
static bool cursor_open(const wl_module_t *module, wl_cursor_t *cursor, uint32_t count, uint32_t start, wl_reader_t *r) {
    if (cursor->next >= count) {
        return false;
    }
    wl_reader_init(r, module->bytes, cursor->next++ == 0 ? start : cursor->pos, module->size);
    return true;
}

bool wl_module_next_import(const wl_module_t *module, wl_cursor_t *cursor, wl_extern_type_t *type) {
    wl_reader_t r;
    uint32_t func_type;
    if (!cursor_open(module, cursor, module->n_imports, module->imports, &r)) {
        return false;
    }
    wl_read_import(&r, module, type, &func_type);
    type->index = cursor->seen[type->kind]++;
    cursor->pos = r.pos;
    return true;
}

bool wl_module_next_export(const wl_module_t *module, wl_cursor_t *cursor, wl_extern_type_t *type) {
    wl_reader_t r;
    if (!cursor_open(module, cursor, module->n_exports, module->exports, &r)) {
        return false;
    }
    wl_read_export(&r, type);
    cursor->pos = r.pos;
    switch (type->kind) {
        case WL_EXTERN_FUNC:
            type->func = &module->types[module->func_types[type->index]];
            break;
        case WL_EXTERN_TABLE:
            type->limits = module->tables[type->index];
            break;
        case WL_EXTERN_MEMORY:
            type->limits = module->memories[WL_MEMORY(type->index)];
            break;
        case WL_EXTERN_GLOBAL:
            type->global_type = module->globals[type->index].type;
            type->global_mutable = module->globals[type->index].is_mutable;
            break;
    }
    return true;
}

static bool find_index(bool (*next)(const wl_module_t *, wl_cursor_t *, wl_extern_type_t *), const wl_module_t *module,
                       uint32_t index, wl_extern_type_t *type) {
    wl_cursor_t cursor = {0};
    while (next(module, &cursor, type)) {
        if (cursor.next > index) {
            return true;
        }
    }
    return false;
}

bool wl_module_import(const wl_module_t *module, uint32_t index, wl_extern_type_t *type) {
    return find_index(wl_module_next_import, module, index, type);
}

bool wl_module_export(const wl_module_t *module, uint32_t index, wl_extern_type_t *type) {
    return find_index(wl_module_next_export, module, index, type);
}

/* Whether `name` of `size` bytes is the C string `expected`. */
static bool name_is(const uint8_t *name, uint32_t size, const char *expected) {
    for (uint32_t i = 0; i < size; i++) {
        if (expected[i] == '\0' || (uint8_t)expected[i] != name[i]) {
            return false;
        }
    }
    return expected[size] == '\0';
}

bool wl_module_custom(const wl_module_t *module, const char *name, const uint8_t **payload, uint32_t *size) {
    wl_reader_t r;
    wl_reader_init(&r, module->bytes, 8, module->size);
    while (r.pos < r.end) {
        uint8_t id = wl_read_u8(&r);
        uint32_t section_size = wl_read_u32(&r), section_end = r.pos + section_size;
        if (id == 0) {
            uint32_t found_size = wl_read_u32(&r);
            const uint8_t *found = wl_read_bytes(&r, found_size);
            if (name_is(found, found_size, name)) {
                *payload = module->bytes + r.pos;
                *size = section_end - r.pos;
                return true;
            }
        }
        r.pos = section_end;
    }
    return false;
}

/* Moves `r` to the contents of the name section's subsection of function names. */
static bool find_function_names(const wl_module_t *module, wl_reader_t *r) {
    enum { FUNCTION_NAMES = 1 };
    const uint8_t *payload;
    uint32_t size;
    if (!wl_module_custom(module, "name", &payload, &size)) {
        return false;
    }
    uint32_t start = (uint32_t)(payload - module->bytes);
    wl_reader_init(r, module->bytes, start, start + size);
    while (r->pos < r->end) {
        uint8_t id = wl_read_u8(r);
        uint32_t subsection_size = wl_read_u32(r), pos = r->pos;
        if (wl_read_bytes(r, subsection_size) == NULL) {
            return false;
        }
        if (id == FUNCTION_NAMES) {
            r->end = r->pos;
            r->pos = pos;
            return true;
        }
    }
    return false;
}

bool wl_module_func_name(const wl_module_t *module, uint32_t func_index, const uint8_t **name, uint32_t *size) {
    wl_reader_t r;
    if (!find_function_names(module, &r)) {
        return false;
    }
    uint32_t count = wl_read_u32(&r);
    for (uint32_t i = 0; i < count && r.pos < r.end; i++) {
        if (wl_read_u32(&r) == func_index && !r.status) {
            *name = wl_read_name(&r, size);
            return r.status == WL_OK;
        }
        (void)wl_read_bytes(&r, wl_read_u32(&r));
    }
    return false;
}
