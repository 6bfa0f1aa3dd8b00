/* SPDX-License-Identifier: MIT
 *
 * A call through the gate: checked against the grant, done here where that is possible without Python,
 * else given to the driver.
 *
 * Nothing is taken from the guest that has not been checked: handle, operation, address, then the
 * bytes it points to, at last what its rate leaves. Errors are results; only a driver's own mistakes
 * end the app.
 */
#include "gate.h"

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/objarray.h"
#include "py/unicode.h"

#include <string.h>

#define STRING_MAX 255
#define SEGMENTS_MAX 8
#define SEGMENT_BYTES 12

enum { SEGMENT_READ = 1,
       SEGMENT_LAST = 2 };

typedef struct {
    uint32_t value; /* a number; or a size */
    uint8_t *bytes;
} param_t;

typedef struct {
    gate_obj_t *gate;
    const gate_import_obj_t *import;
    const gate_row_t *row;
    gate_entry_t *entry;
    wl_instance_t *caller;
    uint32_t charge;
    param_t params[GATE_PARAMS];
} gate_call_t;

typedef struct {
    uint32_t flags, bytes;
    uint8_t *data;
} segment_t;

/* ---- Checks ---- */

static uint8_t *guest_bytes(const gate_call_t *c, uint32_t address, uint32_t size) {
    wl_memory_t *memory = c->caller == NULL ? NULL : wl_instance_memory(c->caller);
    return memory == NULL ? NULL : wl_memory_range(memory, address, size);
}

static int32_t check_range(const gate_call_t *c, param_t *param, uint32_t address, uint32_t size) {
    param->value = size;
    param->bytes = guest_bytes(c, address, size);
    return param->bytes == NULL ? GATE_BAD_POINTER : 0;
}

static int32_t check_string(const gate_call_t *c, param_t *param, uint32_t address, uint32_t size) {
    if (size == 0) {
        return GATE_INVALID;
    }
    if (size > STRING_MAX) {
        return GATE_TOO_LONG;
    }
    int32_t code = check_range(c, param, address, size);
    if (code == 0 && (memchr(param->bytes, 0, size) != NULL || !utf8_check(param->bytes, size))) {
        code = GATE_INVALID;
    }
    return code;
}

static int32_t check_bytes(gate_call_t *c, param_t *param, uint32_t address, uint32_t size) {
    if (c->entry->max != 0 && size > c->entry->max) {
        return GATE_TOO_LONG;
    }
    if (c->row->charge == GATE_CHARGE_BYTES) {
        c->charge = size > 1 ? size : 1;
    }
    return check_range(c, param, address, size);
}

static int32_t check_segments(const gate_call_t *c, param_t *param, uint32_t address, uint32_t count) {
    if (count == 0) {
        return GATE_INVALID;
    }
    if (count > SEGMENTS_MAX) {
        return GATE_TOO_LONG;
    }
    int32_t code = check_range(c, param, address, count * SEGMENT_BYTES);
    param->value = count;
    return code;
}

#define LETTER(c) (1u << ((c) - 'a'))

static bool is_pair(char kind) { /* of slots: address and size */
    return LETTER(kind) & (LETTER('r') | LETTER('s') | LETTER('v') | LETTER('w'));
}

static int32_t check_pair(gate_call_t *c, char kind, param_t *param, const uint32_t *slots) {
    switch (kind) {
        case 's':
            return check_string(c, param, slots[0], slots[1]);
        case 'v':
            return check_segments(c, param, slots[0], slots[1]);
        default:
            return check_bytes(c, param, slots[0], slots[1]);
    }
}

static int32_t check_address(const gate_entry_t *entry, uint32_t address) {
    return address < 128 && (entry->addresses[address / 8] >> address % 8 & 1) ? 0 : GATE_DENIED;
}

static int32_t check_params(gate_call_t *c, const char *kind, const uint32_t *slots) {
    for (param_t *param = c->params; *kind != 0; kind++, param++) {
        int32_t code = 0;
        param->value = *slots++;
        if (is_pair(*kind)) {
            code = check_pair(c, *kind, param, slots - 1);
            slots++;
        } else if (*kind == 'a') {
            code = check_address(c->entry, param->value);
        }
        if (code != 0) {
            return code;
        }
    }
    return 0;
}

/* A bucket that holds what a second brings. */
static int32_t check_rate(gate_entry_t *entry, uint32_t charge) {
    uint32_t passed = ((uint32_t)mp_hal_ticks_us() - entry->ticks) >> GATE_TICK_SHIFT;
    uint32_t full = entry->rate * GATE_UNIT;
    entry->ticks += passed << GATE_TICK_SHIFT;
    if (passed >= GATE_UNIT || passed * entry->rate > full - entry->level) {
        entry->level = full;
    } else {
        entry->level += passed * entry->rate;
    }
    if (charge > entry->rate) {
        return GATE_TOO_LONG;
    }
    if (entry->level < charge * GATE_UNIT) {
        return GATE_RATE;
    }
    entry->level -= charge * GATE_UNIT;
    return 0;
}

static MP_NOINLINE int32_t check(gate_call_t *c, const uint32_t *slots) {
    const char *kind = c->row->params;
    if (*kind == 'h') {
        c->gate->handle = slots[0];
        c->entry = gate_entry(c->gate, slots[0]);
        if (c->entry == NULL) {
            return GATE_BAD_HANDLE;
        }
        kind++;
        slots++;
    } else {
        c->entry = &c->gate->entries[c->import->entry];
    }
    if (c->entry->kind != c->row->on) {
        return GATE_BAD_HANDLE;
    }
    if (c->row->op & ~c->entry->ops) {
        return GATE_DENIED;
    }
    c->charge = c->row->charge; /* one call, or what check_bytes finds */
    int32_t code = check_params(c, kind, slots);
    return code == 0 && c->entry->rate != 0 && c->charge != 0 ? check_rate(c->entry, c->charge) : code;
}

int32_t gate_check(gate_obj_t *gate, uint32_t handle, uint32_t op, uint32_t charge) {
    gate_entry_t *entry = &gate->budget;
    int32_t code = GATE_BAD_HANDLE;
    if (handle != 0) {
        entry = handle <= gate->n_entries ? &gate->entries[handle - 1] : NULL;
    }
    if (entry != NULL && (handle == 0 || entry->kind != GATE_KIND_NONE)) {
        code = 0;
        if (op & ~(uint32_t)entry->ops) {
            code = GATE_DENIED;
        } else if (entry->rate != 0 && charge != 0) {
            code = check_rate(entry, charge);
        }
    }
    return code == 0 ? 0 : gate_fail(gate, code);
}

/* ---- Waiting ---- */

static void wait_begin(gate_obj_t *gate, const wasm_store_obj_t *store, const uint32_t *slots, uint32_t ms,
                       mp_obj_t resume) {
    gate->wait_slots = slots;
    gate->wait_fuel = wl_store_fuel_used(store->core->store);
    gate->wait_start = (uint32_t)mp_hal_ticks_ms();
    gate->wait_ms = ms;
    gate->wait_resume = resume;
    gate->wait_forever = false;
    gate->wait_events = false;
}

/* Whether this is a repetition of the call that waits. The wait of a call that was abandoned is over. */
static bool wait_is(gate_obj_t *gate, const wasm_store_obj_t *store, const uint32_t *slots) {
    if (gate->wait_slots == slots && gate->wait_fuel == wl_store_fuel_used(store->core->store)) {
        return true;
    }
    gate->wait_slots = NULL;
    return false;
}

/* ---- What needs no Python ---- */

enum { DONE,
       WAIT,
       PYTHON };

static int pin_read(gate_call_t *c, int32_t *result) {
    uint32_t level;
    if (!gate_pin_read(c->entry->device, &level)) {
        return PYTHON;
    }
    *result = (int32_t)(level ^ c->entry->active_low);
    return DONE;
}

static int pin_write(gate_call_t *c) {
    param_t *level = &c->params[0];
    level->value = (level->value != 0) ^ c->entry->active_low;
    return gate_pin_write(c->entry->device, level->value) ? DONE : PYTHON;
}

static int pin_toggle(gate_call_t *c) {
    uint32_t level;
    return gate_pin_read(c->entry->device, &level) && gate_pin_write(c->entry->device, !level) ? DONE : PYTHON;
}

static int wait_ms(gate_call_t *c, wasm_store_obj_t *store, const uint32_t *slots) {
    gate_obj_t *gate = c->gate;
    if (!wait_is(gate, store, slots)) {
        wait_begin(gate, store, slots, c->params[0].value, MP_OBJ_NULL);
    }
    return gate_wait_left(gate) == 0 ? DONE : WAIT;
}

static int poll(gate_call_t *c, wasm_store_obj_t *store, const uint32_t *slots, int32_t *result) {
    gate_obj_t *gate = c->gate;
    uint32_t max = c->params[0].value / sizeof(gate_event_t), ms = c->params[1].value;
    gate_fire_alarms(gate);
    if (max == 0) {
        *result = gate_fail(gate, GATE_INVALID);
        return DONE;
    }
    *result = (int32_t)gate_take_events(gate, c->params[0].bytes, max);
    if (*result > 0 || ms == 0) {
        return DONE;
    }
    if (!wait_is(gate, store, slots)) {
        wait_begin(gate, store, slots, ms, MP_OBJ_NULL);
        gate->wait_forever = ms > INT32_MAX;
        gate->wait_events = true;
    }
    return gate_wait_left(gate) == 0 ? DONE : WAIT;
}

/* The handle of a label that the grant has. Its device is made at first use, by Python. */
static int open_label(gate_call_t *c, int32_t *result) {
    for (uint32_t i = 0; i < c->gate->n_entries; i++) {
        gate_entry_t *entry = &c->gate->entries[i];
        if (entry->kind == c->row->on && entry->label != MP_OBJ_NULL) {
            size_t size;
            const char *label = mp_obj_str_get_data(entry->label, &size);
            if (size == c->params[0].value && memcmp(label, c->params[0].bytes, size) == 0) {
                *result = (int32_t)i + 1;
                c->entry = entry;
                return entry->open ? DONE : PYTHON;
            }
        }
    }
    *result = gate_fail(c->gate, GATE_DENIED);
    return DONE;
}

static bool opens_label(const gate_call_t *c) {
    return c->import->func == GATE_FUNC_GPIO_OPEN || c->import->func == GATE_FUNC_I2C_OPEN ||
           c->import->func == GATE_FUNC_SPI_OPEN || c->import->func == GATE_FUNC_UART_OPEN ||
           c->import->func == GATE_FUNC_ADC_OPEN || c->import->func == GATE_FUNC_PWM_OPEN;
}

static int call_native(gate_call_t *c, wasm_store_obj_t *store, const uint32_t *slots, int32_t *result) {
    gate_obj_t *gate = c->gate;
    *result = 0;
    switch (c->import->func) {
        case GATE_FUNC_GPIO_READ:
            return pin_read(c, result);
        case GATE_FUNC_GPIO_WRITE:
            return pin_write(c);
        case GATE_FUNC_GPIO_TOGGLE:
            return pin_toggle(c);
        case GATE_FUNC_TIMER_START:
            *result = gate_alarm_start(gate, c->entry, c->params[0].value, c->params[1].value != 0);
            if (*result < 0) {
                gate_fail(gate, *result);
            }
            return DONE;
        case GATE_FUNC_TIMER_CANCEL:
            memset(c->entry, 0, sizeof(*c->entry));
            return DONE;
        case GATE_FUNC_TIME_SLEEP_MS:
            return wait_ms(c, store, slots);
        case GATE_FUNC_SYS_POLL:
            return poll(c, store, slots, result);
        case GATE_FUNC_SYS_OVERRUNS:
            *result = (int32_t)(gate->lost & INT32_MAX);
            gate->lost = 0;
            return DONE;
        default:
            return opens_label(c) ? open_label(c, result) : PYTHON;
    }
}

/* ---- Drivers ---- */

static mp_obj_t view(gate_obj_t *gate, size_t i, uint8_t *bytes, uint32_t size, bool writable) {
    mp_obj_array_t *o = MP_OBJ_TO_PTR(gate->views[i]);
    mp_obj_memoryview_init(o, 'B' | (writable ? MP_OBJ_ARRAY_TYPECODE_FLAG_RW : 0), 0, size, bytes);
    return gate->views[i];
}

static void forget_views(gate_obj_t *gate) {
    for (size_t i = 0; i < MP_ARRAY_SIZE(gate->views); i++) {
        view(gate, i, NULL, 0, false);
    }
}

static mp_obj_t device_of(const gate_entry_t *entry) {
    return entry->device == MP_OBJ_NULL ? mp_const_none : entry->device;
}

/* All records are copied before the first byte moves: a segment may be read into them. */
static mp_obj_t drive_segments(gate_call_t *c) {
    segment_t segments[SEGMENTS_MAX];
    const param_t *param = &c->params[1];
    uint32_t n = param->value, left = c->entry->max == 0 ? UINT32_MAX : c->entry->max;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t record[SEGMENT_BYTES / sizeof(uint32_t)];
        memcpy(record, param->bytes + i * SEGMENT_BYTES, SEGMENT_BYTES);
        segment_t *s = &segments[i];
        s->flags = record[0];
        s->bytes = record[2];
        s->data = guest_bytes(c, record[1], record[2]);
        if (s->flags > SEGMENT_READ || s->data == NULL || s->bytes > left) {
            int32_t code = s->flags > SEGMENT_READ ? GATE_INVALID : s->data == NULL ? GATE_BAD_POINTER
                                                                                    : GATE_TOO_LONG;
            return MP_OBJ_NEW_SMALL_INT(code);
        }
        left -= s->bytes;
    }
    for (uint32_t i = 0; i < n; i++) {
        const segment_t *s = &segments[i];
        bool reads = s->flags & SEGMENT_READ;
        uint32_t flags = s->flags | (i + 1 == n ? SEGMENT_LAST : 0);
        mp_obj_t args[] = {device_of(c->entry), MP_OBJ_NEW_SMALL_INT((mp_int_t)c->params[0].value),
                           view(c->gate, 0, s->data, s->bytes, reads), MP_OBJ_NEW_SMALL_INT((mp_int_t)flags)};
        mp_obj_t result = mp_call_function_n_kw(c->import->driver, MP_ARRAY_SIZE(args), 0, args);
        if (result != mp_const_none && mp_obj_get_int(result) < 0) {
            return result;
        }
    }
    return MP_OBJ_NEW_SMALL_INT(0);
}

static mp_obj_t number(char kind, uint32_t value) {
    return kind == 'i' ? mp_obj_new_int((int32_t)value) : mp_obj_new_int_from_uint(value);
}

static mp_obj_t drive(gate_call_t *c) {
    const char *kind = c->row->params;
    if (opens_label(c)) {
        mp_obj_t index = MP_OBJ_NEW_SMALL_INT((mp_int_t)gate_handle(c->gate, c->entry) - 1);
        c->entry->device = mp_call_function_1(c->import->driver, index);
        c->entry->open = true;
        return MP_OBJ_NEW_SMALL_INT((mp_int_t)gate_handle(c->gate, c->entry));
    }
    if (c->import->func == GATE_FUNC_I2C_TRANSACTION) {
        return drive_segments(c);
    }
    mp_obj_t args[GATE_PARAMS + 1];
    size_t n = 0, views = 0;
    args[n++] = device_of(c->entry);
    kind += *kind == 'h';
    for (const param_t *param = c->params; *kind != 0; kind++, param++) {
        if (*kind == 's') {
            args[n++] = mp_obj_new_str((const char *)param->bytes, param->value);
        } else if (*kind == 'r' || *kind == 'w') {
            args[n++] = view(c->gate, views++, param->bytes, param->value, *kind == 'w');
        } else {
            args[n++] = number(*kind, param->value);
        }
    }
    return mp_call_function_n_kw(c->import->driver, n, 0, args);
}

/* ---- Results ---- */

static int32_t code_of_errno(const gate_row_t *row, mp_int_t number_of) {
    switch (number_of) {
        case MP_ETIMEDOUT:
            return GATE_TIMEOUT;
        case MP_ENOENT:
            return GATE_NOT_FOUND;
        case MP_ENOSPC:
        case MP_EMFILE:
            return GATE_FULL;
        case MP_EINVAL:
            return GATE_INVALID;
        case MP_EBUSY:
            return GATE_BUSY;
        case MP_EPERM:
        case MP_EACCES:
            return GATE_DENIED;
        case MP_EOPNOTSUPP:
            return GATE_UNSUPPORTED;
        case MP_ENODEV:
            return GATE_NO_DEVICE;
        default:
            return row->on == GATE_KIND_I2C && (number_of == MP_EIO || number_of == 121) ? GATE_NO_DEVICE : GATE_IO;
    }
}

static void put(const gate_call_t *c, uint32_t *slots, uint64_t result) {
    slots[0] = (uint32_t)result;
    if (c->row->result == GATE_RESULT_U64) {
        slots[1] = (uint32_t)(result >> 32);
    }
}

static void put_code(const gate_call_t *c, uint32_t *slots, int32_t code) {
    if (code < 0) {
        gate_fail(c->gate, code);
    }
    put(c, slots, (uint64_t)(int64_t)code);
}

static void put_object(const gate_call_t *c, uint32_t *slots, mp_obj_t result) {
    uint64_t bits = 0;
    if (mp_obj_is_exact_type(result, &mp_type_int)) {
        if (!wasm_int_to_u64(result, &bits)) {
            mp_raise_msg(&mp_type_OverflowError, MP_ERROR_TEXT("a driver's result has over 64 bits"));
        }
    } else if (result != mp_const_none) {
        bits = (uint64_t)(int64_t)mp_obj_get_int(result);
    }
    int64_t code = (int64_t)bits;
    if (code < 0 && code > -GATE_ERRORS) {
        gate_fail(c->gate, (int32_t)code);
    }
    put(c, slots, bits);
}

/* Whether the pin behind a handle has its levels the other way round. */
static bool is_active_low(gate_obj_t *gate, uint32_t handle) {
    const gate_entry_t *entry = gate_entry(gate, handle);
    return entry != NULL && entry->active_low;
}

/* Calls the driver, or goes on with what it left: then nothing is known but the slots. */
static MP_NOINLINE wl_status_t call_python(gate_call_t *c, wasm_store_obj_t *store, uint32_t *slots, bool resumed) {
    gate_obj_t *gate = c->gate;
    mp_obj_t result = resumed ? mp_call_function_0(gate->wait_resume) : drive(c);
    if (mp_obj_is_type(result, &wasm_type_wait)) {
        const gate_wait_obj_t *wait = MP_OBJ_TO_PTR(result);
        wait_begin(gate, store, slots, wait->ms, wait->resume);
        store->waiting = MP_OBJ_FROM_PTR(gate);
        return WL_INTERRUPTED;
    }
    gate->wait_slots = NULL;
    bool inverts = c->import->func == GATE_FUNC_GPIO_READ && is_active_low(gate, slots[0]);
    put_object(c, slots, result);
    if (inverts && (int32_t)slots[0] >= 0) {
        slots[0] ^= 1;
    }
    return WL_OK;
}

static wl_status_t fenced(gate_call_t *c, wasm_store_obj_t *store, uint32_t *slots, bool resumed) {
    wasm_core_t *core = store->core;
    const wasm_call_t *top = core->top;
    wl_status_t status;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        wasm_interrupts_release();
        status = call_python(c, store, slots, resumed);
        wasm_interrupts_hold();
        nlr_pop();
    } else {
        wasm_interrupts_hold();
        mp_obj_t exception = MP_OBJ_FROM_PTR(nlr.ret_val);
        mp_int_t error;
        c->gate->wait_slots = NULL;
        if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(exception)), MP_OBJ_FROM_PTR(&mp_type_OSError)) &&
            mp_obj_get_int_maybe(mp_obj_exception_get_value(exception), &error)) {
            put_code(c, slots, code_of_errno(c->row, error));
            status = WL_OK;
        } else {
            store->exception = exception;
            status = WL_TRAP_HOST;
        }
    }
    forget_views(c->gate);
    wasm_calls_drop(core, top);
    return status;
}

/* A call while there is a wait: whether it is the one that waits, and then what comes of it. */
static bool call_again(gate_call_t *c, wasm_store_obj_t *store, uint32_t *slots, wl_status_t *status) {
    gate_obj_t *gate = c->gate;
    if (!wait_is(gate, store, slots)) {
        return false;
    }
    store->waiting = MP_OBJ_FROM_PTR(gate);
    *status = WL_INTERRUPTED;
    if (gate_wait_left(gate) == 0) {
        if (gate->wait_resume == MP_OBJ_NULL) {
            return false; /* its own end, in the usual way */
        }
        *status = fenced(c, store, slots, true);
    }
    return true;
}

wl_status_t wasm_gate_call(mp_obj_t import_in, wasm_store_obj_t *store, wl_instance_t *caller, uint32_t *slots) {
    gate_call_t c;
    c.import = MP_OBJ_TO_PTR(import_in);
    c.gate = c.import->gate;
    c.row = &gate_rows[c.import->func];
    c.caller = caller;
    wl_status_t status;
    if (c.gate->wait_slots != NULL && call_again(&c, store, slots, &status)) {
        return status;
    }
    int32_t result = 0;
    if (c.gate->budget.rate != 0 && c.gate->wait_slots == NULL) {
        result = check_rate(&c.gate->budget, 1);
    }
    if (result == 0) {
        result = check(&c, slots);
    }
    if (result != 0) {
        put_code(&c, slots, result);
        return WL_OK;
    }
    switch (call_native(&c, store, slots, &result)) {
        case DONE:
            c.gate->wait_slots = NULL;
            put(&c, slots, (uint64_t)(int64_t)result);
            return WL_OK;
        case WAIT:
            store->waiting = MP_OBJ_FROM_PTR(c.gate);
            return WL_INTERRUPTED;
        default:
            return fenced(&c, store, slots, false);
    }
}

/* ---- Linking ---- */

bool wasm_gate_fits(mp_obj_t import_in, const wl_functype_t *type) {
    const gate_row_t *row = &gate_rows[((const gate_import_obj_t *)MP_OBJ_TO_PTR(import_in))->func];
    uint8_t want = row->result == GATE_RESULT_U64 ? WL_I64 : WL_I32;
    size_t n = 0;
    for (const char *kind = row->params; *kind != 0; kind++) {
        n += is_pair(*kind) ? 2 : 1;
    }
    bool fits = n == type->n_params && type->n_results == 1 && type->results[0] == want;
    for (size_t i = 0; fits && i < n; i++) {
        fits = type->params[i] == WL_I32;
    }
    return fits;
}

int32_t wasm_gate_wait_left(const wasm_store_obj_t *store) {
    mp_obj_t waiting = store->waiting;
    return mp_obj_is_type(waiting, &wasm_type_wait) ? wasm_wait_left(waiting) : gate_wait_left(MP_OBJ_TO_PTR(waiting));
}
