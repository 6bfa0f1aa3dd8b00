/* SPDX-License-Identifier: MIT
 *
 * Runs every workload once on the engine that this program is linked with.
 */
#include "harness.h"
#include "target.h"

enum { C_STACK_BYTES = 128 * 1024,
       CALIBRATION = 100000 };

static __attribute__((aligned(16))) uint8_t c_stack[C_STACK_BYTES];

/* A step and what it gave, to get both across the change of stacks. */
typedef struct {
    const workload_t *workload;
    int32_t result;
    bool ok;
} step_t;

static void load(void *argument) {
    step_t *step = argument;
    meter_begin();
    step->ok = engine_load(step->workload);
    meter_end();
}

static void run(void *argument) {
    step_t *step = argument;
    meter_begin();
    step->ok = engine_run(step->workload, &step->result);
    meter_end();
}

/* 200,000 instructions, by which the caller checks the counter. */
static void calibrate(void) {
    uint32_t n = CALIBRATION;
    meter_name("-", "calibration");
    meter_begin();
#if defined(__thumb__)
    __asm__ volatile(".syntax unified\n"
                     "1: subs %0, #1\n"
                     "   bne 1b"
                     : "+l"(n)
                     :
                     : "cc");
#elif defined(__riscv)
    __asm__ volatile("1: addi %0, %0, -1\n"
                     "   bnez %0, 1b"
                     : "+r"(n));
#else
    __asm__ volatile("1: sub $1, %0\n"
                     "   jne 1b"
                     : "+r"(n)
                     :
                     : "cc");
#endif
    meter_end();
    meter_report();
}

static size_t measure_step(void (*fn)(void *), step_t *step, const char *key) {
    meter_name(step->workload->name, key);
    size_t use = target_stack_use(fn, step, c_stack, sizeof(c_stack));
    meter_report();
    return use;
}

static bool measure(const workload_t *w) {
    step_t step = {.workload = w};
    report_text(w->name, "group", w->group);
    heap_reset_peak();
    size_t load_stack = measure_step(load, &step, "load_instructions"), run_stack = 0;
    if (step.ok) {
        run_stack = measure_step(run, &step, "instructions");
    }
    if (step.ok) {
        report_number(w->name, "result", (uint32_t)step.result);
        report_number(w->name, "ram_bytes", heap_peak_bytes() - engine_guest_bytes());
        report_number(w->name, "load_c_stack_bytes", load_stack);
        report_number(w->name, "run_c_stack_bytes", run_stack);
        engine_report(w);
    }
    engine_unload();
    report_number(w->name, "leaked_bytes", heap_live_bytes());
    return step.ok;
}

int main(void) {
    bool ok = true;
    calibrate();
    for (size_t i = 0; i < workload_count; i++) {
        if (engine_has(&workloads[i]) && !measure(&workloads[i])) {
            report_text(workloads[i].name, "failed", "1");
            ok = false;
        }
    }
    return !ok;
}
