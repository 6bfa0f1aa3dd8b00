# SPDX-License-Identifier: MIT
"""Run a script of the specification's test suite; runs on the board.

The format is that of tests/spec/commands.def, from which the host gives the codes. What a board
has no memory for is counted apart, and so is what goes wrong after that in the same script.
"""

import gc

import wasm
from adapter import adapt
from support import data

_SHORTAGE = (
    "out of memory",
    "out of bounds memory access: in declared pages above the memory cap",
    "the code cache is too small for the running functions",
)
_FUEL = 20000000  # of a call: ends what would never end
_PASSED, _FAILED, _SHORT = 0, 1, 4  # figures among the counts
_UNTRIED = {"TEXT_FORMAT": 2, "SKIPPED": 3}
_SHOWN = 10  # failures that are told
_NAN = {4: 0x7FC00000, 8: 0x7FF8000000000000}
_SIZES = {0x7F: 4, 0x7E: 8, 0x7D: 4, 0x7C: 8, 0x70: 4, 0x6F: 4}
_EXTERNREF, _FUNCREF = 0x6F, 0x70


class Failure(Exception):
    """A command went wrong."""


class Reader:
    """A script's bytes, some at a time."""

    def __init__(self, file):
        self._file = file
        self._buffer = b""
        self._at = 0

    def take(self, size):
        end = self._at + size
        if end > len(self._buffer):
            rest = self._buffer[self._at :]
            self._buffer = rest + self._file.read(max(size - len(rest), 512))
            self._at, end = 0, size
        taken = self._buffer[self._at : end]
        self._at = end
        return taken

    def number(self, size):
        return int.from_bytes(self.take(size), "little")

    def text(self):
        return str(self.take(self.number(2)), "utf-8")

    def values(self):
        """Return [(type, pattern, bits)]."""
        values = []
        for _ in range(self.number(1)):
            kind, pattern = self.take(2)
            values.append((kind, pattern, self.number(_SIZES[kind])))
        return values

    def action(self):
        return self.number(1), self.text(), self.text(), self.values()

    def module(self):
        return self.take(self.number(4))

    def commands(self, table):
        """Yield (line, name, fields) of each; `table` is {code: (name, the fields' letters)}."""
        takers = {
            "n": self.text,
            "p": self.text,
            "m": self.module,
            "a": self.action,
            "v": self.values,
        }
        while True:
            name, letters = table[self.number(1)]
            line = self.number(4)
            if name == "END":
                return
            yield line, name, [takers[letter]() for letter in letters]


def argument(value):
    """Return what Python passes for a value."""
    kind, _, bits = value
    if kind in (_FUNCREF, _EXTERNREF):
        return None if bits == 0 else ("extern", bits - 1)
    return bits if bits < 1 << 31 or kind in (0x7E, 0x7C) else bits - (1 << 32)


def matches(got, value):
    """Return whether a result is what the script expects."""
    kind, pattern, bits = value
    if kind in (_FUNCREF, _EXTERNREF):
        return got == argument(value)
    size = _SIZES[kind]
    return got & ((1 << 8 * size) - 1) == (_NAN[size] if pattern else bits)


def says(error, text):
    """Return whether an error's text begins as the script's does, or is all of its beginning."""
    own = str(error).split(" (")[0].split(" in ")[0]
    return str(error).startswith(text) or text.startswith(own)


class Runner:
    """What a script has made so far: instances, by the names of the script and of imports."""

    def __init__(self, **limits):
        self._spectest = wasm.Instance(wasm.Module(data("spectest.wasm")), **limits)
        self._named = {}
        self._registered = {"spectest": self._spectest.exports}
        self._latest = None
        self._callables = {}

    def _import(self, module):
        """Return the imports of a module; a memory of spectest is made when one asks for it."""
        given = {}
        for name, item, _, _ in module.imports:
            if name not in self._registered:
                continue
            source = self._registered[name]
            if name == "spectest" and item == "memory" and item not in source:
                objects = {key: source[key] for key in source}
                objects[item] = wasm.Memory(1, 2, store=self._spectest)
                source = self._registered[name] = objects
            given[name] = source
        return given

    def _instantiate(self, code):
        module = wasm.Module(code)
        self._spectest.fuel = _FUEL
        return wasm.Instance(module, self._import(module), store=self._spectest)

    def _subject(self, name):
        instance = self._named.get(name) if name else self._latest
        if instance is None:
            raise Failure("there is no instance " + name)
        return instance

    def module(self, name, code):
        self._latest = None
        self._callables.clear()  # they go by an instance's id
        if name:
            self._named[name] = None
        self._latest = self._instantiate(code)
        if name:
            self._named[name] = self._latest

    def register(self, name, registered):
        self._registered[registered] = self._subject(name).exports

    def act(self, action):
        """Carry out an action and return what Python gets of it."""
        _, instance, name, values = action
        subject = self._subject(instance)
        key = (id(subject), name)
        if key not in self._callables:
            self._callables[key] = adapt(subject.exports[name], self._spectest)
        self._spectest.fuel = _FUEL
        return self._callables[key](*[argument(value) for value in values])

    def expect(self, action, values):
        result = self.act(action)
        results = (result,) if len(values) == 1 else result or ()
        if len(results) != len(values) or not all(map(matches, results, values)):
            raise Failure(f"{action[2]}{action[3]}: {results!r} instead of {values!r}")

    def expect_trap(self, function, argument, text):
        try:
            function(argument)
        except wasm.Trap as e:
            if not says(e, text):
                raise
            return
        raise Failure("no trap: " + text)

    def expect_error(self, function, code, kinds, text=None):
        """Fail unless a module is refused with one of `kinds`, and with `text` if given."""
        try:
            function(code)
        except wasm.WasmError as e:
            if not isinstance(e, kinds) or (text and not says(e, text)):
                raise
            return
        raise Failure("not refused")


def step(runner, name, fields):
    """Carry out one command."""
    if name == "MODULE":
        runner.module(*fields)
    elif name == "DEFINITION":
        wasm.Module(fields[0])
    elif name == "REGISTER":
        runner.register(*fields)
    elif name == "ACTION":
        runner.act(fields[0])
    elif name == "ASSERT_RETURN":
        runner.expect(*fields)
    elif name in ("ASSERT_TRAP", "ASSERT_EXHAUSTION"):
        runner.expect_trap(runner.act, fields[0], fields[1])
    elif name == "ASSERT_UNINSTANTIABLE":
        runner.expect_trap(runner._instantiate, fields[1], fields[0])
    elif name == "ASSERT_MALFORMED":
        # Bodies are decoded and validated in one walk, and later features give a meaning to bytes
        # that had none.
        kinds = (wasm.Malformed, wasm.Invalid, wasm.Unsupported)
        runner.expect_error(wasm.Module, fields[1], kinds)
    elif name == "ASSERT_INVALID":
        # Converted from text, a module without data is malformed before it is invalid.
        runner.expect_error(wasm.Module, fields[1], (wasm.Invalid, wasm.Malformed))
    elif name == "ASSERT_UNLINKABLE":
        runner.expect_error(runner._instantiate, fields[1], wasm.LinkError, fields[0])
    elif name == "REFUSED":
        runner.expect_error(wasm.Module, fields[1], wasm.LoadError, fields[0])
    else:
        raise Failure("an unknown command")


def trial(runner, name, fields):
    """Carry out one command; return the figure that it counts for, and what went wrong."""
    try:
        step(runner, name, fields)
    except MemoryError as e:
        return _SHORT, e
    except (Failure, wasm.WasmError, TypeError, KeyError, AttributeError, OverflowError) as e:
        short = getattr(e, "code", None) in _SHORTAGE
        return _SHORT if short else _FAILED, f"{type(e).__name__}: {e}"
    return _PASSED, None


def run(path, commands, memory_max, most, code_cache):
    """Run a script; return its counts, and print what failed.

    `commands` is {code: (name, fields)}. Linear memories can have `memory_max` bytes, and `most`
    where a script asks for more; the code cache has `code_cache`. Counts: passed, failed,
    text-format, skipped, short of memory.
    """
    gc.collect()
    counts = [0] * 5
    with open(path, "rb") as file:
        reader = Reader(file)
        if reader.take(4) != b"WLSP":
            raise ValueError("no script")
        wanted = reader.number(4)
        runner = Runner(memory_max=min(max(wanted, memory_max), most), code_cache=code_cache)
        short = wanted > most
        for line, name, fields in reader.commands(commands):
            figure = _UNTRIED.get(name)
            if figure is None:
                figure, failure = trial(runner, name, fields)
                short = short or figure == _SHORT
                if short and figure == _FAILED:
                    figure = _SHORT
                if figure == _FAILED and counts[_FAILED] < _SHOWN:
                    print(f"line {line}: {name}: {failure}")
            counts[figure] += 1
    return counts
