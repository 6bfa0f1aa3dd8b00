/* SPDX-License-Identifier: MIT
 *
 * Type-checks function bodies by the algorithm in the specification's appendix ("Validation
 * Algorithm"): an operand stack of types, a control stack of open blocks, and an unknown type for
 * operands of unreachable code. Most instructions need only their signature; the others have a
 * case. One pass, nothing recursive; the two stacks grow in memory of the module's allocator.
 *
 * A translator can ride along: it is called for every instruction that can be reached.
 */
#include "wl_validate.h"

#if WL_ENABLE_NATIVE
#define TR(step) v->sink->on_##step
#else
#define TR(step) wl_tr_##step
#endif

/* ---- Signatures ---- */

enum { T_NONE,
       T_i,
       T_l,
       T_f,
       T_d };
#define SIG(result, top, second, third) (uint16_t)((result) << 12 | (third) << 8 | (second) << 4 | (top))
#define SIG_special WL_SIG_SPECIAL
#define SIG__ SIG(0, 0, 0, 0)
#define SIG__i SIG(T_i, 0, 0, 0)
#define SIG__l SIG(T_l, 0, 0, 0)
#define SIG__f SIG(T_f, 0, 0, 0)
#define SIG__d SIG(T_d, 0, 0, 0)
#define SIG_i_i SIG(T_i, T_i, 0, 0)
#define SIG_i_l SIG(T_l, T_i, 0, 0)
#define SIG_i_f SIG(T_f, T_i, 0, 0)
#define SIG_i_d SIG(T_d, T_i, 0, 0)
#define SIG_l_i SIG(T_i, T_l, 0, 0)
#define SIG_l_l SIG(T_l, T_l, 0, 0)
#define SIG_l_f SIG(T_f, T_l, 0, 0)
#define SIG_l_d SIG(T_d, T_l, 0, 0)
#define SIG_f_i SIG(T_i, T_f, 0, 0)
#define SIG_f_l SIG(T_l, T_f, 0, 0)
#define SIG_f_f SIG(T_f, T_f, 0, 0)
#define SIG_f_d SIG(T_d, T_f, 0, 0)
#define SIG_d_i SIG(T_i, T_d, 0, 0)
#define SIG_d_l SIG(T_l, T_d, 0, 0)
#define SIG_d_f SIG(T_f, T_d, 0, 0)
#define SIG_d_d SIG(T_d, T_d, 0, 0)
#define SIG_ii_i SIG(T_i, T_i, T_i, 0)
#define SIG_ll_i SIG(T_i, T_l, T_l, 0)
#define SIG_ff_i SIG(T_i, T_f, T_f, 0)
#define SIG_dd_i SIG(T_i, T_d, T_d, 0)
#define SIG_ll_l SIG(T_l, T_l, T_l, 0)
#define SIG_ff_f SIG(T_f, T_f, T_f, 0)
#define SIG_dd_d SIG(T_d, T_d, T_d, 0)
#define SIG_ii_ SIG(0, T_i, T_i, 0)
#define SIG_il_ SIG(0, T_l, T_i, 0)
#define SIG_if_ SIG(0, T_f, T_i, 0)
#define SIG_id_ SIG(0, T_d, T_i, 0)
#define SIG_iii_ SIG(0, T_i, T_i, T_i)

/* Instructions with other immediates than a memory's have a case of their own as well. */
#define IS_SIMPLE(imm) ((imm) == WL_IMM_NONE || ((imm) >= WL_IMM_MEM1 && (imm) <= WL_IMM_MEM8))
const uint16_t wl_signatures[256] = {
#define WASM_OP(name, byte, mnemonic, imm, sig, kind, code) \
    [byte] = IS_SIMPLE(WL_IMM_##imm) ? SIG_##sig : WL_SIG_SPECIAL,
#include "wl_wasm_ops.def"
#undef WASM_OP
};

/* What follows an opcode; 0 where there is no such opcode. */
static const uint8_t immediates[256] = {
#define WASM_OP(name, byte, mnemonic, imm, sig, kind, code) [byte] = WL_IMM_##imm,
#include "wl_wasm_ops.def"
#undef WASM_OP
};

static uint32_t sig_type(uint32_t nibble) {
    return 0x80 - nibble;
}

/* ---- Stacks ---- */

#define OPERANDS_STEP 64
#define CTRLS_STEP 4

static bool fail(wl_validator_t *v, wl_status_t status) {
    wl_reader_fail(&v->r, status, v->op_pos);
    v->drive = false;
    return false;
}

/* Whether the translator is to see the instruction whose immediates have been read. */
static inline __attribute__((always_inline)) bool drives(const wl_validator_t *v) {
    return v->drive && v->r.status == WL_OK;
}

/* Takes up what is known of the innermost block. */
static void set_reach(wl_validator_t *v, bool unreachable) {
    v->unreachable = unreachable;
    v->drive = v->translator != NULL && !unreachable && v->r.status == WL_OK;
}

/* The next capacity of a stack that is full; the same again at the limit. */
static uint32_t grown(uint32_t cap, uint32_t step, uint32_t limit) {
    return limit - cap < step ? limit : cap + step;
}

static WL_NOINLINE bool grow_types(wl_validator_t *v) {
    uint32_t cap = grown(v->types_cap, OPERANDS_STEP, WL_LIMIT_OPERANDS);
    if (cap == v->types_cap) {
        return fail(v, WL_OVER_OPERANDS);
    }
    uint8_t *p = wl_resize(v->allocator, v->types, v->types_cap, cap);
    if (p == NULL) {
        return fail(v, WL_NO_MEMORY);
    }
    v->types = p;
    v->types_cap = cap;
    return true;
}

static void push(wl_validator_t *v, uint32_t type) {
    uint32_t depth = v->depth;
    if (WL_LIKELY(depth != v->types_cap) || grow_types(v)) {
        v->types[depth] = (uint8_t)type;
        v->depth = depth + 1;
    }
}

/* Pops any operand; its type is 0 when unknown. */
static uint32_t pop_any(wl_validator_t *v) {
    if (WL_UNLIKELY(v->depth == v->height)) {
        if (!v->unreachable) {
            fail(v, WL_TYPE_MISMATCH);
        }
        return 0;
    }
    return v->types[--v->depth];
}

static void pop(wl_validator_t *v, uint32_t type) {
    uint32_t depth = v->depth - 1;
    if (WL_LIKELY(depth + 1 != v->height)) {
        uint32_t actual = v->types[depth];
        v->depth = depth;
        if (WL_LIKELY(actual == type) || actual == 0) {
            return;
        }
    } else if (v->unreachable) {
        return;
    }
    fail(v, WL_TYPE_MISMATCH);
}

static void pop_all(wl_validator_t *v, const uint8_t *types, uint32_t n) {
    while (n-- > 0) {
        pop(v, types[n]);
    }
}

static void push_all(wl_validator_t *v, const uint8_t *types, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        push(v, types[i]);
    }
}

static void set_unreachable(wl_validator_t *v) {
    v->depth = v->height;
    v->unreachable = true;
    v->drive = false;
}

static uint32_t slots_of(const uint8_t *types, uint32_t n) {
    uint32_t slots = 0;
    for (uint32_t i = 0; i < n; i++) {
        slots += wl_type_slots(types[i]);
    }
    return slots;
}

static bool grow_ctrls(wl_validator_t *v) {
    uint32_t cap = grown(v->ctrls_cap, CTRLS_STEP, WL_LIMIT_NESTING);
    if (cap == v->ctrls_cap) {
        return fail(v, WL_OVER_NESTING);
    }
    wl_ctrl_t *p = wl_resize(v->allocator, v->ctrls, v->ctrls_cap * sizeof *p, cap * sizeof *p);
    if (p == NULL) {
        return fail(v, WL_NO_MEMORY);
    }
    v->ctrls = p;
    v->ctrls_cap = cap;
    return true;
}

/* What a block takes and gives. */
typedef struct {
    const uint8_t *params, *results;
    uint8_t n_params, n_results;
} blocktype_t;

/* Opens a block whose parameters have been popped; they are pushed again. */
static wl_ctrl_t *push_ctrl(wl_validator_t *v, uint32_t op, const blocktype_t *type) {
    if (v->n_ctrls == v->ctrls_cap && !grow_ctrls(v)) {
        return NULL;
    }
    if (v->n_ctrls > 0) {
        wl_ctrl_top(v)->unreachable = v->unreachable;
    }
    wl_ctrl_t *c = &v->ctrls[v->n_ctrls++];
    c->op = (uint8_t)op;
    c->dead = v->unreachable && v->translator != NULL;
    c->params = type->params;
    c->results = type->results;
    c->n_params = type->n_params;
    c->n_results = type->n_results;
    c->param_slots = (uint8_t)slots_of(type->params, type->n_params);
    c->result_slots = (uint8_t)slots_of(type->results, type->n_results);
    c->height = v->height = v->depth;
    set_reach(v, c->dead);
    push_all(v, type->params, type->n_params);
    return c;
}

/* The types that a branch to `c` carries. */
static uint32_t label_types(const wl_ctrl_t *c, const uint8_t **types) {
    *types = c->op == WL_WASM_LOOP ? c->params : c->results;
    return c->op == WL_WASM_LOOP ? c->n_params : c->n_results;
}

static wl_ctrl_t *label(wl_validator_t *v, uint32_t depth) {
    if (depth >= v->n_ctrls) {
        fail(v, WL_UNKNOWN_LABEL);
        return NULL;
    }
    return &v->ctrls[v->n_ctrls - 1 - depth];
}

/* ---- Instructions with a case of their own ---- */

static void check_end(wl_validator_t *v, const wl_ctrl_t *c) {
    pop_all(v, c->results, c->n_results);
    if (v->depth != c->height) {
        fail(v, WL_TYPE_MISMATCH);
    }
}

static bool read_blocktype(wl_validator_t *v, blocktype_t *type) {
    uint32_t at = v->r.pos;
    memset(type, 0, sizeof *type);
    if (at < v->r.end && v->r.bytes[at] == 0x40) {
        v->r.pos++;
        return true;
    }
    int64_t index = wl_read_s33(&v->r);
    if (index >= 0) {
        if ((uint64_t)index >= v->module->n_types) {
            return fail(v, WL_UNKNOWN_TYPE);
        }
        const wl_functype_t *t = &v->module->types[index];
        type->params = t->params;
        type->results = t->results;
        type->n_params = (uint8_t)t->n_params;
        type->n_results = (uint8_t)t->n_results;
        return v->r.status == WL_OK;
    }
    if (v->r.pos - at != 1) { /* a value type is one byte */
        wl_reader_fail(&v->r, WL_LEB_TOO_LONG, at);
        return false;
    }
    v->r.pos = at;
    type->results = v->r.bytes + at;
    type->n_results = 1;
    wl_read_value_type(&v->r);
    return v->r.status == WL_OK;
}

static WL_NOINLINE void do_block(wl_validator_t *v, uint32_t op) {
    blocktype_t type;
    if (!read_blocktype(v, &type)) {
        return;
    }
    if (op == WL_WASM_IF) {
        pop(v, WL_I32);
    }
    pop_all(v, type.params, type.n_params);
    wl_ctrl_t *c = push_ctrl(v, op, &type);
    if (c == NULL || v->translator == NULL || v->r.status != WL_OK) {
        return;
    }
    if (c->dead) {
        v->depth = c->height;
        TR(dead_block)(v->translator, c);
    } else {
        TR(block)(v->translator, c);
    }
}

static WL_NOINLINE void do_else(wl_validator_t *v) {
    wl_ctrl_t *c = wl_ctrl_top(v);
    if (c->op != WL_WASM_IF) {
        fail(v, WL_BAD_OPCODE);
        return;
    }
    bool live = !v->unreachable;
    check_end(v, c);
    if (v->translator != NULL && v->r.status == WL_OK && !c->dead) {
        TR(else)(v->translator, c, live);
    }
    c->op = WL_WASM_ELSE;
    v->depth = c->height;
    set_reach(v, c->dead);
    push_all(v, c->params, c->n_params);
}

static WL_NOINLINE void do_end(wl_validator_t *v) {
    wl_ctrl_t *c = wl_ctrl_top(v);
    bool live = !v->unreachable;
    check_end(v, c);
    if (c->op == WL_WASM_IF) { /* no else: parameters must do as results */
        if (c->n_params != c->n_results ||
            (c->n_params != 0 && memcmp(c->params, c->results, c->n_params) != 0)) {
            fail(v, WL_TYPE_MISMATCH);
        }
    }
    if (v->r.status != WL_OK) {
        return;
    }
    if (v->translator != NULL) {
        TR(end)(v->translator, c, live);
    }
    if (--v->n_ctrls > 0) {
        const wl_ctrl_t *outer = wl_ctrl_top(v);
        v->height = outer->height;
        set_reach(v, outer->unreachable);
        push_all(v, c->results, c->n_results);
    }
}

/* Whether the operands on top are of these types; they stay. */
static bool check_top(wl_validator_t *v, const uint8_t *types, uint32_t n) {
    for (uint32_t depth = v->depth; n > 0; n--) {
        if (depth == v->height) {
            return v->unreachable || fail(v, WL_TYPE_MISMATCH);
        }
        uint32_t actual = v->types[--depth];
        if (actual != types[n - 1] && actual != 0) {
            return fail(v, WL_TYPE_MISMATCH);
        }
    }
    return true;
}

static WL_NOINLINE void do_br_table(wl_validator_t *v) {
    pop(v, WL_I32);
    uint32_t count = wl_read_u32(&v->r);
    if (count > v->r.end - v->r.pos) {
        wl_reader_fail(&v->r, WL_UNEXPECTED_END, v->r.pos);
        return;
    }
    uint32_t labels = v->r.pos, arity = WL_NO_INDEX;
    for (uint32_t i = 0; i <= count; i++) {
        const wl_ctrl_t *c = label(v, wl_read_u32(&v->r));
        if (c == NULL) {
            return;
        }
        const uint8_t *types;
        uint32_t n = label_types(c, &types);
        if (arity == WL_NO_INDEX) {
            arity = n;
        } else if (arity != n) {
            fail(v, WL_TYPE_MISMATCH);
        }
        if (!check_top(v, types, n) || v->r.status != WL_OK) {
            return;
        }
    }
    if (drives(v)) {
        TR(br_table)(v->translator, labels, count);
    }
    set_unreachable(v);
}

static WL_NOINLINE void do_branch(wl_validator_t *v, bool conditional) {
    uint32_t depth = wl_read_u32(&v->r);
    const wl_ctrl_t *c = label(v, depth);
    if (c == NULL) {
        return;
    }
    const uint8_t *types;
    uint32_t n = label_types(c, &types);
    if (conditional) {
        pop(v, WL_I32);
    }
    pop_all(v, types, n);
    if (drives(v)) {
        if (conditional) {
            TR(br_if)(v->translator, depth);
        } else {
            TR(br)(v->translator, depth);
        }
    }
    if (conditional) {
        push_all(v, types, n);
    } else {
        set_unreachable(v);
    }
}

static void finish_call(wl_validator_t *v, const wl_functype_t *type, bool tail) {
    pop_all(v, type->params, type->n_params);
    if (tail) {
        const wl_ctrl_t *f = &v->ctrls[0];
        if (f->n_results != type->n_results ||
            (f->n_results != 0 && memcmp(f->results, type->results, f->n_results) != 0)) {
            fail(v, WL_TYPE_MISMATCH);
        }
        set_unreachable(v);
    } else {
        push_all(v, type->results, type->n_results);
    }
}

static WL_NOINLINE void do_call(wl_validator_t *v, bool tail) {
    uint32_t f = wl_read_u32(&v->r);
    if (f >= v->module->n_funcs) {
        fail(v, WL_UNKNOWN_FUNC);
        return;
    }
    if (drives(v)) {
        TR(call)(v->translator, f, tail);
    }
    finish_call(v, &v->module->types[v->module->func_types[f]], tail);
}

static WL_NOINLINE void do_call_indirect(wl_validator_t *v, bool tail) {
    uint32_t type = wl_read_u32(&v->r), table = wl_read_u32(&v->r);
    const wl_module_t *m = v->module;
    if (table >= m->n_tables) {
        fail(v, WL_UNKNOWN_TABLE);
    } else if (m->tables[table].type != WL_FUNCREF) {
        fail(v, WL_TYPE_MISMATCH);
    } else if (type >= m->n_types) {
        fail(v, WL_UNKNOWN_TYPE);
    }
    if (v->r.status != WL_OK) {
        return;
    }
    if (v->drive) {
        TR(call_indirect)(v->translator, m->types[type].canon, table, tail);
    }
    pop(v, WL_I32);
    finish_call(v, &m->types[type], tail);
}

static WL_NOINLINE void do_select(wl_validator_t *v, bool typed) {
    uint32_t type = 0;
    if (typed) {
        if (wl_read_u32(&v->r) != 1) {
            fail(v, WL_RESULT_ARITY);
            return;
        }
        type = wl_read_value_type(&v->r);
    }
    pop(v, WL_I32);
    uint32_t b = pop_any(v), a = pop_any(v);
    if (!typed) {
        type = a != 0 ? a : b;
        if (wl_is_ref_type((uint8_t)a) || wl_is_ref_type((uint8_t)b)) {
            fail(v, WL_TYPE_MISMATCH);
        }
    }
    if ((a != 0 && a != type) || (b != 0 && b != type)) {
        fail(v, WL_TYPE_MISMATCH);
    }
    if (drives(v)) {
        TR(select)(v->translator, wl_type_slots((uint8_t)type));
    }
    push(v, type);
}

static void do_local(wl_validator_t *v, uint32_t op) {
    uint32_t index = wl_read_u32(&v->r);
    if (index >= v->n_locals) {
        fail(v, WL_UNKNOWN_LOCAL);
        return;
    }
    uint32_t type = v->locals[index];
    if (op == WL_WASM_LOCAL_GET) {
        push(v, type);
        if (drives(v)) {
            TR(local_get)(v->translator, index);
        }
        return;
    }
    pop(v, type);
    if (drives(v)) {
        TR(local_set)(v->translator, index, op == WL_WASM_LOCAL_TEE);
    }
    if (op == WL_WASM_LOCAL_TEE) {
        push(v, type);
    }
}

static WL_NOINLINE void do_global(wl_validator_t *v, bool set) {
    uint32_t index = wl_read_u32(&v->r);
    if (index >= v->module->n_globals) {
        fail(v, WL_UNKNOWN_GLOBAL);
        return;
    }
    const wl_module_global_t *g = &v->module->globals[index];
    if (set) {
        if (!g->is_mutable) {
            fail(v, WL_GLOBAL_IMMUTABLE);
        }
        pop(v, g->type);
    }
    if (drives(v)) {
        TR(global)(v->translator, index, g->type, set);
    }
    if (!set) {
        push(v, g->type);
    }
}

static void do_const(wl_validator_t *v, uint32_t op) {
    uint64_t value;
    if (op == WL_WASM_I32_CONST) {
        value = (uint32_t)wl_read_s32(&v->r);
    } else if (op == WL_WASM_I64_CONST) {
        value = (uint64_t)wl_read_s64(&v->r);
    } else if (op == WL_WASM_F32_CONST) {
        value = wl_read_fixed32(&v->r);
    } else {
        value = wl_read_fixed64(&v->r);
    }
    uint32_t type = WL_I32 - (op - WL_WASM_I32_CONST); /* both in the order i32 i64 f32 f64 */
    push(v, type);
    if (drives(v)) {
        TR(const)(v->translator, value, wl_type_slots((uint8_t)type));
    }
}

static bool check_table(wl_validator_t *v, uint32_t table, uint8_t *type) {
    if (table >= v->module->n_tables) {
        return fail(v, WL_UNKNOWN_TABLE);
    }
    *type = v->module->tables[table].type;
    return true;
}

/* The memory that an instruction names: in a zero byte where there can be one memory only. */
static WL_NOINLINE uint32_t read_memory(wl_validator_t *v) {
    uint32_t index = WL_LIMIT_MEMORIES > 1 ? wl_read_u32(&v->r) : wl_read_u8(&v->r);
    if (WL_LIMIT_MEMORIES == 1 && index != 0) {
        wl_reader_fail(&v->r, WL_ZERO_EXPECTED, v->r.pos - 1);
    } else if (index >= v->module->n_memories) {
        fail(v, WL_UNKNOWN_MEMORY);
    }
    return index;
}

/* Tables and bulk memory, whose operands depend on immediates only. */
static WL_NOINLINE void do_rare(wl_validator_t *v, uint32_t op) {
    const wl_module_t *m = v->module;
    uint32_t a = 0, b = 0, sub, n = 3;
    uint8_t type = 0, other = 0;
    bool out = false;
    switch (op) {
        case WL_WASM_TABLE_GET:
            sub = WL_MISC_TABLE_GET;
            n = 1;
            out = true;
            goto table;
        case WL_WASM_TABLE_SET:
            sub = WL_MISC_TABLE_SET;
            n = 2;
            goto table;
        case WL_WASM_TABLE_GROW:
            sub = WL_MISC_TABLE_GROW;
            n = 2;
            out = true;
            goto table;
        case WL_WASM_TABLE_SIZE:
            sub = WL_MISC_TABLE_SIZE;
            n = 0;
            out = true;
            goto table;
        case WL_WASM_TABLE_FILL:
            sub = WL_MISC_TABLE_FILL;
        table:
            a = wl_read_u32(&v->r);
            if (!check_table(v, a, &type)) {
                return;
            }
            break;
        case WL_WASM_TABLE_COPY:
            sub = WL_MISC_TABLE_COPY;
            a = wl_read_u32(&v->r);
            b = wl_read_u32(&v->r);
            if (!check_table(v, a, &type) || !check_table(v, b, &other)) {
                return;
            }
            if (type != other) {
                fail(v, WL_TYPE_MISMATCH);
            }
            break;
        case WL_WASM_TABLE_INIT:
            sub = WL_MISC_TABLE_INIT;
            a = wl_read_u32(&v->r);
            b = wl_read_u32(&v->r);
            if (!check_table(v, b, &type)) {
                return;
            }
            if (a >= m->n_elems) {
                fail(v, WL_UNKNOWN_ELEM);
                return;
            }
            if (m->elems[a].type != type) {
                fail(v, WL_TYPE_MISMATCH);
            }
            break;
        case WL_WASM_ELEM_DROP:
            sub = WL_MISC_ELEM_DROP;
            n = 0;
            a = wl_read_u32(&v->r);
            if (a >= m->n_elems) {
                fail(v, WL_UNKNOWN_ELEM);
            }
            break;
        default: { /* memory.size to memory.fill, in the order of WL_MISC_* */
            static const uint8_t operands[] = {0, 1, 3, 0, 3, 3};
            sub = op < WL_WASM_MEMORY_INIT ? op - WL_WASM_MEMORY_SIZE : op - WL_WASM_MEMORY_INIT + WL_MISC_MEMORY_INIT;
            n = operands[sub];
            out = sub <= WL_MISC_MEMORY_GROW;
            bool data = sub == WL_MISC_MEMORY_INIT || sub == WL_MISC_DATA_DROP;
            a = data ? wl_read_u32(&v->r) : read_memory(v);
            if (sub == WL_MISC_MEMORY_INIT || sub == WL_MISC_MEMORY_COPY) {
                b = read_memory(v);
            }
            if (data && !m->has_data_count && m->data_follows) {
                fail(v, WL_DATA_COUNT_REQUIRED);
            } else if (data && a >= m->n_datas) {
                fail(v, WL_UNKNOWN_DATA);
            }
        }
    }
    if (v->r.status != WL_OK) {
        return;
    }
    if (v->drive) {
        TR(misc)(v->translator, sub, n, out, a, b);
    }
    switch (op) {
        case WL_WASM_TABLE_SET:
            pop(v, type);
            pop(v, WL_I32);
            break;
        case WL_WASM_TABLE_GROW:
            pop(v, WL_I32);
            pop(v, type);
            break;
        case WL_WASM_TABLE_FILL:
            pop(v, WL_I32);
            pop(v, type);
            pop(v, WL_I32);
            break;
        default:
            while (n-- > 0) {
                pop(v, WL_I32);
            }
    }
    if (out) {
        push(v, op == WL_WASM_TABLE_GET ? type : WL_I32);
    }
}

static WL_NOINLINE void do_ref(wl_validator_t *v, uint32_t op) {
    if (op == WL_WASM_REF_NULL) {
        uint32_t type = wl_read_ref_type(&v->r);
        if (drives(v)) {
            TR(const)(v->translator, 0, 1);
        }
        push(v, type);
    } else if (op == WL_WASM_REF_IS_NULL) {
        uint32_t type = pop_any(v);
        if (type != 0 && !wl_is_ref_type((uint8_t)type)) {
            fail(v, WL_TYPE_MISMATCH);
        }
        if (drives(v)) {
            TR(simple)(v->translator, WL_WASM_I32_EQZ, 0);
        }
        push(v, WL_I32);
    } else {
        uint32_t f = wl_read_u32(&v->r);
        const wl_module_t *m = v->module;
        if (f >= m->n_funcs) {
            fail(v, WL_UNKNOWN_FUNC);
            return;
        }
        if (m->declared_refs != NULL && !((m->declared_refs[f >> 3] >> (f & 7)) & 1)) {
            fail(v, WL_UNDECLARED_REF);
        }
        if (drives(v)) {
            TR(misc)(v->translator, WL_MISC_REF_FUNC, 0, true, f, 0);
        }
        push(v, WL_FUNCREF);
    }
}

static WL_NOINLINE void do_return(wl_validator_t *v) {
    const wl_ctrl_t *f = &v->ctrls[0];
    pop_all(v, f->results, f->n_results);
    if (drives(v)) {
        TR(return)(v->translator);
    }
    set_unreachable(v);
}

static void do_drop(wl_validator_t *v) {
    uint32_t type = pop_any(v);
    if (drives(v)) {
        TR(drop)(v->translator, wl_type_slots((uint8_t)type));
    }
}

static WL_NOINLINE void do_special(wl_validator_t *v, uint32_t op) {
    switch (op) {
        case WL_WASM_NOP: break;
        case WL_WASM_UNREACHABLE:
            if (v->drive) {
                TR(unreachable)(v->translator);
            }
            set_unreachable(v);
            break;
        case WL_WASM_BLOCK:
        case WL_WASM_LOOP:
        case WL_WASM_IF: do_block(v, op); break;
        case WL_WASM_ELSE: do_else(v); break;
        case WL_WASM_END: do_end(v); break;
        case WL_WASM_BR:
        case WL_WASM_BR_IF: do_branch(v, op == WL_WASM_BR_IF); break;
        case WL_WASM_BR_TABLE: do_br_table(v); break;
        case WL_WASM_RETURN: do_return(v); break;
        case WL_WASM_CALL:
        case WL_WASM_RETURN_CALL: do_call(v, op == WL_WASM_RETURN_CALL); break;
        case WL_WASM_CALL_INDIRECT:
        case WL_WASM_RETURN_CALL_INDIRECT: do_call_indirect(v, op == WL_WASM_RETURN_CALL_INDIRECT); break;
        case WL_WASM_DROP: do_drop(v); break;
        case WL_WASM_SELECT:
        case WL_WASM_SELECT_T: do_select(v, op == WL_WASM_SELECT_T); break;
        case WL_WASM_GLOBAL_GET:
        case WL_WASM_GLOBAL_SET: do_global(v, op == WL_WASM_GLOBAL_SET); break;
        case WL_WASM_REF_NULL:
        case WL_WASM_REF_IS_NULL:
        case WL_WASM_REF_FUNC: do_ref(v, op); break;
        default: do_rare(v, op); break;
    }
}

/* ---- The walk ---- */

/* What is wrong with an opcode: nothing, or the proposal it belongs to, or that there is none. */
wl_status_t wl_opcode_status(uint8_t opcode) {
    static const struct {
        uint8_t first, last, status;
    } refused[] = {
        {0x06, 0x0a, WL_NO_EXCEPTIONS}, {0x14, 0x15, WL_NO_GC}, {0x18, 0x19, WL_NO_EXCEPTIONS}, {0x1f, 0x1f, WL_NO_EXCEPTIONS}, {0xd3, 0xd6, WL_NO_GC}, {0xfb, 0xfb, WL_NO_GC}, {0xfc, 0xfc, WL_OK}, {0xfd, 0xfd, WL_NO_SIMD}, {0xfe, 0xfe, WL_NO_THREADS}};
    for (uint32_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (opcode >= refused[i].first && opcode <= refused[i].last) {
            return (wl_status_t)refused[i].status;
        }
    }
    return opcode < 0xe0 && immediates[opcode] != 0 ? WL_OK : WL_BAD_OPCODE;
}

/* What follows the prefix 0xfc, renumbered; 0 and the reader's status set for what is no opcode. */
static WL_NOINLINE uint32_t read_prefixed(wl_validator_t *v, uint32_t op) {
    if (op != 0xfc) {
        fail(v, wl_opcode_status((uint8_t)op));
        return 0;
    }
    uint32_t sub = wl_read_u32(&v->r);
    op = sub < 0x20 ? 0xe0 + sub : 0xff;
    if (v->r.status == WL_OK && immediates[op] == 0) {
        fail(v, sub >= 19 && sub <= 22 ? WL_NO_WIDE_ARITHMETIC : WL_BAD_OPCODE);
    }
    return op;
}

static uint32_t read_memarg(wl_validator_t *v, uint32_t natural) {
    uint32_t align = wl_read_u32(&v->r), memory = 0;
    if (WL_LIMIT_MEMORIES > 1 && (align & 64)) {
        align &= ~64u;
        memory = wl_read_u32(&v->r);
    }
    if (align >= 32) { /* bit 6 says that a memory's index follows, the rest was never valid */
        wl_reader_fail(&v->r, (align & 64) ? WL_UNKNOWN_MEMORY : WL_BAD_ALIGNMENT, v->op_pos);
        return 0;
    }
    uint32_t offset = wl_read_u32(&v->r);
    if (v->r.status == WL_OK) {
        if (memory >= v->module->n_memories) {
            fail(v, WL_UNKNOWN_MEMORY);
        } else if (align > natural) {
            fail(v, WL_BAD_ALIGNMENT);
        }
    }
    if (WL_LIMIT_MEMORIES > 1) {
        v->memory = (uint8_t)memory;
    }
    return offset;
}

/* An instruction of which its signature says all. */
static WL_NOINLINE void do_simple(wl_validator_t *v, uint32_t op, uint32_t sig) {
    uint32_t offset = 0, imm = immediates[op];
    if (imm != WL_IMM_NONE) {
        offset = read_memarg(v, imm - WL_IMM_MEM1);
    }
    for (uint32_t operands = sig & 0xfff; operands != 0; operands >>= 4) {
        pop(v, sig_type(operands & 15));
    }
    if (drives(v)) {
        TR(simple)(v->translator, op, offset);
    }
    if (sig >> 12 != 0) {
        push(v, sig_type(sig >> 12));
    }
}

static WL_NOINLINE void walk(wl_validator_t *v) {
    while (v->n_ctrls > 0 && v->r.status == WL_OK) {
        v->op_pos = v->r.pos;
        v->cost++;
        if (v->r.pos >= v->r.end) {
            wl_reader_fail(&v->r, WL_UNEXPECTED_END, v->r.end);
            return;
        }
        uint32_t op = v->r.bytes[v->r.pos++], sig = wl_signatures[op];
        if (WL_UNLIKELY(op >= 0xe0 || sig == 0)) {
            op = read_prefixed(v, op);
            sig = wl_signatures[op];
            if (v->r.status != WL_OK) {
                return;
            }
        }
        if (sig != WL_SIG_SPECIAL) {
            do_simple(v, op, sig);
        } else if (op >= WL_WASM_LOCAL_GET && op <= WL_WASM_LOCAL_TEE) {
            do_local(v, op);
        } else if (op >= WL_WASM_I32_CONST && op <= WL_WASM_F64_CONST) {
            do_const(v, op);
        } else {
            do_special(v, op);
        }
    }
    if (v->r.status == WL_OK && v->r.pos != v->r.end) {
        wl_reader_fail(&v->r, WL_END_EXPECTED, v->r.pos);
    }
}

/* The opcode at which validation ended: two bytes of one that has a prefix. */
static WL_NOINLINE uint32_t opcode_at(const wl_validator_t *v) {
    wl_reader_t r;
    wl_reader_init(&r, v->r.bytes, v->op_pos, v->r.end);
    uint32_t op = wl_read_u8(&r);
    return op == 0xfc ? 0xfc00 | (wl_read_u32(&r) & 0xff) : op;
}

static void add_locals(wl_validator_t *v, uint8_t type, uint32_t count) {
    if (count > WL_LIMIT_LOCALS - v->n_locals) {
        fail(v, WL_OVER_LOCALS);
        return;
    }
    uint32_t need = v->n_locals + count;
    if (need > v->locals_cap) {
        uint32_t cap = (need + 15) & ~15u;
        uint8_t *p = wl_resize(v->allocator, v->locals, v->locals_cap, cap);
        if (p == NULL) {
            fail(v, WL_NO_MEMORY);
            return;
        }
        v->locals = p;
        v->locals_cap = cap;
    }
    if (count > 0) {
        memset(v->locals + v->n_locals, type, count);
    }
    v->n_locals = need;
}

static WL_NOINLINE void read_locals(wl_validator_t *v, const wl_functype_t *type) {
    for (uint32_t i = 0; i < type->n_params; i++) {
        add_locals(v, type->params[i], 1);
    }
    uint32_t groups = wl_read_u32(&v->r);
    uint64_t total = 0;
    wl_reader_t first = v->r;
    for (uint32_t i = 0; i < groups && v->r.status == WL_OK; i++) { /* the specification's limit first */
        v->op_pos = v->r.pos;
        total += wl_read_u32(&v->r);
        wl_read_value_type(&v->r);
        if (total > UINT32_MAX) {
            fail(v, WL_TOO_MANY_LOCALS);
        }
    }
    if (v->r.status != WL_OK) {
        return;
    }
    v->r = first;
    for (uint32_t i = 0; i < groups && v->r.status == WL_OK; i++) {
        v->op_pos = v->r.pos;
        uint32_t count = wl_read_u32(&v->r);
        add_locals(v, wl_read_value_type(&v->r), count);
    }
}

/* Opens the body and the block that it is; false when that fails. */
static WL_NOINLINE bool begin(wl_validator_t *v, uint32_t index) {
    const wl_module_t *module = v->module;
    const wl_functype_t *type = &module->types[module->func_types[v->func_index]];
    const blocktype_t body = {.results = type->results, .n_results = type->n_results};
    wl_reader_init(&v->r, module->bytes, module->bodies[index], module->size);
    uint32_t size = wl_read_u32(&v->r);
    if (size > v->r.end - v->r.pos) {
        wl_reader_fail(&v->r, WL_UNEXPECTED_END, v->r.pos);
        return false;
    }
    v->r.end = v->r.pos + size;
    read_locals(v, type);
    v->op_pos = v->r.pos;
    if (v->r.status != WL_OK || push_ctrl(v, WL_WASM_BLOCK, &body) == NULL) {
        return false;
    }
    if (v->translator != NULL) {
        TR(begin)(v->translator, v);
    }
    return true;
}

wl_validator_t *wl_validator_new(const wl_module_t *module, const wl_allocator_t *allocator,
                                 struct wl_translator *translator) {
    wl_validator_t *v = wl_alloc(allocator, sizeof *v);
    if (v != NULL) {
        v->module = module;
        v->allocator = allocator;
        v->translator = translator;
#if WL_ENABLE_NATIVE
        v->sink = &wl_translator_sink;
#endif
    }
    return v;
}

void wl_validator_free(wl_validator_t *v) {
    const wl_allocator_t *allocator = v->allocator;
    wl_free(allocator, v->locals, v->locals_cap);
    wl_free(allocator, v->types, v->types_cap);
    wl_free(allocator, v->ctrls, v->ctrls_cap * sizeof *v->ctrls);
    wl_free(allocator, v, sizeof *v);
}

wl_status_t wl_validate_body(wl_validator_t *v, uint32_t index, wl_error_t *error) {
    v->func_index = v->module->n_imported_funcs + index;
    v->n_locals = v->depth = v->height = v->n_ctrls = v->cost = 0;
    v->unreachable = false;
    memset(error, 0, sizeof *error);
    if (begin(v, index)) {
        walk(v);
        error->aux = opcode_at(v);
    }
    error->status = v->r.status;
    error->func_index = v->func_index;
    error->offset = v->r.error_pos;
    return error->status;
}
