# SPDX-License-Identifier: MIT
"""The module of guests in AssemblyScript: apps/assemblyscript/wasmlet.ts."""

from api_text import camel, comment, modules, pascal

PATH = "apps/assemblyscript/wasmlet.ts"

_HEAD = """\
// SPDX-License-Identifier: MIT
//
// What the host offers to an app. Generated from host_api.toml by `make docs`; do not edit.
//
// Each module of the host is a namespace here. A function returns what its comment says, or a
// negative ErrorCode. Bytes are an ArrayBuffer, a Uint8Array or a StaticArray; where the host only
// reads them, a string is taken, too, as UTF-8.

"""
_TYPES = """\
export namespace ErrorCode {
%(errors)s
}

export namespace EventKind {
%(events)s
}

%(constants)s

/** What sys.poll writes. */
@unmanaged
export class Event {
  kind: u32;
  handle: u32;
  value: u32;
  time_ms: u32;
}

/** The event of this index in what sys.poll wrote. */
export function eventAt<T>(events: T, index: i32): Event {
  return changetype<Event>(addressOf<T>(events) + index * offsetof<Event>());
}

/** Parts of a transaction: 12 bytes each in a buffer that is given to it. */
@unmanaged
export class Segment {
  flags: u32; // 0 write, 1 read
  address: usize;
  bytes: u32;
}

/** The segment of this index in a buffer for i2c.transaction. */
export function segmentAt<T>(segments: T, index: i32): Segment {
  return changetype<Segment>(addressOf<T>(segments) + index * offsetof<Segment>());
}

/** Where the bytes of an ArrayBuffer, a Uint8Array or a StaticArray are. */
export function addressOf<T>(data: T): usize {
  if (data instanceof Uint8Array) return data.dataStart;
  return changetype<usize>(data);
}

/** How many bytes an ArrayBuffer, a Uint8Array or a StaticArray has. */
export function lengthOf<T>(data: T): i32 {
  if (data instanceof Uint8Array) return data.byteLength;
  if (data instanceof ArrayBuffer) return data.byteLength;
  if (isArrayLike<T>()) return data.length << (alignof<valueof<T>>() as i32);
  ERROR("an ArrayBuffer, a Uint8Array or a StaticArray expected");
}
"""
# Of each kind of parameter: as it is imported, as it is taken, as it is passed on.
_FORMS = {
    "handle": ("{}: i32", "{}: i32", "{}"),
    "address": ("{}: u32", "{}: u32", "{}"),
    "u32": ("{}: u32", "{}: u32", "{}"),
    "i32": ("{}: i32", "{}: i32", "{}"),
    "u64": ("{}: u64", "{}: u64", "{}"),
    "string": ("{0}: usize, {0}_bytes: i32", "{}: string", "addressOf({0}_), lengthOf({0}_)"),
    "in": ("{0}: usize, {0}_bytes: i32", "{}: {}", "addressOf({0}), lengthOf({0})"),
    "out": ("{0}: usize, {0}_bytes: i32", "{}: {}", "addressOf({0}), lengthOf({0})"),
    "segments": (
        "{0}: usize, {0}_count: i32",
        "{}: {}",
        "addressOf({0}), lengthOf({0}) / offsetof<Segment>()",
    ),
}
_IMPORTED, _TAKEN, _PASSED = range(3)
# Times leave room for the sign of an error.
_RESULTS = {"i32": "i32", "u64": "i64"}


def _generic(function):
    """Return {parameter: type variable} of what may be one of several kinds of bytes."""
    buffers = [param.name for param in function.params if param.kind in ("in", "out", "segments")]
    return dict(zip(buffers, "TU"))


def _params(function, form, types):
    return ", ".join(
        _FORMS[param.kind][form].format(param.name, types.get(param.name))
        for param in function.params
    )


def _encoded(function, types):
    """Yield the lines that make UTF-8 of strings."""
    for param in function.params:
        if param.kind == "string":
            yield f"    const {param.name}_ = String.UTF8.encode({param.name});"
    for param in function.params:
        if param.kind == "in":
            variables = ["ArrayBuffer" if p == param.name else t for p, t in types.items()]
            arguments = [
                f"String.UTF8.encode(changetype<string>({p.name}))" if p == param else p.name
                for p in function.params
            ]
            call = f"{camel(function.name)}<{', '.join(variables)}>({', '.join(arguments)})"
            yield f"    if (isString<{types[param.name]}>())"
            yield f"      return {call};"


def _import(function):
    name = f"{function.module}_{function.name}"
    result = _RESULTS[function.result]
    yield f'@external("{function.import_module}", "{function.name}")'
    yield f"declare function {name}({_params(function, _IMPORTED, {})}): {result};"


def _wrapper(function):
    types = _generic(function)
    variables = f"<{', '.join(types.values())}>" if types else ""
    head = f"{camel(function.name)}{variables}({_params(function, _TAKEN, types)})"
    call = f"{function.module}_{function.name}({_params(function, _PASSED, types)})"
    yield from comment(function.doc, "// ", 2)
    yield f"  export function {head}: {_RESULTS[function.result]} {{"
    yield from _encoded(function, types)
    yield f"    return {call};"
    yield "  }"


def _module(module, functions):
    yield ""
    for function in functions:
        yield from _import(function)
    yield ""
    yield f"export namespace {module} {{"
    for function in functions:
        yield from _wrapper(function)
    yield "}"


def _constants(rows, kind):
    return "\n".join(
        f"  /** {row.doc} */\n  export const {pascal(row.name)}: {kind} = {row.code};"
        for row in rows
    )


def text(api):
    """Return the module's source."""
    filled = _TYPES % {
        "errors": _constants(api.errors, "i32"),
        "events": _constants(api.events, "u32"),
        "constants": "\n\n".join(
            f"export namespace {pascal(group)} {{\n{_constants(rows, 'u32')}\n}}"
            for group, rows in api.constants.items()
        ),
    }
    abi = f"/** The version of all this. */\nexport const ABI: u32 = {api.abi};\n\n"
    lines = [line for group in modules(api) for line in _module(*group)]
    return _HEAD + abi + filled + "\n".join(lines) + "\n"
