# SPDX-License-Identifier: MIT
"""Grants: what is given, what is denied, and what the texts say."""

from support import LABELS, WEATHER, asking, board, refused, same, text
from wasm import capability, manifest, package, policy


def grant(asked, allowed):
    return capability.grant(
        asked and manifest.check(asked), allowed and policy.load(text(allowed))
    )


def without_hardware(granted):
    rest = {key: granted[key] for key in granted if key != "denied"}
    for key in LABELS:
        rest[key] = [{k: entry[k] for k in entry if k != "hw"} for entry in rest[key]]
    return rest


def test_everything_is_what_is_asked_for():
    granted = grant(WEATHER, board())
    same(granted["denied"], [])
    same(without_hardware(granted), manifest.check(WEATHER))
    same(granted["gpio"][0]["hw"], {"pin": 25, "active_low": 0, "safe": 1})
    same(granted["i2c"][0]["hw"]["freq_hz"], 400000)


def test_a_bare_module_may_log():
    for allowed in (None, board({}), board()):
        granted = grant(None, allowed)
        same(sorted(granted), ["app", "cpu", "denied", "env", "log", "memory", "restart"])
        same(granted["log"], {"level": 3, "bytes_per_s": 512})
        same((granted["denied"], granted["app"]["id"]), ([], ""))


def test_ceilings_shrink():
    granted = grant(
        asking(timer={"max": 4}, log={"level": "debug"}, cpu={"period_ms": 50}),
        board(
            {
                "timer": {"max": 2, "min_ms": 100},
                "log": {"level": "warn"},
                "cpu": {"period_ms": 80},
            }
        ),
    )
    same(granted["denied"], [])
    same(granted["timer"], {"max": 2, "min_ms": 100})
    same(granted["log"]["level"], 2)
    same(granted["cpu"]["period_ms"], 80)


def denied(asked, allowed):
    granted = grant(asked, allowed)
    return granted, granted["denied"]


def test_a_part_is_denied():
    asked = asking(i2c=[{"bus": "sensors", "addrs": [0x76, 0x44], "ops": ["read", "write"]}])
    allowed = board({"i2c": [{"bus": "sensors", "addrs": [0x76], "ops": ["read"]}]})
    granted, texts = denied(asked, allowed)
    same((granted["i2c"][0]["addrs"], granted["i2c"][0]["ops"]), (1 << 0x76, 1))
    start = "not allowed by the policy; policy.toml needs "
    same(
        texts,
        [
            f"i2c sensors addrs: {start}addrs = [0x44, 0x76] in [default] i2c",
            f'i2c sensors ops: {start}ops = ["read", "write"] in [default] i2c',
        ],
    )
    granted, texts = denied(asked, board(own={"i2c": [{"bus": "sensors", "addrs": [0x76]}]}))
    section = '[app."org.example.weather"] i2c'
    same(texts, [f"i2c sensors addrs: {start}addrs = [0x44, 0x76] in {section}"])


def test_nothing_that_is_of_use_is_left():
    asked = asking(
        gpio=[{"label": "status-led", "mode": "out"}],
        pwm=[{"label": "buzzer", "min_hz": 100, "max_hz": 200}],
    )
    allowed = board(
        {"gpio": [{"label": "status-led", "mode": "in"}], "pwm": [{"label": "buzzer"}]}
    )
    granted, texts = denied(asked, allowed)
    assert "gpio" not in granted
    assert "pwm" in granted
    same(len(texts), 1)
    allowed = board(
        {"gpio": [{"label": "status-led"}], "pwm": [{"label": "buzzer", "min_hz": 300}]}
    )
    granted, texts = denied(asked, allowed)
    assert "gpio" in granted
    assert "pwm" not in granted
    same(
        texts,
        [
            "pwm buzzer max_hz: not allowed by the policy; policy.toml needs "
            "max_hz = 200 in [default] pwm"
        ],
    )


def test_a_pin_is_of_use_without_its_resistor():
    asked = asking(gpio=[{"label": "button", "mode": "in", "pull": "up"}])
    granted, texts = denied(asked, board({"gpio": [{"label": "button", "pull": "none"}]}))
    same((granted["gpio"][0]["pull"], len(texts)), (0, 1))


def test_topics():
    asked = asking(msg={"publish": ["env/temp"], "subscribe": ["cfg/#", "x"]})
    allowed = board({"msg": {"publish": ["env/+"], "subscribe": ["cfg/+", "y"]}})
    granted, texts = denied(asked, allowed)
    same(granted["msg"]["publish"], ("env/temp",))
    same(granted["msg"]["subscribe"], ("cfg/+",))
    same(len(texts), 1)
    assert texts[0].startswith("msg subscribe: "), texts


def test_folders():
    asked = asking(fs=[{"path": "/data/log", "mode": "rw", "quota_bytes": 100}])
    granted, texts = denied(asked, board({"fs": [{"path": "/data", "quota_bytes": 50}]}))
    same(granted["fs"], [{"path": "/data/log", "mode": 3, "quota_bytes": 50, "max_open": 2}])
    same(texts, [])
    for path in ("/dat", "/data/log/x", "/database"):
        granted, texts = denied(asked, board({"fs": [{"path": path}]}))
        assert "fs" not in granted
        same(len(texts), 1)


def test_variables():
    granted = grant(
        asking(env={"A": "1", "B": "2"}), board({"env": {"B": "3", "C": "4"}, "log": {}})
    )
    same(granted["env"], {"A": "1", "B": "3"})


def test_sharing_takes_both():
    for asks, allows, wanted in ((1, 1, 1), (1, 0, 0), (0, 1, 0)):
        asked = asking(gpio=[{"label": "button", "mode": "in", "shared": bool(asks)}])
        allowed = board({"gpio": [{"label": "button", "shared": bool(allows)}]})
        granted = grant(asked, allowed)
        same((granted["gpio"][0]["shared"], granted["denied"]), (wanted, []))


def test_what_a_text_says_to_write_is_enough():
    """Follow the texts, without a policy, and nothing is denied any more."""
    granted = grant(WEATHER, None)
    same(sorted(granted), ["app", "cpu", "denied", "env", "log", "memory", "restart"])
    same(len(granted["denied"]), 12)
    for reason in granted["denied"]:
        assert ": there is no policy; policy.toml needs " in reason, reason
    same(
        granted["denied"][0],
        "gpio status-led: there is no policy; policy.toml needs [labels.gpio] "
        'status-led = {pin = ...} and [app."org.example.weather"] gpio = [{label = "status-led", '
        'mode = "out", pull = "none", edge = "none", max_per_s = 10}]',
    )
    same(
        granted["denied"][-1],
        "time: there is no policy; policy.toml needs "
        '[app."org.example.weather"] time = {clocks = ["monotonic", "wall"]}',
    )


def test_labels_that_are_there_need_not_be_written():
    _, texts = denied(asking(adc=[{"label": "light"}]), board({}))
    same(
        texts,
        [
            "adc light: not allowed by the policy; policy.toml needs "
            '[app."org.example.weather"] adc = [{label = "light", max_per_s = 10}]'
        ],
    )


def test_the_inputs_stay_as_they_are():
    asked, allowed = manifest.check(WEATHER), policy.check(board())
    before = (str(asked), str(allowed))
    capability.grant(asked, allowed)["denied"].append("x")
    same((str(asked), str(allowed)), before)


def test_a_package_that_asks():
    from support import package as packed

    found = package.read(packed(WEATHER))
    same(capability.grant(found.manifest, None)["app"]["id"], "org.example.weather")
    same(refused(package.read, packed({})), "app.id: is missing")
