# SPDX-License-Identifier: MIT
"""WebAssembly for MicroPython; names are looked up in this package's files when first used."""

import _wasm as _c

__doc__ = """WebAssembly apps in a sandbox
  wasm.run('app.wasm')      load a file (or bytes), run its _start, main or run, return the result;
                            it may log. run(source, *args, imports=None, log=print, fuel=None,
                            memory_max=None, stack=None, code_cache=None, table_max=None)
  wasm.sketch('blink.wasm', pins=(25,))   run its setup once, then its loop without end, or as
                            often as loops= says; it may import `wiring`: print, millis, delay,
                            pinMode, digitalWrite, digitalRead
  m = wasm.Module(data)     decode and validate; m.imports, m.exports
  i = wasm.Instance(m, {'env': {'double': f}}, fuel=1000000, memory_max=16384)
  i.exports.add(2, 3)       call an export; i.exports.memory[0:4], memoryview(i.exports.memory)
  wasm.codestore.entries()  machine code that is kept in flash, of apps and runs with tier='flash'
  wasm.Trap, OutOfFuel, LinkError, LoadError (Malformed, Invalid, Unsupported),
  PackageError, CapabilityError: all WasmError
More: help(wasm.Module), Instance, Memory, Table, Global, Func, with_memory"""

_FILES = {
    "run": "loader",
    "sketch": "setup_loop",
    "App": "app",
    "serve": "app",
    "ps": "app",
    "WasmError": "errors",
    "LoadError": "errors",
    "Malformed": "errors",
    "Invalid": "errors",
    "Unsupported": "errors",
    "LinkError": "errors",
    "PackageError": "errors",
    "CapabilityError": "errors",
    "Exit": "errors",
    "Trap": "errors",
    "OutOfFuel": "errors",
}

Module = _c.Module
Instance = _c.Instance
Memory = _c.Memory
Table = _c.Table
Global = _c.Global
Func = _c.Func
with_memory = _c.with_memory


def __getattr__(name):
    file = _FILES.get(name)
    try:
        value = __import__(__name__ + "." + (file or name), None, None, True)
    except ImportError:
        if file:
            raise
        raise AttributeError(name)
    if file:
        value = getattr(value, name)
        globals()[name] = value
    return value
