# SPDX-License-Identifier: MIT
"""The module of guests in Zig: apps/zig/wasmlet.zig."""

from api_text import camel, comment, constants, group_comment, modules, pascal

PATH = "apps/zig/wasmlet.zig"

_HEAD = """\
// SPDX-License-Identifier: MIT
//! What the host offers to an app. Generated from host_api.toml by `make docs`; do not edit.
//!
//! Each module of the host is a struct here. A handle is a u32, as `open` gives it.

"""
_TYPES = """\
/// Why a call failed.
pub const Error = error{
%(errors)s
    /// A code that this version does not know.
    Other,
};

/// The error of a negative result.
pub fn errorOf(code: i32) Error {
    return switch (code) {
%(codes)s
        else => error.Other,
    };
}

/// What an event is of.
pub const EventKind = enum(u32) {
%(events)s
    _,
};

%(constants)s
/// What `poll` fills in.
pub const Event = extern struct {
    kind: EventKind,
    handle: u32,
    value: u32,
    time_ms: u32,
};

/// A part of a transaction.
pub const Segment = extern struct {
    flags: u32,
    address: [*]const u8,
    bytes: usize,

    /// A part that writes `data`.
    pub fn write(data: []const u8) Segment {
        return .{ .flags = 0, .address = data.ptr, .bytes = data.len };
    }

    /// A part that reads into `data`.
    pub fn read(data: []u8) Segment {
        return .{ .flags = 1, .address = data.ptr, .bytes = data.len };
    }
};

/// Waits for events, at most `timeout_ms` (-1: for ever); returns those that came.
pub fn poll(events: []Event, timeout_ms: i32) Error![]Event {
    const bytes: [*]u8 = @ptrCast(events.ptr);
    const count = try sys.poll(bytes[0 .. events.len * @sizeOf(Event)], timeout_ms);
    return events[0..count];
}

fn checked(result: i32) Error!u32 {
    if (result < 0) return errorOf(result);
    return @intCast(result);
}

fn checkedU64(result: i64) Error!u64 {
    if (result < 0) return errorOf(@intCast(result));
    return @intCast(result);
}
"""
# Of each kind of parameter: as it is imported, as it is taken, as it is passed on.
_FORMS = {
    "handle": ("{}: u32", "{}: u32", "{}"),
    "address": ("{}: u32", "{}: u32", "{}"),
    "u32": ("{}: u32", "{}: u32", "{}"),
    "i32": ("{}: i32", "{}: i32", "{}"),
    "u64": ("{}: u64", "{}: u64", "{}"),
    "string": ("{0}: [*]const u8, {0}_bytes: usize", "{}: []const u8", "{0}.ptr, {0}.len"),
    "in": ("{0}: [*]const u8, {0}_bytes: usize", "{}: []const u8", "{0}.ptr, {0}.len"),
    "out": ("{0}: [*]u8, {0}_bytes: usize", "{}: []u8", "{0}.ptr, {0}.len"),
    "segments": (
        "{0}: [*]const Segment, {0}_count: usize",
        "{}: []const Segment",
        "{0}.ptr, {0}.len",
    ),
}
_IMPORTED, _TAKEN, _PASSED = range(3)
# Of each kind of result: what a wrapper returns, and what makes that of the import's.
_RESULTS = {"i32": ("u32", "checked"), "u64": ("u64", "checkedU64")}
_IMPORTED_RESULTS = {"i32": "i32", "u64": "i64"}


def _params(function, form, taken):
    """Return the parameters; one that is called as something else in the file gets a suffix."""
    return ", ".join(
        _FORMS[param.kind][form].format(param.name + ("_" if param.name in taken else ""))
        for param in function.params
    )


def _wrapper(function, taken):
    call = f"raw.{function.name}({_params(function, _PASSED, taken)})"
    result, check = _RESULTS[function.result]
    name = camel(function.name)
    yield ""
    yield from comment(function.doc, "/// ", 4)
    yield f"    pub fn {name}({_params(function, _TAKEN, taken)}) Error!{result} {{"
    yield f"        return {check}({call});"
    yield "    }"


def _constants(group, rows):
    yield group_comment(rows)
    yield f"pub const {camel(group)} = struct {{"
    yield from constants(rows)
    yield "};"
    yield ""


def _module(module, functions, taken):
    taken = taken | {camel(function.name) for function in functions}
    yield ""
    yield f"pub const {module} = struct {{"
    yield "    const raw = struct {"
    for function in functions:
        params = _params(function, _IMPORTED, ())
        imported = _IMPORTED_RESULTS[function.result]
        yield f'        extern "wasmlet:{module}" fn {function.name}({params}) {imported};'
    yield "    };"
    for function in functions:
        yield from _wrapper(function, taken)
    yield "};"


def text(api):
    """Return the module's source."""
    parts = {
        "errors": [f"    /// {row.doc}\n    {pascal(row.name)}," for row in api.errors],
        "codes": [f"        {row.code} => error.{pascal(row.name)}," for row in api.errors],
        "events": [f"    /// {row.doc}\n    {row.name} = {row.code}," for row in api.events],
        "constants": [line for group in api.constants.items() for line in _constants(*group)],
    }
    filled = _TYPES % {name: "\n".join(rows) for name, rows in parts.items()}
    abi = f"/// The version of all this.\npub const abi = {api.abi};\n\n"
    taken = {module for module, _ in modules(api)} | {camel(group) for group in api.constants}
    taken |= {
        "poll",
        "checked",
        "checkedU64",
        "abi",
        "raw",
    }
    lines = [line for group in modules(api) for line in _module(*group, taken)]
    return _HEAD + abi + filled + "\n".join(lines) + "\n"
