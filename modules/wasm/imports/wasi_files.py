# SPDX-License-Identifier: MIT
"""The part of `wasi_snapshot_preview1` that has to do with paths, for apps with a grant of `fs`.

Each granted prefix is a directory that is open from the start. Paths are those of `wasmlet:fs`:
whatever leads out of the prefix, by name or by link, does not exist or is denied.
"""

import os
import struct

from micropython import const

from .fs import ENTRY_BYTES, MAX_DEPTH, files_of
from .wasi import Error, Wasi, number, put_stat, put_u32, span

_EXIST, _ISDIR, _INVAL, _ILSEQ, _NOENT = const(20), const(31), const(28), const(25), const(44)
_NOTDIR, _MFILE, _NAMETOOLONG, _XDEV, _BUSY = const(54), const(33), const(37), const(75), const(10)

_DENIED, _FULL = const(-1), const(-12)
_WRITE = const(2)  # grant: fs mode
_READ_ONLY, _EMPTY, _APPEND, _UPDATE = const(0), const(1), const(2), const(3)  # flags of fs.open
_CREATE, _DIRECTORY, _EXCLUSIVE, _TRUNCATE = const(1), const(2), const(4), const(8)
_APPENDS = const(1)  # flag of an open file
_RIGHT_READ, _RIGHT_WRITE, _ALL_RIGHTS = const(2), const(64), const((1 << 29) - 1)
_FOLDER, _FILE = const(3), const(4)  # types of files
_MODE_KIND, _MODE_FOLDER, _MODE_FILE = const(0xF000), const(0x4000), const(0x8000)
_MAX_FILES = const(16)
_MAX_PATH = const(255)
_ENOENT = const(2)
_RECORD = "<QQIBxxx"
_RECORD_BYTES = const(24)


class _Folder:
    """An open directory; `prefix` is the name of one that is open from the start."""

    kind, flags, rights = _FOLDER, 0, _ALL_RIGHTS

    def __init__(self, path: str, area, prefix=None):
        self.path = path
        self.area = area
        self.prefix = prefix

    def close(self):
        pass


class WithFiles(Wasi):
    """All functions."""

    def __init__(self, app):
        super().__init__(app)
        self._files = files_of(app)
        for area in self._files.areas:
            self.open_files.append(_Folder(area.path, area, area.path or "/"))

    # ---- Names ----

    def _folder(self, fd: int):
        folder = self.file(fd)
        if folder.kind != _FOLDER:
            raise Error(_NOTDIR)
        return folder

    def _path(self, memory, fd: int, address: int, size: int) -> tuple:
        """Return the absolute path that a name in an open directory means, and the directory."""
        folder = self._folder(fd)
        if not 0 <= size <= _MAX_PATH:
            raise Error(_NAMETOOLONG)
        data = bytes(span(memory, address, size))
        if b"\0" in data:
            raise Error(_INVAL)
        try:
            name = str(data, "utf-8")
        except UnicodeError:
            raise Error(_ILSEQ)
        parts = name.split("/")
        if name == "":
            raise Error(_NOENT)
        if ".." in parts or parts[0] == "":
            self._deny()
        parts = [part for part in parts if part not in ("", ".")]
        return "/".join([folder.path] + parts), folder

    def _deny(self):
        number(self.app.gate.fail(_DENIED))

    def _area(self, path: str, mode: int):
        """Return the granted area of a path, with nothing on the way that is a link."""
        area = self._files.area(path, mode)
        if area is None:
            self._deny()
        area.check(path)
        return area

    def _checked(self, code):
        """Return what fs.py gave; raise and count its errors."""
        if isinstance(code, int) and code < 0:
            self.app.gate.fail(code)
            number(code)
        return code

    def _stat(self, path: str, folder) -> tuple:
        """Return (type, bytes) of what is there, or (0, 0) for nothing."""
        if path == folder.path:
            return _FOLDER, 0
        self._area(path, 0)
        try:
            stat = os.stat(path)
        except OSError as e:
            if e.errno != _ENOENT:
                raise
            return 0, 0
        kind = stat[0] & _MODE_KIND
        if kind == _MODE_FOLDER:
            return _FOLDER, 0
        return (_FILE if kind == _MODE_FILE else 0), stat[6]

    # ---- Opening ----

    def path_open(
        self, memory, fd, _links, address, size, how, rights, _inherited, flags, to
    ):  # fmt: skip
        path, folder = self._path(memory, fd, address, size)
        span(memory, to, 4)
        files = self.open_files
        if None not in files and len(files) >= _MAX_FILES + len(self._files.areas):
            raise Error(_MFILE)
        kind, _ = self._stat(path, folder)
        if kind == _FOLDER:
            opened = self._open_folder(path, folder, how, rights)
        elif how & _DIRECTORY:
            raise Error(_NOTDIR if kind else _NOENT)
        else:
            opened = self._open_file(path, kind, how, rights, flags)
        if None in files:
            at = files.index(None)
            files[at] = opened
        else:
            at = len(files)
            files.append(opened)
        put_u32(memory, to, at)

    def _open_folder(self, path: str, folder, how: int, rights: int):
        if how & _EXCLUSIVE:
            raise Error(_EXIST)
        if how & (_CREATE | _TRUNCATE) or (rights & _RIGHT_WRITE and not how & _DIRECTORY):
            raise Error(_ISDIR)
        return _Folder(path, folder.area if path == folder.path else self._area(path, 0))

    def _open_file(self, path: str, kind: int, how: int, rights: int, flags: int):
        if kind and how & _EXCLUSIVE:
            raise Error(_EXIST)
        if not kind and not how & _CREATE:
            raise Error(_NOENT)
        reads, writes = rights & _RIGHT_READ, rights & _RIGHT_WRITE
        if writes and flags & _APPENDS:
            mode = _APPEND
        elif writes and not reads and (how & _TRUNCATE or not kind):
            mode = _EMPTY
        else:
            mode = _UPDATE if writes or not kind else _READ_ONLY
        if kind and how & _TRUNCATE and mode != _EMPTY:
            self._checked(self._files.open(path, _EMPTY)).close()
        file = self._checked(self._files.open(path, mode))
        file.kind = _FILE
        file.flags = flags & _APPENDS
        file.rights = _ALL_RIGHTS
        return file

    # ---- What is there ----

    def path_filestat_get(self, memory, fd, _links, address, size, to):
        path, folder = self._path(memory, fd, address, size)
        data = span(memory, to, 64)
        kind, count = self._stat(path, folder)
        if not kind:
            raise Error(_NOENT)
        put_stat(data, kind, count)

    def fd_readdir(self, memory, fd, to, size, cookie, used):
        """Write as many records of entries as there is room for, from entry `cookie` on."""
        folder = self._folder(fd)
        span(memory, to, size)
        span(memory, used, 4)
        if cookie < 0:
            raise Error(_INVAL)
        if folder.path != folder.area.path:
            folder.area.check(folder.path)
        at = 0
        for i, entry in enumerate(os.ilistdir(folder.path or "/")):
            if i < cookie or entry[1] not in (_MODE_FOLDER, _MODE_FILE):
                continue
            name = entry[0].encode()
            kind = _FOLDER if entry[1] == _MODE_FOLDER else _FILE
            record = struct.pack(_RECORD, i + 1, 0, len(name), kind) + name
            record = record[: size - at]
            span(memory, to + at, len(record))[:] = record
            at += len(record)
            if at == size:
                break
        put_u32(memory, used, at)

    # ---- Changes ----

    def path_unlink_file(self, memory, fd, address, size):
        path, folder = self._path(memory, fd, address, size)
        if self._stat(path, folder)[0] == _FOLDER:
            raise Error(_ISDIR)
        self._checked(self._files.remove(path))

    def path_create_directory(self, memory, fd, address, size):
        path, folder = self._path(memory, fd, address, size)
        if self._stat(path, folder)[0]:
            raise Error(_EXIST)
        area = self._area(path, _WRITE)
        if path[len(area.path) :].count("/") > MAX_DEPTH:
            raise Error(_NAMETOOLONG)
        area.measure()
        if not area.take(ENTRY_BYTES):
            self._checked(_FULL)
        os.mkdir(path)

    def path_remove_directory(self, memory, fd, address, size):
        path, folder = self._path(memory, fd, address, size)
        if self._stat(path, folder)[0] != _FOLDER:
            raise Error(_NOTDIR)
        area = self._area(path, _WRITE)
        os.rmdir(path)
        area.take(-ENTRY_BYTES)

    def path_rename(self, memory, fd, address, size, to_fd, to_address, to_size):
        """Rename a file within its area; replaces another file."""
        path, folder = self._path(memory, fd, address, size)
        to, to_folder = self._path(memory, to_fd, to_address, to_size)
        kinds = self._stat(path, folder)[0], self._stat(to, to_folder)[0]
        if _FOLDER in kinds:
            raise Error(_ISDIR)
        if not kinds[0]:
            raise Error(_NOENT)
        area = self._area(path, _WRITE)
        if self._area(to, _WRITE) is not area:
            raise Error(_XDEV)
        if area.has_open(path) or area.has_open(to):
            raise Error(_BUSY)
        if kinds[1] and path != to:
            self._checked(self._files.remove(to))
        os.rename(path, to)
