# SPDX-License-Identifier: MIT
"""Apps get to a board: by host_tools/deploy.py, and by mpremote alone."""

import re
import signal
import subprocess
import sys

import pytest

SECONDS = 120
HELLO = "Hello from WebAssembly!\n"


@pytest.fixture
def mpremote(device):
    """Return a function that runs mpremote on the board and returns what it did."""

    def run(*words):
        command = [sys.executable, "-m", "mpremote", "connect", device.port, *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)

    return run


@pytest.fixture
def command(root, device):
    """Return the words that deploy to the board."""
    return [sys.executable, root / "host_tools" / "deploy.py", "--port", device.port]


@pytest.fixture
def deploy(command):
    """Return a function that deploys and returns (exit code, output, errors but no progress)."""

    def run(*words):
        done = subprocess.run([*command, *words], capture_output=True, text=True, timeout=SECONDS)
        errors = re.sub(r"^deploy: .* of .* bytes, \d+ %\n", "", done.stderr, flags=re.MULTILINE)
        return done.returncode, done.stdout, errors

    return run


@pytest.fixture
def app(guests):
    """Return a function that finds a built module by its name."""
    return lambda name: next(
        p for p in (folder / f"{name}.wasm" for folder in guests) if p.exists()
    )


def test_app_is_pushed_and_run(deploy, app):
    for _ in range(2):  # the second time it is there
        assert deploy(app("hello")) == (0, HELLO, "")


def test_app_is_only_pushed(deploy, mpremote, app):
    assert deploy(app("hello"), "--name", "pushed.wasm", "--no-run") == (0, "", "")
    hashed = mpremote("sha256sum", ":pushed.wasm")
    assert hashed.returncode == 0, hashed.stderr
    assert mpremote("rm", ":pushed.wasm").returncode == 0


def test_failing_app_tells_why(deploy, app):
    code, output, errors = deploy(app("endless"), "--fuel", "10000")
    assert (code, output) == (1, "begun\n")
    assert errors.endswith("OutOfFuel: out of fuel\n")


def test_sketch_runs(deploy, app, device_target):
    pins = [] if device_target == "unix" else ["--pin", "25"]
    code, output, errors = deploy(app("blink"), "--loops", "2", *pins)
    if device_target == "unix":  # has no pins to grant
        assert (code, output) == (1, "")
        assert errors.endswith("CapabilityError: pin 25 is not granted\n")
    else:
        assert (code, output, errors) == (0, "C blinks: 1\nC blinks: 2\n", "")


def test_ctrl_c_stops_the_app(command, deploy, app):
    process = subprocess.Popen([*command, app("endless")], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert deploy(app("hello")) == (0, HELLO, "")


def test_firmware_without_wasmlet_is_told_apart(deploy, mpremote, app, tmp_path):
    (tmp_path / "wasm.py").write_text("raise ImportError('no module named wasm')\n")
    assert mpremote("cp", tmp_path / "wasm.py", ":wasm.py").returncode == 0
    try:
        assert mpremote("soft-reset").returncode == 0
        code, output, errors = deploy(app("hello"))
    finally:
        mpremote("rm", ":wasm.py", "+", "soft-reset")
    assert (code, output) == (3, "")
    assert "has no Wasmlet" in errors


def test_mpremote_alone(mpremote, app, device_target):
    statement = "import wasm; wasm.run('hello.wasm')"
    place = ":hello.wasm" if device_target == "unix" else ":"  # which has no name for its root
    done = mpremote("cp", app("hello"), place, "+", "exec", statement)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(HELLO)


@pytest.mark.boards("rp2040", "qemu-arm", "qemu-rv32")  # mpremote mounts nothing on a computer
def test_mpremote_runs_the_tool_on_the_board(mpremote, app, root, tmp_path):
    (tmp_path / "hello.wasm").write_bytes(app("hello").read_bytes())
    done = mpremote("mount", tmp_path, "run", root / "host_tools" / "deploy.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("hello.wasm:\n" + HELLO)
