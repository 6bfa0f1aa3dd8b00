# SPDX-License-Identifier: MIT
"""Write a module in text format that exports a way to each function of `wasmlet:NAME`.

usage: forward.py NAME FILE.wat

Each export has the name and the type of what it calls, so that tests call through the gate. Those
of `wasmlet:sys`, which needs no grant, are there, too.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "firmware"))

import host_api  # noqa: E402


def lines(function):
    """Return the import and the export of a function."""
    params, results = function.signature
    types = f"(param {' '.join(params)}) " if params else ""
    types += f"(result {results[0]})"
    gets = " ".join(f"(local.get {i})" for i in range(len(params)))
    name = function.name
    return (
        f'(import "{function.import_module}" "{name}" (func ${name} {types}))',
        f'(func (export "{name}") {types} (call ${name} {gets}))',
    )


def text(module):
    """Return the module's text; `run` is there so that an app has something to begin with."""
    made = [lines(f) for f in host_api.read().functions if f.module in (module, "sys")]
    body = [imported for imported, _ in made] + [exported for _, exported in made]
    body += ['(memory (export "memory") 1)', '(func (export "run"))']
    return "(module\n  " + "\n  ".join(body) + "\n)\n"


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(text(sys.argv[1]))
