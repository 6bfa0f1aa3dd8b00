# SPDX-License-Identifier: MIT
"""Messages, log, blobs, random bytes, time, and the app itself."""

import time

from bench import Bench
from support import data, raises, same
from wasm import CapabilityError

DENIED, BAD_HANDLE, INVALID, RATE, TOO_LONG, NOT_FOUND, FULL = -1, -2, -4, -5, -6, -7, -12
MESSAGE = 4
HOME = {"publish": ["home/+/temp", "news"], "subscribe": ["home/#"], "max_per_s": 100}


def talker(name="org.a", **fields):
    grant = dict(HOME)
    grant.update(fields)
    return Bench(data("host_msg"), app_id=name, msg=grant)


def message(topic, text):
    return bytes([len(topic)]) + topic.encode() + text


def test_messages_arrive():
    a, b = talker(), talker("org.b")
    everything = b.call("subscribe", "home/#")
    kitchen = b.call("subscribe", "home/kitchen/+")
    mine = a.call("subscribe", "home/attic/temp")
    same(a.call("publish", "home/kitchen/temp", b"21"), 2)
    same(a.call("publish", "home/attic/temp", b""), 2)
    same(a.call("publish", "news", b"none listens"), 0)
    events = [(MESSAGE, everything, 0), (MESSAGE, kitchen, 0), (MESSAGE, everything, 0)]
    same(b.events(), events)
    same(b.take("receive", everything, [64]), message("home/kitchen/temp", b"21"))
    same(b.take("receive", everything, [64]), message("home/attic/temp", b""))
    same(b.take("receive", everything, [64]), b"")
    same(b.call("receive", kitchen, [19]), TOO_LONG)
    same(b.take("receive", kitchen, [20]), message("home/kitchen/temp", b"21"))
    same(a.take("receive", mine, [64]), message("home/attic/temp", b""))
    same(b.call("unsubscribe", kitchen), 0)
    same(b.call("receive", kitchen, [64]), BAD_HANDLE)
    same(a.call("publish", "home/kitchen/temp", b""), 1)
    b.stop()
    same(a.call("publish", "home/kitchen/temp", b""), 0)
    a.stop()


def test_only_granted_topics():
    app = talker()
    for topic in (
        "home",
        "home/kitchen",
        "home/kitchen/humidity",
        "home/a/b/temp",
        "News",
        "/news",
    ):
        same((topic, app.call("publish", topic, b"")), (topic, DENIED))
    for topic in ("home/+/temp", "#", "news/#", "home//temp#"):
        same((topic, app.call("publish", topic, b"")), (topic, INVALID))
    for pattern in ("#", "+/kitchen", "news", "+", "homes/#", "/home"):
        same((pattern, app.call("subscribe", pattern)), (pattern, DENIED))
    for pattern in ("home/#/x", "home/a+", "home/a#"):
        same((pattern, app.call("subscribe", pattern)), (pattern, INVALID))
    for pattern in ("home/+", "home/kitchen/#", "home"):
        assert app.call("subscribe", pattern) > 0, pattern
    app.stop()


def test_floods_are_bounded():
    a = talker(max_per_s=1000)
    b = talker("org.b", queue=3)
    one, two = b.call("subscribe", "home/#"), b.call("subscribe", "home/+/temp")
    taken = sum(a.call("publish", "home/x/temp", bytes(60)) for _ in range(50))
    same(taken, 3)  # for both subscriptions together
    same(a.call("publish", "home/x/temp", bytes(65)), TOO_LONG)
    b.call("receive", one, [64])
    same(b.call("receive", two, [16]), TOO_LONG)
    count = 0
    while b.call("subscribe", "home/#") > 0:
        count += 1
    assert count < 10, count
    a.stop()
    b.stop()
    a = talker(max_per_s=2)
    same([a.call("publish", "news", b"") for _ in range(4)], [0, 0, RATE, RATE])
    a.stop()


def test_publishing_and_subscribing_need_their_grants():
    error = raises(CapabilityError, Bench, data("host_msg"), msg={"subscribe": ["#"]})
    assert "publish" in str(error), error
    error = raises(CapabilityError, Bench, data("host_msg"), msg={"publish": ["x"]})
    assert "subscribe" in str(error), error


def test_log():
    app = Bench(data("host_log"), log={"level": "info", "bytes_per_s": 40})
    same(app.call("write", 1, b"bad\n"), 0)
    same(app.call("write", 3, b"\x1b[31m \xff"), 0)
    same(app.call("write", 4, b"dropped"), 0)
    same(app.call("write", 0, b"x"), INVALID)
    same(app.call("write", 5, b"x"), INVALID)
    same(app.logs(), ["error: bad", "\ufffd[31m \ufffd"])
    same([app.call("write", 3, b"0123456789") for _ in range(3)], [0, 0, RATE])
    same(app.call("write", 3, bytes(41)), TOO_LONG)
    app.stop()
    error = raises(CapabilityError, Bench, data("host_log"), log={"level": "none"})
    assert "log" in str(error), error


def test_blobs():
    app = Bench(data("host_blob"), blobs={"table": b"0123456789", "none": b""})
    blob = app.call("open", "table")
    same(app.call("size", blob), 10)
    same(app.take("read", blob, 0, [4]), b"0123")
    same(app.take("read", blob, 8, [4]), b"89")
    same(app.take("read", blob, 10, [4]), b"")
    same(app.take("read", blob, -1, [4]), b"")
    same(app.call("size", app.call("open", "none")), 0)
    same(app.call("open", "other"), NOT_FOUND)
    same(app.call("size", blob + 9), BAD_HANDLE)
    while app.call("open", "table") > 0:
        pass
    same(app.denied["full"], 1)
    app.stop()


def test_random():
    app = Bench(data("host_random"), random={"bytes_per_s": 600})
    first = app.take("fill", [200])
    second = app.take("fill", [200])
    same((len(first), len(second)), (200, 200))
    assert first != second
    assert first[64:128] != first[128:192]
    assert len(set(first)) > 50
    same(app.call("fill", [0]), 0)
    same(app.call("fill", [601]), TOO_LONG)
    same(app.call("fill", [300]), RATE)
    app.stop()


def test_time():
    app = Bench(data("host_time"), time={"clocks": ["monotonic", "wall"]})
    begin = app.call("monotonic_ms")
    assert begin < 1000, begin
    time.sleep_ms(30)
    assert 30 <= app.call("monotonic_ms") - begin < 1000
    wall = app.call("wall_ms")
    assert abs(wall // 1000 - time.time()) <= 1, wall
    app.stop()
    for clock in ("monotonic", "wall"):
        other = "wall" if clock == "monotonic" else "monotonic"
        error = raises(CapabilityError, Bench, data("host_time"), time={"clocks": [clock]})
        assert other in str(error), error


class Ticks:
    """A clock whose ticks wrap at 1024."""

    def __init__(self):
        self.now = 1000

    def ticks_ms(self):
        return self.now & 1023

    def ticks_diff(self, a, b):
        return ((a - b + 512) & 1023) - 512


def test_the_clock_goes_on_when_ticks_wrap():
    from wasm.imports import time as driver

    app = Bench(data("host_sys"))
    app.clock = Ticks()
    monotonic = driver.drivers(app)["monotonic_ms"]
    passed = 0
    for step in (0, 500, 500, 24, 511, 100):
        app.clock.now += step
        passed += step
        same(monotonic(None), passed)


def test_the_app_itself():
    app = Bench(data("host_sys"), env={"PLACE": "attic", "EMPTY": ""})
    assert not app.is_ready
    same(app.call("ready"), 0)
    assert app.is_ready
    same(app.take("env", "PLACE", [16]), b"attic")
    same(app.call("env", "PLACE", [2]), 5)
    same(app.answer, b"at")
    same(app.call("env", "EMPTY", [2]), 0)
    same(app.call("env", "HOME", [2]), NOT_FOUND)
    same(app.call("overruns"), 0)
    app.stop()


def test_an_app_ends_itself():
    app = Bench(data("exits"))
    same(app.state, "running")
    while app.step() is not None:
        pass
    same((app.state, app.result), ("stopped", 7))
