# SPDX-License-Identifier: MIT
"""Every version of MicroPython that is pinned, each as a checkout of the user's own: MPY_DIR."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pins import SOURCES

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "boards"))

import emulate  # noqa: E402

STATEMENT = "import sys, wasm; print(sys.version); wasm.run({!r})"
SECONDS = 120


def version_of(tree):
    """Return the version that a MicroPython tree says it is, None where there is no tree."""
    header = tree / "py" / "mpconfig.h"
    if not header.exists():
        return None
    rows = dict(re.findall(r"^#define MICROPY_VERSION_(\w+) (\d+)", header.read_text(), re.M))
    return ".".join(rows[part] for part in ("MAJOR", "MINOR", "MICRO"))


@pytest.fixture(scope="module", params=SOURCES["micropython"].sha256)
def version(request, make):
    """Return a version, what tells make to build it, and the folder that it is built in.

    The one that all other tests use is not built again.
    """
    number = request.param
    if version_of(ROOT / "build" / "micropython") == number:
        return number, [], ROOT / "build"
    folder = Path("build") / "versions" / number
    done = make(f"{folder}/micropython/.complete")
    if done.returncode:
        pytest.skip(f"MicroPython {number} cannot be had here: {done.stdout.splitlines()[-1]}")
    assert version_of(ROOT / folder / "micropython") == number
    return number, [f"MPY_DIR={folder}/micropython", f"BUILD={folder}"], ROOT / folder


@pytest.fixture
def firmware(version, make):
    """Return a function that builds a board's firmware, and returns its folder."""

    def build(board):
        _, words, folder = version
        done = make("firmware", f"BOARD={board}", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "warning:" not in (folder / "log" / f"{board}.log").read_text()
        return folder / board

    return build


def check(done, version):
    """Check what the statement printed."""
    assert done.returncode == 0, done.stdout + done.stderr
    first, last = done.stdout.splitlines()[-2:]
    assert f"MicroPython v{version[0]} " in first
    assert last == "Hello from WebAssembly!"


def test_unix(version, firmware, built_apps):
    program = firmware("unix") / "micropython"
    statement = STATEMENT.format(str(built_apps / "hello.wasm"))
    done = subprocess.run([program, "-c", statement], capture_output=True, text=True)
    check(done, version)


def test_emulated_board(version, firmware, built_apps):
    image = firmware("QEMU_ARM") / "firmware.elf"
    with emulate.start("QEMU_ARM", image) as emulator:
        words = ["connect", emulator.path, "cp", built_apps / "hello.wasm", ":hello.wasm"]
        words += ["+", "exec", STATEMENT.format("hello.wasm")]
        command = [sys.executable, "-m", "mpremote", *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    check(done, version)
