# SPDX-License-Identifier: MIT
"""What Wasmlet adds to a board's firmware, in all and by part: (text, data, bss) in bytes.

The growth is the difference of two linked firmwares. The parts are their objects', which the
linker may have cut a little; the frozen Python's are the sizes of the symbols that carry a
module's name.
"""

import re
import subprocess
import sys
from pathlib import Path

MODULES = Path(__file__).resolve().parents[2] / "modules"
# What loads and runs a module. All other Python is for capabilities: packages, grants, drivers.
CORE = {"__init__", "errors", "fit", "loader", "setup_loop"}
# Parts of the compiled code by their objects' paths, the first that fits.
CODE = (
    ("native", r"usermod_c/engine/wl_native"),
    ("engine", r"usermod_c/engine/"),
    ("gate", r"usermod_c/glue/gate"),
    ("glue", r"usermod_c/glue/"),
)
# What came on top of loading and running modules.
ON_TOP = ("native", "gate", "python_capabilities")
TOOLS = {"unix": "", "QEMU_RV32": "riscv64-unknown-elf-"}
PROGRAMS = ("micropython", "firmware.elf")
NOTHING = (0, 0, 0)


def add(*rows, sign=1):
    """Return the sum of rows; with `sign` -1, the first less the others."""
    first, *rest = zip(*rows)
    return tuple(column[0] + sign * sum(column[1:]) for column in (first, *rest))


def sizes(board, files):
    """Return (text, data, bss) of objects or programs together."""
    command = [TOOLS.get(board, "arm-none-eabi-") + "size", *map(str, files)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rows = [tuple(map(int, line.split()[:3])) for line in done.stdout.splitlines()[1:]]
    return add(NOTHING, *rows)


def frozen_object(folder):
    """Return the path of the object that holds the frozen Python."""
    return next(folder.rglob("frozen_content*.o"))


def module_of(symbol, modules):
    """Return the module that a symbol of the frozen object belongs to, None for others'.

    `modules` has names as symbols have them, wasm_imports_fs, the longest first.
    """
    pattern = re.compile(rf"(?:^|_)({'|'.join(modules)})(?:_|$)")
    found = pattern.search(symbol)
    return found and found[1]


def python_parts(listing, modules):
    """Return the bytes of (core, capabilities) in the output of `nm -S`."""
    parts = {True: 0, False: 0}
    for line in listing.splitlines():
        words = line.split()
        module = module_of(words[3], modules) if len(words) == 4 else None
        if module:
            parts[module.removeprefix("wasm_") in CORE] += int(words[1], 16)
    return parts[True], parts[False]


def frozen_rows(board, folder, without):
    """Return the rows of the frozen Python.

    What is no module's, the table of names, is shared out as the modules' own bytes are.
    """
    found = frozen_object(folder)
    growth = add(sizes(board, [found]), sizes(board, [frozen_object(without)]), sign=-1)
    command = [TOOLS.get(board, "arm-none-eabi-") + "nm", "-S", "--defined-only", str(found)]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    paths = (path.relative_to(MODULES).with_suffix("") for path in MODULES.rglob("*.py"))
    names = sorted(("_".join(path.parts) for path in paths), key=len, reverse=True)
    core, capabilities = python_parts(listing, names)
    frozen = growth[0] + growth[1]
    core = frozen * core // (core + capabilities)
    return {"python_core": (core, 0, 0), "python_capabilities": (frozen - core, 0, 0)}


def code_rows(board, folder):
    """Return the rows of the compiled code."""
    parts = {name: [] for name, _ in CODE}
    for path in sorted(folder.rglob("*.o")):
        part = next((name for name, text in CODE if re.search(text, path.as_posix())), None)
        if part:
            parts[part].append(path)
    if not all(parts[name] for name in ("engine", "glue")):
        sys.exit(f"size: {folder} has no objects of Wasmlet")
    return {name: sizes(board, files) if files else NOTHING for name, files in parts.items()}


def program(folder):
    """Return the path of a linked firmware."""
    return next(folder / name for name in PROGRAMS if (folder / name).exists())


def board_rows(board, folder, without):
    """Return {part: (text, data, bss)} of what Wasmlet adds to a board's firmware.

    `basic` is the growth but for what came on top of loading and running modules.
    """
    rows = {**code_rows(board, folder), **frozen_rows(board, folder, without)}
    linked = (sizes(board, [program(place)]) for place in (folder, without))
    growth = add(*linked, sign=-1)
    basic = add(growth, *(rows[part] for part in ON_TOP), sign=-1)
    return {"growth": growth, "basic": basic, **rows}


def board_report(board, rows, budget):
    """Return the table's lines and the rows over their budget, which is for text and data."""
    lines = [f"{board:20}{'text':>12}{'data':>12}{'bss':>12}{'budget':>12}"]
    over = []
    for part, (text, data, bss) in rows.items():
        limit = budget.get(part)
        lines.append(
            f"{part:20}{text:>12,}{data:>12,}{bss:>12,}" + (f"{limit:>12,}" if limit else "")
        )
        if limit and text + data > limit:
            over.append(f"{board} {part}")
    return lines, over
