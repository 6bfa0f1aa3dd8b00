# SPDX-License-Identifier: MIT
"""Each way to go beyond a grant, for every function that has it; from host_api.toml's table."""

import json
import sys
import time

import _wasm
import wasm
from support import FOLDER, covers, raises, same

sys.path.append(__file__.rsplit("/", 1)[0] + "/../../fuzz/imports")

import guest

with open(FOLDER + "/host_api.json") as file:
    TABLE = json.load(file)
ROWS = TABLE["functions"]
CODES = TABLE["errors"]
ALL = 255
ADDRESS = 0x76
OTHER_ADDRESS = 0x77
ADDRESSES = bytes([0] * 14 + [1 << 6, 0])
TEXT, IN, OUT, RECORDS = 64, 100, 200, 300
SIZE = 16  # an event, at least
LABELLED = ("gpio", "i2c", "spi", "uart", "adc", "pwm")
FREE = ("blob", "sys")


def name_of(row):
    return row["module"] + "." + row["name"]


def grant_of(kind):
    return TABLE["parents"].get(kind, kind)


def rows_with(*letters, **facts):
    """Yield the functions that have parameters of these kinds, one at least."""
    for row in ROWS:
        if any(letter in row["params"] for letter in letters):
            yield row


class Rig:
    """A function behind a gate: its kind granted as said, then once more without limits."""

    def __init__(self, row, ops=ALL, most=0, rate=0):
        self.row = row
        self.seen = []
        kind = grant_of(row["on"])
        most = most or (1 if kind == "timer" else 0)  # timers at a time
        entries = [(kind, "a", ops, most, rate, ADDRESSES, False)]
        if kind in LABELLED:
            entries.append((kind, "b", ALL, 0, 0, ADDRESSES, False))
        self.gate = _wasm.Gate(entries, 4)
        self.instance = wasm.Instance(wasm.Module(guest.module(self._rows())), self._imports())
        self.exports = self.instance.exports
        self.memory = self.exports.memory
        self.memory[TEXT : TEXT + 1] = b"a"
        self.records((0, IN, SIZE))
        self.handle = self._handle(ops)

    def _rows(self):
        """Return the function, and what opens its kind."""
        opens = self.row["on"]
        return [r for r in ROWS if r == self.row or (r["makes"] == r["on"] == opens)]

    def _imports(self):
        imports = {}
        for row in self._rows():
            space = imports.setdefault("wasmlet:" + row["module"], {})
            space[row["name"]] = self.gate.bind(name_of(row), self._driver)
        return imports

    def _driver(self, device, *args):
        self.seen.append([len(a) if isinstance(a, memoryview) else a for a in args])
        return 0

    def _handle(self, ops):
        kind = self.row["on"]
        if kind in TABLE["parents"]:
            return self.gate.add(kind, "made", ops)
        if kind in LABELLED and self.row["makes"] is None:
            handle = self.exports[kind + ".open"](TEXT, 1)
            self.seen.clear()
            return handle
        return 1

    def records(self, *records):
        """Write records of a transaction."""
        words = [word for record in records for word in record]
        data = b"".join([word.to_bytes(4, "little") for word in words])
        self.memory[RECORDS : RECORDS + len(data)] = data

    def args(self, **changed):
        """Return good arguments; `changed` replaces those of a letter."""
        good = {"h": (self.handle,), "a": (ADDRESS,), "u": (1,), "i": (0,), "l": (1,)}
        good.update({"s": (TEXT, 1), "r": (IN, SIZE), "w": (OUT, SIZE), "v": (RECORDS, 1)})
        good.update(changed)
        return [value for letter in self.row["params"] for value in good[letter]]

    def call(self, **changed):
        """Call the function; return its result, or None when it began to wait."""
        call = self.exports[name_of(self.row)].begin(*self.args(**changed))
        return call.result if call.step(1000) is None else None

    def refuses(self, error, **changed):
        """Fail unless the call gives this error, is counted, and reaches no driver."""
        before = self.gate.denied.get(error, 0)
        result = self.call(**changed)
        assert result == CODES[error], (name_of(self.row), changed, result, error)
        assert not self.seen, (name_of(self.row), changed, self.seen)
        same(self.gate.denied[error], before + 1)

    def accepts(self, **changed):
        """Fail unless the call is let through."""
        result = self.call(**changed)
        assert self.seen or result is None or result >= 0, (name_of(self.row), changed, result)
        self.seen.clear()


def test_good_arguments_are_let_through():
    """Otherwise the tests below would show nothing."""
    for row in ROWS:
        Rig(row).accepts()


@covers("*", "label")
def test_label():
    for row in ROWS:
        if row["makes"] == row["on"]:
            rig = Rig(row)
            rig.memory[TEXT : TEXT + 2] = b"cb"
            rig.refuses("denied", s=(TEXT, 1))
            rig.refuses("denied", s=(TEXT, 2))
            rig.memory[TEXT : TEXT + 1] = b"a"
            rig.accepts(s=(TEXT, 1))


@covers("*", "handle")
def test_handle():
    for row in rows_with("h"):
        rig = Rig(row)
        other = rig.gate.add("alarm" if row["on"] != "alarm" else "file", "other", ALL)
        for handle in (0, -1, 99, 1 << 30, -0x80000000, other):
            rig.refuses("bad_handle", h=(handle,))
        unopened = 2 if row["on"] in LABELLED else 5
        rig.refuses("bad_handle", h=(unopened,))
        rig.gate.remove(rig.handle)
        rig.refuses("bad_handle")
    for row in rows_with("h"):
        rig = Rig(row)
        rig.gate.close()
        rig.refuses("bad_handle")


@covers("*", "op")
def test_op():
    """Without a handle, an operation that is missing cannot be imported at all."""
    for row in ROWS:
        lacking = ALL & ~row["ops"]
        if row["ops"] == 0:
            continue
        if "h" in row["params"]:
            if row["on"] not in LABELLED:
                rig = Rig(row)
                handle = rig.gate.add(row["on"], "made", lacking)
                rig.refuses("denied", h=(handle,))
                continue
            Rig(row, ops=lacking).refuses("denied")
            Rig(row, ops=row["ops"]).accepts()
        else:
            raises(KeyError, Rig, row, ops=lacking)
            Rig(row, ops=row["ops"]).accepts()


@covers("*", "address")
def test_address():
    for row in rows_with("a"):
        rig = Rig(row)
        for address in (OTHER_ADDRESS, 0, 127, 128, 0x76 + 128, 0x76 + 1024, -1, -0x80000000):
            rig.refuses("denied", a=(address,))


@covers("*", "string")
def test_string():
    for row in rows_with("s"):
        rig = Rig(row)
        rig.refuses("invalid", s=(TEXT, 0))
        rig.refuses("too_long", s=(TEXT, 256))
        rig.refuses("too_long", s=(TEXT, -1))
        rig.refuses("bad_pointer", s=(guest.MEMORY, 1))
        rig.refuses("bad_pointer", s=(-1, 2))
        for bad in (b"a\0b", b"\0", b"\xff", b"\xc3", b"a\xed\xa0\x80"[:3]):
            rig.memory[TEXT : TEXT + len(bad)] = bad
            rig.refuses("invalid", s=(TEXT, len(bad)))


def refuses_ranges(letter, unit=1):
    """Check what is not all in memory, for each function with such a parameter."""
    end = guest.MEMORY
    bad = ((end, 1), (end + 1, 0), (end - 1, 2), (0, end + 1), (-1, 1), (-1, 2), (-1, -1))
    bad += ((0, -1), (16, -16), (0x7FFFFFFF, 0x7FFFFFFF), (-0x80000000, -0x80000000))
    for row in rows_with(letter):
        rig = Rig(row)
        for place in bad:
            rig.refuses("bad_pointer", **{letter: place})
        if row["name"] != "poll":
            rig.accepts(**{letter: (end, 0)})
        rig.accepts(**{letter: (end - 16, 16)})


@covers("*", "in")
def test_in():
    refuses_ranges("r")


@covers("*", "out")
def test_out():
    refuses_ranges("w")


@covers("*", "segments")
def test_segments():
    end = guest.MEMORY
    for row in rows_with("v"):
        rig = Rig(row)
        for place in ((end - 11, 1), (end, 1), (-1, 1), (-12, 2), (-0x80000000, 8)):
            rig.refuses("bad_pointer", v=place)
        rig.refuses("invalid", v=(RECORDS, 0))
        for count in (9, -1, 0x15555556):
            rig.refuses("too_long", v=(RECORDS, count))
        for flags, start, size in ((0, end, 1), (1, end - 1, 2), (1, -1 & 0xFFFFFFFF, 2)):
            rig.records((0, IN, SIZE), (flags, start, size))
            rig.refuses("bad_pointer", v=(RECORDS, 2))
        for flags in (2, 3, 0xFFFFFFFF):
            rig.records((0, IN, SIZE), (flags, IN, SIZE))
            rig.refuses("invalid", v=(RECORDS, 2))


@covers("*", "length")
def test_length():
    most = 16
    for row in rows_with("r", "w", "v"):
        if row["on"] in TABLE["parents"]:
            continue
        rig = Rig(row, most=most)
        for letter in "rw":
            if letter in row["params"]:
                rig.refuses("too_long", **{letter: (IN, most + 1)})
                rig.refuses("too_long", **{letter: (IN, -1)})
                rig.accepts(**{letter: (IN, most)})
        if "v" in row["params"]:
            rig.records((0, IN, most), (1, OUT, 1))
            rig.refuses("too_long", v=(RECORDS, 2))
            rig.records((0, IN, most - 1), (1, OUT, 1))
            rig.accepts(v=(RECORDS, 2))


@covers("*", "rate")
def test_rate():
    """Two calls, or eight bytes, and then not before half a second has gone."""
    rigs = []
    for row in ROWS:
        if row["charge"]:
            by_bytes = row["charge"] == "bytes"
            rig = Rig(row, rate=2 * SIZE if by_bytes else 2)
            letter = "r" if "r" in row["params"] else "w"
            if by_bytes:
                rig.refuses("too_long", **{letter: (IN, 2 * SIZE + 1)})
            rig.accepts()
            rig.accepts()
            rig.refuses("rate")
            rigs.append(rig)
    time.sleep_ms(520)
    for rig in rigs:
        rig.accepts()
        rig.refuses("rate")


@covers("*", "link")
def test_link():
    """An import without a grant is refused, with the line that the manifest needs."""
    from bench import Bench
    from wasm.manifest import example

    for row in ROWS:
        kind = grant_of(row["on"])
        if kind in FREE:
            continue
        x = raises(wasm.CapabilityError, Bench, guest.module([row]), log={"level": "none"})
        assert f"wasmlet:{row['module']} {row['name']}" in str(x), x
        assert example(kind, row["name"]) in str(x), x
