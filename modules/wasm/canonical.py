# SPDX-License-Identifier: MIT
r"""Canonical JSON, which manifests and policies are stored as. Pure.

A subset with one text for each value: no spaces, keys in the order of their code points, integers
only, no null, and in strings nothing escaped but `"` and `\`. So there is nothing in it to be
read in two ways, and what the parser accepts is bounded: nesting, values, strings, digits.
"""

from .errors import PackageError

MAX_DEPTH = 6  # of tables and lists, the outermost included
MAX_STRING_BYTES = 255
MAX_DIGITS = 10


class _Parser:
    def __init__(self, data, at, end, values):
        self.data = data
        self.at = at
        self.end = end
        self.values = values

    def fail(self, text, at=None):
        at = self.at if at is None else at
        raise PackageError(f"{text} at byte {at}", at)

    def next(self) -> int:
        """Return the next byte, -1 at the end."""
        at = self.at
        if at >= self.end:
            return -1
        self.at = at + 1
        return self.data[at]

    def expect(self, byte: int):
        at = self.at
        if self.next() != byte:
            self.fail(f"'{chr(byte)}' is missing", at)

    def value(self, depth: int):
        at = self.at
        self.values -= 1
        if self.values < 0:
            self.fail("too many values", at)
        byte = self.next()
        if byte == 34:
            return self.string()
        if byte == 123 or byte == 91:
            if depth == 0:
                self.fail("nested too deeply", at)
            return self.table(depth - 1) if byte == 123 else self.list(depth - 1)
        if byte == 45 or 48 <= byte <= 57:
            return self.number(at)
        for word in (b"true", b"false"):
            if bytes(self.data[at : min(at + len(word), self.end)]) == word:
                self.at = at + len(word)
                return word == b"true"
        self.fail("no value", at)

    def number(self, at: int) -> int:
        while self.at < self.end and 48 <= self.data[self.at] <= 57:
            self.at += 1
        if self.at - at > MAX_DIGITS:
            self.fail("too large a number", at)
        text = str(bytes(self.data[at : self.at]), "utf-8")
        if text == "-" or str(int(text)) != text:
            self.fail("no canonical number", at)
        return int(text)

    def string(self) -> str:
        start = self.at
        found = bytearray()
        while True:
            at = self.at
            byte = self.next()
            if byte == 34:
                return self.text(found, start)
            if byte == 92:
                byte = self.next()
                if byte != 34 and byte != 92:
                    self.fail("wrong escape", at)
            elif byte < 32 or byte == 127:
                self.fail("control character" if byte >= 0 else "string without end", at)
            if len(found) == MAX_STRING_BYTES:
                self.fail("too long a string", start)
            found.append(byte)

    def text(self, found, start: int) -> str:
        """Decode UTF-8 as strictly everywhere: MicroPython takes more for it than there is."""
        try:
            text = str(found, "utf-8")
            size = 0
            for character in text:
                code = ord(character)
                if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
                    break
                size += 1 + (code > 0x7F) + (code > 0x7FF) + (code > 0xFFFF)
            if size == len(found):
                return text
        except UnicodeError:
            pass
        self.fail("no UTF-8", start)

    def table(self, depth: int) -> dict:
        result = {}
        last = None
        while True:
            at = self.at
            byte = self.next()
            if byte == 125 and last is None:
                return result
            if byte != 34:
                self.fail("'\"' is missing", at)
            key = self.string()
            if last is not None and key <= last:
                self.fail("key that is not in order", at)
            last = key
            self.expect(58)
            result[key] = self.value(depth)
            if self.ends(125):
                return result

    def list(self, depth: int) -> list:
        result = []
        if self.at < self.end and self.data[self.at] == 93:
            self.at += 1
            return result
        while True:
            result.append(self.value(depth))
            if self.ends(93):
                return result

    def ends(self, byte: int) -> bool:
        """Return whether `byte` follows; else a comma must."""
        at = self.at
        found = self.next()
        if found != byte and found != 44:
            self.fail(f"',' or '{chr(byte)}' is missing", at)
        return found == byte


def parse(data, at=0, end=None, max_values=512):
    """Return what the bytes from `at` to `end` say: dicts, lists, strings, integers, booleans.

    Raises PackageError, with the offset in `data`, for everything that is not canonical.
    """
    parser = _Parser(data, at, len(data) if end is None else end, max_values)
    value = parser.value(MAX_DEPTH)
    if parser.at != parser.end:
        parser.fail("more than one value")
    return value
