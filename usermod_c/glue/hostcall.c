/* SPDX-License-Identifier: MIT
 *
 * Host functions: Python callables that Wasm code calls.
 *
 * The fence: the engine is on the C stack below, so an exception stops here. It is kept in the
 * Store object, the call ends as a trap, and the loop in call.c raises the same object again.
 */
#include "glue.h"

typedef struct wasm_host { /* on the Python heap, so that the collector follows it */
    struct wasm_host *next;
    wasm_store_obj_t *store;
    mp_obj_t callable;
    mp_obj_t module;
    uint32_t import;
    const wl_functype_t *type;
    bool with_memory;
    wl_instance_t *caller; /* the last one, and its memory 0 */
    mp_obj_t memory;
    /* A call that waits: it is repeated, at the same place and with no fuel used since. */
    mp_obj_t wait;
    const uint32_t *wait_slots;
    uint64_t wait_fuel;
} wasm_host_t;

typedef struct {
    mp_obj_base_t base;
    mp_obj_t callable;
} with_memory_obj_t;

static MP_NORETURN void raise_result(const wasm_host_t *host, size_t i, wasm_value_t problem, mp_obj_t value) {
    wl_extern_type_t import;
    wl_module_import(wasm_module_get(host->module), host->import, &import);
    vstr_t vstr;
    vstr_init(&vstr, 32);
    vstr_add_strn(&vstr, (const char *)import.module_name, import.module_name_size);
    vstr_add_char(&vstr, '.');
    vstr_add_strn(&vstr, (const char *)import.name, import.name_size);
    vstr_add_str(&vstr, " result");
    if (i < host->type->n_results && host->type->n_results > 1) {
        vstr_printf(&vstr, " %u", (unsigned)i + 1);
    }
    if (i < host->type->n_results) {
        wasm_value_raise(problem, vstr_null_terminated_str(&vstr), host->type->results[i], value);
    }
    mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("%s: a tuple of %d expected"),
                      vstr_null_terminated_str(&vstr), (int)host->type->n_results);
}

static void put_results(const wasm_host_t *host, mp_obj_t result, uint32_t *slots) {
    const wl_functype_t *type = host->type;
    size_t n = 1;
    mp_obj_t *items = &result;
    if (type->n_results > 1) {
        if (!mp_obj_is_type(result, &mp_type_tuple) && !mp_obj_is_type(result, &mp_type_list)) {
            raise_result(host, SIZE_MAX, WASM_VALUE_TYPE, result);
        }
        mp_obj_get_array(result, &n, &items);
        if (n != type->n_results) {
            raise_result(host, SIZE_MAX, WASM_VALUE_TYPE, result);
        }
    }
    for (size_t i = 0; i < type->n_results; i++) {
        wasm_value_t problem = wasm_value_slots(host->store, type->results[i], items[i], slots);
        if (problem != WASM_VALUE_OK) {
            raise_result(host, i, problem, items[i]);
        }
        slots += wasm_value_width(type->results[i]);
    }
}

static mp_obj_t caller_memory(wasm_host_t *host, wl_instance_t *caller) {
    if (host->memory == MP_OBJ_NULL || host->caller != caller) {
        wl_memory_t *memory = caller == NULL ? NULL : wl_instance_memory(caller);
        host->memory = memory == NULL ? mp_const_none : wasm_memory_new(host->store, memory);
        host->caller = caller;
    }
    return host->memory;
}

/* Apart from the fence, so that setjmp's rules on locals concern nobody. */
static mp_obj_t MP_NOINLINE host_invoke(wasm_host_t *host, wl_instance_t *caller, uint32_t *slots) {
    const wl_functype_t *type = host->type;
    mp_obj_t args[type->n_params + 1], *arg = args;
    if (host->with_memory) {
        *arg++ = caller_memory(host, caller);
    }
    const uint32_t *slot = slots;
    for (size_t i = 0; i < type->n_params; i++) {
        *arg++ = wasm_value_object(host->store, type->params[i], slot);
        slot += wasm_value_width(type->params[i]);
    }
    return mp_call_function_n_kw(host->callable, (size_t)(arg - args), 0, args);
}

/* Whether this is a repetition of the call that waits. The wait of a call that was abandoned is over. */
static bool host_waits(wasm_host_t *host, const uint32_t *slots) {
    if (host->wait != MP_OBJ_NULL && host->wait_slots == slots &&
        host->wait_fuel == wl_store_fuel_used(host->store->core->store)) {
        host->store->waiting = host->wait;
        return true;
    }
    host->wait = MP_OBJ_NULL;
    return false;
}

static wl_status_t MP_NOINLINE host_answer(wasm_host_t *host, mp_obj_t result, uint32_t *slots) {
    if (!mp_obj_is_type(result, &wasm_type_wait)) {
        host->wait = MP_OBJ_NULL;
        put_results(host, result, slots);
        return WL_OK;
    }
    wasm_wait_start(result);
    host->wait = host->store->waiting = result;
    host->wait_slots = slots;
    host->wait_fuel = wl_store_fuel_used(host->store->core->store);
    return WL_INTERRUPTED;
}

static wl_status_t host_call(void *env, wl_store_t *store, wl_instance_t *caller, uint32_t *slots) {
    (void)store;
    wasm_host_t *host = env;
    wasm_core_t *core = host->store->core;
    const wasm_call_t *top = core->top;
    bool waits = host_waits(host, slots);
    if (waits && wasm_wait_left(host->wait) != 0) {
        return WL_INTERRUPTED;
    }
    wl_status_t status;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        wasm_interrupts_release();
        mp_obj_t result = waits ? wasm_wait_resume(host->wait) : host_invoke(host, caller, slots);
        status = host_answer(host, result, slots);
        wasm_interrupts_hold();
        nlr_pop();
    } else {
        wasm_interrupts_hold();
        host->wait = MP_OBJ_NULL;
        host->store->exception = MP_OBJ_FROM_PTR(nlr.ret_val);
        status = WL_TRAP_HOST;
    }
    wasm_calls_drop(core, top);
    return status;
}

/* Through a gate, which has a fence of its own for what needs one. */
static wl_status_t gate_call(void *env, wl_store_t *store, wl_instance_t *caller, uint32_t *slots) {
    (void)store;
    wasm_host_t *host = env;
    return wasm_gate_call(host->callable, host->store, caller, slots);
}

wl_status_t wasm_host_new(wasm_store_obj_t *store, mp_obj_t module, uint32_t import,
                          const wl_functype_t *type, mp_obj_t callable, wl_func_t *func) {
    wasm_host_t *host = m_new0(wasm_host_t, 1);
    if (mp_obj_is_type(callable, &wasm_type_with_memory)) {
        callable = ((with_memory_obj_t *)MP_OBJ_TO_PTR(callable))->callable;
        host->with_memory = true;
    }
    host->store = store;
    host->callable = callable;
    host->module = module;
    host->import = import;
    host->type = type;
    host->memory = MP_OBJ_NULL;
    host->next = store->hosts;
    store->hosts = host;
    wl_host_fn_t fn = mp_obj_is_type(callable, &wasm_type_gate_import) ? gate_call : host_call;
    return wl_host_func_new(store->core->store, type, fn, host, func);
}

/* ---- with_memory ---- */

static mp_obj_t with_memory_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    with_memory_obj_t *o = mp_obj_malloc(with_memory_obj_t, type);
    o->callable = args[0];
    return MP_OBJ_FROM_PTR(o);
}

/* So that it can be tested, or used as a decorator, like the function itself. */
static mp_obj_t with_memory_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    const with_memory_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_call_function_n_kw(self->callable, n_args, n_kw, args);
}

WASM_DOC(with_memory,
         "with_memory(f): a host function that gets the Memory of the calling instance (None when it\n"
         "  has none) as its first argument, before those that the guest passes");

static const mp_rom_map_elem_t with_memory_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___doc__), MP_ROM_PTR(&with_memory_doc)},
};
static MP_DEFINE_CONST_DICT(with_memory_locals, with_memory_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    wasm_type_with_memory, MP_QSTR_with_memory, MP_TYPE_FLAG_NONE,
    make_new, with_memory_make_new,
    call, with_memory_call,
    locals_dict, &with_memory_locals);
