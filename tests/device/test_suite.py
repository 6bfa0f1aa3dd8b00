# SPDX-License-Identifier: MIT
"""The specification's test suite on a board, as much of it as fits into the time.

A run goes on with the file after the one where the run before stopped, and the first begins at
one of the day, so that after some runs each board has seen all of them. DEVICE_SPEC_SECONDS is
the time for a target; 0 is without end.
"""

import json
import os
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "spec"))

from convert import COMMANDS

SECONDS = float(os.environ.get("DEVICE_SPEC_SECONDS", "45"))
FILES_A_DAY = 20  # what a run in an emulator gets through
FIGURES = ("passed", "failed", "text-format", "skipped", "short of memory")
# Bytes: of a linear memory, always and where a script needs it; of the code cache.
LIMITS = {
    "unix": (1 << 20, 64 << 20, 1 << 18),
    "qemu-arm": (1 << 20, 1 << 20, 1 << 18),
    "qemu-rv32": (1 << 20, 1 << 20, 1 << 18),
}
SMALL = (65536, 65536, 8192)
# The largest script in bytes where a board is emulated many times slower than it is; the rest is
# for real ones. Half of the scripts are smaller.
SLOW_SCRIPT = 4096


@pytest.fixture(scope="session")
def scripts(root, make):
    """Return the suite's scripts, by name."""
    done = make("build/spec/scripts/default/.complete")
    assert done.returncode == 0, done.stdout + done.stderr
    folder = root / "build" / "spec" / "scripts" / "default"
    return {f"{path.parent.name}/{path.stem}": path for path in sorted(folder.glob("*/*.bin"))}


def rotate(names, first):
    """Return the names from `first` on, or one of the day if it is None; then those before it."""
    names = list(names)
    day = int(time.time()) // 86400
    start = names.index(first) if first in names else day * FILES_A_DAY % len(names)
    return names[start:] + names[:start]


def test_suite(board, put, device, device_target, scripts, root):
    put("spectest.wasm")
    board.need("adapter")
    commands = {code: (name, letters) for name, (code, letters) in COMMANDS.items()}
    place = root / "build" / "device" / f"spec-{device_target}.json"
    first = json.loads(place.read_text())["next"] if place.exists() else None
    sums = dict.fromkeys(FIGURES, 0)
    failures = []
    start = time.monotonic()
    slow = device.patience > 1
    todo = rotate(
        (n for n, p in scripts.items() if not slow or p.stat().st_size <= SLOW_SCRIPT), first
    )
    done = 0
    for name in todo:
        if SECONDS and time.monotonic() - start > SECONDS:
            break
        board.put("spec.bin", scripts[name].read_bytes())
        limits = LIMITS.get(device_target, SMALL)
        counts = board.call("spec", "run", "spec.bin", commands, *limits, timeout=300)
        for figure, count in zip(FIGURES, counts):
            sums[figure] += count
        if counts[1]:
            failures.append(name)
        done += 1
        board.begin()
    place.write_text(json.dumps({"next": todo[done % len(todo)], "figures": sums}))
    print(f"spec {device_target}: {done} of {len(todo)} files ({len(scripts)} in all):", sums)
    assert not failures
    assert sums["passed"] > 0
