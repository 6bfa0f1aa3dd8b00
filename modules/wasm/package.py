# SPDX-License-Identifier: MIT
"""Reads a package: a module with its manifest and data in custom sections. Pure; docs/PACKAGE.md.

Nothing is copied but names and the manifest's values, and nothing is believed.
"""

from . import canonical, manifest
from .errors import PackageError

MAX_MANIFEST_BYTES = 4096
MAX_SECTIONS = 128
MAX_BLOBS = 32
_MAGIC = b"\0asm\1\0\0\0"
_PREFIX = b"wasmlet."


class Package:
    """What is in a package.

    `data` are its bytes, `manifest` is in normal form, or None for a bare module, and `blobs` is
    {name: (offset, bytes)}.
    """

    def __init__(self, data):
        self.data = data
        self.manifest = None
        self.blobs = {}

    def blob(self, name: str):
        """Return a view of a blob, in place; raises KeyError when there is none of that name."""
        at, size = self.blobs[name]
        return memoryview(self.data)[at : at + size]

    def _take(self, name: str, start: int, at: int, end: int):
        """Take the section of ours that begins at `start`, its contents at `at`."""
        if name == "manifest":
            self._take_manifest(start, at, end)
        elif name.startswith("blob."):
            name = manifest.name(name[5:], 1, 32, f"blob at byte {start}")
            if name in self.blobs:
                _fail(f"second blob {name}", start)
            if len(self.blobs) == MAX_BLOBS:
                _fail(f"more than {MAX_BLOBS} blobs", start)
            self.blobs[name] = (at, end - at)
        else:
            _fail("unknown section wasmlet." + name, start)

    def _take_manifest(self, start: int, at: int, end: int):
        if self.manifest:
            _fail("second manifest", start)
        if end - at > MAX_MANIFEST_BYTES:
            _fail(f"manifest of more than {MAX_MANIFEST_BYTES} bytes", start)
        self.manifest = manifest.check(canonical.parse(self.data, at, end))


def _fail(text: str, at: int):
    raise PackageError(f"{text} at byte {at}", at)


def number(data, at: int, end: int):
    """Read an unsigned LEB128 of 32 bits; return it and the offset behind it."""
    value = 0
    for i in range(5):
        if at + i >= end:
            break
        byte = data[at + i]
        value |= (byte & 0x7F) << 7 * i
        if byte < 0x80:
            if value >> 32:
                break
            return value, at + i + 1
    _fail("no number", at)


def section_name(data, at: int, end: int):
    """Return the name of one of our custom sections, None for another's, and the offset behind."""
    size, at = number(data, at, end)
    if size > end - at:
        _fail("name longer than its section", at)
    if bytes(data[at : at + min(size, 8)]) != _PREFIX:
        return None, at
    if size > 64:
        _fail("too long a name", at)
    name = bytes(data[at + 8 : at + size])
    if max(name, default=0) > 0x7E or min(name, default=0) < 0x20:
        _fail("wrong name", at)
    return str(name, "utf-8"), at + size


def read(data) -> Package:
    """Read a package from bytes, or what is like them; they must stay as they are.

    Raises PackageError. The module's own sections are not looked at: the engine does that.
    """
    package = Package(data)
    total = len(data)
    if bytes(data[: min(8, total)]) != _MAGIC:
        _fail("no WebAssembly module", 0)
    at = 8
    for _ in range(MAX_SECTIONS):
        if at == total:
            break
        start = at
        size, at = number(data, at + 1, total)
        end = at + size
        if end > total:
            _fail("section longer than the file", start)
        if data[start] == 0:
            name, at = section_name(data, at, end)
            if name is not None:
                package._take(name, start, at, end)
        at = end
    else:
        if at != total:
            _fail(f"more than {MAX_SECTIONS} sections", at)
    if package.blobs and not package.manifest:
        _fail("blobs without a manifest", total)
    return package
