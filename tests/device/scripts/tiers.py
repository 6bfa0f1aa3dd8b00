# SPDX-License-Identifier: MIT
"""One app in any tier; runs on the board."""

import struct

import _wasm
import wasm
from support import data, outcome
from wasm import codestore
from wasm.loader import instantiate

_LIMITS = {"memory_max": 4096, "stack": 1024, "code_cache": 4096, "native_code": 4096}


def run(tier, rounds, fuel):
    """Return what the app gives, uses and is told, and how many functions became machine code."""
    notes = []
    module = wasm.Module(data("tiers.wasm"))
    i = wasm.Instance(module, {"env": {"note": _noted(notes)}}, tier=tier, fuel=fuel, **_LIMITS)
    return _drive(i, notes, rounds, fuel)


def _noted(notes):
    def note(number):
        notes.append(number)
        return number + 1

    return note


def _drive(i, notes, rounds, fuel):
    stops = 0
    try:
        result = i.exports.run(rounds)
    except wasm.OutOfFuel as stop:
        while True:
            stops += 1
            try:
                result = stop.resume(fuel)
                break
            except wasm.OutOfFuel as again:
                stop = again
    used = i.fuel_used
    i.fuel = 1000
    trap = outcome(i.exports.outside, 1 << 20)
    return result, used, stops, notes, trap, i.usage["native_functions"]


def refused():
    """Return the error of a tier that does not exist."""
    try:
        wasm.Instance(wasm.Module(data("tiers.wasm")), {"env": {"note": abs}}, tier="fast")
    except ValueError as error:
        return str(error)


# ---- Machine code that is kept in flash ----


def flash(rounds, fuel, name="tiers", there=False, **limits):
    """Return the same as `run`, but for the functions: usage, what is kept, and what was noted.

    Code that is `there` must not be made again.
    """
    notes, lines = [], []
    if there:
        codestore.save = None
    limits = dict(dict(_LIMITS, tier="flash", fuel=fuel), **limits)
    imports = {"env": {"note": _noted(notes)}}
    i = instantiate(data("tiers.wasm"), imports, limits, name, lines.append)
    found = _drive(i, notes, rounds, fuel)
    return found[:5], i.usage, codestore.entries(), lines


def forget(name=None):
    """Erase what is kept, of a name or all; return what is left."""
    codestore.forget(name)
    return codestore.entries()


def _first_entry():
    device = codestore._device()
    for block, _blocks, _header in codestore._walk(device):
        return device, block, device.ioctl(5, 0)


def damage(offset):
    """Clear a bit of the first entry, as failing flash may; return what is said to be kept."""
    device, block, size = _first_entry()
    while not memoryview(device)[block * size + offset]:
        offset += 1
    block, offset = block + offset // size, offset % size
    page = bytearray(b"\xff" * 256)
    at = block * size + offset
    before = memoryview(device)[at]
    page[offset % 256] = before & (before - 1)
    device.writeblocks(block, page, offset // 256 * 256)
    assert memoryview(device)[at] != before
    return codestore.entries()


class _Unplugged:
    """An instance whose image can be read so many times."""

    def __init__(self, instance, reads):
        self.instance = instance
        self.reads = reads
        self.code_make = instance.code_make

    def code_read(self, offset, buffer):
        """Read, or fail."""
        if not self.reads:
            raise OSError(5)
        self.reads -= 1
        return self.instance.code_read(offset, buffer)


def unplugged(reads):
    """Stop in the middle of keeping code; return what is said to be kept."""
    module = wasm.Module(data("tiers.wasm"))
    i = wasm.Instance(module, {"env": {"note": abs}}, tier="flash", **_LIMITS)
    key = codestore.key(data("tiers.wasm"), _LIMITS)
    failed = outcome(codestore.save, key, "tiers", _Unplugged(i, reads))
    return failed, codestore.find(key) is not None, codestore.entries()


def files_take(size):
    """Make a file system seem so large, in a partition that has none; return its blocks."""
    device = codestore._device()
    device.ioctl(6, 0)
    page = bytearray(b"\xff" * 256)
    page[:8] = b"\xd2\xcd\x31" + bytes(
        [
            0x80 | size >> 28 & 127,
            0x80 | size >> 21 & 127,
            0x80 | size >> 14 & 127,
            0x80 | size >> 7 & 127,
            size & 127,
        ]
    )
    device.writeblocks(0, page, 0)
    return device.ioctl(4, 0), device.ioctl(5, 0)


def erase_files():
    """Undo that."""
    codestore._device().ioctl(6, 0)


def hostile(count):
    """Give an instance images that are none; return how many were refused."""
    module = wasm.Module(data("tiers.wasm"))
    i = wasm.Instance(module, {"env": {"note": abs}}, tier="flash", **_LIMITS)
    size = i.code_make()
    image = bytearray(size)
    i.code_read(0, image)
    refused = 0
    for n in range(count):
        bad = bytes(image[: n * size // count])
        refused += outcome_of(i.code_use, bad) == "ValueError"
    for at in range(size - 20, size):
        bad = bytearray(image)
        bad[at] ^= 1
        refused += outcome_of(i.code_use, bytes(bad)) == "ValueError"
    refused += outcome_of(i.code_use, image) == "TypeError"  # which may change
    i.code_use(bytes(image))
    return (
        refused,
        i.usage["native_image_bytes"],
        size,
        struct.unpack_from("<I", image, size - 20)[0] == _wasm.code_id(),
    )


def outcome_of(function, *args):
    """Return the name of what a call raises."""
    try:
        function(*args)
    except Exception as e:
        return type(e).__name__


def app(asked, allowed):
    """Run an app that asks for a tier, and gets it if allowed.

    Return its lines, the bytes of machine code in flash that it ran by, and what is kept.
    """
    from bench import package
    from wasm import policy
    from wasm.app import App

    cpu = {"tier": asked}
    memory = {"code_cache_bytes": 4096, "native_code_bytes": 8192}
    who = {"id": "org.example.kept", "version": "1.0.0"}
    manifest = {"app": who, "cpu": cpu, "memory": memory}
    owner = policy.check({"default": {"cpu": {"tier": allowed}, "log": {"level": "info"}}})
    lines = []
    app = App(package(data("hello.wasm"), manifest), owner, lines.append)
    app.start()
    image_bytes = app._instance.usage["native_image_bytes"]
    while app.step() is not None:
        pass
    return lines, image_bytes, codestore.entries()


def old_entry(blocks):
    """Make the last blocks of the partition what another firmware has kept."""
    device = codestore._device()
    first, block_bytes = device.ioctl(4, 0) - blocks, device.ioctl(5, 0)
    device.ioctl(6, first)
    page = bytearray(b"\xff" * 256)
    header = b"wlc1", blocks * block_bytes - 256, _wasm.code_id() ^ 1, bytes(32), 0, b"old"
    struct.pack_into(codestore._HEADER, page, 0, *header)
    device.writeblocks(first, page, 0)
    return codestore.entries()


def without_memory():
    """Ask instances that can have no image for one; return what they say."""
    found = []
    for tier in ("flash", "auto", "interp"):
        i = wasm.Instance(wasm.Module(b"\0asm\1\0\0\0"), tier=tier, **_LIMITS)
        page = bytearray(4)
        found.append((i.code_make(), i.code_read(0, page), bytes(page)))
        found.append(outcome_of(i.code_use, bytes(400)))
    return found
