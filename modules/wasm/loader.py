# SPDX-License-Identifier: MIT
"""From a file to a running guest."""

import _wasm

from .errors import WasmError
from .imports import log as _log

_ENTRIES = ("_start", "main", "run")


def read(path: str):
    """Return a file's bytes, in place where the file system has them in memory (ROMFS)."""
    try:
        with open(path, "rb") as file:
            try:
                return memoryview(file)
            except TypeError:
                return file.read()
    except OSError as e:
        raise OSError(e.errno, path)


def run(source, *args, imports=None, log=print, **limits):
    """Load a module from a path or from bytes, run it and return its result.

    Its start function runs first, then the export `_start`, `main` or `run`, with `args`. The
    guest may log (`log` gets each text, with its level) and import what `imports` gives; without
    it, {module: {name: object}}, everything else is a LinkError. `limits` are those of Instance:
    fuel, memory_max, stack, code_cache, table_max (bytes, and units of fuel).
    """
    module = _wasm.Module(read(source) if isinstance(source, str) else source)
    granted = _log.imports(log)
    granted.update(imports or {})
    instance = _wasm.Instance(module, granted, **limits)
    exports = instance.exports
    for name in _ENTRIES:
        if name in exports and isinstance(exports[name], _wasm.Func):
            entry = exports[name]
            if name == "main" and not args and entry.type.startswith("(i32, i32)"):
                args = (0, 0)  # C's argc and argv
            return entry(*args)
    if not instance.started:
        raise WasmError("nothing to run: none of _start, main and run is exported")
