# SPDX-License-Identifier: MIT
"""`wasi_snapshot_preview1`: what programs for WASI import, under the same grants.

Standard output and error go to the app's log by lines and wait while its rate is used up; standard
input is empty. Clocks and waiting need a grant of `time`, random bytes `random`, files `fs`
(wasi_files.py). What is not here is there to link, and returns ENOSYS.
"""

import struct

from _wasm import Wait, with_memory
from micropython import const

from ..errors import CapabilityError, LinkError
from . import handle
from .log import text

_BADF, _FAULT, _INVAL, _IO, _NOSYS = const(8), const(21), const(28), const(29), const(52)
_SPIPE, _NOTSUP, _AGAIN = const(70), const(58), const(6)
# WASI's errors by ours (-code), and by the errno of an OSError.
_CODES = (0, 76, 8, 21, 28, 6, 28, 44, 10, 43, 29, 73, 51, 58)
_ERRNOS = {
    1: 63, 2: 44, 13: 2, 16: 10, 17: 20, 20: 54, 21: 31, 22: 28, 24: 33, 28: 51, 30: 69, 36: 37,
    39: 55,
}  # fmt: skip

_RATE = const(-5)
_MAX_VECTORS = const(16)
_MAX_POLLED = const(8)
_MAX_LINE = const(256)  # bytes; what is longer becomes several lines of log
_MAX_TEXT = const(512)  # bytes that are taken at once
_MAX_MS = const(1 << 29)
_ERROR, _INFO = const(1), const(3)  # levels of log
_MONOTONIC, _WALL = const(1), const(2)  # operations of time
_RIGHT_READ, _RIGHT_SEEK, _RIGHT_WRITE = const(2), const(4), const(64)
_DEVICE = const(2)  # type of file: a character device

# Parameters: i i32, I i64. All return an i32, but proc_exit.
_SIGNATURES = (
    " args_get ii args_sizes_get ii environ_get ii environ_sizes_get ii clock_res_get ii "
    "clock_time_get iIi random_get ii sched_yield - proc_exit i poll_oneoff iiii fd_read iiii "
    "fd_write iiii fd_seek iIii fd_tell ii fd_close i fd_fdstat_get ii fd_fdstat_set_flags ii "
    "fd_filestat_get ii fd_prestat_get ii fd_prestat_dir_name iii fd_pread iiiIi fd_pwrite iiiIi "
    "fd_readdir iiiIi path_open iiiiiIIii path_filestat_get iiiii path_unlink_file iii "
    "path_create_directory iii path_remove_directory iii path_rename iiiiii "
)
_FAMILIES = ("fd", "path", "proc", "sock")
_NEEDS = {
    "clock_time_get": ("time",),
    "clock_res_get": ("time",),
    "poll_oneoff": ("time",),
    "random_get": ("random",),
    "fd_write": ("log", "fs"),
}


class Error(Exception):
    """Return an error of WASI."""


def number(code: int) -> int:
    """Return a result that is not negative; raise one of the host's errors as WASI's."""
    if code < 0:
        raise Error(_CODES[-code])
    return code


class _Input:
    """Standard input, which is at its end."""

    kind, flags, rights = _DEVICE, 0, _RIGHT_READ

    def read(self, data) -> int:
        return 0

    def close(self):
        pass


class _Lines:
    """Standard output or error: collects a line, then logs it."""

    kind, flags, rights = _DEVICE, 0, _RIGHT_WRITE

    def __init__(self, app, level: int):
        self._app = app
        self._level = level
        self._line = bytearray()

    def write(self, data) -> int:
        data = bytes(data)
        start = 0
        while start < len(data):
            end = data.find(b"\n", start)
            self._line.extend(data[start : end if end >= 0 else len(data)])
            if end >= 0 or len(self._line) >= _MAX_LINE:
                self._end_line()
            start = end + 1 if end >= 0 else len(data)
        return len(data)

    def _end_line(self):
        if self._level <= self._app.grant["log"]["level"]:
            self._app.log(self._level, text(bytes(self._line)))
        self._line = bytearray()

    def close(self):
        """Log what is there of a line."""
        if self._line:
            self._end_line()


class Wasi:
    """The functions for one app, methods of WASI's names; each raises Error for WASI's errors."""

    def __init__(self, app):
        self.app = app
        self._log = self._grant("log")
        self._time = self._grant("time")
        self._monotonic = None
        lines = [_Lines(app, _INFO), _Lines(app, _ERROR)]
        self.open_files = [_Input()] + lines
        for each in lines:
            app.cleanup.append(each.close)

    def _grant(self, kind: str) -> int:
        return handle(self.app, self.app.grant.get(kind))

    # ---- Linking ----

    def bind(self, name: str, kind: str):
        """Return the host function behind an import of a type such as "(i32, i32) -> i32".

        Returns None for what is not WASI's. Raises CapabilityError without the grant that it
        needs, LinkError for another type.
        """
        at = _SIGNATURES.find(" " + name + " ")
        if at < 0:
            is_known = name.split("_")[0] in _FAMILIES and kind.endswith("-> i32")
            return (lambda *_: _NOSYS) if is_known else None
        letters = _SIGNATURES[at + len(name) + 2 :].split(" ", 1)[0]
        slots = ["i64" if c == "I" else "i32" for c in letters if c != "-"]
        wanted = "(" + ", ".join(slots) + ") -> " + ("()" if name == "proc_exit" else "i32")
        if kind != wanted:
            raise LinkError(f"wasi_snapshot_preview1.{name}: {wanted} expected, not {kind}")
        if not hasattr(self, name):
            self._refuse(name, "fs", "open")
        needs = _NEEDS.get(name, ())
        if needs and not any(self._grant(need) for need in needs):
            self._refuse(name, needs[0], "monotonic_ms")
        method = getattr(self, name)

        def call(memory, *args):
            code = 0 if name == "proc_exit" else self.app.gate.check(0, 0, 1)
            return _CODES[-code] if code else _guarded(method, memory, args)

        return with_memory(call)

    def _refuse(self, name: str, key: str, call: str):
        from ..manifest import example

        raise CapabilityError(
            f"{self.app.id} imports wasi_snapshot_preview1 {name} without a grant: "
            f"its wasmlet.toml needs {example(key, call)}"
        )

    # ---- Arguments and environment ----

    def args_sizes_get(self, memory, count: int, size: int):
        _put_sizes(memory, self._args(), count, size)

    def args_get(self, memory, pointers: int, texts: int):
        _put_texts(memory, self._args(), pointers, texts)

    def environ_sizes_get(self, memory, count: int, size: int):
        _put_sizes(memory, self._environ(), count, size)

    def environ_get(self, memory, pointers: int, texts: int):
        _put_texts(memory, self._environ(), pointers, texts)

    def _args(self) -> list:
        return [self.app.id.encode()]

    def _environ(self) -> list:
        return [(name + "=" + value).encode() for name, value in self.app.grant["env"].items()]

    # ---- Time ----

    def _now_ms(self) -> int:
        if self._monotonic is None:
            from .time import drivers

            self._monotonic = drivers(self.app)["monotonic_ms"]
        return self._monotonic(None)

    def _clock_ms(self, clock: int) -> int:
        if clock not in (0, 1):
            raise Error(_INVAL)
        number(self.app.gate.check(self._time, _MONOTONIC if clock else _WALL, 1))
        return self._now_ms() if clock else self.app.hal.wall_ms()

    def clock_time_get(self, memory, clock: int, _precision: int, to: int):
        struct.pack_into("<Q", span(memory, to, 8), 0, self._clock_ms(clock) * 1000000)

    def clock_res_get(self, memory, clock: int, to: int):
        data = span(memory, to, 8)
        self._clock_ms(clock)
        struct.pack_into("<Q", data, 0, 1000000)

    def sched_yield(self, _memory):
        return Wait(0, lambda: 0)

    def poll_oneoff(self, memory, subscriptions: int, events: int, count: int, stored: int):
        """Wait for the first of some times; files are ready at once."""
        if not 0 < count <= _MAX_POLLED:
            raise Error(_INVAL)
        asked = bytes(span(memory, subscriptions, count * 48))
        span(memory, events, count * 32)
        span(memory, stored, 4)
        now = self._now_ms()
        due = [self._due(asked, at, now) for at in range(0, count * 48, 48)]
        return self._poll(memory, asked, due, events, stored)

    def _due(self, asked, at: int, now: int):
        """Return when a subscription is due, 0 for files; an Error that it gets."""
        try:
            if asked[at + 8]:
                self.file(struct.unpack_from("<i", asked, at + 16)[0])
                return 0
            clock, timeout, _, flags = struct.unpack_from("<IxxxxQQH", asked, at + 16)
            if clock > 1:
                raise Error(_INVAL)
            ms = (timeout + 999999) // 1000000
            return now + (max(0, ms - self._clock_ms(clock)) if flags & 1 else ms)
        except Error as e:
            return e

    def _poll(self, memory, asked, due, events: int, stored: int):
        now = self._now_ms()
        ready = 0
        for i, when in enumerate(due):
            failed = isinstance(when, Error)
            if not failed and when > now:
                continue
            data = span(memory, events + ready * 32, 32)
            data[:] = bytes(32)
            data[:8] = asked[i * 48 : i * 48 + 8]
            data[8] = when.args[0] if failed else 0
            data[10] = asked[i * 48 + 8]
            if data[10]:
                data[16] = 1  # a byte, at least, can be written, or the end be read
            ready += 1
        if not ready:
            left = min(min(due) - now, _MAX_MS)
            rest = asked, due, events, stored
            return Wait(left, lambda: _guarded(self._poll, memory, rest))
        put_u32(memory, stored, ready)

    # ---- The rest of the process ----

    def random_get(self, memory, to: int, size: int):
        from .random import drivers

        data = span(memory, to, size)
        code = self.app.gate.check(self._grant("random"), 0, size)
        if code == _RATE:
            return self._again(size, "random", self.random_get, memory, to, size)
        number(code)
        drivers(self.app)["fill"](None, data)

    def proc_exit(self, _memory, code: int):
        self.app.exit(code)

    def _again(self, count: int, kind: str, method, *args):
        """Wait until the rate of a grant has `count` bytes more."""
        rate = self.app.grant[kind]["bytes_per_s"]
        return Wait(count * 1000 // rate + 1, lambda: _guarded(method, args[0], args[1:]))

    # ---- Files that are open ----

    def file(self, fd: int):
        files = self.open_files
        if not 0 <= fd < len(files) or files[fd] is None:
            raise Error(_BADF)
        return files[fd]

    def _file_that(self, does: str, fd: int, without: int):
        file = self.file(fd)
        if not hasattr(file, does):
            raise Error(without)
        return file

    def fd_read(self, memory, fd: int, vectors: int, count: int, stored: int):
        file = self._file_that("read", fd, _BADF)
        parts = _spans(memory, vectors, count)
        span(memory, stored, 4)
        put_u32(memory, stored, _transfer(file.read, parts, 1 << 30))

    def fd_write(self, memory, fd: int, vectors: int, count: int, stored: int):
        file = self._file_that("write", fd, _BADF)
        parts = _spans(memory, vectors, count)
        span(memory, stored, 4)
        most = 1 << 30
        if isinstance(file, _Lines):
            if not self._log:
                raise Error(_BADF)
            rate = self.app.grant["log"]["bytes_per_s"]
            most = min(sum([len(part) for part in parts]), rate, _MAX_TEXT)
            code = self.app.gate.check(self._log, 0, most)
            if code == _RATE:
                args = (fd, vectors, count, stored)
                return self._again(most, "log", self.fd_write, memory, *args)
            number(code)
        put_u32(memory, stored, _transfer(file.write, parts, most))

    def fd_pread(self, memory, fd: int, vectors: int, count: int, offset: int, stored: int):
        self._there(self.fd_read, memory, fd, vectors, count, offset, stored)

    def fd_pwrite(self, memory, fd: int, vectors: int, count: int, offset: int, stored: int):
        self._there(self.fd_write, memory, fd, vectors, count, offset, stored)

    def _there(self, method, memory, fd, vectors, count, offset, stored):
        """Read or write at an offset and go back; what is beyond the end reads as the end."""
        file = self._file_that("seek", fd, _SPIPE)
        at = file.seek(0, 1)
        end = file.seek(0, 2)
        reads = method == self.fd_read
        try:
            number(file.seek(end if reads and offset > end else offset, 0))
            method(memory, fd, vectors, count, stored)
        finally:
            file.seek(at, 0)

    def fd_seek(self, memory, fd: int, offset: int, whence: int, to: int):
        file = self._file_that("seek", fd, _SPIPE)
        data = span(memory, to, 8)
        if not 0 <= whence <= 2:
            raise Error(_INVAL)
        struct.pack_into("<Q", data, 0, number(file.seek(offset, whence)))

    def fd_tell(self, memory, fd: int, to: int):
        self.fd_seek(memory, fd, 0, 1, to)

    def fd_close(self, _memory, fd: int):
        file = self.file(fd)
        self.open_files[fd] = None
        file.close()

    def fd_fdstat_get(self, memory, fd: int, to: int):
        file = self.file(fd)
        struct.pack_into(
            "<BxHxxxxQQ", span(memory, to, 24), 0, file.kind, file.flags, file.rights, file.rights
        )

    def fd_fdstat_set_flags(self, _memory, fd: int, flags: int):
        if flags != self.file(fd).flags:
            raise Error(_NOTSUP)

    def fd_filestat_get(self, memory, fd: int, to: int):
        file = self.file(fd)
        data = span(memory, to, 64)
        size = 0
        if hasattr(file, "seek"):
            at = file.seek(0, 1)
            size = file.seek(0, 2)
            file.seek(at, 0)
        put_stat(data, file.kind, size)

    def fd_prestat_get(self, memory, fd: int, to: int):
        struct.pack_into("<II", span(memory, to, 8), 0, 0, len(self._prefix(fd)))

    def fd_prestat_dir_name(self, memory, fd: int, to: int, size: int):
        name = self._prefix(fd).encode()
        if size < len(name):
            raise Error(_INVAL)
        span(memory, to, len(name))[:] = name

    def _prefix(self, fd: int) -> str:
        name = getattr(self.file(fd), "prefix", None)
        if name is None:
            raise Error(_BADF)
        return name


# ---- Linear memory ----


def span(memory, address: int, size: int):
    """Return so many bytes of linear memory, as a memoryview for this call."""
    if memory is None or address < 0 or size < 0 or address > len(memory) - size:
        raise Error(_FAULT)
    return memoryview(memory)[address : address + size]


def put_u32(memory, address: int, value: int):
    struct.pack_into("<I", span(memory, address, 4), 0, value)


def put_stat(data, kind: int, size: int):
    """Write a file's type and size; it has no times, no number and one name."""
    struct.pack_into("<QQQQQQQQ", data, 0, 0, 0, kind, 1, size, 0, 0, 0)


def _spans(memory, vectors: int, count: int) -> list:
    """Return what the records {address, size} name, after all of them have been checked."""
    if not 0 <= count <= _MAX_VECTORS:
        raise Error(_INVAL)
    records = span(memory, vectors, count * 8)
    return [span(memory, *struct.unpack_from("<ii", records, i * 8)) for i in range(count)]


def _transfer(move, parts: list, most: int) -> int:
    """Read or write parts in turn, up to `most` bytes; return how many: fewer at an end."""
    total = 0
    for part in parts:
        part = part[: most - total]
        done = move(part)
        if done < 0:
            return total or number(done)
        total += done
        if done < len(part):
            break
    return total


def _put_sizes(memory, texts: list, count: int, size: int):
    put_u32(memory, count, len(texts))
    put_u32(memory, size, sum([len(each) + 1 for each in texts]))


def _put_texts(memory, texts: list, pointers: int, to: int):
    for each in texts:
        put_u32(memory, pointers, to)
        span(memory, to, len(each) + 1)[:] = each + b"\0"
        pointers += 4
        to += len(each) + 1


def _guarded(method, memory, args):
    """Call a method; return its result, 0 for None, or an error of WASI."""
    try:
        return method(memory, *args) or 0
    except Error as e:
        return e.args[0]
    except OSError as e:
        return _ERRNOS.get(e.errno, _IO)


def binder(app):
    """Return a function (name, type) that makes the host function of an import."""
    if "fs" in app.grant:
        from .wasi_files import WithFiles

        return WithFiles(app).bind
    return Wasi(app).bind
