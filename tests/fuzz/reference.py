# SPDX-License-Identifier: MIT
"""Run modules in wasmtime and tell what can be seen from outside, in diff_run's terms.

Values go through wasmtime's C interface as bits, since Python floats do not keep every NaN. NaNs
that arithmetic makes are canonical there as here. Host functions follow fz_host.c's rules.
"""

import ctypes
import zlib

import wasmtime
from wasmtime import _ffi as ffi

MEMORY_MAX_BYTES = 1 << 21  # as in diff_run.c
TABLE_MAX = 1000
FUEL = 20_000_000

_M64 = (1 << 64) - 1
_KINDS = {
    "i32": ffi.WASMTIME_I32.value,
    "i64": ffi.WASMTIME_I64.value,
    "f32": ffi.WASMTIME_F32.value,
    "f64": ffi.WASMTIME_F64.value,
    "funcref": ffi.WASMTIME_FUNCREF.value,
    "externref": ffi.WASMTIME_EXTERNREF.value,
}
_WIDE = ("i64", "f64")
_REFS = ("funcref", "externref")
_NO_FINALIZER = ctypes.CFUNCTYPE(None, ctypes.c_void_p)()

# What a trap is called on both sides; stack and fuel limits differ by design and give no verdict.
TRAPS = {
    wasmtime.TrapCode.UNREACHABLE: "unreachable",
    wasmtime.TrapCode.INTEGER_DIVISION_BY_ZERO: "division by zero",
    wasmtime.TrapCode.INTEGER_OVERFLOW: "integer overflow",
    wasmtime.TrapCode.BAD_CONVERSION_TO_INTEGER: "bad conversion",
    wasmtime.TrapCode.MEMORY_OUT_OF_BOUNDS: "memory bounds",
    wasmtime.TrapCode.TABLE_OUT_OF_BOUNDS: "table bounds",
    wasmtime.TrapCode.INDIRECT_CALL_TO_NULL: "null element",
    wasmtime.TrapCode.BAD_SIGNATURE: "call type",
    None: "host",
}
NO_VERDICT = "no verdict"


def mix(x):
    """Return splitmix64's finaliser of `x`, as fz_mix does."""
    x = (x + 0x9E3779B97F4A7C15) & _M64
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _M64
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _M64
    return x ^ (x >> 31)


def values(types, seed):
    """Return the bits of values that follow from `seed`, as fz_values does."""
    out = []
    for i, kind in enumerate(types):
        value = mix((seed + i) & _M64)
        if value >> 60 < 6 and kind in ("i32", "i64"):
            value &= 0xFF
        if kind in _REFS:
            value = 0
        out.append(value if kind in _WIDE else value & 0xFFFFFFFF)
    return out


def _signed(value):
    return value - (1 << 64) if value >> 63 else value


def _fill(array, types, bits):
    for cell, kind, value in zip(array, types, bits):
        ctypes.memset(ctypes.byref(cell), 0, ctypes.sizeof(cell))
        cell.kind = _KINDS[kind]
        if kind not in _REFS:
            cell.of.i64 = _signed(value)


def _bits(cell, kind):
    """Return a value's bits; of a reference, whether it is one."""
    if kind in _REFS:
        return int(cell.of.funcref.store_id != 0)
    return cell.of.i64 & _M64 if kind in _WIDE else cell.of.i32 & 0xFFFFFFFF


def type_names(types):
    """Return the names of value types; what wasmtime-py prints for externref is another's."""
    return [str(t).replace("anyref", "externref") for t in types]


class Reference:
    """An engine with our set of features."""

    def __init__(self):
        config = wasmtime.Config()
        ffi.wasmtime_config_cranelift_nan_canonicalization_set(config.ptr(), True)
        config.cranelift_opt_level = "none"
        config.parallel_compilation = False
        config.consume_fuel = True
        config.wasm_tail_call = True
        config.wasm_custom_page_sizes = True
        config.wasm_relaxed_simd = False
        config.wasm_simd = False
        config.wasm_threads = False
        config.wasm_multi_memory = False
        config.wasm_memory64 = False
        config.wasm_exceptions = False
        config.wasm_gc = False
        config.wasm_function_references = False
        self._engine = wasmtime.Engine(config)

    def rejects(self, data):
        """Return why `data` is not a module, or None."""
        try:
            wasmtime.Module.validate(self._engine, data)
        except wasmtime.WasmtimeError as e:
            return str(e).strip().split("\n")[-1]
        return None

    def compile(self, data):
        """Return the module of `data`, which must be valid."""
        return wasmtime.Module(self._engine, data)

    def run(self, module, calls):
        """Instantiate `module`, make `calls` [(name, bits)], and return what can be seen."""
        return _Run(self._engine, module).run(calls)


class _Run:
    def __init__(self, engine, module):
        self._store = wasmtime.Store(engine)
        self._store.set_limits(memory_size=MEMORY_MAX_BYTES, table_elements=TABLE_MAX)
        self._context = self._store._context()
        self._module = module
        self._exports = module.exports
        self._memory_name = next(
            (e.name.encode() for e in self._exports if isinstance(e.type, wasmtime.MemoryType)),
            None,
        )
        self._callbacks = []
        self.trace = 0
        self.calls = 0

    # ---- Host side ----

    def _caller_memory(self, caller):
        item = ffi.wasmtime_extern_t()
        if self._memory_name is None or not ffi.wasmtime_caller_export_get(
            caller, ctypes.create_string_buffer(self._memory_name), len(self._memory_name), item
        ):
            return None, 0
        memory = item.of.memory
        context = ffi.wasmtime_caller_context(caller)
        return (
            ffi.wasmtime_memory_data(context, ctypes.byref(memory)),
            ffi.wasmtime_memory_data_size(context, ctypes.byref(memory)),
        )

    def _host_call(self, index, params, results, caller, raw_args, raw_results):
        code = mix(self.trace ^ index)
        for i, kind in enumerate(params):
            code = mix(code ^ _bits(raw_args[i], kind))
        self.trace = code
        self.calls += 1
        if code & 7 == 0:
            data, size = self._caller_memory(caller)
            if size > 0:
                data[(code >> 32) % size] ^= code >> 8 & 0xFF
        if code >> 16 & 0xFF == 0:
            text = b"host"
            trap = ffi.wasmtime_trap_new(ctypes.create_string_buffer(text), len(text))
            return ctypes.cast(trap, ctypes.c_void_p).value
        _fill(
            [raw_results[i] for i in range(len(results))],
            results,
            values(results, code),
        )
        return 0

    def _host_func(self, index, kind):
        params, results = type_names(kind.params), type_names(kind.results)

        def callback(_env, caller, raw_args, _nargs, raw_results, _nresults):
            return self._host_call(index, params, results, caller, raw_args, raw_results)

        self._callbacks.append(ffi.wasmtime_func_callback_t(callback))
        func = ffi.wasmtime_func_t()
        ffi.wasmtime_func_new(
            self._context,
            kind.ptr(),
            self._callbacks[-1],
            None,
            _NO_FINALIZER,
            ctypes.byref(func),
        )
        return ffi.wasmtime_extern_t(
            ffi.WASMTIME_EXTERN_FUNC, ffi.wasmtime_extern_union(func=func)
        )

    def _host_global(self, index, kind):
        cell = (ffi.wasmtime_val_t * 1)()
        types = type_names([kind.content])
        _fill(cell, types, values(types, index))
        out = ffi.wasmtime_global_t()
        error = ffi.wasmtime_global_new(
            self._context, kind.ptr(), ctypes.byref(cell[0]), ctypes.byref(out)
        )
        if error:
            raise wasmtime.WasmtimeError._from_ptr(error)
        return ffi.wasmtime_extern_t(
            ffi.WASMTIME_EXTERN_GLOBAL, ffi.wasmtime_extern_union(global_=out)
        )

    def _import(self, index, kind):
        if isinstance(kind, wasmtime.FuncType):
            return self._host_func(index, kind)
        if isinstance(kind, wasmtime.GlobalType):
            return self._host_global(index, kind)
        if isinstance(kind, wasmtime.TableType):
            return wasmtime.Table(self._store, kind, None)._as_extern()
        return wasmtime.Memory(self._store, kind)._as_extern()

    # ---- Running ----

    def _outcome(self, error, trap):
        """Return how a call ended: class and place of a trap, or None."""
        if error:
            wasmtime.WasmtimeError._from_ptr(error)
            return {"status": NO_VERDICT}
        if not trap:
            return None
        trap = wasmtime.Trap._from_ptr(trap)
        status = TRAPS.get(trap.trap_code, NO_VERDICT)
        frames = trap.frames
        place = (frames[0].func_index, frames[0].module_offset) if frames else None
        return {"status": status, "place": place}

    def _instantiate(self):
        kinds = [i.type for i in self._module.imports]
        try:
            externs = [self._import(i, kind) for i, kind in enumerate(kinds)]
        except wasmtime.WasmtimeError:
            return None, {"status": NO_VERDICT}
        array = (ffi.wasmtime_extern_t * len(externs))(*externs)
        instance, trap = ffi.wasmtime_instance_t(), ctypes.POINTER(ffi.wasm_trap_t)()
        self._store.set_fuel(FUEL)
        error = ffi.wasmtime_instance_new(
            self._context,
            self._module.ptr(),
            array,
            len(externs),
            ctypes.byref(instance),
            ctypes.byref(trap),
        )
        return instance, self._outcome(error, trap)

    def _export(self, instance, name):
        item = ffi.wasmtime_extern_t()
        name = name.encode()
        if not ffi.wasmtime_instance_export_get(
            self._context,
            ctypes.byref(instance),
            ctypes.create_string_buffer(name),
            len(name),
            ctypes.byref(item),
        ):
            raise KeyError(name)
        return item.of

    def _call(self, func, kind, bits):
        params, results = type_names(kind.params), type_names(kind.results)
        args = (ffi.wasmtime_val_t * len(params))()
        outs = (ffi.wasmtime_val_t * len(results))()
        _fill(args, params, bits)
        trap = ctypes.POINTER(ffi.wasm_trap_t)()
        self._store.set_fuel(FUEL)
        error = ffi.wasmtime_func_call(
            self._context,
            ctypes.byref(func),
            args,
            len(params),
            outs,
            len(results),
            ctypes.byref(trap),
        )
        return self._outcome(error, trap) or {
            "status": "ok",
            "results": [_bits(cell, kind) for cell, kind in zip(outs, results)],
        }

    def _global(self, item, kind):
        cell = ffi.wasmtime_val_t()
        glob = item.global_
        ffi.wasmtime_global_get(self._context, ctypes.byref(glob), ctypes.byref(cell))
        return _bits(cell, *type_names([kind.content]))

    def _table(self, item):
        table, cell = item.table, ffi.wasmtime_val_t()
        out = ""
        for i in range(ffi.wasmtime_table_size(self._context, ctypes.byref(table))):
            ffi.wasmtime_table_get(self._context, ctypes.byref(table), i, ctypes.byref(cell))
            out += str(_bits(cell, "funcref"))
        return out

    def _memory(self, item):
        memory = item.memory
        data = ffi.wasmtime_memory_data(self._context, ctypes.byref(memory))
        size = ffi.wasmtime_memory_data_size(self._context, ctypes.byref(memory))
        pages = ffi.wasmtime_memory_size(self._context, ctypes.byref(memory))
        return [pages, zlib.crc32(ctypes.string_at(data, size)) if size else 0]

    def run(self, calls):
        instance, failed = self._instantiate()
        out = {"instance": failed["status"] if failed else "ok", "calls": []}
        if failed:
            return out
        kinds = {e.name: e.type for e in self._exports}
        for name, bits in calls:
            out["calls"].append(self._call(self._export(instance, name).func, kinds[name], bits))
        items = [(e.type, self._export(instance, e.name)) for e in self._exports]
        out["globals"] = [
            self._global(item, kind)
            for kind, item in items
            if isinstance(kind, wasmtime.GlobalType)
        ]
        out["tables"] = [
            self._table(item) for kind, item in items if isinstance(kind, wasmtime.TableType)
        ]
        out["memories"] = [
            self._memory(item) for kind, item in items if isinstance(kind, wasmtime.MemoryType)
        ]
        out["host"] = [self.calls, self.trace]
        return out
