# SPDX-License-Identifier: MIT
"""Write host_api.toml as the JSON that scripts under MicroPython read: host_table.py FILE."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "firmware"))

import host_api  # noqa: E402

_LETTERS = {"i32": "i", "i64": "l"}


def row(function):
    """Return a function; `types` and `result` have a letter each: i for i32, l for i64."""
    params, results = function.signature
    return {
        "module": function.module,
        "name": function.name,
        "params": "".join(param.letter for param in function.params),
        "types": "".join(_LETTERS[kind] for kind in params),
        "result": _LETTERS[results[0]],
        "on": function.on,
        "ops": 0 if function.bit is None else 1 << function.bit,
        "makes": function.makes,
        "charge": function.charge,
    }


def table(api):
    """Return the description."""
    return {
        "functions": [row(function) for function in api.functions],
        "errors": {error.name: error.code for error in api.errors},
        "kinds": api.kinds,
        "ops": api.ops,
        "parents": api.parents,
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(table(host_api.read())), encoding="utf-8")
