# SPDX-License-Identifier: MIT
"""A minute of fuzzing, and what fuzzing once found."""

import re


def test_smoke(make):
    done = make("fuzz-smoke")
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    match = re.fullmatch(
        r"fuzz: (\d+) executions, (\d+) modules compared with wasmtime, "
        r"(\d+) with machine code, 0 findings",
        last,
    )
    assert match, done.stdout
    assert int(match.group(1)) > 1000
    assert int(match.group(2)) > 100
    assert int(match.group(3)) >= 30
    native = re.search(r"^native: .* (\d+) functions as machine code", done.stdout, re.M)
    assert native, done.stdout
    assert int(native.group(1)) > 100, done.stdout


def test_regressions(make, root):
    count = len(list((root / "tests/engine/regress").glob("*.wasm")))
    assert count > 0
    done = make("fuzz-regress")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith(f"fuzz-regress: {count} modules, ")
    assert done.stdout.splitlines()[-1].endswith(" 0 failed")
