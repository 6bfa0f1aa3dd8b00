#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Push a WebAssembly app to a board and run it there.

On a computer, with a board (or `make emulate`) at a serial port:

    python host_tools/deploy.py --port /dev/ttyACM0 app.wasm

On the board itself, with a folder of the computer's, from which it takes every app:

    mpremote mount build/apps run host_tools/deploy.py

Exit code: 0 when the app has ended well, 1 when it failed on the board, 2 for a bad command line,
3 when there is no board to talk to, or none with Wasmlet, 130 after Ctrl-C, which stops the app.
"""

import sys

FAILED, USAGE, NO_BOARD, INTERRUPTED = 1, 2, 3, 130
MAGIC = b"\0asm"
CHUNK_BYTES = 1024
ANSWER_SECONDS = 10
QUIET_SECONDS = 1  # what takes longer tells how far it is
CTRL_C = b"\x03"


class ToolError(Exception):
    """Something that ends the tool: the text for the user, and its exit code."""

    def __init__(self, message, exit_code):
        super().__init__(message)
        self.exit_code = exit_code


class Progress:
    """Tells on standard error how much is done, once there is something to wait for."""

    def __init__(self, name, clock):
        self._name = name
        self._clock = clock
        self._next = clock() + QUIET_SECONDS

    def __call__(self, done, total):
        """Take the bytes that are done, and all of them."""
        now = self._clock()
        if now >= self._next:
            self._next = now + QUIET_SECONDS
            percent = 100 * done // total
            print(f"deploy: {self._name}: {done} of {total} bytes, {percent} %", file=sys.stderr)


class Connection:
    """A board behind a serial port, at its raw prompt; use it as a context manager."""

    def __init__(self, port, baudrate=115200):
        from mpremote.transport import TransportError, TransportExecError
        from mpremote.transport_serial import SerialTransport

        self._lost = (TransportError, OSError)  # pyserial's errors are OSErrors
        self._raised = TransportExecError  # one of them, too
        self._port = port
        try:
            self._board = SerialTransport(port, baudrate, timeout=ANSWER_SECONDS)
        except self._lost:
            raise ToolError(f"no board can be reached at {port}", NO_BOARD) from None
        self._board.is_pty = False  # a terminal, too, says how much there is to be read

    def __enter__(self):
        import contextlib

        try:
            with contextlib.redirect_stdout(None):  # where mpremote would show what came
                self._board.enter_raw_repl(soft_reset=False, timeout_overall=ANSWER_SECONDS)
        except self._lost:
            self._board.close()
            raise ToolError(f"nothing at {self._port} answers as MicroPython", NO_BOARD) from None
        return self

    def __exit__(self, *_):
        try:
            self._board.exit_raw_repl()
        finally:
            self._board.close()

    def check(self):
        """Raise ToolError unless the firmware has Wasmlet."""
        try:
            self._board.exec("import wasm; wasm.Module")
        except self._raised:
            text = f"the firmware at {self._port} has no Wasmlet: flash it with one that has"
            raise ToolError(text, NO_BOARD) from None

    def has(self, name, data):
        """Return whether the board has just this file."""
        import hashlib

        try:
            return self._board.fs_hashfile(name, "sha256") == hashlib.sha256(data).digest()
        except self._lost:
            return False  # no such file, or no hash on the board

    def put(self, name, data, progress):
        """Write a file; `progress` gets the bytes written and their total."""
        try:
            self._board.fs_writefile(name, data, CHUNK_BYTES, progress)
        except self._lost as error:
            raise ToolError(f"{name} cannot be written: {last_line(error)}", FAILED) from None

    def run(self, code, output):
        """Run code; `output` gets its output as it comes. Ctrl-C is passed on to the board."""
        try:
            self._board.exec_raw_no_follow(code)
            try:
                _, error = self._board.follow(None, output)
            except KeyboardInterrupt:
                self._board.serial.write(CTRL_C)
                self._board.follow(ANSWER_SECONDS, output)
                raise
        except self._lost as lost:
            raise ToolError(f"the board is gone: {lost}", NO_BOARD) from None
        if error:
            raise ToolError(error.decode(errors="replace").strip(), FAILED)


def last_line(error):
    """Return the last line of a traceback, or of any error's text."""
    text = getattr(error, "error_output", None) or str(error)
    return text.strip().splitlines()[-1] if text.strip() else type(error).__name__


def find_port():
    """Return the port of the only board that is plugged in."""
    from serial.tools import list_ports

    ports = [port.device for port in list_ports.comports() if port.vid is not None]
    if len(ports) == 1:
        return ports[0]
    there = f"there are several: {', '.join(ports)}" if ports else "no board is plugged in"
    raise ToolError(f"{there}; name one with --port", NO_BOARD)


def read_app(path):
    """Return the bytes of an app; raise ToolError for what can be none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ToolError(f"{path}: {error.strerror}", USAGE) from None
    if not data.startswith(MAGIC):
        raise ToolError(f"{path} is no WebAssembly module", USAGE)
    return data


def statement(args, name):
    """Return the Python that runs the app on the board."""
    words = [repr(name)]
    words.extend(map(str, args.argument))
    is_sketch = args.sketch or args.pin or args.loops is not None
    if is_sketch:
        words.append(f"pins={args.pin!r}, loops={args.loops}")
    for option in ("fuel", "memory_max", "stack"):
        if getattr(args, option) is not None:
            words.append(f"{option}={getattr(args, option)}")
    return f"import wasm; wasm.{'sketch' if is_sketch else 'run'}({', '.join(words)})"


def show(data):
    """Write the board's output as it is; its last byte is Ctrl-D."""
    sys.stdout.buffer.write(data.replace(b"\r", b"").replace(b"\x04", b""))
    sys.stdout.buffer.flush()


def deploy(args):
    """Do what the command line asks for."""
    import time

    data = read_app(args.app)
    name = args.name or args.app.name
    with Connection(args.port or find_port(), args.baudrate) as board:
        board.check()
        if not board.has(name, data):
            board.put(name, data, Progress(name, time.monotonic))
        if not args.no_run:
            board.run(statement(args, name), show)


def parse(words):
    """Return the command line's arguments."""
    import argparse
    from pathlib import Path

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("app", type=Path, help="the module, a .wasm file")
    parser.add_argument("argument", nargs="*", type=int, help="for the app's entry function")
    parser.add_argument("--port", help="serial port, or a terminal that `make emulate` prints")
    parser.add_argument("--baudrate", type=int, default=115200)
    parser.add_argument("--name", help="of the file on the board (default: the app's)")
    parser.add_argument("--no-run", action="store_true", help="only push")
    parser.add_argument("--sketch", action="store_true", help="run setup once, then loop for good")
    parser.add_argument("--loops", type=int, metavar="COUNT", help="of a sketch, then end")
    parser.add_argument(
        "--pin",
        type=int,
        action="append",
        default=[],
        help="grant it to a sketch; may be repeated",
    )
    parser.add_argument("--fuel", type=int, metavar="UNITS", help="stop the app after so much")
    parser.add_argument("--memory-max", type=int, metavar="BYTES", help="of its linear memory")
    parser.add_argument("--stack", type=int, metavar="BYTES", help="for its calls")
    args = parser.parse_args(words)
    if args.argument and (args.sketch or args.pin or args.loops is not None):
        parser.error("setup and loop take no arguments")
    return args


def main(words=None):
    """Deploy, and return the exit code."""
    args = parse(words)
    try:
        deploy(args)
    except ImportError as error:
        print(f"deploy: {error.name} is missing: pip install mpremote", file=sys.stderr)
        return NO_BOARD
    except ToolError as error:
        print(f"deploy: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("deploy: stopped", file=sys.stderr)
        return INTERRUPTED
    return 0


def on_board(folder="/remote"):
    """Copy the apps of a mounted folder to the board, and run them; runs on the board."""
    import os

    import wasm

    os.chdir("/")
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".wasm"):
            continue
        with open(folder + "/" + name, "rb") as source, open(name, "wb") as copy:
            copy.write(source.read())
        print(name + ":")
        wasm.run(name)


if __name__ == "__main__":
    if sys.implementation.name == "micropython":
        on_board()
    else:
        sys.exit(main())
