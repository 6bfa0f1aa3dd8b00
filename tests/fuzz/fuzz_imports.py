# SPDX-License-Identifier: MIT
"""Fuzz the host's functions: run imports/run.py by a firmware.

The exit code is 1 when the firmware or its sanitizers found something; the seed is in the output.
"""

import argparse
import random
import subprocess
import sys
import tempfile
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent / "imports" / "run.py"
SECRET = "not the app's"


def run(args, folder):
    """Run the script in a folder; return 1 when it failed, or touched what is beside its files."""
    files = folder / "files"
    outside = folder / "outside"
    files.mkdir()
    outside.mkdir()
    (outside / "f").write_text(SECRET, encoding="utf-8")
    (files / "link").symlink_to(outside)
    words = [args.firmware.resolve(), "-X", "heapsize=8m", SCRIPT, args.table.resolve()]
    words += [files, args.seconds, args.seed]
    done = subprocess.run([str(word) for word in words], cwd=folder)
    if done.returncode != 0:
        return 1
    left = {str(path.relative_to(folder)) for path in folder.iterdir()} - {"wasmlet"}
    if left != {"files", "outside"} or [path.name for path in outside.iterdir()] != ["f"]:
        print(f"imports: files beside the app's: {left}")
        return 1
    if (outside / "f").read_text(encoding="utf-8") != SECRET:
        print("imports: a file outside was changed")
        return 1
    return 0


def main():
    """Run the fuzzer; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("firmware", type=Path)
    parser.add_argument("table", type=Path, help="what host_table.py wrote")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    args = parser.parse_args()
    print(f"imports: seed {args.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        return run(args, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
