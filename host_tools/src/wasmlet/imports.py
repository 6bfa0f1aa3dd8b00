# SPDX-License-Identifier: MIT
"""What a module imports, held against what its manifest asks for."""

from .pure import manifest, package
from .pure.errors import PackageError

_IMPORTS = 2
_ALWAYS = ("blob", "sys")  # modules of the host that need no line of the manifest
# How many numbers follow each kind of import: function, table, memory, global, tag.
_TYPES = {0: "n", 1: "bl", 2: "l", 3: "bb", 4: "bn"}


class _Cursor:
    def __init__(self, data, at, end):
        self.data, self.at, self.end = data, at, end

    def number(self):
        value, self.at = package.number(self.data, self.at, self.end)
        return value

    def byte(self):
        if self.at >= self.end:
            raise PackageError(f"section ends at byte {self.at}", self.at)
        self.at += 1
        return self.data[self.at - 1]

    def name(self):
        size = self.number()
        if size > self.end - self.at:
            raise PackageError(f"name longer than its section at byte {self.at}", self.at)
        self.at += size
        return bytes(self.data[self.at - size : self.at]).decode(errors="replace")

    def skip(self, kind):
        if kind not in _TYPES:
            raise PackageError(f"unknown kind of import at byte {self.at}", self.at)
        for what in _TYPES[kind]:
            if what == "b":
                self.byte()
            elif what == "n":
                self.number()
            else:
                flags = self.byte()
                self.number()
                if flags & 1:
                    self.number()
                if flags & 8:
                    self.number()


def imports(data):
    """Return [(module, name)] of a module's imports."""
    at = 8
    while at < len(data):
        size, body = package.number(data, at + 1, len(data))
        if data[at] == _IMPORTS:
            cursor = _Cursor(data, body, min(body + size, len(data)))
            found = []
            for _ in range(cursor.number()):
                found.append((cursor.name(), cursor.name()))
                cursor.skip(cursor.byte())
            return found
        at = body + size
    return []


def ungranted(data, asked):
    """Return [(module, name, line)] of imports that need a line in the manifest."""
    return [
        (module, name, manifest.example(module[8:], name))
        for module, name in imports(data)
        if module.startswith("wasmlet:") and module[8:] not in asked and module[8:] not in _ALWAYS
    ]
