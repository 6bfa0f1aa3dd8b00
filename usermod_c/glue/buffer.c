/* SPDX-License-Identifier: MIT
 *
 * Buffer: the bytes of a file in the engine's memory, for Modules to read in place. It is made from
 * a stream and cannot be changed; Modules keep the bytes, whatever becomes of the Buffer.
 */
#include "glue.h"

#include <string.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include "py/stream.h"
#pragma GCC diagnostic pop

/* ---- Bytes that are shared ---- */

static bool bytes_own(const wasm_viewed_t *viewed, const void *data) {
    return data == ((const wasm_bytes_t *)viewed)->data;
}

static void bytes_free(wasm_viewed_t *viewed, bool finalising) {
    (void)finalising;
    wasm_bytes_t *bytes = (wasm_bytes_t *)viewed;
    wasm_free(bytes->data, bytes->size);
    wasm_free(bytes, sizeof(*bytes));
}

wasm_bytes_t *wasm_bytes_new(size_t size) {
    wasm_bytes_t *bytes = wasm_alloc(sizeof(*bytes));
    if (bytes == NULL) {
        return NULL;
    }
    bytes->viewed.owns = bytes_own;
    bytes->viewed.free = bytes_free;
    bytes->refs = 1;
    bytes->data = size == 0 ? NULL : wasm_alloc(size);
    if (bytes->data == NULL && size > 0) {
        wasm_free(bytes, sizeof(*bytes));
        return NULL;
    }
    bytes->size = size;
    return bytes;
}

void wasm_bytes_drop(wasm_bytes_t *bytes, bool finalising) {
    if (bytes != NULL && --bytes->refs == 0) {
        wasm_viewed_drop(&bytes->viewed, finalising);
    }
}

/* ---- Buffer ---- */

wasm_bytes_t *wasm_buffer_bytes(mp_obj_t self_in) {
    wasm_bytes_t *bytes = ((const wasm_buffer_obj_t *)MP_OBJ_TO_PTR(self_in))->bytes;
    if (bytes == NULL) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the buffer is gone"));
    }
    return bytes;
}

static size_t stream_seek(mp_obj_t stream, mp_off_t offset, int whence) {
    int error;
    mp_off_t at = mp_stream_seek(stream, offset, whence, &error);
    if (at == (mp_off_t)-1) {
        mp_raise_OSError(error);
    }
    return (size_t)at;
}

static mp_obj_t buffer_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    mp_get_stream_raise(args[0], MP_STREAM_OP_READ | MP_STREAM_OP_IOCTL);
    size_t start = stream_seek(args[0], 0, MP_SEEK_CUR), size = stream_seek(args[0], 0, MP_SEEK_END);
    size = size > start ? size - start : 0;
    stream_seek(args[0], (mp_off_t)start, MP_SEEK_SET);
    wasm_viewed_begin();
    wasm_buffer_obj_t *self = mp_obj_malloc_with_finaliser(wasm_buffer_obj_t, type);
    self->bytes = NULL;
    wasm_relieve();
    wasm_interrupts_hold();
    self->bytes = wasm_bytes_new(size);
    wasm_interrupts_release();
    if (self->bytes == NULL) {
        mp_raise_msg_varg(&mp_type_MemoryError, MP_ERROR_TEXT("no memory for a file of %u bytes"), (unsigned)size);
    }
    int error = 0;
    if (size > 0 && mp_stream_read_exactly(args[0], self->bytes->data, size, &error) != size) {
        mp_raise_OSError(error);
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t buffer_del(mp_obj_t self_in) {
    wasm_buffer_obj_t *self = MP_OBJ_TO_PTR(self_in);
    wasm_bytes_t *bytes = self->bytes;
    self->bytes = NULL;
    wasm_bytes_drop(bytes, true);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(buffer_del_obj, buffer_del);

static mp_int_t buffer_get_buffer(mp_obj_t self_in, mp_buffer_info_t *info, mp_uint_t flags) {
    wasm_bytes_t *bytes = wasm_buffer_bytes(self_in);
    if (flags & MP_BUFFER_WRITE) {
        return 1;
    }
    bytes->viewed.handed_out = true;
    info->buf = bytes->data;
    info->len = bytes->size;
    info->typecode = 'B';
    return 0;
}

static mp_obj_t buffer_unary_op(mp_unary_op_t op, mp_obj_t self_in) {
    size_t size = wasm_buffer_bytes(self_in)->size;
    switch (op) {
        case MP_UNARY_OP_BOOL:
            return mp_obj_new_bool(size > 0);
        case MP_UNARY_OP_LEN:
            return wasm_int_from_size(size);
        default:
            return MP_OBJ_NULL;
    }
}

static mp_obj_t buffer_subscr(mp_obj_t self_in, mp_obj_t index, mp_obj_t value) {
    const wasm_bytes_t *bytes = wasm_buffer_bytes(self_in);
    const uint8_t *data = bytes->data;
    if (value != MP_OBJ_SENTINEL) {
        return MP_OBJ_NULL; /* cannot be changed */
    }
    if (mp_obj_is_type(index, &mp_type_slice)) {
        mp_bound_slice_t bounds;
        if (!mp_seq_get_fast_slice_indexes(bytes->size, index, &bounds)) {
            mp_raise_NotImplementedError(MP_ERROR_TEXT("only slices with step 1 are supported"));
        }
        size_t start = (size_t)bounds.start, stop = (size_t)bounds.stop;
        return stop > start ? mp_obj_new_bytes(data + start, stop - start) : mp_const_empty_bytes;
    }
    return MP_OBJ_NEW_SMALL_INT(data[mp_get_index(&wasm_type_buffer, bytes->size, index, false)]);
}

WASM_DOC(buffer,
         "Buffer(stream): what is left of a file, read into the memory for guests instead of the Python\n"
         "  heap; like bytes as far as len(b), b[i], b[i:j] and memoryview(b) go, and Module(b) reads it\n"
         "  in place. Raises MemoryError");

static const mp_rom_map_elem_t buffer_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___doc__), MP_ROM_PTR(&buffer_doc)},
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&buffer_del_obj)},
};
static MP_DEFINE_CONST_DICT(buffer_locals, buffer_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    wasm_type_buffer, MP_QSTR_Buffer, MP_TYPE_FLAG_NONE,
    make_new, buffer_make_new,
    unary_op, buffer_unary_op,
    subscr, buffer_subscr,
    buffer, buffer_get_buffer,
    locals_dict, &buffer_locals);
