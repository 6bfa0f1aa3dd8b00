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
    """Reads one value; tables within tables take no stack, of which boards have little."""

    def __init__(self, data, at, end, values):
        self.base = at  # in what the caller has; here offsets are from 0
        self.data = bytes(data[at:end])
        self.at = 0
        self.values = values

    def fail(self, text, at=None):
        at = self.base + (self.at if at is None else at)
        raise PackageError(f"{text} at byte {at}", at)

    def next(self) -> int:
        """Return the next byte, -1 at the end."""
        at = self.at
        if at == len(self.data):
            return -1
        self.at = at + 1
        return self.data[at]

    def value(self):
        """Return the value that begins here, of any kind."""
        holders = []  # the tables and lists that are open
        keys = []  # of each the last key, None in a list
        while True:
            value = self.scalar()
            if value is None:
                if len(holders) == MAX_DEPTH:
                    self.fail("nested too deeply", self.at - 1)
                is_table = self.data[self.at - 1] == 123
                value = {} if is_table else []
                if self.data[self.at : self.at + 1] != (b"}" if is_table else b"]"):
                    holders.append(value)
                    keys.append(self.key(None) if is_table else None)
                    continue
                self.at += 1
            while holders:
                key = keys[-1]
                if key is None:
                    holders[-1].append(value)
                else:
                    holders[-1][key] = value
                if not self.ends(93 if key is None else 125):
                    if key is not None:
                        keys[-1] = self.key(key)
                    break
                value = holders.pop()
                keys.pop()
            else:
                return value

    def scalar(self):
        """Return a string, an integer or a boolean; None where a table or a list begins."""
        at = self.at
        self.values -= 1
        if self.values < 0:
            self.fail("too many values", at)
        byte = self.next()
        if byte == 34:
            return self.string()
        if byte == 123 or byte == 91:
            return None
        if byte == 45 or 48 <= byte <= 57:
            return self.number(at)
        for word in (b"true", b"false"):
            if self.data[at : at + len(word)] == word:
                self.at = at + len(word)
                return word == b"true"
        self.fail("no value", at)

    def key(self, last) -> str:
        """Return the key that is next, the one before it being `last`."""
        at = self.at
        if self.next() != 34:
            self.fail("'\"' is missing", at)
        key = self.string()
        if last is not None and key <= last:
            self.fail("key that is not in order", at)
        at = self.at
        if self.next() != 58:
            self.fail("':' is missing", at)
        return key

    def number(self, at: int) -> int:
        data = self.data
        while self.at < len(data) and 48 <= data[self.at] <= 57:
            self.at += 1
        if self.at - at > MAX_DIGITS:
            self.fail("too large a number", at)
        text = str(data[at : self.at], "utf-8")
        if text == "-" or str(int(text)) != text:
            self.fail("no canonical number", at)
        return int(text)

    def string(self) -> str:
        start = self.at
        end = self.data.find(b'"', start)
        found = self.data[start:end] if end >= 0 else b"\\"
        plain = len(found) <= MAX_STRING_BYTES and b"\\" not in found
        if plain and min(found, default=32) >= 32 and max(found, default=32) < 127:
            self.at = end + 1
            return str(found, "utf-8")
        return self.text(self.unescaped(start), start)

    def unescaped(self, start: int):
        """Return the bytes of a string with escapes, or of one with something wrong."""
        found = bytearray()
        while True:
            at = self.at
            byte = self.next()
            if byte == 34:
                return found
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
    value = parser.value()
    if parser.at != len(parser.data):
        parser.fail("more than one value")
    return value
