# SPDX-License-Identifier: MIT
"""An emulator ends with whoever started it, even when that is killed."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SECONDS = 60
START = """
import sys
sys.path.insert(0, {boards!r})
import emulate
with emulate.start("QEMU_ARM", {image!r}) as emulator:
    print(emulator.path, flush=True)
    sys.stdin.read()
"""


def children(pid):
    """Return the processes that one has started and that live."""
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid):
    """Return whether a process runs."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until(condition):
    """Wait for something to become true; return whether it has."""
    end = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_emulator_ends_with_its_starter(root, make, number):
    done = make("firmware", "BOARD=QEMU_ARM")
    assert done.returncode == 0, done.stdout + done.stderr
    image = str(root / "build" / "QEMU_ARM" / "firmware.elf")
    code = START.format(boards=str(root / "boards"), image=image)
    words = [sys.executable, "-c", code]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout.readline().startswith("/dev/")
        started = children(starter.pid)
        assert started
        assert all(map(is_alive, started))
        starter.send_signal(number)
        starter.wait(SECONDS)
    assert wait_until(lambda: not any(map(is_alive, started)))


def test_make_ends_its_emulator(root):
    words = ["make", "emulate", "BOARD=QEMU_ARM"]
    with subprocess.Popen(words, cwd=root, stdout=subprocess.PIPE, text=True) as running:
        while "is on /dev/" not in (line := running.stdout.readline()):
            assert line
        emulators = [
            grandchild for child in children(running.pid) for grandchild in children(child)
        ]
        assert emulators
        running.kill()
        running.wait(SECONDS)
        assert wait_until(lambda: not any(map(is_alive, emulators)))
