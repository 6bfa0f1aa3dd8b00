# SPDX-License-Identifier: MIT
"""Every test function of every script, each in a fresh MicroPython."""

import ast
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parent / "scripts"
HELPERS = {"main", "support"}


def cases():
    """Yield (script, function) of all tests."""
    for path in sorted(SCRIPTS.glob("*.py")):
        if path.stem in HELPERS:
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield path.stem, node.name


@pytest.mark.parametrize(("script", "function"), list(cases()))
def test_script(run_script, script, function):
    run_script(script, function)


def test_a_failing_script_fails(run_script):
    with pytest.raises(AssertionError, match="AttributeError"):
        run_script("values", "test_that_does_not_exist")
