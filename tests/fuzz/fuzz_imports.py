# SPDX-License-Identifier: MIT
"""Fuzz the host's functions: write the table of imports, and run imports/run.py by a firmware.

The exit code is 1 when the firmware or its sanitizers found something; the seed is in the output.
"""

import argparse
import json
import os
import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "firmware"))

import host_api  # noqa: E402

SCRIPT = Path(__file__).resolve().parent / "imports" / "run.py"
# What leaks is Python's heap at the end; the first mistake ends the run.
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=0",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
}


def row(function):
    """Return a function as the script reads it; `types` and `result` are i for i32, l for i64."""
    params, results = function.signature
    letter = {"i32": "i", "i64": "l"}
    return {
        "module": function.module,
        "name": function.name,
        "params": "".join(param.letter for param in function.params),
        "types": "".join(letter[kind] for kind in params),
        "result": letter[results[0]],
        "on": function.on,
        "ops": 0 if function.bit is None else 1 << function.bit,
        "makes": function.makes,
        "charge": function.charge,
    }


def table(api):
    """Return the description as the script reads it."""
    return {
        "functions": [row(function) for function in api.functions],
        "errors": {error.name: error.code for error in api.errors},
        "kinds": api.kinds,
        "ops": api.ops,
        "parents": api.parents,
    }


def main():
    """Run the fuzzer; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("firmware", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder for the table of imports")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    path = args.out / "imports.json"
    path.write_text(json.dumps(table(host_api.read())), encoding="utf-8")
    command = [args.firmware, "-X", "heapsize=8m", SCRIPT, path, args.seconds, args.seed]
    print(f"imports: seed {args.seed}", flush=True)
    done = subprocess.run([str(word) for word in command], env={**os.environ, **SANITIZERS})
    return int(done.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
