/* SPDX-License-Identifier: MIT
 *
 * The board's "flash", in RAM that no reset clears: block devices, one for the file system and one for the
 * read-only file system, which is read in place. They are what rp2.Flash is on an RP2040.
 */
#include "board.h"

#include <string.h>

#include "extmod/vfs.h"
#include "py/mperrno.h"
#include "py/runtime.h"

#define BLOCK_BYTES 4096
#define DISK_BLOCKS 256
#define ROM_BLOCKS 128

static uint8_t disk[DISK_BLOCKS][BLOCK_BYTES] __attribute__((section(".noinit.disk")));
static uint8_t rom[ROM_BLOCKS][BLOCK_BYTES] __attribute__((section(".noinit.rom"), aligned(4096)));

typedef struct {
    mp_obj_base_t base;
    uint8_t *bytes;
    size_t blocks;
} disk_obj_t;

static const disk_obj_t disk_obj = {{&sim_disk_type}, disk[0], DISK_BLOCKS};
static const disk_obj_t rom_obj = {{&sim_disk_type}, rom[0], ROM_BLOCKS};

static mp_obj_t disk_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    return MP_OBJ_FROM_PTR(&disk_obj);
}

static mp_int_t disk_get_buffer(mp_obj_t self_in, mp_buffer_info_t *buffer, mp_uint_t flags) {
    const disk_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (flags & MP_BUFFER_WRITE) {
        return 1;
    }
    *buffer = (mp_buffer_info_t){.buf = self->bytes, .len = self->blocks * BLOCK_BYTES, .typecode = 'B'};
    return 0;
}

/* readblocks(block, buffer, offset=0), writeblocks: with an offset what is written to has been erased before. */
static uint8_t *disk_range(size_t n_args, const mp_obj_t *args, mp_uint_t flags, mp_buffer_info_t *buffer) {
    const disk_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_get_buffer_raise(args[2], buffer, flags);
    size_t offset = (size_t)mp_obj_get_int(args[1]) * BLOCK_BYTES + (size_t)(n_args > 3 ? mp_obj_get_int(args[3]) : 0);
    if (offset > self->blocks * BLOCK_BYTES || buffer->len > self->blocks * BLOCK_BYTES - offset) {
        mp_raise_OSError(MP_EIO);
    }
    return self->bytes + offset;
}

static mp_obj_t disk_readblocks(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buffer;
    const uint8_t *p = disk_range(n_args, args, MP_BUFFER_WRITE, &buffer);
    memcpy(buffer.buf, p, buffer.len);
    return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(disk_readblocks_obj, 3, 4, disk_readblocks);

static mp_obj_t disk_writeblocks(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buffer;
    uint8_t *p = disk_range(n_args, args, MP_BUFFER_READ, &buffer);
    for (size_t i = 0; i < buffer.len; i++) { /* flash can only clear bits; a file system writes to whole blocks */
        p[i] = n_args > 3 ? p[i] & ((const uint8_t *)buffer.buf)[i] : ((const uint8_t *)buffer.buf)[i];
    }
    return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(disk_writeblocks_obj, 3, 4, disk_writeblocks);

static mp_obj_t disk_ioctl(mp_obj_t self_in, mp_obj_t request, mp_obj_t argument) {
    const disk_obj_t *self = MP_OBJ_TO_PTR(self_in);
    switch (mp_obj_get_int(request)) {
        case MP_BLOCKDEV_IOCTL_BLOCK_COUNT:
            return MP_OBJ_NEW_SMALL_INT(self->blocks);
        case MP_BLOCKDEV_IOCTL_BLOCK_SIZE:
            return MP_OBJ_NEW_SMALL_INT(BLOCK_BYTES);
        case MP_BLOCKDEV_IOCTL_BLOCK_ERASE:
            memset(self->bytes + (size_t)mp_obj_get_int(argument) % self->blocks * BLOCK_BYTES, 0xff, BLOCK_BYTES);
            return MP_OBJ_NEW_SMALL_INT(0);
        default:
            return MP_OBJ_NEW_SMALL_INT(0);
    }
}
static MP_DEFINE_CONST_FUN_OBJ_3(disk_ioctl_obj, disk_ioctl);

static const mp_rom_map_elem_t disk_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&disk_readblocks_obj)},
    {MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&disk_writeblocks_obj)},
    {MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&disk_ioctl_obj)},
};
static MP_DEFINE_CONST_DICT(disk_locals, disk_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    sim_disk_type, MP_QSTR_Disk, MP_TYPE_FLAG_NONE,
    make_new, disk_make_new,
    buffer, disk_get_buffer,
    locals_dict, &disk_locals);

/* The read-only file system's area. */
mp_obj_t mp_vfs_rom_ioctl(size_t n_args, const mp_obj_t *args) {
    mp_int_t request = mp_obj_get_int(args[0]);
    if (request == MP_VFS_ROM_IOCTL_GET_NUMBER_OF_SEGMENTS) {
        return MP_OBJ_NEW_SMALL_INT(1);
    }
    bool segment = request == MP_VFS_ROM_IOCTL_GET_SEGMENT && n_args > 1 && mp_obj_get_int(args[1]) == 0;
    return segment ? MP_OBJ_FROM_PTR(&rom_obj) : MP_OBJ_NEW_SMALL_INT(-MP_EINVAL);
}
