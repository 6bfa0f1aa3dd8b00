# SPDX-License-Identifier: MIT
"""Start a board's firmware in its emulator, behind a pseudo terminal.

usage: emulate.py BOARD IMAGE [--littlefs IMAGE] [--device SPEC]... [--events FILE] [--repl]

Prints the terminal's path, for mpremote or anything else that speaks to a serial port, and goes on
until it is interrupted; with --repl it starts mpremote's prompt there instead. Devices on the
board (SPEC: FILE.py:CLASS[,OPTION=VALUE...]) and what they report: README.md beside this file.
"""

import argparse
import contextlib
import os
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import tty
from pathlib import Path

from attached import Devices

HERE = Path(__file__).resolve().parent
START_SECONDS = 60
STOP_SECONDS = 5
QUIET_SECONDS = 2
UNIX_BYTES = 128 << 20

QEMU = {
    "QEMU_ARM": ["qemu-system-arm", "-machine", "mps2-an385"],
    "QEMU_RV32": ["qemu-system-riscv32", "-machine", "virt", "-bios", "none"],
}
QEMU_OPTIONS = ["-nographic", "-monitor", "none", "-semihosting", "-serial", "pty", "-kernel"]
CTRL_C = b"\x03"
# An emulator ends with whoever started it, however that ends.
LEASH = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []


class EmulatorError(Exception):
    """The emulator cannot be started; the text says why."""


class Emulator:
    """A running firmware; `path` is the terminal to connect to, `devices` what is attached.

    Use it as a context manager, or call `stop`.
    """

    def __init__(self, path, stop, devices=None):
        self.path = path
        self.devices = devices
        self._stop = stop
        # Somebody is always connected, or what is written while nobody is would be lost.
        self._terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._terminal)

    def settle(self):
        """Wait for the prompt, and for the emulator to end what it types itself to get one."""
        seen = b""
        while b">>> " not in seen or select.select([self._terminal], [], [], QUIET_SECONDS)[0]:
            if not select.select([self._terminal], [], [], START_SECONDS)[0]:
                break
            seen += os.read(self._terminal, 4096)
        return self

    def stop(self):
        """End the emulator."""
        os.close(self._terminal)
        self._stop()
        if self.devices:
            self.devices.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def boards():
    """Return the names of the boards that can be emulated."""
    return ["unix", *QEMU, "RPI_PICO"]


def start(board, image, littlefs=None, devices=()):
    """Start the firmware `image` of a board and return its Emulator.

    `littlefs` is the image of its file system, for boards whose emulator takes one. `devices` are
    those to attach, as --device has them.
    """
    if devices and board != "RPI_PICO":
        raise EmulatorError(f"no devices can be attached to {board}, only to RPI_PICO")
    if board == "unix":
        return start_unix(image)
    if board in QEMU:
        return start_process([*QEMU[board], *QEMU_OPTIONS, image], r"redirected to (\S+)")
    if board == "RPI_PICO":
        return start_rp2040(image, littlefs, devices)
    raise EmulatorError(f"no emulator for {board}; there is: {', '.join(boards())}")


def start_rp2040(image, littlefs, specs):
    """Start rp2040py with the devices that `specs` name."""
    devices = Devices()
    remote = devices.remote.fileno()
    command = [sys.executable, HERE / "rp2040" / "emulator.py", "--channel", str(remote)]
    for spec in specs:
        command += ["--device", spec]
    command += ["--", "micropython", "--image", image, "--pty"]
    command += ["--littlefs", littlefs] if littlefs else []
    with devices.remote:
        emulator = start_process(
            command, r"PTY REPL listening on (\S+)", devices=devices, pass_fds=[remote]
        )
    return emulator.settle()


def start_process(command, pattern, devices=None, **options):
    """Start an emulator that has a terminal of its own, and prints its path."""
    try:
        process = subprocess.Popen(
            [*LEASH, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )
    except FileNotFoundError:
        raise EmulatorError(f"{command[0]} is not installed") from None

    def stop():
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    output = b""
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    for line in process.stdout:
        output += line
        found = re.search(pattern.encode(), line)
        if found:
            watchdog.cancel()
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return Emulator(found[1].decode(), stop, devices)
    watchdog.cancel()
    stop()
    raise EmulatorError(f"{command[0]}: {output.decode(errors='replace').strip() or 'no output'}")


def limit_memory():
    """Give a process no more memory than a large board has."""
    resource.setrlimit(resource.RLIMIT_AS, (UNIX_BYTES, UNIX_BYTES))


class UnixPrompt:
    """The unix firmware, which has no raw prompt, behind one, in a folder of its own.

    As a board it starts again when it ends, and Ctrl-C interrupts it.
    """

    def __init__(self, firmware):
        self._firmware = Path(firmware).resolve()
        self._folder = tempfile.TemporaryDirectory(prefix="wasmlet-unix-")
        self._outside, inside = os.openpty()
        tty.setraw(inside)
        self._inside = inside
        self.path = os.ttyname(inside)
        self._running = True
        self._process = None
        threading.Thread(target=self._run, daemon=True).start()
        threading.Thread(target=self._feed, daemon=True).start()

    def _run(self):
        while self._running:
            self._process = subprocess.Popen(
                [*LEASH, self._firmware, HERE / "unix_prompt.py"],
                cwd=self._folder.name,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=limit_memory,
            )
            output = self._process.stdout.fileno()
            while data := os.read(output, 4096):
                os.write(self._outside, data)
            self._process.wait()

    def _feed(self):
        with contextlib.suppress(OSError):
            while data := os.read(self._outside, 4096):
                self._put(data)

    def _put(self, data):
        with contextlib.suppress(BrokenPipeError):
            for part in re.split(rb"(\x03)", data):
                if part == CTRL_C:
                    self._process.send_signal(signal.SIGINT)
                elif part:
                    os.write(self._process.stdin.fileno(), part)

    def stop(self):
        """End the firmware and remove its folder."""
        self._running = False
        self._process.kill()
        self._process.wait()
        os.close(self._inside)
        os.close(self._outside)
        self._folder.cleanup()


def start_unix(firmware):
    """Start the unix firmware behind a raw prompt."""
    prompt = UnixPrompt(firmware)
    return Emulator(prompt.path, prompt.stop)


def main():
    """Start what the command line names; exit with 1 and one line when that cannot be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("board", choices=boards())
    parser.add_argument("image")
    parser.add_argument("--littlefs", metavar="IMAGE", help="the flash's file system")
    parser.add_argument("--device", action="append", default=[], metavar="SPEC", help="attach it")
    parser.add_argument("--events", metavar="FILE", help="where what the devices report goes")
    parser.add_argument("--repl", action="store_true", help="start mpremote's prompt on it")
    args = parser.parse_args()
    try:
        emulator = start(args.board, args.image, args.littlefs, args.device)
    except EmulatorError as error:
        print(f"emulate: {error}", file=sys.stderr)
        return 1
    with emulator:
        if args.events and emulator.devices:
            record = emulator.devices.record
            threading.Thread(target=record, args=[args.events], daemon=True).start()
        if args.repl:
            command = [sys.executable, "-m", "mpremote", "connect", emulator.path, "repl"]
            return subprocess.run(command).returncode
        print(f"emulate: {args.board} is on {emulator.path}; Ctrl-C ends it", flush=True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
