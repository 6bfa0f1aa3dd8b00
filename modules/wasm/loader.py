# SPDX-License-Identifier: MIT
"""From a file to a running guest."""

import gc

import _wasm

from .errors import LoadError, WasmError
from .fit import refusal, shortage
from .imports import log as _log

_ENTRIES = ("_start", "main", "run")
_STUBS_BYTES = 256  # of RAM, by which machine code in flash is entered and left


def read(path: str):
    """Return a file's bytes, in place where the file system has them in memory (ROMFS).

    From another they are read into the memory for guests, not onto the Python heap. Raises
    MemoryError, which names the bytes, where that has no room.
    """
    try:
        with open(path, "rb") as file:
            try:
                return memoryview(file)
            except TypeError:
                return _buffer(file, path)
    except OSError as e:
        raise OSError(e.errno, path)


def _buffer(file, path: str):
    file.read(1)  # a folder can be opened, and has no end
    file.seek(0)
    try:
        return _wasm.Buffer(file)
    except MemoryError:
        raise MemoryError(
            f"no memory for {path}: it has {file.seek(0, 2)} bytes, the largest free block has "
            f"{_free()}: put it on /rom, where it is read in place, or make it smaller"
        )


def _free() -> int:
    """Return the bytes of the largest block that a guest can get, as far as that is known."""
    arena = _wasm.ram_free() if hasattr(_wasm, "ram_free") else None
    return arena[1] if arena else gc.mem_free()


def instantiate(source, imports: dict, limits: dict, name="", note=print):
    """Load a module from a path or from bytes, and link it; its start function runs.

    With the tier "flash" its machine code is kept there under `name`; `note` gets a line where
    that cannot be.

    Raises LoadError for a module that has no room in the memory that it may have, and MemoryError
    when that much is not free; both name the bytes, and the linker's flag that helps.
    """
    data = read(source) if isinstance(source, str) else source
    module = _wasm.Module(data)
    memory_max = limits.get("memory_max")
    if memory_max is None:
        memory_max = _wasm.MEMORY_MAX
    why = refusal(data, memory_max)
    if why:
        raise LoadError(why, "out of memory")
    try:
        if limits.get("tier") == "flash":
            return _kept(module, data, imports, limits, name, note)
        return _wasm.Instance(module, imports, **limits)
    except MemoryError:
        raise MemoryError(shortage(data, memory_max, _free()))


def _kept(module, data, imports: dict, limits: dict, name: str, note):
    """Return an instance run by machine code in flash, which is made if it is not there."""
    from . import codestore

    key = codestore.key(data, limits)
    image = codestore.find(key)
    if image is None:
        instance = _wasm.Instance(module, imports, **limits)
        try:
            image = codestore.save(key, name, instance)
        except OSError as e:
            note(e.args[-1])
        if image is None or instance.started:  # a start function runs once
            return instance
        instance = None
        gc.collect()  # its memory is needed again
    instance = _wasm.Instance(module, imports, **dict(limits, native_code=_STUBS_BYTES))
    instance.code_use(image)
    return instance


def entry(instance, args=()):
    """Return (function, arguments) of what runs a guest; function is None where there is none."""
    exports = instance.exports
    for name in _ENTRIES:
        if name in exports and isinstance(exports[name], _wasm.Func):
            function = exports[name]
            if name == "main" and not args and function.type.startswith("(i32, i32)"):
                args = (0, 0)  # C's argc and argv
            return function, args
    return None, args


def _is_app(module) -> bool:
    """Return whether a module is a package, or a program for WASI, which App serves."""
    is_package = module.custom("wasmlet.manifest") is not None
    return is_package or any(row[0] == "wasi_snapshot_preview1" for row in module.imports)


def run(source, *args, imports=None, log=print, policy=None, **limits):
    """Load a package or a bare module from a path or from bytes, run it and return its result.

    A package runs with what its manifest asks for and `policy` (a path; else /policy.json) allows;
    see App; so does a program for WASI, which without a manifest asks for log only. Another bare
    module may log, and import what `imports` gives, {module: {name: object}}; everything else is a
    LinkError. Its start function runs first, then the export `_start`, `main`
    or `run`, with `args`; `limits` are those of Instance: fuel, memory_max, stack, code_cache,
    table_max, native_code (bytes, and units of fuel), tier. `log` gets each line.
    """
    data = read(source) if isinstance(source, str) else source
    if imports is None and not limits and _is_app(_wasm.Module(data)):
        from .app import App

        return App(data, policy, log).run()
    granted = _log.imports(log)
    granted.update(imports or {})
    instance = instantiate(data, granted, limits, source if isinstance(source, str) else "", log)
    function, args = entry(instance, args)
    if function:
        return function(*args)
    if not instance.started:
        raise WasmError("nothing to run: none of _start, main and run is exported")
