# SPDX-License-Identifier: MIT
"""Apps that call the functions of WASI under a random grant. For MicroPython.

What a call may write is not reckoned here: it must return a number of WASI's errors, and not end
the app.
"""

import random

import guest
from model import Finding
from packaged import PATHS, Packaged
from wasm.imports import wasi

_SPACE = "wasi_snapshot_preview1"
_ERRORS = 77  # numbers of errors
# Parameters: f an open file, p a place, n a number, I a number of 64 bits; and of two words: s a
# text, w bytes, v records {address, bytes}.
_PARAMS = {
    "args_get": "pp",
    "args_sizes_get": "pp",
    "environ_get": "pp",
    "environ_sizes_get": "pp",
    "clock_res_get": "np",
    "clock_time_get": "nIp",
    "random_get": "w",
    "sched_yield": "",
    "proc_exit": "n",
    "poll_oneoff": "ppnp",
    "fd_read": "fvp",
    "fd_write": "fvp",
    "fd_seek": "fInp",
    "fd_tell": "fp",
    "fd_close": "f",
    "fd_fdstat_get": "fp",
    "fd_fdstat_set_flags": "fn",
    "fd_filestat_get": "fp",
    "fd_prestat_get": "fp",
    "fd_prestat_dir_name": "fw",
    "fd_pread": "fvIp",
    "fd_pwrite": "fvIp",
    "fd_readdir": "fwIp",
    "path_open": "fnsnIInp",
    "path_filestat_get": "fnsp",
    "path_unlink_file": "fs",
    "path_create_directory": "fs",
    "path_remove_directory": "fs",
    "path_rename": "fsfs",
}


def rows():
    """Return the functions, as host_table.py does those of the host."""
    words = wasi._SIGNATURES.split()
    found = []
    for name, types in zip(words[::2], words[1::2]):
        if name not in _PARAMS:
            raise Finding(f"{name}: of which kinds are its parameters?")
        row = {"module": _SPACE, "name": name, "params": _PARAMS[name], "result": "i"}
        row.update(on="wasi", makes=None)
        row["types"] = types.replace("-", "").replace("I", "l")
        found.append(row)
    return found


class Preview1(Packaged):
    """An app for WASI."""

    outlives = False

    def wanted(self):
        return [row for row in rows() if row["name"] != "proc_exit"]

    def is_granted(self, row):
        """Tell whether an app that has every class in its grant may import it: it may."""
        return True

    def module(self, rows):
        return guest.module(rows, "")

    def problems(self, row, args):
        return set()

    def paths(self, folder):
        return [path.encode() for path in PATHS + ("d", "..", ".", "/", folder, "f\0")]

    def try_call(self, row):
        args = []
        for kind in row["params"]:
            args.extend(self._values(kind))
        if row["name"] == "fd_close" and random.randrange(200):
            args = [random.randrange(4, 8)]  # others need what is open from the start
        self.call(row, args)

    def _values(self, kind):
        """Return one word or two of a parameter."""
        wild = random.randrange(6) == 0
        if kind == "s":
            return guest.any_range() if wild else random.choice(self.texts)
        if kind == "w":
            return guest.any_range()
        if kind == "v":
            return self._records()
        if kind == "I":
            return (random.choice((0, 1, 5, -1, 1 << 62, -1 << 63, 1000000, 0x1FFFFFFF)),)
        if kind == "n" and not wild:
            return (random.choice((0, 1, 2, 3, 4, 5, 8, 9, 15)),)
        if kind == "f" and not wild:
            return (random.choice((3, 3, 3, 4, 5, 6, random.randrange(10))),)
        if wild:
            return (guest.any_i32(),)
        return (random.choice((2048, 3000, guest.MEMORY - 8, guest.SEGMENTS)),)

    def _records(self):
        count = random.choice((1, 2, 3, 16, 0, 17, -1))
        for i in range(16):
            guest.put_words(self.memory, guest.SEGMENTS + 8 * i, guest.any_range())
        return guest.SEGMENTS, count

    def check_memory(self, before, writable):
        if len(self.memory) != guest.MEMORY:
            raise Finding("the memory's size changed")

    def check_result(self, row, args, expected, result):
        if not 0 <= result < _ERRORS:
            raise Finding(f"{result} is no error of WASI's")
        if result == 0:
            self.done.add(row["name"])
