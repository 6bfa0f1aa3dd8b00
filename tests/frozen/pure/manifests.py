# SPDX-License-Identifier: MIT
"""Manifests: normal form, defaults, and what every kind of key refuses."""

from support import APP, WEATHER, asking, refused, same
from wasm.manifest import bare, check, example, line, shown
from wasm.schema import APP as APP_ROWS
from wasm.schema import CLASSES, is_list, most


def test_normal_form():
    found = check(WEATHER)
    same(
        found["i2c"],
        [
            {
                "bus": "sensors",
                "addrs": 1 << 0x76 | 1 << 0x44,
                "ops": 4,
                "max_len": 32,
                "max_per_s": 20,
                "shared": 0,
            }
        ],
    )
    same(found["gpio"][0]["mode"], 2)
    same(found["spi"][0]["modes"], 0b1001)
    same(found["log"], {"level": 3, "bytes_per_s": 256})
    same(found["restart"], {"policy": 1, "max": 5, "backoff_ms": 2000})
    same(found["msg"]["subscribe"], ("cfg/#",))
    same(found["time"], {"clocks": 3})
    same(found["env"], {"UNIT": "C"})


def test_what_is_not_asked_for_is_absent():
    found = check({"app": APP})
    same(sorted(found), ["app", "cpu", "env", "log", "memory", "restart"])
    same(sorted(bare()), sorted(found))
    same(bare()["app"]["id"], "")
    same(check(asking(gpio=[])), found)


def test_all_defaults_are_in_range():
    for key, rows in CLASSES:
        for row in rows:
            _, kind, low, high, default = row
            if default is None:
                continue
            if kind in "<>?":
                assert low <= default <= high, (key, row)
            elif kind == "o":
                assert 0 <= default <= most(row), (key, row)
            elif kind in "bwsx":
                assert default & ~most(row) == 0, (key, row)


def fault(**keys):
    return refused(check, asking(**keys))


def test_faults_name_the_path():
    pin = {"label": "a", "mode": "in"}
    device = {"bus": "s", "addrs": [0x76], "ops": ["read"]}

    def changed(table, **keys):
        table = dict(table)
        table.update(keys)
        return [table]

    for keys, wanted in (
        (
            {"i2c": changed(device, addrs=[0x76, 0x90])},
            "i2c[0].addrs[1]: 0x90 is not in 0x08..0x77",
        ),
        ({"i2c": changed(device, addrs=[0x76, 0x76])}, "i2c[0].addrs[1]: is there twice"),
        ({"i2c": changed(device, addrs=[])}, "i2c[0].addrs: is empty"),
        ({"i2c": changed(device, addrs=0x76)}, "i2c[0].addrs: is not a list"),
        ({"i2c": changed(device, addrs=[True])}, "i2c[0].addrs[0]: is not an integer"),
        ({"i2c": changed(device, addrs=[8] * 17)}, "i2c[0].addrs: has more than 16 items"),
        (
            {"i2c": changed(device, ops=["reed"])},
            'i2c[0].ops[0]: "reed" is unknown; did you mean read?',
        ),
        ({"i2c": [{"bus": "s"}]}, "i2c[0].addrs: is missing"),
        ({"i2c": [{"bus": "s", "addr": [8]}]}, 'i2c[0]: "addr" is unknown; did you mean addrs?'),
        ({"i2c": device}, "i2c: is not a list"),
        ({"i2c": [7]}, "i2c[0]: is not a table"),
        ({"i2c": [device, device]}, "i2c[1].bus: s and s are of one thing"),
        ({"gpio": changed(pin, max_per_s=0)}, "gpio[0].max_per_s: 0 is not in 1..1000000"),
        ({"gpio": changed(pin, max_per_s="1")}, "gpio[0].max_per_s: is not an integer"),
        (
            {"gpio": changed(pin, mode="-")},
            'gpio[0].mode: "-" is unknown; there is in, out, inout',
        ),
        ({"gpio": changed(pin, mode=1)}, "gpio[0].mode: is not a text"),
        ({"gpio": changed(pin, shared=1)}, "gpio[0].shared: is not true or false"),
        ({"gpio": changed(pin, label="")}, "gpio[0].label: is not 1 to 32 characters long"),
        ({"gpio": changed(pin, label="a b")}, 'gpio[0].label: " " is not allowed in a name'),
        ({"gpio": [pin] * 17}, "gpio: has more than 16 items"),
        (
            {"pwm": [{"label": "a", "min_hz": 9, "max_hz": 8}]},
            "pwm[0].max_hz: is less than min_hz",
        ),
        (
            {"fs": [{"path": "/a", "mode": "r"}, {"path": "/a/b", "mode": "r"}]},
            "fs[1].path: /a/b and /a are of one thing",
        ),
        (
            {"msg": {"publish": ["a", "b+"]}},
            "msg.publish[1]: has + or # beside other characters of a level",
        ),
        ({"timer": []}, "timer: is not a table"),
        ({"timer": {"max": 65}}, "timer.max: 65 is not in 1..64"),
        ({"env": []}, "env: is not a table"),
        ({"env": {"A": 1}}, "env.A: is not a text"),
        ({"env": {"A=": ""}}, 'env: "=" is not allowed in a name'),
        ({"env": {"A": "ä" * 65}}, "env.A: is longer than 128 bytes"),
        ({"env": {str(i): "" for i in range(17)}}, "env: has more than 16 variables"),
        ({"tmier": {}}, '"tmier" is unknown; did you mean timer?'),
        ({"memory": {"size": 1}}, None),
    ):
        text = fault(**keys)
        if wanted:
            same(text, wanted)
    same(
        fault(memory={"size": 1}),
        'memory: "size" is unknown; there is max_bytes, stack_bytes, '
        "code_cache_bytes, native_code_bytes",
    )


def test_paths_of_files():
    for path in ("", "data", "/", "//", "/a/", "/a//b", "/a/../b", "/./a", "/" + "a" * 64):
        text = fault(fs=[{"path": path, "mode": "r"}])
        assert text.startswith("fs[0].path: "), text


def test_who_the_app_is():
    same(refused(check, {}), "app.id: is missing")
    same(refused(check, []), "is not a table")
    for version in ("1.2", "1.2.3.4", "1.2.x", "1..2", "01.2.3", "1.2.-3", "1.2.100000", 3):
        text = refused(check, {"app": {"id": "a", "version": version}})
        same(text, "app.version: is not three numbers with points between them")
    text = refused(check, {"app": {"id": "a", "version": "1.0.0", "abi": 2}})
    same(text, "app.abi: 2 is not in 1..1")
    same([row[0] for row in APP_ROWS], ["id", "version", "abi"])


def sample(row):
    """Return a value of a key as a manifest has it, and another, in normal form."""
    _, kind, low, high, _ = row
    if kind in "<>":
        return high, high
    if kind in "ob":
        return low.split()[-1], len(low.split()) - 1
    if kind == "w":
        return [low.split()[-1]], 1 << len(low.split()) - 1
    if kind in "sx":
        return [low, high], 1 << low | 1 << high
    if kind == "t":
        return ["a/+"], ("a/+",)
    if kind == "?":
        return True, 1
    return ("/x", "/x") if kind == "p" else ("x", "x")


def test_every_key_of_every_class():
    for key, rows in CLASSES:
        source = {row[0]: sample(row)[0] for row in rows}
        wanted = {row[0]: sample(row)[1] for row in rows}
        as_list = is_list(rows)
        same(
            check(asking(**{key: [source] if as_list else source}))[key],
            [wanted] if as_list else wanted,
        )
        for row in rows:
            wrong = dict(source)
            wrong[row[0]] = None
            text = fault(**{key: [wrong] if as_list else wrong})
            assert text.startswith(f"{key}{'[0]' if as_list else ''}.{row[0]}: is not "), text


def test_as_toml():
    same(shown(CLASSES[5][1][1], 1 << 8 | 1 << 0x76), "[0x08, 0x76]")
    row = CLASSES[4][1][0]
    same(line("gpio", [(row, "led")]), 'gpio = [{label = "led"}]')
    same(line("timer", []), "timer = {}")


def test_examples_for_imports():
    same(example("gpio", "write"), 'gpio = [{label = "NAME", mode = "out"}]')
    same(example("gpio", "open"), 'gpio = [{label = "NAME", mode = "in"}]')
    same(
        example("i2c", "write_read"),
        'i2c = [{bus = "NAME", addrs = [0x08], ops = ["write-read"]}]',
    )
    same(example("time", "wall_ms"), 'time = {clocks = ["wall"]}')
    same(example("msg", "publish"), 'msg = {publish = ["NAME"]}')
    same(example("timer", "start"), "timer = {max = 1}")
    same(example("fs", "open"), 'fs = [{path = "/data", mode = "r"}]')
    same(example("kv", "get"), "kv = {bytes = 1024}")
