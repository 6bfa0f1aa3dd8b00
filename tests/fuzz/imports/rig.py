# SPDX-License-Identifier: MIT
"""A gate under a random grant, drivers that look at what reaches them, and a check of every call.

What a call may do is reckoned here once more, in Python and from the description: `problems` gives
the errors that its arguments deserve. A call that deserves one must return one and must not reach
a driver; one that reaches a driver may change the bytes that it was lent, and no others. For
MicroPython.
"""

import errno
import random
import time

import _wasm
import guest
import wasm

HANDLES = 12  # for what calls make, beside the grant's entries
LABELS = (b"led", b"bus", b"caf\xc3\xa9")
WORDS = (b"a", b"key", b"data/file", b"x" * 255, b"x" * 256, b"a\0b", b"\xff\xfe", b"\xc3")
TEXTS = LABELS + WORDS
_OPENS = ("gpio", "i2c", "spi", "uart", "adc", "pwm")
_ERRNOS = (errno.ETIMEDOUT, errno.ENOENT, errno.EINVAL, errno.EIO, 28, 16, 121, 9999)
_FUEL = 100000


class Finding(Exception):
    """A call did what it must not do."""


class Wish:
    """What a driver was told to answer, and what came of it."""

    def __init__(self):
        self.called = 0
        self.answer = None
        self.lent = []  # (start, size) of views that the guest's memory was lent by


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


class Rig:
    """A gate and a guest behind it. `table` is what fuzz_imports.py writes."""

    def __init__(self, table, strict):
        """Make a random grant; one that allows everything unless `strict`."""
        self.codes = table["errors"]
        self.kinds = [kind for kind in table["kinds"] if kind not in table["parents"]]
        self.parents = table["parents"]
        self.ops = table["ops"]
        self.entries = []
        for kind in self.kinds:
            for _ in range(1 + random.randrange(2) if kind in _OPENS else 1):
                self.entries.append(_any_entry(kind, self.ops[kind], strict))
        self.budget = random.choice((0, 0, 0, 50000)) if strict else 0
        self.gate = _wasm.Gate(self.entries, HANDLES, self.budget)
        self.closed = False
        self.made = {}  # kinds of handles that are open, {handle: kind}
        self.charged = [0] * len(self.entries)
        self.began = time.ticks_us()
        self.wish = Wish()
        self._link(table["functions"])

    def _link(self, rows):
        imports = {}
        self.rows = []
        for row in rows:
            name = row["module"] + "." + row["name"]
            try:
                bound = self.gate.bind(name, self._driver(row))
            except KeyError:
                if self._granted(row):
                    raise Finding(name + " is granted and cannot be bound") from None
                bound = _never
            else:
                if not self._granted(row):
                    raise Finding(name + " is not granted and can be bound")
                self.rows.append(row)
            imports.setdefault("wasmlet:" + row["module"], {})[row["name"]] = bound
        instance = wasm.Instance(wasm.Module(guest.module(rows)), imports)
        self.exports = instance.exports
        self.memory = self.exports.memory
        guest_random = bytes(random.getrandbits(8) for _ in range(guest.MEMORY))
        self.memory[0 : guest.MEMORY] = guest_random
        self.texts = guest.place_texts(self.memory, TEXTS)

    def _granted(self, row):
        kind = self.parents.get(row["on"], row["on"])
        return any(e[0] == kind and row["ops"] & ~e[2] == 0 for e in self.entries)

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

    # ---- What a call deserves ----

    def _entry(self, row, args):
        """Return (the entry's index in the grant or None, whether the handle is good)."""
        if row["params"][:1] != "h":
            kind = row["on"]
            for i, entry in enumerate(self.entries):
                if entry[0] == kind and row["ops"] & ~entry[2] == 0:
                    return i, True
            return None, False
        handle = args[0]
        if handle in self.made:
            kind = self.made[handle]
            at = handle - 1
            return (at if at < len(self.entries) else None), kind == row["on"]
        return None, False

    def problems(self, row, args):
        """Return the names of the errors that a call may return instead of being done."""
        if self.closed:
            return {"bad_handle"}
        index, good = self._entry(row, args)
        if not good:
            return {"bad_handle"}
        entry = self.entries[index] if index is not None else ("", "", 255, 0, 0, None, False)
        found = set()
        if row["ops"] & ~entry[2]:
            found.add("denied")
        at = 0
        charge = 1
        for letter in row["params"]:
            if letter == "a":
                bits = entry[5] or bytes(16)
                if not 0 <= args[at] < 128 or not bits[args[at] >> 3] >> (args[at] & 7) & 1:
                    found.add("denied")
            elif letter in "srwv":
                start, size = args[at] & 0xFFFFFFFF, args[at + 1] & 0xFFFFFFFF
                self._bytes_problems(letter, start, size, entry[3], found)
                charge = max(1, size) if row["charge"] == "bytes" else 1
                at += 1
            at += 1
        if row["charge"] and entry[4] and charge > entry[4]:
            found.add("too_long")
        if row["makes"] == row["on"] and not found and not self._has_label(row["on"], args):
            found.add("denied")
        return found

    def _has_label(self, kind, args):
        text = bytes(self.memory[args[0] : args[0] + args[1]]).decode()
        return any(entry[:2] == (kind, text) for entry in self.entries)

    def _bytes_problems(self, letter, start, size, most, found):
        if letter == "v":
            self._segments_problems(start, size, most, found)
            return
        good = start + size <= guest.MEMORY
        if not good:
            found.add("bad_pointer")
        if letter == "s":
            if size > 255:
                found.add("too_long")
            elif size == 0 or (good and not _is_text(bytes(self.memory[start : start + size]))):
                found.add("invalid")
        elif most and size > most:
            found.add("too_long")

    def _segments_problems(self, start, count, most, found):
        if count == 0:
            found.add("invalid")
        elif count > 8:
            found.add("too_long")
        elif start + 12 * count > guest.MEMORY:
            found.add("bad_pointer")
        else:
            for flags, _, _ in self._segments(start, count):
                if flags > 1:
                    found.add("invalid")
            sizes = [size for _, _, size in self._segments(start, count)]
            if most and sum(sizes) > most:
                found.add("too_long")
            for _, address, size in self._segments(start, count):
                if address + size > guest.MEMORY:
                    found.add("bad_pointer")

    def _segments(self, start, count):
        """Return [(flags, address, bytes)]."""
        data = bytes(self.memory[start : start + 12 * count])
        words = [int.from_bytes(data[i : i + 4], "little") for i in range(0, len(data), 4)]
        return [tuple(words[i : i + 3]) for i in range(0, len(words), 3)]

    # ---- Calls ----

    def try_call(self, row):
        """Make a call with random arguments, and check what it did."""
        addresses = (0x76, 0, 127, random.randrange(128))
        handles = list(self.made) or list(range(len(self.entries) + 2))
        args = guest.arguments(row, self.memory, self.texts, handles, addresses)
        self.call(row, args)

    def call(self, row, args):
        """Make a call, and check what it did; Finding where that is wrong."""
        try:
            self._call(row, args)
        except Exception as e:
            what = f"{row['module']}.{row['name']}({', '.join([str(a) for a in args])})"
            raise Finding(f"{what} {self.entries}: {e!r}") from e

    def _call(self, row, args):
        expected = self.problems(row, args)
        writable = self._writable(row, args) if not expected else []
        wish = self.wish = Wish()
        wish.answer = random.choice((None, 0, 1, 7, -4, -8, 1 << 20))
        before = bytes(self.memory)
        done, result = self._run(row, args)
        self._check_memory(before, writable)
        if wish.called and expected:
            raise Finding(f"a driver was called, in spite of {expected}")
        for view in wish.lent:
            if len(view):
                raise Finding("a driver's view outlives the call")
        if done:
            self._check_result(row, args, expected, result)
        self._account(row, args, wish)

    def _run(self, row, args):
        """Return (whether the call ended, its result); one that waits for long is abandoned."""
        call = getattr(self.exports, row["module"] + "." + row["name"]).begin(*args)
        for _ in range(100):
            left = call.step(_FUEL)
            if left is None:
                return True, call.result
            if left < 0 or left > 2:
                return False, None
            time.sleep_ms(left)
        return False, None

    def _writable(self, row, args):
        """Return [(start, end)] of what a call may change."""
        ranges = []
        at = 0
        for letter in row["params"]:
            if letter == "w":
                ranges.append((args[at], args[at] + args[at + 1]))
            elif letter == "v":
                for flags, start, size in self._segments(args[at], args[at + 1]):
                    if flags & 1:
                        ranges.append((start, start + size))
            at += 2 if letter in "srwv" else 1
        return ranges

    def _check_memory(self, before, writable):
        after = bytearray(self.memory)
        for start, end in writable:
            after[start:end] = before[start:end]
        if after != before:
            at = next(i for i in range(len(before)) if before[i] != after[i])
            raise Finding(f"byte {at} changed, outside of {writable}")
        if len(after) != guest.MEMORY:
            raise Finding("the memory's size changed")

    def _check_result(self, row, args, expected, result):
        if expected:
            codes = [self.codes[name] for name in expected]
            entry, _ = self._entry(row, args)
            if self.budget or (entry is not None and self.entries[entry][4]):
                codes.append(self.codes["rate"])
            if result not in codes:
                raise Finding(f"{result}, where {expected} is expected")
            return
        if result < 0 and result not in self.codes.values():
            raise Finding(f"{result} is no error code")
        if result > 0 and row["makes"]:
            self.made[result] = row["makes"]
        if row["module"] + "." + row["name"] == "timer.cancel" and result == 0:
            del self.made[args[0]]

    def _account(self, row, args, wish):
        """Fail when more was done under a rate than it brings."""
        index, _ = self._entry(row, args)
        if not wish.called or index is None or not row["charge"] or not self.entries[index][4]:
            return
        self.charged[index] += max(1, wish.bytes) if row["charge"] == "bytes" else 1
        rate = self.entries[index][4]
        passed_us = time.ticks_diff(time.ticks_us(), self.began)
        if self.charged[index] > rate + rate * passed_us // 1000000 + 1:
            raise Finding(f"{self.charged[index]} in {passed_us} us at a rate of {rate}")

    def close(self):
        """End all handles."""
        self.gate.close()
        self.closed = True


def _never(*args):
    return 0


def _is_text(data):
    try:
        return 0 not in data and data.decode() is not None
    except UnicodeError:
        return False
