# SPDX-License-Identifier: MIT
"""`wasmlet:kv`: values by key that outlive a reset, in one file per app.

The file: `WLKV`, u32 day of the last write (since 1970), u32 writes on that day; for each pair u8
bytes of the key, u16 bytes of the value, key, value; u32 CRC-32 of it all. All little-endian. A
new file is written whole beside the old one and takes its place by renaming, so a reset leaves the
one or the other; a file that is damaged counts as none.
"""

import os
import struct
from binascii import crc32

from micropython import const

from . import copy

_TOO_LONG = const(-6)
_NOT_FOUND = const(-7)
_FULL = const(-12)
_MAX_VALUE = const(65535)
_HEAD = "<4sII"
_HEAD_BYTES = const(12)
_PAIR = "<BH"
_PAIR_BYTES = const(3)
_MAGIC = b"WLKV"
_DAY_MS = const(86400000)


def _file_name(app_id: str) -> str:
    """Return a name that is no other app's where case does not count, as on FAT."""
    return "".join("+" + c.lower() if c.isupper() else c for c in app_id) + ".kv"


class Store:
    """An app's values; `day` returns the number of today."""

    def __init__(self, path: str, max_bytes: int, writes_per_day: int, day):
        self._path = path
        self._max_bytes = max_bytes
        self._writes_per_day = writes_per_day
        self._day = day
        self._values = {}
        self._written, self._writes = day(), 0
        self.damaged = False
        for name in (path, path + ".new"):  # only the second when a reset came between
            try:
                self._load(name)
                return
            except (OSError, ValueError) as e:
                self.damaged |= isinstance(e, ValueError)

    def _load(self, path: str):
        """Read a file; ValueError when it is damaged."""
        with open(path, "rb") as file:
            data = file.read()
        size = len(data) - 4
        if size < _HEAD_BYTES or struct.unpack_from("<I", data, size)[0] != crc32(data[:size]):
            raise ValueError
        magic, written, writes = struct.unpack_from(_HEAD, data)
        if magic != _MAGIC:
            raise ValueError
        values = {}
        at = _HEAD_BYTES
        while at < size:
            n_key, n_value = struct.unpack_from(_PAIR, data, at)
            at += _PAIR_BYTES
            key = data[at : at + n_key].decode()
            at += n_key
            values[key] = data[at : at + n_value]
            at += n_value
        self._values, self._written, self._writes = values, written, writes

    def _save(self, values: dict) -> int:
        """Make `values` the store's, on the storage first; return 0 or an error."""
        today = self._day()
        # A clock that was set back makes no new day, or each reset would be one.
        writes = 0 if today > self._written else self._writes
        if writes >= self._writes_per_day:
            return _FULL
        head = struct.pack(_HEAD, _MAGIC, today, writes + 1)
        new = self._path + ".new"
        with open(new, "wb") as file:
            check = crc32(head)
            file.write(head)
            for key, value in values.items():
                key = key.encode()
                for part in (struct.pack(_PAIR, len(key), len(value)), key, value):
                    check = crc32(part, check)
                    file.write(part)
            file.write(struct.pack("<I", check))
        os.rename(new, self._path)
        self._values, self._written, self._writes = values, today, writes + 1
        return 0

    def get(self, key: str, value) -> int:
        """Copy a value; return its whole size."""
        return copy(self._values[key], value) if key in self._values else _NOT_FOUND

    def set(self, key: str, value) -> int:
        """Store a value."""
        if len(value) > _MAX_VALUE:
            return _TOO_LONG
        if self._values.get(key) == value:
            return 0
        values = self._values.copy()
        values[key] = bytes(value)
        if sum(len(k.encode()) + len(v) for k, v in values.items()) > self._max_bytes:
            return _FULL
        return self._save(values)

    def delete(self, key: str) -> int:
        """Forget a value."""
        if key not in self._values:
            return _NOT_FOUND
        values = self._values.copy()
        del values[key]
        return self._save(values)


def drivers(app) -> dict:
    """Make the module's functions for an app; its file is read when it is first needed."""
    grant = app.grant["kv"]
    hal = app.hal
    opened = []

    def day() -> int:
        return hal.wall_ms() // _DAY_MS

    def store():
        if not opened:
            path = hal.storage() + "/" + _file_name(app.id)
            it = Store(path, grant["bytes"], grant["writes_per_day"], day)
            if it.damaged:
                app.log(1, "kv: " + path + " was damaged")
            opened.append(it)
        return opened[0]

    return {
        "get": lambda _, key, value: store().get(key, value),
        "set": lambda _, key, value: store().set(key, value),
        "delete": lambda _, key: store().delete(key),
    }
