# SPDX-License-Identifier: MIT
"""Packages: sections, blobs in place, hostile bytes."""

from support import APP, HEADER, asking, leb, package, refused, same, section, text
from wasm.package import read

MANIFEST = section(b"wasmlet.manifest", text({"app": APP}))


def test_a_bare_module():
    found = read(HEADER + section(b"name", b"xyz"))
    same((found.manifest, found.blobs), (None, {}))


def test_manifest_and_blobs_anywhere():
    code = section(b"", b"\0", kind=10)
    other = section(b"wasmlet_x", b"?")
    data = HEADER + other + section(b"wasmlet.blob.a", b"12") + code + MANIFEST
    data += section(b"wasmlet.blob.b.bin", b"")
    found = read(data)
    same(found.manifest["app"], {"id": APP["id"], "version": "1.2.0", "abi": 1})
    same(bytes(found.blob("a")), b"12")
    same(bytes(found.blob("b.bin")), b"")
    at, size = found.blobs["a"]
    same((data[at : at + size], data.count(b"12", 0, at)), (b"12", 0))


def test_a_blob_is_read_in_place():
    data = bytearray(package({"app": APP}, section(b"wasmlet.blob.a", b"12")))
    view = read(memoryview(data)).blob("a")
    data[-1] = 51
    same(bytes(view), b"13")


def test_padded_numbers():
    name = b"wasmlet.blob.a"
    body = leb(len(name), 5) + name + b"123"
    data = HEADER + MANIFEST + b"\0" + leb(len(body), 5) + body
    same(bytes(read(data).blob("a")), b"123")


def test_faults_and_where_they_are():
    blob = section(b"wasmlet.blob.a", b"1")
    at = len(HEADER + MANIFEST)
    for data, wanted in (
        (b"", "no WebAssembly module at byte 0"),
        (b"\0asm\2\0\0\0", "no WebAssembly module at byte 0"),
        (HEADER + b"\0", "no number at byte 9"),
        (HEADER + b"\0\x80\x80\x80\x80\x80\0", "no number at byte 9"),
        (HEADER + b"\0\xff\xff\xff\xff\x7f", "no number at byte 9"),
        (HEADER + b"\1\5\0", "section longer than the file at byte 8"),
        (HEADER + b"\0\0", "no number at byte 10"),
        (HEADER + b"\0\1\5", "name longer than its section at byte 11"),
        (HEADER + MANIFEST + MANIFEST, f"second manifest at byte {at}"),
        (HEADER + MANIFEST + blob + blob, f"second blob a at byte {at + len(blob)}"),
        (HEADER + blob, f"blobs without a manifest at byte {8 + len(blob)}"),
        (HEADER + section(b"wasmlet.x", b""), "unknown section wasmlet.x at byte 8"),
        (HEADER + section(b"wasmlet.\n", b""), "wrong name at byte 11"),
        (HEADER + section(b"wasmlet." + b"x" * 57, b""), "too long a name at byte 11"),
        (
            HEADER + section(b"wasmlet.blob.", b""),
            "blob at byte 8: is not 1 to 32 characters long",
        ),
        (
            HEADER + section(b"wasmlet.blob.a b", b""),
            'blob at byte 8: " " is not allowed in a name',
        ),
        (HEADER + section(b"wasmlet.manifest", b"{} "), "more than one value at byte 29"),
        (
            HEADER + section(b"wasmlet.manifest", b"[" * 4097),
            "manifest of more than 4096 bytes at byte 8",
        ),
        (HEADER + section(b"", b"") * 129, "more than 128 sections at byte 392"),
        (package(asking(app2={})), '"app2" is unknown; did you mean app?'),
    ):
        same(refused(read, data), wanted)
    same(read(HEADER + section(b"", b"") * 128).manifest, None)


def test_as_many_blobs_as_there_may_be():
    blobs = [section(b"wasmlet.blob." + str(i).encode(), b"") for i in range(33)]
    same(len(read(package({"app": APP}, *blobs[:32])).blobs), 32)
    assert refused(read, package({"app": APP}, *blobs)).startswith("more than 32 blobs at")
