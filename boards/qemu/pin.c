/* SPDX-License-Identifier: MIT
 *
 * machine.Pin without pins: levels that are remembered, driven from outside by _sim.drive, and
 * traced as they change.
 */
#include "board.h"

#include <string.h>

#include "extmod/virtpin.h"
#include "py/mphal.h"
#include "py/runtime.h"

#define PINS 32
#define LED 25 /* "LED", as on a Raspberry Pi Pico */
#define TRACE 256

enum { MODE_IN,
       MODE_OUT,
       MODE_OPEN_DRAIN };
enum { PULL_UP = 1,
       PULL_DOWN = 2 };
enum { IRQ_FALLING = 4,
       IRQ_RISING = 8 };

typedef struct {
    mp_obj_base_t base;
    uint8_t number, mode, pull, output, trigger;
    int8_t outside; /* level that something drives, or -1 */
} pin_t;

typedef struct {
    uint32_t us;
    uint8_t pin, level;
} event_t;

static pin_t pins[PINS];
static event_t trace[TRACE]; /* the last ones */
static size_t traced;

MP_REGISTER_ROOT_POINTER(mp_obj_t sim_pin_handler[32]);

static int level(const pin_t *pin) {
    if (pin->mode == MODE_OUT || (pin->mode == MODE_OPEN_DRAIN && !pin->output)) {
        return pin->output;
    }
    return pin->outside >= 0 ? pin->outside : pin->pull == PULL_UP;
}

/* After a change: traces it and schedules the handler. */
static void notice(const pin_t *pin, int before) {
    int now = level(pin);
    if (now == before) {
        return;
    }
    trace[traced++ % TRACE] = (event_t){mp_hal_ticks_us(), pin->number, (uint8_t)now};
    mp_obj_t handler = MP_STATE_VM(sim_pin_handler)[pin->number];
    if (pin->trigger & (now ? IRQ_RISING : IRQ_FALLING) && handler != MP_OBJ_NULL) {
        mp_sched_schedule(handler, MP_OBJ_FROM_PTR(pin));
    }
}

static void set(pin_t *pin, bool output) {
    int before = level(pin);
    pin->output = output;
    notice(pin, before);
}

void pins_reset(void) {
    for (size_t i = 0; i < PINS; i++) {
        pins[i] = (pin_t){.base = {&sim_pin_type}, .number = (uint8_t)i, .outside = -1};
        MP_STATE_VM(sim_pin_handler)
        [i] = MP_OBJ_NULL;
    }
    traced = 0;
}

static pin_t *pin_find(mp_obj_t id) {
    if (mp_obj_is_type(id, &sim_pin_type)) {
        return MP_OBJ_TO_PTR(id);
    }
    mp_int_t number = -1;
    if (mp_obj_is_str(id)) {
        number = strcmp(mp_obj_str_get_str(id), "LED") == 0 ? LED : -1;
    } else {
        number = mp_obj_get_int(id);
    }
    if (number < 0 || number >= PINS) {
        mp_raise_ValueError(MP_ERROR_TEXT("no such pin"));
    }
    return &pins[number];
}

mp_obj_t pins_trace(void) {
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (size_t i = traced > TRACE ? traced - TRACE : 0; i < traced; i++) {
        const event_t *e = &trace[i % TRACE];
        mp_obj_t items[] = {mp_obj_new_int_from_uint(e->us), MP_OBJ_NEW_SMALL_INT(e->pin),
                            MP_OBJ_NEW_SMALL_INT(e->level)};
        mp_obj_list_append(list, mp_obj_new_tuple(MP_ARRAY_SIZE(items), items));
    }
    traced = 0;
    return list;
}

mp_obj_t pins_drive(mp_obj_t id, mp_obj_t driven) {
    pin_t *pin = pin_find(id);
    int before = level(pin);
    pin->outside = driven == mp_const_none ? -1 : (int8_t)mp_obj_is_true(driven);
    notice(pin, before);
    return mp_const_none;
}

/* ---- machine.Pin ---- */

static void init(pin_t *pin, size_t n_args, const mp_obj_t *args, mp_map_t *keywords) {
    enum { ARG_MODE,
           ARG_PULL,
           ARG_VALUE };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_mode, MP_ARG_INT, {.u_int = -1}},
        {MP_QSTR_pull, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_value, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t given[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, args, keywords, MP_ARRAY_SIZE(allowed), allowed, given);
    int before = level(pin);
    if (given[ARG_VALUE].u_obj != mp_const_none) {
        pin->output = mp_obj_is_true(given[ARG_VALUE].u_obj);
    }
    if (given[ARG_MODE].u_int >= 0) {
        pin->mode = (uint8_t)given[ARG_MODE].u_int;
        pin->pull = given[ARG_PULL].u_obj == mp_const_none ? 0 : (uint8_t)mp_obj_get_int(given[ARG_PULL].u_obj);
    }
    notice(pin, before);
}

static mp_obj_t pin_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    pin_t *pin = pin_find(args[0]);
    mp_map_t keywords;
    mp_map_init_fixed_table(&keywords, n_kw, args + n_args);
    init(pin, n_args - 1, args + 1, &keywords);
    return MP_OBJ_FROM_PTR(pin);
}

static mp_obj_t pin_init(size_t n_args, const mp_obj_t *args, mp_map_t *keywords) {
    init(MP_OBJ_TO_PTR(args[0]), n_args - 1, args + 1, keywords);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(pin_init_obj, 1, pin_init);

static mp_obj_t pin_call(mp_obj_t self, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    if (n_args == 0) {
        return MP_OBJ_NEW_SMALL_INT(level(MP_OBJ_TO_PTR(self)));
    }
    set(MP_OBJ_TO_PTR(self), mp_obj_is_true(args[0]));
    return mp_const_none;
}

static mp_obj_t pin_value(size_t n_args, const mp_obj_t *args) {
    return pin_call(args[0], n_args - 1, 0, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pin_value_obj, 1, 2, pin_value);

static mp_obj_t pin_on(mp_obj_t self) {
    set(MP_OBJ_TO_PTR(self), true);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_on_obj, pin_on);

static mp_obj_t pin_off(mp_obj_t self) {
    set(MP_OBJ_TO_PTR(self), false);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_off_obj, pin_off);

static mp_obj_t pin_toggle(mp_obj_t self) {
    pin_t *pin = MP_OBJ_TO_PTR(self);
    set(pin, !pin->output);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_toggle_obj, pin_toggle);

static mp_obj_t pin_irq(size_t n_args, const mp_obj_t *args, mp_map_t *keywords) {
    enum { ARG_HANDLER,
           ARG_TRIGGER };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_handler, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_trigger, MP_ARG_INT, {.u_int = IRQ_RISING | IRQ_FALLING}},
    };
    mp_arg_val_t given[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, keywords, MP_ARRAY_SIZE(allowed), allowed, given);
    pin_t *pin = MP_OBJ_TO_PTR(args[0]);
    mp_obj_t handler = given[ARG_HANDLER].u_obj;
    MP_STATE_VM(sim_pin_handler)
    [pin->number] = handler == mp_const_none ? MP_OBJ_NULL : handler;
    pin->trigger = (uint8_t)given[ARG_TRIGGER].u_int;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(pin_irq_obj, 1, pin_irq);

static mp_uint_t pin_ioctl(mp_obj_t self, mp_uint_t request, uintptr_t argument, int *error) {
    (void)error;
    switch (request) {
        case MP_PIN_READ:
            return (mp_uint_t)level(MP_OBJ_TO_PTR(self));
        case MP_PIN_WRITE:
            set(MP_OBJ_TO_PTR(self), argument != 0);
            return 0;
        default:
            return (mp_uint_t)-1;
    }
}

static const mp_pin_p_t pin_protocol = {.ioctl = pin_ioctl};

static void pin_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    (void)kind;
    static const char *const modes[] = {"IN", "OUT", "OPEN_DRAIN"};
    const pin_t *pin = MP_OBJ_TO_PTR(self);
    mp_printf(print, "Pin(%d, mode=%s)", pin->number, pin->mode <= MODE_OPEN_DRAIN ? modes[pin->mode] : "?");
}

static const mp_rom_map_elem_t pin_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&pin_init_obj)},
    {MP_ROM_QSTR(MP_QSTR_value), MP_ROM_PTR(&pin_value_obj)},
    {MP_ROM_QSTR(MP_QSTR_on), MP_ROM_PTR(&pin_on_obj)},
    {MP_ROM_QSTR(MP_QSTR_off), MP_ROM_PTR(&pin_off_obj)},
    {MP_ROM_QSTR(MP_QSTR_high), MP_ROM_PTR(&pin_on_obj)},
    {MP_ROM_QSTR(MP_QSTR_low), MP_ROM_PTR(&pin_off_obj)},
    {MP_ROM_QSTR(MP_QSTR_toggle), MP_ROM_PTR(&pin_toggle_obj)},
    {MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&pin_irq_obj)},
    {MP_ROM_QSTR(MP_QSTR_IN), MP_ROM_INT(MODE_IN)},
    {MP_ROM_QSTR(MP_QSTR_OUT), MP_ROM_INT(MODE_OUT)},
    {MP_ROM_QSTR(MP_QSTR_OPEN_DRAIN), MP_ROM_INT(MODE_OPEN_DRAIN)},
    {MP_ROM_QSTR(MP_QSTR_PULL_UP), MP_ROM_INT(PULL_UP)},
    {MP_ROM_QSTR(MP_QSTR_PULL_DOWN), MP_ROM_INT(PULL_DOWN)},
    {MP_ROM_QSTR(MP_QSTR_IRQ_RISING), MP_ROM_INT(IRQ_RISING)},
    {MP_ROM_QSTR(MP_QSTR_IRQ_FALLING), MP_ROM_INT(IRQ_FALLING)},
};
static MP_DEFINE_CONST_DICT(pin_locals, pin_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    sim_pin_type, MP_QSTR_Pin, MP_TYPE_FLAG_NONE,
    make_new, pin_make_new,
    print, pin_print,
    call, pin_call,
    protocol, &pin_protocol,
    locals_dict, &pin_locals);
