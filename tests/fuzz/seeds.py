# SPDX-License-Identifier: MIT
"""Fill a folder with modules to start fuzzing from.

Modules of the specification's suite, compiled programs, our generator's and wasm-opt's: whatever
of these is at hand. The names are the contents' hashes, so that filling twice changes nothing.
"""

import hashlib
import random
import shutil
import tempfile
from pathlib import Path

import diff

MAX_BYTES = 8192
_OWN = 200
_TTF = 40


def _found(root):
    for pattern in (
        "../shared/spec-testsuite/*/*/*.wasm",
        "build/spec/suite/**/*.wasm",
        "build/bench/**/*.wasm",
        "build/apps/*.wasm",
    ):
        yield from root.glob(pattern)


def _write(paths, out):
    out.mkdir(parents=True, exist_ok=True)
    for path in paths:
        data = path.read_bytes()
        if len(data) <= MAX_BYTES:
            (out / hashlib.sha1(data).hexdigest()).write_bytes(data)


def fill(root, generator, out):
    """Write the seeds to two folders in `out`; returns them, those that are always alike first."""
    own, found = out / "own", out / "found"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = diff.make_own(generator, folder, 1, _OWN)
        if shutil.which("wasm-opt"):
            made += diff.make_ttf(folder, random.Random(1), _TTF)
        _write([*made, *sorted((root / "tests/engine/regress").glob("*.wasm"))], own)
    _write(_found(root), found)
    return own, found
