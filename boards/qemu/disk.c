/* SPDX-License-Identifier: MIT
 *
 * The board's "flash", in RAM that no reset clears: a block device for the file system, and the
 * area of the read-only one, which lies at a fixed address and is read in place.
 */
#include "board.h"

#include <string.h>

#include "extmod/vfs.h"
#include "py/mperrno.h"
#include "py/runtime.h"

#define BLOCK_BYTES 4096
#define BLOCKS 256
#define ROM_BYTES (512 * 1024)
#define ROM_WRITE_BYTES 4 /* what a write must be a multiple of */

static uint8_t blocks[BLOCKS][BLOCK_BYTES] __attribute__((section(".noinit.disk")));
static uint8_t rom[ROM_BYTES] __attribute__((section(".noinit.rom"), aligned(4096)));

/* ---- Disk: readblocks(block, buffer, offset=0), writeblocks, ioctl ---- */

static const mp_obj_base_t disk_obj = {&sim_disk_type};

static mp_obj_t disk_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    return MP_OBJ_FROM_PTR(&disk_obj);
}

static uint8_t *disk_range(size_t n_args, const mp_obj_t *args, mp_uint_t flags, mp_buffer_info_t *buffer) {
    mp_get_buffer_raise(args[2], buffer, flags);
    size_t offset = (size_t)mp_obj_get_int(args[1]) * BLOCK_BYTES + (size_t)(n_args > 3 ? mp_obj_get_int(args[3]) : 0);
    if (offset > sizeof(blocks) || buffer->len > sizeof(blocks) - offset) {
        mp_raise_OSError(MP_EIO);
    }
    return &blocks[0][0] + offset;
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
    memcpy(p, buffer.buf, buffer.len);
    return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(disk_writeblocks_obj, 3, 4, disk_writeblocks);

static mp_obj_t disk_ioctl(mp_obj_t self, mp_obj_t request, mp_obj_t argument) {
    (void)self;
    switch (mp_obj_get_int(request)) {
        case MP_BLOCKDEV_IOCTL_BLOCK_COUNT:
            return MP_OBJ_NEW_SMALL_INT(BLOCKS);
        case MP_BLOCKDEV_IOCTL_BLOCK_SIZE:
            return MP_OBJ_NEW_SMALL_INT(BLOCK_BYTES);
        case MP_BLOCKDEV_IOCTL_BLOCK_ERASE:
            memset(blocks[(size_t)mp_obj_get_int(argument) % BLOCKS], 0xff, BLOCK_BYTES);
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
    locals_dict, &disk_locals);

/* ---- The read-only file system's area, as `mpremote romfs` and vfs.rom_ioctl use it ---- */

static mp_obj_t rom_write(size_t offset, mp_obj_t data) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(data, &buffer, MP_BUFFER_READ);
    if (offset > sizeof(rom) || buffer.len > sizeof(rom) - offset) {
        return MP_OBJ_NEW_SMALL_INT(-MP_EINVAL);
    }
    memcpy(rom + offset, buffer.buf, buffer.len);
    return MP_OBJ_NEW_SMALL_INT(0);
}

mp_obj_t mp_vfs_rom_ioctl(size_t n_args, const mp_obj_t *args) {
    mp_int_t request = mp_obj_get_int(args[0]);
    if (request == MP_VFS_ROM_IOCTL_GET_NUMBER_OF_SEGMENTS) {
        return MP_OBJ_NEW_SMALL_INT(1);
    }
    if (n_args < 2 || mp_obj_get_int(args[1]) != 0) {
        return MP_OBJ_NEW_SMALL_INT(-MP_EINVAL);
    }
    switch (request) {
        case MP_VFS_ROM_IOCTL_GET_SEGMENT:
            return mp_obj_new_memoryview('B', sizeof(rom), rom);
        case MP_VFS_ROM_IOCTL_WRITE_PREPARE:
            if (n_args < 3 || (size_t)mp_obj_get_int(args[2]) > sizeof(rom)) {
                return MP_OBJ_NEW_SMALL_INT(-MP_ENOMEM);
            }
            memset(rom, 0xff, sizeof(rom));
            return MP_OBJ_NEW_SMALL_INT(ROM_WRITE_BYTES);
        case MP_VFS_ROM_IOCTL_WRITE:
            return n_args < 4 ? MP_OBJ_NEW_SMALL_INT(-MP_EINVAL) : rom_write((size_t)mp_obj_get_int(args[2]), args[3]);
        case MP_VFS_ROM_IOCTL_WRITE_COMPLETE:
            return MP_OBJ_NEW_SMALL_INT(0);
        default:
            return MP_OBJ_NEW_SMALL_INT(-MP_EINVAL);
    }
}
