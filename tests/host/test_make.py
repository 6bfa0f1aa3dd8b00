# SPDX-License-Identifier: MIT
"""The Makefile as a user meets it: help, run, and errors that say what to do."""

import re
import subprocess
import sys

import pytest

RUN_OUTPUT = """\

>>> import wasm; wasm.run('build/apps/hello.wasm')
Hello from WebAssembly!

>>> import wasm; wasm.run('build/apps/nbody.wasm')
-0.169075164
-0.169087605
"""


def test_help_lists_every_documented_target(root, make):
    """`make` alone is help, and no target that carries a text is missed by it."""
    makefiles = [root / "Makefile", *root.glob("*/*.mk"), *root.glob("*/*/*.mk")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in makefiles)
    documented = set(re.findall(r"^([\w-]+):[^=\n]*## ", text, re.MULTILINE))
    done = make()
    listed = {line.split()[0] for line in done.stdout.splitlines()}
    assert listed == documented
    assert {"run", "test", "lint", "size", "clean", "firmware", "apps"} <= listed


def test_run_shows_the_apps(make):
    make("firmware", "apps")
    done = make("run")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == RUN_OUTPUT


def test_firmware_carries_the_version_of_micropython(root, make):
    """MicroPython's build asks git, which must not answer for the repository around it."""
    make("firmware")
    done = subprocess.run(
        [root / "build" / "unix" / "micropython", "-c", "import sys; print(sys.version)"],
        capture_output=True,
        text=True,
    )
    assert "; MicroPython v1." in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["help", "MPY_DIR=/nonexistent"], "MPY_DIR=/nonexistent holds no MicroPython sources"),
        (["firmware", "BOARD=toaster"], "no board is called 'toaster'; there is: unix"),
    ],
)
def test_mistakes_are_named(make, words, message):
    done = make(*words)
    assert done.returncode == 2
    assert message in done.stderr


@pytest.mark.parametrize(("build", "are_parallel"), [("true", True), ("false", False)])
def test_tests_run_even_if_something_cannot_be_built(make, build, are_parallel):
    """Then one by one, so that each that needs it builds it alone, and says why it cannot."""
    done = make("test", f"TEST_MAKE={build}", "VENV_PYTHON=echo")
    assert done.returncode == 0, done.stderr
    last = done.stdout.splitlines()[-1]
    assert last.startswith("-m pytest tests ")
    assert ("--dist loadscope" in last) == are_parallel


def test_failed_step_shows_the_end_of_its_log(root, tmp_path):
    log = tmp_path / "deep" / "step.log"
    step = root / "firmware" / "step.sh"
    done = subprocess.run(
        [step, "baking", log, "sh", "-c", "seq 100; exit 7"], capture_output=True, text=True
    )
    assert done.returncode == 7
    assert done.stdout == "baking ...\n"
    *tail, last = done.stderr.splitlines()
    assert tail == [str(n) for n in range(61, 101)]
    assert last.startswith("baking: failed with exit code 7; ")
    assert log.read_text(encoding="utf-8").startswith("1\n2\n")


def test_documents_made_from_tables_are_fresh(root):
    """docs/CODE.md is what `make docs` writes now."""
    done = subprocess.run(
        [sys.executable, root / "docs" / "generate.py", "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
