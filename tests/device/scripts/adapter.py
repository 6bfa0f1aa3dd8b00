# SPDX-License-Identifier: MIT
"""Modules that turn floats into the integers of the same bits, made to measure; runs on the board.

Python's floats on a board have 32 bits, and NaNs lose theirs. So that a test can see every bit, a
function is called through one that takes and returns integers in place of floats.
"""

import wasm

_CODES = {"i32": 0x7F, "i64": 0x7E, "f32": 0x7D, "f64": 0x7C, "funcref": 0x70, "externref": 0x6F}
_INTEGERS = {"f32": "i32", "f64": "i64"}
_TO_FLOAT = {"f32": b"\xbe", "f64": b"\xbf"}  # f32.reinterpret_i32, f64.reinterpret_i64
_TO_INTEGER = {"f32": b"\xbc", "f64": b"\xbd"}
_LOCAL_GET, _LOCAL_SET, _GLOBAL_GET, _CALL, _END = 0x20, 0x21, 0x23, 0x10, 0x0B


def leb(number: int) -> bytes:
    """Return an unsigned number in LEB128."""
    encoded = b""
    while number > 127:
        encoded += bytes([number & 127 | 128])
        number >>= 7
    return encoded + bytes([number])


def vector(items) -> bytes:
    """Return a vector of encoded items."""
    return leb(len(items)) + b"".join(items)


def section(number: int, content: bytes) -> bytes:
    return bytes([number]) + leb(len(content)) + content


def types(text: str):
    """Return the names of the types in '(i32, f64)', 'f32' or '()'."""
    text = text.strip("() ")
    return text.split(", ") if text else []


def signature(text: str):
    """Return the parameters and results of a function type such as '(i32, f64) -> f32'."""
    params, results = text.split("->")
    return types(params), types(results)


def is_plain(params, results) -> bool:
    """Return whether no float is among the types."""
    return not any(name in _INTEGERS for name in params + results)


def _func_type(params, results) -> bytes:
    codes = [vector([bytes([_CODES[name]]) for name in names]) for names in (params, results)]
    return b"\x60" + codes[0] + codes[1]


def _integers(names):
    return [_INTEGERS.get(name, name) for name in names]


def _module(type_items, imported: bytes, locals_: bytes, code: bytes) -> bytes:
    """Return a module that imports a.a and exports a function "a" of the last type."""
    kind = leb(len(type_items) - 1)
    imports_function = imported[:1] == b"\x00"
    index = b"\x01" if imports_function else b"\x00"
    body = locals_ + code + bytes([_END])
    return b"".join(
        (
            b"\x00asm\x01\x00\x00\x00",
            section(1, vector(type_items)),
            section(2, vector([b"\x01a\x01a" + imported])),
            section(3, vector([kind])),
            section(7, vector([b"\x01a\x00" + index])),
            section(10, vector([leb(len(body)) + body])),
        )
    )


def for_function(params, results) -> bytes:
    """Return a module for a function of that type."""
    code = b""
    for i, name in enumerate(params):
        code += bytes([_LOCAL_GET]) + leb(i) + _TO_FLOAT.get(name, b"")
    code += bytes([_CALL, 0])
    first = len(params)
    for i in reversed(range(len(results))):
        code += bytes([_LOCAL_SET]) + leb(first + i)
    for i, name in enumerate(results):
        code += bytes([_LOCAL_GET]) + leb(first + i) + _TO_INTEGER.get(name, b"")
    locals_ = vector([b"\x01" + bytes([_CODES[name]]) for name in results])
    outer = _func_type(_integers(params), _integers(results))
    return _module([_func_type(params, results), outer], b"\x00\x00", locals_, code)


def for_global(name: str, mutable: bool) -> bytes:
    """Return a module for a global of type `name`: its function returns the value."""
    code = bytes([_GLOBAL_GET, 0]) + _TO_INTEGER[name]
    imported = b"\x03" + bytes([_CODES[name], mutable])
    return _module([_func_type([], [_INTEGERS[name]])], imported, b"\x00", code)


def adapt(thing, store):
    """Return a callable for a Func or Global of `store`: its bits in place of floats."""
    if isinstance(thing, wasm.Func):
        params, results = signature(thing.type)
        if is_plain(params, results):
            return thing
        code = for_function(params, results)
    else:
        if thing.type not in _INTEGERS:
            return lambda: thing.value
        code = for_global(thing.type, thing.mutable)
    return wasm.Instance(wasm.Module(code), {"a": {"a": thing}}, store=store).exports.a
