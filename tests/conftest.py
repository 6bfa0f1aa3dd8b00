# SPDX-License-Identifier: MIT
"""What every folder of tests shares: the repository's root and a way to run make."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


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
            ["make", *words], cwd=ROOT, env=environment, capture_output=True, text=True, **options
        )

    return run
