# SPDX-License-Identifier: MIT
"""The manifest's fields of values, files, messages, random bytes and clocks; runs on the board."""

import os

from fields import DENIED, FULL, TOO_LONG, host, same, spent, unlinked
from support import covers
from wasm import hal

CLOCKS = ["monotonic", "wall"]


def values(app_id, **keys):
    """Return an app with values of its own, none at first."""
    try:  # noqa: SIM105
        os.remove(hal.storage() + "/" + app_id + ".kv")
    except OSError:
        pass
    return host("kv", app_id, kv=keys)


@covers("manifest:kv.bytes", "works", "excess")
def test_values_have_so_many_bytes():
    it = values("org.example.bytes", bytes=32, writes_per_day=1000)
    same(it.call("set", "a", bytes(16)), 0)
    same(it.call("set", "b", bytes(15)), FULL)  # with the keys
    same(it.call("set", "b", bytes(14)), 0)
    same(it.call("set", "a", bytes(17)), FULL)
    same(it.call("set", "a", bytes(33)), TOO_LONG)
    same([it.call("get", key, [16]) for key in ("a", "b")], [16, 14])
    it.stop()
    unlinked("kv", "wasmlet:kv", timer={})


@covers("manifest:kv.writes_per_day", "works", "excess")
def test_values_change_so_often():
    it = values("org.example.writes", writes_per_day=3)
    same([it.call("set", "a", bytes([i])) for i in range(4)], [0, 0, 0, FULL])
    it.stop()
    it = host("kv", "org.example.writes", kv={"writes_per_day": 3})  # a new start is no new day
    same([it.call("set", "b", b"1"), it.call("delete", "a")], [FULL] * 2)
    same(it.take("get", "a", [1]), b"\2")
    it.stop()


def files(mode="rw", **keys):
    """Return an app with a folder of files, which is empty at first, and the folder."""
    folder = os.getcwd().rstrip("/") + "/granted"
    for place in (folder, folder + "-other"):
        try:
            os.mkdir(place)
        except OSError:
            for name in os.listdir(place):
                os.remove(place + "/" + name)
    other = {"path": folder + "-other", "mode": "rw"}  # under it, all functions link
    return host("fs", fs=[dict(keys, path=folder, mode=mode), other]), folder


@covers("manifest:fs.path", "works", "excess")
def test_files_are_beneath_the_path():
    it, folder = files()
    file = it.call("open", folder + "/name", 1)
    same((it.call("write", file, b"hello"), it.call("close", file)), (5, 0))
    same(it.call("size", folder + "/name"), 5)
    for path in ("/name", folder, folder + "/", folder + "x/name", folder + "/../name"):
        same((path, it.call("open", path, 0), it.call("size", path)), (path, DENIED, DENIED))
    same(it.call("open", "name", 0), DENIED)
    it.stop()


@covers("manifest:fs.mode", "works", "excess")
def test_files_are_for_what_is_granted():
    it, folder = files("w")
    path = folder + "/name"
    file = it.call("open", path, 1)
    same((it.call("write", file, b"hello"), it.call("read", file, [5])), (5, DENIED))
    it.call("close", file)
    same([it.call("open", path, flags) for flags in (0, 3)], [DENIED] * 2)
    it.stop()
    it = host("fs", fs=[{"path": folder, "mode": "r"}, {"path": folder + "-other", "mode": "rw"}])
    file = it.call("open", path, 0)
    same((it.call("read", file, [5]), it.call("write", file, b"x")), (5, DENIED))
    same([it.call("open", path, flags) for flags in (1, 2, 3)], [DENIED] * 3)
    same(it.call("remove", path), DENIED)
    it.stop()
    unlinked("fs", "wasmlet:fs write", 'mode = "w"', fs=[{"path": folder, "mode": "r"}])


@covers("manifest:fs.quota_bytes", "works", "excess")
def test_files_have_so_many_bytes():
    it, folder = files(quota_bytes=200)
    file = it.call("open", folder + "/a", 1)
    same([it.call("write", file, bytes(size)) for size in (100, 37, 36)], [100, FULL, 36])
    same(it.call("open", folder + "/b", 1), FULL)  # an entry counts 64
    it.call("close", file)
    same((it.call("size", folder + "/a"), it.call("remove", folder + "/a")), (136, 0))
    assert it.call("open", folder + "/b", 1) > 0
    it.stop()


@covers("manifest:fs.max_open", "works", "excess")
def test_so_many_files_are_open():
    it, folder = files(max_open=2)
    found = [it.call("open", folder + "/" + name, 1) for name in "abc"]
    same((found[0] > 0, found[1] > 0, found[2]), (True, True, FULL))
    it.call("close", found[0])
    assert it.call("open", folder + "/c", 1) > 0
    it.stop()


def talker(app_id="org.example.test", **keys):
    topics = {"publish": ["a/b"], "subscribe": ["a/#"]}
    topics.update(keys)
    return host("msg", app_id, msg=topics)


@covers("manifest:msg.publish", "works", "excess")
def test_messages_go_to_granted_topics():
    it = talker()
    inbox = it.call("subscribe", "a/+")
    same(it.call("publish", "a/b", b"x"), 1)
    same(it.take("receive", inbox, [9]), b"\x03a/bx")
    same([it.call("publish", topic, b"x") for topic in ("a/c", "a", "b")], [DENIED] * 3)
    it.stop()
    unlinked("msg", "wasmlet:msg publish", "publish = [", msg={"subscribe": ["a/#"]})


@covers("manifest:msg.subscribe", "works", "excess")
def test_messages_come_of_granted_topics():
    it = talker()
    assert it.call("subscribe", "a/b") > 0
    same([it.call("subscribe", topic) for topic in ("#", "+/b", "b")], [DENIED] * 3)
    it.stop()
    unlinked("msg", "wasmlet:msg subscribe", "subscribe = [", msg={"publish": ["a/b"]})


@covers("manifest:msg.queue", "works", "excess")
def test_so_many_messages_wait():
    it, other = talker(queue=2), talker("org.example.other", queue=8)
    inbox = it.call("subscribe", "a/b")
    other.call("subscribe", "a/b")
    same([other.call("publish", "a/b", bytes([i])) for i in range(4)], [2, 2, 1, 1])
    got = [it.take("receive", inbox, [9]) for _ in range(3)]
    same(got, [b"\x03a/b\0", b"\x03a/b\1", b""])
    same(other.call("publish", "a/b", b"x"), 2)
    it.stop()
    other.stop()


@covers("manifest:msg.max_len", "works", "excess")
def test_a_message_has_so_many_bytes():
    it = talker(max_len=8)
    same([it.call("publish", "a/b", bytes(size)) for size in (8, 9)], [0, TOO_LONG])
    it.stop()


@covers("manifest:msg.max_per_s", "works", "excess")
def test_messages_are_so_frequent():
    it = talker(max_per_s=4)
    spent(lambda: it.call("publish", "a/b", b"x"), 4, 300)
    it.stop()


@covers("manifest:random.bytes_per_s", "works", "excess")
def test_so_many_random_bytes():
    it = host("random", random={"bytes_per_s": 64})
    same((it.call("fill", [65]), it.call("fill", [32])), (TOO_LONG, 32))
    assert len(set(it.answer)) > 8, it.answer
    spent(lambda: it.call("fill", [16]), 2, 300)
    it.stop()
    unlinked("random", "wasmlet:random fill", "random = {bytes_per_s", timer={})


@covers("manifest:time.clocks", "works", "excess")
def test_only_granted_clocks_are_read():
    it = host("time", time={"clocks": CLOCKS})
    before = hal.wall_ms()
    assert it.call("monotonic_ms") >= 0
    assert 0 <= it.call("wall_ms") - before < 1000  # it may never have been set
    it.stop()
    for clock in CLOCKS:
        other = CLOCKS[clock == CLOCKS[0]]
        unlinked("time", f"wasmlet:time {other}_ms", f'["{other}"]', time={"clocks": [clock]})
