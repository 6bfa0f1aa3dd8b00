# SPDX-License-Identifier: MIT
"""Run the measuring programs and read what they print.

A program holds every workload and one engine. On bare targets an emulator counts instructions and
the program prints them; on the host callgrind counts, into one file per measurement.
"""

import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TIMEOUT_S = 120
COUNTED_BY_CALLGRIND = {"x86-64"}
CALIBRATION = 200_000
# The counter of Cortex-M has steps of 40, reading it is a few instructions.
CALIBRATION_ERROR = 100


class MeasureError(Exception):
    """A program failed, or printed what it should not."""


def parse_lines(text):
    """Return {workload: {key: value}} of lines of `workload key value`; numbers become ints."""
    found = {}
    for line in text.splitlines():
        words = line.split(" ", 2)
        if len(words) != 3:
            raise MeasureError(f"unexpected output: {line!r}")
        workload, key, value = words
        found.setdefault(workload, {})[key] = int(value) if value.isdecimal() else value
    return found


def parse_callgrind(text):
    """Return the label and the instructions of one of callgrind's dumps; no label: None."""
    label = re.search(r"^desc: Trigger: Client Request: (.*)$", text, re.MULTILINE)
    total = re.search(r"^(?:totals|summary): (\d+)", text, re.MULTILINE)
    return (label[1], int(total[1])) if label and total else None


def read_callgrind(folder, stem):
    """Return {workload: {key: instructions}} of the dumps folder/stem.N."""
    found = {}
    for path in sorted(folder.glob(stem + ".*")):
        dump = parse_callgrind(path.read_text(encoding="utf-8", errors="replace"))
        if dump:
            workload, key = dump[0].split(" ")
            found.setdefault(workload, {})[key] = dump[1]
    return found


def run_program(program, runner, counted=True):
    """Run one program and return {workload: {key: value}}.

    `runner` is the command that the program's path goes behind. Without `counted` a program for
    the host runs by itself, which is faster and measures no instructions.
    """
    by_callgrind = counted and program.parent.name in COUNTED_BY_CALLGRIND
    stem = "callgrind." + program.stem
    command = [*runner, str(program)]
    if by_callgrind:
        for old in program.parent.glob(stem + ".*"):
            old.unlink()
        output = program.parent / stem
        command = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={output}"]
        command.append(str(program))
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired as error:
        raise MeasureError(f"{program} did not end in {TIMEOUT_S} s") from error
    if done.returncode:
        raise MeasureError(f"{program} failed:\n{done.stdout[-1000:]}{done.stderr[-1000:]}")
    found = parse_lines(done.stdout)
    if by_callgrind:
        for workload, values in read_callgrind(program.parent, stem).items():
            found.setdefault(workload, {}).update(values)
    return found


def check_calibration(found, program):
    """Raise MeasureError when the loop of known length was not counted as what it is."""
    counted = found.get("-", {}).get("calibration", 0)
    if not CALIBRATION <= counted <= CALIBRATION + CALIBRATION_ERROR:
        raise MeasureError(f"{program} counted {counted} for {CALIBRATION:,} instructions")


def run_all(folder, runners, engines, counted=True):
    """Run the engines' programs on the targets, two at a time.

    `runners` is {target: command as text}. Returns {target: {engine: {workload: values}}}, the
    lines that are about no workload left out.
    """

    def one(target, engine):
        program = folder / target / (engine + ".elf")
        found = run_program(program, shlex.split(runners[target]), counted)
        if counted and "-" in found:
            check_calibration(found, program)
        found.pop("-", None)
        return found

    with ThreadPoolExecutor(max_workers=2) as pool:
        jobs = {t: {e: pool.submit(one, t, e) for e in engines} for t in runners}
        return {t: {e: job.result() for e, job in row.items()} for t, row in jobs.items()}


def _leb(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def code_section_bytes(wasm):
    """Return the size of a module's code section in bytes, its header left out."""
    at = 8
    while at < len(wasm):
        section = wasm[at]
        size, at = _leb(wasm, at + 1)
        if section == 10:
            return size
        at += size
    return 0


def parse_runners(words):
    """Return {target: command} of arguments TARGET=COMMAND."""
    return dict(word.split("=", 1) for word in words)


def add_arguments(parser):
    """Add what every command here takes."""
    parser.add_argument("--folder", type=Path, required=True, help="what was built")
    parser.add_argument(
        "runners", nargs="+", metavar="TARGET=COMMAND", help="how to run a target's programs"
    )


def fail(error):
    """Print what went wrong and exit."""
    sys.exit(f"bench: {error}")
