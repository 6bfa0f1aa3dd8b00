/* SPDX-License-Identifier: MIT
 *
 * The Store object behind every Instance, Memory, Table, Global and Func, and the engine's store
 * (the "core") that it owns.
 */
#include "glue.h"

/* ---- Cores ---- */

void wasm_image_drop(wasm_image_t *image, bool finalising) {
    if (--image->refs == 0) {
        wl_module_free(image->module);
        wasm_bytes_drop(image->bytes, finalising);
        wasm_free(image, sizeof(*image));
    }
}

static bool core_owns(const wasm_viewed_t *viewed, const void *data) {
    for (const wasm_view_t *v = ((const wasm_core_t *)viewed)->views; v; v = v->next) {
        if (v->data == data) {
            return true;
        }
    }
    return false;
}

static void core_free(wasm_viewed_t *viewed, bool finalising) {
    wasm_core_t *core = (wasm_core_t *)viewed;
    wasm_calls_drop(core, NULL);
    wl_store_free(core->store);
    while (core->spare) {
        wasm_call_t *c = core->spare;
        core->spare = c->below;
        wasm_free(c, sizeof(*c));
    }
    while (core->images) {
        wasm_images_t *i = core->images;
        core->images = i->next;
        wasm_image_drop(i->image, finalising);
        wasm_free(i, sizeof(*i));
    }
    while (core->views) {
        wasm_view_t *v = core->views;
        core->views = v->next;
        wasm_free(v, sizeof(*v));
    }
    wasm_free(core, sizeof(*core));
}

/* ---- Store objects ---- */

void wasm_store_close(wasm_store_obj_t *store) {
    wasm_core_t *core = store->core;
    store->core = NULL;
    core_free(&core->viewed, false);
}

static mp_obj_t store_del(mp_obj_t self_in) {
    wasm_store_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->core != NULL) {
        wasm_core_t *core = self->core;
        self->core = NULL;
        wasm_viewed_drop(&core->viewed, true);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(store_del_obj, store_del);

static const mp_rom_map_elem_t store_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&store_del_obj)},
};
static MP_DEFINE_CONST_DICT(store_locals, store_locals_table);
static MP_DEFINE_CONST_OBJ_TYPE(type_store, MP_QSTR_Store, MP_TYPE_FLAG_NONE, locals_dict, &store_locals);

void wasm_store_raise_gone(void) {
    mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the store is gone"));
}

wasm_store_obj_t *wasm_store_new(const wl_config_t *config) {
    wasm_viewed_begin();
    wasm_relieve();
    wasm_store_obj_t *self = mp_obj_malloc_with_finaliser(wasm_store_obj_t, &type_store);
    self->core = NULL;
    self->modules = mp_obj_new_list(0, NULL);
    self->hosts = NULL;
    self->externs = mp_obj_new_list(0, NULL);
    self->exception = MP_OBJ_NULL;
    self->waiting = MP_OBJ_NULL;
    wasm_core_t *core = wasm_alloc(sizeof(*core));
    wl_status_t status = WL_NO_MEMORY;
    if (core != NULL) {
        core->viewed.owns = core_owns;
        core->viewed.free = core_free;
        status = wl_store_new(&wasm_allocator, config, &core->store);
    }
    if (status != WL_OK) {
        wasm_free(core, sizeof(*core));
        wasm_raise_status(NULL, &(wl_error_t){.status = status, .func_index = WL_NO_INDEX});
    }
    self->core = core;
    return self;
}

void wasm_store_keep_module(wasm_store_obj_t *store, mp_obj_t module) {
    wasm_image_t *image = ((wasm_module_obj_t *)MP_OBJ_TO_PTR(module))->image;
    mp_obj_list_append(store->modules, module);
    wasm_images_t *entry = wasm_alloc(sizeof(*entry));
    if (entry == NULL) {
        wasm_raise_status(NULL, &(wl_error_t){.status = WL_NO_MEMORY});
    }
    image->refs++;
    *entry = (wasm_images_t){store->core->images, image};
    store->core->images = entry;
}

wasm_store_obj_t *wasm_store_of(mp_obj_t obj) {
    /* All of them begin with their base and their store. */
    const mp_obj_type_t *type = mp_obj_get_type(obj);
    if (type == &wasm_type_instance || type == &wasm_type_memory || type == &wasm_type_table ||
        type == &wasm_type_global || type == &wasm_type_func) {
        return ((wasm_handle_obj_t *)MP_OBJ_TO_PTR(obj))->store;
    }
    return NULL;
}

uint32_t wasm_store_extern(wasm_store_obj_t *store, mp_obj_t obj) {
    size_t n;
    mp_obj_t *items;
    mp_obj_get_array(store->externs, &n, &items);
    for (size_t i = 0; i < n; i++) {
        if (items[i] == obj) {
            return (uint32_t)i + 1;
        }
    }
    mp_obj_list_append(store->externs, obj);
    return (uint32_t)n + 1;
}

bool wasm_store_viewed(wasm_store_obj_t *store, const void *data) {
    wasm_core_t *core = store->core;
    if (core_owns(&core->viewed, data)) {
        return true;
    }
    wasm_view_t *view = wasm_alloc(sizeof(*view));
    if (view == NULL) {
        return false;
    }
    *view = (wasm_view_t){core->views, data};
    core->views = view;
    core->viewed.handed_out = true;
    return true;
}

/* ---- Fuel ---- */

static int64_t fuel_units(mp_obj_t fuel) {
    uint64_t units;
    if (fuel == mp_const_none) {
        return WASM_ENDLESS_FUEL;
    }
    if (!mp_obj_is_int(fuel)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("fuel: int or None expected, not %s"),
                          mp_obj_get_type_str(fuel));
    }
    if (!wasm_int_to_u64(fuel, &units) || units >= WASM_ENDLESS_FUEL) {
        mp_raise_msg(&mp_type_OverflowError, MP_ERROR_TEXT("fuel: the int is negative or too big"));
    }
    return (int64_t)units;
}

void wasm_fuel_set(wasm_core_t *core, mp_obj_t fuel) {
    wl_store_set_fuel(core->store, fuel_units(fuel));
}

void wasm_fuel_add(wasm_core_t *core, mp_obj_t fuel) {
    int64_t units = fuel_units(fuel), balance = wl_store_fuel(core->store);
    bool endless = units == WASM_ENDLESS_FUEL || (balance > 0 && units >= WASM_ENDLESS_FUEL - balance);
    wl_store_set_fuel(core->store, endless ? WASM_ENDLESS_FUEL : balance + units);
}

mp_obj_t wasm_fuel_get(const wasm_core_t *core) {
    int64_t balance = wl_store_fuel(core->store);
    return balance == WASM_ENDLESS_FUEL ? mp_const_none : wasm_int_from_i64(balance);
}
