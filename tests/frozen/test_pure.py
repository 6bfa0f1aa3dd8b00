# SPDX-License-Identifier: MIT
"""The pure modules, each test function under CPython and under the unix firmware."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PURE = Path(__file__).resolve().parent / "pure"
HELPERS = {"main", "support"}


def functions(path):
    """Return the names of a script's test functions."""
    nodes = ast.parse(path.read_text()).body
    names = [node.name for node in nodes if isinstance(node, ast.FunctionDef)]
    return [name for name in names if name.startswith("test_")]


def cases():
    """Yield (script, function) of all tests."""
    for path in sorted(PURE.glob("*.py")):
        if path.stem not in HELPERS:
            yield from ((path.stem, name) for name in functions(path))


def run(interpreter, root, script, function):
    """Run one function; return what it printed."""
    done = subprocess.run(
        [interpreter, PURE / "main.py", root / "modules", script, function],
        capture_output=True,
        text=True,
        timeout=300,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert done.stdout.endswith("passed\n"), output
    return output


@pytest.mark.parametrize(("script", "function"), list(cases()))
def test_pure(root, firmware, script, function):
    wanted = run(sys.executable, root, script, function)
    assert run(firmware, root, script, function) == wanted


def test_a_failing_script_fails(root):
    with pytest.raises(AssertionError, match="AttributeError"):
        run(sys.executable, root, "grants", "test_that_does_not_exist")
