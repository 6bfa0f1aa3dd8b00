/* SPDX-License-Identifier: MIT
 *
 * Gate objects: an app's grant as a table, the imports that are bound to it, and what Python does
 * with both. The checks of a call are in gate_call.c.
 */
#include "gate.h"

#include "py/mphal.h"

#include <string.h>

#define HOST_ERROR(error, name, code) _Static_assert(-(code) > 0 && -(code) < GATE_ERRORS, #error);
#include "host_api.def"

const gate_row_t gate_rows[GATE_FUNCS] = {
#define HOST_FUNC(function, module, name, params, on, ops, makes, charge, result, blocks) \
    {module "." name, params, GATE_KIND_##on, ops, GATE_KIND_##makes, GATE_CHARGE_##charge, GATE_RESULT_##result},
#include "host_api.def"
};

static const char *const kind_names[GATE_KINDS] = {
    "",
#define HOST_KIND(kind, name) name,
#include "host_api.def"
};

static const struct {
    const char *name;
    int32_t code;
} error_names[] = {
#define HOST_ERROR(error, name, code) {name, code},
#include "host_api.def"
};

/* ---- Entries ---- */

gate_entry_t *gate_entry_new(gate_obj_t *gate, uint8_t kind) {
    for (uint32_t i = 0; i < gate->n_entries; i++) {
        gate_entry_t *entry = &gate->entries[i];
        if (entry->kind == GATE_KIND_NONE) {
            memset(entry, 0, sizeof(*entry));
            entry->kind = kind;
            return entry;
        }
    }
    return NULL;
}

int32_t gate_fail(gate_obj_t *gate, int32_t code) {
    gate->counts[-code]++;
    return code;
}

static uint8_t kind_of(mp_obj_t name) {
    const char *s = mp_obj_str_get_str(name);
    for (uint8_t kind = 1; kind < GATE_KINDS; kind++) {
        if (strcmp(kind_names[kind], s) == 0) {
            return kind;
        }
    }
    mp_raise_type_arg(&mp_type_KeyError, name);
}

enum { GRANT_KIND,
       GRANT_LABEL,
       GRANT_OPS,
       GRANT_MAX,
       GRANT_RATE,
       GRANT_ADDRESSES,
       GRANT_ACTIVE_LOW,
       GRANT_FIELDS };

static void entry_rate(gate_entry_t *entry, mp_obj_t rate) {
    entry->rate = wasm_get_u32(rate, "rate");
    if (entry->rate > GATE_RATE_MAX) {
        mp_raise_ValueError(MP_ERROR_TEXT("rate too large"));
    }
    entry->level = entry->rate * GATE_UNIT;
    entry->ticks = (uint32_t)mp_hal_ticks_us();
}

static void entry_fill(gate_entry_t *entry, mp_obj_t grant) {
    mp_obj_t *items;
    mp_obj_get_array_fixed_n(grant, GRANT_FIELDS, &items);
    entry->kind = kind_of(items[GRANT_KIND]);
    mp_obj_str_get_str(items[GRANT_LABEL]);
    entry->label = items[GRANT_LABEL];
    entry->ops = (uint8_t)wasm_get_u32(items[GRANT_OPS], "ops");
    entry->max = wasm_get_u32(items[GRANT_MAX], "max_len");
    entry_rate(entry, items[GRANT_RATE]);
    if (items[GRANT_ADDRESSES] != mp_const_none) {
        mp_buffer_info_t addresses;
        mp_get_buffer_raise(items[GRANT_ADDRESSES], &addresses, MP_BUFFER_READ);
        if (addresses.len != sizeof(entry->addresses)) {
            mp_raise_ValueError(MP_ERROR_TEXT("addresses: 16 bytes expected"));
        }
        memcpy(entry->addresses, addresses.buf, addresses.len);
    }
    entry->active_low = mp_obj_is_true(items[GRANT_ACTIVE_LOW]);
}

/* ---- Gate ---- */

static mp_obj_t gate_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    enum { ARG_entries,
           ARG_handles,
           ARG_calls_per_s };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_entries, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_handles, MP_ARG_INT, {.u_int = 8}},
        {MP_QSTR_calls_per_s, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(0)}},
    };
    mp_arg_val_t val[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, val);
    size_t n;
    mp_obj_t *grants;
    mp_obj_get_array(val[ARG_entries].u_obj, &n, &grants);
    if (n > 255 || val[ARG_handles].u_int < 0 || val[ARG_handles].u_int > 255) {
        mp_raise_ValueError(MP_ERROR_TEXT("at most 255 entries and 255 handles"));
    }
    gate_obj_t *self = mp_obj_malloc(gate_obj_t, type);
    memset((char *)self + sizeof(self->base), 0, sizeof(*self) - sizeof(self->base));
    self->n_entries = (uint16_t)(n + (size_t)val[ARG_handles].u_int);
    self->entries = m_new0(gate_entry_t, self->n_entries);
    entry_rate(&self->budget, val[ARG_calls_per_s].u_obj);
    self->events = m_new0(gate_event_t, GATE_QUEUE);
    for (size_t i = 0; i < n; i++) {
        entry_fill(&self->entries[i], grants[i]);
    }
    for (size_t i = 0; i < MP_ARRAY_SIZE(self->views); i++) {
        self->views[i] = mp_obj_new_memoryview('B', 0, NULL);
    }
    return MP_OBJ_FROM_PTR(self);
}

/* The kind of the grant that a call needs: its own, or of what makes the handle that it takes. */
static uint8_t grant_kind(const gate_row_t *row) {
    for (size_t i = 0; i < GATE_FUNCS; i++) {
        if (gate_rows[i].makes == row->on && row->on != GATE_KIND_NONE) {
            return gate_rows[i].on;
        }
    }
    return row->on;
}

/* bind(name, driver): an object to give to Instance for the import. ValueError when there is no such function,
 * KeyError when nothing in the grant allows it. */
static mp_obj_t gate_bind(mp_obj_t self_in, mp_obj_t name, mp_obj_t driver) {
    gate_obj_t *self = MP_OBJ_TO_PTR(self_in);
    const char *s = mp_obj_str_get_str(name);
    uint8_t func = 0;
    while (func < GATE_FUNCS && strcmp(gate_rows[func].name, s) != 0) {
        func++;
    }
    if (func == GATE_FUNCS) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("no function %s"), s);
    }
    const gate_row_t *row = &gate_rows[func];
    uint8_t kind = grant_kind(row);
    for (uint16_t i = 0; i < self->n_entries; i++) {
        if (self->entries[i].kind == kind && (row->op & ~self->entries[i].ops) == 0) {
            gate_import_obj_t *o = mp_obj_malloc(gate_import_obj_t, &wasm_type_gate_import);
            o->gate = self;
            o->driver = driver;
            o->func = func;
            o->entry = i;
            return MP_OBJ_FROM_PTR(o);
        }
    }
    mp_raise_type_arg(&mp_type_KeyError, name);
}
static MP_DEFINE_CONST_FUN_OBJ_3(gate_bind_obj, gate_bind);

/* add(kind, device, ops=255): a handle for something that a call has made, or the error code FULL. */
static mp_obj_t gate_add(size_t n_args, const mp_obj_t *args) {
    gate_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    gate_entry_t *entry = gate_entry_new(self, kind_of(args[1]));
    if (entry == NULL) {
        return MP_OBJ_NEW_SMALL_INT(GATE_FULL);
    }
    entry->ops = n_args > 3 ? (uint8_t)wasm_get_u32(args[3], "ops") : UINT8_MAX;
    entry->open = true;
    entry->device = args[2];
    return MP_OBJ_NEW_SMALL_INT((mp_int_t)gate_handle(self, entry));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(gate_add_obj, 3, 4, gate_add);

static gate_entry_t *entry_get(mp_obj_t self_in, mp_obj_t handle) {
    gate_entry_t *entry = gate_entry(MP_OBJ_TO_PTR(self_in), wasm_get_u32(handle, "handle"));
    if (entry == NULL) {
        mp_raise_type_arg(&mp_type_KeyError, handle);
    }
    return entry;
}

static mp_obj_t gate_remove(mp_obj_t self_in, mp_obj_t handle) {
    memset(entry_get(self_in, handle), 0, sizeof(gate_entry_t));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(gate_remove_obj, gate_remove);

static mp_obj_t gate_device(mp_obj_t self_in, mp_obj_t handle) {
    return entry_get(self_in, handle)->device;
}
static MP_DEFINE_CONST_FUN_OBJ_2(gate_device_obj, gate_device);

static mp_obj_t gate_post_method(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    gate_post(MP_OBJ_TO_PTR(args[0]), wasm_get_u32(args[1], "kind"), wasm_get_u32(args[2], "handle"),
              wasm_get_u32(args[3], "value"));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(gate_post_obj, 4, 4, gate_post_method);

static mp_obj_t gate_poster_method(mp_obj_t self_in, mp_obj_t kind, mp_obj_t handle) {
    return gate_poster(MP_OBJ_TO_PTR(self_in), kind, handle);
}
static MP_DEFINE_CONST_FUN_OBJ_3(gate_poster_obj, gate_poster_method);

/* check(handle, op, charge): what a call of another module under the entry gets: 0, or an error code. Handle 0
 * is the budget of host calls. */
static mp_obj_t gate_check_method(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    int32_t code = gate_check(MP_OBJ_TO_PTR(args[0]), wasm_get_u32(args[1], "handle"), wasm_get_u32(args[2], "op"),
                              wasm_get_u32(args[3], "charge"));
    return MP_OBJ_NEW_SMALL_INT(code);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(gate_check_obj, 4, 4, gate_check_method);

/* fail(code): counts an error that such a module returns. */
static mp_obj_t gate_fail_method(mp_obj_t self_in, mp_obj_t code) {
    mp_int_t n = -mp_obj_get_int(code);
    if (n <= 0 || n >= GATE_ERRORS) {
        mp_raise_type_arg(&mp_type_KeyError, code);
    }
    gate_fail(MP_OBJ_TO_PTR(self_in), (int32_t)-n);
    return code;
}
static MP_DEFINE_CONST_FUN_OBJ_2(gate_fail_obj, gate_fail_method);

/* Ends all handles: later calls get `bad_handle`, interrupts enqueue nothing. */
static mp_obj_t gate_close(mp_obj_t self_in) {
    gate_obj_t *self = MP_OBJ_TO_PTR(self_in);
    self->closed = true;
    memset(self->entries, 0, self->n_entries * sizeof(gate_entry_t));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(gate_close_obj, gate_close);

static mp_obj_t gate_denied(const gate_obj_t *self) {
    mp_obj_t dict = mp_obj_new_dict(0);
    for (size_t i = 0; i < MP_ARRAY_SIZE(error_names); i++) {
        uint32_t count = self->counts[-error_names[i].code];
        if (count > 0) {
            mp_obj_dict_store(dict, mp_obj_new_str_from_cstr(error_names[i].name), wasm_int_from_size(count));
        }
    }
    return dict;
}

static void gate_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    const gate_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    switch (attr) {
        case MP_QSTR_handle: /* for drivers: of the call in progress */
            dest[0] = wasm_int_from_size(self->handle);
            break;
        case MP_QSTR_denied:
            dest[0] = gate_denied(self);
            break;
        case MP_QSTR_events_lost:
            dest[0] = wasm_int_from_size(self->lost);
            break;
        default:
            dest[1] = MP_OBJ_SENTINEL;
            break;
    }
}

WASM_DOC(gate,
         "Gate(entries, handles=8, calls_per_s=0): an app's grant; entries are (kind, label, ops,\n"
         "  max_len, rate, addresses, active_low). .bind(name, driver) makes an import, .close() ends all handles;\n"
         "  .denied counts errors by reason");

static const mp_rom_map_elem_t gate_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___doc__), MP_ROM_PTR(&gate_doc)},
    {MP_ROM_QSTR(MP_QSTR_bind), MP_ROM_PTR(&gate_bind_obj)},
    {MP_ROM_QSTR(MP_QSTR_add), MP_ROM_PTR(&gate_add_obj)},
    {MP_ROM_QSTR(MP_QSTR_remove), MP_ROM_PTR(&gate_remove_obj)},
    {MP_ROM_QSTR(MP_QSTR_device), MP_ROM_PTR(&gate_device_obj)},
    {MP_ROM_QSTR(MP_QSTR_post), MP_ROM_PTR(&gate_post_obj)},
    {MP_ROM_QSTR(MP_QSTR_poster), MP_ROM_PTR(&gate_poster_obj)},
    {MP_ROM_QSTR(MP_QSTR_check), MP_ROM_PTR(&gate_check_obj)},
    {MP_ROM_QSTR(MP_QSTR_fail), MP_ROM_PTR(&gate_fail_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&gate_close_obj)},
};
static MP_DEFINE_CONST_DICT(gate_locals, gate_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    wasm_type_gate, MP_QSTR_Gate, MP_TYPE_FLAG_NONE,
    make_new, gate_make_new,
    attr, gate_attr,
    locals_dict, &gate_locals);

MP_DEFINE_CONST_OBJ_TYPE(wasm_type_gate_import, MP_QSTR_Import, MP_TYPE_FLAG_NONE);

/* ---- Wait ---- */

static mp_obj_t wait_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 2, 2, false);
    gate_wait_obj_t *o = mp_obj_malloc(gate_wait_obj_t, type);
    o->ms = wasm_get_u32(args[0], "ms");
    o->resume = args[1];
    return MP_OBJ_FROM_PTR(o);
}

void wasm_wait_start(mp_obj_t wait) {
    ((gate_wait_obj_t *)MP_OBJ_TO_PTR(wait))->start = (uint32_t)mp_hal_ticks_ms();
}

int32_t wasm_wait_left(mp_obj_t wait) {
    const gate_wait_obj_t *self = MP_OBJ_TO_PTR(wait);
    uint32_t passed = (uint32_t)mp_hal_ticks_ms() - self->start;
    uint32_t left = passed < self->ms ? self->ms - passed : 0;
    return left < INT32_MAX ? (int32_t)left : INT32_MAX;
}

mp_obj_t wasm_wait_resume(mp_obj_t wait) {
    return mp_call_function_0(((const gate_wait_obj_t *)MP_OBJ_TO_PTR(wait))->resume);
}

/* Wait(ms, resume): what a driver or any host function returns when the guest has to wait: after so many
 * ms, resume() gives the result, or another Wait. */
MP_DEFINE_CONST_OBJ_TYPE(wasm_type_wait, MP_QSTR_Wait, MP_TYPE_FLAG_NONE, make_new, wait_make_new);
