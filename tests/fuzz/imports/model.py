# SPDX-License-Identifier: MIT
"""What a call through the gate deserves, and a check of what it did. For MicroPython.

What a call may do is reckoned here once more, in Python and from the description: `problems` gives
the errors that its arguments deserve. A call that deserves one must return one; any call may
change the bytes that it was lent, and no others.
"""

import random
import time

import guest

_FUEL = 100000


def name_of(row):
    """Return MODULE.NAME of a function."""
    return row["module"] + "." + row["name"]


class Finding(Exception):
    """A call did what it must not do."""


class Model:
    """A guest whose calls are checked. A subclass makes `gate`, `exports` and `entries`.

    `entries` are the gate's; `made` is {handle: kind} of what is open. `outlives` says whether
    functions may be called once the app has ended.
    """

    outlives = True

    def __init__(self, table):
        """Begin without a guest. `table` is what host_table.py writes."""
        self.table = table
        self.codes = table["errors"]
        self.parents = table["parents"]
        self.rows = table["functions"]
        self.entries = []
        self.has_budget = False
        self.closed = False
        self.made = {}
        self.done = set()  # of functions that have succeeded
        self.gate = self.exports = self.memory = None
        self.texts = []

    def begin(self, exports, texts):
        """Take a guest, and fill its memory."""
        self.exports = exports
        self.memory = exports.memory
        self.memory[0 : guest.MEMORY] = bytes(random.getrandbits(8) for _ in range(guest.MEMORY))
        self.texts = guest.place_texts(self.memory, texts)

    def is_granted(self, row):
        """Tell whether an entry of the grant has what a function needs."""
        kind = self.parents.get(row["on"], row["on"])
        return any(e[0] == kind and row["ops"] & ~e[2] == 0 for e in self.entries)

    def before(self):
        """Be told that a call begins."""

    def after(self, row, args, expected):
        """Be told that a call has ended, and fail if it did what it must not."""

    # ---- What a call deserves ----

    def entry_of(self, row, args):
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
        index, good = self.entry_of(row, args)
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
        handles = [handle for handle, kind in self.made.items() if kind == row["on"]]
        if not handles or random.randrange(4) == 0:
            handles = list(range(len(self.entries) + 2))
        args = guest.arguments(row, self.memory, self.texts, handles, addresses)
        self.call(row, args)

    def call(self, row, args):
        """Make a call, and check what it did; Finding where that is wrong."""
        try:
            self._call(row, args)
        except Exception as e:
            what = f"{name_of(row)}({', '.join([str(a) for a in args])})"
            raise Finding(f"{e!r} from {what} under {self.entries}")

    def _call(self, row, args):
        expected = self.problems(row, args)
        writable = self._writable(row, args) if not expected else []
        self.before()
        before = bytes(self.memory)
        done, result = self._run(row, args)
        self.check_memory(before, writable)
        if done:
            self.check_result(row, args, expected, result)
        self.after(row, args, expected)

    def _run(self, row, args):
        """Return (whether the call ended, its result); one that waits for long is abandoned."""
        call = self.exports[name_of(row)].begin(*args)
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

    def check_memory(self, before, writable):
        """Fail when bytes outside of what a call may write have changed."""
        after = bytearray(self.memory)
        for start, end in writable:
            after[start:end] = before[start:end]
        if after != before:
            at = next(i for i in range(len(before)) if before[i] != after[i])
            raise Finding(f"byte {at} changed, outside of {writable}")
        if len(after) != guest.MEMORY:
            raise Finding("the memory's size changed")

    def check_result(self, row, args, expected, result):
        """Fail when a call did not return what it must; note what it made."""
        if expected:
            codes = [self.codes[name] for name in expected]
            entry, _ = self.entry_of(row, args)
            if self.has_budget or (entry is not None and self.entries[entry][4]):
                codes.append(self.codes["rate"])
            if result not in codes:
                raise Finding(f"{result}, where {expected} is expected")
            return
        if result < 0 and result not in self.codes.values():
            raise Finding(f"{result} is no error code")
        if result >= 0:
            self.done.add(name_of(row))
        if result > 0 and row["makes"]:
            self.made[result] = row["makes"]
        if row["name"] in ("cancel", "close", "unsubscribe") and result == 0:
            self.made.pop(args[0], None)

    def close(self):
        """End all handles."""
        self.gate.close()
        self.closed = True


def _is_text(data):
    try:
        return 0 not in data and data.decode() is not None
    except UnicodeError:
        return False
