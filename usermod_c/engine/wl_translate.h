/* SPDX-License-Identifier: MIT
 *
 * The translator's state and its assembler.
 */
#ifndef WL_TRANSLATE_H
#define WL_TRANSLATE_H

#include "wl_runtime.h"
#include "wl_validate.h"

#define WL_WINDOW 16 /* operands that may be anywhere but in their own slot; a power of two */
#define WL_NEAR_SLOTS 64
#define WL_SCRATCH_SLOTS 6
#define WL_NO_SLOT 0xffffu
#define WL_NO_POS 0u /* no branch has its offset at position 0 */
#define WL_MAX_BODY_WORDS 0x7ff0u

/* Where the value of an operand is. */
typedef enum {
    WL_AT_HOME,   /* in its own slot: `slot` is `home` */
    WL_AT_SLOT,   /* in slot `slot` (a local), 32 bits */
    WL_AT_SLOT64,
    WL_AT_ACC,    /* in the accumulator; at most one operand is */
    WL_AT_CONST,  /* `value` */
    WL_AT_ADDI,   /* slot + value, not computed yet */
    WL_AT_ADD2    /* slot + slot number `value` */
} wl_where_t;

typedef struct {
    uint8_t where;
    uint16_t slot;
    uint16_t home;
    uint32_t value;
} wl_entry_t;

/* An instruction that may still be changed. */
typedef struct {
    uint16_t op;         /* wl_code_op_t; WLC_COUNT: none */
    uint16_t pos;
    uint16_t acc_before; /* acc_slot before it */
    uint16_t dst;        /* slot that it writes, for those whose first operand byte is `d` */
} wl_emitted_t;

/* A condition taken from the stack, to be branched on after other code has been written. */
typedef struct {
    bool fused;           /* a comparison: cond, form, operand words */
    bool inverted;        /* not fused: branch when `value` is zero */
    uint8_t cond, form;
    uint16_t words[2];
    wl_entry_t value;     /* not fused; settled, no constant */
} wl_condition_t;

#define WL_RECENT_WORDS 16 /* two instructions and more; a power of two */

struct wl_translator {
    uint16_t *code;       /* the body's first word; NULL when words are counted alone */
    uint32_t pos;         /* words so far, header included */
    uint32_t reserved;    /* words that there is room for */
    wl_handlers_t handlers;
    wl_emitted_t last, previous;
    uint16_t recent[WL_RECENT_WORDS]; /* the words written last, by position */

    uint32_t depth, low;
    uint32_t height, max_height; /* slots from fp */
    int32_t acc_depth;           /* the operand in the accumulator, -1 */
    uint16_t acc_slot;           /* a slot whose value the accumulator also has */
    bool far_frame;       /* more slots than one byte reaches: scratch slots are there */
    bool need_far;
    bool locating, located;

    uint16_t *local_slots; /* by local index */
    uint32_t local_cap;
    uint16_t ret_slot, scratch_slot, zero_slots, first_operand;

    wl_instance_t *instance;
    wl_validator_t *v;
    wl_status_t status;
    uint32_t func_index;
    uint32_t stop_pos;    /* locating: stop when the instruction at this word has been written */
    uint32_t stop_offset; /* locating: its offset in the module */
    uint16_t cost;        /* fuel of the function's own block */
    wl_error_t error;
    wl_condition_t condition;

    wl_entry_t window[WL_WINDOW]; /* the topmost operands; those below `low` are at home */
};

typedef struct wl_translator wl_translator_t;

/* ---- wl_emit.c ---- */
void wl_emit_fail(wl_translator_t *t, wl_status_t status);
/* From now on writes where the code cache has room. When that ends, words are counted, not written. */
void wl_emit_open(wl_translator_t *t);
void wl_emit_word(wl_translator_t *t, uint32_t word);
void wl_emit_op(wl_translator_t *t, wl_code_op_t op);
void wl_emit1(wl_translator_t *t, wl_code_op_t op, uint32_t word); /* with operand words */
void wl_emit2(wl_translator_t *t, wl_code_op_t op, uint32_t word, uint32_t second);
void wl_emit_set_word(wl_translator_t *t, uint32_t pos, uint32_t word);
/* A position that branches reach: nothing is known about the accumulator there. */
void wl_emit_label(wl_translator_t *t);
/* A branch offset that waits in the chain at `label`. */
void wl_emit_forward(wl_translator_t *t, uint16_t *label);
void wl_emit_backward(wl_translator_t *t, uint32_t target);
void wl_emit_bind(wl_translator_t *t, uint16_t *label);
/* The byte that addresses `slot` as an operand; a far slot is copied to scratch place `place` (0-2). */
uint32_t wl_emit_src(wl_translator_t *t, uint32_t slot, uint32_t slots, uint32_t place);
/* Where to put a constant operand whose home is `slot`: there, or in scratch place `place` when far. */
uint32_t wl_emit_scratch(const wl_translator_t *t, uint32_t slot, uint32_t place);
/* The byte for a result slot, and, after the operation, the copy to it when it is far. */
uint32_t wl_emit_dst(wl_translator_t *t, uint32_t slot);
void wl_emit_dst_done(wl_translator_t *t, uint32_t slot, uint32_t slots);
void wl_emit_store_acc(wl_translator_t *t, uint32_t slot);
void wl_emit_mov(wl_translator_t *t, uint32_t dst, uint32_t src, uint32_t slots);
void wl_emit_const(wl_translator_t *t, uint32_t dst, uint32_t value);
void wl_emit_const64(wl_translator_t *t, uint32_t dst, uint64_t value);
void wl_emit_load_acc(wl_translator_t *t, uint32_t slot);
void wl_emit_acc_const(wl_translator_t *t, uint32_t value);
/* If the instruction written last wrote `from`, makes it write `to` instead. */
bool wl_emit_retarget(wl_translator_t *t, uint32_t from, uint32_t to);
/* Takes the instruction written last back. */
void wl_emit_undo(wl_translator_t *t);
/* Makes the instruction written last another of the same length. */
void wl_emit_become(wl_translator_t *t, wl_code_op_t op);

/* Operand word `i` of the instruction written last. */
static inline uint32_t wl_emit_operand(const wl_translator_t *t, uint32_t i) {
    return t->recent[(t->last.pos + 1 + i) & (WL_RECENT_WORDS - 1)];
}

static inline bool wl_fits16(uint32_t v) {
    return (int32_t)v == (int16_t)v;
}

/* ---- wl_operands.c ---- */
/* A popped operand stays where it is until the next push. */
static inline wl_entry_t *wl_operand(wl_translator_t *t, uint32_t index) {
    return &t->window[index & (WL_WINDOW - 1)];
}
static inline bool wl_operand_is_sum(const wl_entry_t *e) {
    return e->where >= WL_AT_ADDI;
}
/* Pushes an operand of `slots` slots; the caller says where it is. */
wl_entry_t *wl_operand_push(wl_translator_t *t, wl_where_t where, uint32_t slots);
void wl_operand_push_acc(wl_translator_t *t);
wl_entry_t *wl_operand_pop(wl_translator_t *t, uint32_t slots);
/* Brings the operand home that the next push would shift out of the window. May use the accumulator. */
void wl_operand_make_room(wl_translator_t *t);
/* Saves the operand in the accumulator, if one is, before something else goes there. */
void wl_operand_claim_acc(wl_translator_t *t);
/* Leaves a popped 32-bit operand as AT_CONST, AT_SLOT or AT_ACC; then `slot` is one that has the
 * value too, or WL_NO_SLOT. Sums that were put off are computed. */
void wl_operand_settle(wl_translator_t *t, wl_entry_t *e);
/* Pops two and settles them; at most one is in the accumulator afterwards. */
void wl_operand_pop_two(wl_translator_t *t, wl_entry_t **a, wl_entry_t **b);
/* Puts a settled operand into a slot: its own place if it has one, else its home. */
uint32_t wl_operand_to_slot(wl_translator_t *t, wl_entry_t *e);
/* The slot of a popped operand of any type, not settled; constants that belong far away go to scratch
 * place `place`, so nothing may be computed between this and the operation. */
uint32_t wl_operand_any_slot(wl_translator_t *t, wl_entry_t *e, uint32_t place);
void wl_operand_put_home(wl_translator_t *t, wl_entry_t *e);
void wl_operand_bring_home(wl_translator_t *t, uint32_t index);
/* Moves a popped 32-bit operand to a slot. */
void wl_operand_move_to(wl_translator_t *t, wl_entry_t *e, uint32_t dst);
/* Brings the topmost `count` operands home. The accumulator's goes first: others may need it. */
void wl_operand_flush(wl_translator_t *t, uint32_t count);
void wl_operand_flush_all(wl_translator_t *t);
/* Whether bringing operands home needs the accumulator. */
bool wl_operand_flush_needs_acc(wl_translator_t *t, uint32_t count);
/* After a branch nothing is left but what the block had at its start and `n` more at home. */
void wl_operand_reset(wl_translator_t *t, uint32_t depth, uint32_t height, const uint8_t *types, uint32_t n);

/* ---- wl_tr_ops.c ---- */
/* Comparisons in the order of wl_code_cmp.def. */
enum { WL_COND_EQ, WL_COND_NE, WL_COND_LT_S, WL_COND_LT_U, WL_COND_GE_S, WL_COND_GE_U,
       WL_COND_GT_S, WL_COND_GT_U, WL_COND_LE_S, WL_COND_LE_U, WL_COND_COUNT };
extern const uint8_t wl_cond_inverse[WL_COND_COUNT], wl_cond_swapped[WL_COND_COUNT];
/* By opcode: how the instruction is treated, and its code, in the lower bits. */
#define WL_SIMPLE_CODE_BITS 10
#define WL_SIMPLE_KIND(op) ((uint32_t)wl_simple_ops[op] >> WL_SIMPLE_CODE_BITS)
extern const uint16_t wl_simple_ops[256];
/* A comparison's number, counted from its kind's first, and back. */
uint32_t wl_cond_op(uint32_t cond, uint32_t form);
uint32_t wl_cond_of(uint32_t number, uint32_t *form);
static inline bool wl_last_is_cmp(const wl_translator_t *t) {
    return t->last.op >= WLC_CEQ_AS && t->last.op <= WLC_CLE_U_AS;
}

/* ---- wl_translate.c ---- */
static inline uint32_t wl_local_slots(const wl_translator_t *t, uint32_t index) {
    return wl_type_slots(t->v->locals[index]);
}

#endif
