# SPDX-License-Identifier: MIT
"""Writes packages; docs/PACKAGE.md has the bytes."""

import json

from .pure import canonical, manifest, package
from .pure.errors import PackageError

ALIGNMENT = 4  # bytes, of a blob's offset in the file
_HEADER_BYTES = 8
_MAX_LEB = 5


def canonical_json(value):
    """Return the canonical JSON of a value, as bytes; raise PackageError for what has none."""
    options = {"ensure_ascii": False, "separators": (",", ":"), "sort_keys": True}
    try:
        data = json.dumps(value, **options).encode()
    except (TypeError, ValueError) as error:
        raise PackageError(f"no JSON: {error}") from None
    canonical.parse(data, 0, None, len(data))
    return data


def leb(number, size=1):
    """Encode an unsigned LEB128 in at least `size` bytes."""
    encoded = bytearray()
    while number > 0x7F or len(encoded) + 1 < size:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def section(name, content, at=0, alignment=1):
    """Return a custom section that begins at byte `at`, its contents at a multiple of `alignment`.

    The numbers before the contents are written longer than need be, until it fits.
    """
    name = name.encode()
    for padding in range(2 * _MAX_LEB):
        for name_size in range(1, min(padding + 1, _MAX_LEB) + 1):
            body = leb(len(name), name_size) + name
            size = leb(len(body) + len(content))
            size = leb(len(body) + len(content), len(size) + padding + 1 - name_size)
            head = b"\0" + size + body
            if len(size) <= _MAX_LEB and (at + len(head)) % alignment == 0:
                return head + content
    raise PackageError("a section that is too long")


def _sections(data):
    """Yield (first byte, end, name or None) of each section; names only of ours."""
    at = _HEADER_BYTES
    while at < len(data):
        size, body = package.number(data, at + 1, len(data))
        end = body + size
        if end > len(data):
            raise PackageError(f"section longer than the file at byte {at}", at)
        name = package.section_name(data, body, end)[0] if data[at] == 0 else None
        yield at, end, name
        at = end


def pack(data, source, blobs):
    """Return a package of a module's bytes, a manifest's source and {name: bytes} of blobs.

    What of ours is in the module already is replaced. Raises PackageError.
    """
    manifest.check(source)
    if data[:_HEADER_BYTES] != b"\0asm\1\0\0\0":
        raise PackageError("no WebAssembly module")
    result = bytearray(data[:_HEADER_BYTES])
    result += section("wasmlet.manifest", canonical_json(source))
    for start, end, name in _sections(data):
        if name is None:
            result += data[start:end]
    for name in sorted(blobs):
        result += section("wasmlet.blob." + name, blobs[name], len(result), ALIGNMENT)
    packed = package.read(bytes(result))
    assert {name: bytes(packed.blob(name)) for name in packed.blobs} == blobs
    return bytes(result)
