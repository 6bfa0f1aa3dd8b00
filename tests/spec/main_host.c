/* SPDX-License-Identifier: MIT
 *
 * The runner on a host: takes scripts as files, tries them under the conditions that its options
 * ask for, and prints what went wrong and, last, the figures.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "heap.h"
#include "status_name.h"

enum {
    /* Where tests run without being short of anything: none of them needs half of it. */
    STACK_BYTES = 256 * 1024,
    CODE_CACHE_BYTES = 256 * 1024,
    MEMORY_MAX_BYTES = 16 * 65536,
    STARVED_MEMORY_BYTES = 4096,
    /* Where the search for the smallest sizes starts. */
    LEAST_BYTES = 64,
    STEP_BYTES = 8,
    NAME_BYTES = 128,
};

typedef struct {
    wl_config_t config;
    int32_t slice;
    bool verbose, texts, stress, small_memory;
    unsigned long fail_runs; /* most runs of a file with a failing allocator */
} options_t;

/* One script and where reading it has come to. */
typedef struct {
    char name[NAME_BYTES]; /* core/i32 */
    uint8_t *bytes;
    size_t size, pos;
    bool quiet;
} script_t;

typedef struct {
    spec_counts_t counts;
    unsigned long files, fail_runs, fail_points;
    uint32_t most_stack, most_cache; /* smallest sizes that a file can run with: the largest of them */
} totals_t;

/* ---- Memory ---- */

void *heap_block_new(size_t size) {
    void *block = calloc(1, size);
    if (!block) {
        fputs("spec: this machine is out of memory\n", stderr);
        exit(2);
    }
    return block;
}

void heap_block_free(void *block, size_t size) {
    (void)size;
    free(block);
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
    if (!s->quiet) {
        printf("%s.wast:%" PRIu32 ": %s: %s\n", s->name, line, command, finding);
    }
}

/* A script's name is the end of its path without the extension, with its folder. */
static void name_script(script_t *s, const char *path) {
    const char *name = path;
    const char *last = strrchr(path, '/');
    for (const char *p = path; last && p < last; p++) {
        if (*p == '/') {
            name = p + 1;
        }
    }
    const char *dot = strrchr(path, '.');
    int size = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
    snprintf(s->name, sizeof(s->name), "%.*s", size, name);
}

static bool load_script(script_t *s, const char *path) {
    FILE *f = fopen(path, "rb");
    bool good = f && fseek(f, 0, SEEK_END) == 0;
    long size = good ? ftell(f) : -1;
    *s = (script_t){0};
    name_script(s, path);
    if (size > 0) {
        rewind(f);
        s->size = (size_t)size;
        s->bytes = malloc(s->size);
        good = s->bytes && fread(s->bytes, 1, s->size, f) == s->size;
    }
    if (f) {
        fclose(f);
    }
    return good && size > 0;
}

/* ---- Runs ---- */

static void check_heap(const script_t *s, const heap_t *heap, const char *whose, spec_counts_t *counts) {
    if (heap->live_blocks || heap->live_bytes) {
        printf("%s: %s leaves %zu bytes in %zu blocks\n", s->name, whose, heap->live_bytes, heap->live_blocks);
        counts->failed++;
    }
    if (heap->wrong_sizes) {
        printf("%s: %s tells the allocator wrong sizes, %lu times\n", s->name, whose, heap->wrong_sizes);
        counts->failed++;
    }
}

/* Runs a script once. Returns its status, for want of what it stopped; `calls` is how often the
 * engine has asked for memory. */
static wl_status_t run_once(script_t *s, const options_t *o, unsigned long fail_every, spec_counts_t *counts,
                            unsigned long *calls) {
    heap_t engine = {.fail_every = fail_every}, own = {0};
    spec_host_t host = {
        .engine = heap_allocator(&engine),
        .own = heap_allocator(&own),
        .config = o->config,
        .slice = o->slice,
        .starved = fail_every > 0,
        .small_memory = o->small_memory,
        .check_texts = o->texts && !o->small_memory,
        .read = read_script,
        .report = print_finding,
        .env = s,
    };
    s->pos = 0;
    wl_status_t status = spec_run(&host, counts);
    check_heap(s, &engine, "the engine", counts);
    check_heap(s, &own, "the runner", counts);
    *calls = engine.calls;
    return status;
}

/* Sets `size`, which is a member of `o`, to the smallest value (give or take a sixteenth) with which
 * the script does not stop for want of it. Large memories would only take time. */
static uint32_t find_least(script_t *s, options_t *o, uint32_t *size, wl_status_t limit) {
    uint32_t most = *size, low = 0, high = 0;
    o->small_memory = s->quiet = true;
    for (*size = LEAST_BYTES; high == 0 || (high - low > high / 16 && high - low > STEP_BYTES);) {
        spec_counts_t counts = {0};
        unsigned long calls;
        if (*size >= most || run_once(s, o, 0, &counts, &calls) != limit) {
            high = *size;
        } else {
            low = *size;
        }
        *size = high == 0 ? 2 * low : low + (high - low) / 2 / STEP_BYTES * STEP_BYTES;
    }
    o->small_memory = s->quiet = false;
    return *size = high;
}

/* Lets the engine's allocator fail at every n-th call, for as many n as the options allow. */
static void run_starved(script_t *s, options_t *o, unsigned long points, totals_t *totals) {
    unsigned long stride = (points + o->fail_runs - 1) / o->fail_runs;
    o->config.memory_max_bytes = STARVED_MEMORY_BYTES;
    o->small_memory = true;
    for (unsigned long n = 1; n <= points; n += stride) {
        spec_counts_t counts = {0};
        unsigned long calls;
        run_once(s, o, n, &counts, &calls);
        if (counts.failed) {
            printf("%s: %" PRIu32 " findings with every %lu. allocation failing\n", s->name, counts.failed, n);
        }
        totals->counts.failed += counts.failed;
        totals->counts.tolerated += counts.tolerated;
        totals->fail_runs++;
    }
    totals->fail_points += points;
}

static void add_counts(spec_counts_t *to, const spec_counts_t *c) {
    to->passed += c->passed;
    to->failed += c->failed;
    to->text_format += c->text_format;
    to->skipped += c->skipped;
    to->refused += c->refused;
    to->texts_differ += c->texts_differ;
    to->fuel += c->fuel;
}

static void run_file(const char *path, const options_t *given, totals_t *totals, FILE *figures) {
    options_t o = *given;
    spec_counts_t counts = {0};
    script_t s;
    unsigned long calls = 0;
    uint32_t stack = 0, cache = 0;
    if (!load_script(&s, path)) {
        printf("%s: cannot be read\n", path);
        counts.failed++;
    } else {
        if (o.stress) {
            stack = find_least(&s, &o, &o.config.stack_bytes, WL_TRAP_STACK);
            cache = find_least(&s, &o, &o.config.code_cache_bytes, WL_OVER_CODE_CACHE);
        }
        wl_status_t status = run_once(&s, &o, 0, &counts, &calls);
        if (status != WL_OK) {
            printf("%s: ended early: %s\n", s.name, status_name(status));
            counts.failed++;
        }
        if (o.fail_runs) {
            run_starved(&s, &o, calls, totals);
        }
    }
    if (o.verbose) {
        printf("%s: %" PRIu32 " passed, %" PRIu32 " failed, %" PRIu32 " text-format, %" PRIu32 " skipped, fuel %" PRIu64
               ", %lu allocations, stack %" PRIu32 ", cache %" PRIu32 "\n",
               s.name, counts.passed, counts.failed, counts.text_format, counts.skipped, counts.fuel, calls,
               o.config.stack_bytes, o.config.code_cache_bytes);
    }
    if (figures) {
        fprintf(figures, "%s %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu64 "\n", s.name,
                counts.passed, counts.failed, counts.text_format, counts.skipped, counts.refused, counts.fuel);
    }
    add_counts(&totals->counts, &counts);
    totals->files++;
    totals->most_stack = stack > totals->most_stack ? stack : totals->most_stack;
    totals->most_cache = cache > totals->most_cache ? cache : totals->most_cache;
    free(s.bytes);
}

/* ---- Command line ---- */

static const char usage[] =
    "usage: runner [options] SCRIPT...\n"
    "  --fuel-slice N   stop and resume every call after N units of fuel\n"
    "  --eager          translate at instantiation\n"
    "  --stress         the smallest guest stack and code cache that each file can run with\n"
    "  --fail-alloc N   then up to N times more with an allocator that fails at every n-th call\n"
    "  --text-check     report where error texts differ from the suite's\n"
    "  --figures FILE   write each file's figures\n"
    "  -v               print a line for each file\n";

static long number(const char *text) {
    char *end;
    long n = text ? strtol(text, &end, 10) : 0;
    if (n <= 0 || n > INT32_MAX || *end) {
        fputs(usage, stderr);
        exit(2);
    }
    return n;
}

/* Returns the index of the first script. */
static int parse(int argc, char **argv, options_t *o, const char **figures) {
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--fuel-slice") == 0) {
            o->slice = (int32_t)number(argv[++i]);
        } else if (strcmp(argv[i], "--fail-alloc") == 0) {
            o->fail_runs = (unsigned long)number(argv[++i]);
        } else if (strcmp(argv[i], "--figures") == 0 && i + 1 < argc) {
            *figures = argv[++i];
        } else if (strcmp(argv[i], "--eager") == 0) {
            o->config.eager = true;
        } else if (strcmp(argv[i], "--stress") == 0) {
            o->stress = true;
        } else if (strcmp(argv[i], "--text-check") == 0) {
            o->texts = true;
        } else if (strcmp(argv[i], "-v") == 0) {
            o->verbose = true;
        } else {
            i = argc;
        }
    }
    if (i >= argc) {
        fputs(usage, stderr);
        exit(2);
    }
    return i;
}

static void print_totals(const options_t *o, const totals_t *t) {
    const spec_counts_t *c = &t->counts;
    if (o->stress) {
        printf("stress: the largest of the files' smallest sizes: guest stack %" PRIu32 " bytes, code cache %" PRIu32
               " bytes\n",
               t->most_stack, t->most_cache);
    }
    if (o->fail_runs) {
        printf("fail-alloc: %lu runs for %lu failure points (at most %lu a file), %" PRIu32 " commands went wrong as they may\n",
               t->fail_runs, t->fail_points, o->fail_runs, c->tolerated);
    }
    if (o->texts) {
        printf("text-check: %" PRIu32 " modules rightly refused with another text\n", c->texts_differ);
    }
    printf("spec: %" PRIu32 " passed, %" PRIu32 " failed, %" PRIu32 " text-format (not applicable), %" PRIu32 " skipped\n",
           c->passed, c->failed, c->text_format, c->skipped);
}

int main(int argc, char **argv) {
    options_t options = {.slice = INT32_MAX};
    totals_t totals = {0};
    const char *path = NULL;
    wl_config_default(&options.config);
    options.config.stack_bytes = STACK_BYTES;
    options.config.code_cache_bytes = CODE_CACHE_BYTES;
    options.config.memory_max_bytes = MEMORY_MAX_BYTES;
    int first = parse(argc, argv, &options, &path);
    FILE *figures = path ? fopen(path, "w") : NULL;
    if (path && !figures) {
        perror(path);
        return 2;
    }
    for (int i = first; i < argc; i++) {
        run_file(argv[i], &options, &totals, figures);
    }
    if (figures && fclose(figures) != 0) {
        perror(path);
        return 2;
    }
    print_totals(&options, &totals);
    return totals.counts.failed != 0;
}
