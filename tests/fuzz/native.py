# SPDX-License-Identifier: MIT
"""Compare machine code with the interpreter on generated modules, in emulators.

The modules go to a program per processor in one file, many at a time (native_diff.c says how it
looks); the program compares by itself and ends at the first difference or fault.

    native.py --out build/fuzz --native TARGET=COMMAND... [--seconds S | --count N] [FILE...]
"""

import argparse
import random
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BATCH = 20
TIMEOUT_S = 300
FIGURES = ("modules", "ran", "ok", "traps", "native", "refused", "images")


def sized(data):
    """Return bytes behind their size."""
    return struct.pack("<I", len(data)) + data


class Native:
    """The programs, what they counted and what they found."""

    def __init__(self, out, runners, findings):
        self.out = out
        self.runners = dict(word.split("=", 1) for word in runners)
        self.findings = findings
        self.counts = Counter()
        self.found = []

    def _run(self, target, paths):
        """Run one target's program on modules; returns its output and exit code."""
        with tempfile.TemporaryDirectory() as folder:
            bundle = b"".join(sized(p.name.encode()) + sized(p.read_bytes()) for p in paths)
            (Path(folder) / "bundle").write_bytes(bundle)
            program = (self.out / "native" / f"{target}.elf").resolve()
            try:
                done = subprocess.run(
                    [*shlex.split(self.runners[target]), str(program)],
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    timeout=TIMEOUT_S,
                    check=False,
                )
            except subprocess.TimeoutExpired as error:
                return (error.stdout or b"").decode("utf-8", "replace"), "does not end"
        return done.stdout.decode("utf-8", "replace"), done.returncode

    def _one(self, target, paths):
        """Run a target until all modules have been seen or found out."""
        while paths:
            text, code = self._run(target, paths)
            figures = [line for line in text.splitlines() if line.startswith("figures ")]
            if code == 0 and figures:
                values = map(int, figures[0].split()[1:])
                return Counter(dict(zip(FIGURES, values)))
            names = [
                line.split(" ", 1)[1] for line in text.splitlines() if line.startswith("module ")
            ]
            if not names:
                self.found.append((None, f"{target}: {code}: {text[-500:]}"))
                return Counter()
            at = next(i for i, path in enumerate(paths) if path.name == names[-1])
            words = text[text.rindex("module ") :].partition("\n")[2]
            self.findings.mkdir(parents=True, exist_ok=True)
            kept = self.findings / f"native-{target}-{paths[at].name}"
            shutil.copy(paths[at], kept)
            self.found.append((kept, f"{target}: {code}: {words[:2000]}"))
            print(f"finding: {kept}: {self.found[-1][1]}", flush=True)
            paths = paths[at + 1 :]
        return Counter()

    def batch(self, paths):
        """Compare all modules on all targets."""
        with ThreadPoolExecutor(max_workers=2) as pool:
            for counts in pool.map(lambda t: self._one(t, paths), self.runners):
                self.counts += counts

    def fuzz(self, seconds, first, count=None, max_findings=10):
        """Generate modules from seed `first` on; compare them until the time or number is up."""
        end = time.monotonic() + seconds
        done = 0
        while time.monotonic() < end and len(self.found) < max_findings:
            if count is not None and done >= count:
                return
            with tempfile.TemporaryDirectory() as folder:
                command = [self.out / "fz_gen", folder, str(first + done), str(BATCH)]
                subprocess.run(command, check=True)
                self.batch(sorted(Path(folder).glob("*.wasm")))
            done += BATCH

    def summary(self):
        """Return the figures as text."""
        c = self.counts
        return (
            f"{c['modules']} runs of modules on {len(self.runners)} processors, {c['ok']} calls "
            f"and {c['traps']} traps, {c['native']} functions as machine code, "
            f"{c['refused']} refused, {c['images']} images, {len(self.found)} findings"
        )


def main(argv):
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--native", action="append", default=[], metavar="TARGET=COMMAND")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--count", type=int)
    parser.add_argument("--first", type=int, default=random.randrange(1, 1 << 40))
    parser.add_argument("files", nargs="*", type=Path)
    args = parser.parse_args(argv)
    native = Native(args.out, args.native, args.out / "findings")
    if args.files:
        native.batch(args.files)
    else:
        native.fuzz(args.seconds, args.first, args.count)
    print(f"native: {native.summary()}")
    return 1 if native.found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
