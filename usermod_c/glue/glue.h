/* SPDX-License-Identifier: MIT
 *
 * What the files of `_wasm` share. This folder is the only C that includes py/ headers.
 *
 * Lifetimes. The garbage collector runs finalisers in any order, so a finaliser never looks at
 * another object. What the engine allocates hangs on two records outside the collector's reach,
 * `wasm_image_t` (a loaded module) and `wasm_core_t` (a store), counted by references. Every
 * object that a user holds (Instance, Memory, Func ...) refers to one Store object, which users
 * never see; it owns the core and keeps alive whatever Python objects the guest can reach: the
 * modules, the host functions, the externrefs. Only Store and Module have finalisers.
 *
 * Exceptions never cross the engine: a host function catches them, ends the call with a trap, and
 * whoever began the call raises the same object again (hostcall.c, call.c).
 */
#ifndef WASMLET_GLUE_H
#define WASMLET_GLUE_H

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include "py/objarray.h"
#include "py/objstr.h"
#include "py/runtime.h"
#pragma GCC diagnostic pop

#include "wl.h"
#include "wl_config.h"

#ifndef MP_NORETURN /* MicroPython up to 1.25 */
#define MP_NORETURN NORETURN
#endif

/* Fuel between two looks at pending events: below 50 ms on a Cortex-M0+ at 125 MHz. */
#ifndef WASM_SLICE_FUEL
#define WASM_SLICE_FUEL 50000
#endif

#define WASM_ENDLESS_FUEL INT64_MAX

/* `name`_doc, what help() shows first of a type: MicroPython keeps no docstrings. */
#define WASM_DOC(name, text) static const MP_DEFINE_STR_OBJ(name##_doc, text)

/* ---- arena.c: the engine's memory ---- */
#ifndef WASM_ARENA_BYTES /* set aside for guests; a board's mpconfigboard.h says how many */
#define WASM_ARENA_BYTES 0
#endif
#ifndef WASM_ARENA_MALLOC /* taken from the C heap by wasm_arena_boot, else linked in */
#define WASM_ARENA_MALLOC 0
#endif
#ifndef WASM_ARENA_C_HEAP /* else the Python heap */
#if WASM_ARENA_BYTES > 0
#define WASM_ARENA_C_HEAP 0
#elif defined(__unix__) || defined(__APPLE__)
#define WASM_ARENA_C_HEAP 1
#else
#define WASM_ARENA_C_HEAP 0
#endif
#endif
/* Whether the collector neither sees the engine's memory nor gives it back by itself. */
#define WASM_OUTSIDE_GC (WASM_ARENA_C_HEAP || WASM_ARENA_BYTES > 0)
/* Linear memory that an instance may use when its owner does not say. */
#ifndef WASM_DEFAULT_MEMORY_MAX_BYTES
#define WASM_DEFAULT_MEMORY_MAX_BYTES (WASM_ARENA_C_HEAP ? 64u << 20 : WL_DEFAULT_MEMORY_MAX_BYTES)
#endif

extern const wl_allocator_t wasm_allocator;
void *wasm_alloc(size_t size); /* zeroed; NULL when out of memory */
void wasm_free(void *p, size_t size);
size_t wasm_ram_used(void);
/* What is left of the arena, and its largest block, in bytes; false where there is none. */
bool wasm_ram_free(size_t *free_bytes, size_t *largest);
/* Collects garbage when much was allocated since the last time: unreachable stores hold memory
 * that the collector does not count. */
void wasm_relieve(void);

/* ---- Interrupts ----
 * Where a port raises KeyboardInterrupt straight from its signal handler, the engine must not be
 * left that way: the signal waits while the engine runs and comes through between slices. */
#if MICROPY_ASYNC_KBD_INTR
#include <signal.h>
static inline void wasm_interrupts(int how) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigprocmask(how, &set, NULL);
}
static inline void wasm_interrupts_hold(void) {
    wasm_interrupts(SIG_BLOCK);
}
static inline void wasm_interrupts_release(void) {
    wasm_interrupts(SIG_UNBLOCK);
}
#else
static inline void wasm_interrupts_hold(void) {
}
static inline void wasm_interrupts_release(void) {
}
#endif

/* ---- views.c: engine memory that memoryviews may look at ----
 * Whatever hands such memory out begins with this. It is freed once nobody looks any more. */
typedef struct wasm_viewed {
    struct wasm_viewed *next; /* waiting to be freed */
    bool (*owns)(const struct wasm_viewed *self, const void *data); /* whether it handed that out */
    void (*free)(struct wasm_viewed *self, bool finalising);
    bool handed_out; /* through the buffer protocol, ever */
} wasm_viewed_t;

/* Frees it, now or when the last view is gone. `finalising`: called by a finaliser. */
void wasm_viewed_drop(wasm_viewed_t *viewed, bool finalising);
size_t wasm_viewed_reap(void); /* frees what is no longer looked at; returns how many are left */
void wasm_viewed_begin(void);  /* to be called before one is made */

/* ---- buffer.c: a module's bytes ---- */
typedef struct { /* shared by a Buffer and the Modules made from it */
    wasm_viewed_t viewed;
    void *data;
    size_t size;
    uint32_t refs;
} wasm_bytes_t;

typedef struct {
    mp_obj_base_t base;
    wasm_bytes_t *bytes; /* NULL once finalised */
} wasm_buffer_obj_t;

extern const mp_obj_type_t wasm_type_buffer;
wasm_bytes_t *wasm_buffer_bytes(mp_obj_t buffer); /* raises RuntimeError once it is finalised */
wasm_bytes_t *wasm_bytes_new(size_t size); /* zeroed; NULL when out of memory */
void wasm_bytes_drop(wasm_bytes_t *bytes, bool finalising);

/* ---- Modules ---- */
typedef struct {
    wl_module_t *module;
    wasm_bytes_t *bytes; /* read in place, where that is not on the Module object to keep */
    uint32_t refs;
} wasm_image_t;

typedef struct {
    mp_obj_base_t base;
    wasm_image_t *image; /* NULL once finalised */
    mp_obj_t bytes;      /* whose contents are read in place; None if image->bytes has them */
} wasm_module_obj_t;

extern const mp_obj_type_t wasm_type_module;
wl_module_t *wasm_module_get(mp_obj_t module); /* raises TypeError unless it is a Module */
void wasm_image_drop(wasm_image_t *image, bool finalising);

/* ---- Stores ---- */
typedef struct wasm_call {
    wl_call_t call;
    struct wasm_call *below; /* open calls: the next older one; spare ones: the next */
    uint32_t serial;         /* of the use of this record, so that a stale OutOfFuel is noticed */
    bool stopped;            /* out of fuel, waiting for OutOfFuel.resume */
} wasm_call_t;

typedef struct wasm_view { /* a linear memory that has been seen through the buffer protocol */
    struct wasm_view *next;
    const void *data;
} wasm_view_t;

typedef struct wasm_images {
    struct wasm_images *next;
    wasm_image_t *image;
} wasm_images_t;

typedef struct wasm_core {
    wasm_viewed_t viewed;
    wl_store_t *store;
    wasm_call_t *top, *spare;
    wasm_images_t *images;
    wasm_view_t *views;
} wasm_core_t;

struct wasm_host;

typedef struct {
    mp_obj_base_t base;
    wasm_core_t *core;
    mp_obj_t modules;       /* list: their bytes are read in place */
    struct wasm_host *hosts;
    mp_obj_t externs;       /* list: externref number n is its item n - 1 */
    mp_obj_t exception;     /* raised by a host function, on its way out; or MP_OBJ_NULL */
    mp_obj_t waiting;       /* the gate whose call waits, or the Wait of another host function */
} wasm_store_obj_t;

wasm_store_obj_t *wasm_store_new(const wl_config_t *config);
void wasm_store_close(wasm_store_obj_t *store); /* at once; nothing else may refer to it */
/* Keeps `module` for as long as the store. */
void wasm_store_keep_module(wasm_store_obj_t *store, mp_obj_t module);
/* The store of any Instance, Memory, Table, Global or Func; NULL for other objects. */
wasm_store_obj_t *wasm_store_of(mp_obj_t obj);
uint32_t wasm_store_extern(wasm_store_obj_t *store, mp_obj_t obj); /* its number, given on first use */
bool wasm_store_viewed(wasm_store_obj_t *store, const void *data);  /* false when out of memory */
MP_NORETURN void wasm_store_raise_gone(void);
/* The core, as long as there is one: finalisers written in Python can come too late. */
static inline wasm_core_t *wasm_core(const wasm_store_obj_t *store) {
    if (store->core == NULL) {
        wasm_store_raise_gone();
    }
    return store->core;
}
/* Fuel as Python sees it: an int, None is without end. */
void wasm_fuel_set(wasm_core_t *core, mp_obj_t fuel);
void wasm_fuel_add(wasm_core_t *core, mp_obj_t fuel);
mp_obj_t wasm_fuel_get(const wasm_core_t *core);

/* ---- values.c: conversions ---- */
typedef enum { WASM_VALUE_OK,
               WASM_VALUE_TYPE,
               WASM_VALUE_RANGE,
               WASM_VALUE_STORE } wasm_value_t;
wasm_value_t wasm_value_slots(wasm_store_obj_t *store, uint8_t type, mp_obj_t value, uint32_t *slots);
mp_obj_t wasm_value_object(wasm_store_obj_t *store, uint8_t type, const uint32_t *slots);
/* Raises the TypeError or OverflowError that says what is wrong with `value`, after `what`. */
MP_NORETURN void wasm_value_raise(wasm_value_t problem, const char *what, uint8_t type, mp_obj_t value);
static inline bool wasm_value_is_i32(mp_obj_t value) { /* the usual case, to be tried first */
    mp_int_t v = MP_OBJ_SMALL_INT_VALUE(value);
    return mp_obj_is_small_int(value) && v >= INT32_MIN && v <= INT32_MAX;
}
static inline uint32_t wasm_value_width(uint8_t type) { /* slots */
    return (type == WL_I64 || type == WL_F64) ? 2 : 1;
}
/* None for no result, the value for one, a tuple for more. */
mp_obj_t wasm_results_object(wasm_store_obj_t *store, const wl_functype_t *type, const uint32_t *slots);
/* An int of [0, 2^32), or of [-2^31, 0) which counts from 2^32 down, as guests pass addresses. */
uint32_t wasm_get_u32(mp_obj_t obj, const char *what);
mp_obj_t wasm_int_from_i64(int64_t value);
mp_obj_t wasm_int_from_size(size_t value);
bool wasm_int_to_u64(mp_obj_t obj, uint64_t *bits); /* false outside [-2^63, 2^64) */

/* ---- types.c: types in words, "(i32, i32) -> i64" ---- */
const char *wasm_type_name(uint8_t type);
mp_obj_t wasm_functype_str(const wl_functype_t *type);
mp_obj_t wasm_extern_str(const wl_extern_type_t *type); /* without its kind */
qstr wasm_kind_name(wl_extern_kind_t kind);
/* The type of an object of a store, now. */
void wasm_extern_describe(const wl_store_t *store, const wl_extern_t *object, wl_extern_type_t *type);

/* ---- errors.c ---- */
MP_NORETURN void wasm_raise_load(const wl_error_t *error);
MP_NORETURN void wasm_raise_link(const wl_module_t *module, uint32_t import, wl_status_t status,
                                 const wl_extern_type_t *got, const char *why);
/* Raises what ended `call`; it is still open, so that the backtrace can be told. */
MP_NORETURN void wasm_raise_trap(wasm_call_t *call, wl_status_t status);
/* A trap or lack of resources outside of a call: an instance's segments, a table, a memory. */
MP_NORETURN void wasm_raise_status(const wl_module_t *module, const wl_error_t *error);
MP_NORETURN void wasm_raise_error(qstr name, size_t n_args, const mp_obj_t *args);

/* ---- call.c ---- */
typedef struct {
    mp_obj_base_t base;
    wasm_store_obj_t *store;
    const wl_functype_t *type;
    wl_func_t func;
} wasm_func_obj_t;

extern const mp_obj_type_t wasm_type_func, wasm_type_call;
mp_obj_t wasm_func_new(wasm_store_obj_t *store, wl_func_t func);
/* Calls without parameters; `result` is what the caller gets instead of the function's result,
 * also after OutOfFuel.resume (MP_OBJ_NULL: the function's own). */
mp_obj_t wasm_func_run(wasm_store_obj_t *store, wl_func_t func, mp_obj_t result);
/* Ends the calls above `base`, which nobody can finish any more. */
void wasm_calls_drop(wasm_core_t *core, const wasm_call_t *base);

/* ---- hostcall.c ---- */
extern const mp_obj_type_t wasm_type_with_memory;
/* Makes `callable` the host function behind an import of `module`. */
wl_status_t wasm_host_new(wasm_store_obj_t *store, mp_obj_t module, uint32_t import,
                          const wl_functype_t *type, mp_obj_t callable, wl_func_t *func);

/* ---- gate*.c: imports under a grant ---- */
extern const mp_obj_type_t wasm_type_gate, wasm_type_gate_import, wasm_type_wait;
wl_status_t wasm_gate_call(mp_obj_t import, wasm_store_obj_t *store, wl_instance_t *caller, uint32_t *slots);
bool wasm_gate_fits(mp_obj_t import, const wl_functype_t *type);
/* Milliseconds until the call that waits is worth repeating; -1 until an event comes. */
int32_t wasm_gate_wait_left(const wasm_store_obj_t *store);
/* Of a Wait that a host function has returned: start it, what is left in ms, go on. */
void wasm_wait_start(mp_obj_t wait);
int32_t wasm_wait_left(mp_obj_t wait);
mp_obj_t wasm_wait_resume(mp_obj_t wait);

/* ---- objects.c, memory.c: Memory, Table, Global ---- */
typedef struct {
    mp_obj_base_t base;
    wasm_store_obj_t *store;
    union {
        wl_memory_t *memory;
        wl_table_t *table;
        wl_global_t *global;
    } u;
} wasm_handle_obj_t;

extern const mp_obj_type_t wasm_type_memory, wasm_type_table, wasm_type_global;
mp_obj_t wasm_extern_object(wasm_store_obj_t *store, const wl_extern_t *object);
wasm_handle_obj_t *wasm_handle_new(const mp_obj_type_t *type, wasm_store_obj_t *store);
wasm_handle_obj_t *wasm_handle_get(mp_obj_t self); /* raises RuntimeError once its store is gone */
void wasm_check(wl_status_t status);               /* raises unless OK */
MP_NORETURN void wasm_raise_grow(wl_status_t status);
/* Arguments of constructors: the store of an object, or a new one for None; limits of `type`. */
wasm_store_obj_t *wasm_store_argument(mp_obj_t obj);
wl_limits_t wasm_limits_argument(mp_obj_t min, mp_obj_t max, uint8_t type);
/* The extern behind a Memory, Table, Global or Func; false for other objects. */
bool wasm_object_extern(mp_obj_t obj, wl_extern_t *object);
mp_obj_t wasm_memory_new(wasm_store_obj_t *store, wl_memory_t *memory);

/* ---- instance.c ---- */
extern const mp_obj_type_t wasm_type_instance, wasm_type_exports;

#endif
