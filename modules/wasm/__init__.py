# SPDX-License-Identifier: MIT
"""WebAssembly for MicroPython: names are looked up in the files of this package when first used."""

import _wasm as _c

__doc__ = """WebAssembly apps in a sandbox
  wasm.run('app.wasm')            run a file with the default grants: it may log
  m = wasm.Module(data)           decode and validate; m.imports, m.exports
  i = wasm.Instance(m, {'env': {'f': f}}, fuel=1000000, memory_max=16384)
  i.exports.add(2, 3)             call an export
  i.exports.memory[0:4]           linear memory: bytes, memoryview(), struct
  wasm.Trap, OutOfFuel, LinkError, LoadError (Malformed, Invalid, Unsupported): all WasmError
help(wasm.Instance) and so on say more about Module, Instance, Memory, Table, Global, Func and
with_memory; wasm.run.__globals__['__doc__'] about run"""

_FILES = {
    "run": "loader",
    "WasmError": "errors",
    "LoadError": "errors",
    "Malformed": "errors",
    "Invalid": "errors",
    "Unsupported": "errors",
    "LinkError": "errors",
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
    if name not in _FILES:
        raise AttributeError(name)
    value = getattr(__import__(__name__ + "." + _FILES[name], None, None, True), name)
    globals()[name] = value
    return value
