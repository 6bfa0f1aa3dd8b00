# SPDX-License-Identifier: MIT
"""The reference of the host's functions: docs/API.md."""

from api_text import modules

PATH = "docs/API.md"

_HEAD = """\
# What the host offers

Generated from `host_api.toml` by `make docs`; do not edit. Version %(abi)s of the interface.

An app imports these functions from the modules `wasmlet:NAME`, and may call what its grant covers:
see what each one *needs* of the manifest. An import that no grant covers keeps the app from being
loaded; a call beyond the grant returns an error, does nothing, and is counted for the owner.

Headers: [C and C++](../apps/include/wasmlet.h), [Rust](../apps/rust/wasmlet.rs),
[Zig](../apps/zig/wasmlet.zig), [AssemblyScript](../apps/assemblyscript/wasmlet.ts).

## Parameters

| kind | in WebAssembly | is |
| --- | --- | --- |
| handle | i32 | what `open`, or another call that makes one, returned to this app |
| address | i32 | a 7-bit I2C address |
| u32, i32 | i32 | a number |
| string | i32, i32 | address and bytes of UTF-8 text, 1 to 255 bytes without NUL |
| in, out | i32, i32 | address and bytes that the host reads, or writes |
| segments | i32, i32 | address and count (1 to 8) of segments |

A segment is 12 bytes, {u32 flags, u32 address, u32 bytes}: flags 0 writes the bytes, 1 reads them.
A call that succeeds returns 0, or what its text says. Numbers in memory are little-endian.

## Errors

| code | name | is |
| --- | --- | --- |
%(errors)s

Each function lists the errors that the check of its call may give. Besides, any call may give
`rate` (`cpu.calls_per_s`), and what its device or the file system says: `busy`, `no_device`, `io`,
`timeout`, `full`, `not_found`, `unsupported`, `invalid`.

## Events

`sys.poll` writes 16 bytes each: {u32 kind, u32 handle, u32 value, u32 time_ms}.

| kind | name | is of |
| --- | --- | --- |
%(events)s

## Constants

The headers name what arguments are made of, as `WASMLET_EDGE_RISING` in C.

| group | name | value | is for |
| --- | --- | --- | --- |
%(constants)s
"""

# What makes an operation allowed, in the manifest's words.
_OPS = {
    ("gpio", "read"): "an entry of `[[gpio]]`",
    ("gpio", "write"): '`[[gpio]]` with `mode` "out" or "inout"',
    ("gpio", "watch"): "`[[gpio]]` with `edge`",
    ("i2c", "read"): '`[[i2c]]` with "read" in `ops`',
    ("i2c", "write"): '`[[i2c]]` with "write" in `ops`',
    ("i2c", "write-read"): '`[[i2c]]` with "write-read" in `ops`',
    ("i2c", "transaction"): '`[[i2c]]` with "read", "write" and "write-read" in `ops`',
    ("spi", "configure"): "an entry of `[[spi]]`",
    ("spi", "read"): "an entry of `[[spi]]`",
    ("spi", "write"): "an entry of `[[spi]]`",
    ("spi", "transfer"): "an entry of `[[spi]]`",
    ("uart", "read"): '`[[uart]]` with `mode` "r" or "rw"',
    ("uart", "write"): '`[[uart]]` with `mode` "w" or "rw"',
    ("adc", "read"): "an entry of `[[adc]]`",
    ("pwm", "write"): "an entry of `[[pwm]]`",
    ("kv", "read"): "`[kv]`",
    ("kv", "write"): "`[kv]`",
    ("fs", "read"): '`[[fs]]` with `mode` "r" or "rw"',
    ("fs", "write"): '`[[fs]]` with `mode` "w" or "rw"',
    ("msg", "publish"): "`[msg]` with `publish`",
    ("msg", "subscribe"): "`[msg]` with `subscribe`",
    ("time", "monotonic"): '`[time]` with "monotonic" in `clocks`',
    ("time", "wall"): '`[time]` with "wall" in `clocks`',
}
_LISTS = ("gpio", "i2c", "spi", "uart", "adc", "pwm", "fs")
_FREE = ("blob", "sys")
# What a call or a byte is counted against, in the manifest's words.
_RATES = {"log": "log.bytes_per_s", "random": "random.bytes_per_s"}
_PARAM_ERRORS = {
    "handle": ("bad_handle",),
    "address": ("denied",),
    "string": ("bad_pointer", "invalid", "too_long"),
    "in": ("bad_pointer", "too_long"),
    "out": ("bad_pointer", "too_long"),
    "segments": ("bad_pointer", "invalid", "too_long"),
}


def needs(api, function):
    """Return what a function needs of the manifest."""
    kind = api.parents.get(function.on, function.on)
    if function.op is not None:
        return _OPS[kind, function.op]
    if kind in _FREE:
        return "nothing"
    return f"an entry of `[[{kind}]]`" if kind in _LISTS else f"`[{kind}]`"


def errors(api, function):
    """Return the names of the errors that the check of a call may give, in the codes' order."""
    found = {name for param in function.params for name in _PARAM_ERRORS.get(param.kind, ())}
    if function.op is not None or function.makes == function.on:
        found.add("denied")
    if function.charge is not None:
        found.add("rate")
    return [row.name for row in api.errors if row.name in found]


def _function(api, function):
    params = ", ".join(f"{param.name}: {param.kind}" for param in function.params)
    types, results = function.signature
    kind = api.parents.get(function.on, function.on)
    made = f" Returns a handle of {function.makes}." if function.makes else ""
    blocks = " The guest waits, Python goes on." if function.blocks else ""
    facts = [f"needs {needs(api, function)}"]
    if function.charge is not None:
        rate = _RATES.get(kind, f"{kind}.max_per_s")
        facts.append(f"each {function.charge.rstrip('s')} counts against `{rate}`")
    names = errors(api, function)
    if names:
        facts.append("errors: " + ", ".join(f"`{name}`" for name in names))
    yield f"### {function.full_name}({params})"
    yield ""
    yield f"`({', '.join(types)}) -> {results[0]}`; {'; '.join(facts)}"
    yield ""
    yield function.doc + made + blocks
    yield ""


def text(api):
    """Return the page."""
    filled = _HEAD % {
        "abi": api.abi,
        "errors": "\n".join(f"| {row.code} | {row.name} | {row.doc} |" for row in api.errors),
        "events": "\n".join(f"| {row.code} | {row.name} | {row.doc} |" for row in api.events),
        "constants": "\n".join(
            f"| {group} | {row.name} | {row.code} | {row.doc} |"
            for group, rows in api.constants.items()
            for row in rows
        ),
    }
    lines = [filled]
    for module, functions in modules(api):
        lines += [f"## wasmlet:{module}", ""]
        for function in functions:
            lines += _function(api, function)
    return "\n".join(lines)
