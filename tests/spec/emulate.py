# SPDX-License-Identifier: MIT
"""Run scripts on the runner of an emulated machine, as if it were the host's runner.

The scripts go into one file, which the program reads through the emulator (main_target.c says how
it looks); its figures come back among what it prints.
"""

import argparse
import shlex
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

TIERS = ("interp", "native", "image")  # as main_target.c numbers them
LIMIT_SECONDS = 180  # a run takes less than ten


def sized(data):
    """Return bytes behind their size."""
    return struct.pack("<I", len(data)) + data


def bundle(paths, fuel_slice, tier):
    """Return the options and the scripts, each behind its name: its folder's and its own."""
    named = [(f"{path.parent.name}/{path.stem}".encode(), path.read_bytes()) for path in paths]
    options = struct.pack("<II", fuel_slice, TIERS.index(tier))
    return options + b"".join(sized(name) + sized(data) for name, data in named)


def main():
    """Write the figures, print the rest; exit with what the program ended with."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("emulator", help="its command line; the program's name goes behind it")
    parser.add_argument("program", type=Path)
    parser.add_argument("--figures", type=Path, required=True)
    parser.add_argument("--fuel-slice", type=int, default=2**31 - 1, help="units between stops")
    parser.add_argument("--tier", choices=TIERS, default="interp")
    parser.add_argument("scripts", nargs="+", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bundle").write_bytes(bundle(args.scripts, args.fuel_slice, args.tier))
        done = subprocess.run(
            [*shlex.split(args.emulator), str(args.program.resolve())],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=LIMIT_SECONDS,
        )
    lines = done.stdout.splitlines()
    figures = [line.partition(" ")[2] for line in lines if line.startswith("figures ")]
    args.figures.write_text("".join(f"{line}\n" for line in figures), encoding="utf-8")
    for line in lines:
        if not line.startswith("figures "):
            print(line)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
