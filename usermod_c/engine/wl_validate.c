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

/* ---- Signatures ---- */

enum { T_NONE, T_i, T_l, T_f, T_d };
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

const uint16_t wl_signatures[256] = {
#define WASM_OP(name, byte, mnemonic, imm, sig, kind, code) [byte] = SIG_##sig,
#include "wl_wasm_ops.def"
#undef WASM_OP
};

/* What follows an opcode; 0 where there is no such opcode. */
static const uint8_t immediates[256] = {
#define WASM_OP(name, byte, mnemonic, imm, sig, kind, code) [byte] = WL_IMM_##imm,
#include "wl_wasm_ops.def"
#undef WASM_OP
};

static uint8_t sig_type(uint32_t nibble) {
    return (uint8_t)(0x80 - nibble);
}

/* ---- Stacks ---- */

#define OPERANDS_STEP 64
#define CTRLS_STEP 8

static bool fail(wl_validator_t *v, wl_status_t status) {
    wl_reader_fail(&v->r, status, v->op_pos);
    return false;
}

/* The next capacity of a stack that is full; the same again at the limit. */
static uint32_t grown(uint32_t cap, uint32_t step, uint32_t limit) {
    return limit - cap < step ? limit : cap + step;
}

static void push(wl_validator_t *v, uint8_t type) {
    if (WL_UNLIKELY(v->depth == v->types_cap)) {
        uint32_t cap = grown(v->types_cap, OPERANDS_STEP, WL_LIMIT_OPERANDS);
        if (cap == v->types_cap) {
            fail(v, WL_OVER_OPERANDS);
            return;
        }
        uint8_t *p = wl_resize(v->allocator, v->types, v->types_cap, cap);
        if (p == NULL) {
            fail(v, WL_NO_MEMORY);
            return;
        }
        v->types = p;
        v->types_cap = cap;
    }
    v->types[v->depth++] = type;
}

/* Pops any operand; its type is 0 when unknown. */
static uint8_t pop_any(wl_validator_t *v) {
    const wl_ctrl_t *c = wl_ctrl_top(v);
    if (WL_UNLIKELY(v->depth == c->height)) {
        if (!c->unreachable) {
            fail(v, WL_TYPE_MISMATCH);
        }
        return 0;
    }
    return v->types[--v->depth];
}

static void pop(wl_validator_t *v, uint8_t type) {
    uint8_t actual = pop_any(v);
    if (WL_UNLIKELY(actual != type) && actual != 0) {
        fail(v, WL_TYPE_MISMATCH);
    }
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
    wl_ctrl_t *c = wl_ctrl_top(v);
    v->depth = c->height;
    c->unreachable = true;
}

static uint32_t slots_of(const uint8_t *types, uint32_t n) {
    uint32_t slots = 0;
    for (uint32_t i = 0; i < n; i++) {
        slots += wl_type_slots(types[i]);
    }
    return slots;
}

/* Opens a block whose parameters have been popped; they are pushed again. */
static wl_ctrl_t *push_ctrl(wl_validator_t *v, uint8_t op, const uint8_t *params, uint32_t n_params,
                            const uint8_t *results, uint32_t n_results) {
    if (v->n_ctrls == v->ctrls_cap) {
        uint32_t cap = grown(v->ctrls_cap, CTRLS_STEP, WL_LIMIT_NESTING);
        if (cap == v->ctrls_cap) {
            fail(v, WL_OVER_NESTING);
            return NULL;
        }
        wl_ctrl_t *p = wl_resize(v->allocator, v->ctrls, v->ctrls_cap * sizeof *p, cap * sizeof *p);
        if (p == NULL) {
            fail(v, WL_NO_MEMORY);
            return NULL;
        }
        v->ctrls = p;
        v->ctrls_cap = cap;
    }
    wl_ctrl_t *c = &v->ctrls[v->n_ctrls++];
    memset(c, 0, sizeof *c);
    c->op = op;
    c->params = params;
    c->results = results;
    c->n_params = (uint8_t)n_params;
    c->n_results = (uint8_t)n_results;
    c->param_slots = (uint8_t)slots_of(params, n_params);
    c->result_slots = (uint8_t)slots_of(results, n_results);
    c->height = v->depth;
    push_all(v, params, n_params);
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

static void do_block(wl_validator_t *v, uint8_t op) {
    const uint8_t *params = NULL, *results = NULL;
    uint32_t n_params = 0, n_results = 0, at = v->r.pos;
    bool live = !wl_ctrl_top(v)->unreachable;
    int64_t type = wl_read_s33(&v->r);
    if (type >= 0) {
        if ((uint64_t)type >= v->module->n_types) {
            fail(v, WL_UNKNOWN_TYPE);
            return;
        }
        const wl_functype_t *t = &v->module->types[type];
        params = t->params;
        results = t->results;
        n_params = t->n_params;
        n_results = t->n_results;
    } else if (type != -64) {
        if (v->r.pos - at != 1) { /* a value type is one byte */
            wl_reader_fail(&v->r, WL_LEB_TOO_LONG, at);
            return;
        }
        wl_reader_t r = v->r;
        wl_reader_init(&r, v->r.bytes, at, v->r.end);
        wl_read_value_type(&r);
        if (r.status != WL_OK) {
            wl_reader_fail(&v->r, r.status, at);
            return;
        }
        results = v->r.bytes + at;
        n_results = 1;
    }
    if (op == WL_WASM_IF) {
        pop(v, WL_I32);
    }
    pop_all(v, params, n_params);
    wl_ctrl_t *c = push_ctrl(v, op, params, n_params, results, n_results);
    if (c == NULL || v->translator == NULL) {
        return;
    }
    if (live) {
        wl_tr_block(v->translator, c);
    } else {
        c->dead = true;
        c->unreachable = true;
        v->depth = c->height;
        wl_tr_dead_block(v->translator, c);
    }
}

static void do_else(wl_validator_t *v) {
    wl_ctrl_t *c = wl_ctrl_top(v);
    if (c->op != WL_WASM_IF) {
        fail(v, WL_BAD_OPCODE);
        return;
    }
    bool live = !c->unreachable;
    check_end(v, c);
    if (v->translator != NULL && v->r.status == WL_OK && !c->dead) {
        wl_tr_else(v->translator, c, live);
    }
    c->op = WL_WASM_ELSE;
    c->unreachable = c->dead;
    v->depth = c->height;
    push_all(v, c->params, c->n_params);
}

static void do_end(wl_validator_t *v) {
    wl_ctrl_t *c = wl_ctrl_top(v);
    bool live = !c->unreachable;
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
        wl_tr_end(v->translator, c, live);
    }
    const uint8_t *results = c->results;
    uint32_t n = c->n_results;
    v->n_ctrls--;
    if (v->n_ctrls > 0) {
        push_all(v, results, n);
    }
}

static void do_br_table(wl_validator_t *v, bool live) {
    pop(v, WL_I32);
    uint32_t count = wl_read_u32(&v->r);
    if (count > v->r.end - v->r.pos) {
        wl_reader_fail(&v->r, WL_UNEXPECTED_END, v->r.pos);
        return;
    }
    uint32_t labels = v->r.pos, arity = WL_NO_INDEX, height = v->depth;
    for (uint32_t i = 0; i <= count && v->r.status == WL_OK; i++) {
        wl_ctrl_t *c = label(v, wl_read_u32(&v->r));
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
        /* Pop and look again for the next: what is on the stack stays as it is. */
        const wl_ctrl_t *top = wl_ctrl_top(v);
        for (uint32_t k = n, d = height; k-- > 0;) {
            if (d == top->height) {
                if (!top->unreachable) {
                    fail(v, WL_TYPE_MISMATCH);
                }
                continue;
            }
            uint8_t actual = v->types[--d];
            if (actual != types[k] && actual != 0) {
                fail(v, WL_TYPE_MISMATCH);
            }
        }
    }
    if (v->r.status != WL_OK) {
        return;
    }
    if (v->translator != NULL && live) {
        wl_tr_br_table(v->translator, labels, count);
    }
    set_unreachable(v);
}

static void do_branch(wl_validator_t *v, bool conditional, bool live) {
    uint32_t depth = wl_read_u32(&v->r);
    wl_ctrl_t *c = label(v, depth);
    if (c == NULL) {
        return;
    }
    const uint8_t *types;
    uint32_t n = label_types(c, &types);
    if (conditional) {
        pop(v, WL_I32);
    }
    pop_all(v, types, n);
    if (v->r.status == WL_OK && v->translator != NULL && live) {
        if (conditional) {
            wl_tr_br_if(v->translator, depth);
        } else {
            wl_tr_br(v->translator, depth);
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

static void do_call(wl_validator_t *v, bool tail, bool live) {
    uint32_t f = wl_read_u32(&v->r);
    if (f >= v->module->n_funcs) {
        fail(v, WL_UNKNOWN_FUNC);
        return;
    }
    if (v->translator != NULL && live && v->r.status == WL_OK) {
        wl_tr_call(v->translator, f, tail);
    }
    finish_call(v, &v->module->types[v->module->func_types[f]], tail);
}

static void do_call_indirect(wl_validator_t *v, bool tail, bool live) {
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
    if (v->translator != NULL && live) {
        wl_tr_call_indirect(v->translator, m->types[type].canon, table, tail);
    }
    pop(v, WL_I32);
    finish_call(v, &m->types[type], tail);
}

static void do_select(wl_validator_t *v, bool typed, bool live) {
    uint8_t type = 0;
    if (typed) {
        if (wl_read_u32(&v->r) != 1) {
            fail(v, WL_RESULT_ARITY);
            return;
        }
        type = wl_read_value_type(&v->r);
    }
    pop(v, WL_I32);
    uint8_t b = pop_any(v), a = pop_any(v);
    if (!typed) {
        type = a != 0 ? a : b;
        if (wl_is_ref_type(a) || wl_is_ref_type(b)) {
            fail(v, WL_TYPE_MISMATCH);
        }
    }
    if ((a != 0 && a != type) || (b != 0 && b != type)) {
        fail(v, WL_TYPE_MISMATCH);
    }
    if (v->r.status == WL_OK && v->translator != NULL && live) {
        wl_tr_select(v->translator, wl_type_slots(type));
    }
    push(v, type);
}

static void do_variable(wl_validator_t *v, uint8_t op, bool live) {
    uint32_t index = wl_read_u32(&v->r);
    bool drive = v->translator != NULL && live;
    if (op <= WL_WASM_LOCAL_TEE) {
        if (index >= v->n_locals) {
            fail(v, WL_UNKNOWN_LOCAL);
            return;
        }
        uint8_t type = v->locals[index];
        if (op != WL_WASM_LOCAL_GET) {
            pop(v, type);
        }
        if (drive && v->r.status == WL_OK) {
            if (op == WL_WASM_LOCAL_GET) {
                wl_tr_local_get(v->translator, index);
            } else {
                wl_tr_local_set(v->translator, index, op == WL_WASM_LOCAL_TEE);
            }
        }
        if (op != WL_WASM_LOCAL_SET) {
            push(v, type);
        }
        return;
    }
    if (index >= v->module->n_globals) {
        fail(v, WL_UNKNOWN_GLOBAL);
        return;
    }
    const wl_module_global_t *g = &v->module->globals[index];
    if (op == WL_WASM_GLOBAL_SET) {
        if (!g->is_mutable) {
            fail(v, WL_GLOBAL_IMMUTABLE);
        }
        pop(v, g->type);
    }
    if (drive && v->r.status == WL_OK) {
        wl_tr_global(v->translator, index, g->type, op == WL_WASM_GLOBAL_SET);
    }
    if (op == WL_WASM_GLOBAL_GET) {
        push(v, g->type);
    }
}

static void do_const(wl_validator_t *v, uint8_t op, bool live) {
    static const uint8_t types[4] = {WL_I32, WL_I64, WL_F32, WL_F64};
    uint64_t value;
    switch (op) {
        case WL_WASM_I32_CONST: value = (uint32_t)wl_read_s32(&v->r); break;
        case WL_WASM_I64_CONST: value = (uint64_t)wl_read_s64(&v->r); break;
        case WL_WASM_F32_CONST: value = wl_read_fixed32(&v->r); break;
        default: value = wl_read_fixed64(&v->r); break;
    }
    uint8_t type = types[op - WL_WASM_I32_CONST];
    if (v->translator != NULL && live && v->r.status == WL_OK) {
        wl_tr_const(v->translator, value, wl_type_slots(type));
    }
    push(v, type);
}

static bool check_table(wl_validator_t *v, uint32_t table, uint8_t *type) {
    if (table >= v->module->n_tables) {
        return fail(v, WL_UNKNOWN_TABLE);
    }
    *type = v->module->tables[table].type;
    return true;
}

/* Tables and bulk memory, whose operands depend on immediates only. */
static void do_rare(wl_validator_t *v, uint8_t op, bool live) {
    const wl_module_t *m = v->module;
    uint32_t a = 0, b = 0, sub, n = 3;
    uint8_t type = 0, other = 0;
    bool out = false;
    switch (op) {
        case WL_WASM_TABLE_GET: sub = WL_MISC_TABLE_GET; n = 1; out = true; goto table;
        case WL_WASM_TABLE_SET: sub = WL_MISC_TABLE_SET; n = 2; goto table;
        case WL_WASM_TABLE_GROW: sub = WL_MISC_TABLE_GROW; n = 2; out = true; goto table;
        case WL_WASM_TABLE_SIZE: sub = WL_MISC_TABLE_SIZE; n = 0; out = true; goto table;
        case WL_WASM_TABLE_FILL: sub = WL_MISC_TABLE_FILL;
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
        case WL_WASM_MEMORY_INIT:
        case WL_WASM_DATA_DROP:
            sub = op == WL_WASM_MEMORY_INIT ? WL_MISC_MEMORY_INIT : WL_MISC_DATA_DROP;
            n = op == WL_WASM_MEMORY_INIT ? 3 : 0;
            a = wl_read_u32(&v->r);
            if (op == WL_WASM_MEMORY_INIT && wl_read_u8(&v->r) != 0) {
                wl_reader_fail(&v->r, WL_ZERO_EXPECTED, v->r.pos - 1);
            } else if (n != 0 && !m->has_memory) {
                fail(v, WL_UNKNOWN_MEMORY);
            } else if (!m->has_data_count && m->data_follows) {
                fail(v, WL_DATA_COUNT_REQUIRED);
            } else if (a >= m->n_datas) {
                fail(v, WL_UNKNOWN_DATA);
            }
            break;
        default: { /* memory.size grow fill copy: zero bytes follow */
            static const uint8_t subs[] = {WL_MISC_MEMORY_SIZE, WL_MISC_MEMORY_GROW};
            sub = op == WL_WASM_MEMORY_COPY   ? WL_MISC_MEMORY_COPY
                  : op == WL_WASM_MEMORY_FILL ? WL_MISC_MEMORY_FILL
                                              : subs[op - WL_WASM_MEMORY_SIZE];
            n = op == WL_WASM_MEMORY_SIZE ? 0 : op == WL_WASM_MEMORY_GROW ? 1 : 3;
            out = n < 3;
            for (uint32_t zeros = op == WL_WASM_MEMORY_COPY ? 2 : 1; zeros > 0; zeros--) {
                if (wl_read_u8(&v->r) != 0) {
                    wl_reader_fail(&v->r, WL_ZERO_EXPECTED, v->r.pos - 1);
                }
            }
            if (!m->has_memory) {
                fail(v, WL_UNKNOWN_MEMORY);
            }
            break;
        }
    }
    if (v->r.status != WL_OK) {
        return;
    }
    if (v->translator != NULL && live) {
        wl_tr_misc(v->translator, sub, n, n, out, a, b);
    }
    switch (op) {
        case WL_WASM_TABLE_SET: pop(v, type); pop(v, WL_I32); break;
        case WL_WASM_TABLE_GROW: pop(v, WL_I32); pop(v, type); break;
        case WL_WASM_TABLE_FILL: pop(v, WL_I32); pop(v, type); pop(v, WL_I32); break;
        default:
            while (n-- > 0) {
                pop(v, WL_I32);
            }
    }
    if (out) {
        push(v, op == WL_WASM_TABLE_GET ? type : WL_I32);
    }
}

static void do_ref(wl_validator_t *v, uint8_t op, bool live) {
    bool drive = v->translator != NULL && live;
    if (op == WL_WASM_REF_NULL) {
        uint8_t type = wl_read_ref_type(&v->r);
        if (drive) {
            wl_tr_const(v->translator, 0, 1);
        }
        push(v, type);
    } else if (op == WL_WASM_REF_IS_NULL) {
        uint8_t type = pop_any(v);
        if (type != 0 && !wl_is_ref_type(type)) {
            fail(v, WL_TYPE_MISMATCH);
        }
        if (drive && v->r.status == WL_OK) {
            wl_tr_simple(v->translator, WL_WASM_I32_EQZ, 0);
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
        if (drive && v->r.status == WL_OK) {
            wl_tr_misc(v->translator, WL_MISC_REF_FUNC, 0, 0, true, f, 0);
        }
        push(v, WL_FUNCREF);
    }
}

static void do_special(wl_validator_t *v, uint8_t op) {
    bool live = !wl_ctrl_top(v)->unreachable;
    switch (op) {
        case WL_WASM_NOP: break;
        case WL_WASM_UNREACHABLE:
            if (v->translator != NULL && live) {
                wl_tr_unreachable(v->translator);
            }
            set_unreachable(v);
            break;
        case WL_WASM_BLOCK:
        case WL_WASM_LOOP:
        case WL_WASM_IF: do_block(v, op); break;
        case WL_WASM_ELSE: do_else(v); break;
        case WL_WASM_END: do_end(v); break;
        case WL_WASM_BR: do_branch(v, false, live); break;
        case WL_WASM_BR_IF: do_branch(v, true, live); break;
        case WL_WASM_BR_TABLE: do_br_table(v, live); break;
        case WL_WASM_RETURN: {
            const wl_ctrl_t *f = &v->ctrls[0];
            pop_all(v, f->results, f->n_results);
            if (v->r.status == WL_OK && v->translator != NULL && live) {
                wl_tr_return(v->translator);
            }
            set_unreachable(v);
            break;
        }
        case WL_WASM_CALL:
        case WL_WASM_RETURN_CALL: do_call(v, op == WL_WASM_RETURN_CALL, live); break;
        case WL_WASM_CALL_INDIRECT:
        case WL_WASM_RETURN_CALL_INDIRECT: do_call_indirect(v, op == WL_WASM_RETURN_CALL_INDIRECT, live); break;
        case WL_WASM_DROP: {
            uint8_t type = pop_any(v);
            if (v->r.status == WL_OK && v->translator != NULL && live) {
                wl_tr_drop(v->translator, wl_type_slots(type));
            }
            break;
        }
        case WL_WASM_SELECT:
        case WL_WASM_SELECT_T: do_select(v, op == WL_WASM_SELECT_T, live); break;
        case WL_WASM_LOCAL_GET:
        case WL_WASM_LOCAL_SET:
        case WL_WASM_LOCAL_TEE:
        case WL_WASM_GLOBAL_GET:
        case WL_WASM_GLOBAL_SET: do_variable(v, op, live); break;
        case WL_WASM_REF_NULL:
        case WL_WASM_REF_IS_NULL:
        case WL_WASM_REF_FUNC: do_ref(v, op, live); break;
        default: do_rare(v, op, live); break;
    }
}

/* ---- The walk ---- */

/* What is wrong with an opcode: nothing, or the proposal it belongs to, or that there is none. */
wl_status_t wl_opcode_status(uint8_t opcode) {
    static const struct { uint8_t first, last, status; } refused[] = {
        {0x06, 0x0a, WL_NO_EXCEPTIONS}, {0x14, 0x15, WL_NO_GC}, {0x18, 0x19, WL_NO_EXCEPTIONS},
        {0x1f, 0x1f, WL_NO_EXCEPTIONS}, {0xd3, 0xd6, WL_NO_GC}, {0xfb, 0xfb, WL_NO_GC},
        {0xfc, 0xfc, WL_OK}, {0xfd, 0xfd, WL_NO_SIMD}, {0xfe, 0xfe, WL_NO_THREADS}};
    for (uint32_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (opcode >= refused[i].first && opcode <= refused[i].last) {
            return (wl_status_t)refused[i].status;
        }
    }
    return opcode < 0xe0 && immediates[opcode] != 0 ? WL_OK : WL_BAD_OPCODE;
}

/* Reads an opcode; 0xfc's are renumbered. Sets the reader's status when there is none. */
static uint8_t read_op(wl_validator_t *v, uint32_t *raw) {
    uint32_t op = wl_read_u8(&v->r);
    *raw = op;
    if (op == 0xfc) {
        uint32_t sub = wl_read_u32(&v->r);
        *raw = 0xfc00 | (sub & 0xff);
        if (sub >= 19 && sub <= 22) {
            fail(v, WL_NO_WIDE_ARITHMETIC);
        }
        op = sub < 0x20 ? 0xe0 + sub : 0xff;
    } else if (op >= 0xe0) {
        fail(v, wl_opcode_status((uint8_t)op));
        return 0;
    }
    if (v->r.status == WL_OK && immediates[op] == 0) {
        fail(v, *raw < 0x100 ? wl_opcode_status((uint8_t)op) : WL_BAD_OPCODE);
    }
    return (uint8_t)op;
}

static uint32_t read_memarg(wl_validator_t *v, uint32_t natural) {
    uint32_t align = wl_read_u32(&v->r);
    if (align >= 32) { /* bit 6 is multi-memory's, the rest was never valid */
        wl_reader_fail(&v->r, (align & 64) ? WL_UNKNOWN_MEMORY : WL_BAD_ALIGNMENT, v->op_pos);
        return 0;
    }
    uint32_t offset = wl_read_u32(&v->r);
    if (v->r.status == WL_OK) {
        if (!v->module->has_memory) {
            fail(v, WL_UNKNOWN_MEMORY);
        } else if (align > natural) {
            fail(v, WL_BAD_ALIGNMENT);
        }
    }
    return offset;
}

static void walk(wl_validator_t *v, uint32_t *raw) {
    while (v->n_ctrls > 0) {
        v->op_pos = v->r.pos;
        uint8_t op = read_op(v, raw);
        if (WL_UNLIKELY(v->r.status != WL_OK)) {
            return;
        }
        v->cost++;
        uint32_t sig = wl_signatures[op], imm = immediates[op], offset = 0;
        if (sig == WL_SIG_SPECIAL || (imm > WL_IMM_NONE && (imm < WL_IMM_MEM1 || imm > WL_IMM_MEM8))) {
            if (op >= WL_WASM_I32_CONST && op <= WL_WASM_F64_CONST) {
                do_const(v, op, !wl_ctrl_top(v)->unreachable);
            } else {
                do_special(v, op);
            }
        } else {
            if (imm != WL_IMM_NONE) {
                offset = read_memarg(v, imm - WL_IMM_MEM1);
            }
            bool live = !wl_ctrl_top(v)->unreachable;
            for (uint32_t operands = sig & 0xfff; operands != 0; operands >>= 4) {
                pop(v, sig_type(operands & 15));
            }
            if (v->translator != NULL && live && v->r.status == WL_OK) {
                wl_tr_simple(v->translator, op, offset);
            }
            if (sig >> 12 != 0) {
                push(v, sig_type(sig >> 12));
            }
        }
        if (WL_UNLIKELY(v->r.status != WL_OK)) {
            return;
        }
    }
    if (v->r.pos != v->r.end) {
        wl_reader_fail(&v->r, WL_END_EXPECTED, v->r.pos);
    }
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

static void read_locals(wl_validator_t *v, const wl_functype_t *type) {
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

/* The walk with a validator that is not on the C stack. */
static void validate(wl_validator_t *v, uint32_t index, wl_error_t *error) {
    const wl_module_t *module = v->module;
    const wl_functype_t *type = &module->types[module->func_types[v->func_index]];
    wl_reader_init(&v->r, module->bytes, module->bodies[index], module->size);
    uint32_t size = wl_read_u32(&v->r);
    if (size > v->r.end - v->r.pos) {
        wl_reader_fail(&v->r, WL_UNEXPECTED_END, v->r.pos);
    } else {
        v->r.end = v->r.pos + size;
    }
    read_locals(v, type);
    v->op_pos = v->r.pos;
    if (v->r.status == WL_OK &&
        push_ctrl(v, WL_WASM_BLOCK, NULL, 0, type->results, type->n_results) != NULL) {
        if (v->translator != NULL) {
            wl_tr_begin(v->translator, v);
        }
        walk(v, &error->aux);
    }
    error->status = v->r.status;
    error->func_index = v->func_index;
    error->offset = v->r.error_pos;
    wl_free(v->allocator, v->locals, v->locals_cap);
    wl_free(v->allocator, v->types, v->types_cap);
    wl_free(v->allocator, v->ctrls, v->ctrls_cap * sizeof *v->ctrls);
}

wl_status_t wl_validate_body(const wl_module_t *module, uint32_t index, const wl_allocator_t *allocator,
                             struct wl_translator *translator, wl_error_t *error) {
    wl_validator_t *v = wl_alloc(allocator, sizeof *v);
    *error = (wl_error_t){.status = WL_NO_MEMORY, .func_index = WL_NO_INDEX};
    if (v == NULL) {
        return WL_NO_MEMORY;
    }
    v->module = module;
    v->allocator = allocator;
    v->translator = translator;
    v->func_index = module->n_imported_funcs + index;
    validate(v, index, error);
    wl_free(allocator, v, sizeof *v);
    return error->status == WL_OK && translator != NULL ? wl_tr_status(translator) : error->status;
}
