# SPDX-License-Identifier: MIT
"""`wasmlet:fs`: files under the prefixes of a grant, each with its mode and quota.

A path is absolute and plain, so that no file system reads it in another way: no empty part, none
that ends with a dot or a space, printable ASCII without what FAT gives a meaning. Where files can
be links, none below the prefix is one. A file counts its bytes and what its entry takes.
"""

import os

from micropython import const

_DENIED = const(-1)
_INVALID = const(-4)
_NOT_FOUND = const(-7)
_BUSY = const(-8)
_FULL = const(-12)
_READ, _WRITE = const(1), const(2)  # grant: fs mode
_RIGHTS = (_READ, _WRITE, _WRITE, _READ | _WRITE)  # by the flags of open
_MODES = ("rb", "wb", "ab", "r+b")
_UPDATE = const(3)
ENTRY_BYTES = const(64)
_FOLDER, _FILE = const(0x4000), const(0x8000)  # in what os.stat and os.ilistdir give
_KIND = const(0xF000)
_ENOENT = const(2)
MAX_DEPTH = const(8)  # of folders below a prefix
_SPECIAL = '\\~:*?"<>|'  # separator, drive, short names


def _is_plain(path: str) -> bool:
    if path[0] != "/" or any(not " " <= c < "\x7f" or c in _SPECIAL for c in path):
        return False
    return not any(part == "" or part[-1] in ". " for part in path[1:].split("/"))


def _size(path: str, depth: int = 0) -> int:
    """Return what the files below a folder count."""
    total = 0
    for entry in os.ilistdir(path):
        name = path + "/" + entry[0]
        if entry[1] == _FILE:
            total += ENTRY_BYTES + (entry[3] if len(entry) > 3 else os.stat(name)[6])
        elif entry[1] == _FOLDER and depth < MAX_DEPTH and entry[0] not in (".", ".."):
            total += ENTRY_BYTES + _size(name, depth + 1)
    return total


class Area:
    """A prefix of a grant, with what is open in it."""

    def __init__(self, entry: dict, has_links: bool):
        self.path = entry["path"].rstrip("/")
        self.mode = entry["mode"]
        self._quota = entry["quota_bytes"]
        self._max_open = entry["max_open"]
        self._has_links = has_links
        self._used = 0
        self.files = []

    def covers(self, path: str) -> bool:
        """Return whether a path lies in it."""
        return path.startswith(self.path + "/")

    def check(self, path: str):
        """Raise OSError unless each part below the prefix is what it seems."""
        at = len(self.path)
        while self._has_links and at >= 0:
            end = path.find("/", at + 1)
            name = path[at + 1 : end if end >= 0 else len(path)]
            for entry in os.ilistdir(path[:at] or "/"):
                if entry[0] == name and entry[1] not in (_FILE, _FOLDER):
                    raise OSError(_ENOENT)
            at = end

    def has_open(self, path: str) -> bool:
        """Return whether a file is open; FAT takes no notice of case."""
        return any(file.path.lower() == path.lower() for file in self.files)

    def take(self, count: int) -> bool:
        """Count so many bytes more; return whether the quota has them."""
        if count > self._quota - self._used:
            return False
        self._used += count
        return True

    def measure(self):
        """Look what is there, unless files are open that change it."""
        if not any(file.mode & _WRITE for file in self.files):
            self._used = _size(self.path or "/")

    def open(self, path: str, flags: int):
        """Open a file and return it, or a negative error."""
        if len(self.files) >= self._max_open:
            return _FULL
        self.check(path)
        size = -1
        try:
            stat = os.stat(path)
            if stat[0] & _KIND != _FILE:
                return _DENIED
            size = stat[6]
        except OSError as e:
            if e.errno != _ENOENT or flags == 0:
                raise
        if flags:
            self.measure()
            if self.has_open(path):
                return _BUSY
            if size < 0 and not self.take(ENTRY_BYTES):
                return _FULL
            if flags == 1 and size > 0:
                self.take(-size)
                size = 0
        return File(self, path, flags, max(size, 0), size < 0)


class File:
    """An open file, which knows its place and its size."""

    def __init__(self, area: Area, path: str, flags: int, size: int, new: bool):
        mode = "w+b" if new and flags == _UPDATE else _MODES[flags]
        self._file = open(path, mode)  # noqa: SIM115
        self._area = area
        self._at = 0
        self._size = size
        self._appends = flags == 2
        self.path = path
        self.mode = _RIGHTS[flags]
        area.files.append(self)

    def read(self, data) -> int:
        """Read on; return the number of bytes."""
        if not self.mode & _READ:
            return _DENIED
        count = self._file.readinto(data)
        self._at += count
        return count

    def write(self, data) -> int:
        """Write on; return the number of bytes."""
        if not self.mode & _WRITE:
            return _DENIED
        if self._appends:
            self._at = self._size
        growth = max(0, self._at + len(data) - self._size)
        if not self._area.take(growth):
            return _FULL
        self._size += growth
        self._at += self._file.write(data)
        return len(data)

    def seek(self, offset: int, whence: int) -> int:
        """Go to an offset from the start, from here, or from the end; return the place."""
        if whence > 2:
            return _INVALID
        to = offset + (0, self._at, self._size)[whence]
        if not 0 <= to <= self._size:
            return _INVALID
        self._at = self._file.seek(to)
        return to

    def close(self):
        """Close it."""
        self._area.files.remove(self)
        self._file.close()


class Files:
    """The files that a grant allows."""

    def __init__(self, app):
        self._app = app
        has_links = app.hal.has_links()
        self.areas = [Area(entry, has_links) for entry in app.grant["fs"]]
        app.cleanup.append(self.close)

    def close(self):
        """Close all that is open."""
        self._app.files = None
        for area in self.areas:
            for file in area.files[:]:
                file.close()

    def area(self, path: str, mode: int):
        """Return the area that a path lies in, None unless it is plain and `mode` is granted."""
        if _is_plain(path):
            for area in self.areas:
                if area.covers(path):
                    return area if area.mode & mode == mode else None
        return None

    def open(self, path: str, flags: int):
        """Open a file and return it, or a negative error."""
        if flags > _UPDATE:
            return _INVALID
        area = self.area(path, _RIGHTS[flags])
        return area.open(path, flags) if area else _DENIED

    def size(self, path: str) -> int:
        """Return the size of a file."""
        area = self.area(path, 0)
        if not area:
            return _DENIED
        area.check(path)
        stat = os.stat(path)
        return stat[6] if stat[0] & _KIND == _FILE else _NOT_FOUND

    def remove(self, path: str) -> int:
        """Remove a file."""
        area = self.area(path, _WRITE)
        if not area:
            return _DENIED
        size = self.size(path)
        if size < 0:
            return size
        if area.has_open(path):
            return _BUSY
        os.remove(path)
        area.take(-size - ENTRY_BYTES)
        return 0


def files_of(app) -> Files:
    """Return the files of an app: one quota for all modules that offer them."""
    if app.files is None:
        app.files = Files(app)
    return app.files


def drivers(app) -> dict:
    """Make the module's functions for an app."""
    files = files_of(app)
    gate = app.gate

    def open_file(_, path: str, flags: int) -> int:
        file = files.open(path, flags)
        if isinstance(file, int):
            return file
        handle = gate.add("file", file)
        if handle < 0:
            file.close()
        return handle

    def close(file):
        file.close()
        gate.remove(gate.handle)

    return {
        "open": open_file,
        "read": File.read,
        "write": File.write,
        "seek": File.seek,
        "close": close,
        "size": lambda _, path: files.size(path),
        "remove": lambda _, path: files.remove(path),
    }
