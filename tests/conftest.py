# SPDX-License-Identifier: MIT
"""What every folder of tests shares: the repository's root and a way to run make."""

import fcntl
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Where tests run side by side, these begin: the longest, so that the end is not one of them alone.
LONGEST = ("rp2040", "bench", "spec", "size", "fuzz", "host/test_versions")


def group_of(nodeid):
    """Return what a test must not be torn from: its board, or else its folder.

    An emulator is started for all tests of its board, and a folder's tests build in one place. The
    files of host/ have nothing in common.
    """
    path = nodeid.partition("::")[0].removeprefix("tests/").removesuffix(".py")
    folder = path.partition("/")[0]
    board = re.search(r"\[(rp2040|qemu-arm|qemu-rv32|unix)\b", nodeid)
    if folder == "device" and board:
        return board[1]
    return path if folder == "host" else folder


def pytest_collection_modifyitems(items):
    """Begin with the longest groups."""
    rank = {group: number for number, group in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(group_of(item.nodeid), len(rank)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep groups together where tests run side by side (make test)."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return group_of(nodeid)

    return ByGroup(config, log)


# Languages whose compiler may be missing, and what would bring it.
OPTIONAL = {
    "assemblyscript": "AssemblyScript's compiler (make assemblyscript)",
    "rust": "rustc with its library for wasm32 (apt: rustc libstd-rust-dev-wasm32 lld)",
}

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
    with open(root / "build" / ".apps.lock", "w") as lock:  # tests may run side by side
        fcntl.flock(lock, fcntl.LOCK_EX)
        make("assemblyscript")  # fails where npm has nothing to install from: its apps are skipped
        done = make("apps")
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "build" / "apps"


@pytest.fixture(scope="session")
def plain_apps(root):
    """Return the names of the apps that have no manifest and are no programs for WASI."""
    there = {path.parent for path in (root / "apps").glob("*/main.*")}
    plain = {path.name for path in there if not (path / "wasmlet.toml").exists()}
    return {name for name in plain if not name.startswith("wasi-")}


@pytest.fixture(scope="session")
def built_app(built_apps):
    """Return a function that tells an app's path; it skips where there is no compiler for it."""

    def path_of(name):
        path = built_apps / f"{name}.wasm"
        language = name.split("-")[-1]
        if language in OPTIONAL and not path.exists():
            pytest.skip(f"not installed: {OPTIONAL[language]}")
        return path

    return path_of
