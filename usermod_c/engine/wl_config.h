/* SPDX-License-Identifier: MIT
 *
 * Every switch and limit of the engine with its default; a build overrides them with -D.
 */
#ifndef WL_CONFIG_H
#define WL_CONFIG_H

/* Limits on what a module may contain. Each has its own status and a test at its edge. */
#ifndef WL_LIMIT_TYPES
#define WL_LIMIT_TYPES 4096
#endif
#ifndef WL_LIMIT_FUNCS
#define WL_LIMIT_FUNCS 32768
#endif
#ifndef WL_LIMIT_IMPORTS
#define WL_LIMIT_IMPORTS 4096
#endif
#ifndef WL_LIMIT_EXPORTS
#define WL_LIMIT_EXPORTS 4096
#endif
#ifndef WL_LIMIT_GLOBALS
#define WL_LIMIT_GLOBALS 4096
#endif
#ifndef WL_LIMIT_TABLES
#define WL_LIMIT_TABLES 64
#endif
#ifndef WL_LIMIT_MEMORIES /* at most 32; what is not at index 0 is reached slowly */
#define WL_LIMIT_MEMORIES 1
#endif
#ifndef WL_LIMIT_SEGMENTS
#define WL_LIMIT_SEGMENTS 4096
#endif
#ifndef WL_LIMIT_PARAM_SLOTS /* of parameters, and of results; at most 254 */
#define WL_LIMIT_PARAM_SLOTS 254
#endif
#ifndef WL_LIMIT_FRAME_SLOTS
#define WL_LIMIT_FRAME_SLOTS 8192
#endif
#ifndef WL_LIMIT_LOCALS
#define WL_LIMIT_LOCALS 4096
#endif
#ifndef WL_LIMIT_NESTING
#define WL_LIMIT_NESTING 512
#endif
#ifndef WL_LIMIT_OPERANDS
#define WL_LIMIT_OPERANDS 4096
#endif
#ifndef WL_LIMIT_CONST_EXPR
#define WL_LIMIT_CONST_EXPR 8
#endif
#ifndef WL_LIMIT_MODULE_BYTES
#define WL_LIMIT_MODULE_BYTES 0x7fffffff
#endif

/* Defaults of wl_config_t. */
#ifndef WL_DEFAULT_STACK_BYTES
#define WL_DEFAULT_STACK_BYTES 8192
#endif
#ifndef WL_DEFAULT_CODE_CACHE_BYTES
#define WL_DEFAULT_CODE_CACHE_BYTES 16384
#endif
#ifndef WL_DEFAULT_MEMORY_MAX_BYTES
#define WL_DEFAULT_MEMORY_MAX_BYTES 65536
#endif
#ifndef WL_DEFAULT_TABLE_MAX
#define WL_DEFAULT_TABLE_MAX 4096
#endif

/* Optimisations of the translator, each of which can be switched off to weigh it. */
#ifndef WL_ENABLE_FOLD_LOCALS /* read locals and constants from their place, not from a copy */
#define WL_ENABLE_FOLD_LOCALS 1
#endif
#ifndef WL_ENABLE_ACCUMULATOR /* reuse a value that is still in the accumulator */
#define WL_ENABLE_ACCUMULATOR 1
#endif
#ifndef WL_ENABLE_FUSE_STORE /* let an operation write its result to a slot itself */
#define WL_ENABLE_FUSE_STORE 1
#endif
#ifndef WL_ENABLE_FUSE_BRANCH /* compare and branch in one */
#define WL_ENABLE_FUSE_BRANCH 1
#endif
#ifndef WL_ENABLE_FUSE_ADDRESS /* add and access in one */
#define WL_ENABLE_FUSE_ADDRESS 1
#endif
#ifndef WL_ENABLE_SUPER /* operations chosen from measured frequencies */
#define WL_ENABLE_SUPER 1
#endif

/* Machine code from WebAssembly (wl_native.h), where there is a back end for the processor. */
#define WL_BACKEND_THUMB1 1
#define WL_BACKEND_THUMB2 2
#define WL_BACKEND_RV32 3
#ifndef WL_NATIVE_BACKEND
#if defined(ESP_PLATFORM) /* what its allocator gives holds no code */
#define WL_NATIVE_BACKEND 0
#elif defined(__thumb2__)
#define WL_NATIVE_BACKEND WL_BACKEND_THUMB2
#elif defined(__thumb__)
#define WL_NATIVE_BACKEND WL_BACKEND_THUMB1
#elif defined(__riscv_compressed) && defined(__riscv_mul) && __riscv_xlen == 32
#define WL_NATIVE_BACKEND WL_BACKEND_RV32
#else
#define WL_NATIVE_BACKEND 0
#endif
#endif
#ifndef WL_ENABLE_NATIVE
#define WL_ENABLE_NATIVE (WL_NATIVE_BACKEND != 0)
#endif
/* Whether machine code does 32-bit floats by an FPU's instructions: without, functions do them. */
#ifndef WL_NATIVE_FPU
#if WL_NATIVE_BACKEND == WL_BACKEND_THUMB2 && defined(__ARM_FP) && !defined(__SOFTFP__)
#define WL_NATIVE_FPU (__ARM_FP >> 2 & 1)
#else
#define WL_NATIVE_FPU 0
#endif
#endif
#ifndef WL_ENABLE_NATIVE_CHECKS /* bounds; off for measuring what they cost, never for use */
#define WL_ENABLE_NATIVE_CHECKS 1
#endif
#ifndef WL_DEFAULT_NATIVE_BYTES
#define WL_DEFAULT_NATIVE_BYTES 16384
#endif

/* For measuring what metering and bounds checks cost, never for use. */
#ifndef WL_ENABLE_FUEL
#define WL_ENABLE_FUEL 1
#endif

/* Whether the processor loads and stores 16 and 32 bits at any address. */
#ifndef WL_UNALIGNED_ACCESS
#if defined(__x86_64__) || defined(__i386__) || defined(__ARM_FEATURE_UNALIGNED) || defined(__aarch64__)
#define WL_UNALIGNED_ACCESS 1
#else
#define WL_UNALIGNED_ACCESS 0
#endif
#endif

/* Whether functions of the register code (floats, shifts of i64) are expanded in their handlers: fast
 * where the processor has them, large where it has not. */
#ifndef WL_INLINE_CALLS
#if defined(__x86_64__) || defined(__aarch64__)
#define WL_INLINE_CALLS 1
#else
#define WL_INLINE_CALLS 0
#endif
#endif

/* How the interpreter goes from one operation to the next.
 * TAIL: handlers are functions that jump to each other, state in global registers (Thumb-2).
 * GOTO: one function, computed goto over 16-bit offsets.
 * TABLE: one function, computed goto over a table; for builds whose handlers span over 64 KiB. */
#define WL_DISPATCH_TAIL 1
#define WL_DISPATCH_GOTO 2
#define WL_DISPATCH_TABLE 3
#ifndef WL_DISPATCH
#if defined(__SANITIZE_ADDRESS__) || defined(__clang__)
#define WL_DISPATCH WL_DISPATCH_TABLE
#elif defined(__thumb2__) && defined(__OPTIMIZE__)
#define WL_DISPATCH WL_DISPATCH_TAIL
#else
#define WL_DISPATCH WL_DISPATCH_GOTO
#endif
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "The engine needs a little-endian target."
#endif

#endif
