# SPDX-License-Identifier: MIT
"""Unmodified programs in Rust and Zig for WASI; those in C are run in tests/device."""

import subprocess
import tempfile

import pytest


@pytest.mark.parametrize("language", ["rust", "zig"])
def test_a_program(firmware, folder, built_app, language):
    built_app(f"wasi-{language}")
    main = folder.parents[1] / "tests" / "frozen" / "scripts" / "main.py"
    with tempfile.TemporaryDirectory() as place:  # the path of a grant has at most 64 bytes
        done = subprocess.run(
            [firmware, main, folder, "wasi_apps", language],
            capture_output=True,
            text=True,
            cwd=place,
        )
    assert done.stdout.endswith("passed\n"), done.stdout + done.stderr
