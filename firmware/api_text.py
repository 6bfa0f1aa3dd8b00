# SPDX-License-Identifier: MIT
"""What the writers of the generated files share: names in each language's way, and comments."""

import textwrap

COLUMNS = 99


def upper(name):
    """Return a name of the description as a constant is written: WRITE_READ."""
    return name.upper().replace(".", "_").replace("-", "_")


def pascal(name):
    """Return a name of the description as a type is written: WriteRead."""
    return "".join(part.capitalize() for part in name.split("_"))


def camel(name):
    """Return a name of the description as Zig and AssemblyScript write functions: writeRead."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def modules(api):
    """Return [(module, [Function])] in order of appearance."""
    found = {}
    for function in api.functions:
        found.setdefault(function.module, []).append(function)
    return list(found.items())


def comment(text, mark, indent=0):
    """Return the lines of a comment, each behind `mark`, within COLUMNS."""
    lead = " " * indent + mark
    return textwrap.wrap(text, COLUMNS, initial_indent=lead, subsequent_indent=lead)


def block_comment(text):
    """Return the lines of a C comment that holds the text, within COLUMNS."""
    lines = textwrap.wrap(text, COLUMNS - 6)
    return ["/* " + "\n * ".join(lines) + " */"]


def constants(rows):
    """Return the lines of constants with their comments, as Rust and Zig write both."""
    return [
        line
        for row in rows
        for line in (f"    /// {row.doc}", f"    pub const {upper(row.name)}: u32 = {row.code};")
    ]


def group_comment(rows):
    """Return the comment of a group of constants: of what functions they are arguments."""
    functions = dict.fromkeys(row.doc.partition(":")[0] for row in rows)
    return f"/// Arguments of {', '.join(functions)}."


def is_buffer(param):
    """Tell whether a parameter is passed as address and count."""
    return len(param.types) == 2
