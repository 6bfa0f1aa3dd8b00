/* SPDX-License-Identifier: MIT
 *
 * Module: decoded and validated bytes. The engine reads them in place, now and whenever it
 * translates a function, so they must not change: bytes (and other read-only buffers) are kept
 * and used as they are, a Buffer's are shared with it, and of a buffer that can be written to a
 * private copy is made first.
 */
#include "glue.h"

#include <string.h>

wl_module_t *wasm_module_get(mp_obj_t obj) {
    if (!mp_obj_is_type(obj, &wasm_type_module)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("Module expected, not %s"), mp_obj_get_type_str(obj));
    }
    const wasm_module_obj_t *self = MP_OBJ_TO_PTR(obj);
    if (self->image == NULL) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the module is gone"));
    }
    return self->image->module;
}

/* The bytes in the engine's memory: a Buffer's own, or a copy; NULL when there is no room. */
static wasm_bytes_t *bytes_keep(mp_obj_t source, const mp_buffer_info_t *info) {
    if (mp_obj_is_type(source, &wasm_type_buffer)) {
        wasm_bytes_t *bytes = wasm_buffer_bytes(source);
        bytes->refs++;
        return bytes;
    }
    wasm_bytes_t *bytes = wasm_bytes_new(info->len);
    if (bytes != NULL && info->len > 0) {
        memcpy(bytes->data, info->buf, info->len);
    }
    return bytes;
}

static wasm_image_t *image_load(mp_obj_t source, mp_buffer_info_t info, bool kept, wl_error_t *error) {
    wasm_image_t *image = wasm_alloc(sizeof(*image));
    if (image == NULL) {
        return NULL;
    }
    image->refs = 1;
    if (kept && (image->bytes = bytes_keep(source, &info)) != NULL) {
        info.buf = image->bytes->data;
        info.len = image->bytes->size;
    }
    if (!kept || image->bytes != NULL) {
        wl_module_load(&wasm_allocator, info.buf, info.len, &image->module, error);
    }
    if (image->module == NULL) {
        wasm_image_drop(image, false);
        return NULL;
    }
    return image;
}

static mp_obj_t module_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    mp_buffer_info_t bytes = {0}, writable;
    bool kept = mp_obj_is_type(args[0], &wasm_type_buffer);
    if (kept) {
        wasm_buffer_bytes(args[0]);
    } else if (mp_obj_is_str(args[0]) || !mp_get_buffer(args[0], &bytes, MP_BUFFER_READ)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("the bytes of a module expected, not %s"),
                          mp_obj_get_type_str(args[0]));
    } else {
        kept = mp_get_buffer(args[0], &writable, MP_BUFFER_RW);
    }
    wasm_viewed_begin();
    wasm_module_obj_t *self = mp_obj_malloc_with_finaliser(wasm_module_obj_t, type);
    self->image = NULL;
    self->bytes = kept ? mp_const_none : args[0];
    wasm_relieve();

    wl_error_t error = {.status = WL_NO_MEMORY, .func_index = WL_NO_INDEX};
    wasm_interrupts_hold();
    self->image = image_load(args[0], bytes, kept, &error);
    wasm_interrupts_release();
    if (self->image == NULL) {
        wasm_raise_load(&error);
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t module_del(mp_obj_t self_in) {
    wasm_module_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->image != NULL) {
        wasm_image_t *image = self->image;
        self->image = NULL;
        wasm_image_drop(image, true);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(module_del_obj, module_del);

static mp_obj_t name_str(const uint8_t *name, size_t size) {
    return mp_obj_new_str((const char *)name, size);
}

static mp_obj_t imports_list(const wl_module_t *module) {
    mp_obj_t list = mp_obj_new_list(0, NULL);
    wl_cursor_t cursor = {0};
    wl_extern_type_t type;
    while (wl_module_next_import(module, &cursor, &type)) {
        mp_obj_t item[] = {name_str(type.module_name, type.module_name_size), name_str(type.name, type.name_size),
                           MP_OBJ_NEW_QSTR(wasm_kind_name(type.kind)), wasm_extern_str(&type)};
        mp_obj_list_append(list, mp_obj_new_tuple(MP_ARRAY_SIZE(item), item));
    }
    return list;
}

static mp_obj_t exports_list(const wl_module_t *module) {
    mp_obj_t list = mp_obj_new_list(0, NULL);
    wl_cursor_t cursor = {0};
    wl_extern_type_t type;
    while (wl_module_next_export(module, &cursor, &type)) {
        mp_obj_t item[] = {name_str(type.name, type.name_size), MP_OBJ_NEW_QSTR(wasm_kind_name(type.kind)),
                           wasm_extern_str(&type)};
        mp_obj_list_append(list, mp_obj_new_tuple(MP_ARRAY_SIZE(item), item));
    }
    return list;
}

static void module_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    if (attr == MP_QSTR_imports) {
        dest[0] = imports_list(wasm_module_get(self_in));
    } else if (attr == MP_QSTR_exports) {
        dest[0] = exports_list(wasm_module_get(self_in));
    } else if (attr == MP_QSTR_ram_bytes) {
        dest[0] = wasm_int_from_size(wl_module_ram_bytes(wasm_module_get(self_in)));
    } else {
        dest[1] = MP_OBJ_SENTINEL;
    }
}

static mp_obj_t module_custom(mp_obj_t self_in, mp_obj_t name) {
    const uint8_t *payload;
    uint32_t size;
    if (!wl_module_custom(wasm_module_get(self_in), mp_obj_str_get_str(name), &payload, &size)) {
        return mp_const_none;
    }
    return mp_obj_new_bytes(payload, size);
}
static MP_DEFINE_CONST_FUN_OBJ_2(module_custom_obj, module_custom);

WASM_DOC(module,
         "Module(data): a WebAssembly module, decoded and validated whole. bytes are used in place; of\n"
         "  a bytearray or a writable memoryview, which could change later, a copy is made. Raises\n"
         "  Malformed, Invalid or Unsupported (all LoadError), with .code, .func_index and .offset\n"
         "  .imports: [(module, name, kind, type)], .exports: [(name, kind, type)], .ram_bytes;\n"
         "  .custom(name): the bytes of a custom section, or None");

static const mp_rom_map_elem_t module_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___doc__), MP_ROM_PTR(&module_doc)},
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&module_del_obj)},
    {MP_ROM_QSTR(MP_QSTR_custom), MP_ROM_PTR(&module_custom_obj)},
};
static MP_DEFINE_CONST_DICT(module_locals, module_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    wasm_type_module, MP_QSTR_Module, MP_TYPE_FLAG_NONE,
    make_new, module_make_new,
    attr, module_attr,
    locals_dict, &module_locals);
