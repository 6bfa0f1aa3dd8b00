/* SPDX-License-Identifier: MIT
 *
 * Memory: a handle on a linear memory, and a buffer.
 *
 * The engine never moves a linear memory while its store lives, so a buffer stays valid when the
 * memory grows (it then shows the old length). store.c sees to it that it also stays valid when
 * nothing but a memoryview is left.
 */
#include "glue.h"

#include <string.h>

mp_obj_t wasm_memory_new(wasm_store_obj_t *store, wl_memory_t *memory) {
    wasm_handle_obj_t *o = wasm_handle_new(&wasm_type_memory, store);
    o->u.memory = memory;
    return MP_OBJ_FROM_PTR(o);
}

static mp_obj_t memory_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    enum { ARG_min,
           ARG_max,
           ARG_page_size,
           ARG_store };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_min, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_max, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_page_size, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 65536}},
        {MP_QSTR_store, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t val[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, val);
    if (val[ARG_page_size].u_int != 1 && val[ARG_page_size].u_int != 65536) {
        mp_raise_TypeError(MP_ERROR_TEXT("page_size: 1 or 65536 expected"));
    }
    wl_limits_t limits = wasm_limits_argument(val[ARG_min].u_obj, val[ARG_max].u_obj,
                                              val[ARG_page_size].u_int == 1 ? 0 : 16);
    wasm_store_obj_t *store = wasm_store_argument(val[ARG_store].u_obj);
    wl_memory_t *memory;
    wasm_check(wl_memory_new(store->core->store, &limits, &memory));
    return wasm_memory_new(store, memory);
}

static mp_int_t memory_get_buffer(mp_obj_t self_in, mp_buffer_info_t *info, mp_uint_t flags) {
    (void)flags;
    const wasm_handle_obj_t *self = wasm_handle_get(self_in);
    info->buf = wl_memory_data(self->u.memory);
    info->len = wl_memory_bytes(self->u.memory);
    info->typecode = 'B';
    return wasm_store_viewed(self->store, info->buf) ? 0 : 1;
}

static mp_obj_t memory_unary_op(mp_unary_op_t op, mp_obj_t self_in) {
    switch (op) {
        case MP_UNARY_OP_BOOL:
            return mp_const_true;
        case MP_UNARY_OP_LEN:
            return wasm_int_from_size(wl_memory_bytes(wasm_handle_get(self_in)->u.memory));
        default:
            return MP_OBJ_NULL;
    }
}

static mp_obj_t memory_slice(uint8_t *data, size_t size, mp_obj_t value) {
    if (value == MP_OBJ_SENTINEL) {
        return mp_obj_new_bytes(data, size);
    }
    mp_buffer_info_t source;
    mp_get_buffer_raise(value, &source, MP_BUFFER_READ);
    if (source.len != size) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("%u bytes expected, %u given"),
                          (unsigned)size, (unsigned)source.len);
    }
    memmove(data, source.buf, size);
    return mp_const_none;
}

static mp_obj_t memory_subscr(mp_obj_t self_in, mp_obj_t index, mp_obj_t value) {
    const wasm_handle_obj_t *self = wasm_handle_get(self_in);
    uint8_t *data = wl_memory_data(self->u.memory);
    size_t size = wl_memory_bytes(self->u.memory);
    if (value == MP_OBJ_NULL) {
        return MP_OBJ_NULL; /* del */
    }
    if (mp_obj_is_type(index, &mp_type_slice)) {
        mp_bound_slice_t bounds;
        if (!mp_seq_get_fast_slice_indexes(size, index, &bounds)) {
            mp_raise_NotImplementedError(MP_ERROR_TEXT("only slices with step 1 are supported"));
        }
        size_t start = (size_t)bounds.start, stop = (size_t)bounds.stop;
        return memory_slice(data + start, stop > start ? stop - start : 0, value);
    }
    size_t i = mp_get_index(&wasm_type_memory, size, index, false);
    if (value == MP_OBJ_SENTINEL) {
        return MP_OBJ_NEW_SMALL_INT(data[i]);
    }
    mp_int_t v = mp_obj_get_int(value);
    if (v < 0 || v > 255) {
        mp_raise_msg(&mp_type_OverflowError, MP_ERROR_TEXT("a byte is in range(256)"));
    }
    data[i] = (uint8_t)v;
    return mp_const_none;
}

/* `size` bytes at `address`, as a guest passes them; raises IndexError outside. */
static uint8_t *memory_range(mp_obj_t self_in, mp_obj_t address_in, size_t size) {
    const wasm_handle_obj_t *self = wasm_handle_get(self_in);
    uint32_t address = wasm_get_u32(address_in, "address");
    uint8_t *p = size > UINT32_MAX ? NULL : wl_memory_range(self->u.memory, address, (uint32_t)size);
    if (p == NULL) {
        mp_raise_msg_varg(&mp_type_IndexError, MP_ERROR_TEXT("out of bounds memory access: %u bytes at %u"),
                          (unsigned)size, (unsigned)address);
    }
    return p;
}

static mp_obj_t memory_read(mp_obj_t self_in, mp_obj_t address, mp_obj_t size_in) {
    uint32_t size = wasm_get_u32(size_in, "size");
    return mp_obj_new_bytes(memory_range(self_in, address, size), size);
}
static MP_DEFINE_CONST_FUN_OBJ_3(memory_read_obj, memory_read);

static mp_obj_t memory_write(mp_obj_t self_in, mp_obj_t address, mp_obj_t data) {
    mp_buffer_info_t source;
    mp_get_buffer_raise(data, &source, MP_BUFFER_READ);
    memmove(memory_range(self_in, address, source.len), source.buf, source.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(memory_write_obj, memory_write);

static mp_obj_t memory_grow(mp_obj_t self_in, mp_obj_t delta_in) {
    const wasm_handle_obj_t *self = wasm_handle_get(self_in);
    uint32_t old;
    wl_status_t status = wl_memory_grow(self->u.memory, wasm_get_u32(delta_in, "pages"), &old);
    if (status != WL_OK) {
        wasm_raise_grow(status);
    }
    return wasm_int_from_size(old);
}
static MP_DEFINE_CONST_FUN_OBJ_2(memory_grow_obj, memory_grow);

static void memory_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    if (attr == MP_QSTR_pages) {
        dest[0] = wasm_int_from_size(wl_memory_pages(wasm_handle_get(self_in)->u.memory));
    } else if (attr == MP_QSTR_page_size) {
        wl_limits_t limits;
        wl_memory_type(wasm_handle_get(self_in)->u.memory, &limits);
        dest[0] = MP_OBJ_NEW_SMALL_INT(limits.type == 0 ? 1 : 65536);
    } else {
        dest[1] = MP_OBJ_SENTINEL;
    }
}

static void memory_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    const wasm_handle_obj_t *self = wasm_handle_get(self_in);
    mp_printf(print, "<Memory %u pages, %u bytes>", (unsigned)wl_memory_pages(self->u.memory),
              (unsigned)wl_memory_bytes(self->u.memory));
}

WASM_DOC(memory,
         "A linear memory: an export of an instance, or Memory(min, max=None, *, page_size=65536,\n"
         "  store=None) to be imported. A buffer: memoryview(m), struct.unpack_from('<I', m, 16); views\n"
         "  stay valid when it grows. m[i] and m[i:j] as of a bytearray of fixed length; len(m) bytes\n"
         "  are there now. .pages, .page_size; .grow(n) adds n pages, returns how many there were, or\n"
         "  raises MemoryError; .read(address, size) and .write(address, data) take addresses as guests\n"
         "  pass them and raise IndexError when a byte lies outside");

static const mp_rom_map_elem_t memory_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___doc__), MP_ROM_PTR(&memory_doc)},
    {MP_ROM_QSTR(MP_QSTR_grow), MP_ROM_PTR(&memory_grow_obj)},
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&memory_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&memory_write_obj)},
};
static MP_DEFINE_CONST_DICT(memory_locals, memory_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    wasm_type_memory, MP_QSTR_Memory, MP_TYPE_FLAG_NONE,
    make_new, memory_make_new,
    print, memory_print,
    unary_op, memory_unary_op,
    subscr, memory_subscr,
    buffer, memory_get_buffer,
    attr, memory_attr,
    locals_dict, &memory_locals);
