/* SPDX-License-Identifier: MIT
 *
 * An app's events: a ring that interrupts write to and sys.poll reads, and alarms, which fire when
 * they are looked at.
 *
 * One writer at a time (interrupt handlers, or Python between them) and one reader; each moves an
 * index of its own. An event that finds the ring full is lost and counted.
 */
#include "gate.h"

#include "extmod/virtpin.h"
#include "py/mphal.h"
#include "py/objtype.h"

#include <string.h>

/* ---- Pins ---- */

static const mp_pin_p_t *pin_protocol(mp_obj_t device) {
    if (!mp_obj_is_obj(device)) {
        return NULL;
    }
    const mp_obj_type_t *type = ((const mp_obj_base_t *)MP_OBJ_TO_PTR(device))->type;
    if (mp_obj_is_instance_type(type) || !MP_OBJ_TYPE_HAS_SLOT(type, protocol)) {
        return NULL;
    }
    return MP_OBJ_TYPE_GET_SLOT(type, protocol);
}

bool gate_pin_read(mp_obj_t device, uint32_t *level) {
    const mp_pin_p_t *pin = pin_protocol(device);
    if (pin == NULL) {
        return false;
    }
    int error;
    *level = pin->ioctl(device, MP_PIN_READ, 0, &error) != 0;
    return true;
}

bool gate_pin_write(mp_obj_t device, uint32_t level) {
    const mp_pin_p_t *pin = pin_protocol(device);
    if (pin == NULL) {
        return false;
    }
    int error;
    pin->ioctl(device, MP_PIN_WRITE, level, &error);
    return true;
}

/* ---- The ring ---- */

static uint32_t queued(const gate_obj_t *gate) {
    return (uint16_t)(gate->head - gate->tail);
}

void gate_post(gate_obj_t *gate, uint32_t kind, uint32_t handle, uint32_t value) {
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    if (!gate->closed) {
        if (queued(gate) < GATE_QUEUE) {
            gate->events[gate->head % GATE_QUEUE] = (gate_event_t){kind, handle, value, (uint32_t)mp_hal_ticks_ms()};
            gate->head++;
        } else {
            gate->lost++;
        }
    }
    MICROPY_END_ATOMIC_SECTION(state);
}

bool gate_has_events(const gate_obj_t *gate) {
    return queued(gate) != 0;
}

uint32_t gate_take_events(gate_obj_t *gate, uint8_t *to, uint32_t max) {
    uint32_t n = queued(gate);
    n = n < max ? n : max;
    for (uint32_t i = 0; i < n; i++) {
        memcpy(to + i * sizeof(gate_event_t), &gate->events[gate->tail % GATE_QUEUE], sizeof(gate_event_t));
        gate->tail++;
    }
    return n;
}

/* ---- Posters ---- */

typedef struct {
    mp_obj_base_t base;
    gate_obj_t *gate;
    uint32_t kind, handle;
} poster_obj_t;

/* Called with what an interrupt gives: a pin, whose level is the value, or a number, a simulated pin's level. Allocates nothing. */
static mp_obj_t poster_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)n_kw;
    const poster_obj_t *self = MP_OBJ_TO_PTR(self_in);
    uint32_t value = 0;
    if (n_args > 0) {
        if (mp_obj_is_small_int(args[0])) {
            value = (uint32_t)MP_OBJ_SMALL_INT_VALUE(args[0]);
        } else {
            gate_pin_read(args[0], &value);
        }
        const gate_entry_t *entry = gate_entry(self->gate, self->handle);
        value ^= entry != NULL && entry->active_low;
    }
    gate_post(self->gate, self->kind, self->handle, value);
    return mp_const_none;
}

static MP_DEFINE_CONST_OBJ_TYPE(type_poster, MP_QSTR_Poster, MP_TYPE_FLAG_NONE, call, poster_call);

mp_obj_t gate_poster(gate_obj_t *gate, mp_obj_t kind, mp_obj_t handle) {
    poster_obj_t *o = mp_obj_malloc(poster_obj_t, &type_poster);
    o->gate = gate;
    o->kind = wasm_get_u32(kind, "kind");
    o->handle = wasm_get_u32(handle, "handle");
    return MP_OBJ_FROM_PTR(o);
}

/* ---- Alarms ---- */

#define ALARM_MAX_MS (1u << 30)

int32_t gate_alarm_start(gate_obj_t *gate, const gate_entry_t *grant, uint32_t ms, bool periodic) {
    uint32_t running = 0;
    for (uint32_t i = 0; i < gate->n_entries; i++) {
        running += gate->entries[i].kind == GATE_KIND_ALARM;
    }
    if (ms == 0 || ms > ALARM_MAX_MS) {
        return GATE_INVALID;
    }
    if (ms < grant->rate) {
        return GATE_DENIED;
    }
    gate_entry_t *entry = running < grant->max ? gate_entry_new(gate, GATE_KIND_ALARM) : NULL;
    if (entry == NULL) {
        return GATE_FULL;
    }
    entry->open = true;
    entry->ops = UINT8_MAX;
    entry->rate = periodic ? ms : 0;
    entry->ticks = (uint32_t)mp_hal_ticks_ms() + ms;
    return (int32_t)gate_handle(gate, entry);
}

bool gate_next_alarm(const gate_obj_t *gate, uint32_t *ms) {
    uint32_t now = (uint32_t)mp_hal_ticks_ms(), least = UINT32_MAX;
    for (uint32_t i = 0; i < gate->n_entries; i++) {
        const gate_entry_t *entry = &gate->entries[i];
        if (entry->kind == GATE_KIND_ALARM) {
            uint32_t left = entry->ticks - now;
            least = left > ALARM_MAX_MS ? 0 : left < least ? left
                                                           : least;
        }
    }
    *ms = least;
    return least != UINT32_MAX;
}

void gate_fire_alarms(gate_obj_t *gate) {
    uint32_t now = (uint32_t)mp_hal_ticks_ms();
    for (uint32_t i = 0; i < gate->n_entries && queued(gate) < GATE_QUEUE; i++) {
        gate_entry_t *entry = &gate->entries[i];
        uint32_t late = now - entry->ticks;
        if (entry->kind == GATE_KIND_ALARM && late <= UINT32_MAX - ALARM_MAX_MS) {
            uint32_t fired = entry->rate == 0 ? 1 : late / entry->rate + 1;
            entry->ticks += fired * entry->rate;
            if (entry->rate == 0) {
                entry->kind = GATE_KIND_NONE;
                entry->open = false;
            }
            gate_post(gate, GATE_EVENT_TIMER, gate_handle(gate, entry), fired);
        }
    }
}

/* ---- Waiting ---- */

int32_t gate_wait_left(const gate_obj_t *gate) {
    uint32_t left = UINT32_MAX, alarm;
    if (!gate->wait_forever) {
        uint32_t passed = (uint32_t)mp_hal_ticks_ms() - gate->wait_start;
        left = passed < gate->wait_ms ? gate->wait_ms - passed : 0;
    }
    if (gate->wait_events) {
        if (gate_has_events(gate)) {
            return 0;
        }
        if (gate_next_alarm(gate, &alarm) && alarm < left) {
            left = alarm;
        }
    }
    return left == UINT32_MAX ? -1 : left < INT32_MAX ? (int32_t)left
                                                      : INT32_MAX;
}
