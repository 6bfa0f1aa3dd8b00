# SPDX-License-Identifier: MIT
"""What apps keep: values by key, and files under a prefix."""

import os
import sys
from binascii import hexlify

from bench import Bench
from support import data, same
from wasm.imports import kv

DENIED, BAD_HANDLE, INVALID, TOO_LONG, NOT_FOUND, BUSY, FULL = -1, -2, -4, -6, -7, -8, -12
READ, NEW, APPEND, UPDATE = 0, 1, 2, 3
PLACE = "/tmp/wasmlet-" + hexlify(os.urandom(4)).decode()
TODAY = 20000
ENTRY = 64  # bytes that a file counts beside its own


def empty(path):
    """Make a folder that is empty."""
    try:
        for entry in os.ilistdir(path):
            name = path + "/" + entry[0]
            if entry[1] == 0x4000 and entry[0] not in (".", ".."):
                empty(name)
                os.rmdir(name)
            elif entry[1] != 0x4000:
                os.remove(name)
    except OSError:
        os.mkdir(path)


def remove():
    empty(PLACE)
    os.rmdir(PLACE)


sys.atexit(remove)

# ---- Values ----


class Days:
    def __init__(self):
        self.today = TODAY

    def __call__(self):
        return self.today


def store(**more):
    """Return a store of 100 bytes in a fresh folder, or what is there with fresh=False."""
    if more.get("fresh", True):
        empty(PLACE)
    days = more.get("days", Days())
    return kv.Store(PLACE + "/app.kv", more.get("bytes", 100), more.get("writes", 10), days)


def got(values, key, room=200):
    value = bytearray(room)
    size = values.get(key, memoryview(value))
    return bytes(value[:size]) if size >= 0 else size


def test_values_survive():
    values = store()
    same(got(values, "a"), NOT_FOUND)
    same(values.set("a", b"one"), 0)
    same(values.set("\u00e4", bytes(range(50))), 0)
    same(values.set("a", b"two"), 0)
    same(values.set("empty", b""), 0)
    again = store(fresh=False)
    same(
        (got(again, "a"), got(again, "\u00e4"), got(again, "empty")),
        (b"two", bytes(range(50)), b""),
    )
    same(again.delete("a"), 0)
    same(again.delete("a"), NOT_FOUND)
    same(got(store(fresh=False), "a"), NOT_FOUND)
    same(os.listdir(PLACE), ["app.kv"])


def test_a_value_is_copied_as_far_as_there_is_room():
    values = store()
    values.set("k", b"12345")
    room = bytearray(b"......")
    same(values.get("k", memoryview(room)[:3]), 5)
    same(bytes(room), b"123...")


def test_bytes_are_limited():
    values = store()
    same(values.set("k", bytes(100)), FULL)
    same(values.set("k", bytes(99)), 0)
    same(values.set("l", b""), FULL)
    same(values.set("k", bytes(50)), 0)
    same(values.set("l", bytes(48)), 0)
    same(got(values, "k"), bytes(50))
    same(store(bytes=1 << 20).set("k", bytes(65536)), TOO_LONG)


def test_writes_are_limited_by_day_over_resets():
    days = Days()
    values = store(writes=3, days=days)
    same([values.set("k", b"%d" % n) for n in range(5)], [0, 0, 0, FULL, FULL])
    same(got(values, "k"), b"2")
    same(values.set("k", b"2"), 0)  # nothing to write
    values = store(writes=3, days=days, fresh=False)
    same((values.set("k", b"x"), values.delete("k")), (FULL, FULL))
    days.today -= 5  # the clock was lost
    values = store(writes=3, days=days, fresh=False)
    same(values.set("k", b"x"), FULL)
    days.today = TODAY + 1
    same(values.set("k", b"x"), 0)
    same(got(store(fresh=False), "k"), b"x")


def test_a_clock_that_falls_back_gives_no_more_writes():
    days = Days()
    values = store(writes=4, days=days)
    done = 0
    for _ in range(6):
        days.today -= 1
        done += values.set("k", b"%d" % days.today) == 0
    same(done, 4)


def test_damaged_files_are_none():
    values = store()
    values.set("key", b"value")
    with open(PLACE + "/app.kv", "rb") as file:
        good = file.read()
    for at in range(len(good)):
        for bad in (good[:at], good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]):
            with open(PLACE + "/app.kv", "wb") as file:
                file.write(bad)
            again = store(fresh=False)
            same((got(again, "key"), again.damaged), (NOT_FOUND, True))
    same(again.set("key", b"new"), 0)
    again = store(fresh=False)
    same((got(again, "key"), again.damaged), (b"new", False))


def test_a_reset_while_writing_leaves_the_old_or_the_new():
    values = store()
    values.set("key", b"old")
    with open(PLACE + "/app.kv", "rb") as file:
        old = file.read()
    values.set("key", b"new")
    with open(PLACE + "/app.kv", "rb") as file:
        new = file.read()
    for cut in range(len(new) + 1):  # the new file is written in part
        for name, text in (("/app.kv", old), ("/app.kv.new", new[:cut])):
            with open(PLACE + name, "wb") as file:
                file.write(text)
        same(got(store(fresh=False), "key"), b"old")
    os.remove(PLACE + "/app.kv")  # FAT has removed the old one, and not renamed yet
    same(got(store(fresh=False), "key"), b"new")


def test_apps_have_values_of_their_own():
    module = data("host_kv")
    empty(PLACE)
    os.chdir(PLACE)
    grant = {"bytes": 64, "writes_per_day": 5}
    a = Bench(module, app_id="org.a", kv=grant)
    b = Bench(module, app_id="ORG.a", kv=grant)
    same(a.call("set", "k", b"of a"), 0)
    same(b.call("get", "k", [8]), NOT_FOUND)
    same(b.call("set", "k", b"of b"), 0)
    a.stop()
    a = Bench(module, app_id="org.a", kv=grant)
    same(a.take("get", "k", [8]), b"of a")
    same(a.call("get", "", [8]), INVALID)
    same(a.call("get", "k\0", [8]), INVALID)
    same(a.call("set", "k", bytes(65)), TOO_LONG)
    same(a.call("delete", "k"), 0)
    same(sorted(os.listdir("wasmlet")), ["+o+r+g.a.kv", "org.a.kv"])
    a.stop()
    b.stop()


# ---- Files ----


def files(mode="rw", quota=1000, max_open=2):
    entry = {"path": PLACE + "/in", "mode": mode, "quota_bytes": quota, "max_open": max_open}
    spare = {"path": PLACE + "/spare", "mode": "rw"}  # under which every function links
    return Bench(data("host_fs"), fs=[entry, spare])


def tree():
    empty(PLACE)
    for folder in ("/in", "/inside", "/in/sub", "/spare"):
        os.mkdir(PLACE + folder)
    for name in ("/in/file", "/inside/secret", "/secret", "/in/sub/deep"):
        with open(PLACE + name, "w") as file:
            file.write("text of " + name)


def test_files_are_written_and_read():
    tree()
    app = files()
    file = app.call("open", PLACE + "/in/new", NEW)
    same(app.call("write", file, b"hello "), 6)
    same(app.call("write", file, b"world"), 5)
    same(app.call("read", file, [4]), DENIED)
    same(app.call("seek", file, 0, 0), 0)
    same(app.call("write", file, b"J"), 1)
    same(app.call("seek", file, 0, 2), 11)
    same(app.call("close", file), 0)
    same(app.call("write", file, b"x"), BAD_HANDLE)
    same(app.call("close", file), BAD_HANDLE)
    file = app.call("open", PLACE + "/in/new", APPEND)
    same(app.call("seek", file, 0, 0), 0)
    same(app.call("write", file, b"!"), 1)
    app.call("close", file)
    file = app.call("open", PLACE + "/in/new", READ)
    same(app.take("read", file, [100]), b"Jello world!")
    same(app.take("read", file, [100]), b"")
    same(app.call("seek", file, -6, 2), 6)
    same(app.take("read", file, [2]), b"wo")
    same(app.call("seek", file, 1, 1), 9)
    for offset, whence in ((-1, 0), (13, 0), (-10, 1), (1, 2), (0, 3)):
        same(app.call("seek", file, offset, whence), INVALID)
    same(app.call("write", file, b"x"), DENIED)
    same(app.call("size", PLACE + "/in/new"), 12)
    app.call("close", file)
    file = app.call("open", PLACE + "/in/new", UPDATE)
    same(app.take("read", file, [5]), b"Jello")
    same(app.call("write", file, b", "), 2)
    same(app.call("seek", file, 0, 0), 0)
    same(app.take("read", file, [100]), b"Jello, orld!")
    same(app.call("remove", PLACE + "/in/new"), BUSY)
    app.call("close", file)
    same(app.call("remove", PLACE + "/in/new"), 0)
    same(app.call("size", PLACE + "/in/new"), NOT_FOUND)
    file = app.call("open", PLACE + "/in/made", UPDATE)
    same(app.call("write", file, b"1"), 1)
    app.stop()
    with open(PLACE + "/in/made") as file:
        same(file.read(), "1")  # closed by the end of the app


OUTSIDE = (
    PLACE + "/secret",
    PLACE + "/inside/secret",
    PLACE + "/in/../secret",
    PLACE + "/in/sub/../../secret",
    PLACE + "/in/./file",
    PLACE + "/in//file",
    PLACE + "//in/file",
    PLACE + "/in/file/",
    PLACE + "/in/.",
    PLACE + "/in/",
    PLACE + "/in",
    PLACE + "/in\\..\\secret",
    PLACE + "/in/..\\secret",
    PLACE + "/in/.. /secret",
    PLACE + "/in/file.",
    PLACE + "/in/file ",
    PLACE + "/in/FILE~1",
    PLACE + "/in/a:b",
    PLACE + "/in/a\nb",
    PLACE + "/in/a\x7fb",
    PLACE + "/in/\u00e4",
    PLACE.upper() + "/in/file",
    "in/file",
    "file",
    "../secret",
    "~/file",
    "/",
    "/etc/passwd",
    ".",
)


def test_nothing_outside_is_reached():
    tree()
    app = files()
    for path in OUTSIDE:
        for flags in (READ, NEW, APPEND, UPDATE):
            same((path, app.call("open", path, flags)), (path, DENIED))
        same((path, app.call("size", path)), (path, DENIED))
        same((path, app.call("remove", path)), (path, DENIED))
    same(app.call("open", PLACE + "/in/file\0/../../secret", READ), INVALID)
    same(app.call("open", "", READ), INVALID)
    same(app.call("open", PLACE + "/in/" + "x" * 300, READ), TOO_LONG)
    same(app.call("open", PLACE + "/in/" + "x" * 230, READ), NOT_FOUND)
    same(app.call("open", PLACE + "/in/file", 4), INVALID)
    same(app.call("open", PLACE + "/in/sub", READ), DENIED)
    same(app.call("remove", PLACE + "/in/sub"), NOT_FOUND)
    same(sorted(os.listdir(PLACE)), ["in", "inside", "secret", "spare"])
    same(sorted(os.listdir(PLACE + "/in")), ["file", "sub"])
    app.stop()


def test_links_lead_nowhere():
    tree()
    os.system(
        f"cd {PLACE}/in && ln -s ../secret link && ln -s ../inside folder && ln -s file here"
    )
    os.system(f"cd {PLACE}/in && ln -s ../nothing broken && ln {PLACE}/in/file hard")
    app = files()
    for name in ("link", "folder/secret", "here", "broken", "folder/new"):
        for flags in (READ, NEW, APPEND, UPDATE):
            same((name, app.call("open", PLACE + "/in/" + name, flags)), (name, NOT_FOUND))
        same(app.call("size", PLACE + "/in/" + name), NOT_FOUND)
        same(app.call("remove", PLACE + "/in/" + name), NOT_FOUND)
    assert app.call("open", PLACE + "/in/hard", READ) > 0
    with open(PLACE + "/secret") as file:
        same(file.read(), "text of /secret")
    same(sorted(os.listdir(PLACE + "/inside")), ["secret"])
    app.stop()


def test_modes_are_kept():
    tree()
    app = files("r")
    for flags in (NEW, APPEND, UPDATE):
        same(app.call("open", PLACE + "/in/file", flags), DENIED)
        same(app.call("open", PLACE + "/in/other", flags), DENIED)
    same(app.call("remove", PLACE + "/in/file"), DENIED)
    same(app.call("size", PLACE + "/in/file"), len("text of /in/file"))
    app.stop()
    app = files("w")
    same(app.call("open", PLACE + "/in/file", READ), DENIED)
    same(app.call("open", PLACE + "/in/file", UPDATE), DENIED)
    file = app.call("open", PLACE + "/in/file", NEW)
    same(app.call("write", file, b"w"), 1)
    app.stop()


def test_quota():
    tree()
    there = 3 * ENTRY + len("text of /in/file") + len("text of /in/sub/deep")
    app = files(quota=there + ENTRY + 100)
    file = app.call("open", PLACE + "/in/a", NEW)
    same(app.call("write", file, bytes(101)), FULL)
    same(app.call("write", file, bytes(60)), 60)
    same(app.call("seek", file, 0, 0), 0)
    same(app.call("write", file, bytes(100)), 100)  # over what was there
    same(app.call("write", file, b"x"), FULL)
    app.call("close", file)
    same(app.call("open", PLACE + "/in/b", NEW), FULL)  # an entry counts, too
    same(app.call("size", PLACE + "/in/b"), NOT_FOUND)
    file = app.call("open", PLACE + "/in/a", NEW)  # from empty
    same(app.call("write", file, bytes(100)), 100)
    app.call("close", file)
    app.call("remove", PLACE + "/in/a")
    file = app.call("open", PLACE + "/in/b", NEW)
    same(app.call("write", file, bytes(100)), 100)
    app.stop()
    app = files(quota=there + ENTRY + 100)  # all that is there counts again
    file = app.call("open", PLACE + "/in/b", APPEND)
    same(app.call("write", file, b"x"), FULL)
    app.stop()
    app = files(quota=0)
    same(app.call("open", PLACE + "/in/c", NEW), FULL)
    app.stop()


def test_few_files_at_a_time():
    tree()
    app = files()
    first = app.call("open", PLACE + "/in/file", READ)
    assert app.call("open", PLACE + "/in/sub/deep", READ) > 0
    same(app.call("open", PLACE + "/in/file", READ), FULL)
    app.call("close", first)
    assert app.call("open", PLACE + "/in/file", READ) > 0
    app.stop()
    app = files(max_open=16)
    count = 0
    while app.call("open", PLACE + "/in/file", READ) > 0:
        count += 1
    same(count, 8)  # the gate's handles
    app.stop()


def test_a_file_is_written_by_one():
    tree()
    app = files()
    assert app.call("open", PLACE + "/in/file", READ) > 0
    same(app.call("open", PLACE + "/in/file", UPDATE), BUSY)
    same(app.call("open", PLACE + "/in/FILE", NEW), BUSY)  # FAT's same
    app.stop()
