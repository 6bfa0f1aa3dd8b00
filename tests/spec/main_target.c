/* SPDX-License-Identifier: MIT
 *
 * The runner on bare metal in an emulator: takes scripts one after the other from the file `bundle`
 * (emulate.py makes it), prints what went wrong and each file's figures, behind the word `figures`.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bare.h"
#include "core.h"
#include "heap.h"
#include "status_name.h"

enum {
    /* As on a host. */
    STACK_BYTES = 256 * 1024,
    CODE_CACHE_BYTES = 256 * 1024,
    NATIVE_BYTES = 1024 * 1024,
    MEMORY_MAX_BYTES = 16 * 65536,
    NAME_BYTES = 128,
    LINE_BYTES = 768,
    LEAST_LOG2 = 5, /* of a block's size */
    OUT_OF_MEMORY = 2,
    LEAST_IMAGES = 50, /* the suite as it is fetched has 74 */
};

typedef struct {
    char name[NAME_BYTES];
    uint8_t *bytes;
    uint32_t size, pos;
} script_t;

__attribute__((format(printf, 1, 2))) static void print(const char *format, ...) {
    char line[LINE_BYTES];
    va_list values;
    va_start(values, format);
    int size = vsnprintf(line, sizeof(line), format, values);
    va_end(values);
    target_write(line, size < LINE_BYTES ? (size_t)size : LINE_BYTES - 1);
}

/* ---- Memory ---- */

/* Blocks of powers of two. What was never used is zero, so large memories cost nothing. */
static void *free_blocks[32];
static size_t heap_used;

static uint32_t log2_above(size_t size) {
    uint32_t log2 = LEAST_LOG2;
    while ((size_t)1 << log2 < size) {
        log2++;
    }
    return log2;
}

void *heap_block_new(size_t size) {
    uint32_t log2 = log2_above(size);
    void *block = free_blocks[log2];
    if (block) {
        memcpy(&free_blocks[log2], block, sizeof(block));
        return memset(block, 0, size);
    }
    if ((size_t)(heap_end - heap_start) - heap_used < (size_t)1 << log2) {
        print("spec: this machine is out of memory\n");
        target_exit(OUT_OF_MEMORY);
    }
    block = heap_start + heap_used;
    heap_used += (size_t)1 << log2;
    return block;
}

void heap_block_free(void *block, size_t size) {
    uint32_t log2 = log2_above(size);
    memcpy(block, &free_blocks[log2], sizeof(block));
    free_blocks[log2] = block;
}

/* ---- Scripts ---- */

static bool read_script(void *env, void *to, uint32_t size) {
    script_t *s = env;
    if (size > s->size - s->pos) {
        return false;
    }
    memcpy(to, s->bytes + s->pos, size);
    s->pos += size;
    return true;
}

static void print_finding(void *env, uint32_t line, const char *command, const char *finding) {
    const script_t *s = env;
    print("%s.wast:%" PRIu32 ": %s: %s\n", s->name, line, command, finding);
}

static bool read_sized(int file, void *to, uint32_t room, uint32_t *size) {
    return bare_read(file, size, sizeof(*size)) == sizeof(*size) && *size <= room && bare_read(file, to, *size) == *size;
}

enum { TIER_IMAGE = 2 }; /* of a wl_tier_t: machine code, run by images of it */

/* What all scripts are run with, at the start of the bundle. */
typedef struct {
    uint32_t slice, tier;
} options_t;

/* Behind them the bundle holds, per script: u32 size, name; u32 size, bytes. */
static bool next_script(script_t *s, int file) {
    uint32_t size;
    *s = (script_t){0};
    if (!read_sized(file, s->name, NAME_BYTES - 1, &size) || bare_read(file, &s->size, 4) != 4) {
        return false;
    }
    s->bytes = heap_block_new(s->size);
    return bare_read(file, s->bytes, s->size) == s->size;
}

static uint32_t images;

static uint32_t run(script_t *s, const options_t *options) {
    heap_t engine = {0}, own = {0};
    spec_counts_t c = {0};
    spec_host_t host = {
        .engine = heap_allocator(&engine),
        .own = heap_allocator(&own),
        .slice = (int32_t)options->slice,
        .read = read_script,
        .report = print_finding,
        .env = s,
    };
    wl_config_default(&host.config);
    host.config.stack_bytes = STACK_BYTES;
    host.config.code_cache_bytes = CODE_CACHE_BYTES;
    host.config.memory_max_bytes = MEMORY_MAX_BYTES;
    host.config.portable = options->tier == TIER_IMAGE;
    host.config.tier = (uint8_t)(host.config.portable ? WL_TIER_NATIVE : options->tier);
    host.config.native_bytes = NATIVE_BYTES;
    wl_status_t status = spec_run(&host, &c);
    if (status != WL_OK) {
        print("%s: ended early: %s\n", s->name, status_name(status));
        c.failed++;
    }
    if (engine.live_blocks || own.live_blocks || engine.wrong_sizes || own.wrong_sizes) {
        print("%s: leaves memory, or gives it back with wrong sizes\n", s->name);
        c.failed++;
    }
    print("figures %s %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %llu\n", s->name, c.passed,
          c.failed, c.text_format, c.skipped, c.refused, (unsigned long long)c.fuel);
    images += c.images;
    return c.failed;
}

int main(void) {
    uint32_t failed = 0, files = 0;
    script_t script;
    options_t options;
    int file = bare_open("bundle");
    if (file < 0 || bare_read(file, &options, sizeof(options)) != sizeof(options)) {
        return 1;
    }
    while (next_script(&script, file)) {
        failed += run(&script, &options);
        heap_block_free(script.bytes, script.size);
        files++;
    }
    if (options.tier == TIER_IMAGE && images < LEAST_IMAGES) {
        print("%" PRIu32 " instances were run by images, at least %d should be\n", images, LEAST_IMAGES);
        failed++;
    }
    print("spec: %" PRIu32 " files, %" PRIu32 " failed\n", files, failed);
    return failed != 0;
}
