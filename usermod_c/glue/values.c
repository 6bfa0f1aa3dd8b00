/* SPDX-License-Identifier: MIT
 *
 * Conversion between Python objects and the engine's 32-bit slots, exact in both directions:
 *
 *   i32   ints of [-2^31, 2^32); back as signed ints
 *   i64   ints of [-2^63, 2^64); back as signed ints of whatever size it takes
 *   f32   floats and ints, rounded to nearest; back without loss, NaN payloads included
 *   f64   floats and ints; bit for bit where Python's floats are doubles. Where they are single
 *         (most boards), an int argument is still converted exactly, and a result is rounded to
 *         the nearest single; the guest itself always computes in full doubles
 *   externref   any object, None is null; the store keeps it from then on
 *   funcref     Func objects of the same store, None is null
 */
#include "glue.h"

#include <string.h>

#include "py/objint.h"
#include "py/smallint.h"

static void put_u64(uint32_t *slots, uint64_t v) {
    slots[0] = (uint32_t)v;
    slots[1] = (uint32_t)(v >> 32);
}

static uint64_t get_u64(const uint32_t *slots) {
    return slots[0] | (uint64_t)slots[1] << 32;
}

/* ---- Integers ---- */

bool wasm_int_to_u64(mp_obj_t obj, uint64_t *bits) {
    if (mp_obj_is_small_int(obj)) {
        *bits = (uint64_t)(int64_t)MP_OBJ_SMALL_INT_VALUE(obj);
        return true;
    }
    uint64_t v = (mp_uint_t)mp_obj_int_get_truncated(obj);
    if (sizeof(mp_uint_t) < sizeof(v)) {
        mp_obj_t high = mp_binary_op(MP_BINARY_OP_RSHIFT, obj, MP_OBJ_NEW_SMALL_INT(32));
        v = (uint32_t)v | (uint64_t)(uint32_t)mp_obj_int_get_truncated(high) << 32;
    }
    *bits = v;
    /* What was cut off shows in the way back. */
    return mp_obj_equal(obj, mp_obj_int_sign(obj) < 0 ? mp_obj_new_int_from_ll((int64_t)v)
                                                      : mp_obj_new_int_from_ull(v));
}

static wasm_value_t int_slots(uint8_t type, mp_obj_t value, uint32_t *slots) {
    uint64_t bits;
    if (mp_obj_is_bool(value)) {
        bits = value == mp_const_true;
    } else if (!mp_obj_is_int(value)) {
        return WASM_VALUE_TYPE;
    } else if (!wasm_int_to_u64(value, &bits)) {
        return WASM_VALUE_RANGE;
    }
    if (type == WL_I64) {
        put_u64(slots, bits);
        return WASM_VALUE_OK;
    }
    /* A big int in [2^63, 2^64) looks like a small negative one here. */
    bool negative = mp_obj_is_int(value) && mp_obj_int_sign(value) < 0;
    if (negative ? (int64_t)bits < INT32_MIN : bits > UINT32_MAX) {
        return WASM_VALUE_RANGE;
    }
    slots[0] = (uint32_t)bits;
    return WASM_VALUE_OK;
}

mp_obj_t wasm_int_from_i64(int64_t v) {
    if (v >= MP_SMALL_INT_MIN && v <= MP_SMALL_INT_MAX) {
        return MP_OBJ_NEW_SMALL_INT((mp_int_t)v);
    }
    return mp_obj_new_int_from_ll(v);
}

mp_obj_t wasm_int_from_size(size_t v) {
    return mp_obj_new_int_from_uint((mp_uint_t)v);
}

uint32_t wasm_get_u32(mp_obj_t obj, const char *what) {
    uint32_t v = 0;
    wasm_value_t problem = int_slots(WL_I32, obj, &v);
    if (problem != WASM_VALUE_OK) {
        wasm_value_raise(problem, what, WL_I32, obj);
    }
    return v;
}

/* ---- Floats ----
 * NaNs change width by their bits: the processor's conversion would make signalling ones quiet. */

static uint32_t f32_bits(float v) {
    uint32_t bits;
    memcpy(&bits, &v, sizeof(bits));
    return bits;
}

static uint64_t f64_bits(double v) {
    uint64_t bits;
    memcpy(&bits, &v, sizeof(bits));
    return bits;
}

static bool f32_is_nan(uint32_t bits) {
    return (bits & 0x7fffffff) > 0x7f800000;
}

static bool f64_is_nan(uint64_t bits) {
    return (bits & INT64_MAX) > 0x7ff0000000000000;
}

static double f64_from_bits(uint64_t bits) {
    double v;
    memcpy(&v, &bits, sizeof(v));
    return v;
}

static float f32_from_bits(uint32_t bits) {
    float v;
    memcpy(&v, &bits, sizeof(v));
    return v;
}

static uint64_t nan_widen(uint32_t bits) {
    return (uint64_t)(bits & 0x80000000) << 32 | 0x7ff0000000000000 | (uint64_t)(bits & 0x7fffff) << 29;
}

static uint32_t nan_narrow(uint64_t bits) {
    uint32_t payload = (uint32_t)(bits >> 29) & 0x7fffff;
    if (payload == 0) {
        payload = 0x400000; /* the bits that made it a NaN are lost: the canonical one */
    }
    return (uint32_t)(bits >> 32 & 0x80000000) | 0x7f800000 | payload;
}

static uint64_t float_as_f64(mp_float_t v) {
    uint64_t bits = f64_bits((double)v);
    return sizeof(v) == sizeof(float) && f64_is_nan(bits) ? nan_widen(f32_bits((float)v)) : bits;
}

static uint32_t float_as_f32(mp_float_t v) {
    uint32_t bits = f32_bits((float)v);
    return sizeof(v) == sizeof(double) && f32_is_nan(bits) ? nan_narrow(f64_bits((double)v)) : bits;
}

static mp_obj_t f64_object(uint64_t bits) {
    if (sizeof(mp_float_t) == sizeof(float) && f64_is_nan(bits)) {
        return mp_obj_new_float((mp_float_t)f32_from_bits(nan_narrow(bits)));
    }
    return mp_obj_new_float((mp_float_t)f64_from_bits(bits));
}

static mp_obj_t f32_object(uint32_t bits) {
    if (sizeof(mp_float_t) == sizeof(double) && f32_is_nan(bits)) {
        return mp_obj_new_float((mp_float_t)f64_from_bits(nan_widen(bits)));
    }
    return mp_obj_new_float((mp_float_t)f32_from_bits(bits));
}

static wasm_value_t float_slots(uint8_t type, mp_obj_t value, uint32_t *slots) {
    uint64_t bits;
    mp_float_t v;
    if (mp_obj_is_int(value) && wasm_int_to_u64(value, &bits)) {
        bool negative = mp_obj_int_sign(value) < 0;
        if (type == WL_F32) {
            slots[0] = f32_bits(negative ? (float)(int64_t)bits : (float)bits);
        } else {
            put_u64(slots, f64_bits(negative ? (double)(int64_t)bits : (double)bits));
        }
        return WASM_VALUE_OK;
    }
    if (!mp_obj_get_float_maybe(value, &v)) {
        return WASM_VALUE_TYPE;
    }
    if (type == WL_F32) {
        slots[0] = float_as_f32(v);
    } else {
        put_u64(slots, float_as_f64(v));
    }
    return WASM_VALUE_OK;
}

/* ---- All types ---- */

static wasm_value_t func_slots(wasm_store_obj_t *store, mp_obj_t value, uint32_t *slots) {
    if (value == mp_const_none) {
        slots[0] = 0;
        return WASM_VALUE_OK;
    }
    if (!mp_obj_is_type(value, &wasm_type_func)) {
        return WASM_VALUE_TYPE;
    }
    const wasm_func_obj_t *f = MP_OBJ_TO_PTR(value);
    slots[0] = f->func;
    return f->store == store ? WASM_VALUE_OK : WASM_VALUE_STORE;
}

wasm_value_t wasm_value_slots(wasm_store_obj_t *store, uint8_t type, mp_obj_t value, uint32_t *slots) {
    if (type == WL_I32 && wasm_value_is_i32(value)) {
        slots[0] = (uint32_t)MP_OBJ_SMALL_INT_VALUE(value);
        return WASM_VALUE_OK;
    }
    switch (type) {
        case WL_I32:
        case WL_I64:
            return int_slots(type, value, slots);
        case WL_F32:
        case WL_F64:
            return float_slots(type, value, slots);
        case WL_FUNCREF:
            return func_slots(store, value, slots);
        default:
            slots[0] = value == mp_const_none ? 0 : wasm_store_extern(store, value);
            return WASM_VALUE_OK;
    }
}

mp_obj_t wasm_value_object(wasm_store_obj_t *store, uint8_t type, const uint32_t *slots) {
    switch (type) {
        case WL_I32:
            return mp_obj_new_int((int32_t)slots[0]);
        case WL_I64:
            return wasm_int_from_i64((int64_t)get_u64(slots));
        case WL_F32:
            return f32_object(slots[0]);
        case WL_F64:
            return f64_object(get_u64(slots));
        case WL_FUNCREF:
            return slots[0] == 0 ? mp_const_none : wasm_func_new(store, slots[0]);
        default: {
            size_t n;
            mp_obj_t *items;
            mp_obj_get_array(store->externs, &n, &items);
            return slots[0] == 0 || slots[0] > n ? mp_const_none : items[slots[0] - 1];
        }
    }
}

mp_obj_t wasm_results_object(wasm_store_obj_t *store, const wl_functype_t *type, const uint32_t *slots) {
    if (type->n_results == 0) {
        return mp_const_none;
    }
    if (type->n_results == 1) {
        return wasm_value_object(store, type->results[0], slots);
    }
    mp_obj_tuple_t *tuple = MP_OBJ_TO_PTR(mp_obj_new_tuple(type->n_results, NULL));
    for (size_t i = 0; i < type->n_results; i++) {
        tuple->items[i] = wasm_value_object(store, type->results[i], slots);
        slots += wasm_value_width(type->results[i]);
    }
    return MP_OBJ_FROM_PTR(tuple);
}

void wasm_value_raise(wasm_value_t problem, const char *what, uint8_t type, mp_obj_t value) {
    const char *wanted = wasm_type_name(type);
    if (problem == WASM_VALUE_RANGE) {
        mp_raise_msg_varg(&mp_type_OverflowError, MP_ERROR_TEXT("%s: the int does not fit %s"), what, wanted);
    }
    if (problem == WASM_VALUE_STORE) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("%s: the function belongs to another store"), what);
    }
    mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("%s: %s expected, not %s"), what, wanted,
                      mp_obj_get_type_str(value));
}
