# SPDX-License-Identifier: MIT
"""The rows of the C gate: usermod_c/glue/host_api.def."""

from api_text import upper

PATH = "usermod_c/glue/host_api.def"

_HEAD = """\
/* SPDX-License-Identifier: MIT
 *
 * Generated from host_api.toml by `make docs`; do not edit. What an app may call, row by row:
 *
 *   HOST_KIND(kind, name)            a kind of grant or handle
 *   HOST_OP(kind, op, name, bit)     an operation that a grant of the kind may allow; a kind of
 *                                    handle has the bits of the grant that it comes from
 *   HOST_ERROR(error, name, code)
 *   HOST_EVENT(event, code)
 *   HOST_FUNC(function, module, name, params, on, ops, makes, charge, result, blocks)
 *
 * params   a letter each: h handle, a address, u u32, i i32, l u64, s string, r bytes that the
 *          host reads, w bytes that it writes, v segments
 * on       the kind of the handle or, without one, of the grant
 * ops      the bit that the grant must have, 0 for none
 * makes    the kind of the handle that is the result, or NONE
 * charge   what the rate counts: NONE, CALL, BYTES
 * result   I32, U64
 * blocks   1 where the guest waits
 */
"""
_MACROS = {
    "HOST_KIND": "kind, name",
    "HOST_OP": "kind, op, name, bit",
    "HOST_ERROR": "error, name, code",
    "HOST_EVENT": "event, code",
    "HOST_FUNC": "function, module, name, params, on, ops, makes, charge, result, blocks",
}


def _function(function):
    letters = "".join(param.letter for param in function.params)
    fields = [
        upper(function.full_name),
        f'"{function.module}"',
        f'"{function.name}"',
        f'"{letters}"',
        upper(function.on),
        "0" if function.op is None else f"0x{1 << function.bit:x}",
        upper(function.makes or "none"),
        upper(function.charge or "none"),
        upper(function.result),
        str(int(function.blocks)),
    ]
    return f"HOST_FUNC({', '.join(fields)})"


def _rows(api):
    yield [f'HOST_KIND({upper(kind)}, "{kind}")' for kind in api.kinds]
    yield [
        f'HOST_OP({upper(kind)}, {upper(op)}, "{op}", {bit})'
        for kind in api.kinds
        for bit, op in enumerate(api.ops[kind])
    ]
    yield [f'HOST_ERROR({upper(row.name)}, "{row.name}", {row.code})' for row in api.errors]
    yield [f"HOST_EVENT({upper(row.name)}, {row.code})" for row in api.events]
    yield [_function(function) for function in api.functions]


def text(api):
    """Return the file: empty macros for what its reader leaves out, the rows, no macros."""
    defaults = "\n".join(
        f"#ifndef {name}\n#define {name}({args})\n#endif" for name, args in _MACROS.items()
    )
    rows = "\n\n".join("\n".join(block) for block in _rows(api))
    ends = "\n".join(f"#undef {name}" for name in _MACROS)
    return f"{_HEAD}{defaults}\n\n{rows}\n\n{ends}\n"
