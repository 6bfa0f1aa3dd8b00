# SPDX-License-Identifier: MIT
"""What the scripts of this folder share; runs under MicroPython."""

import gc
import sys

import _wasm
import wasm

FOLDER = sys.argv[1] if len(sys.argv) > 1 else "build/frozen"


def covers(row, *checks):
    """Say what the decorated test covers; tests/matrix.py reads it from the source."""
    return lambda test: test


def data(name):
    """Return the bytes of an assembled module."""
    with open(FOLDER + "/" + name + ".wasm", "rb") as file:
        return file.read()


def module(name):
    return wasm.Module(data(name))


def instance(name, imports=None, **limits):
    return wasm.Instance(module(name), imports, **limits)


def same(got, wanted):
    """Fail unless both are equal and of one type."""
    alike = got == wanted and type(got) is type(wanted)
    assert alike, f"{got!r}, not {wanted!r}"


def raises(kind, function, *args, **kwargs):
    """Call a function that must raise exactly `kind`; return the exception."""
    try:
        result = function(*args, **kwargs)
    except BaseException as e:
        raised = e
    else:
        raise AssertionError(f"{kind} expected, returned {result!r}")
    assert type(raised) is kind, f"{raised!r} raised, not {kind}"
    return raised


def settle():
    """Collect garbage; what the stack still remembers of old calls is overwritten first."""

    def deep(n):
        return n and deep(n - 1) + sum((n, n, n, n, n, n, n, n))

    deep(30)
    gc.collect()
    gc.collect()


def free():
    """Return (free bytes of the Python heap, bytes that the engine holds)."""
    settle()
    return gc.mem_free(), _wasm.ram_used()
