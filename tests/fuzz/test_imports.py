# SPDX-License-Identifier: MIT
"""Every host function with any arguments, under AddressSanitizer and UBSan."""

import os
import re
import subprocess
import sys

import host_api
import pytest

HERE = os.path.dirname(__file__)


@pytest.fixture(scope="module")
def table(root, make):
    done = make("build/frozen/host_api.json")
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "build" / "frozen" / "host_api.json"


def test_sanitized(make):
    done = make("fuzz-imports")
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    match = re.fullmatch(r"imports: (\d+) calls of (\d+) functions under (\d+) grants", last)
    assert match, done.stdout
    assert int(match.group(1)) > 5000
    assert int(match.group(2)) == len(host_api.read().functions)


def fuzz(table, folder, script):
    """Run the fuzzer with a program in place of the firmware."""
    firmware = folder / "firmware"
    firmware.write_text("#!/bin/sh\n" + script, encoding="utf-8")
    firmware.chmod(0o755)
    words = [sys.executable, os.path.join(HERE, "fuzz_imports.py"), firmware, table]
    return subprocess.run(words, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("kill -SEGV $$", ""),
        ("echo x > outside/g", "files beside the app's"),
        ("echo x > outside/f", "a file outside was changed"),
        ("echo x > files/link/g", "files beside the app's"),
        ("echo x > escaped", "files beside the app's"),
    ],
)
def test_what_is_wrong_is_found(table, tmp_path, script, message):
    done = fuzz(table, tmp_path, script)
    assert done.returncode == 1, done.stdout
    assert message in done.stdout


def test_what_is_right_is_not(table, tmp_path):
    done = fuzz(table, tmp_path, "mkdir wasmlet && echo x > files/f && echo done")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "done")
