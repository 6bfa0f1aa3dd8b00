# SPDX-License-Identifier: MIT
"""The header of guests in C and C++: apps/include/wasmlet.h."""

from api_text import block_comment, is_buffer, modules, upper

PATH = "apps/include/wasmlet.h"

_HEAD = """\
/* SPDX-License-Identifier: MIT
 *
 * What the host offers to an app, for C and C++. Generated from host_api.toml by `make docs`; do
 * not edit. A function returns what its comment says, or a negative enum wasmlet_error. Where it
 * takes text, the form with _n takes a number of bytes, the other one a zero byte at the end.
 */
#ifndef WASMLET_H
#define WASMLET_H

#include <stdint.h>

#define WASMLET_IMPORT(module, name) \\
    __attribute__((import_module("wasmlet:" module), import_name(name)))

#ifdef __cplusplus
extern "C" {
#endif
"""
_TYPES = """\
/* What sys_poll writes. `kind` is an enum wasmlet_event. */
typedef struct {
    uint32_t kind;
    uint32_t handle;
    uint32_t value;
    uint32_t time_ms;
} wasmlet_event_t;

/* A part of a transaction: `bytes` to write (flags 0) or to read (flags 1). */
typedef struct {
    uint32_t flags;
    void *data;
    uint32_t bytes;
} wasmlet_segment_t;

/* The compiler must not take the loop for a call of strlen, which no guest needs to have. */
#if defined(__clang__)
__attribute__((no_builtin("strlen")))
#endif
static inline uint32_t
wasmlet_length(const char *text) {
    uint32_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    return length;
}
"""
_TAIL = """\
/* Waits for at most `count` events, at most timeout_ms (-1: for ever); returns how many came. */
static inline int32_t wasmlet_poll(wasmlet_event_t *events, uint32_t count, int32_t timeout_ms) {
    return sys_poll(events, count * (uint32_t)sizeof *events, timeout_ms);
}

#ifdef __cplusplus
}
#endif

#endif
"""
_TYPES_OF = {
    "handle": "int32_t {}",
    "address": "uint32_t {}",
    "u32": "uint32_t {}",
    "i32": "int32_t {}",
    "u64": "uint64_t {}",
    "string": "const char *{0}, uint32_t {0}_bytes",
    "in": "const void *{0}, uint32_t {0}_bytes",
    "out": "void *{0}, uint32_t {0}_bytes",
    "segments": "const wasmlet_segment_t *{0}, uint32_t {0}_count",
}
# Times leave room for the sign of an error.
_RESULTS = {"i32": "int32_t", "u64": "int64_t"}


def _enum(name, rows, prefix):
    yield f"enum {name} {{"
    for row in rows:
        comma = "," if row is not rows[-1] else ""
        yield f"    {prefix}{upper(row.name)} = {row.code}{comma} /* {row.doc} */"
    yield "};"
    yield ""


def _declared(params):
    return ", ".join(_TYPES_OF[param.kind].format(param.name) for param in params) or "void"


def _with_text(function, name):
    """Yield the form of a function whose text ends with a zero byte."""
    params = []
    arguments = []
    for param in function.params:
        text = param.kind == "string"
        params.append(f"const char *{param.name}" if text else _declared([param]))
        arguments.append(param.name)
        if text:
            arguments.append(f"wasmlet_length({param.name})")
        elif is_buffer(param):
            arguments.append(param.name + ("_count" if param.kind == "segments" else "_bytes"))
    yield f"static inline {_RESULTS[function.result]} {name}({', '.join(params)}) {{"
    yield f"    return {name}_n({', '.join(arguments)});"
    yield "}"


def _function(function):
    has_text = any(param.kind == "string" for param in function.params)
    name = f"{function.module}_{function.name}"
    imported = name + ("_n" if has_text else "")
    yield from block_comment(function.doc)
    yield f'WASMLET_IMPORT("{function.module}", "{function.name}")'
    yield f"{_RESULTS[function.result]} {imported}({_declared(function.params)});"
    if has_text:
        yield from _with_text(function, name)
    yield ""


def text(api):
    """Return the header."""
    lines = [_HEAD, f"#define WASMLET_ABI {api.abi}", ""]
    lines += _enum("wasmlet_error", api.errors, "WASMLET_ERROR_")
    lines += _enum("wasmlet_event", api.events, "WASMLET_EVENT_")
    for group, rows in api.constants.items():
        lines += _enum(f"wasmlet_{group}", rows, f"WASMLET_{upper(group)}_")
    lines.append(_TYPES)
    for module, functions in modules(api):
        lines += [f"/* ---- wasmlet:{module} ---- */", ""]
        for function in functions:
            lines += _function(function)
    return "\n".join([*lines, _TAIL])
