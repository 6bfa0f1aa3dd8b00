# SPDX-License-Identifier: MIT
"""Unmodified programs in Rust and Zig for WASI; those in C are run in tests/device."""

import subprocess

import pytest


@pytest.mark.parametrize("language", ["rust", "zig"])
def test_a_program(firmware, folder, built_apps, tmp_path, language):
    name = f"wasi-{language}.wasm"
    if not (built_apps / name).exists():
        pytest.skip(f"no compiler for {language} has the library for WASI")
    main = folder.parents[1] / "tests" / "frozen" / "scripts" / "main.py"
    done = subprocess.run(
        [firmware, main, folder, "wasi_apps", language],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.stdout.endswith("passed\n"), done.stdout + done.stderr
