/* SPDX-License-Identifier: MIT
 *
 * Calling a function of a store: Func objects, the loop that runs a call in slices, and what is
 * left of it when the fuel is gone.
 *
 * The records of open calls form a stack, as the engine's calls do. A call that ran out of fuel
 * stays on it until OutOfFuel.resume goes on with it, or until something else begins in the store
 * or the host function that it was made in returns: then nobody can finish it, and it is ended.
 */
#include "glue.h"

/* An event that comes while nothing else wakes the processor is seen after so many milliseconds. */
#define AWAIT_MAX_MS 10

static const char abandoned[] = "the call was abandoned when another one began";

/* ---- Open calls ---- */

static void call_close(wasm_core_t *core) {
    wasm_call_t *c = core->top;
    wl_call_end(&c->call);
    core->top = c->below;
    c->serial++;
    c->below = core->spare;
    core->spare = c;
}

void wasm_calls_drop(wasm_core_t *core, const wasm_call_t *base) {
    while (core->top != base) {
        call_close(core);
    }
}

static wasm_call_t *call_open(wasm_core_t *core, wl_func_t func, const uint32_t *args) {
    while (core->top != NULL && core->top->stopped) {
        call_close(core);
    }
    wl_status_t status = WL_NO_MEMORY;
    wasm_call_t *c = core->spare;
    if (c != NULL) {
        core->spare = c->below;
    } else {
        c = wasm_alloc(sizeof(*c));
    }
    if (c != NULL) {
        status = wl_call_begin(&c->call, core->store, func, args);
        if (status == WL_OK) {
            c->stopped = false;
            c->below = core->top;
            core->top = c;
            return c;
        }
        c->below = core->spare;
        core->spare = c;
    }
    wasm_interrupts_release();
    wasm_raise_status(NULL, &(wl_error_t){.status = status, .func_index = WL_NO_INDEX});
}

/* ---- Running ---- */

typedef struct {
    nlr_jump_callback_node_t node; /* first: the callback gets its address */
    wasm_core_t *core;
    wasm_call_t *call;
} unwind_t;

/* An exception, or the end: the call goes, and what was begun above it. */
static void unwind(void *ctx) {
    unwind_t *u = ctx;
    wasm_calls_drop(u->core, u->call->below);
    wasm_interrupts_release();
}

typedef struct { /* a call out of fuel, as OutOfFuel keeps it */
    mp_obj_base_t base;
    wasm_store_obj_t *store;
    wasm_call_t *call;
    uint32_t serial;
    const wl_functype_t *type;
    mp_obj_t result; /* to return in place of the function's; or MP_OBJ_NULL */
} call_obj_t;

static call_obj_t *call_object(wasm_store_obj_t *store, wasm_call_t *call, const wl_functype_t *type, mp_obj_t result) {
    call_obj_t *o = mp_obj_malloc(call_obj_t, &wasm_type_call);
    o->store = store;
    o->call = call;
    o->serial = call->serial;
    o->type = type;
    o->result = result;
    call->stopped = true;
    return o;
}

static MP_NORETURN MP_NOINLINE void raise_out_of_fuel(wasm_store_obj_t *store, const unwind_t *u,
                                                      const wl_functype_t *type, mp_obj_t result) {
    mp_obj_t args[] = {MP_OBJ_FROM_PTR(call_object(store, u->call, type, result))};
    nlr_pop_jump_callback(false);
    wasm_interrupts_release();
    wasm_raise_error(MP_QSTR_OutOfFuel, MP_ARRAY_SIZE(args), args);
}

/* What ended the call comes out as an exception; `u` ends it on the way. */
static MP_NORETURN MP_NOINLINE void raise_end(wasm_store_obj_t *store, unwind_t *u, wl_status_t status) {
    mp_obj_t exception = store->exception;
    if (status == WL_TRAP_HOST && exception != MP_OBJ_NULL) {
        store->exception = MP_OBJ_NULL;
        nlr_raise(exception);
    }
    wasm_raise_trap(u->call, status);
}

/* Waits, with Python's events, until the host call that interrupted is worth repeating. */
static void await(const wasm_store_obj_t *store) {
    int32_t ms = wasm_gate_wait_left(store);
    mp_event_wait_ms(ms < 0 || ms > AWAIT_MAX_MS ? AWAIT_MAX_MS : (mp_uint_t)ms);
}

/* Runs an open call, with interrupts held, to its end. */
static mp_obj_t call_go(wasm_store_obj_t *store, wasm_call_t *call, const wl_functype_t *type, mp_obj_t result) {
    unwind_t u = {.core = store->core, .call = call};
    nlr_push_jump_callback(&u.node, unwind);
    wl_status_t status;
    while ((status = wl_call_run(&call->call, WASM_SLICE_FUEL)) != WL_OK) {
        if (status == WL_OUT_OF_FUEL) {
            raise_out_of_fuel(store, &u, type, result);
        }
        if (status != WL_YIELD && status != WL_INTERRUPTED) {
            raise_end(store, &u, status);
        }
        wasm_interrupts_release();
        if (status == WL_YIELD) {
            mp_event_handle_nowait();
        } else {
            await(store);
        }
        wasm_interrupts_hold();
        wasm_calls_drop(u.core, call); /* of what the events ran */
    }
    if (result == MP_OBJ_NULL) {
        result = wasm_results_object(store, type, wl_call_results(&call->call));
    }
    nlr_pop_jump_callback(false);
    call_close(u.core);
    wasm_interrupts_release();
    return result;
}

mp_obj_t wasm_func_run(wasm_store_obj_t *store, wl_func_t func, mp_obj_t result) {
    wasm_interrupts_hold();
    return call_go(store, call_open(store->core, func, NULL), wl_func_type(store->core->store, func), result);
}

/* The stopped call behind a Call; raises WasmError once it is abandoned. */
static wasm_call_t *call_get(const call_obj_t *self) {
    wasm_call_t *call = self->call;
    if (call != wasm_core(self->store)->top || call->serial != self->serial || !call->stopped) {
        mp_obj_t args[] = {mp_obj_new_str(abandoned, sizeof(abandoned) - 1)};
        wasm_raise_error(MP_QSTR_WasmError, MP_ARRAY_SIZE(args), args);
    }
    return call;
}

static mp_obj_t call_resume(mp_obj_t self_in, mp_obj_t fuel) {
    const call_obj_t *self = MP_OBJ_TO_PTR(self_in);
    wasm_call_t *call = call_get(self);
    wasm_fuel_add(self->store->core, fuel);
    wasm_interrupts_hold();
    call->stopped = false;
    return call_go(self->store, call, self->type, self->result);
}
static MP_DEFINE_CONST_FUN_OBJ_2(call_resume_obj, call_resume);

/* step(fuel): runs so many units at most. None: done, see result; else how many ms it waits before it is
 * worth stepping again, -1 until an event comes. */
static mp_obj_t call_step(mp_obj_t self_in, mp_obj_t fuel) {
    call_obj_t *self = MP_OBJ_TO_PTR(self_in);
    wasm_call_t *call = call_get(self);
    int32_t slice = (int32_t)(wasm_get_u32(fuel, "fuel") & INT32_MAX);
    unwind_t u = {.core = self->store->core, .call = call};
    wasm_interrupts_hold();
    call->stopped = false;
    nlr_push_jump_callback(&u.node, unwind);
    wl_status_t status = wl_call_run(&call->call, slice);
    mp_obj_t result = MP_OBJ_NEW_SMALL_INT(0);
    switch (status) {
        case WL_OK:
            result = mp_const_none;
            self->result = wasm_results_object(self->store, self->type, wl_call_results(&call->call));
            call_close(u.core);
            break;
        case WL_INTERRUPTED:
            result = mp_obj_new_int(wasm_gate_wait_left(self->store));
            break;
        case WL_YIELD:
            break;
        case WL_OUT_OF_FUEL:
            raise_out_of_fuel(self->store, &u, self->type, MP_OBJ_NULL);
        default:
            raise_end(self->store, &u, status);
    }
    nlr_pop_jump_callback(false);
    call->stopped = status != WL_OK;
    wasm_interrupts_release();
    return result;
}
static MP_DEFINE_CONST_FUN_OBJ_2(call_step_obj, call_step);

static void call_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    const call_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    if (attr == MP_QSTR_result) {
        dest[0] = self->result == MP_OBJ_NULL ? mp_const_none : self->result;
    } else {
        dest[1] = MP_OBJ_SENTINEL;
    }
}

static const mp_rom_map_elem_t call_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_step), MP_ROM_PTR(&call_step_obj)},
    {MP_ROM_QSTR(MP_QSTR_resume), MP_ROM_PTR(&call_resume_obj)},
};
static MP_DEFINE_CONST_DICT(call_locals, call_locals_table);
MP_DEFINE_CONST_OBJ_TYPE(wasm_type_call, MP_QSTR_Call, MP_TYPE_FLAG_NONE, attr, call_attr, locals_dict, &call_locals);

/* ---- Func objects ---- */

mp_obj_t wasm_func_new(wasm_store_obj_t *store, wl_func_t func) {
    wasm_func_obj_t *o = mp_obj_malloc(wasm_func_obj_t, &wasm_type_func);
    o->store = store;
    o->type = wl_func_type(store->core->store, func);
    o->func = func;
    return MP_OBJ_FROM_PTR(o);
}

/* From the name section, or "function 3"; "host function". */
static mp_obj_t func_name(const wasm_func_obj_t *self) {
    wl_instance_t *instance;
    uint32_t index, size;
    const uint8_t *name;
    if (!wl_func_origin(wasm_core(self->store)->store, self->func, &instance, &index)) {
        return mp_obj_new_str_from_cstr("host function");
    }
    if (wl_module_func_name(wl_instance_module(instance), index, &name, &size)) {
        return mp_obj_new_str((const char *)name, size);
    }
    vstr_t vstr;
    vstr_init(&vstr, 16);
    vstr_printf(&vstr, "function %u", (unsigned)index);
    return mp_obj_new_str_from_vstr(&vstr);
}

static MP_NORETURN MP_NOINLINE void func_raise_count(const wasm_func_obj_t *self, size_t n_args, size_t n_kw) {
    const char *name = mp_obj_str_get_str(func_name(self));
    if (n_kw != 0) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("%s takes no keyword arguments"), name);
    }
    mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("%s takes %d arguments, %d given"), name,
                      (int)self->type->n_params, (int)n_args);
}

static MP_NORETURN MP_NOINLINE void func_raise_argument(const wasm_func_obj_t *self, size_t i,
                                                        wasm_value_t problem, mp_obj_t value) {
    vstr_t vstr;
    vstr_init(&vstr, 32);
    vstr_printf(&vstr, "%s argument %u", mp_obj_str_get_str(func_name(self)), (unsigned)i + 1);
    wasm_value_raise(problem, vstr_null_terminated_str(&vstr), self->type->params[i], value);
}

/* Opens a call with Python's arguments, and holds interrupts. */
static MP_ALWAYSINLINE inline wasm_call_t *func_open(const wasm_func_obj_t *self, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    const wl_functype_t *type = self->type;
    wasm_core_t *core = wasm_core(self->store);
    if (n_kw != 0 || n_args != type->n_params) {
        func_raise_count(self, n_args, n_kw);
    }
    uint32_t slots[type->param_slots + 1], *slot = slots;
    for (size_t i = 0; i < n_args; i++) {
        if (type->params[i] == WL_I32 && wasm_value_is_i32(args[i])) {
            *slot++ = (uint32_t)MP_OBJ_SMALL_INT_VALUE(args[i]);
            continue;
        }
        wasm_value_t problem = wasm_value_slots(self->store, type->params[i], args[i], slot);
        if (problem != WASM_VALUE_OK) {
            func_raise_argument(self, i, problem, args[i]);
        }
        slot += wasm_value_width(type->params[i]);
    }
    wasm_interrupts_hold();
    return call_open(core, self->func, slots);
}

static mp_obj_t func_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    const wasm_func_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_cstack_check();
    wasm_call_t *call = func_open(self, n_args, n_kw, args);
    return call_go(self->store, call, self->type, MP_OBJ_NULL);
}

/* begin(*args): opens a call that runs by Call.step. */
static mp_obj_t func_begin(size_t n_args, const mp_obj_t *args) {
    const wasm_func_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    wasm_call_t *call = func_open(self, n_args - 1, 0, args + 1);
    call->stopped = true; /* so that the next call drops it, should there be no memory now */
    wasm_interrupts_release();
    return MP_OBJ_FROM_PTR(call_object(self->store, call, self->type, MP_OBJ_NULL));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR(func_begin_obj, 1, func_begin);

static void func_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    const wasm_func_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "<Func %s %s>", mp_obj_str_get_str(func_name(self)),
              mp_obj_str_get_str(wasm_functype_str(self->type)));
}

static mp_obj_t func_unary_op(mp_unary_op_t op, mp_obj_t self_in) {
    const wasm_func_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return op == MP_UNARY_OP_HASH ? MP_OBJ_NEW_SMALL_INT((mp_int_t)self->func) : MP_OBJ_NULL;
}

/* Each look into a table or an export makes a new object for the same function. */
static mp_obj_t func_binary_op(mp_binary_op_t op, mp_obj_t a_in, mp_obj_t b_in) {
    if (op != MP_BINARY_OP_EQUAL || !mp_obj_is_type(b_in, &wasm_type_func)) {
        return MP_OBJ_NULL;
    }
    const wasm_func_obj_t *a = MP_OBJ_TO_PTR(a_in), *b = MP_OBJ_TO_PTR(b_in);
    return mp_obj_new_bool(a->store == b->store && a->func == b->func);
}

static void func_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    const wasm_func_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    if (attr == MP_QSTR_type) {
        wasm_core(self->store);
        dest[0] = wasm_functype_str(self->type);
    } else if (attr == MP_QSTR_name || attr == MP_QSTR___name__) {
        dest[0] = func_name(self);
    } else {
        dest[1] = MP_OBJ_SENTINEL;
    }
}

WASM_DOC(func,
         "A function that Wasm code can call: an export, or an entry of a Table. Call it with one\n"
         "  int (i32, i64), float (f32, f64) or object (externref, funcref) per parameter; it returns\n"
         "  None, one value or a tuple. It raises Trap, OutOfFuel, or what a host function raised.\n"
         "  .begin(*args) opens a call that c.step(fuel) runs in parts, until it returns None and\n"
         "  c.result has the result; else it returns how many ms the guest waits\n"
         "  .type such as '(i32, i32) -> i32'; .name from the module's name section");

static const mp_rom_map_elem_t func_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___doc__), MP_ROM_PTR(&func_doc)},
    {MP_ROM_QSTR(MP_QSTR_begin), MP_ROM_PTR(&func_begin_obj)},
};
static MP_DEFINE_CONST_DICT(func_locals, func_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    wasm_type_func, MP_QSTR_Func, MP_TYPE_FLAG_NONE,
    print, func_print,
    call, func_call,
    unary_op, func_unary_op,
    binary_op, func_binary_op,
    attr, func_attr,
    locals_dict, &func_locals);
