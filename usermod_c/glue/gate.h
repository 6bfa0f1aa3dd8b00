/* SPDX-License-Identifier: MIT
 *
 * The gate: what stands between an app and the host functions of host_api.toml. It holds the app's
 * grant as a table, checks every call against it before anything of it reaches Python or a
 * device, and queues the app's events.
 *
 * One gate belongs to one app. A handle is a position in its table, so an app has no way to name what
 * is another's.
 */
#ifndef WASMLET_GATE_H
#define WASMLET_GATE_H

#include "glue.h"

enum {
    GATE_KIND_NONE,
#define HOST_KIND(kind, name) GATE_KIND_##kind,
#include "host_api.def"
    GATE_KINDS
};

enum {
#define HOST_ERROR(error, name, code) GATE_##error = code,
#include "host_api.def"
};

#define GATE_ERRORS 14 /* codes are -1 down to -13; checked against the table in gate.c */

enum {
#define HOST_EVENT(event, code) GATE_EVENT_##event = code,
#include "host_api.def"
};

enum { GATE_CHARGE_NONE,
       GATE_CHARGE_CALL, /* 1: so many */
       GATE_CHARGE_BYTES };

enum { GATE_RESULT_I32,
       GATE_RESULT_U64 };

/* A row of host_api.toml. `params` has a letter for each parameter:
 * h handle, a I2C address, u i numbers, s string, r in, w out, v segments. */
#define GATE_PARAMS 4
typedef struct {
    char name[20]; /* "i2c.transaction" */
    char params[GATE_PARAMS + 1];
    uint8_t on, op, makes, charge, result;
} gate_row_t;

enum {
#define HOST_FUNC(function, module, name, params, on, ops, makes, charge, result, blocks) GATE_FUNC_##function,
#include "host_api.def"
    GATE_FUNCS
};

extern const gate_row_t gate_rows[GATE_FUNCS];

/* A grant, or something that a call has made. */
typedef struct {
    uint8_t kind; /* GATE_KIND_NONE: free */
    uint8_t ops;  /* allowed, a bit each in host_api.def's order */
    bool open, active_low;
    uint32_t max;      /* bytes of one call, 0 without limit; timer: alarms at a time */
    uint32_t rate;     /* per second, 0 without limit; timer: least ms; alarm: its period in ms, 0: fires once */
    uint32_t level;    /* what may still be charged, GATE_UNIT for each call or byte */
    uint32_t ticks;    /* when `level` was reckoned, in us; alarm: when it is due, in ms */
    uint8_t addresses[16]; /* a bit each */
    mp_obj_t label, device; /* MP_OBJ_NULL without */
} gate_entry_t;

/* Levels rise by the rate every 1,024 us, because a shift is cheaper than a division. */
#define GATE_TICK_SHIFT 10
#define GATE_UNIT 977
#define GATE_RATE_MAX (UINT32_MAX / GATE_UNIT)

typedef struct {
    uint32_t kind, handle, value, time_ms; /* as sys.poll writes it, little-endian */
} gate_event_t;

#define GATE_QUEUE 32 /* events; a power of two */

typedef struct {
    mp_obj_base_t base;
    gate_entry_t *entries;
    uint16_t n_entries;
    volatile uint16_t head, tail; /* of the queue: written here, read there */
    volatile uint32_t lost;
    gate_event_t *events;
    gate_entry_t budget; /* its rate: host calls per second, of all kinds together */
    uint32_t counts[GATE_ERRORS]; /* errors returned, by -code */
    /* A call that waits: it is repeated, at the same place and with no fuel used since. */
    const uint32_t *wait_slots;
    uint64_t wait_fuel;
    mp_obj_t wait_resume; /* the driver's function that goes on; MP_OBJ_NULL: the gate's own wait */
    uint32_t wait_start, wait_ms;
    bool wait_forever, wait_events, closed;
    uint32_t handle;   /* of the call in progress */
    mp_obj_t views[2]; /* memoryviews that drivers get, used again and again */
} gate_obj_t;

typedef struct { /* an import under a grant */
    mp_obj_base_t base;
    gate_obj_t *gate;
    mp_obj_t driver;
    uint8_t func;   /* its row */
    uint16_t entry; /* of a call that has no handle */
} gate_import_obj_t;

typedef struct { /* what a driver returns when the guest has to wait */
    mp_obj_base_t base;
    uint32_t ms, start; /* start: of a host function that is not the gate's */
    mp_obj_t resume;
} gate_wait_obj_t;

/* Counts an error code that goes to the guest, and returns it. */
int32_t gate_fail(gate_obj_t *gate, int32_t code);
/* Charges a call that needs `op` to the entry `handle`, or (0) to the budget of host calls; returns 0 or an
 * error code, counted. For imports that are no rows of host_api.toml. */
int32_t gate_check(gate_obj_t *gate, uint32_t handle, uint32_t op, uint32_t charge);
/* A free place in the table, or NULL. */
gate_entry_t *gate_entry_new(gate_obj_t *gate, uint8_t kind);
static inline uint32_t gate_handle(const gate_obj_t *gate, const gate_entry_t *entry) {
    return (uint32_t)(entry - gate->entries) + 1;
}
/* The open entry behind a handle, NULL when there is none. */
static inline gate_entry_t *gate_entry(gate_obj_t *gate, uint32_t handle) {
    return handle - 1 < gate->n_entries && gate->entries[handle - 1].open ? &gate->entries[handle - 1] : NULL;
}

/* ---- gate_events.c ---- */
void gate_post(gate_obj_t *gate, uint32_t kind, uint32_t handle, uint32_t value); /* from interrupts, too */
mp_obj_t gate_poster(gate_obj_t *gate, mp_obj_t kind, mp_obj_t handle);
bool gate_has_events(const gate_obj_t *gate);
uint32_t gate_take_events(gate_obj_t *gate, uint8_t *to, uint32_t max);
/* timer.start and timer.cancel. */
int32_t gate_alarm_start(gate_obj_t *gate, const gate_entry_t *grant, uint32_t ms, bool periodic);
/* Milliseconds until the next alarm, 0 when one is due; false when there is none. */
bool gate_next_alarm(const gate_obj_t *gate, uint32_t *ms);
void gate_fire_alarms(gate_obj_t *gate);

/* Milliseconds until the call that waits is worth repeating; -1 until an event comes. */
int32_t gate_wait_left(const gate_obj_t *gate);

/* Whether the pin `device` has C functions; then *level is read, or written. */
bool gate_pin_read(mp_obj_t device, uint32_t *level);
bool gate_pin_write(mp_obj_t device, uint32_t level);

#endif
