# SPDX-License-Identifier: MIT
"""Measure kernels on the real RP2040 image: Wasm beside Python's bytecode, @native and @viper.

usage: measure.py FIRMWARE.uf2 WASM_FOLDER HELLO.wasm OUTPUT.json [KERNEL...]

The emulator counts cycles, and the board's clock is made of them: microseconds times the clock's
frequency. Each kernel must give the same checksum in all four forms.
"""

import ast
import json
import math
import sys
from pathlib import Path

from mpremote.transport_serial import SerialTransport

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "boards"))

import emulate  # noqa: E402

# Sizes that bytecode does within some seconds of emulation.
KERNELS = {"fib": 14, "sieve": 1, "crc32": 1024, "matmul": 1}
FORMS = ("bytecode", "native", "viper", "wasm")
SECONDS = 600

TIMED = """
import gc, machine, time
def timed(f, *args):
    gc.collect()
    start = time.ticks_us()
    result = f(*args)
    us = time.ticks_diff(time.ticks_us(), start)
    return result & 0xffffffff, us * (machine.freq() // 1000000)
"""
START = """
import time, machine
first = []
start = time.ticks_us()
import wasm
{run}
print(time.ticks_diff(first[0] if first else time.ticks_us(), start) * (machine.freq() // 1000000))
"""


class Board:
    """The board's raw prompt."""

    def __init__(self, path):
        self._transport = SerialTransport(path)
        self._transport.enter_raw_repl()

    def put(self, name, path):
        """Copy a file to the board."""
        self._transport.fs_writefile(name, Path(path).read_bytes())

    def fresh(self):
        """Begin with an empty heap."""
        self._transport.enter_raw_repl(soft_reset=True)

    def value(self, code):
        """Run code and return the literal that it prints."""
        output, error = self._transport.exec_raw(code, timeout=SECONDS)
        if error:
            raise SystemExit("bench: " + error.decode())
        return ast.literal_eval(output.decode().strip().splitlines()[-1])


def python_source(form):
    """Return the code that defines all kernels in a form."""
    if form == "viper":
        return (HERE / "viper_kernels.py").read_text()
    text = (HERE / "python_kernels.py").read_text()
    native = "@micropython.native" if form == "native" else ""
    return "import micropython\n" + text.replace("# DECORATOR\n", native + "\n")


def kernel_cycles(board, form, name, n):
    """Return the (checksum, cycles) of a kernel in a form."""
    board.fresh()
    if form == "wasm":
        code = f"import wasm\nm = wasm.Module(open('{name}.wasm', 'rb').read())\n"
        code += "f = wasm.Instance(m).exports.run\nf(1)\n"
        name = "f"
    else:
        code = python_source(form)
    return board.value(f"{code}{TIMED}\nprint(timed({name}, {n}))")


def start_cycles(board):
    """Return the cycles from before `import wasm` to the first of a guest's doings."""
    runs = {
        "hello, to its first line": "wasm.run('hello.wasm', log=lambda s: "
        "first.append(time.ticks_us()))",
        "coremix (7 KB), loaded": "wasm.Instance(wasm.Module(open('coremix.wasm', 'rb').read()))",
    }
    figures = {}
    for name, run in runs.items():
        board.fresh()
        figures[name] = board.value(START.format(run=run))
    return figures


def main(firmware, folder, hello, output, *names):
    """Measure, print and write the figures; exit with 1 when checksums differ."""
    figures = {}
    with emulate.start("RPI_PICO", firmware) as emulator:
        board = Board(emulator.path)
        for name in (*KERNELS, "coremix"):
            board.put(f"{name}.wasm", Path(folder) / f"{name}.wasm")
        board.put("hello.wasm", hello)
        print("RP2040 cycles  " + "".join(f"{form:>14}" for form in FORMS) + "   times faster")
        for name in names or KERNELS:
            n = KERNELS[name]
            pairs = {form: kernel_cycles(board, form, name, n) for form in FORMS}
            if len({checksum for checksum, _ in pairs.values()}) > 1:
                raise SystemExit(f"bench: {name}: checksums differ: {pairs}")
            cycles = {form: count for form, (_, count) in pairs.items()}
            figures[name] = cycles
            row = "".join(f"{cycles[form]:>14,}" for form in FORMS)
            print(f"{name:15}{row}{cycles['bytecode'] / cycles['wasm']:>15.1f}", flush=True)
        starts = start_cycles(board)
    for name, cycles in starts.items():
        print(f"import wasm, then {name}: {cycles:,} cycles")
    faster = [cycles["bytecode"] / cycles["wasm"] for cycles in figures.values()]
    mean = math.exp(sum(map(math.log, faster)) / len(faster))
    print(f"bench-board: {min(faster):.1f} to {max(faster):.1f} times bytecode, mean {mean:.1f}")
    Path(output).write_text(json.dumps({"kernels": figures, "start": starts}, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
