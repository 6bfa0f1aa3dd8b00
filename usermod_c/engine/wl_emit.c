/* SPDX-License-Identifier: MIT
 *
 * The translator's assembler: words, labels, slots near and far, and the changes that are made to
 * the instruction written last (a result slot added or replaced).
 */
#include "wl_translate.h"

/* How an instruction that leaves its result in the accumulator takes a result slot as well: in its
 * next form (number + 1), as the high byte of the first operand word, or as a word more. */
enum { MERGE_NONE,
       MERGE_HIGH,
       MERGE_WORD,
       TARGET_LOW,
       TARGET_WORD };

static const uint8_t results[WLC_COUNT] = {
#define REG_OP(n, words)
#define REG_ALU2(n, e) [WLC_##n##_AS] = MERGE_HIGH, [WLC_##n##_SS] = MERGE_WORD, \
                       [WLC_##n##_AI] = MERGE_WORD, [WLC_##n##_SI] = MERGE_HIGH,
#define REG_ALU3(n, e) REG_ALU2(n, e)[WLC_##n##_SA] = MERGE_HIGH,
#define REG_UN(n, e) [WLC_##n##_A] = MERGE_WORD, [WLC_##n##_S] = MERGE_HIGH,
#define REG_LD(n, t) [WLC_##n##_AZ] = MERGE_WORD, [WLC_##n##_AO] = MERGE_WORD, [WLC_##n##_SZ] = MERGE_HIGH, \
                     [WLC_##n##_SO] = MERGE_HIGH, [WLC_##n##_SW] = MERGE_HIGH, [WLC_##n##_SS] = MERGE_WORD,
#define REG_ST(n, t)
#define REG_OP1(n, i, o, e) [WLC_##n] = TARGET_LOW,
#define REG_OP2(n, i, o, e) [WLC_##n] = TARGET_LOW,
#define REG_DIV(n, g, e) [WLC_##n] = TARGET_LOW,
#define REG_CALL1(n, i, o, f) [WLC_##n] = TARGET_LOW,
#define REG_CALL2(n, i, o, f) [WLC_##n] = TARGET_LOW,
#define REG_TRUNC(n, i, t, s) [WLC_##n] = TARGET_LOW,
#define REG_TRY2(n, i, o, f) [WLC_##n] = TARGET_LOW,
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
#undef REG_CALL1
#undef REG_CALL2
#undef REG_TRUNC
#undef REG_TRY2
#undef REG_CMP6
#undef REG_CMP4
    [WLC_SEL] = MERGE_WORD,
    [WLC_GGET] = MERGE_WORD,
    [WLC_MOV] = TARGET_LOW,
    [WLC_MOV64] = TARGET_LOW,
    [WLC_STI16] = TARGET_LOW,
    [WLC_STI32] = TARGET_LOW,
    [WLC_STI64] = TARGET_LOW,
    [WLC_SEL64] = TARGET_LOW,
    [WLC_GGET64] = TARGET_LOW,
    [WLC_LD64] = TARGET_LOW,
    [WLC_MOVF] = TARGET_WORD,
    [WLC_MOVF64] = TARGET_WORD,
};

void wl_emit_fail(wl_translator_t *t, wl_status_t status) {
    if (t->status == WL_OK) {
        t->status = status;
    }
    t->code = NULL; /* nothing more is written, and the walk ends */
    t->reserved = 0;
    wl_reader_fail(&t->v->r, status, t->v->op_pos);
}

/* ---- Words ---- */

void wl_emit_open(wl_translator_t *t) {
    const wl_codecache_t *cache = &t->instance->store->cache;
    uint32_t room = cache->size - cache->used;
    t->code = cache->words + cache->used;
    t->reserved = room < WL_MAX_BODY_WORDS ? room : WL_MAX_BODY_WORDS;
}

/* Where nothing is written positions are counted all the same, as far as they go. */
static WL_NOINLINE void word_without_room(wl_translator_t *t) {
    t->code = NULL;
    t->reserved = 0;
    if (t->pos < WL_MAX_BODY_WORDS) {
        t->pos++;
    } else {
        wl_emit_fail(t, WL_OVER_BODY);
    }
}

static inline __attribute__((always_inline)) void put(wl_translator_t *t, uint32_t word) {
    uint32_t pos = t->pos;
    t->recent[pos & (WL_RECENT_WORDS - 1)] = (uint16_t)word;
    if (WL_LIKELY(pos < t->reserved)) {
        t->code[pos] = (uint16_t)word;
        t->pos = pos + 1;
    } else {
        word_without_room(t);
    }
}

void wl_emit_word(wl_translator_t *t, uint32_t word) {
    put(t, word);
}

void wl_emit_set_word(wl_translator_t *t, uint32_t pos, uint32_t word) {
    if (t->code != NULL) {
        t->code[pos] = (uint16_t)word;
    }
}

static void locate(wl_translator_t *t) {
    if (t->pos > t->stop_pos) {
        t->located = true; /* the instruction before this one was it */
    }
    if (!t->located) {
        t->stop_offset = t->v->op_pos;
    }
}

void wl_emit_op(wl_translator_t *t, wl_code_op_t op) {
    if (WL_UNLIKELY(t->locating)) {
        locate(t);
    }
    t->previous = t->last;
    t->last.op = (uint16_t)op;
    t->last.pos = (uint16_t)t->pos;
    t->last.acc_before = t->acc_slot;
    t->last.dst = WL_NO_SLOT;
    put(t, wl_handler_word(&t->handlers, op));
}

/* Changes an operand word of the instruction written last. */
static void set_operand(wl_translator_t *t, uint32_t i, uint32_t word) {
    uint32_t pos = t->last.pos + 1u + i;
    t->recent[pos & (WL_RECENT_WORDS - 1)] = (uint16_t)word;
    wl_emit_set_word(t, pos, word);
}

void wl_emit_become(wl_translator_t *t, wl_code_op_t op) {
    t->last.op = (uint16_t)op;
    wl_emit_set_word(t, t->last.pos, wl_handler_word(&t->handlers, op));
}

void wl_emit1(wl_translator_t *t, wl_code_op_t op, uint32_t word) {
    wl_emit_op(t, op);
    wl_emit_word(t, word);
}

void wl_emit2(wl_translator_t *t, wl_code_op_t op, uint32_t word, uint32_t second) {
    wl_emit_op(t, op);
    wl_emit_word(t, word);
    wl_emit_word(t, second);
}

void wl_emit_undo(wl_translator_t *t) {
    t->pos = t->last.pos;
    t->acc_slot = t->last.acc_before;
    t->last = t->previous;
    t->last.dst = WL_NO_SLOT;
    t->previous.op = WLC_COUNT;
}

/* ---- Labels ---- */

void wl_emit_label(wl_translator_t *t) {
    t->last.op = WLC_COUNT;
    t->acc_slot = WL_NO_SLOT;
}

void wl_emit_forward(wl_translator_t *t, uint16_t *label) {
    uint16_t at = (uint16_t)t->pos;
    wl_emit_word(t, *label);
    *label = at;
}

void wl_emit_backward(wl_translator_t *t, uint32_t target) {
    wl_emit_word(t, (t->pos - 1 - target) * 2);
}

void wl_emit_bind(wl_translator_t *t, uint16_t *label) {
    if (t->code != NULL) {
        for (uint32_t at = *label, next; at != WL_NO_POS; at = next) {
            next = t->code[at];
            t->code[at] = (uint16_t)((t->pos - (at - 1)) * 2);
        }
    }
    *label = WL_NO_POS;
    wl_emit_label(t);
}

/* ---- Slots ---- */

static bool is_near(uint32_t slot, uint32_t slots) {
    return slot + slots <= WL_NEAR_SLOTS;
}

/* False, and translation starts again, when the frame has no scratch slots. */
static bool has_scratch(wl_translator_t *t) {
    if (!t->far_frame) {
        t->need_far = true;
        wl_emit_fail(t, WL_OVER_FRAME);
    }
    return t->far_frame;
}

static void move_far(wl_translator_t *t, uint32_t dst, uint32_t src, uint32_t slots) {
    if (!has_scratch(t)) {
        return;
    }
    wl_emit2(t, slots == 2 ? WLC_MOVF64 : WLC_MOVF, dst * WL_SLOT_BYTES, src * WL_SLOT_BYTES);
    t->last.dst = (uint16_t)dst;
}

static uint32_t scratch(const wl_translator_t *t, uint32_t place) {
    return t->scratch_slot + place * 2;
}

uint32_t wl_emit_scratch(const wl_translator_t *t, uint32_t slot, uint32_t place) {
    return t->far_frame && !is_near(slot, 2) ? scratch(t, place) : slot;
}

uint32_t wl_emit_src(wl_translator_t *t, uint32_t slot, uint32_t slots, uint32_t place) {
    if (is_near(slot, slots)) {
        return slot * WL_SLOT_BYTES;
    }
    move_far(t, scratch(t, place), slot, slots);
    return (scratch(t, place) * WL_SLOT_BYTES) & 0xff;
}

uint32_t wl_emit_dst(wl_translator_t *t, uint32_t slot) {
    if (!is_near(slot, 2)) {
        has_scratch(t);
        return (scratch(t, 2) * WL_SLOT_BYTES) & 0xff;
    }
    return slot * WL_SLOT_BYTES;
}

static void forget_slot(wl_translator_t *t, uint32_t slot, uint32_t slots) {
    if (t->acc_slot == slot || (slots == 2 && t->acc_slot == slot + 1)) {
        t->acc_slot = WL_NO_SLOT;
    }
}

void wl_emit_dst_done(wl_translator_t *t, uint32_t slot, uint32_t slots) {
    forget_slot(t, slot, slots);
    if (is_near(slot, 2)) {
        t->last.dst = (uint16_t)slot;
    } else {
        move_far(t, slot, scratch(t, 2), slots);
    }
}

void wl_emit_store_acc(wl_translator_t *t, uint32_t slot) {
    uint32_t merge = t->last.op < WLC_COUNT ? results[t->last.op] : MERGE_NONE;
    if (!is_near(slot, 1)) {
        has_scratch(t);
        wl_emit1(t, WLC_STAF, slot * WL_SLOT_BYTES);
    } else if (WL_ENABLE_FUSE_STORE && (merge == MERGE_HIGH || merge == MERGE_WORD)) {
        wl_emit_become(t, t->last.op + 1u);
        if (merge == MERGE_HIGH) {
            set_operand(t, 0, wl_emit_operand(t, 0) | (slot * WL_SLOT_BYTES) << 8);
        } else {
            wl_emit_word(t, slot * WL_SLOT_BYTES);
        }
    } else {
        wl_emit1(t, WLC_STA, slot * WL_SLOT_BYTES);
    }
    t->acc_slot = WL_ENABLE_ACCUMULATOR ? (uint16_t)slot : WL_NO_SLOT;
}

bool wl_emit_retarget(wl_translator_t *t, uint32_t from, uint32_t to) {
    uint32_t target = t->last.op < WLC_COUNT ? results[t->last.op] : MERGE_NONE, word;
    if (!(WL_ENABLE_FUSE_STORE || t->far_frame) || t->last.dst != from) {
        return false;
    }
    if (target == TARGET_WORD) {
        word = to * WL_SLOT_BYTES;
    } else if (target == TARGET_LOW && is_near(to, 2)) {
        word = (wl_emit_operand(t, 0) & 0xff00u) | to * WL_SLOT_BYTES;
    } else {
        return false;
    }
    set_operand(t, 0, word);
    t->last.dst = (uint16_t)to;
    forget_slot(t, to, 2);
    return true;
}

void wl_emit_mov(wl_translator_t *t, uint32_t dst, uint32_t src, uint32_t slots) {
    if (dst == src) {
        return;
    }
    bool near = is_near(dst, slots) && is_near(src, slots);
    if (WL_ENABLE_SUPER && near && slots == 1 && t->last.op == WLC_MOV) {
        wl_emit_become(t, WLC_MOV2);
        wl_emit_word(t, dst * WL_SLOT_BYTES | (src * WL_SLOT_BYTES) << 8);
        t->last.dst = WL_NO_SLOT;
    } else if (near) {
        wl_emit1(t, slots == 2 ? WLC_MOV64 : WLC_MOV, dst * WL_SLOT_BYTES | (src * WL_SLOT_BYTES) << 8);
        t->last.dst = (uint16_t)dst;
    } else {
        move_far(t, dst, src, slots);
    }
    forget_slot(t, dst, slots);
}

void wl_emit_const(wl_translator_t *t, uint32_t dst, uint32_t value) {
    uint32_t d = wl_emit_dst(t, dst);
    wl_emit2(t, wl_fits16(value) ? WLC_STI16 : WLC_STI32, d, value & 0xffff);
    if (!wl_fits16(value)) {
        wl_emit_word(t, value >> 16);
    }
    wl_emit_dst_done(t, dst, 1);
}

void wl_emit_const64(wl_translator_t *t, uint32_t dst, uint64_t value) {
    uint32_t d = wl_emit_dst(t, dst);
    wl_emit1(t, WLC_STI64, d);
    for (uint32_t i = 0; i < 4; i++, value >>= 16) {
        wl_emit_word(t, (uint32_t)(value & 0xffff));
    }
    wl_emit_dst_done(t, dst, 2);
}

void wl_emit_load_acc(wl_translator_t *t, uint32_t slot) {
    uint32_t a = wl_emit_src(t, slot, 1, 0);
    wl_emit1(t, WLC_LDA, a);
    t->acc_slot = WL_ENABLE_ACCUMULATOR ? (uint16_t)slot : WL_NO_SLOT;
}

void wl_emit_acc_const(wl_translator_t *t, uint32_t value) {
    wl_emit1(t, wl_fits16(value) ? WLC_LDI16 : WLC_LDI32, value & 0xffff);
    if (!wl_fits16(value)) {
        wl_emit_word(t, value >> 16);
    }
    t->acc_slot = WL_NO_SLOT;
}
