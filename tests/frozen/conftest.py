# SPDX-License-Identifier: MIT
"""The unix firmware and the modules that the scripts load."""

import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE / "scripts"


@pytest.fixture(scope="session")
def folder(root, make):
    """Return the folder of the assembled modules."""
    done = make("frozen-wasm")
    assert done.returncode == 0, done.stderr
    return root / "build" / "frozen"


@pytest.fixture(scope="session")
def firmware(root, make):
    """Return the path of the unix firmware; FIRMWARE names another one."""
    if "FIRMWARE" in os.environ:
        return Path(os.environ["FIRMWARE"])
    done = make("firmware", "BOARD=unix")
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "build" / "unix" / "micropython"


@pytest.fixture(scope="session")
def run_script(firmware, folder):
    """Return a function that runs one function of a script and returns what it printed."""

    def run(script, function, timeout=120):
        done = subprocess.run(
            [firmware, SCRIPTS / "main.py", folder, script, function],
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        output = done.stdout + done.stderr
        assert done.returncode == 0, output
        assert done.stdout.endswith("passed\n"), output
        return output

    return run
