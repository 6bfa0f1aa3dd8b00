# SPDX-License-Identifier: MIT
"""Every field of a manifest: what it grants works on a board, and more than that is refused."""

import ast
from pathlib import Path

import pytest
from board import BoardError
from test_drivers import MODULES

SCRIPTS = Path(__file__).resolve().parent / "scripts"
SECONDS = 120


def functions(script):
    """Return the names of a script's tests."""
    body = ast.parse((SCRIPTS / f"{script}.py").read_text(encoding="utf-8")).body
    names = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    return [name for name in names if name.startswith("test_")]


@pytest.mark.parametrize("script", sorted(path.stem for path in SCRIPTS.glob("fields_*.py")))
def test_fields(board, device, put, root, script):
    """Run all tests of a script in one session: a slow board compiles it once."""
    put("fields.wasm", "bigstack.wasm", *(f"host_{name}.wasm" for name in MODULES))
    board.frames = 0  # apps with manifests take what stack there is
    for name in ("adapter", "bench", "drivers", "fields", script):
        board.need(name)
    for name in ("eeprom25.py", "sht31.py"):
        if name not in device.there:
            board.put(name, (root / "boards" / "devices" / name).read_bytes())
            device.there.add(name)
    if not board.call("drivers", "set_up") and not device.attached:
        pytest.skip("no devices are known to be connected to this board")
    failed = []
    for function in functions(script):
        try:
            board.call("fields", "run", script, function, timeout=SECONDS)
        except BoardError as e:
            failed.append(f"{function}: {e}")
    assert not failed, "\n".join(failed)
