# SPDX-License-Identifier: MIT
"""`wasi_snapshot_preview1`: every function, granted and not, and with any arguments."""

import os
import random
import struct
import time

import wasm
from bench import Bench
from stores import PLACE, empty
from support import data, raises, same
from wasm import CapabilityError, Exit, LinkError

AGAIN, BADF, EXIST, FAULT, INVAL, ISDIR, MFILE, NAMETOOLONG = 6, 8, 20, 21, 28, 31, 33, 37
NOENT, NOSPC, NOSYS, NOTDIR, NOTSUP, SPIPE, NOTCAPABLE = 44, 51, 52, 54, 58, 70, 76
ILSEQ = 25
FOLDER, FILE, DEVICE = 3, 4, 2
CREATE, DIRECTORY, EXCLUSIVE, TRUNCATE = 1, 2, 4, 8
READS, WRITES = 2, 64
AT, VECTORS, OUT, PAGE = 4096, 1024, 64, 65536
ROOT = 3  # the first directory that is open from the start
CLASSES = ("time", "random", "fs")
empty(PLACE)


class Program(Bench):
    """A program for WASI that does what a test says, with a folder of its own."""

    def __init__(self, name="wasi", **classes):
        self.folder = PLACE + "/" + str(time.time_ns())
        os.mkdir(self.folder)
        self.outside = self.folder + ".outside"
        write(self.outside, b"secret")
        entry = {"path": self.folder, "mode": "rw", "quota_bytes": 4096, "max_open": 4}
        entry.update(classes.pop("area", {}))
        asked = {
            "fs": [entry],
            "time": {"clocks": ["monotonic", "wall"]},
            "random": {"bytes_per_s": 1000},
            "log": {"level": "info", "bytes_per_s": 1000},
            "env": {"NAME": "Ada"},
            "memory": {"max_bytes": PAGE},
        }
        asked.update(classes)
        asked = {key: value for key, value in asked.items() if value is not None}
        super().__init__(data(name), **asked)

    def u32(self, at=OUT):
        return struct.unpack("<I", bytes(self.guest.memory[at : at + 4]))[0]

    def u64(self, at=OUT):
        return struct.unpack("<Q", bytes(self.guest.memory[at : at + 8]))[0]

    def vectors(self, *ranges):
        """Write records {address, size}; return their address and number."""
        for i, each in enumerate(ranges):
            self.put(struct.pack("<ii", *each), VECTORS + 8 * i)
        return VECTORS, len(ranges)

    def write(self, fd, *texts):
        """Call fd_write; return its error, or how much it has written."""
        ranges = []
        at = AT
        for text in texts:
            ranges.append(self.put(text, at))
            at += 1024
        error = self.guest.fd_write(fd, *self.vectors(*ranges), OUT)
        return error or self.u32()

    def read(self, fd, size):
        error = self.guest.fd_read(fd, *self.vectors((AT, size)), OUT)
        return error or bytes(self.guest.memory[AT : AT + self.u32()])

    def open(self, name, how=0, rights=READS, flags=0, fd=ROOT):
        """Call path_open; return the new file, or its error below 0."""
        text = self.put(name)
        error = self.guest.path_open(fd, 0, *text, how, rights, 0, flags, OUT)
        return -error or self.u32()

    def named(self, function, name):
        return self.guest[function](ROOT, *self.put(name))

    def rename(self, name, to):
        names = self.put(name), self.put(to, AT + 1024)
        return self.guest.path_rename(ROOT, *names[0], ROOT, *names[1])

    def stat(self, name):
        """Return (type, bytes), or an error."""
        error = self.guest.path_filestat_get(ROOT, 0, *self.put(name), OUT)
        return error or (self.guest.memory[OUT + 16], self.u64(OUT + 32))

    def try_call(self, name, *args):
        """Return the result, or None when the guest waits."""
        call = self.guest[name].begin(*args)
        return call.result if call.step(1000) is None else None


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def read(path):
    with open(path, "rb") as file:
        return file.read()


# ---- Linking ----


def test_an_import_without_a_grant_names_the_line():
    for key in CLASSES:
        refused = raises(CapabilityError, Program, **{key: None})
        assert f"needs {key} = " in str(refused), refused
    none = {"level": "none"}
    refused = raises(CapabilityError, Program, "wasi_write", log=none, fs=None)
    assert "fd_write without a grant: its wasmlet.toml needs log = " in str(refused), refused


def test_a_program_that_only_writes_needs_nothing_more():
    app = Program("wasi_write", fs=None, time=None, random=None)
    while app.step() is not None:
        pass
    same(app.logs(), ["hello"])


def test_a_program_without_a_manifest_may_log():
    lines = []
    wasm.run(data("wasi_write"), log=lines.append)
    same(lines, ["hello"])
    refused = raises(CapabilityError, wasm.run, data("wasi"), log=lines.append)
    assert "without a grant: its wasmlet.toml needs" in str(refused), refused


def test_other_types_and_names_do_not_link():
    refused = raises(LinkError, Program, "wasi_type")
    assert "fd_close: (i32) -> i32 expected, not (i64) -> i32" in str(refused), refused
    raises(LinkError, Program, "wasi_unknown")


def test_what_is_left_out_links_and_says_so():
    guest = Program().guest
    same(guest.fd_allocate(3, 0, 0), NOSYS)
    same(guest.sock_shutdown(3, 0), NOSYS)


def test_calls_count_against_the_budget():
    app = Program(cpu={"calls_per_s": 3})
    same([app.guest.fd_close(9) for _ in range(4)], [BADF, BADF, BADF, AGAIN])
    same(app.denied["rate"], 1)


# ---- The process ----


def test_arguments_and_environment():
    app = Program()
    guest = app.guest
    for name, text in (("args", b"org.example.test\0"), ("environ", b"NAME=Ada\0")):
        same(guest[name + "_sizes_get"](OUT, OUT + 4), 0)
        same((app.u32(), app.u32(OUT + 4)), (1, len(text)))
        same(guest[name + "_get"](OUT, AT), 0)
        same(app.u32(), AT)
        same(bytes(guest.memory[AT : AT + len(text)]), text)
        same(guest[name + "_get"](OUT, PAGE - len(text) + 1), FAULT)
        same(guest[name + "_get"](PAGE - 3, AT), FAULT)
        same(guest[name + "_sizes_get"](PAGE, OUT), FAULT)
        same(guest[name + "_sizes_get"](OUT, -1), FAULT)


def test_the_end():
    app = Program()
    same(raises(Exit, app.guest.proc_exit, 7).code, 7)
    app = Program(cpu={"calls_per_s": 1})
    app.guest.fd_close(9)
    same(raises(Exit, app.guest.proc_exit, -1).code, -1)


def test_random_bytes_wait_for_their_rate():
    app = Program(random={"bytes_per_s": 100})
    same(app.guest.random_get(AT, 60), 0)
    assert bytes(app.guest.memory[AT : AT + 60]) != bytes(60)
    same(app.try_call("random_get", AT, 60), None)
    same(app.guest.random_get(AT, 101), INVAL)
    same(app.guest.random_get(PAGE - 1, 2), FAULT)
    same(app.guest.random_get(AT, -1), FAULT)


# ---- Time ----


def test_clocks_are_granted_one_by_one():
    app = Program()
    same(app.guest.clock_time_get(0, 0, OUT), 0)
    assert abs(app.u64() - time.time_ns()) < 5000000000
    same(app.guest.clock_time_get(1, 0, OUT), 0)
    assert app.u64() < 5000000000
    same(app.guest.clock_res_get(1, OUT), 0)
    same(app.u64(), 1000000)
    same(app.guest.clock_time_get(2, 0, OUT), INVAL)
    same(app.guest.clock_time_get(1, 0, PAGE - 7), FAULT)
    app = Program(time={"clocks": ["monotonic"]})
    same(app.guest.clock_time_get(1, 0, OUT), 0)
    same(app.guest.clock_time_get(0, 0, OUT), NOTCAPABLE)
    same(app.guest.clock_res_get(0, OUT), NOTCAPABLE)
    same(app.denied, {"denied": 2})


def clock(userdata, ns, clock_id=1, flags=0):
    return struct.pack("<QBxxxxxxxIxxxxQQHxxxxxx", userdata, 0, clock_id, ns, 0, flags)


def file_ready(userdata, kind, fd):
    return struct.pack("<QBxxxxxxxI", userdata, kind, fd) + bytes(28)


def polled(app, *asked):
    """Call poll_oneoff; return [(userdata, error)], or its error."""
    app.put(b"".join(asked), AT)
    error = app.guest.poll_oneoff(AT, AT + 1024, len(asked), OUT)
    found = []
    for at in range(AT + 1024, AT + 1024 + 32 * app.u32(), 32):
        found.append(
            (app.u64(at), struct.unpack("<H", bytes(app.guest.memory[at + 8 : at + 10]))[0])
        )
    return error or found


def test_waiting():
    app = Program()
    start = time.ticks_ms()
    same(polled(app, clock(7, 30000000), clock(8, 10**15)), [(7, 0)])
    assert 30 <= time.ticks_diff(time.ticks_ms(), start) < 2000
    same(polled(app, clock(1, 0), clock(2, 0, 0)), [(1, 0), (2, 0)])
    same(polled(app, clock(1, 5, 1, 1)), [(1, 0)])  # a time that has passed
    same(polled(app, clock(1, 0, 3), clock(2, 10**15)), [(1, INVAL)])
    same(polled(app, clock(9, 10**15), file_ready(3, 2, 1)), [(3, 0)])
    same(polled(app, file_ready(3, 1, 99)), [(3, BADF)])
    same(app.guest.poll_oneoff(AT, AT, 0, OUT), INVAL)
    same(app.guest.poll_oneoff(AT, AT, -1, OUT), INVAL)
    same(app.guest.poll_oneoff(PAGE - 47, AT, 1, OUT), FAULT)
    same(app.guest.poll_oneoff(AT, PAGE - 31, 1, OUT), FAULT)
    same(app.guest.poll_oneoff(AT, AT, 1, PAGE - 3), FAULT)


def test_waiting_suspends_the_guest_not_python():
    app = Program()
    app.put(clock(5, 40000000), AT)
    call = app.guest.poll_oneoff.begin(AT, AT + 100, 1, OUT)
    left = call.step(1000)
    assert 0 < left <= 40, left
    assert 0 < call.step(1000) <= left
    time.sleep_ms(left + 1)
    same((call.step(1000), call.result, app.u64(AT + 100)), (None, 0, 5))
    call = app.guest.sched_yield.begin()
    while call.step(1000) is not None:
        pass
    same(call.result, 0)
    app.put(clock(5, (1 << 64) - 1), AT)  # for ever, nearly
    assert app.guest.poll_oneoff.begin(AT, AT + 100, 1, OUT).step(1000) > 1000000


# ---- Standard streams ----


def test_output_becomes_lines_of_log():
    app = Program()
    same(app.write(1, "one\ntw", "o\n\nthr"), 12)
    same(app.write(2, "bad\n"), 4)
    same(app.logs(), ["one", "two", "", "error: bad"])
    same(app.write(1, b"\xff\x01e\n"), 4)
    app.write(1, "rest")
    same(app.logs()[4:], ["thr\ufffd\ufffde"])
    app.stop()
    same(app.logs()[5:], ["rest"])


def test_output_above_the_granted_level_is_dropped():
    app = Program(log={"level": "error", "bytes_per_s": 1000})
    same(app.write(1, "fine\n"), 5)
    same(app.write(2, "bad\n"), 4)
    same(app.logs(), ["error: bad"])


def test_output_waits_for_its_rate():
    app = Program(log={"level": "info", "bytes_per_s": 200})
    same(app.write(1, "x" * 199 + "\n"), 200)
    text = app.vectors(app.put("y" * 99 + "\n"))
    start = time.ticks_ms()
    call = app.guest.fd_write.begin(1, *text, OUT)
    assert call.step(1000) > 0
    while call.step(1000) is not None:
        time.sleep_ms(5)
    assert time.ticks_diff(time.ticks_ms(), start) >= 450
    same((call.result, app.u32()), (0, 100))
    same([len(line) for line in app.logs()], [199, 99])
    app.write(1, "x" * 900)  # more than a second's worth: as much as there is
    assert app.u32() <= 200


def test_a_line_without_end_is_cut():
    app = Program(log={"level": "info", "bytes_per_s": 100000})
    for _ in range(4):
        app.write(1, "x" * 500)
    app.stop()
    assert all(len(line) <= 800 for line in app.logs())
    same(sum([len(line) for line in app.logs()]), 2000)


def test_without_log_there_is_no_output():
    app = Program(log={"level": "none"})
    same(app.write(1, "text"), BADF)
    same(app.write(2, "text"), BADF)


def test_input_is_empty():
    app = Program()
    same(app.read(0, 10), b"")
    same(app.write(0, "x"), BADF)
    same(app.read(1, 1), BADF)
    same(app.guest.fd_seek(1, 0, 0, OUT), SPIPE)
    same(app.guest.fd_pwrite(1, *app.vectors((AT, 1)), 0, OUT), SPIPE)
    same(app.guest.fd_fdstat_get(1, OUT), 0)
    same(app.guest.memory[OUT], DEVICE)
    same(app.guest.fd_filestat_get(1, AT), 0)
    same(app.guest.memory[AT + 16], DEVICE)
    same(app.guest.fd_prestat_get(1, OUT), BADF)


def test_records_are_checked_before_anything_moves():
    app = Program()
    for name in ("fd_write", "fd_read"):
        call = app.guest[name]
        fd = 1 if name == "fd_write" else 0
        for count in (17, -1, 1 << 29, -(1 << 31), (1 << 31) - 1):
            same(call(fd, VECTORS, count, OUT), INVAL)
        app.vectors((AT, 5), (PAGE - 4, 5))
        same(call(fd, VECTORS, 2, OUT), FAULT)
        for each in (
            (-1, 1),
            (AT, -1),
            (PAGE + 1, 0),
            (0, PAGE + 1),
            (-8, 16),
            (AT, (1 << 31) - 1),
        ):
            same(call(fd, *app.vectors(each), OUT), FAULT)
        same(call(fd, PAGE - 7, 1, OUT), FAULT)
        same(call(fd, *app.vectors((AT, 1)), PAGE - 3), FAULT)
        same(call(fd, *app.vectors((PAGE, 0)), OUT), 0)
    same(app.logs(), [])


def test_records_may_overlap():
    app = Program()
    write(app.folder + "/f", b"0123456789abcdef")
    fd = app.open("f")
    # Two parts that overlap, and one that is where the records are.
    same(app.guest.fd_read(fd, *app.vectors((AT, 4), (AT + 2, 4), (VECTORS, 8)), OUT), 0)
    same(app.u32(), 16)
    same(bytes(app.guest.memory[AT : AT + 6]), b"014567")
    same(bytes(app.guest.memory[VECTORS : VECTORS + 8]), b"89abcdef")


# ---- Files ----


def test_directories_that_are_open():
    app = Program()
    same(app.guest.fd_prestat_get(ROOT, OUT), 0)
    size = app.u32(OUT + 4)
    same((app.u32(), size), (0, len(app.folder)))
    same(app.guest.fd_prestat_dir_name(ROOT, AT, size), 0)
    same(bytes(app.guest.memory[AT : AT + size]).decode(), app.folder)
    same(app.guest.fd_prestat_dir_name(ROOT, AT, size - 1), INVAL)
    same(app.guest.fd_prestat_dir_name(ROOT, PAGE - size + 1, size), FAULT)
    same(app.guest.fd_prestat_get(ROOT + 1, OUT), BADF)
    same(app.guest.fd_fdstat_get(ROOT, OUT), 0)
    same(app.guest.memory[OUT], FOLDER)
    same(app.read(ROOT, 1), BADF)
    same(app.write(ROOT, "x"), BADF)


def test_a_file_from_its_making_to_its_end():
    app = Program()
    guest = app.guest
    same(app.open("f"), -NOENT)
    fd = app.open("f", CREATE, READS | WRITES)
    same(app.write(fd, "hello ", "world"), 11)
    same(guest.fd_seek(fd, -5, 1, OUT), 0)
    same(app.u64(), 6)
    same(app.read(fd, 100), b"world")
    same((guest.fd_tell(fd, OUT), app.u64()), (0, 11))
    same(guest.fd_seek(fd, 0, 3, OUT), INVAL)
    same(guest.fd_seek(fd, -1, 0, OUT), INVAL)
    same(guest.fd_seek(fd, 1 << 62, 0, OUT), INVAL)
    same(guest.fd_seek(fd, 0, 0, PAGE), FAULT)
    same(guest.fd_pread(fd, *app.vectors((AT, 3)), 8, OUT), 0)
    same(bytes(guest.memory[AT : AT + 3]), b"rld")
    app.put("J", AT)
    same(guest.fd_pwrite(fd, *app.vectors((AT, 1)), 0, OUT), 0)
    same((guest.fd_tell(fd, OUT), app.u64()), (0, 11))
    same(guest.fd_pread(fd, *app.vectors((AT, 4)), 1 << 60, OUT), 0)
    same(app.u32(), 0)
    same(guest.fd_filestat_get(fd, AT), 0)
    same((guest.memory[AT + 16], app.u64(AT + 32)), (FILE, 11))
    same(guest.fd_fdstat_set_flags(fd, 0), 0)
    same(guest.fd_fdstat_set_flags(fd, 1), NOTSUP)
    same(guest.fd_close(fd), 0)
    same(guest.fd_close(fd), BADF)
    same(app.stat("f"), (FILE, 11))
    same(read(app.folder + "/f"), b"Jello world")
    same(app.open("f", CREATE | EXCLUSIVE, WRITES), -EXIST)
    same(app.open("f", DIRECTORY), -NOTDIR)
    fd = app.open("f", 0, WRITES, 1)
    same(app.write(fd, "!"), 1)
    guest.fd_close(fd)
    same(read(app.folder + "/f"), b"Jello world!")
    for rights in (WRITES, READS | WRITES):
        fd = app.open("f", TRUNCATE | CREATE, rights)
        app.write(fd, "new")
        guest.fd_close(fd)
        same(read(app.folder + "/f"), b"new")
        same(app.stat("f"), (FILE, 3))
    same(app.named("path_unlink_file", "f"), 0)
    same(app.named("path_unlink_file", "f"), NOENT)
    same(app.stat("f"), NOENT)


def test_folders():
    app = Program()
    guest = app.guest
    same(app.named("path_create_directory", "d"), 0)
    same(app.named("path_create_directory", "d"), EXIST)
    same(app.stat("d"), (FOLDER, 0))
    same(app.stat("."), (FOLDER, 0))
    inner = app.open("d", DIRECTORY)
    fd = app.open("a", CREATE, WRITES, 0, inner)
    app.write(fd, "12")
    guest.fd_close(fd)
    write(app.folder + "/b", b"")
    same(app.stat("d/./a"), (FILE, 2))
    same(app.open("d", 0, WRITES), -ISDIR)
    same(app.named("path_unlink_file", "d"), ISDIR)
    same(app.named("path_remove_directory", "d/a"), NOTDIR)
    assert app.named("path_remove_directory", "d") != 0
    same(app.rename("d/a", "c"), 0)
    same(app.rename("d/a", "c"), NOENT)
    same(app.stat("c"), (FILE, 2))
    same(app.rename("c", "d"), ISDIR)
    same(app.named("path_remove_directory", "d"), 0)
    same(app.named("path_remove_directory", "."), NOTCAPABLE)
    same(names(app), ["b", "c"])


def names(app, room=4096):
    """Read the directory in parts of `room` bytes; return its names."""
    found = []
    cookie = 0
    while True:
        same(app.guest.fd_readdir(ROOT, AT, room, cookie, OUT), 0)
        used = app.u32()
        at = AT
        while at + 24 <= AT + used and at + 24 + app.u32(at + 16) <= AT + used:
            end = at + 24 + app.u32(at + 16)
            found.append(bytes(app.guest.memory[at + 24 : end]).decode())
            cookie = app.u64(at)
            at = end
        if used < room:
            return sorted(found)


def test_reading_a_directory_in_parts():
    app = Program()
    for name in "abcdefgh":
        write(app.folder + "/file-" + name, b"")
    wanted = ["file-" + name for name in "abcdefgh"]
    same(names(app), wanted)
    same(names(app, 40), wanted)
    guest = app.guest
    same(guest.fd_readdir(ROOT, AT, 40, -1, OUT), INVAL)
    same((guest.fd_readdir(ROOT, AT, 40, 1 << 62, OUT), app.u32()), (0, 0))
    same(guest.fd_readdir(ROOT, PAGE - 39, 40, 0, OUT), FAULT)
    same(guest.fd_readdir(ROOT, AT, 40, 0, PAGE - 3), FAULT)
    same(guest.fd_readdir(1, AT, 40, 0, OUT), NOTDIR)


def test_a_prefix_that_may_only_be_read():
    app = Program(area={"mode": "r"})
    write(app.folder + "/f", b"text")
    same(app.read(app.open("f"), 9), b"text")
    same(app.open("f", 0, WRITES), -NOTCAPABLE)
    same(app.open("f", TRUNCATE, READS), -NOTCAPABLE)
    same(app.open("g", CREATE, READS), -NOTCAPABLE)
    for function in ("path_unlink_file", "path_remove_directory", "path_create_directory"):
        assert app.named(function, "f" if "unlink" in function else "d") in (NOTCAPABLE, NOTDIR)
    same(app.rename("f", "g"), NOTCAPABLE)
    same(os.listdir(app.folder), ["f"])
    same(read(app.folder + "/f"), b"text")
    same(app.denied["denied"], 6)


def test_the_quota_counts_files_and_folders():
    app = Program(area={"quota_bytes": 300})
    fd = app.open("f", CREATE, WRITES)
    same(app.write(fd, "x" * 200), 200)
    same(app.write(fd, "x" * 100), NOSPC)
    app.guest.fd_close(fd)
    same(app.named("path_create_directory", "d"), NOSPC)
    same(app.named("path_unlink_file", "f"), 0)
    made = [app.named("path_create_directory", "d" + str(i)) for i in range(5)]
    same(made, [0, 0, 0, 0, NOSPC])
    same(app.open("g", CREATE, WRITES), -NOSPC)
    app.named("path_remove_directory", "d0")
    assert app.open("g", CREATE, WRITES) > 0


def test_open_files_and_folders_are_bounded():
    app = Program()
    write(app.folder + "/f", b"")
    files = [app.open("f") for _ in range(5)]
    same(files[:4], [4, 5, 6, 7])
    same(files[4], -NOSPC)
    while app.open(".") > 0:
        pass
    same(app.open("."), -MFILE)
    app.guest.fd_close(5)
    same(app.open("."), 5)
    deep = "d"
    while app.named("path_create_directory", deep) == 0:
        deep += "/d"
    same(app.named("path_create_directory", deep), NAMETOOLONG)


def test_what_is_open_is_closed_at_the_end():
    app = Program()
    fd = app.open("f", CREATE, WRITES)
    app.write(fd, "text")
    app.stop()
    same(read(app.folder + "/f"), b"text")


OUTSIDE = (
    ("..", NOTCAPABLE),
    ("../f", NOTCAPABLE),
    ("d/../../f", NOTCAPABLE),
    ("d/..", NOTCAPABLE),
    ("/etc/passwd", NOTCAPABLE),
    ("/", NOTCAPABLE),
    ("", NOENT),
    ("f\0", INVAL),
    ("f\0../..", INVAL),
    (b"\xff\xfe", ILSEQ),
    ("f\\..\\g", NOTCAPABLE),
    ("c:f", NOTCAPABLE),
    ("f.", NOTCAPABLE),
    ("...", NOTCAPABLE),
    ("x" * 256, NAMETOOLONG),
    ("link", NOENT),
    ("link/f", NOENT),
    ("file-link", NOENT),
)


def test_no_path_leads_out():
    app = Program()
    app.named("path_create_directory", "d")
    write(app.folder + "/f", b"mine")
    os.mkdir(app.folder + ".beside")
    write(app.folder + ".beside/f", b"secret")
    import ffi

    link = ffi.open(None).func("i", "symlink", "ss")
    link(app.folder + ".beside", app.folder + "/link")
    link(app.outside, app.folder + "/file-link")
    for name, error in OUTSIDE:
        for how, rights in ((0, READS), (CREATE, WRITES), (TRUNCATE, READS | WRITES), (2, READS)):
            same((name, app.open(name, how, rights)), (name, -error))
        same((name, app.stat(name)), (name, error))
        for function in ("path_unlink_file", "path_remove_directory", "path_create_directory"):
            same((name, app.named(function, name)), (name, error))
        same((name, app.rename(name, "f")), (name, error))
        same((name, app.rename("f", name)), (name, error))
    same(sorted(os.listdir(app.folder)), ["d", "f", "file-link", "link"])
    same(names(app), ["d", "f"])
    same(read(app.outside), b"secret")
    same(read(app.folder + ".beside/f"), b"secret")
    same(app.open("f", fd=0), -NOTDIR)
    same(app.open("f", fd=99), -BADF)
    same(app.open("f", fd=-1), -BADF)
    assert app.denied["denied"] > 50


# ---- Any arguments ----

CORNERS = (0, 1, 3, 4, 8, 255, 256, 4096, PAGE - 8, PAGE - 1, PAGE, PAGE + 1, 1 << 30)
CORNERS += ((1 << 31) - 1, -(1 << 31), -PAGE, -8, -1)
PARAMETERS = {
    "args_get": 2, "args_sizes_get": 2, "environ_get": 2, "environ_sizes_get": 2,
    "clock_res_get": 2,
    "clock_time_get": 3, "random_get": 2, "sched_yield": 0, "poll_oneoff": 4, "fd_read": 4,
    "fd_write": 4, "fd_pread": 5, "fd_pwrite": 5, "fd_seek": 4, "fd_tell": 2, "fd_close": 1,
    "fd_fdstat_get": 2, "fd_fdstat_set_flags": 2, "fd_filestat_get": 2, "fd_prestat_get": 2,
    "fd_prestat_dir_name": 3, "fd_readdir": 5, "path_open": 9, "path_filestat_get": 5,
    "path_unlink_file": 3, "path_create_directory": 3, "path_remove_directory": 3,
    "path_rename": 6, "fd_allocate": 3, "sock_shutdown": 2,
}  # fmt: skip


def check_any(app, name, args):
    before = len(app.guest.memory)
    result = app.try_call(name, *args)
    assert result is None or 0 <= result <= 76, (name, args, result)
    same(len(app.guest.memory), before)


def test_any_arguments_give_an_error():
    """Each corner in each place, the others at random; one app for all that a guest can break."""
    random.seed(1)
    app = Program(cpu={"calls_per_s": 1000000})
    app.put("f", 256)
    for name, count in PARAMETERS.items():
        for place in range(count):
            for corner in CORNERS:
                for _ in range(4):
                    args = [random.choice(CORNERS) for _ in range(count)]
                    args[place] = corner
                    check_any(app, name, args)
                args = [random.choice((3, 4, 256, 1)) for _ in range(count)]
                args[place] = corner
                check_any(app, name, args)
    same(read(app.outside), b"secret")
    app.stop()
