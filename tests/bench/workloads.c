/* SPDX-License-Identifier: MIT
 *
 * The table of workloads: their modules, which are linked in, and their native code.
 */
#include "harness.h"

#define KERNEL(name, n, group)      \
    int32_t native_##name(int32_t); \
    extern const uint8_t wasm_##name[], wasm_##name##_end[];
#define MICRO(name, n) extern const uint8_t wasm_##name[], wasm_##name##_end[];
#include "workloads.def"
#undef KERNEL
#undef MICRO

const workload_t workloads[] = {
#define KERNEL(name, n, group) {#name, #group, n, native_##name, wasm_##name, wasm_##name##_end},
#define MICRO(name, n) {#name, "micro", n, NULL, wasm_##name, wasm_##name##_end},
#include "workloads.def"
#undef KERNEL
#undef MICRO
};
const size_t workload_count = sizeof(workloads) / sizeof(*workloads);
