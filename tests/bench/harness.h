/* SPDX-License-Identifier: MIT
 *
 * The parts of a measuring program: it holds all workloads and one engine, runs each once, and
 * prints lines of `workload key value`.
 */
#ifndef WL_BENCH_HARNESS_H
#define WL_BENCH_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *name, *group;
    int32_t n;
    int32_t (*native)(int32_t n); /* NULL when there is none */
    const uint8_t *wasm, *wasm_end;
} workload_t;

/* workloads.def as a table. */
extern const workload_t workloads[];
extern const size_t workload_count;

/* ---- What an engine gives (engine_*.c, one in each program) ---- */

enum { GUEST_STACK_BYTES = 8192 };

/* Whether the engine can run it at all. */
bool engine_has(const workload_t *workload);
/* From bytes to ready: validated, as far as the engine does that, and all functions translated. */
bool engine_load(const workload_t *workload);
bool engine_run(const workload_t *workload, int32_t *result);
/* Bytes of the heap that are linear memory, guest stack, or reserved without being used. */
size_t engine_guest_bytes(void);
/* Prints what only this engine knows. */
void engine_report(const workload_t *workload);
void engine_unload(void);

/* ---- Heap (heap.c): first fit over a static block, as boards have it ---- */

void *heap_resize(void *p, size_t size); /* size 0 frees; NULL when full */
size_t heap_live_bytes(void);            /* as asked for */
size_t heap_peak_bytes(void);            /* since heap_reset_peak */
void heap_reset_peak(void);

/* ---- Instructions (meter_*.c) ---- */

/* Names what is measured next; its use of the C stack does not matter, that of the next two does. */
void meter_name(const char *workload, const char *key);
void meter_begin(void);
void meter_end(void);
/* Reports the instructions between the two as `workload key N`. */
void meter_report(void);

/* ---- Output (report.c) ---- */

void report_number(const char *workload, const char *key, uint64_t value);
void report_text(const char *workload, const char *key, const char *text);
uint32_t report_hash(const uint8_t *bytes, size_t size); /* FNV-1a */

#endif
