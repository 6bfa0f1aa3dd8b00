/* SPDX-License-Identifier: MIT
 *
 * Wasmlet engine: the public interface.
 *
 * A *module* is decoded and validated bytes, read in place. A *store* owns everything that runs:
 * instances, linear memories, tables, globals, host functions, the guest stack, the code cache
 * and the fuel. A *call* is one invocation of a function, which can stop and be resumed.
 *
 * Nothing here uses global state, `malloc` or the C stack in proportion to what a guest does.
 * Everything is allocated through the callback the embedder gives; running out is a status.
 *
 * Values cross this interface as 32-bit *slots*, as in guest frames: i32, f32 (bits), funcref and
 * externref take one slot; i64 and f64 (bits) take two, low word first. A reference is 0 for null.
 * A funcref is its `wl_func_t`; an externref is any non-zero number of the embedder's choice.
 *
 * Source: WebAssembly Core Specification 2.0, and the tail-call, extended-const and
 * custom-page-sizes proposals.
 */
#ifndef WL_H
#define WL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WL_VERSION "0.1.0"

typedef enum {
#define WL_STATUS(name, kind, text) WL_##name,
#include "wl_status.def"
#undef WL_STATUS
    WL_STATUS_COUNT
} wl_status_t;

/* What sort of event a status is; exceptions and error classes follow it. */
typedef enum {
    WL_KIND_OK,          /* done */
    WL_KIND_STOP,        /* stopped, can be resumed */
    WL_KIND_MALFORMED,   /* the bytes are not a module */
    WL_KIND_INVALID,     /* the module breaks a typing rule */
    WL_KIND_UNSUPPORTED, /* a feature that this engine leaves out */
    WL_KIND_LINK,        /* an import is missing or of another type */
    WL_KIND_TRAP,        /* the guest did something that the specification answers with a trap */
    WL_KIND_RESOURCE,    /* a limit or the memory given to the engine is used up */
    WL_KIND_USAGE        /* the embedder's mistake */
} wl_kind_t;

typedef enum { WL_I32 = 0x7f, WL_I64 = 0x7e, WL_F32 = 0x7d, WL_F64 = 0x7c,
               WL_FUNCREF = 0x70, WL_EXTERNREF = 0x6f } wl_valtype_t;

typedef enum { WL_EXTERN_FUNC, WL_EXTERN_TABLE, WL_EXTERN_MEMORY, WL_EXTERN_GLOBAL } wl_extern_kind_t;

#define WL_NO_INDEX UINT32_MAX

/* Where and why something failed. `func_index` counts imports first, WL_NO_INDEX when not in a
 * function; `offset` is the byte offset in the module; `aux` depends on the status: the import's
 * index (link errors), the opcode (illegal or unsupported), the bytes or count asked for (limits). */
typedef struct {
    wl_status_t status;
    uint32_t func_index;
    uint32_t offset;
    uint32_t aux;
} wl_error_t;

/* Resizes `ptr` from `old_size` to `new_size` bytes: NULL/0 to allocate, `new_size` 0 to free.
 * Returns NULL when out of memory (the old block stays as it was). 8-byte aligned. New blocks are
 * zeroed, so that an allocator may leave that to the system and big ones cost nothing until they are
 * touched; what a block grows by is not. */
typedef struct {
    void *(*resize)(void *env, void *ptr, size_t old_size, size_t new_size);
    void *env;
} wl_allocator_t;

/* An allocator over memory that the embedder gives, for where there is no other: its `resize` is
 * wl_arena_resize, its `env` the arena. At most 4 GiB; blocks cost their size, rounded up to 8 bytes. */
typedef struct { /* the fields are the engine's */
    uint8_t *base;
    uint32_t size, first;
} wl_arena_t;

void wl_arena_init(wl_arena_t *arena, void *memory, size_t size);
void *wl_arena_resize(void *arena, void *ptr, size_t old_size, size_t new_size);
/* The bytes that are free, and the largest block that can be had. */
void wl_arena_usage(const wl_arena_t *arena, size_t *free_bytes, size_t *largest);

typedef struct wl_module wl_module_t;
typedef struct wl_store wl_store_t;
typedef struct wl_instance wl_instance_t;
typedef struct wl_memory wl_memory_t;
typedef struct wl_table wl_table_t;
typedef struct wl_global wl_global_t;
typedef uint32_t wl_func_t; /* a function's address in its store; 0 is none (the null reference) */

/* A function type. `params` and `results` are arrays of wl_valtype_t bytes. */
typedef struct {
    const uint8_t *params, *results;
    uint8_t n_params, n_results;       /* values */
    uint8_t param_slots, result_slots; /* slots  */
    uint16_t canon;                    /* engine: the first equal type of the module */
} wl_functype_t;

typedef struct {
    uint32_t min, max; /* memory: pages; table: elements. max is UINT32_MAX where none is declared */
    uint8_t type;      /* table: its wl_valtype_t; memory: log2 of the page size in bytes, 0 or 16 */
    bool has_max;
} wl_limits_t;

/* An import or export as the module declares it. Names are UTF-8, not terminated. */
typedef struct {
    const uint8_t *module_name; /* imports only */
    const uint8_t *name;
    uint32_t module_name_size, name_size;
    wl_extern_kind_t kind;
    uint32_t index;              /* in its index space */
    const wl_functype_t *func;   /* WL_EXTERN_FUNC */
    wl_limits_t limits;          /* WL_EXTERN_TABLE, WL_EXTERN_MEMORY */
    uint8_t global_type;         /* WL_EXTERN_GLOBAL: wl_valtype_t */
    bool global_mutable;
} wl_extern_type_t;

/* Something that can be imported: an object of the store. */
typedef struct {
    wl_extern_kind_t kind;
    union {
        wl_func_t func;
        wl_table_t *table;
        wl_memory_t *memory;
        wl_global_t *global;
    } u;
} wl_extern_t;

/* ---- Status ---- */

const char *wl_status_text(wl_status_t status); /* "out of bounds memory access" */
wl_kind_t wl_status_kind(wl_status_t status);

/* ---- Modules ---- */

/* Decodes and validates all of `bytes`, which must stay where they are, unchanged, until
 * wl_module_free. On failure fills `error` and leaves nothing allocated. */
wl_status_t wl_module_load(const wl_allocator_t *allocator, const uint8_t *bytes, size_t size,
                           wl_module_t **module, wl_error_t *error);
void wl_module_free(wl_module_t *module);
uint32_t wl_module_import_count(const wl_module_t *module);
uint32_t wl_module_export_count(const wl_module_t *module);
/* A walk over imports or over exports starts with a zeroed cursor; false at the end. */
typedef struct {
    uint32_t next;    /* the index of what comes next */
    uint32_t pos;
    uint32_t seen[4]; /* imports: so many of each kind */
} wl_cursor_t;
bool wl_module_next_import(const wl_module_t *module, wl_cursor_t *cursor, wl_extern_type_t *type);
bool wl_module_next_export(const wl_module_t *module, wl_cursor_t *cursor, wl_extern_type_t *type);
/* The index-th import or export; false when there is none. Costs a walk from the first. */
bool wl_module_import(const wl_module_t *module, uint32_t index, wl_extern_type_t *type);
bool wl_module_export(const wl_module_t *module, uint32_t index, wl_extern_type_t *type);
/* A custom section's payload by name, the first of that name; false when there is none. */
bool wl_module_custom(const wl_module_t *module, const char *name, const uint8_t **payload, uint32_t *size);
/* A function's name from the `name` section; false when there is none. Not terminated. */
bool wl_module_func_name(const wl_module_t *module, uint32_t func_index, const uint8_t **name, uint32_t *size);
/* Bytes allocated for the module, its own record included. */
size_t wl_module_ram_bytes(const wl_module_t *module);

/* ---- Stores ---- */

/* How functions run. With NATIVE they become machine code when they are first called; those that have
 * no room or use what the compiler leaves out are interpreted, as all are with INTERP. AUTO is NATIVE
 * where this build can, which wl_native_available tells, and INTERP elsewhere. */
typedef enum { WL_TIER_INTERP, WL_TIER_NATIVE, WL_TIER_AUTO } wl_tier_t;
bool wl_native_available(void);

typedef struct {
    uint32_t stack_bytes;      /* guest stack; default WL_DEFAULT_STACK_BYTES */
    uint32_t code_cache_bytes; /* translated code; default WL_DEFAULT_CODE_CACHE_BYTES */
    uint32_t memory_max_bytes; /* physical cap of each linear memory; default WL_DEFAULT_MEMORY_MAX_BYTES */
    uint32_t table_max;        /* elements that a table may grow to; default WL_DEFAULT_TABLE_MAX */
    uint32_t native_bytes;     /* machine code, when `tier` wants any; default WL_DEFAULT_NATIVE_BYTES */
    bool eager;                /* translate every body at instantiation, as far as the cache holds them */
    uint8_t tier;              /* wl_tier_t; default WL_TIER_INTERP */
    bool portable;             /* machine code that an image can be made of; somewhat slower; default false */
} wl_config_t;

void wl_config_default(wl_config_t *config);
wl_status_t wl_store_new(const wl_allocator_t *allocator, const wl_config_t *config, wl_store_t **store);
void wl_store_free(wl_store_t *store); /* and all that lives in it; no call may be open */

/* Fuel: what calls in this store may still use; INT64_MAX (the start value) is without end.
 * A call stops with OUT_OF_FUEL when the balance has gone below zero. */
void wl_store_set_fuel(wl_store_t *store, int64_t fuel);
int64_t wl_store_fuel(const wl_store_t *store);
uint64_t wl_store_fuel_used(const wl_store_t *store); /* since the store was made */

typedef struct {
    size_t ram_bytes;          /* all that the store allocated, the following included */
    size_t memory_bytes;       /* linear memories' reservations */
    size_t stack_bytes;        /* guest stack */
    size_t code_cache_bytes;   /* the cache's size */
    size_t code_used_bytes;    /* of it in use now */
    size_t stack_peak_bytes;   /* most guest stack used by frames so far */
    uint32_t translations;     /* bodies translated, again included */
    uint32_t evictions;        /* bodies dropped */
    size_t native_bytes;       /* the machine code's room, part of code_cache_bytes */
    size_t native_used_bytes;  /* of it in use now */
    size_t native_image_bytes; /* machine code that is run from an image, outside RAM of the store */
    uint32_t native_functions; /* that have machine code */
    uint32_t native_refused;   /* that had to be left to the interpreter */
    size_t native_scratch_bytes; /* most guest stack that compiling has borrowed */
} wl_usage_t;
void wl_store_usage(const wl_store_t *store, wl_usage_t *usage);

/* A host function. `slots` holds the parameters; results go to the same place, from slots[0].
 * It returns OK; PENDING (the call stops, wl_call_run goes on once wl_call_answer has given the
 * results); any other STOP status (the call stops, and *repeats* the host call when run again);
 * or anything else, which ends the call as a trap of that status (TRAP_HOST for the host's own). */
typedef wl_status_t (*wl_host_fn_t)(void *env, wl_store_t *store, wl_instance_t *caller, uint32_t *slots);

/* `type` and what it points to must outlive the store. */
wl_status_t wl_host_func_new(wl_store_t *store, const wl_functype_t *type, wl_host_fn_t fn, void *env, wl_func_t *func);
wl_status_t wl_memory_new(wl_store_t *store, const wl_limits_t *limits, wl_memory_t **memory);
wl_status_t wl_table_new(wl_store_t *store, const wl_limits_t *limits, uint32_t init, wl_table_t **table);
wl_status_t wl_global_new(wl_store_t *store, uint8_t type, bool is_mutable, const uint32_t *slots, wl_global_t **global);

/* Links `module` (which must outlive the store) with one extern per import, in their order, and
 * runs its element and data segments. The start function is *not* run: call wl_instance_start's
 * function. When a segment fails the instance stays in the store (its functions may be in shared
 * tables already) but is not returned. */
wl_status_t wl_instance_new(wl_store_t *store, wl_module_t *module, const wl_extern_t *imports,
                            wl_instance_t **instance, wl_error_t *error);
wl_func_t wl_instance_start(const wl_instance_t *instance); /* 0 when there is none */
wl_module_t *wl_instance_module(const wl_instance_t *instance);
/* The object behind the index-th export, or behind a name. */
bool wl_instance_export(const wl_instance_t *instance, uint32_t index, wl_extern_t *object);
bool wl_instance_find(const wl_instance_t *instance, const char *name, size_t name_size, wl_extern_t *object);
wl_memory_t *wl_instance_memory(const wl_instance_t *instance); /* memory 0, NULL when there is none */

/* Images: the machine code of an instance as bytes that can be kept, in flash, and run from there, by a store like
 * the one that made them, with all sizes the same, and by the same build of the engine: that of this number. */
uint32_t wl_image_id(void);
/* Makes the image of an instance in a store that is `portable`, as far as there is room for machine code, which is
 * then run from RAM. What code there was in the store is dropped. Returns the image's bytes; 0 when there can be none:
 * the instance has no linear memory of its own, or a call is open. */
uint32_t wl_image_make(wl_instance_t *instance);
uint32_t wl_image_size(const wl_instance_t *instance); /* of the one made last, as long as no function was called since */
/* Copies `size` of its bytes, which are there, from `offset` on. */
void wl_image_read(const wl_instance_t *instance, uint32_t offset, uint8_t *to, uint32_t size);
/* Runs an instance by an image, in place: `bytes`, at a multiple of 4, must stay while the store lives. It is for
 * the caller to make sure that they are what was read. What code there was is dropped; functions that are not in
 * the image get code as usual. No call may be open. BAD_ARGUMENT: not an image of this module, in such a store, by
 * this build. */
wl_status_t wl_image_use(wl_instance_t *instance, const uint8_t *bytes, uint32_t size);

const wl_functype_t *wl_func_type(const wl_store_t *store, wl_func_t func); /* NULL when no such function */
/* The instance and index of a Wasm function; false for host functions. */
bool wl_func_origin(const wl_store_t *store, wl_func_t func, wl_instance_t **instance, uint32_t *func_index);

/* Linear memory. The data never moves while the store lives. */
uint8_t *wl_memory_data(const wl_memory_t *memory);
uint32_t wl_memory_bytes(const wl_memory_t *memory); /* accessible now: pages, under the physical cap */
uint32_t wl_memory_pages(const wl_memory_t *memory);
wl_status_t wl_memory_grow(wl_memory_t *memory, uint32_t delta_pages, uint32_t *old_pages);
void wl_memory_type(const wl_memory_t *memory, wl_limits_t *limits);
/* The one range check for guest pointers: NULL unless [address, address + size) is accessible. */
uint8_t *wl_memory_range(const wl_memory_t *memory, uint32_t address, uint32_t size);

uint32_t wl_table_size(const wl_table_t *table);
wl_status_t wl_table_get(const wl_table_t *table, uint32_t index, uint32_t *ref);
wl_status_t wl_table_set(wl_table_t *table, uint32_t index, uint32_t ref);
wl_status_t wl_table_grow(wl_table_t *table, uint32_t delta, uint32_t init, uint32_t *old_size);
void wl_table_type(const wl_table_t *table, wl_limits_t *limits);

uint8_t wl_global_type(const wl_global_t *global);
bool wl_global_mutable(const wl_global_t *global);
void wl_global_get(const wl_global_t *global, uint32_t *slots);
wl_status_t wl_global_set(wl_global_t *global, const uint32_t *slots);

/* ---- Calls ---- */

/* Storage of one call, given by the embedder; the fields are the engine's. Calls of a store nest:
 * only the newest that has not ended can run. */
typedef struct wl_call {
    wl_store_t *store;
    struct wl_call *previous;
    wl_instance_t *instance; /* of the running frame, while stopped */
    wl_func_t func;
    const wl_functype_t *type; /* of func */
    uint32_t base;   /* slot index of its first frame */
    uint32_t fp;     /* slot index of the running frame, while stopped */
    uint32_t ip;     /* position in the code cache, while stopped */
    uint32_t acc;    /* a host function's 32-bit result, while stopped */
    wl_func_t host;  /* the host function that is PENDING */
    uint8_t state;
    wl_error_t error;
} wl_call_t;

/* Opens a call; `args` are the parameters' slots. Nothing runs yet. */
wl_status_t wl_call_begin(wl_call_t *call, wl_store_t *store, wl_func_t func, const uint32_t *args);
/* Runs until it is done (OK), or stops: YIELD after `slice` units of fuel, OUT_OF_FUEL, PENDING,
 * or what a host function returned; run again to go on. Or ends with a trap or resource status;
 * call->error then says where. */
wl_status_t wl_call_run(wl_call_t *call, int32_t slice);
/* The results, after OK; valid until wl_call_end. */
const uint32_t *wl_call_results(const wl_call_t *call);
/* Gives the results of the host function that is PENDING. */
wl_status_t wl_call_answer(wl_call_t *call, const uint32_t *results);
/* Closes the call, in whatever state; its frames are gone. Must be the newest open one. */
void wl_call_end(wl_call_t *call);

typedef struct { wl_instance_t *instance; uint32_t func_index, offset; } wl_frame_t;
/* The stack of a call that has stopped or trapped, innermost first; returns how many frames were
 * written, at most `max`. Host frames are left out. */
uint32_t wl_call_backtrace(const wl_call_t *call, wl_frame_t *frames, uint32_t max);

#endif
