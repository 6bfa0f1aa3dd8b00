# SPDX-License-Identifier: MIT
"""Policies: labels, ceilings, what is not limited."""

from support import APP, LABELS, board, refused, same, text
from wasm.policy import ceilings, check, load


def test_labels():
    found = load(text(board()))["labels"]
    same(found["gpio"]["status-led"], {"pin": 25, "active_low": 0, "safe": 1})
    same(found["gpio"]["button"], {"pin": 3, "active_low": 1, "safe": 0})
    same(found["i2c"]["sensors"], {"id": 0, "sda": 4, "scl": 5, "freq_hz": 400000})
    same(found["spi"]["flash"], {"id": 0, "sck": -1, "mosi": -1, "miso": -1, "cs": 17})
    same(found["uart"]["gps"], {"id": 1, "tx": -1, "rx": -1, "baud": 9600})
    same(found["adc"]["light"], {"pin": 26})
    same(found["pwm"]["buzzer"], {"pin": 15, "safe": 1})


def test_what_is_missing_is_not_limited():
    found = load(text(board({"i2c": [{"bus": "sensors"}], "timer": {}})))["default"]
    same(found["timer"], {"max": 64, "min_ms": 1})
    entry = found["i2c"][0]
    same(entry["addrs"], sum([1 << address for address in range(0x08, 0x78)]))
    same((entry["ops"], entry["max_len"], entry["shared"]), (7, 65535, 0))


def test_no_policy():
    for policy in (None, check({})):
        found = ceilings(policy, "a")
        same(sorted(found), ["cpu", "env", "log", "memory", "restart"])
        same(found["log"], {"level": 3, "bytes_per_s": 512})
        same(found["env"], {})


def test_an_apps_own_ceilings_go_first():
    policy = load(text(board({"timer": {"max": 9}, "kv": {}}, own={"timer": {"max": 2}})))
    same(ceilings(policy, APP["id"])["timer"]["max"], 2)
    same(ceilings(policy, APP["id"])["kv"], ceilings(policy, "other")["kv"])
    same(ceilings(policy, "other")["timer"]["max"], 9)


def test_an_empty_list_is_nothing_at_all():
    policy = load(text(board(own={"gpio": []})))
    same(ceilings(policy, APP["id"])["gpio"], [])
    same(len(ceilings(policy, "other")["gpio"]), 2)


def test_variables_of_both():
    policy = check({"default": {"env": {"A": "1", "B": "2"}}, "app": {"x": {"env": {"B": "3"}}}})
    same(ceilings(policy, "x")["env"], {"A": "1", "B": "3"})
    same(ceilings(policy, "y")["env"], {"A": "1", "B": "2"})
    same(policy["default"]["env"], {"A": "1", "B": "2"})


def test_faults_name_the_path():
    for policy, wanted in (
        ([], "is not a table"),
        ({"default": 1}, "default: is not a table"),
        ({"label": {}}, '"label" is unknown; did you mean labels?'),
        ({"labels": {"pins": {}}}, None),
        ({"labels": {"gpio": {"led": {"pin": 256}}}}, "labels.gpio.led.pin: 256 is not in 0..255"),
        ({"labels": {"gpio": {"led": {}}}}, "labels.gpio.led.pin: is missing"),
        ({"labels": {"gpio": {"l d": {"pin": 1}}}}, 'labels.gpio: " " is not allowed in a name'),
        ({"labels": {"gpio": []}}, "labels.gpio: is not a table"),
        (
            {"default": {"gpio": [{"label": "led"}]}},
            "default.gpio[0].label: needs [labels.gpio] led = {pin = ...}",
        ),
        (
            {"labels": LABELS, "app": {"a.b": {"spi": [{"device": "sd"}]}}},
            'app."a.b".spi[0].device: needs [labels.spi] sd = {id = ..., cs = ...}',
        ),
        ({"app": {"a.b": {"timer": {"max": 0}}}}, 'app."a.b".timer.max: 0 is not in 1..64'),
        ({"app": {"a.b": {"app": {}}}}, None),
        ({"app": {"": {}}}, "app: is not 1 to 64 characters long"),
        ({"app": []}, "app: is not a table"),
    ):
        found = refused(check, policy)
        assert wanted is None or found == wanted, found
        if policy:
            same(refused(load, text(policy)), found)


def test_bounds():
    same(refused(load, b" " * 16385), "policy of more than 16384 bytes")
    same(refused(load, b"{} "), "more than one value at byte 2")
    pins = {str(i): {"pin": 1} for i in range(65)}
    text_of_it = refused(check, {"labels": {"gpio": pins}})
    same(text_of_it, "labels.gpio: has more than 64 labels")
