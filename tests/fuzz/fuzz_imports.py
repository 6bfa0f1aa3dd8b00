# SPDX-License-Identifier: MIT
"""Fuzz the host's functions: run imports/run.py by a firmware, under its sanitizers.

The exit code is 1 when the firmware or its sanitizers found something; the seed is in the output.
"""

import argparse
import os
import random
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent / "imports" / "run.py"
# What leaks is Python's heap at the end; the first mistake ends the run.
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=0",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
}


def main():
    """Run the fuzzer; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("firmware", type=Path)
    parser.add_argument("table", type=Path, help="what host_table.py wrote")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    args = parser.parse_args()
    command = [args.firmware, "-X", "heapsize=8m", SCRIPT, args.table, args.seconds, args.seed]
    print(f"imports: seed {args.seed}", flush=True)
    done = subprocess.run([str(word) for word in command], env={**os.environ, **SANITIZERS})
    return int(done.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
