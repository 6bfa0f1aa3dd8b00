# SPDX-License-Identifier: MIT
"""What every folder of tests shares: the repository's root and a way to run make."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# make ends with the tests, however these end, and what it has started ends with it.
LEASH = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []


@pytest.fixture(scope="session")
def root():
    """Return the repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def make():
    """Return a function that runs make in the root and returns what it did."""

    def run(*words, **options):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        environment.update(options.pop("env", {}))
        return subprocess.run(
            [*LEASH, "make", *words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            **options,
        )

    return run


@pytest.fixture(scope="session")
def built_apps(root, make):
    """Build the guest apps whose compilers are there; return the folder they are in."""
    make("assemblyscript")  # fails where npm has nothing to install from: its apps are skipped
    done = make("apps")
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "build" / "apps"
