# SPDX-License-Identifier: MIT
"""Ctrl-C at the prompt, in a terminal of its own."""

import os
import pty
import random
import re
import select
import signal
import subprocess
import time

import pytest

PROMPT = b">>> "
# The aim is 50 ms; a busy machine that runs other tests beside this one gets more.
LIMIT_MS = 50
LIMIT_BUSY_MS = 500


class Repl:
    """A firmware's prompt in a pseudo terminal."""

    def __init__(self, firmware):
        # The terminal must control the firmware, or its Ctrl-C is a mere character.
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(firmware, [str(firmware)])
        self.read_until(PROMPT)

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)

    def read_until(self, mark, timeout=20):
        """Return the output up to and with `mark`."""
        output = b""
        end = time.monotonic() + timeout
        while mark not in output:
            ready, _, _ = select.select([self.fd], [], [], max(0, end - time.monotonic()))
            assert ready, output
            try:
                output += os.read(self.fd, 4096)
            except OSError as e:
                raise AssertionError(f"the firmware is gone: {output}") from e
        return output

    def send(self, text):
        os.write(self.fd, text.encode())

    def run(self, line):
        """Run one line at the prompt and return what it printed."""
        self.send(line + "\r")
        output = self.read_until(PROMPT).decode()
        return output.replace("\r", "").split("\n", 1)[1].removesuffix(PROMPT.decode())


@pytest.fixture
def repl(firmware, folder):
    it = Repl(firmware)
    it.run("import wasm")
    it.run(f"m = wasm.Module(open('{folder}/loop.wasm', 'rb').read())")
    it.run("e = wasm.Instance(m).exports")
    yield it
    it.close()


def interrupt(repl, line):
    """Interrupt a running line; return (milliseconds until the prompt is back, output)."""
    repl.send(line + "\r")
    repl.read_until(b"\n")
    time.sleep(0.1)
    start = time.monotonic()
    repl.send("\x03")
    output = repl.read_until(PROMPT)
    return 1000 * (time.monotonic() - start), output


def test_ctrl_c_ends_the_guest(repl):
    times = []
    for _ in range(5):
        ms, output = interrupt(repl, "e.forever()")
        assert b"KeyboardInterrupt" in output
        times.append(ms)
        assert repl.run("e.fib(10)") == "55\n"
    assert min(times) < LIMIT_MS, times
    assert max(times) < LIMIT_BUSY_MS, times


def test_ctrl_c_in_a_start_function_and_in_python(repl, folder):
    repl.run(f"s = wasm.Module(open('{folder}/start.wasm', 'rb').read())")
    repl.run("exec('def tick(n):\\n while True: pass')")
    _, output = interrupt(repl, "wasm.Instance(s, {'env': {'tick': tick}})")
    assert b"KeyboardInterrupt" in output
    assert repl.run("e.fib(10)") == "55\n"


def test_interrupted_call_leaves_nothing(repl):
    repl.run("import gc, _wasm")
    repl.run("i = wasm.Instance(m); e = i.exports; e.fib(3)")
    interrupt(repl, "e.forever()")
    before = repl.run("gc.collect(); print(_wasm.ram_used(), i.usage['stack_peak_bytes'])")
    for _ in range(3):
        interrupt(repl, "e.forever()")
    after = repl.run("gc.collect(); print(_wasm.ram_used(), i.usage['stack_peak_bytes'])")
    assert re.search(r"\d+ \d+\n", before)
    assert before.split("\n")[-2] == after.split("\n")[-2]


def test_many_interrupts(firmware, folder, tmp_path):
    """Signals at any moment of many guest calls; the engine works on."""
    script = tmp_path / "many.py"
    script.write_text(
        f"""
import wasm
m = wasm.Module(open('{folder}/loop.wasm', 'rb').read())
i = wasm.Instance(m, code_cache=512)
e = i.exports
print('ready')
caught = 0
while caught < 100:
    try:  # a signal may also come while another is being handled
        try:
            assert e.fib(10) == 55 and e.count(100) == 5050
            while True:
                e.count(20)
                e.fib(18)
                e.two()
        except KeyboardInterrupt:
            caught += 1
    except KeyboardInterrupt:
        caught += 1
while caught:
    try:
        print('done', i.usage['stack_peak_bytes'])
        caught = 0
    except KeyboardInterrupt:
        pass
"""
    )
    command = [firmware, script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as run:
        assert run.stdout.readline() == b"ready\n"
        chance = random.Random(1)
        for _ in range(2000):
            time.sleep(0.004 + chance.random() / 200)
            if run.poll() is not None:
                break
            run.send_signal(signal.SIGINT)
        output, _ = run.communicate(timeout=20)
    assert b"done" in output, output
