# SPDX-License-Identifier: MIT
"""Compare the engine with wasmtime on generated modules.

Results, traps and where they happen, memory, globals, tables and host calls have to be equal, and
so has the verdict on modules that are perhaps not valid. Every build of the engine that is given
takes part, and all have to use the same fuel. Overflow of either stack, fuel that runs out and a
limit that one of the two does not have give no verdict.

    diff.py [--seconds S | --count N] --run BUILD... [--gen FZ_GEN] [--findings FOLDER] [FILE...]
"""

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter
from pathlib import Path

import wasmtime
from reduce import Reducer
from reference import NO_VERDICT, Reference, mix, type_names, values
from wasm_mutate import mutate

COUNTDOWN_EXPORT = "hangLimitInitializer"
_BATCH = 40
_ROUNDS = 2
_RUN_TIMEOUT_S = 120
_MERGE_BYTES = 64
_KIND_RESOURCE = 7  # wl_kind_t
_TRAPS = {
    "OK": "ok",
    "TRAP_UNREACHABLE": "unreachable",
    "TRAP_DIV_ZERO": "division by zero",
    "TRAP_INT_OVERFLOW": "integer overflow",
    "TRAP_BAD_CONVERSION": "bad conversion",
    "TRAP_MEMORY_BOUNDS": "memory bounds",
    "TRAP_TABLE_BOUNDS": "table bounds",
    "TRAP_UNDEFINED_ELEMENT": "table bounds",
    "TRAP_UNINITIALIZED_ELEMENT": "null element",
    "TRAP_CALL_TYPE": "call type",
    "TRAP_HOST": "host",
}
# Ours that wasmtime does not have, or has elsewhere. Anything else has to be equal.
_OURS_ALONE = re.compile("TRAP_STACK|OUT_OF_FUEL|MEMORY_CAP|NO_MEMORY|OVER_")
_TTF_OFF = ("simd", "gc", "exception-handling", "threads")
_TTF_ON = (
    "bulk-memory",
    "sign-ext",
    "nontrapping-float-to-int",
    "mutable-globals",
    "multivalue",
    "reference-types",
    "tail-call",
)
_TTF_FEATURES = [f"--disable-{f}" for f in _TTF_OFF] + [f"--enable-{f}" for f in _TTF_ON]


class Case:
    """A module and what to do with it."""

    def __init__(self, path, seed, reference):
        self.path = path
        self.data = path.read_bytes()
        self.rejected = reference.rejects(self.data)
        self.calls = []
        if self.rejected is None:
            self.module = reference.compile(self.data)
            self._choose_calls(seed)

    def _choose_calls(self, seed):
        names = {
            e.name: type_names(e.type.params)
            for e in self.module.exports
            if isinstance(e.type, wasmtime.FuncType) and re.fullmatch(r"[\w$.-]+", e.name)
        }
        countdown = [(COUNTDOWN_EXPORT, [])] if COUNTDOWN_EXPORT in names else []
        for turn in range(_ROUNDS):
            for name, types in names.items():
                if name != COUNTDOWN_EXPORT:
                    bits = values(types, mix(seed + turn + zlib.crc32(name.encode())))
                    self.calls += [*countdown, (name, bits)]
        self._types = names

    def commands(self):
        """Return the lines for diff_run."""
        if self.rejected is not None:
            return f"validate {self.path}\n"
        lines = [f"module {self.path}"]
        for name, bits in self.calls:
            slots = []
            for kind, value in zip(self._types[name], bits):
                slots.append(f"{value & 0xFFFFFFFF:x}")
                if kind in ("i64", "f64"):
                    slots.append(f"{value >> 32:x}")
            lines.append(" ".join(["call", name, *slots]))
        return "\n".join([*lines, "end", ""])


def run_build(build, cases):
    """Return diff_run's answers, and its last words if it died."""
    text = "".join(case.commands() for case in cases)
    try:
        done = subprocess.run(
            [build.resolve()],
            input=text,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_RUN_TIMEOUT_S,
            check=False,
        )
        output, words, died = done.stdout, done.stderr, done.returncode != 0
    except subprocess.TimeoutExpired as e:
        output, words, died = (e.stdout or b"").decode("utf-8", "replace"), "does not end", True
    answers = []
    for line in output.splitlines():
        try:
            answers.append(json.loads(line))
        except ValueError:
            break  # it died within this line
    return answers, words if died else None


def _same_place(ours, place, is_access):
    """Compare where a trap was; wasmtime may merge a load into the instruction that uses it."""
    func, offset = place
    behind = offset - ours["offset"]
    return func == ours["func"] and (behind == 0 or (is_access and 0 < behind < _MERGE_BYTES))


def _differ_in_call(ours, theirs):
    status = _TRAPS.get(ours["status"], ours["status"])
    if status != theirs["status"]:
        return f"{ours['status']} at {ours.get('func')}@{ours.get('offset')}, wasmtime: {theirs}"
    if status == "ok":
        results = [int(bits, 16) for bits in ours["results"]]
        if results != theirs["results"]:
            return f"results {ours['results']}, wasmtime: {[f'{v:x}' for v in theirs['results']]}"
    elif status != "host" and not _same_place(ours, theirs["place"], status == "memory bounds"):
        return f"{ours['status']} at {ours['func']}@{ours['offset']}, wasmtime: {theirs['place']}"
    return None


def _differ_in_state(ours, theirs):
    for what, mine in (
        ("globals", [int(v[0], 16) for v in ours["globals"]]),
        ("tables", ours["tables"]),
        ("memories", [[pages, int(crc, 16)] for pages, crc in ours["memories"]]),
        ("host", [ours["host"][0], int(ours["host"][1], 16)]),
    ):
        if mine != theirs[what]:
            return f"{what} {mine}, wasmtime: {theirs[what]}"
    return None


def difference(case, ours, theirs):
    """Return what differs, None when nothing does, or NO_VERDICT."""
    if case.rejected is not None:
        if ours["load"] == "OK":
            return f"loads, wasmtime: {case.rejected}"
        return None
    if ours["load"] != "OK":
        if ours["kind"] == _KIND_RESOURCE:
            return NO_VERDICT
        return f"load gives {ours['load']} at {ours['offset']}"
    if theirs["instance"] == NO_VERDICT or _OURS_ALONE.match(ours["instance"]):
        return NO_VERDICT
    if _TRAPS.get(ours["instance"]) != theirs["instance"]:
        return f"instance: {ours['instance']}, wasmtime: {theirs['instance']}"
    if theirs["instance"] != "ok":
        return None
    for (name, _), mine, other in zip(case.calls, ours["calls"], theirs["calls"]):
        if other["status"] == NO_VERDICT or _OURS_ALONE.match(mine["status"]):
            return NO_VERDICT
        text = _differ_in_call(mine, other)
        if text:
            return f"{name}: {text}"
    if len(ours["calls"]) != len(theirs["calls"]):
        return "not as many calls"
    return _differ_in_state(ours, theirs)


class Differ:
    """Compares cases and collects what it finds."""

    def __init__(self, builds, findings, seed, reduces=False):
        self.reference = Reference()
        self.builds = builds
        self.findings = findings
        self.random = random.Random(seed)
        self.reduces = reduces
        self.counts = Counter()
        self.found = []

    def compare(self, cases):
        """Compare a batch; returns [(case, text)] of what differs."""
        theirs = [
            None if c.rejected is not None else self.reference.run(c.module, c.calls)
            for c in cases
        ]
        out, first = [], None
        for build in self.builds:
            answers, words = run_build(build, cases)
            for case, mine, other in zip(cases, answers, theirs):
                text = difference(case, mine, other)
                if text == NO_VERDICT:
                    self.counts["no verdict"] += build == self.builds[0]
                elif text:
                    out.append((case, f"{build.name}: {text}"))
            if words is not None:
                culprit = cases[min(len(answers), len(cases) - 1)]
                out.append((culprit, f"{build.name}: dies\n{words[-4000:]}"))
            if first is not None:
                out += _fuel_differences(build, cases, first, answers)
            first = first or answers
        self._count(theirs)
        return out

    def _count(self, theirs):
        for other in theirs:
            self.counts["validated" if other is None else "modules"] += 1
            for call in (other or {"calls": []})["calls"]:
                self.counts["calls"] += 1
                self.counts["traps"] += call["status"] not in ("ok", NO_VERDICT)

    def batch(self, paths, seed):
        """Compare the modules at `paths` and report what differs."""
        cases = [Case(path, seed, self.reference) for path in paths]
        reported = set()
        for case, text in self.compare(cases):
            if case.path not in reported:
                reported.add(case.path)
                self._report(case, text, seed)

    def _report(self, case, text, seed):
        self.findings.mkdir(parents=True, exist_ok=True)
        kept = self.findings / f"diff-{seed}-{case.path.name}"
        shutil.copy(case.path, kept)
        kept.with_suffix(".txt").write_text(f"seed {seed}\n{text}\n")
        self.found.append((kept, text))
        print(f"finding: {kept}: {text}", flush=True)
        if self.reduces:
            self._reduce(kept, text, seed)

    def _reduce(self, kept, text, seed):
        """Write a smaller module with a difference of the same build and kind beside `kept`."""
        small = kept.with_suffix(".small.wasm")
        builds = self.builds
        if "fuel" not in text:
            self.builds = [b for b in builds if text.startswith(f"{b.name}:")] or builds

        def matches(module):
            small.write_bytes(module)
            case = Case(small, seed, self.reference)
            found = [t for _, t in self.compare([case])]
            return any(_kind(t) == _kind(text) for t in found)

        def is_valid(module):
            return self.reference.rejects(module) is None

        module = kept.read_bytes()
        counts = self.counts.copy()
        if is_valid(module) and matches(module):
            module = Reducer(module, matches, is_valid).run()
            print(f"reduced: {small}: {len(module)} bytes", flush=True)
        small.write_bytes(module)
        self.builds, self.counts = builds, counts

    def mutants(self, paths, folder):
        """Write changed copies of some modules, of which many are not valid."""
        out = []
        for path in paths:
            for i in range(2):
                mutant = folder / f"{path.stem}-m{i}.wasm"
                mutant.write_bytes(mutate(path.read_bytes(), self.random))
                out.append(mutant)
        return out

    def verdicts(self, paths):
        """Compare only whether modules are valid: a changed one may run for ever."""
        cases = [Case(path, 0, self.reference) for path in paths]
        for case in cases:
            case.rejected = case.rejected or ""
        for case, mine in zip(cases, self._answers(cases)):
            self.counts["validated"] += 1
            if (mine["load"] == "OK") != (case.rejected == "") and mine["kind"] != _KIND_RESOURCE:
                self._report(case, f"load {mine['load']}, wasmtime: {case.rejected or 'ok'}", 0)

    def _answers(self, cases):
        answers, words = run_build(self.builds[0], cases)
        if words is not None:
            self._report(cases[min(len(answers), len(cases) - 1)], f"dies\n{words[-4000:]}", 0)
        return answers


def _kind(text):
    """Return what a difference is about: the build, and the last word that is not a value."""
    build, _, rest = text.partition(": ")
    words = re.findall(
        r"\b(results|TRAP_\w+|OK at|fuel|globals|tables|memories|host|instance|load|dies)\b", rest
    )
    return build, words[0] if words else rest


def _fuel_differences(build, cases, first, answers):
    out = []
    for case, one, other in zip(cases, first, answers):
        fuel = [[c.get("fuel") for c in a.get("calls", [])] for a in (one, other)]
        if fuel[0] != fuel[1]:
            out.append((case, f"{build.name}: fuel {fuel[1]} where it was {fuel[0]}"))
    return out


def make_own(generator, folder, first, count):
    """Return the paths of modules that our generator makes."""
    subprocess.run([generator.resolve(), str(folder), str(first), str(count)], check=True)
    return [folder / f"gen-{seed}.wasm" for seed in range(first, first + count)]


def make_ttf(folder, rng, count):
    """Return the paths of modules that wasm-opt makes of random bytes."""
    out = []
    for i in range(count):
        tape, path = folder / "tape", folder / f"ttf-{i}.wasm"
        tape.write_bytes(rng.randbytes(rng.randrange(200, 6000)))
        command = ["wasm-opt", "-ttf", str(tape), "-o", str(path), *_TTF_FEATURES]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode == 0 and path.exists():
            out.append(path)
    return out


def fuzz(differ, generator, seconds, first, max_findings=10):
    """Compare generated modules until the time is over: seeds from `first` on, then the rest."""
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        while time.monotonic() < end and len(differ.found) < max_findings:
            paths = make_own(generator, folder, first, _BATCH)
            differ.batch(paths, first)
            differ.verdicts(differ.mutants(paths, folder))
            if shutil.which("wasm-opt"):
                ttf = make_ttf(folder, differ.random, _BATCH // 8)
                differ.batch(
                    [p for p in ttf if differ.reference.rejects(p.read_bytes()) is None], first
                )
            for path in folder.iterdir():
                path.unlink()
            first += _BATCH


def summary(counts):
    """Return a line about what was compared."""
    return (
        f"{counts['modules']} modules compared with wasmtime ({counts['calls']} calls, "
        f"{counts['traps']} traps, {counts['no verdict']} modules without a verdict), "
        f"{counts['validated']} verdicts on changed modules"
    )


def main(argv):
    """Run the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--run", type=Path, action="append", required=True)
    parser.add_argument("--gen", type=Path)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--reduce", action="store_true")
    parser.add_argument("--findings", type=Path, default=Path("build/fuzz/findings"))
    parser.add_argument("files", nargs="*", type=Path)
    args = parser.parse_args(argv)
    differ = Differ(args.run, args.findings, args.first, args.reduce)
    if args.files:
        for path in args.files:
            differ.batch([path], args.first)
    else:
        fuzz(differ, args.gen, args.seconds, args.first)
    print(f"diff: {summary(differ.counts)}, {len(differ.found)} findings")
    return 1 if differ.found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
