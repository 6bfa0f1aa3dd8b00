# SPDX-License-Identifier: MIT
"""What a module's linear memory needs, seen in its bytes."""

import wasm
from support import raises, same
from wasm.fit import Reader, declared, least, refusal

_PAGE = 65536


def leb(number):
    encoded = b""
    while number > 63:
        encoded += bytes([number & 127 | 128])
        number >>= 7
    return encoded + bytes([number])


def binary(**sections):
    """Return a module with `memory`, `globals` and `data` sections, each without its count."""
    result = b"\0asm\1\0\0\0"
    for name, number in (("memory", 5), ("globals", 6), ("data", 11)):
        items = sections.get(name)
        if items:
            content = leb(len(items)) + b"".join(items)
            result += bytes([number]) + leb(len(content)) + content
    wasm.Module(result)  # is valid
    return result


def pages(count):
    return b"\0" + leb(count)


def pointer(address):
    return b"\x7f\x01\x41" + leb(address) + b"\x0b"


def segment(address, size):
    return b"\x00\x41" + leb(address) + b"\x0b" + leb(size) + bytes(size)


def test_declared_bytes():
    same(declared(Reader(binary())), 0)
    same(declared(Reader(binary(memory=[pages(2)]))), 2 * _PAGE)
    same(declared(Reader(binary(memory=[b"\x01" + leb(3) + leb(4)]))), 3 * _PAGE)
    same(declared(Reader(binary(memory=[b"\x08" + leb(100) + b"\0"]))), 100)
    same(declared(Reader(binary(memory=[b"\x08" + leb(2) + b"\x10"]))), 2 * _PAGE)


def test_bytes_that_are_used_from_the_start():
    memory = [pages(17)]
    same(least(Reader(binary(memory=memory))), 0)
    same(least(Reader(binary(memory=memory, globals=[pointer(4096)]))), 4096)
    same(least(Reader(binary(memory=memory, data=[segment(1024, 8), segment(16, 4)]))), 1032)
    both = binary(memory=memory, globals=[pointer(1048576)], data=[segment(0, 4)])
    same(least(Reader(both)), 1048576)
    constant, wide = b"\x7f\x00\x41\x05\x0b", b"\x7e\x01\x42\x05\x0b"
    same(least(Reader(binary(memory=memory, globals=[constant]))), 0)
    same(least(Reader(binary(memory=memory, globals=[wide]))), 0)
    passive = b"\x01" + leb(3) + b"abc"
    same(least(Reader(binary(memory=memory, data=[segment(8, 8), passive]))), 16)


def test_only_what_cannot_fit_is_refused():
    module = binary(memory=[pages(2)], globals=[pointer(4096)], data=[segment(4096, 9)])
    same(refusal(module, 2 * _PAGE), None)
    same(refusal(module, 4105), None)
    assert "declares 131072 bytes" in refusal(module, 4104)
    assert "first 4105 " in refusal(module, 4104)


def test_run_refuses_before_it_makes_an_instance():
    module = binary(memory=[pages(17)], globals=[pointer(1048576)])
    error = raises(wasm.LoadError, wasm.run, module, memory_max=_PAGE)
    same(error.code, "out of memory")
    assert "-z stack-size=" in str(error)
