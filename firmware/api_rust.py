# SPDX-License-Identifier: MIT
"""The crate of guests in Rust: apps/rust/wasmlet.rs."""

from api_text import comment, constants, group_comment, modules, pascal

PATH = "apps/rust/wasmlet.rs"

_HEAD = """\
// SPDX-License-Identifier: MIT
//! What the host offers to an app. Generated from host_api.toml by `make docs`; do not edit.
//!
//! Each module of the host is a module here. A handle is a `u32`, as `open` gives it.
#![no_std]
#![allow(clippy::missing_safety_doc)]
// Modules of the host have functions of one name and different parameters.
#![allow(clashing_extern_declarations)]

use core::marker::PhantomData;

"""
_TYPES = """\
/// Why a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
%(errors)s
    /// A code that this version does not know.
    Other(i32),
}

impl Error {
    /// The error of a negative result.
    pub fn of(code: i32) -> Self {
        match code {
%(codes)s
            other => Error::Other(other),
        }
    }
}

/// What events are of; `Event::kind` is one of them.
pub mod event {
%(events)s
}

%(constants)s
/// What `poll` fills in.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Event {
    pub kind: u32,
    pub handle: u32,
    pub value: u32,
    pub time_ms: u32,
}

/// A part of a transaction.
#[repr(C)]
pub struct Segment<'a> {
    flags: u32,
    address: *const u8,
    bytes: usize,
    data: PhantomData<&'a mut [u8]>,
}

impl<'a> Segment<'a> {
    /// A part that writes `data`.
    pub fn write(data: &'a [u8]) -> Self {
        Segment { flags: 0, address: data.as_ptr(), bytes: data.len(), data: PhantomData }
    }

    /// A part that reads into `data`.
    pub fn read(data: &'a mut [u8]) -> Self {
        Segment { flags: 1, address: data.as_mut_ptr(), bytes: data.len(), data: PhantomData }
    }
}

/// Waits for events, at most `timeout_ms` (-1: for ever); returns how many came.
pub fn poll(events: &mut [Event], timeout_ms: i32) -> Result<u32, Error> {
    let bytes = core::mem::size_of_val(events);
    let view = unsafe { core::slice::from_raw_parts_mut(events.as_mut_ptr().cast(), bytes) };
    sys::poll(view, timeout_ms)
}

fn checked(result: i32) -> Result<u32, Error> {
    if result < 0 {
        Err(Error::of(result))
    } else {
        Ok(result as u32)
    }
}

fn checked_u64(result: i64) -> Result<u64, Error> {
    if result < 0 {
        Err(Error::of(result as i32))
    } else {
        Ok(result as u64)
    }
}
"""
# Of each kind of parameter: as it is imported, as it is taken, as it is passed on.
_FORMS = {
    "handle": ("{}: u32", "{}: u32", "{}"),
    "address": ("{}: u32", "{}: u32", "{}"),
    "u32": ("{}: u32", "{}: u32", "{}"),
    "i32": ("{}: i32", "{}: i32", "{}"),
    "u64": ("{}: u64", "{}: u64", "{}"),
    "string": ("{0}: *const u8, {0}_bytes: usize", "{}: &str", "{0}.as_ptr(), {0}.len()"),
    "in": ("{0}: *const u8, {0}_bytes: usize", "{}: &[u8]", "{0}.as_ptr(), {0}.len()"),
    "out": ("{0}: *mut u8, {0}_bytes: usize", "{}: &mut [u8]", "{0}.as_mut_ptr(), {0}.len()"),
    "segments": (
        "{0}: *const super::Segment<'_>, {0}_count: usize",
        "{}: &[super::Segment<'_>]",
        "{0}.as_ptr(), {0}.len()",
    ),
}
_IMPORTED, _TAKEN, _PASSED = range(3)
# Of each kind of result: what a wrapper returns, and what makes that of the import's.
_RESULTS = {"i32": ("u32", "checked"), "u64": ("u64", "checked_u64")}
_IMPORTED_RESULTS = {"i32": "i32", "u64": "i64"}


def _params(function, form):
    return ", ".join(_FORMS[param.kind][form].format(param.name) for param in function.params)


def _import(function):
    yield f'        #[link_name = "{function.name}"]'
    name = f"{function.module}_{function.name}"
    result = _IMPORTED_RESULTS[function.result]
    yield f"        fn {name}({_params(function, _IMPORTED)}) -> {result};"


def _wrapper(function):
    call = f"{function.module}_{function.name}({_params(function, _PASSED)})"
    result, check = _RESULTS[function.result]
    yield ""
    yield from comment(function.doc, "/// ", 4)
    yield f"    pub fn {function.name}({_params(function, _TAKEN)}) -> Result<{result}, Error> {{"
    yield f"        {check}(unsafe {{ {call} }})"
    yield "    }"


def _constants(group, rows):
    yield group_comment(rows)
    yield f"pub mod {group} {{"
    yield from constants(rows)
    yield "}"
    yield ""


def _module(module, functions):
    yield ""
    yield f"pub mod {module} {{"
    checks = sorted({_RESULTS[function.result][1] for function in functions})
    yield f"    use super::{{{', '.join([*checks, 'Error'])}}};"
    yield ""
    yield f'    #[link(wasm_import_module = "wasmlet:{module}")]'
    yield '    extern "C" {'
    for function in functions:
        yield from _import(function)
    yield "    }"
    for function in functions:
        yield from _wrapper(function)
    yield "}"


def text(api):
    """Return the crate's source."""
    parts = {
        "errors": [f"    /// {row.doc}\n    {pascal(row.name)}," for row in api.errors],
        "codes": [f"            {row.code} => Error::{pascal(row.name)}," for row in api.errors],
        "events": constants(api.events),
        "constants": [line for group in api.constants.items() for line in _constants(*group)],
    }
    filled = _TYPES % {name: "\n".join(rows) for name, rows in parts.items()}
    abi = f"/// The version of all this.\npub const ABI: u32 = {api.abi};\n\n"
    lines = [line for group in modules(api) for line in _module(*group)]
    return _HEAD + abi + filled + "\n".join(lines) + "\n"
