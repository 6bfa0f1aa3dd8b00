/* SPDX-License-Identifier: MIT
 *
 * fz_gen FOLDER FIRST COUNT: writes COUNT modules that end by themselves, one per seed from FIRST
 * on, as FOLDER/gen-SEED.wasm. fz_gen - TAPE FILE: the module that fuzz_exec makes of a tape.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fz_gen.h"
#include "fz_heap.h"

static int write_file(const char *path, const void *bytes, size_t size) {
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(bytes, 1, size, f) != size || fclose(f) != 0) {
        perror(path);
        return 1;
    }
    return 0;
}

static int from_seed(const char *folder, unsigned long seed) {
    static uint8_t tape[8192];
    uint64_t state = fz_mix(seed);
    size_t tape_size = 200 + (size_t)(state % 1500);
    if (state >> 60 == 0) { /* some are much larger */
        tape_size *= 4;
    }
    for (size_t i = 0; i < tape_size; i++) {
        state = fz_mix(state);
        tape[i] = (uint8_t)state;
    }
    fz_gen_options_t options = {.terminates = true, .imports = seed % 2 == 0};
    size_t size;
    uint8_t *module = fz_gen(tape, tape_size, &options, &size);
    char path[4096];
    snprintf(path, sizeof path, "%s/gen-%lu.wasm", folder, seed);
    int failed = write_file(path, module, size);
    free(module);
    return failed;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fputs("usage: fz_gen FOLDER FIRST COUNT\n", stderr);
        return 2;
    }
    unsigned long first = strtoul(argv[2], NULL, 10), count = strtoul(argv[3], NULL, 10);
    for (unsigned long i = 0; i < count; i++) {
        if (from_seed(argv[1], first + i) != 0) {
            return 1;
        }
    }
    return 0;
}
