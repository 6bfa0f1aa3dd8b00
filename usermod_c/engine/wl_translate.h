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
    WL_AT_HOME,  /* in its own slot */
    WL_AT_ACC,   /* in the accumulator; at most one operand is */
    WL_AT_SLOT,  /* in slot `slot` (a local), 32 bits */
    WL_AT_SLOT64,
    WL_AT_CONST, /* `value` */
    WL_AT_ADDI,  /* slot + value, not computed yet */
    WL_AT_ADD2   /* slot + slot number `value` */
} wl_where_t;

typedef struct {
    uint8_t where;
    uint16_t slot;
    uint16_t home;
    uint32_t value;
} wl_entry_t;

struct wl_translator {
    wl_instance_t *instance;
    wl_validator_t *v;
    wl_status_t status;
    uint32_t func_index;
    uint16_t *code;       /* the body's first word; NULL when nothing is written */
    uint32_t pos;         /* words so far, header included */
    uint32_t reserved;    /* words that may be written without asking for more */
    uint32_t stop_pos;    /* locating: stop when the instruction at this word has been written */
    uint32_t stop_offset; /* locating: its offset in the module */
    bool far_frame;       /* more slots than one byte reaches: scratch slots are there */
    bool need_far;
    bool locating, located;

    uint16_t *local_slots; /* by local index */
    uint32_t local_cap;
    uint16_t ret_slot, scratch_slot, zero_slots, first_operand;

    uint32_t depth, low;
    uint32_t height, max_height; /* slots from fp */
    int32_t acc_depth;           /* the operand in the accumulator, -1 */
    uint16_t acc_slot;           /* a slot whose value the accumulator also has */

    /* The instruction written last, while it may still be changed. */
    wl_code_op_t last_op; /* WLC_COUNT: none */
    uint32_t last_pos;
    uint16_t last_dst;    /* slot that it writes, for those whose first operand byte is `d` */
    uint16_t last_words[3];
    uint16_t acc_before;  /* acc_slot before it */
    wl_code_op_t previous_op; /* the one before; WLC_COUNT: none */
    uint32_t previous_pos;
    uint16_t previous_words[3];
    uint16_t previous_acc;

    uint16_t cost; /* fuel of the function's own block */

    wl_entry_t window[WL_WINDOW]; /* the topmost operands; those below `low` are at home */
};

typedef struct wl_translator wl_translator_t;

/* ---- wl_emit.c ---- */
void wl_emit_fail(wl_translator_t *t, wl_status_t status);
/* Takes over where the code cache has room now. */
void wl_emit_reserved(wl_translator_t *t);
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

static inline bool wl_fits16(uint32_t v) {
    return (int32_t)v == (int16_t)v;
}

#endif
