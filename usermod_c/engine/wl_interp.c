/* SPDX-License-Identifier: MIT
 *
 * The interpreter: dispatch, operand access and the frame around the handlers (wl_handlers.h).
 *
 * The hot state (ip, fp, accumulator, memory base and limit, fuel) is in registers. ip points at
 * the instruction being executed. Nothing here uses the C stack in proportion to anything.
 */
#include "wl_numeric.h"
#include "wl_runtime.h"

/* ---- Operands ---- */

#define LO(k) (((const uint8_t *)ip)[2 * (k)])
#define HI(k) (((const uint8_t *)ip)[2 * (k) + 1])
#define I16(k) ((uint32_t)(int32_t)(int16_t)ip[k])
#define AT(base, offset) ((uint32_t *)(void *)((uint8_t *)(base) + (offset)))
#define S(offset) (*AT(fp, offset))
#define S1(offset) (AT(fp, offset)[1])

typedef uint32_t T32;
typedef uint64_t T64;
#define R32(b) S(b)
#define R64(b) ((uint64_t)S(b) | (uint64_t)S1(b) << 32)
#define W32(b, v) S(b) = (v)
#define W64(b, v) write64(AT(fp, b), v)

static inline void write64(uint32_t *slot, uint64_t v) {
    slot[0] = (uint32_t)v;
    slot[1] = (uint32_t)(v >> 32);
}

/* ---- Linear memory at any alignment ---- */

typedef uint16_t __attribute__((may_alias)) alias_uint16_t;
typedef int16_t __attribute__((may_alias)) alias_int16_t;
typedef uint32_t __attribute__((may_alias)) alias_uint32_t;

#if WL_UNALIGNED_ACCESS
#define GET(type, p) get_##type(p)
#define PUT(type, p, v) put_##type(p, v)
#define ACCESSORS(type) \
    static inline type get_##type(const uint8_t *p) { type v; memcpy(&v, p, sizeof v); return v; } \
    static inline void put_##type(uint8_t *p, uint32_t x) { type v = (type)x; memcpy(p, &v, sizeof v); }
ACCESSORS(uint16_t)
ACCESSORS(int16_t)
ACCESSORS(uint32_t)
#else
/* Aligned accesses in one instruction, the others byte by byte out of line. */
#define GET(type, p) get_##type(p)
#define PUT(type, p, v) put_##type(p, v)
static __attribute__((noinline)) uint32_t get_bytes(const uint8_t *p, uint32_t n) {
    uint32_t v = 0;
    while (n-- > 0) {
        v = v << 8 | p[n];
    }
    return v;
}
static __attribute__((noinline)) void put_bytes(uint8_t *p, uint32_t n, uint32_t v) {
    for (; n > 0; n--, v >>= 8) {
        *p++ = (uint8_t)v;
    }
}
#define ACCESSORS(type) \
    static inline type get_##type(const uint8_t *p) { \
        if (WL_UNLIKELY((uintptr_t)p & (sizeof(type) - 1))) { \
            return (type)get_bytes(p, sizeof(type)); \
        } \
        return *(const alias_##type *)(const void *)p; \
    } \
    static inline void put_##type(uint8_t *p, uint32_t v) { \
        if (WL_UNLIKELY((uintptr_t)p & (sizeof(type) - 1))) { \
            put_bytes(p, sizeof(type), v); \
        } else { \
            *(alias_##type *)(void *)p = (type)v; \
        } \
    }
ACCESSORS(uint16_t)
ACCESSORS(int16_t)
ACCESSORS(uint32_t)
#endif
static inline uint8_t get_uint8_t(const uint8_t *p) { return *p; }
static inline int8_t get_int8_t(const uint8_t *p) { return (int8_t)*p; }
static inline void put_uint8_t(uint8_t *p, uint32_t v) { *p = (uint8_t)v; }

/* ---- Fuel ---- */

#if WL_ENABLE_FUEL
#define CHARGE(n) fuel -= (int32_t)(n)
#define FUEL_SPENT (fuel < 0)
#else
#define CHARGE(n) (void)0
#define FUEL_SPENT false
#endif
/* ip is at the branch; its offset is the second word. */
#define JUMP ip = (const uint16_t *)(const void *)((const uint8_t *)ip + ip[1]); NEXT(0)
#define LOOP_BACK \
    ip = (const uint16_t *)(const void *)((const uint8_t *)ip - ip[1]); \
    CHARGE(ip[-1]); \
    if (WL_UNLIKELY(FUEL_SPENT)) { EXIT(WL_EXIT_FUEL); } \
    NEXT(0)

/* ---- Out of line ---- */

/* The body to call through a table; NULL with ctx->exit and ctx->arg set when there is none here:
 * a trap, a function not translated, or one of another instance or the host. */
static __attribute__((noinline)) const uint16_t *wl_resolve_indirect(wl_ctx_t *ctx, const uint16_t *ip, uint32_t *fp) {
    wl_instance_t *i = ctx->instance;
    const wl_module_t *m = i->module;
    const wl_table_t *table = i->tables[HI(1)];
    uint32_t index = S(LO(1));
    ctx->exit = WL_EXIT_TRAP;
    if (index >= table->size) {
        ctx->arg = WL_TRAP_UNDEFINED_ELEMENT;
        return NULL;
    }
    wl_func_t func = table->elements[index];
    if (func == 0) {
        ctx->arg = WL_TRAP_UNINITIALIZED_ELEMENT;
        return NULL;
    }
    uint32_t own = func - i->func_base; /* wraps for others */
    if (own < m->n_funcs - m->n_imported_funcs) {
        own += m->n_imported_funcs;
        if (m->func_types[own] != ip[2]) {
            ctx->arg = WL_TRAP_CALL_TYPE;
            return NULL;
        }
        ctx->exit = WL_EXIT_CALL;
        ctx->arg = own;
        return i->code[own];
    }
    if (!wl_functype_equal(wl_func_type(i->store, func), &m->types[ip[2]])) {
        ctx->arg = WL_TRAP_CALL_TYPE;
        return NULL;
    }
    ctx->exit = WL_EXIT_CALLI;
    ctx->arg = func;
    return NULL;
}

#define OP1T(n, in, out, f) \
    static __attribute__((noinline)) uint32_t op_##n(uint32_t *fp, const uint16_t *ip) { \
        T##out r = 0; \
        uint32_t s = f(R##in(HI(1)), &r); \
        if (s == WL_OK) { W##out(LO(1), r); } \
        return s; \
    }
#define OP2T(n, in, out, f) \
    static __attribute__((noinline)) uint32_t op_##n(uint32_t *fp, const uint16_t *ip) { \
        T##out r = 0; \
        uint32_t s = f(R##in(HI(1)), R##in(LO(2)), &r); \
        if (s == WL_OK) { W##out(LO(1), r); } \
        return s; \
    }
#define REG_OP(n, words)
#define REG_ALU2(n, e)
#define REG_ALU3(n, e)
#define REG_UN(n, e)
#define REG_LD(n, t)
#define REG_ST(n, t)
#define REG_OP1(n, i, o, e)
#define REG_OP2(n, i, o, e)
#define REG_DIV(n, g, e)
#define REG_OP1T OP1T
#define REG_OP2T OP2T
#define REG_CMP6(n, e)
#define REG_CMP4(n, e)
#include "wl_code_ops.def"
#undef REG_OP
#undef REG_ALU2
#undef REG_ALU3
#undef REG_UN
#undef REG_LD
#undef REG_ST
#undef REG_OP1
#undef REG_OP2
#undef REG_DIV
#undef REG_OP1T
#undef REG_OP2T
#undef REG_CMP6
#undef REG_CMP4

/* ---- Dispatch ---- */

#if WL_DISPATCH == WL_DISPATCH_TAIL

register const uint16_t *ip __asm__("r4");
register uint32_t *fp __asm__("r5");
register uint32_t acc __asm__("r6");
register uint8_t *mem __asm__("r7");
register uint32_t lim4 __asm__("r8");
register int32_t fuel __asm__("r9");
register uintptr_t base __asm__("r10");
register wl_ctx_t *ctx __asm__("r11");

typedef void (*handler_t)(void);
#define HANDLER_SECTION __attribute__((section(".text.wl_interp")))
#define H(name) static HANDLER_SECTION void h_##name(void)
/* Handlers are within 32 KiB around the first. */
#define NEXT(k) \
    do { \
        intptr_t offset_; \
        __asm__("ldrsh %0, [%1, %2]!" : "=r"(offset_), "+r"(ip) : "i"(2 * (k))); \
        ((handler_t)(base + (uintptr_t)offset_))(); \
        return; \
    } while (0)
#define EXIT(why) do { leave(why); return; } while (0)
#define TRAP(status) do { trap(status); return; } while (0)
#define MEM_TRAP(address, length) do { memory_trap(address, length); return; } while (0)

static HANDLER_SECTION __attribute__((noinline)) void leave(uint32_t why) {
    ctx->exit = (wl_exit_t)why;
    ctx->ip = ip;
    ctx->fp = fp;
    ctx->acc = acc;
    ctx->fuel = fuel;
}
static HANDLER_SECTION __attribute__((noinline)) void trap(uint32_t status) {
    ctx->arg = status;
    leave(WL_EXIT_TRAP);
}
static HANDLER_SECTION __attribute__((noinline)) void memory_trap(uint32_t address, uint32_t length) {
    trap(wl_memory_trap(ctx->instance->memory, (uint64_t)address + length));
}

#include "wl_handlers.h"

static const handler_t handlers[WLC_COUNT] = {
#define ROW(n) h_##n,
#include "wl_code_all.h"
#undef ROW
};

uint16_t wl_handler_word(wl_code_op_t op) {
    return (uint16_t)((uintptr_t)handlers[op] - ((uintptr_t)h_HALT & ~(uintptr_t)1));
}

static __attribute__((used, noinline)) void run(wl_ctx_t *c) {
    ctx = c;
    ip = c->ip;
    fp = c->fp;
    acc = c->acc;
    fuel = c->fuel;
    mem = c->mem;
    lim4 = c->lim4;
    base = (uintptr_t)h_HALT & ~(uintptr_t)1;
    NEXT(0);
}

/* The handlers use all callee-saved registers without saving them. */
__attribute__((naked)) void wl_interp(wl_ctx_t *c) {
    (void)c;
    __asm__ volatile("push {r3-r11, lr}\n"
                     "bl run\n"
                     "pop {r3-r11, pc}");
}

#else

#define H(name) h_##name:
#if WL_DISPATCH == WL_DISPATCH_GOTO
#define NEXT(k) \
    do { \
        intptr_t offset_ = (int16_t)ip[k]; \
        ip += (k); \
        goto *(const void *)(base + (uintptr_t)offset_); \
    } while (0)
#else
#define NEXT(k) \
    do { \
        ip += (k); \
        goto *handlers[*ip]; \
    } while (0)
#endif
#define EXIT(why) do { ctx->exit = (wl_exit_t)(why); goto leave; } while (0)
#define TRAP(status) do { ctx->arg = (status); goto trap; } while (0)
#define MEM_TRAP(address, length) do { acc = (address); ctx->trap_offset = (length); goto memory_trap; } while (0)

/* One function for both: with no context it hands out its table of handlers. */
static __attribute__((noinline)) const void *const *run(wl_ctx_t *ctx) {
    static const void *const handlers[WLC_COUNT] = {
#define ROW(n) &&h_##n,
#include "wl_code_all.h"
#undef ROW
    };
    if (ctx == NULL) {
        return handlers;
    }
    const uint16_t *ip = ctx->ip;
    uint32_t *fp = ctx->fp;
    uint32_t acc = ctx->acc;
    uint8_t *mem = ctx->mem;
    uint32_t lim4 = ctx->lim4;
    int32_t fuel = ctx->fuel;
#if WL_DISPATCH == WL_DISPATCH_GOTO
    const uintptr_t base = (uintptr_t)&&h_HALT;
#endif
    NEXT(0);
#include "wl_handlers.h"
memory_trap:
    ctx->arg = wl_memory_trap(ctx->instance->memory, (uint64_t)acc + ctx->trap_offset);
trap:
    ctx->exit = WL_EXIT_TRAP;
leave:
    ctx->ip = ip;
    ctx->fp = fp;
    ctx->acc = acc;
    ctx->fuel = fuel;
    return NULL;
}

void wl_interp(wl_ctx_t *ctx) {
    run(ctx);
}

uint16_t wl_handler_word(wl_code_op_t op) {
#if WL_DISPATCH == WL_DISPATCH_GOTO
    return (uint16_t)((uintptr_t)run(NULL)[op] - (uintptr_t)run(NULL)[WLC_HALT]);
#else
    return (uint16_t)op;
#endif
}

#endif
