/* SPDX-License-Identifier: MIT
 *
 * What lives in a store, and the state of execution. Shared by codecache, instance, interp and call.
 *
 * A frame is a run of slots on the guest stack:
 *
 *   parameters | return slot | (scratch) locals | operands
 *   ^ fp
 *
 * The return slot holds the packed position to go on at; the word before that position is the
 * distance in bytes from the caller's frame to this one. Operands that survive a call, a loop's
 * back-edge or a trap are in their slots (canonical frames), the accumulator is then free. The
 * arguments of a call are the caller's topmost operands; results replace them from the same slot
 * on, except for a single 32-bit result, which is returned in the accumulator.
 */
#ifndef WL_RUNTIME_H
#define WL_RUNTIME_H

#include "wl_code.h"

/* In front of linear memory, where machine code that holds no address of its own finds what has one: words, by
 * their distance from the memory's first byte. */
#if WL_ENABLE_NATIVE
enum { WL_ANCHOR_GLOBALS = 4,
       WL_ANCHOR_STACK_END = 8,
       WL_ANCHOR_REGS = 12,
       WL_ANCHOR_BYTES = 16 };
#else
enum { WL_ANCHOR_BYTES = 0 };
#endif

struct wl_memory {
    wl_memory_t *next;
    wl_store_t *store;
    uint8_t *data;    /* behind the anchor */
    uint32_t bytes;   /* accessible: pages in bytes, but at most `reserve` */
    uint32_t reserve; /* allocated */
    uint32_t pages, max_pages;
    uint8_t page_log2;
    bool has_max;
};

struct wl_table {
    wl_table_t *next;
    wl_store_t *store;
    uint32_t *elements;
    uint32_t size, max; /* max as declared, UINT32_MAX without */
    uint8_t type;
    bool has_max;
};

struct wl_global {
    uint32_t value[2]; /* first: code reads it through the pointer */
    wl_global_t *next;
    uint8_t type;
    bool is_mutable;
};

struct wl_instance {
    wl_instance_t *next; /* in order of creation, so of func_base */
    wl_store_t *store;
    wl_module_t *module;
    const uint16_t **code;    /* [n_funcs] body header of translated functions, else NULL */
    wl_func_t *imported;      /* [n_imported_funcs] */
    wl_table_t **tables;
    wl_global_t **globals;
    wl_memory_t *memories[WL_LIMIT_MEMORIES];
    uint8_t *dropped;         /* bit per element segment, then per data segment */
    wl_func_t func_base;      /* address of the first function that is not imported */
    uint32_t memory_floor;    /* bytes that memory 0 has had since instantiation */
    uint32_t bytes;           /* of this record and the arrays behind it */
    uint16_t index;           /* in the store */
};

typedef struct {
    const wl_functype_t *type;
    wl_host_fn_t fn;
    void *env;
} wl_host_t;

/* A host function's address has this bit; the rest is its index. */
#define WL_HOST_BIT 0x80000000u

/* Header of a translated body, in words before its code. */
enum { WL_H_SIZE,  /* words, header included */
       WL_H_INST,  /* instance index */
       WL_H_FUNC,  /* function index */
       WL_H_COST,  /* fuel of the function's own block */
       WL_H_FRAME, /* bytes of its frame */
       WL_H_ZERO,  /* slots after the return slot to be zeroed */
       WL_H_RET,   /* return slot, in bytes from fp */
       WL_H_WORDS };

/* The first words of a code cache: return positions that are not in a body. */
enum { WL_STUB_HALT = 1, WL_STUB_XRET = 3, WL_STUB_WORDS = 4 };
#define WL_XFRAME_SLOTS 3 /* below a callee of another instance: instance, return position, result slots */

/* What an operation's first word is made from. */
typedef struct {
    const uint16_t *offsets;
    uint32_t bias;
} wl_handlers_t;

typedef struct {
    uint16_t *words;
    wl_handlers_t handlers;
    uint32_t size; /* words */
    uint32_t used;
    uint32_t bytes; /* of the block that it is in */
    uint32_t translations, evictions;
#if WL_ENABLE_NATIVE /* machine code, behind the cache in the same block; all in words */
    uint32_t native_start, native_size, native_used;
    const uint16_t *image; /* machine code that is elsewhere: its stubs; NULL when there is none */
    uint32_t image_words;  /* stubs and bodies */
    uint32_t native_functions, native_refused;
    uint32_t native_scratch; /* most bytes of guest stack that compiling a body has borrowed */
#endif
} wl_codecache_t;

/* Why the interpreter came back. */
typedef enum {
    WL_EXIT_HALT,   /* the call's function has returned */
    WL_EXIT_XRET,   /* a function of another instance has returned */
    WL_EXIT_FUEL,   /* ctx->fuel < 0; go on at ctx->ip */
    WL_EXIT_CALL,   /* ctx->arg is a function index without code; ctx->ip is at the CALL or TAIL */
    WL_EXIT_CALLI,  /* ctx->arg is a function address that is foreign or of the host; ip at CALLI */
    WL_EXIT_NATIVE, /* ctx->ip is where native code goes on; for wl_native_run alone */
    WL_EXIT_TRAP    /* ctx->arg is a status; ctx->ip is at the instruction */
} wl_exit_t;

#if WL_ENABLE_NATIVE
#define WL_NATIVE_REGS (WL_NATIVE_BACKEND == WL_BACKEND_RV32 ? 32 : 12)
/* What registers are when machine code is entered, and were when it came back. The back ends know the
 * order. */
typedef struct {
    uint32_t fp, fuel, result, pc, mem, limit;
    uint32_t stop;
    uint32_t regs[WL_NATIVE_REGS]; /* by number; those that may hold operands and locals, at a WL_SERVE_ACCESS */
    struct wl_ctx *ctx;
    uint32_t back; /* the return position of the frame in which code was entered */
} wl_native_regs_t;
#endif

/* The running state; the interpreter keeps part of it in registers. */
typedef struct wl_ctx {
    const uint16_t *ip;
    uint32_t *fp;
    uint32_t acc;
    int32_t fuel;
    uint8_t *mem;
    uint32_t lim4;              /* accessible bytes minus 4 */
    const uint16_t *const *code;
    wl_global_t *const *globals;
    uint32_t *stack_end;
    const uint16_t *words;      /* code cache, the base of packed positions */
    wl_instance_t *instance;
    uint32_t arg, trap_offset;
    wl_exit_t exit;
#if WL_ENABLE_NATIVE
    wl_native_regs_t *native; /* in front of the machine code */
#endif
} wl_ctx_t;

struct wl_store {
    wl_ctx_t ctx;
    wl_allocator_t allocator;
    wl_config_t config;
    wl_codecache_t cache;
    uint32_t *stack;
    uint32_t stack_slots;
    wl_instance_t *instances, *last_instance;
    wl_memory_t *memories;
    wl_table_t *tables;
    wl_global_t *globals;
    wl_host_t *hosts;
    uint32_t n_hosts, hosts_cap, n_instances;
    wl_func_t next_func;
    wl_call_t *call;            /* the newest open one */
    int64_t fuel;               /* balance */
    int64_t credit;             /* of the slice */
    uint64_t fuel_used;
    size_t ram_bytes;
};

/* Positions in frames are 32 bits: the pointer itself where pointers are, else the distance from
 * the cache's start. */
#if UINTPTR_MAX == UINT32_MAX
#define WL_PACK(ctx, ip) ((uint32_t)(uintptr_t)(ip))
#define WL_UNPACK(ctx, v) ((const uint16_t *)(uintptr_t)(v))
#else
#define WL_PACK(ctx, ip) ((uint32_t)((ip) - (ctx)->words))
#define WL_UNPACK(ctx, v) ((ctx)->words + (v))
#endif

#define WL_SLOT_BYTES 4u

/* ---- Interpreter (wl_interp.c) ---- */
/* Runs from ctx->ip in ctx->fp until there is a reason to come back. */
void wl_interp(wl_ctx_t *ctx);
void wl_handlers_init(wl_handlers_t *handlers);
/* The word that leads to an operation's handler in this build. */
static inline uint16_t wl_handler_word(const wl_handlers_t *handlers, uint32_t op) {
#if WL_DISPATCH == WL_DISPATCH_TABLE
    (void)handlers;
    return (uint16_t)op;
#else
    return (uint16_t)(handlers->offsets[op] + handlers->bias);
#endif
}

/* ---- Operations too rare or too big for the loop (wl_misc.c) ---- */
/* Runs the MISC instruction at `ip`; may use up fuel. */
wl_status_t wl_misc(wl_ctx_t *ctx, const uint16_t *ip, uint32_t *fp);

/* The body to call through a table; NULL with ctx->exit and ctx->arg set when there is none here:
 * a trap, a function not translated, or one of another instance or the host. */
const uint16_t *wl_resolve_indirect(wl_ctx_t *ctx, const uint16_t *ip, uint32_t *fp);
/* The status of an access that ends at `end`, out of bounds: declared pages above the cap are another matter. */
wl_status_t wl_memory_trap(const wl_memory_t *memory, uint64_t end);

/* ---- Code cache (wl_codecache.c) ---- */
wl_status_t wl_codecache_new(wl_store_t *store);
/* Makes sure that there is room for so many words: drops bodies that are on no frame, oldest first, and
 * closes the gaps. Bodies move; frames and function tables are told. */
wl_status_t wl_codecache_reserve(wl_store_t *store, uint32_t words);
/* The header of the body that holds `ip`; NULL for the stubs. */
const uint16_t *wl_codecache_find(const wl_store_t *store, const uint16_t *ip);

static inline bool wl_codecache_is_native(const wl_store_t *store, const uint16_t *ip) {
#if WL_ENABLE_NATIVE
    const wl_codecache_t *c = &store->cache;
    return (uintptr_t)ip - (uintptr_t)(c->words + c->native_start) < c->native_size * 2u ||
           (uintptr_t)ip - (uintptr_t)c->image < c->image_words * 2u;
#else
    (void)store;
    (void)ip;
    return false;
#endif
}

/* States of a call. */
enum { WL_CALL_READY, WL_CALL_ACTIVE, WL_CALL_PENDING, WL_CALL_ANSWERED, WL_CALL_TRAPPED, WL_CALL_DONE };

/* A walk over the Wasm frames of a call that is not in the interpreter, innermost first. */
typedef struct {
    uint32_t *fp;
    const uint16_t *ip;
    uint32_t *saved; /* the slot that holds ip, NULL for the innermost frame's */
} wl_walk_t;
bool wl_frame_first(const wl_call_t *call, wl_walk_t *w);
bool wl_frame_next(const wl_store_t *store, wl_walk_t *w);

/* The first slot of the stack that a call, which is not in the interpreter, does not use. */
uint32_t wl_call_top(const wl_call_t *call);

/* ---- Translation (wl_translate.c) ---- */
/* Translates a function that is not imported into the code cache. */
wl_status_t wl_translate(wl_instance_t *instance, uint32_t func_index);
/* The offset in the module of the instruction that the code word at `pos` of a body belongs to. */
uint32_t wl_translate_locate(wl_instance_t *instance, uint32_t func_index, uint32_t pos);

/* Memory for translating is the part of the guest stack that no frame uses; when that is too small,
 * the store's allocator. */
typedef struct {
    const wl_allocator_t *fallback;
    uint8_t *base, *top, *peak, *end;
} wl_scratch_t;

void wl_scratch_open(wl_scratch_t *s, const wl_store_t *store);
void *wl_scratch_resize(void *env, void *p, size_t old_size, size_t new_size);
void wl_scratch_close(wl_scratch_t *s); /* leaves the stack zeroed, as it was */

/* ---- Instance services ---- */
wl_instance_t *wl_store_instance(const wl_store_t *store, uint32_t index);
/* The instance that holds Wasm function `func`, and the function's index there. */
wl_instance_t *wl_func_instance(const wl_store_t *store, wl_func_t func, uint32_t *func_index);
wl_func_t wl_instance_func(const wl_instance_t *instance, uint32_t func_index);
wl_status_t wl_const_eval(const wl_instance_t *instance, uint32_t offset, uint32_t *slots);
wl_status_t wl_table_init(wl_instance_t *instance, uint32_t table, uint32_t elem, uint32_t to,
                          uint32_t from, uint32_t count);
/* `data` has the memory's index in its upper half. */
wl_status_t wl_memory_init(wl_instance_t *instance, uint32_t data, uint32_t to, uint32_t from, uint32_t count);
static inline bool wl_dropped(const wl_instance_t *i, uint32_t bit) {
    return (i->dropped[bit >> 3] >> (bit & 7)) & 1;
}
static inline void wl_drop(wl_instance_t *i, uint32_t bit) {
    i->dropped[bit >> 3] = (uint8_t)(i->dropped[bit >> 3] | 1u << (bit & 7));
}
/* Sets what of the context depends on the instance. */
void wl_ctx_enter(wl_ctx_t *ctx, wl_instance_t *instance);

#endif
