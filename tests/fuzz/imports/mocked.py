# SPDX-License-Identifier: MIT
"""Random grants, and drivers that look at what reaches them. For MicroPython.

A call that deserves an error must not reach a driver, and no more of them than the rate brings.
"""

import errno
import random
import time

import _wasm
import guest
import wasm
from model import Finding, Model, name_of

HANDLES = (12, 200)  # for what calls make, beside the grant's entries
LABELS = (b"led", b"bus", b"caf\xc3\xa9")
WORDS = (b"a", b"key", b"data/file", b"x" * 255, b"x" * 256, b"a\0b", b"\xff\xfe", b"\xc3")
TEXTS = LABELS + WORDS
_OPENS = ("gpio", "i2c", "spi", "uart", "adc", "pwm")
_ERRNOS = (errno.ETIMEDOUT, errno.ENOENT, errno.EINVAL, errno.EIO, 28, 16, 121, 9999)


class Wish:
    """What a driver was told to answer, and what came of it."""

    def __init__(self):
        self.called = 0
        self.answer = None
        self.lent = []  # views of the guest's memory
        self.bytes = 0


def _any_entry(kind, ops, strict):
    """Return a grant of a kind: everything, or something."""
    label = random.choice(LABELS).decode() if kind in _OPENS else ""
    if not strict:
        return (kind, label, 255, 5 if kind == "timer" else 0, 0, b"\xff" * 16, False)
    addresses = bytes(random.getrandbits(8) for _ in range(16)) if random.randrange(2) else None
    return (
        kind,
        label,
        random.getrandbits(len(ops)) if ops else 0,
        random.choice((0, 1, 16, 300)),
        random.choice((0, 0, 1, 40, 10000)),
        addresses,
        bool(random.randrange(2)),
    )


class Mocked(Model):
    """A guest under a random grant, whose drivers are not real."""

    def __init__(self, table, strict):
        """Make a random grant; one that allows everything unless `strict`."""
        super().__init__(table)
        for kind in [kind for kind in table["kinds"] if kind not in self.parents]:
            for _ in range(1 + random.randrange(2) if kind in _OPENS else 1):
                self.entries.append(_any_entry(kind, table["ops"][kind], strict))
        budget = random.choice((0, 0, 0, 50000)) if strict else 0
        self.has_budget = budget > 0
        self.gate = _wasm.Gate(self.entries, HANDLES[not strict], budget)
        self.charged = [0] * len(self.entries)
        self.began = time.ticks_us()
        self.wish = Wish()
        self._link(table["functions"])

    def _link(self, rows):
        imports = {}
        self.rows = []
        for row in rows:
            name = name_of(row)
            try:
                bound = self.gate.bind(name, self._driver(row))
            except KeyError:
                if self.is_granted(row):
                    raise Finding(name + " is granted and cannot be bound")
                bound = _never
            else:
                if not self.is_granted(row):
                    raise Finding(name + " is not granted and can be bound")
                self.rows.append(row)
            imports.setdefault("wasmlet:" + row["module"], {})[row["name"]] = bound
        instance = wasm.Instance(wasm.Module(guest.module(rows)), imports)
        self.begin(instance.exports, TEXTS)

    def before(self):
        self.wish = Wish()
        self.wish.answer = random.choice((None, 0, 1, 7, -4, -8, 1 << 20))

    def after(self, row, args, expected):
        if self.wish.called and expected:
            raise Finding(f"a driver was called, in spite of {expected}")
        for view in self.wish.lent:
            if len(view):
                raise Finding("a driver's view outlives the call")
        self._account(row, args)

    # ---- Drivers ----

    def _driver(self, row):
        def driver(device, *args):
            return self._drive(row, device, args)

        return driver

    def _drive(self, row, device, args):
        """Answer a call in a random way; write all that may be written, and read the rest."""
        wish = self.wish
        wish.called += 1
        if row["makes"] == row["on"]:
            if not 0 <= device < len(self.entries):
                raise Finding(f"open is called with entry {device}")
            return "device"
        for view in args:
            if isinstance(view, memoryview):
                wish.lent.append(view)
        if row["params"][-1:] == "v":
            self._see_segment(wish, args)
            return wish.answer if wish.answer is None or wish.answer < 0 else None
        self._see_views(row, args)
        if row["makes"]:
            handle = self.gate.add(row["makes"], "made", 255)
            if handle > 0:
                self.made[handle] = row["makes"]
            return handle
        if row["name"] in ("close", "unsubscribe"):
            del self.made[self.gate.handle]
            self.gate.remove(self.gate.handle)
        return self._answer(wish)

    def _answer(self, wish):
        kind = random.randrange(6)
        if kind == 0:
            raise OSError(random.choice(_ERRNOS))
        if kind == 1:
            return _wasm.Wait(random.randrange(2), lambda: self._answer(wish))
        return wish.answer

    def _see_segment(self, wish, args):
        _, view, flags = args
        if flags & ~3:
            raise Finding(f"segment flags {flags}")
        if flags & 1:
            view[:] = bytes(len(view))

    def _see_views(self, row, args):
        for letter, value in zip(row["params"].lstrip("h"), args):
            if letter == "w":
                value[:] = bytes(random.getrandbits(8) for _ in range(min(len(value), 8))) + bytes(
                    max(0, len(value) - 8)
                )
            elif letter == "r":
                bytes(value)
            elif letter == "s" and not 1 <= len(value.encode()) <= 255:
                raise Finding("text of " + repr(value))
        if row["charge"] == "bytes":
            views = [value for value in args if isinstance(value, memoryview)]
            self.wish.bytes = len(views[0])

    def _account(self, row, args):
        """Fail when more was done under a rate than it brings."""
        index, _ = self.entry_of(row, args)
        rate = self.entries[index][4] if index is not None else 0
        if not self.wish.called or not row["charge"] or not rate:
            return
        self.charged[index] += max(1, self.wish.bytes) if row["charge"] == "bytes" else 1
        passed_us = time.ticks_diff(time.ticks_us(), self.began)
        if self.charged[index] > rate + rate * passed_us // 1000000 + 1:
            raise Finding(f"{self.charged[index]} in {passed_us} us at a rate of {rate}")


def _never(*args):
    return 0
