/* SPDX-License-Identifier: MIT
 *
 * A generator of valid modules. Every decision is read from a tape of bytes, so that a fuzzer
 * can mutate the tape and be led by coverage, and a pseudo-random tape gives a random module.
 */
#ifndef FZ_GEN_H
#define FZ_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    bool terminates; /* loops and functions count down a global and trap at zero */
    bool imports;    /* functions, globals, tables and memories may be imported */
} fz_gen_options_t;

/* Value of the countdown before each call; the export of that name sets it, as in wasm-opt's. */
#define FZ_COUNTDOWN 200
#define FZ_COUNTDOWN_EXPORT "hangLimitInitializer"

/* Returns the module's bytes, to be freed by the caller. */
uint8_t *fz_gen(const uint8_t *tape, size_t tape_size, const fz_gen_options_t *options, size_t *size);

#endif
