# SPDX-License-Identifier: MIT
"""Machine code that is kept in flash: compiled once, run in place from then on, after resets too.

It lies in the partition of the read-only file system, behind what that takes. An entry fills whole
blocks. Its first page, written last, is: magic, bytes of the image, number of the engine's build,
SHA-256 of what was compiled, CRC-32 of the image, name; the image is behind it. So what is only
half written, of another firmware or module, or damaged, is never run.
"""

import binascii
import hashlib
import struct

import _wasm

_MAGIC = b"wlc1"
_HEADER = "<4sII32sI64s"
_PAGE = 256  # bytes; what flash is written in
_ERASE, _COUNT, _SIZE = 6, 4, 5  # requests to a block device
_FILES = b"\xd2\xcd\x31"  # what a read-only file system begins with

_used = set()  # blocks of entries that may be running: they stay until the next reset


def _device():
    """Return the partition as a block device; None where there is none that can be written."""
    try:
        import vfs

        device = vfs.rom_ioctl(2, 0)
    except (ImportError, AttributeError):
        return None
    return device if _wasm.code_id() and hasattr(device, "writeblocks") else None


def _first(memory, block_bytes: int) -> int:
    """Return the first block behind the files."""
    if bytes(memory[:3]) != _FILES:
        return 0
    at = 3
    size = 0
    while True:
        size = size << 7 | memory[at] & 0x7F
        at += 1
        if memory[at - 1] < 0x80 or at == 8:
            return min(-(-(at + size) // block_bytes), len(memory) // block_bytes)


def _walk(device):
    """Yield (block, blocks, header) for each entry; header as _HEADER unpacks it."""
    memory = memoryview(device)
    count, block_bytes = device.ioctl(_COUNT, 0), device.ioctl(_SIZE, 0)
    block = _first(memory, block_bytes)
    while block < count:
        at = block * block_bytes
        blocks = 1
        if memory[at] == _MAGIC[0] and bytes(memory[at : at + 4]) == _MAGIC:
            header = struct.unpack_from(_HEADER, memory, at)
            blocks = -(-(_PAGE + header[1]) // block_bytes)
            if blocks > count - block:
                blocks = 1
            else:
                yield block, blocks, header
        block += blocks


def key(data, limits: dict) -> bytes:
    """Return what tells machine code apart: of a module's bytes and the limits it is made for."""
    digest = hashlib.sha256(data)
    digest.update(repr((limits.get("memory_max"), limits.get("native_code"))).encode())
    return digest.digest()


def find(wanted: bytes):
    """Return the image of that key, as memory of the partition; None where there is none."""
    device = _device()
    if device is None:
        return None
    memory = memoryview(device)
    for block, _blocks, (_magic, size, build, own, crc, _name) in _walk(device):
        if build == _wasm.code_id() and own == wanted:
            at = block * device.ioctl(_SIZE, 0) + _PAGE
            image = memory[at : at + size]
            if binascii.crc32(image) == crc:
                _used.add(block)
                return image
    return None


def entries() -> list:
    """Return [(name, bytes, whether this firmware can use it)] of what is kept."""
    device = _device()
    return [
        (_name(header[5]), header[1], header[2] == _wasm.code_id())
        for _block, _blocks, header in (_walk(device) if device else ())
    ]


def forget(name=None):
    """Erase what is kept, all of it or that of a name; what was used since the reset stays."""
    device = _device()
    name = name and _name(name.encode())
    for block, _blocks, header in list(_walk(device)) if device else ():
        if block not in _used and (name is None or _name(header[5]) == name):
            device.ioctl(_ERASE, block)


def _name(raw: bytes) -> str:
    """Return what a header keeps of a name: 64 bytes of ASCII that can be printed."""
    return "".join([chr(c) for c in raw if 32 <= c < 127][:64])


def _place(device, need: int, wanted: bytes, name: str) -> int:
    """Return the block to write `need` blocks from, the last that will do; -1 without room.

    What another firmware wrote, and what was kept of the same name or key, may be overwritten,
    unless it was used since the reset.
    """
    count = device.ioctl(_COUNT, 0)
    taken = [True] * _first(memoryview(device), device.ioctl(_SIZE, 0)) + [False] * count
    for block, blocks, header in _walk(device):
        same = header[3] == wanted or (name and _name(header[5]) == name)
        if block in _used or (header[2] == _wasm.code_id() and not same):
            for i in range(block, block + blocks):
                taken[i] = True
    for block in range(count - need, -1, -1):
        if not any(taken[block : block + need]):
            return block
    return -1


def save(wanted: bytes, name: str, instance):
    """Compile an instance's functions and keep that; return the image, as `find` does.

    Returns None where there is no machine code to keep, or no partition. Raises OSError without
    room.
    """
    device = _device()
    size = instance.code_make() if device else 0
    if not size:
        return None
    block_bytes = device.ioctl(_SIZE, 0)
    blocks = -(-(_PAGE + size) // block_bytes)
    name = _name(name.encode())
    first = _place(device, blocks, wanted, name)
    if first < 0:
        raise OSError(28, f"no room in flash for {size} bytes of machine code of {name}")
    for block, old, _header in list(_walk(device)):
        if block < first + blocks and first < block + old:
            device.ioctl(_ERASE, block)  # or it would seem to be there, and hide what is inside
    crc = 0
    page = bytearray(_PAGE)
    for block in range(blocks):
        device.ioctl(_ERASE, first + block)
        for at in range(0 if block else _PAGE, block_bytes, _PAGE):
            offset = block * block_bytes + at - _PAGE
            if offset < size:
                there = instance.code_read(offset, page)
                crc = binascii.crc32(memoryview(page)[:there], crc)
                device.writeblocks(first + block, page, at)
    page[:] = b"\xff" * _PAGE
    header = (_MAGIC, size, _wasm.code_id(), wanted, crc, name.encode())
    struct.pack_into(_HEADER, page, 0, *header)
    device.writeblocks(first, page, 0)
    return find(wanted)
