# SPDX-License-Identifier: MIT
"""Fuzz the engine: two libFuzzer targets in one process after the other, wasmtime beside them.

    fuzz.py --out build/fuzz --seconds S smoke|long|regress

`smoke` begins with fixed seeds and keeps nothing; `long` keeps the corpus and reduces what it
finds. The last line is the figure; the exit code is 1 when there are findings.
"""

import argparse
import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import diff
import native
import seeds
from reduce import Reducer

ROOT = Path(__file__).resolve().parents[2]
REGRESS = ROOT / "tests" / "engine" / "regress"
MAX_FINDINGS = 10
_ROUND_S = 600
_INPUT_TIMEOUT_S = 25
_REGRESS_PLANS = 48
_MAX_RSS_MB = 2048
_SHARE_LOAD = 0.35  # of the libFuzzer time
_SHARE_NATIVE = 0.3  # of all the time, at the end
_REPORT_S = 60  # between lines that say how far it is


class Target:
    """A libFuzzer program and its figures."""

    def __init__(self, out, name):
        self.name = name
        self.program = (out / name).resolve()
        self.executions = 0
        self.edges = 0
        self.edges_total = 0

    def run(self, seconds, corpus, seed, artifacts):
        """Fuzz for a while; returns the log when it ended with a finding, else None."""
        command = [
            self.program,
            f"-max_total_time={max(1, int(seconds))}",
            f"-seed={seed}",
            f"-max_len={seeds.MAX_BYTES}",
            f"-timeout={_INPUT_TIMEOUT_S}",
            f"-rss_limit_mb={_MAX_RSS_MB}",
            f"-artifact_prefix={artifacts}/{self.name}-",
            "-print_final_stats=1",
            *corpus,
        ]
        done = subprocess.run(command, capture_output=True, check=False)
        log = done.stderr.decode("utf-8", "replace")
        self._read(log)
        return log if done.returncode != 0 else None

    def _read(self, log):
        runs = re.findall(r"^#(\d+)\s", log, re.M)
        self.executions += int(runs[-1]) if runs else 0
        cover = re.findall(r"cov: (\d+)", log)
        self.edges = max(self.edges, int(cover[-1]) if cover else 0)
        total = re.search(r"PC tables \((\d+) PCs\)", log)
        self.edges_total = int(total.group(1)) if total else 0

    def __str__(self):
        return (
            f"{self.name}: {self.executions} executions, {self.edges} of {self.edges_total} edges"
        )


def signature(log):
    """Return one line that tells findings apart."""
    match = re.search(r"FINDING: (.*)|(\S+:\d+:\d+: runtime error: .*)|SUMMARY: (.*)", log)
    return next(g for g in match.groups() if g) if match else "died without a word"


def _forget(path, corpus):
    """Take an input out of the corpus, where it would end every run before it has begun."""
    name = hashlib.sha1(path.read_bytes()).hexdigest()
    for folder in corpus:
        (folder / name).unlink(missing_ok=True)


class Findings:
    """What the libFuzzer targets found, one of each signature."""

    def __init__(self, folder):
        self.folder = folder
        self.seen = {}

    def add(self, log, corpus):
        """Take a log; returns the input's path when it is new."""
        what = signature(log)
        path = re.search(r"Test unit written to (\S+)", log)
        path = Path(path.group(1)) if path else None
        if path:
            _forget(path, corpus)
        if what in self.seen:
            if path:
                path.unlink()
            return None
        self.seen[what] = path
        print(f"finding: {path}: {what}", flush=True)
        if path:
            path.with_suffix(".txt").write_text(log[-20000:])
        return path


def reduce_input(target, path):
    """Write a smaller module that has the same signature beside `path`."""
    dump = path.with_suffix(".wasm")
    environment = dict(os.environ, FZ_DUMP=str(dump))
    if target.name == "fuzz_load":
        shutil.copy(path, dump)
    log = _run(target, path, environment)
    wanted = signature(log)
    fixed = re.search(r"FZ_HASH=(\w+)", log)
    environment = dict(os.environ, **({"FZ_HASH": fixed.group(1)} if fixed else {}))
    candidate = path.with_suffix(".try")

    def matches(module):
        candidate.write_bytes(module)
        return signature(_run(target, candidate, environment)) == wanted

    module = dump.read_bytes()
    if matches(module):
        try:
            dump.write_bytes(Reducer(module, matches).run())
        except ValueError:
            dump.write_bytes(module)  # no module that can be taken apart
        print(f"reduced: {dump}: FZ_HASH={fixed.group(1) if fixed else ''}", flush=True)
    candidate.unlink()


def _run(target, path, environment):
    try:
        done = subprocess.run(
            [target.program, path], capture_output=True, env=environment, timeout=60, check=False
        )
    except subprocess.TimeoutExpired:
        return "FINDING: does not end"
    return done.stderr.decode("utf-8", "replace") if done.returncode else ""


def fuzz_targets(targets, seconds, corpus, findings, is_smoke):
    """Run the two targets in turns until the time is over."""
    shares = (_SHARE_LOAD, 1 - _SHARE_LOAD)
    end = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < end - 1 and len(findings.seen) < MAX_FINDINGS:
        target = targets[turn % 2]
        length = seconds if is_smoke else min(_ROUND_S, seconds)
        until = min(end, time.monotonic() + length * shares[turn % 2])
        fixed = is_smoke
        while time.monotonic() < until - 1 and len(findings.seen) < MAX_FINDINGS:
            # The smoke test's first run is the same every time, the rest is new.
            left = until - time.monotonic()
            seed = 1 if fixed else random.randrange(1, 1 << 31)
            log = target.run(
                left / 2 if fixed else left, corpus[target.name], seed, findings.folder
            )
            fixed = False
            path = findings.add(log, corpus[target.name]) if log else None
            if path and not is_smoke:
                reduce_input(target, path)
        turn += 1


class Progress:
    """A thread that says once a minute how far it is; libFuzzer's figures come a turn late."""

    def __init__(self, seconds, figures):
        self._start = time.monotonic()
        self._seconds = seconds
        self._figures = figures
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _run(self):
        while not self._over.wait(_REPORT_S):
            minutes = (time.monotonic() - self._start) / 60
            print(f"{minutes:.0f} of {self._seconds / 60:.0f} min: {self._figures()}", flush=True)


def figures(targets, differ, machine, findings):
    """Return the sums of what was run and found as text."""
    found = len(findings.seen) + len(differ.found) + len(machine.found)
    return (
        f"{sum(t.executions for t in targets)} executions, {differ.counts['modules']} modules "
        f"compared with wasmtime, {machine.counts['modules']} with machine code, {found} findings"
    )


def fuzz(out, seconds, is_smoke, runners):
    """Fuzz with two workers; returns the targets, the differ, the native one and the findings."""
    targets = [Target(out, "fuzz_load"), Target(out, "fuzz_exec")]
    machine = native.Native(out, runners, out / "findings")
    whole = seconds
    native_seconds = seconds * _SHARE_NATIVE if runners else 0
    seconds -= native_seconds
    findings = Findings(out / "findings")
    findings.folder.mkdir(parents=True, exist_ok=True)
    own, found = seeds.fill(ROOT, out / "fz_gen", out / "seeds")
    builds = sorted(out.glob("diff_*"))
    first = 1 if is_smoke else random.randrange(1, 1 << 40)
    differ = diff.Differ(builds, findings.folder, first, reduces=not is_smoke)
    workers = (targets, differ, machine, findings)
    with tempfile.TemporaryDirectory() as name, Progress(whole, lambda: figures(*workers)):
        corpus = {}
        for target in ("fuzz_load", "fuzz_exec"):
            folder = Path(name) / target if is_smoke else out / "corpus" / target
            folder.mkdir(parents=True, exist_ok=True)
            # Running all that is found would take the smoke test's whole time.
            corpus[target] = (
                [folder, own] if is_smoke and target == "fuzz_exec" else [folder, own, found]
            )
        reference = threading.Thread(
            target=diff.fuzz, args=(differ, out / "fz_gen", seconds, first, MAX_FINDINGS)
        )
        reference.start()
        fuzz_targets(targets, seconds, corpus, findings, is_smoke)
        reference.join()
        machine.fuzz(native_seconds, first)
    return workers


def regress(out, runners):
    """Run what once was found under many plans and in every build; returns what is found."""
    program = out / "fuzz_exec"
    paths = sorted(REGRESS.glob("*.wasm"))
    found = []
    for path in paths:
        for plan in range(_REGRESS_PLANS):
            value = diff.mix(plan)
            log = _run(Target(out, program.name), path, dict(os.environ, FZ_HASH=f"{value:x}"))
            if log:
                found.append(f"{path.name}: FZ_HASH={value:x}: {signature(log)}")
                break
    differ = diff.Differ(sorted(out.glob("diff_*")), out / "findings", 0)
    differ.batch(paths, 0)
    machine = native.Native(out, runners, out / "findings")
    machine.batch(paths)
    found += [text for _, text in differ.found + machine.found]
    for line in found:
        print(line)
    print(f"fuzz-regress: {len(paths)} modules, {_REGRESS_PLANS} plans each, {len(found)} failed")
    return found


def main(argv):
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("mode", choices=("smoke", "long", "regress"))
    parser.add_argument("--native", action="append", default=[], metavar="TARGET=COMMAND")
    args = parser.parse_args(argv)
    if args.mode == "regress":
        return 1 if regress(args.out, args.native) else 0
    is_smoke = args.mode == "smoke"
    targets, differ, machine, findings = fuzz(args.out, args.seconds, is_smoke, args.native)
    for target in targets:
        print(target)
    print(f"diff: {diff.summary(differ.counts)}")
    print(f"native: {machine.summary()}")
    print(f"fuzz: {figures(targets, differ, machine, findings)}")
    return 1 if findings.seen or differ.found or machine.found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
