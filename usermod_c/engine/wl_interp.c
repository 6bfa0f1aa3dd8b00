/* SPDX-License-Identifier: MIT
 *
 * The interpreter: dispatch, operand access and the frame around the handlers (wl_handlers.h).
 *
 * The hot state (ip, fp, accumulator, memory base and limit, fuel) is in registers. ip points at
 * the instruction being executed. Nothing here uses the C stack in proportion to anything.
 */
#include "wl_numeric.h"
#include "wl_slotops.h"

/* Handlers must end in jumps, whatever the build's level of optimisation; more of it only copies ip
 * about. (Computed goto wants the flags in usermod_c/flags.mk; a pragma does not reach those passes.) */
#if WL_DISPATCH == WL_DISPATCH_TAIL
#pragma GCC optimize("O1", "optimize-sibling-calls")
#endif

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

/* SPEND charges `n` units and leaves, at the ip as it is, when that was more than there are. The
 * compiler would compare where the flags of the subtraction already tell. */
#if !WL_ENABLE_FUEL
#define SPEND(n) (void)0
#elif defined(__thumb2__) && WL_DISPATCH == WL_DISPATCH_TAIL
#define SPEND(n) \
    do { \
        __label__ spent_, enough_; \
        __asm__ goto("subs %0, %0, %1\n\tbmi %l[spent_]" : "+r"(fuel) : "r"((uint32_t)(n)) : "cc" : spent_); \
        goto enough_; \
    spent_: \
        EXIT(WL_EXIT_FUEL); \
    enough_:; \
    } while (0)
#elif defined(__thumb__) && !defined(__thumb2__) && WL_DISPATCH == WL_DISPATCH_GOTO
/* Thumb-1 cannot subtract from the register that fuel is in, but add to it and compare it with
 * another of its kind. So it holds how far fuel is below the number that ctx is, RAM below 2 GiB. */
#define FUEL(x) ((int32_t)(uintptr_t)ctx - (x))
#define SPEND(n) \
    do { \
        __label__ spent_, enough_; \
        __asm__ goto("add %0, %1\n\tcmp %0, %2\n\tbgt %l[spent_]" \
                     : "+h"(fuel) : "l"((uint32_t)(n)), "h"(ctx) : "cc" : spent_); \
        goto enough_; \
    spent_: \
        EXIT(WL_EXIT_FUEL); \
    enough_:; \
    } while (0)
#define IN_PLACE(p) __asm__("" : "+r"(p)) /* changed in its register, not in another first */
#else
#define SPEND(n) \
    do { \
        fuel -= (int32_t)(n); \
        if (WL_UNLIKELY(fuel < 0)) { EXIT(WL_EXIT_FUEL); } \
    } while (0)
#endif
/* Between what the register holds and fuel, either way. */
#ifndef FUEL
#define FUEL(x) (x)
#define IN_PLACE(p) (void)0
#endif
/* ip is at the branch; its offset is the second word. */
#define JUMP() ip = (const uint16_t *)(const void *)((const uint8_t *)ip + ip[1]); NEXT(0)
#define LOOP_BACK() \
    ip = (const uint16_t *)(const void *)((const uint8_t *)ip - ip[1]); \
    IN_PLACE(ip); \
    SPEND(ip[-1]); \
    NEXT(0)

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
#define H(name) static HANDLER_SECTION __attribute__((used)) void h_##name(void)
/* The rest of handlers that differ in one thing, which GO hands over as `what`. */
#define SHARED(name) static HANDLER_SECTION __attribute__((noinline)) void share_##name(uintptr_t what)
#define GO(name, x) do { share_##name((uintptr_t)(x)); return; } while (0)
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
    trap(wl_memory_trap(ctx->instance->memories[0], (uint64_t)address + length));
}

#include "wl_handlers.h"

/* Distances of 16 bits between functions can be had from the assembler alone. */
#define ROW(n) ".hword h_" #n " - h_HALT\n"
__asm__(".pushsection .text.wl_interp\n"
        ".balign 2\n"
        "wl_handler_offsets:\n"
#include "wl_code_all.h"
        ".popsection");
#undef ROW
extern const uint16_t wl_handler_offsets[];

void wl_handlers_init(wl_handlers_t *handlers) {
    handlers->offsets = wl_handler_offsets;
    handlers->bias = 0;
}

static __attribute__((used, noinline)) void run(wl_ctx_t *c) {
    ctx = c;
    ip = c->ip;
    fp = c->fp;
    acc = c->acc;
    fuel = c->fuel;
    mem = c->mem;
    lim4 = c->lim4;
    base = (uintptr_t)h_HALT | 1; /* the assembler's distances leave out the bit that means Thumb */
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
#define SHARED(name) share_##name:
#define GO(name, x) do { what = (uintptr_t)(x); goto share_##name; } while (0)
#if WL_DISPATCH == WL_DISPATCH_GOTO
#if defined(__thumb__) && !defined(__thumb2__) /* else base is copied to a low register at times */
#define ADD_BASE(offset) __asm__("add %0, %1" : "+l"(offset) : "h"(base))
#else
#define ADD_BASE(offset) offset += base
#endif
#define NEXT(k) \
    do { \
        uintptr_t handler_ = ip[k]; \
        ip += (k); \
        ADD_BASE(handler_); \
        goto *(const void *)handler_; \
    } while (0)
#else
#ifdef WL_PROFILE /* bench-profile counts which operation follows which */
extern void wl_profile(uint32_t op);
#else
#define wl_profile(op) (void)0
#endif
#define NEXT(k) \
    do { \
        ip += (k); \
        wl_profile(*ip); \
        goto *handlers[*ip]; \
    } while (0)
#endif
#define EXIT(why) do { ctx->exit = (wl_exit_t)(why); goto leave; } while (0)
#define TRAP(status) do { ctx->arg = (status); goto trap; } while (0)
#define MEM_TRAP(address, length) do { acc = (address); ctx->trap_offset = (length); goto memory_trap; } while (0)

/* Left alone, the compiler puts the state on the stack of Thumb-1; these registers survive calls.
 * RV32 has registers enough: pinned, it runs more instructions.
 *
 * GCC takes the frame pointer's register (r7; s0 on RV32) for one that never varies, and moves reads
 * of it behind writes. So nothing may be there that a handler writes and had read before: memory's
 * base will do, in both kinds of dispatch, ip would not. */
#if defined(__thumb__)
#define PIN(arm) __asm__(arm)
#else
#define PIN(arm)
#endif

/* One function for both: without a context it hands out where its handlers are. */
static WL_NOINLINE void run(wl_ctx_t *state, wl_handlers_t *handed) {
#if WL_DISPATCH == WL_DISPATCH_GOTO
    static const uint16_t offsets[WLC_COUNT] = {
#define ROW(n) (uint16_t)((const char *)&&h_##n - (const char *)&&h_HALT),
#include "wl_code_all.h"
#undef ROW
    };
    if (state == NULL) {
        handed->offsets = offsets;
        handed->bias = (uint32_t)((uintptr_t)&&h_HALT - (uintptr_t)run);
        return;
    }
#else
    static const void *const handlers[WLC_COUNT] = {
#define ROW(n) &&h_##n,
#include "wl_code_all.h"
#undef ROW
    };
    (void)handed;
#endif
    register const uint16_t *ip PIN("r4") = state->ip;
    register uint32_t *fp PIN("r5") = state->fp;
    register uint32_t acc PIN("r6") = state->acc;
    register uint8_t *mem PIN("r7") = state->mem;
    register uint32_t lim4 PIN("r8") = state->lim4;
    register wl_ctx_t *ctx PIN("r11") = state;
#if WL_DISPATCH == WL_DISPATCH_GOTO
    register uintptr_t base PIN("r10") = (uintptr_t)run;
#endif
    register int32_t fuel PIN("r9") = FUEL(state->fuel);
    uintptr_t what;
    NEXT(0);
#include "wl_handlers.h"
memory_trap:
    ctx->arg = wl_memory_trap(ctx->instance->memories[0], (uint64_t)acc + ctx->trap_offset);
trap:
    ctx->exit = WL_EXIT_TRAP;
leave:
    ctx->ip = ip;
    ctx->fp = fp;
    ctx->acc = acc;
    ctx->fuel = FUEL(fuel);
}

void wl_interp(wl_ctx_t *ctx) {
    run(ctx, NULL);
}

void wl_handlers_init(wl_handlers_t *handlers) {
    memset(handlers, 0, sizeof *handlers);
#if WL_DISPATCH == WL_DISPATCH_GOTO
    run(NULL, handlers);
#endif
}

#endif
