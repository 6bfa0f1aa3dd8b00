# SPDX-License-Identifier: MIT
"""wasm.run, the log grant and help()."""

import io
import os

import wasm
from support import FOLDER, data, instance, raises, same

BAD_POINTER, INVALID = -3, -4


def lines(function, *args, **kwargs):
    out = []
    result = function(*args, log=out.append, **kwargs)
    return out, result


def test_run():
    same(lines(wasm.run, FOLDER + "/log.wasm"), (["hello", "error: hello"], 0))
    same(lines(wasm.run, data("log")), (["hello", "error: hello"], 0))
    same(lines(wasm.run, bytearray(data("log"))), (["hello", "error: hello"], 0))


def test_entries():
    same(wasm.run(data("main")), 100)  # main before run; C's argc and argv
    same(wasm.run(data("main"), 3, 4), 107)
    raises(TypeError, wasm.run, data("main"), 3)
    x = raises(wasm.WasmError, wasm.run, data("values"))
    assert "nothing to run" in str(x)
    seen = []
    same(wasm.run(data("start"), imports={"env": {"tick": seen.append}}), None)
    same(seen, [500])


def test_no_other_grants():
    x = raises(wasm.LinkError, wasm.run, data("host"))
    same((x.module, x.name), ("env", "double"))
    x = raises(wasm.LinkError, wasm.run, data("start"), imports={"env": {"tock": print}})
    same((x.module, x.name), ("env", "tick"))


def test_limits():
    x = raises(wasm.OutOfFuel, wasm.run, data("main"), fuel=1)
    assert x
    raises(TypeError, wasm.run, data("main"), no_such=1)


def test_paths():
    x = raises(OSError, wasm.run, FOLDER + "/none.wasm")
    same(x.errno, 2)
    assert "none.wasm" in str(x), x
    x = raises(OSError, wasm.run, FOLDER)
    same(x.errno, 21)
    assert FOLDER in str(x), x
    path = FOLDER + "/bad-input"
    for contents, words in (
        (b"", "the file is empty"),
        (b"(module)", "text format"),
        (b"\n ;; comment\n(module)", "text format"),
        (b"\0asm", "unexpected end"),
        (b"not wasm at all", "magic header not detected"),
    ):
        with open(path, "wb") as file:
            file.write(contents)
        x = raises(wasm.Malformed, wasm.run, path)
        assert words in str(x), (contents, x)
    os.remove(path)


def test_log():
    from wasm.imports import log

    out = []
    i = instance("log", log.imports(out.append))
    write = i.exports.write
    for level in (1, 2, 3, 4):
        same(write(level, 16, 5), 0)
    same(out, ["error: hello", "warn: hello", "hello", "debug: hello"])
    out.clear()
    for level in (0, 5, -1, 2**31):
        same(write(level, 16, 5), INVALID)
    for address, size in ((65535, 2), (0, 65537), (-1, 1), (-1, -1), (0, -1), (2**31, 1)):
        same(write(3, address, size), BAD_POINTER)
    same(out, [])
    same(write(3, 65536, 0), 0)
    same(write(3, 2048, 63488), 0)
    same([len(x) for x in out], [0, 1024])
    same(write(3, 32, 16), 0)
    same(out[2], "caf\xe9 \ufffd\ufffd z\ufffd[31m\ufffd")
    i.exports.memory[100:104] = b"a\tb\n"
    same(write(3, 100, 4), 0)
    same(out[3], "a\tb")


def test_log_text():
    from wasm.imports.log import text

    same(text(b"plain"), "plain")
    same(text(b""), "")
    same(text("\u20ac\U0001f600".encode()), "\u20ac\U0001f600")
    same(text(b"\xe2\x82"), "\ufffd\ufffd")
    same(text(b"ok\xf0\x9f\x98\x80\x80"), "ok\U0001f600\ufffd")
    same(text(b"\x1b[2J\r\x00\n"), "\ufffd[2J\ufffd\ufffd\n")


def test_log_without_memory():
    # (import "wasmlet:log" "write" ...) and an export that calls it; no memory.
    b = (
        b"\0asm\1\0\0\0"
        b"\1\x0c\2\x60\3\x7f\x7f\x7f\1\x7f\x60\0\1\x7f"
        b"\2\x15\1\x0bwasmlet:log\5write\0\0"
        b"\3\2\1\1"
        b"\7\7\1\3run\0\1"
        b"\x0a\x0c\1\x0a\0\x41\3\x41\0\x41\0\x10\0\x0b"
    )
    same(lines(wasm.run, b), ([], BAD_POINTER))


def test_help():
    out = io.StringIO()
    dupterm = os.dupterm(Recorder(out)) if hasattr(os, "dupterm") else None
    for thing in (wasm.Module, wasm.Instance, wasm.Memory, wasm.Table, wasm.Global, wasm.Func):
        doc = thing.__doc__
        assert len(doc) > 100, doc
        assert max(len(line) for line in doc.split("\n")) < 100, doc
    assert "wasm.run(" in wasm.__doc__
    assert "wasm.Instance" in wasm.__doc__
    assert dupterm is None


class Recorder(io.IOBase):
    def __init__(self, out):
        self.out = out

    def write(self, data):
        return self.out.write(data)


def test_names():
    for name in ("run", "Module", "Instance", "Memory", "Table", "Global", "Func", "Trap"):
        assert name in dir(wasm), name
