/* SPDX-License-Identifier: MIT
 *
 * Validation of a function body, and the state that a translator sees while it is driven.
 */
#ifndef WL_VALIDATE_H
#define WL_VALIDATE_H

#include "wl_internal.h"

/* An open block. The first part is the validator's, the second the translator's. */
typedef struct {
    const uint8_t *params, *results;
    uint32_t height;     /* operands below the block's parameters */
    uint8_t n_params, n_results;
    uint8_t op;          /* WL_WASM_BLOCK, LOOP, IF, ELSE; BLOCK for the function itself */
    bool unreachable : 1;
    bool dead : 1;       /* opened in unreachable code: nothing is translated */
    uint8_t param_slots, result_slots;
    uint16_t label;      /* loop: position; else: last branch to the end that waits for it */
    union {
        uint16_t else_label; /* if: the branch that waits for the else */
        uint16_t cost_pos;   /* loop: where its cost goes */
    };
    uint16_t base;       /* slots below the block's parameters */
    uint32_t outer_cost; /* loop: what the block around it has cost so far */
#if WL_ENABLE_NATIVE
    uint8_t valid, dirty;           /* locals' registers at the label: what all branches agree on, what any */
    uint8_t else_valid, else_dirty; /* at the else */
#endif
} wl_ctrl_t;

struct wl_validator {
    wl_reader_t r;
    uint8_t *types;            /* operand stack; 0 is an unknown type */
    uint32_t depth, types_cap;
    uint32_t height;           /* operands below the innermost block's own, its `height` */
    uint32_t cost;             /* instructions of the block of fuel at hand, unreachable ones too */
    uint32_t op_pos;           /* offset of the instruction at hand */
    bool unreachable;          /* the innermost block's */
    uint8_t memory;            /* of the load or store at hand */
    bool drive;                /* the translator follows: there is one, and all is reachable and right */
    uint8_t *locals;           /* types of parameters and locals */
    uint32_t n_locals, locals_cap;
    wl_ctrl_t *ctrls;
    uint32_t n_ctrls, ctrls_cap;
    const wl_module_t *module;
    const wl_allocator_t *allocator;
    uint32_t func_index;
    struct wl_translator *translator;
#if WL_ENABLE_NATIVE
    const struct wl_sink *sink;
#endif
};

static inline wl_ctrl_t *wl_ctrl_top(wl_validator_t *v) {
    return &v->ctrls[v->n_ctrls - 1];
}

/* How the translator treats an instruction (the `kind` column of wl_wasm_ops.def). */
enum { WL_TR_SPECIAL, WL_TR_ALU, WL_TR_CMP, WL_TR_EQZ, WL_TR_UN, WL_TR_OP1, WL_TR_OP2, WL_TR_OP2_SWAP,
       WL_TR_ROTR, WL_TR_LOAD, WL_TR_LOAD_S, WL_TR_LOAD_EXT_S, WL_TR_LOAD_EXT_U, WL_TR_LOAD64, WL_TR_STORE, WL_TR_STORE64,
       WL_TR_LOW, WL_TR_SAME };

/* Signatures as bits: result in 12-15, operands from 0 upwards, the topmost first; 1 i32, 2 i64,
 * 3 f32, 4 f64. */
extern const uint16_t wl_signatures[256];
#define WL_SIG_SPECIAL 0xffff

/* ---- The sink: called in the order of the instructions, before the operand types are popped.
 * Errors are kept in the translator; after one it ignores what follows. */
void wl_tr_begin(struct wl_translator *t, wl_validator_t *v);
void wl_tr_simple(struct wl_translator *t, uint32_t op, uint32_t offset);
void wl_tr_const(struct wl_translator *t, uint64_t value, uint32_t slots);
void wl_tr_local_get(struct wl_translator *t, uint32_t index);
void wl_tr_local_set(struct wl_translator *t, uint32_t index, bool tee);
void wl_tr_global(struct wl_translator *t, uint32_t index, uint8_t type, bool set);
void wl_tr_drop(struct wl_translator *t, uint32_t slots);
void wl_tr_select(struct wl_translator *t, uint32_t slots);
void wl_tr_block(struct wl_translator *t, wl_ctrl_t *c); /* block, loop, if: pushed, reachable */
void wl_tr_dead_block(struct wl_translator *t, wl_ctrl_t *c);
void wl_tr_else(struct wl_translator *t, wl_ctrl_t *c, bool live);
void wl_tr_end(struct wl_translator *t, wl_ctrl_t *c, bool live);
void wl_tr_br(struct wl_translator *t, uint32_t depth);
void wl_tr_br_if(struct wl_translator *t, uint32_t depth);
void wl_tr_br_table(struct wl_translator *t, uint32_t labels, uint32_t count); /* offset of the first label */
void wl_tr_return(struct wl_translator *t);
void wl_tr_unreachable(struct wl_translator *t);
void wl_tr_call(struct wl_translator *t, uint32_t func_index, bool tail);
void wl_tr_call_indirect(struct wl_translator *t, uint32_t type, uint32_t table, bool tail);
/* A rare operation: takes so many 32-bit operands, gives one 32-bit result when `out` is true. */
void wl_tr_misc(struct wl_translator *t, uint32_t sub, uint32_t operands, bool out, uint32_t imm1, uint32_t imm2);

#if WL_ENABLE_NATIVE
/* A translator's steps, where there is more than one translator. */
struct wl_sink {
    void (*on_begin)(struct wl_translator *t, wl_validator_t *v);
    void (*on_simple)(struct wl_translator *t, uint32_t op, uint32_t offset);
    void (*on_const)(struct wl_translator *t, uint64_t value, uint32_t slots);
    void (*on_local_get)(struct wl_translator *t, uint32_t index);
    void (*on_local_set)(struct wl_translator *t, uint32_t index, bool tee);
    void (*on_global)(struct wl_translator *t, uint32_t index, uint8_t type, bool set);
    void (*on_drop)(struct wl_translator *t, uint32_t slots);
    void (*on_select)(struct wl_translator *t, uint32_t slots);
    void (*on_block)(struct wl_translator *t, wl_ctrl_t *c);
    void (*on_dead_block)(struct wl_translator *t, wl_ctrl_t *c);
    void (*on_else)(struct wl_translator *t, wl_ctrl_t *c, bool live);
    void (*on_end)(struct wl_translator *t, wl_ctrl_t *c, bool live);
    void (*on_br)(struct wl_translator *t, uint32_t depth);
    void (*on_br_if)(struct wl_translator *t, uint32_t depth);
    void (*on_br_table)(struct wl_translator *t, uint32_t labels, uint32_t count);
    void (*on_return)(struct wl_translator *t);
    void (*on_unreachable)(struct wl_translator *t);
    void (*on_call)(struct wl_translator *t, uint32_t func_index, bool tail);
    void (*on_call_indirect)(struct wl_translator *t, uint32_t type, uint32_t table, bool tail);
    void (*on_misc)(struct wl_translator *t, uint32_t sub, uint32_t operands, bool out, uint32_t imm1, uint32_t imm2);
};
typedef struct wl_sink wl_sink_t;

extern const wl_sink_t wl_translator_sink;
#endif

#endif
