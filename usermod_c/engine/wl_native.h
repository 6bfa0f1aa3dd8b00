/* SPDX-License-Identifier: MIT
 *
 * The native executor: machine code from WebAssembly, in one pass over a body behind a counting one.
 *
 * The compiler (wl_native.c, wl_native_operands.c, wl_native_ops.c, wl_native_float.c, wl_native_control.c) is the
 * validator's sink and decides what is where; a back end (wl_native_thumb.c, wl_native_rv32.c) writes
 * instructions. wl_native_run.c enters the code and takes it back. docs/DESIGN.md says why.
 *
 * A body in the native region:
 *
 *   header as in the code cache | WLC_NATIVE | WL_N_* | code | sites
 *
 * A frame is the same as the interpreter's. Some locals live in registers; at calls and wherever
 * code may stop, all that changed is written to the slots first. A *site* is a record of a call:
 * distance to the callee's frame, WLC_NATIVE, where the code goes on, the callee. Its second word
 * is the return position that everybody but native code knows; native code has return addresses.
 */
#ifndef WL_NATIVE_H
#define WL_NATIVE_H

#include "wl_runtime.h"
#include "wl_validate.h"

#if WL_ENABLE_NATIVE

#define WL_NATIVE_REGS_WORDS ((uint32_t)(sizeof(wl_native_regs_t) + 7) / 8 * 4)

/* Behind a native body's header, in words. */
enum { WL_N_OP = WL_H_WORDS, /* WLC_NATIVE: where the interpreter enters a frame */
       WL_N_SITES,           /* first site */
       WL_N_STARTS,          /* flags; where native callers go, and from there to where a frame that is there starts */
       WL_N_WORDS };
#define WL_N_FORM 3u     /* of forward branches */
#define WL_N_RELOADS 4u  /* the code begins with a piece that loads all locals' registers */
#define WL_N_LOW_FUEL 8u /* fuel is always in the register that it is passed in */
#define WL_N_ENTRY(h) (WL_N_WORDS + ((h)[WL_N_STARTS] >> 4 & 0x3fu))
#define WL_N_START(h) (WL_N_ENTRY(h) + ((h)[WL_N_STARTS] >> 10))
enum { WL_SITE_DISTANCE, WL_SITE_BACK, WL_SITE_TARGET, WL_SITE_CALLEE, WL_SITE_WORDS };
/* A site's callee when it is called through a table: type, and table above that. */
#define WL_SITE_INDIRECT 0x8000u
#define WL_SITE_TYPE_BITS 12
#define WL_SITE_TABLES 8u

/* Why native code comes back. The order is that of the stubs at the start of the native region. */
typedef enum {
    WL_STOP_FUEL,    /* go on behind */
    WL_STOP_CALL,    /* a function without native code */
    WL_STOP_RETURN,  /* the frame that was entered returns */
    WL_STOP_STACK,   /* no room for the callee's frame; the link register is the call's */
    WL_STOP_DIV_ZERO,
    WL_STOP_OVERFLOW,
    WL_STOP_UNREACHABLE,
    WL_STOP_STATUS,  /* a helper's status */
    WL_SERVE_MISC,   /* wl_misc's instruction stands behind the call */
    WL_SERVE_INDIRECT,
    WL_SERVE_ACCESS,
    WL_STOP_COUNT
} wl_stop_t;

/* ---- Compiling ---- */

#define WL_N_WINDOW 16u /* operands that may be elsewhere than at home; a power of two */
#define WL_N_LOCAL_REGS 8
#define WL_N_CHECKS 8u
#define WL_N_WAITING_ENTRIES 256u /* of one table; who binds them has to look for its start */
#define WL_N_LITERALS (WL_NATIVE_BACKEND == WL_BACKEND_RV32 ? 1 : 24)

typedef enum {
    WL_N_HOME,    /* in its own slot */
    WL_N_REG,     /* in register `reg` */
    WL_N_CONST,   /* value (and high, for 64 bits) */
    WL_N_LOCAL,   /* local number `value`, not read yet */
    WL_N_COMPARE  /* a comparison that the next instruction does; only on top */
} wl_nwhere_t;

typedef struct {
    uint8_t where, reg;
    uint16_t slots : 2, home : 14;
    uint32_t value, high; /* of an operand in a register: see wl_native_zeros */
} wl_nentry_t;

/* A comparison: of a register with another or with a constant. */
typedef struct {
    uint8_t cond; /* WL_COND_* */
    uint8_t a, b;
    bool immediate;
    uint32_t value;
#if WL_NATIVE_FPU
    bool is_float; /* the immediate one is zero */
#endif
} wl_ncompare_t;

/* Operations of the back ends. */
typedef enum { WL_ALU_ADD, WL_ALU_SUB, WL_ALU_MUL, WL_ALU_AND, WL_ALU_OR, WL_ALU_XOR, WL_ALU_SHL, WL_ALU_SHR_S,
               WL_ALU_SHR_U, WL_ALU_ROTL, WL_ALU_ROTR } wl_nalu_t;
/* Between floats and integers (to those saturating), of one float, and of two. */
typedef enum { WL_FLOAT_TO_S32, WL_FLOAT_TO_U32, WL_FLOAT_FROM_S32, WL_FLOAT_FROM_U32, WL_FLOAT_SQRT, WL_FLOAT_ABS,
               WL_FLOAT_NEG, WL_FLOAT_COPYSIGN, WL_FLOAT_ADD, WL_FLOAT_SUB, WL_FLOAT_MUL, WL_FLOAT_DIV } wl_nfloat_t;
#define WL_FLOAT_TWO WL_FLOAT_COPYSIGN /* from here on */

/* What the counting pass finds of a loop: what it costs, which of the first 32 locals are assigned in it, and which
 * otherwise than by adding a multiple of 4. */
typedef struct {
    uint32_t assigned, moved;
    uint16_t cost, outer; /* outer: the loop around it, counted from 1 */
} wl_nloop_t;

/* Bytes at the end of linear memory that code leaves to a service: one limit, the memory's size less this, is
 * good for all accesses that end so far behind their address, or less. */
#define WL_N_GUARD 64u

/* How forward branches are written: short where the end of the block seems near, else middling, which reaches far
 * enough in most bodies; or without short ones, or long instead of middling, when those did not reach. */
enum { WL_N_NO_NEAR = 1,
       WL_N_FAR = 2 };

#define WL_N_LOOPS_STEP 8u
#define WL_N_BLOCK_UNIT 4u /* bytes; blocks of 255 units or more are far */
typedef struct {
    uint16_t distance, target, callee;
} wl_nsite_t;

/* What is used most stands first: short instructions do not reach far into a structure. */
typedef struct wl_native {
    bool failed;            /* no native code for this body */
    uint8_t form;           /* of forward branches */
    uint8_t retry;          /* one did not reach: what to add to the form */
    uint8_t reg_locals;     /* locals in registers; which, by place */
    bool has_limit;         /* the last of the locals' registers holds the memory's limit */
    bool portable;          /* code holds no address of what is allocated */
    bool low_fuel;          /* fuel stays in the register that is at WL_BE_FUEL_PLACE */
    bool locating, located;
    uint8_t flags_reg;      /* back end: whose value the flags are set by */
    uint8_t next_check;
    uint16_t flags_pos;     /* back end: at this position */
    wl_ncompare_t compare;
    uint16_t ret_slot, first_operand;
    uint16_t *code;         /* the body's first word; NULL: positions are counted alone */
    uint32_t pos, limit;    /* words */
    uint32_t base;          /* the body's first word, from the region's start */
    wl_instance_t *instance;
    wl_validator_t *v;
    uint32_t used, pinned;  /* temporary registers that hold operands; that the instruction at hand uses */
    uint32_t valid, dirty;  /* of the locals' registers, by place: hold the local; differ from its slot */
    uint32_t locals_mask;
    uint32_t depth, low, height, max_height;
    uint16_t *local_slots;  /* by local index */
    uint8_t *local_places;  /* the same: of its register in the back end's list, or WL_N_NO_PLACE */
    uint16_t *weights;      /* the same */
    uint32_t n_locals;
    uint32_t n_literals, first_literal;
    uint32_t loop_depth, this_loop;
    uint32_t spill;         /* back end: code that stores all locals' registers and leaves for want of fuel */
    const wl_allocator_t *allocator;
    wl_nloop_t *loops;      /* in the order in which they begin */
    uint32_t n_loops, loops_cap;
    uint8_t *blocks;        /* how long the first blocks and ifs are, in units, in the order in which they begin */
    uint32_t n_blocks, blocks_cap, this_block;
    wl_nsite_t *sites;
    uint32_t n_sites, n_calls;         /* written so far; counted */
    uint32_t stop_pos;      /* locating: the word whose instruction is wanted */
    uint32_t found;         /* its offset in the module */
    uint32_t func_index, entry, start;
    uint32_t frame_pos;     /* back end: where the frame's size goes */
    uint32_t assigned;      /* places of locals that are */
    uint32_t identities;    /* counting: of blocks so far */
    uint32_t sum, sum_local, sum_pos; /* counting: how much of local + 4 * n stands before an offset of the body */
    uint32_t cost;          /* of the function's own block */
    uint32_t access_weight; /* of accesses to memory, as of locals */
    uint32_t fuel_weight, call_weight; /* of charges at loops, and of calls */
    uint16_t local_of[WL_N_LOCAL_REGS];
    wl_nentry_t window[WL_N_WINDOW];
    /* What is known of locals since the last label: accesses up to `end` are in bounds; low bits that are zero. */
    struct { uint32_t end; uint16_t local; uint8_t zeros; } checks[WL_N_CHECKS];
    uint32_t literal_values[WL_N_LITERALS];
    uint16_t literal_uses[WL_N_LITERALS]; /* positions */
} wl_native_t;
#define WL_N_NO_PLACE 0xffu
#define WL_N_NO_REG 0xffu

/* ---- wl_native.c ---- */
/* Compiles a function; false when it has to be interpreted. */
bool wl_native_compile(wl_instance_t *instance, uint32_t func_index);
/* The offset in the module of the instruction at a word of a body; 0 when there is no memory to find out. */
uint32_t wl_native_locate(wl_instance_t *instance, uint32_t func_index, uint32_t pos);
void wl_native_fail(wl_native_t *n);
/* Each step of the sink begins with this. */
void wl_native_step(wl_native_t *n);
extern const wl_sink_t wl_native_sink;
/* A branch did not reach: fails, to be tried again with this added to the form. */
void wl_native_too_far(wl_native_t *n, uint8_t form);
/* Whether the memory is as large as it can get: its limit is a constant then. */
bool wl_native_fixed_memory(const wl_native_t *n);
/* Where in the region a function is entered by machine code; 0 when there is none of it yet. */
uint32_t wl_native_callee(const wl_native_t *n, uint32_t func_index);

/* ---- wl_native_operands.c ---- */
static inline wl_nentry_t *wl_native_entry(wl_native_t *n, uint32_t index) {
    return &n->window[index & (WL_N_WINDOW - 1)];
}
wl_nentry_t *wl_native_push(wl_native_t *n, wl_nwhere_t where, uint32_t slots);
void wl_native_push_reg(wl_native_t *n, uint32_t reg);
/* A popped operand stays where it is until the next push; its register is pinned. */
wl_nentry_t *wl_native_pop(wl_native_t *n, uint32_t slots);
/* A temporary register that nothing uses; pinned until the step ends. */
uint32_t wl_native_temp(wl_native_t *n);
/* The register that holds a popped 32-bit operand, read alone. */
uint32_t wl_native_reg(wl_native_t *n, wl_nentry_t *e);
void wl_native_into(wl_native_t *n, wl_nentry_t *e, uint32_t reg); /* any 32-bit operand to a register */
/* A word of a 64-bit operand to a register; both to registers; both to slots. */
void wl_native_word_into(wl_native_t *n, const wl_nentry_t *e, uint32_t word, uint32_t reg);
void wl_native_copy_pair(wl_native_t *n, const wl_nentry_t *e, uint32_t slot);
void wl_native_pair_into(wl_native_t *n, const wl_nentry_t *e, uint32_t low, uint32_t high);
void wl_native_put_home(wl_native_t *n, wl_nentry_t *e);
void wl_native_flush(wl_native_t *n, uint32_t count); /* the topmost operands go home */
void wl_native_flush_temps(wl_native_t *n);           /* those in registers */
void wl_native_save_readers(wl_native_t *n, uint32_t local);
void wl_native_reset(wl_native_t *n, uint32_t depth, uint32_t height, const uint8_t *types, uint32_t count);
/* The register of the local that the next instruction sets, ready to be written, or one of the
 * operands' temporary registers, or another. */
uint32_t wl_native_target(wl_native_t *n, uint32_t a, uint32_t b);
void wl_native_local_changed(wl_native_t *n, uint32_t local);
/* Loads the locals of a set of registers from their slots, or stores them there. */
void wl_native_load_locals(wl_native_t *n, uint32_t mask);
void wl_native_store_locals(wl_native_t *n, uint32_t mask);
/* Opcode of the next instruction; 0xff at the end. */
static inline uint32_t wl_native_peek(const wl_native_t *n) {
    return n->v->r.pos < n->v->r.end ? n->v->r.bytes[n->v->r.pos] : 0xff;
}
/* How many of an operand's low bits, of two, are zero for sure; in registers it is `high`. */
uint32_t wl_native_zeros(wl_native_t *n, const wl_nentry_t *e);
/* Remembers that of a local; `end`: that an access that ends so far behind it has been checked. */
void wl_native_remember(wl_native_t *n, uint32_t local, uint32_t zeros, uint32_t end);
/* What is known: how far behind a local accesses have been checked. */
uint32_t wl_native_checked(const wl_native_t *n, uint32_t local);
/* Pops a condition, as the comparison n->compare, whose registers stay pinned. */
void wl_native_pop_condition(wl_native_t *n);

/* ---- wl_native_ops.c: the sink's ---- */
void wl_native_simple(struct wl_translator *t, uint32_t op, uint32_t offset);
void wl_native_const(struct wl_translator *t, uint64_t value, uint32_t slots);
void wl_native_local_get(struct wl_translator *t, uint32_t index);
void wl_native_local_set(struct wl_translator *t, uint32_t index, bool tee);
void wl_native_global(struct wl_translator *t, uint32_t index, uint8_t type, bool set);
void wl_native_drop(struct wl_translator *t, uint32_t slots);
void wl_native_select(struct wl_translator *t, uint32_t slots);
void wl_native_misc(struct wl_translator *t, uint32_t sub, uint32_t operands, bool out, uint32_t imm1, uint32_t imm2);

uint32_t wl_native_access_log2(uint32_t op);
/* n->compare is the result. */
void wl_native_push_compare(wl_native_t *n);

/* ---- wl_native_float.c ---- */
/* Whether an operation of floats is one of the FPU's; then it is done. */
bool wl_native_float(wl_native_t *n, uint32_t op);

/* ---- wl_native_control.c ---- */
void wl_native_block(struct wl_translator *t, wl_ctrl_t *c);
void wl_native_else(struct wl_translator *t, wl_ctrl_t *c, bool live);
void wl_native_end(struct wl_translator *t, wl_ctrl_t *c, bool live);
void wl_native_br(struct wl_translator *t, uint32_t depth);
void wl_native_br_if(struct wl_translator *t, uint32_t depth);
void wl_native_br_table(struct wl_translator *t, uint32_t labels, uint32_t count);
void wl_native_return(struct wl_translator *t);
void wl_native_unreachable(struct wl_translator *t);
void wl_native_call(struct wl_translator *t, uint32_t func_index, bool tail);
void wl_native_call_indirect(struct wl_translator *t, uint32_t type, uint32_t table, bool tail);
/* All operands and locals to their slots; afterwards no register holds anything. */
void wl_native_safepoint(wl_native_t *n);

/* ---- wl_native_help.c: functions that code calls with its operands in argument registers ---- */
typedef void (*wl_helper_t)(void);
/* The function that does an instruction; NULL for those that have none. VALUE: operands as arguments,
 * result as result. SLOTS: takes the address of the operands' slots, leaves the result there, and
 * returns a status. */
typedef enum { WL_HELP_VALUE, WL_HELP_SLOTS } wl_helpkind_t;
wl_helper_t wl_native_helper(uint32_t op, wl_helpkind_t *kind);
/* A number that differs where their addresses do. */
uint32_t wl_native_helpers_id(void);

/* ---- The back end ---- Registers are the processor's numbers. `n` is where code goes. */
#if WL_NATIVE_BACKEND == WL_BACKEND_RV32
#include "wl_native_rv32.h"
#else
#include "wl_native_thumb.h"
#endif

extern const uint8_t wl_be_locals[WL_BE_LOCALS]; /* registers that locals may live in, best first */
/* How many of them this instance's code may use. */
uint32_t wl_be_local_count(const wl_native_t *n);
/* Whether the last of them may hold the memory's limit where no local is in it; wl_be_load_limit sets it. */
bool wl_be_limit_fits(const wl_native_t *n);
void wl_be_load_limit(wl_native_t *n);

/* The stubs at the start of a region; the n-th's address is that of word WL_BE_STUB(n). Without `regs` they are
 * those of an image. */
void wl_be_stubs(uint16_t code[WL_BE_STUB_WORDS], const wl_native_regs_t *regs);
void wl_be_entry(wl_native_t *n);      /* where native callers come in, up to and with fuel; then the start */
void wl_be_frame(wl_native_t *n, uint32_t bytes); /* at the end, when the frame's size is known */
void wl_be_step(wl_native_t *n);       /* before each instruction: literals that have to be written */
void wl_be_finish(wl_native_t *n);     /* after the last: literals */

void wl_be_move(wl_native_t *n, uint32_t d, uint32_t s);
void wl_be_const(wl_native_t *n, uint32_t d, uint32_t value);
bool wl_be_alu_fits(wl_nalu_t op, uint32_t value);
void wl_be_alu(wl_native_t *n, wl_nalu_t op, uint32_t d, uint32_t a, uint32_t b);
void wl_be_alu_const(wl_native_t *n, wl_nalu_t op, uint32_t d, uint32_t a, uint32_t value);
void wl_be_extend(wl_native_t *n, uint32_t d, uint32_t a, uint32_t bits); /* sign of 8 or 16 bits */
/* 64 bits: op is ADD, SUB, AND, OR or XOR; low:high = low:high op the two slots. */
void wl_be_pair(wl_native_t *n, wl_nalu_t op, uint32_t low, uint32_t high, uint32_t slot);
/* Division, of processors that have it; what has to be checked for traps. */
typedef struct {
    bool is_signed, remainder;
    bool check_zero, check_overflow;
} wl_ndivision_t;
void wl_be_divide(wl_native_t *n, const wl_ndivision_t *division, uint32_t d, uint32_t a, uint32_t b);
bool wl_be_clz(wl_native_t *n, uint32_t d, uint32_t a);
/* Floats, with WL_NATIVE_FPU; a NaN that is computed is the canonical one. */
void wl_be_float(wl_native_t *n, wl_nfloat_t op, uint32_t d, uint32_t a, uint32_t b);
void wl_be_check_truncation(wl_native_t *n, bool is_signed, uint32_t a); /* what does not saturate but traps */
void wl_be_load_slot(wl_native_t *n, uint32_t d, uint32_t slot);
void wl_be_store_slot(wl_native_t *n, uint32_t s, uint32_t slot);
void wl_be_slot_address(wl_native_t *n, uint32_t d, uint32_t slot);
void wl_be_load_global(wl_native_t *n, uint32_t d, uint32_t index, uint32_t word);
void wl_be_store_global(wl_native_t *n, uint32_t s, uint32_t index, uint32_t word);
/* Linear memory: log2 of the bytes; loads may extend the sign. `check` is the bounds', `align` the alignment's;
 * `dead`: the address's register may be changed. */
typedef struct {
    uint8_t log2;
    bool sign, store, check, align, dead;
    uint32_t offset;
} wl_naccess_t;
void wl_be_access(wl_native_t *n, const wl_naccess_t *access, uint32_t value, uint32_t address);
void wl_be_access_const(wl_native_t *n, const wl_naccess_t *access, uint32_t value, uint32_t address); /* known to be in bounds */

bool wl_be_compare_fits(uint32_t cond, uint32_t value);
void wl_be_set_compare(wl_native_t *n, const wl_ncompare_t *c, uint32_t d);
/* d = condition ? a : b */
void wl_be_select(wl_native_t *n, const wl_ncompare_t *c, uint32_t d, uint32_t a, uint32_t b);
/* Branches to a label not yet placed (a chain), which may be `near`, or to a position behind. */
void wl_be_branch(wl_native_t *n, const wl_ncompare_t *c, uint16_t *label, bool near);
void wl_be_branch_back(wl_native_t *n, const wl_ncompare_t *c, uint32_t target);
void wl_be_jump(wl_native_t *n, uint16_t *label, bool near);
void wl_be_jump_back(wl_native_t *n, uint32_t target);
void wl_be_bind(wl_native_t *n, uint16_t *label);
/* Goes to the index-th of `count` pieces; returns the position of the table, whose entries wl_be_table_entry
 * sets. One may also wait for a label, if wl_be_table_wait says so. */
uint32_t wl_be_table(wl_native_t *n, uint32_t reg, uint32_t count);
bool wl_be_table_wait(wl_native_t *n, uint32_t entry, uint16_t *label);
void wl_be_table_entry(wl_native_t *n, uint32_t table, uint32_t index, uint32_t target);

/* A loop's label follows, and behind it wl_be_fuel; all locals are valid. `inner`: there is none within. */
void wl_be_loop(wl_native_t *n, uint32_t cost, bool inner);
void wl_be_fuel(wl_native_t *n, uint32_t cost, bool inner);
/* Calls with the frame at `distance` bytes; returns where the caller goes on. `what` is wl_native_indirect's. */
uint32_t wl_be_call(wl_native_t *n, uint32_t distance, uint32_t func_index);
uint32_t wl_be_call_indirect(wl_native_t *n, uint32_t distance, uint32_t what);
void wl_be_return(wl_native_t *n);                     /* result, if any, is in place */
/* Result slots from `from` on to the frame's first, and return. */
void wl_be_return_slots(wl_native_t *n, uint32_t from, uint32_t slots);
void wl_be_trap(wl_native_t *n, wl_stop_t stop);
/* First the function, then its arguments, then the call. Locals' registers survive it. */
void wl_be_helper_prepare(wl_native_t *n, wl_helper_t fn);
void wl_be_helper_call(wl_native_t *n);
void wl_be_check_status(wl_native_t *n);               /* in the result register */
void wl_be_misc(wl_native_t *n, const uint16_t words[4]);

/* The call that returns to `back` leads to `to` from now on. */
void wl_be_link(uint16_t *back, const uint16_t *to);
/* Makes code that has been written fit to be run. */
void wl_be_sync(const uint16_t *code, uint32_t bytes);
/* The access whose check failed: its code stands behind the call of the service, which returns to `link`. */
typedef struct {
    uint32_t address, offset;
    uint32_t *value;
    uint32_t log2;
    bool store, sign;
    uint32_t next; /* what comes behind the access */
} wl_nserved_t;
void wl_be_served(wl_native_regs_t *regs, uint32_t link, wl_nserved_t *s);

/* ---- Running (wl_native_run.c) ---- */
void wl_be_enter(wl_native_regs_t *regs, uintptr_t address, uintptr_t link);
uint32_t wl_native_serve(wl_native_regs_t *regs, uint32_t service, uint32_t link);
uint32_t wl_native_indirect(const wl_native_regs_t *regs, uint32_t what, const uint32_t *args);

void wl_native_init(wl_store_t *store); /* the region */
/* Whether linear memory 0 is the instance's own: its anchor is the instance's then. */
bool wl_native_anchored(const wl_instance_t *instance);
void wl_native_set_anchor(const wl_instance_t *instance);
/* Whether it is in the store's own region, not in an image. */
bool wl_native_in_region(const wl_store_t *store, const uint16_t *ip);
/* The header of the body that holds `ip`; NULL for the stubs. */
const uint16_t *wl_native_find(const wl_store_t *store, const uint16_t *ip);
/* Runs code, of either kind, from ctx->ip on until there is a reason to come back. */
void wl_native_run(wl_ctx_t *ctx);

#endif
#endif
