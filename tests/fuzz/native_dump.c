/* SPDX-License-Identifier: MIT
 *
 * Prints the machine code that the modules of the file `bundle` become, all bodies compiled at
 * instantiation, as native_check.py reads it:
 *
 *   module NAME
 *   region START STUB_WORDS    its address, and how much of it is stubs; hexadecimal; once more for portable code
 *   words 46c0 ...             the region, from its start
 */
#include <stdio.h>
#include <string.h>

#include "bare.h"
#include "fz_host.h"
#include "fz_heap.h"
#include "wl_native.h"

enum { NAME_BYTES = 128,
       REGION_BYTES = 1 << 19,
       WORDS_PER_LINE = 64 };

static void print(const char *text) {
    target_write(text, strlen(text));
}

static void dump(const wl_store_t *store) {
    const wl_codecache_t *c = &store->cache;
    const uint16_t *code = c->words + c->native_start;
    char line[16 + 5 * WORDS_PER_LINE];
    snprintf(line, sizeof line, "region %x %x\n", (unsigned)(uintptr_t)code, (unsigned)WL_BE_STUB_WORDS);
    print(line);
    for (uint32_t i = 0; i < c->native_used; i += WORDS_PER_LINE) {
        size_t size = (size_t)snprintf(line, sizeof line, "words");
        for (uint32_t k = i; k < c->native_used && k < i + WORDS_PER_LINE; k++) {
            size += (size_t)snprintf(line + size, sizeof line - size, " %04x", code[k]);
        }
        line[size] = '\n';
        target_write(line, size + 1);
    }
}

static void dump_module(const uint8_t *bytes, size_t size, bool portable) {
    static fz_world_t world;
    fz_heap_t heap = {.cap = (size_t)1 << 28};
    wl_allocator_t allocator = fz_heap_allocator(&heap);
    wl_module_t *module;
    wl_store_t *store;
    wl_instance_t *instance;
    wl_config_t config;
    wl_error_t error;
    wl_extern_t imports[FZ_MAX_IMPORTS];
    wl_extern_type_t type;
    if (wl_module_load(&allocator, bytes, size, &module, &error) != WL_OK) {
        return;
    }
    wl_config_default(&config);
    config.tier = WL_TIER_NATIVE;
    config.eager = true;
    config.portable = portable;
    config.native_bytes = REGION_BYTES;
    config.code_cache_bytes = 1 << 20;
    config.stack_bytes = 1 << 18;
    fz_world_init(&world, FZ_HOST_DIRECT);
    if (wl_store_new(&allocator, &config, &store) == WL_OK) {
        wl_status_t status = WL_OK;
        for (uint32_t i = 0; status == WL_OK && wl_module_import(module, i, &type); i++) {
            status = i == FZ_MAX_IMPORTS ? WL_NO_MEMORY : fz_host_satisfy(&world, store, &type, i, &imports[i]);
        }
        if (status == WL_OK && wl_instance_new(store, module, imports, &instance, &error) == WL_OK) {
            dump(store);
        }
        wl_store_free(store);
    }
    wl_module_free(module);
}

static bool read_sized(int file, void *to, uint32_t room, uint32_t *size) {
    return bare_read(file, size, sizeof *size) == sizeof *size && *size <= room && bare_read(file, to, *size) == *size;
}

/* The bundle is that of native_diff.c. */
int main(void) {
    static uint8_t bytes[1 << 20];
    char name[NAME_BYTES] = {0};
    uint32_t size;
    int file = bare_open("bundle");
    while (file >= 0 && read_sized(file, name, NAME_BYTES - 1, &size)) {
        name[size] = 0;
        if (!read_sized(file, bytes, sizeof bytes, &size)) {
            return 1;
        }
        print("module ");
        print(name);
        print("\n");
        dump_module(bytes, size, false);
        dump_module(bytes, size, true);
    }
    print("end\n");
    return 0;
}
