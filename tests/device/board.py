# SPDX-License-Identifier: MIT
"""A board behind a serial port: its raw prompt, its files, and the scripts that run on it."""

import ast
import time
from pathlib import Path

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

SCRIPTS = Path(__file__).resolve().parent / "scripts"
CTRL_C, CTRL_D = b"\x03", b"\x04"
READ_SECONDS = 10
FRAMES = 8  # between the prompt and a script, see support.below
MARK = "= "  # begins the line that carries a script's result


class BoardError(Exception):
    """What ran on the board raised; the text is its traceback."""


class Logged:
    """A pyserial port that waits for all it shall read, and shows it to `log`."""

    def __init__(self, port, log):
        self._port = port
        self._log = log

    def read(self, size=1):
        end = time.monotonic() + READ_SECONDS
        data = self._port.read(size)
        while len(data) < size and time.monotonic() < end:
            data += self._port.read(size - len(data))
        self._log(data)
        return data

    def __getattr__(self, name):
        return getattr(self._port, name)


class Board(SerialTransport):
    """mpremote's transport on the port of a pytest-embedded device under test.

    `there` is the set of the scripts' files that the board has, `patience` how many times longer
    than others it may take. While this is used, nothing else may read from the port.
    """

    def __init__(self, dut, there, patience=1):
        # Not SerialTransport's own: the port is open.
        self.in_raw_repl = False
        self.use_raw_paste = True
        self.device_name = dut.serial.port
        self.mounted = False
        self.is_pty = False  # it would only read with a timeout
        self.serial = Logged(dut.serial.proc, dut.serial._q.put)
        self._there = there
        self.frames = FRAMES
        self.patience = patience

    def read_until(self, min_num_bytes, ending, timeout=READ_SECONDS, **options):
        """Read as mpremote does, with the board's patience."""
        seconds = timeout and timeout * self.patience
        return super().read_until(min_num_bytes, ending, timeout=seconds, **options)

    def begin(self):
        """Reset to a fresh heap and remember it."""
        self.enter_raw_repl(soft_reset=True, timeout_overall=60)
        self.run("_no_reset = True")

    def is_same_run(self):
        """Return whether the board has not been reset since begin()."""
        return self.run("print('_no_reset' in globals())").strip() == "True"

    def run(self, code, timeout=60):
        """Run code and return what it prints; raise BoardError when it raises.

        `timeout` is how many seconds may pass without any output.
        """
        try:
            output, error = self.exec_raw(code, timeout=timeout)
        except TransportExecError as e:
            raise BoardError(e.error_output) from None
        if error:
            raise BoardError(error.decode())
        return output.decode().replace("\r\n", "\n")

    def put(self, name, data):
        """Write a file in the board's current folder."""
        self.fs_writefile(name, data, chunk_size=4096)

    def need(self, script):
        """Put a script on the board unless it is there."""
        for name in dict.fromkeys(("support.py", f"{script}.py")):
            if name not in self._there:
                self.put(name, (SCRIPTS / name).read_bytes())
                self._there.add(name)

    def start(self, script, function, *args, **keywords):
        """Begin a call of a script's function with literal arguments; do not wait for it."""
        self.need(script)
        words = [str(self.frames), f"{script}.{function}", *map(repr, args)]
        words += [f"{name}={value!r}" for name, value in keywords.items()]
        call = ", ".join(words)
        code = f"import support, {script}\nprint({MARK!r} + repr(support.below({call})))"
        self.exec_raw_no_follow(code)

    def free(self):
        """Return (free bytes of the Python heap, bytes that the engine holds)."""
        self.need("support")
        return ast.literal_eval(self.run("import support\nprint(support.free())"))

    def call(self, script, function, *args, timeout=60, **keywords):
        """Call a script's function with literal arguments and return its result, a literal."""
        self.start(script, function, *args, **keywords)
        output, error = self.follow(timeout)
        if error:
            raise BoardError(error.decode())
        last = output.decode().replace("\r\n", "\n").rstrip("\n").split("\n")[-1]
        assert last.startswith(MARK), output
        return ast.literal_eval(last[len(MARK) :])

    def wait_for(self, mark, seconds=20):
        """Read until the bytes `mark` come; return everything up to and with them."""
        output = self.read_until(1, mark, timeout=seconds)
        if not output.endswith(mark):
            raise TransportError(f"{mark} did not come, but {output}")
        return output

    def interrupt(self, seconds=20):
        """Send Ctrl-C to what runs; return (milliseconds until it ended, its traceback)."""
        start = time.monotonic()
        self.serial.write(CTRL_C)
        self.wait_for(CTRL_D, seconds)
        return 1000 * (time.monotonic() - start), self.wait_for(CTRL_D, seconds).decode()
