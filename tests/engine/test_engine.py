# SPDX-License-Identifier: MIT
"""The engine's C tests, its independence of everything else, and what once broke it."""

import re

import pytest

VARIANTS = ("plain", "m32", "asan", "tight")


def programs(root):
    return sorted(path.stem for path in (root / "tests/engine").glob("test_*.c"))


@pytest.mark.parametrize("variant", VARIANTS)
def test_units(make, root, variant):
    done = make(f"test-engine-{variant}")
    assert done.returncode == 0, done.stdout + done.stderr
    counts = re.findall(r"^(?:\w+: )?(\d+) checks(?:, 0 failed| passed)$", done.stdout, re.M)
    assert len(counts) == len(programs(root))
    assert all(int(count) > 0 for count in counts)


def test_units_as_xtensa_code(make, root):
    done = make("test-engine-xtensa")
    assert done.returncode == 0, done.stdout + done.stderr
    counts = re.findall(r"^\w+: (\d+) checks, 0 failed$", done.stdout, re.M)
    assert len(counts) == len(programs(root)) - 1  # without test_numeric
    assert all(int(count) > 0 for count in counts)


def test_stands_alone(make):
    done = make("layers-engine")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "layers: the engine stands alone on 3 targets"


def test_regressions(make, root):
    count = len(list((root / "tests/engine/regress").glob("*.wasm")))
    assert count > 0
    done = make("test-engine-regress")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == f"test-engine-regress: {count} modules, 0 failed"
