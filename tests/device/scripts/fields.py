# SPDX-License-Identifier: MIT
"""What the tests of the manifest's fields share; runs on the board."""

import time

from bench import LABELS, MEMORY, Bench, free_id, package
from support import data
from wasm import CapabilityError, policy, ps
from wasm.app import App

DENIED, BAD_HANDLE, RATE, TOO_LONG, NOT_FOUND, FULL = -1, -2, -5, -6, -7, -12


def run(script, function):
    """Run a test, and stop what it leaves."""
    try:
        getattr(__import__(script), function)()
    finally:
        for it in ps():
            it.stop()


def host(module, *args, **classes):
    """Start an app that forwards calls to `wasmlet:MODULE`."""
    return Bench(data("host_" + module + ".wasm"), *args, **classes)


def app(mode="", **classes):
    """Load an app of fields.wat in a mode; its policy gives what it asks for."""
    manifest = {"app": {"id": free_id(), "version": "1.0.0"}, "env": {"MODE": mode}}
    manifest["memory"] = MEMORY
    manifest.update(classes)
    owner = policy.check({"labels": LABELS, "default": classes})
    return App(package(data("fields.wasm"), manifest), owner)


def same(got, wanted):
    """Fail unless both are equal."""
    assert got == wanted, (got, wanted)


def refused(kind, function, *args, **keywords):
    """Call a function that must raise exactly `kind`; return the exception."""
    try:
        result = function(*args, **keywords)
    except kind as e:
        raised = e
    else:
        raise AssertionError(f"{kind} expected, returned {result!r}")
    assert type(raised) is kind, raised
    return raised


def unlinked(module, *words, **classes):
    """Fail unless an app is refused at its start, with all these words."""
    text = str(refused(CapabilityError, host, module, **classes))
    for word in words:
        assert word in text, (word, text)


def spent(call, times, ms):
    """Fail unless a call works so often and no more, and again after so many ms."""
    same([call() >= 0 for _ in range(times)], [True] * times)
    same(call(), RATE)
    time.sleep_ms(ms)
    assert call() >= 0


def together(kind, entry, shared):
    """Start two apps with the same hardware; return whether the second may."""
    entry = dict(entry, shared=shared)
    both = [host(kind, "org.example.first", **{kind: [entry]})]
    try:
        both.append(host(kind, "org.example.second", **{kind: [entry]}))
    except CapabilityError as e:
        refusal = str(e)
    for it in both:
        it.stop()
    if len(both) == 2:
        return True
    assert "in use by org.example.first" in refusal, refusal
    return False
