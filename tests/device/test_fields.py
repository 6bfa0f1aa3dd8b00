# SPDX-License-Identifier: MIT
"""Every field of a manifest: what it grants works on a board, and more than that is refused."""

import ast
from pathlib import Path

import pytest
from test_drivers import MODULES

SCRIPTS = Path(__file__).resolve().parent / "scripts"
SECONDS = 120


def cases():
    """Yield (script, function) of all tests in scripts."""
    for path in sorted(SCRIPTS.glob("fields_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield path.stem, node.name


@pytest.mark.parametrize(("script", "function"), list(cases()))
def test_field(board, device, put, root, script, function):
    put("fields.wasm", "bigstack.wasm", *(f"host_{name}.wasm" for name in MODULES))
    for name in ("adapter", "bench", "drivers", "fields"):
        board.need(name)
    for name in ("eeprom25.py", "sht31.py"):
        if name not in device.there:
            board.put(name, (root / "boards" / "devices" / name).read_bytes())
            device.there.add(name)
    if not board.call("drivers", "set_up") and not device.attached:
        pytest.skip("no devices are known to be connected to this board")
    board.call(script, function, timeout=SECONDS)
