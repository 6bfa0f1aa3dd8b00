# SPDX-License-Identifier: MIT
"""The tool `wasmlet`: what it writes, what it prints, its exit codes."""

import json
import re
import shutil
import subprocess
import sys

import pytest
from wasmlet import cli
from wasmlet.pure import package

MANIFEST = """
[app]
id = "org.example.weather"
version = "1.2.0"

[[gpio]]
label = "status-led"
mode = "out"

[[i2c]]
bus = "sensors"
addrs = [0x76]
ops = ["write-read"]
"""
POLICY = """
[labels.gpio]
status-led = {pin = 25, safe = "low"}
[labels.i2c]
sensors = {id = 0, sda = 4, scl = 5}

[app."org.example.weather"]
gpio = [{label = "status-led"}]
i2c = [{bus = "sensors", addrs = [0x76], max_per_s = 5}]
"""
COMPILED = (
    '{"app":{"org.example.weather":{"gpio":[{"label":"status-led"}],'
    '"i2c":[{"addrs":[118],"bus":"sensors","max_per_s":5}]}},'
    '"labels":{"gpio":{"status-led":{"pin":25,"safe":"low"}},'
    '"i2c":{"sensors":{"id":0,"scl":5,"sda":4}}}}'
)
ALWAYS = """\
  memory = {max_bytes = 65536, stack_bytes = 8192, code_cache_bytes = 16384, \
native_code_bytes = 16384}
  cpu = {fuel_per_period = 1000000, period_ms = 100, call_deadline_ms = 10000, \
calls_per_s = 10000, tier = "interp"}
  log = {level = "info", bytes_per_s = 512}
  restart = {policy = "never", max = 5, backoff_ms = 1000}
"""
LED = 'gpio = [{label = "status-led", mode = "out", pull = "none", edge = "none", max_per_s = 100'
MODULE = b"\0asm\1\0\0\0"


@pytest.fixture
def tool(tmp_path, monkeypatch, capsys):
    """Return a function that runs the tool beside its files; it returns (exit code, out, err)."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wasmlet.toml").write_text(MANIFEST)
    (tmp_path / "policy.toml").write_text(POLICY)
    (tmp_path / "app.wasm").write_bytes(MODULE)

    def run(*words):
        code = cli.main([str(word) for word in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def packed(tool, tmp_path):
    """Make a package, and return its path."""
    (tmp_path / "names.txt").write_text("Oslo")
    code, out, err = tool("pack", "app.wasm", "-o", "weather.wasm", "--blob", "names=names.txt")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"weather.wasm: org.example.weather 1.2.0, \d+ bytes\n", out)
    return tmp_path / "weather.wasm"


def test_package(packed):
    data = packed.read_bytes()
    found = package.read(data)
    assert found.manifest["i2c"][0]["addrs"] == 1 << 0x76
    at, size = found.blobs["names"]
    assert data[at : at + size] == b"Oslo"
    assert at % 4 == 0


def test_package_is_a_module(packed, tmp_path, make):
    if not shutil.which("wasm-validate"):
        assert make("build/packages/test").returncode == 0
    assert subprocess.run(["wasm-validate", packed], check=False).returncode == 0


def test_packing_again_replaces(tool, packed):
    assert tool("pack", packed, "-o", "again.wasm")[0] == 0
    assert package.read((packed.parent / "again.wasm").read_bytes()).blobs == {}
    code, out, _ = tool("diff", packed, "again.wasm")
    assert (code, out) == (0, "no difference\n")


def test_inspect(tool, packed):
    size = packed.stat().st_size
    assert tool("inspect", "weather.wasm") == (
        0,
        f"weather.wasm: org.example.weather 1.2.0, abi 1, {size} bytes\n{ALWAYS}"
        f"  {LED}, shared = false}}]\n"
        '  i2c = [{bus = "sensors", addrs = [0x76], ops = ["write-read"], max_len = 32, '
        "max_per_s = 20, shared = false}]\n"
        f"  blob names: 4 bytes at {size - 4}\n",
        "",
    )


def test_inspect_with_a_policy(tool, packed):
    code, out, _ = tool("inspect", packed, "--policy", "policy.toml")
    assert code == 0
    assert f"  {LED}, shared = false}}]  # active_low 0, pin 25, safe 1\n" in out
    assert "max_per_s = 5, shared = false}]  # freq_hz 100000, id 0, scl 5, sda 4\n" in out


def test_inspect_shows_what_is_denied(tool, packed):
    (packed.parent / "none.toml").write_text("")
    code, out, _ = tool("inspect", packed, "--policy", "none.toml")
    assert code == 1
    assert (
        "  denied: gpio status-led: not allowed by the policy; policy.toml needs [labels.gpio] "
        f'status-led = {{pin = ...}} and [app."org.example.weather"] {LED}}}]\n' in out
    )


def test_inspect_a_bare_module(tool):
    assert tool("inspect", "app.wasm") == (0, f"app.wasm: bare module, 8 bytes\n{ALWAYS}", "")


def test_inspect_for_programs(tool, packed):
    code, out, _ = tool("inspect", packed, "--policy", "policy.toml", "--json")
    assert code == 0
    assert json.loads(out)["gpio"][0]["hw"] == {"pin": 25, "active_low": 0, "safe": 1}


def test_policy(tool, tmp_path):
    assert tool("policy", "check", "policy.toml") == (
        0,
        f"policy.toml: good, {len(COMPILED)} bytes for the board\n",
        "",
    )
    assert tool("policy", "compile", "policy.toml", "-o", "p.json") == (
        0,
        f"p.json: {len(COMPILED)} bytes\n",
        "",
    )
    assert (tmp_path / "p.json").read_text() == COMPILED
    assert tool("policy", "check", "p.json")[0] == 0


def test_pins_that_are_named_twice(tool, tmp_path):
    (tmp_path / "p.toml").write_text("[labels]\ngpio.a = {pin = 4}\nadc.b = {pin = 4}\n")
    code, out, _ = tool("policy", "check", "p.toml")
    assert (code, out.splitlines()[0]) == (0, "p.toml: pin 4 is of adc b and gpio a")


def test_update_that_asks_for_more(tool, packed, tmp_path):
    text = MANIFEST.replace("[0x76]", "[0x76, 0x44]").replace('"write-read"', '"read"')
    (tmp_path / "new.toml").write_text(text + "max_per_s = 10\n[timer]\n")
    assert tool("pack", "app.wasm", "-m", "new.toml", "-o", "new.wasm")[0] == 0
    assert tool("diff", packed, "new.wasm") == (
        1,
        "wider: i2c sensors addrs [0x76] -> [0x44, 0x76]\n"
        'wider: i2c sensors ops ["write-read"] -> ["read"]\n'
        "narrower: i2c sensors max_per_s 20 -> 10\n"
        "wider: timer is new: timer = {max = 1, min_ms = 10}\n",
        "",
    )
    code, out, _ = tool("diff", packed, "new.wasm", "--policy", "policy.toml")
    assert code == 1
    assert "0x44" not in out


def test_other_hardware_is_wider(tool, packed, tmp_path):
    (tmp_path / "p.toml").write_text(POLICY.replace("25", "26"))
    assert tool("diff", packed, packed, "--old-policy", "policy.toml", "--policy", "p.toml") == (
        1,
        "wider: gpio status-led other hardware: active_low 0, pin 25, safe 1 -> "
        "active_low 0, pin 26, safe 1\n",
        "",
    )


@pytest.mark.parametrize(
    ("name", "text", "words", "code", "error"),
    [
        ("wasmlet.toml", "[app", "pack app.wasm -o x", 2, "wasmlet.toml: Expected"),
        ("wasmlet.toml", "[ap]", "pack app.wasm -o x", 1, 'wasmlet.toml: "ap" is unknown; did '),
        (
            "wasmlet.toml",
            MANIFEST.replace("0x76", "0x90"),
            "pack app.wasm -o x",
            1,
            "wasmlet.toml: i2c[0].addrs[0]: 0x90 is not in 0x08..0x77",
        ),
        (
            "wasmlet.toml",
            MANIFEST.replace("0x76", "1.5"),
            "pack app.wasm -o x",
            1,
            "wasmlet.toml: i2c[0].addrs[0]: is not an integer",
        ),
        (
            "wasmlet.toml",
            MANIFEST + '[env]\nA = "\\n"',
            "pack app.wasm -o x",
            1,
            "app.wasm: wrong escape at byte",
        ),
        ("app.wasm", "text", "pack app.wasm -o x", 1, "app.wasm: no WebAssembly module"),
        ("app.wasm", "text", "inspect app.wasm", 1, "app.wasm: no WebAssembly module at byte 0"),
        ("x", "", "inspect nothing.wasm", 2, "nothing.wasm: No such file or directory"),
        ("x", "", "pack app.wasm -o x --blob a", 2, "--blob a: NAME=FILE is wanted"),
        ("x", "", "pack app.wasm -o x --blob a=x --blob a=x", 2, "--blob a: is there twice"),
        ("x", "", "pack app.wasm -o x --blob a!=x", 1, "app.wasm: blob at byte"),
        ("x", "", "pack app.wasm -o /nowhere/x", 2, "/nowhere/x: No such file or directory"),
        (
            "policy.toml",
            "default.gpio = [{label = 'led'}]",
            "policy check policy.toml",
            1,
            "policy.toml: default.gpio[0].label: needs [labels.gpio] led = {pin = ...}",
        ),
        ("p.json", "{} ", "policy check p.json", 1, "p.json: more than one value at byte 2"),
    ],
)
def test_errors(tool, tmp_path, name, text, words, code, error):
    (tmp_path / name).write_text(text)
    found, out, err = tool(*words.split())
    assert (found, out) == (code, "")
    assert err.startswith("wasmlet: " + error), err
    assert err.count("\n") == 1


def test_imports_that_the_manifest_does_not_cover(tool, tmp_path):
    entry = b"\x0awasmlet:kv\x03get\0\0"
    other = b"\x03env\x01m\x02\x01\x01\x02" + b"\x0bwasmlet:sys\x05ready\0\0"
    body = b"\x03" + other + entry
    types = b"\x01\x04\x01\x60\0\0"
    (tmp_path / "app.wasm").write_bytes(MODULE + types + b"\x02" + bytes([len(body)]) + body)
    code, _, err = tool("pack", "app.wasm", "-o", "x.wasm")
    assert code == 1
    assert err == (
        "wasmlet: app.wasm: imports wasmlet:kv get; wasmlet.toml needs kv = {bytes = 1024}\n"
    )
    assert not (tmp_path / "x.wasm").exists()
    (tmp_path / "wasmlet.toml").write_text(MANIFEST + "[kv]\n")
    assert tool("pack", "app.wasm", "-o", "x.wasm")[0] == 0


def test_as_a_module(root, tool):
    done = subprocess.run(
        [sys.executable, "-m", "wasmlet", "--help"],
        env={"PYTHONPATH": str(root / "host_tools" / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    for command in ("pack", "inspect", "policy", "diff"):
        assert re.search(rf"^ +{command} ", done.stdout, re.MULTILINE)


def test_a_wheel_has_all_that_the_tool_shares(root):
    listed = (root / "host_tools" / "pyproject.toml").read_text()
    shared = root / "modules" / "wasm"
    names = set(re.findall(r'"\.\./modules/wasm/(\w+)\.py" = "wasmlet/pure/\1\.py"', listed))
    used = set(names)
    for path in [
        *(root / "host_tools" / "src").rglob("*.py"),
        *(shared / f"{n}.py" for n in names),
    ]:
        text = path.read_text()
        for line in re.findall(r"^ *from \.+(?:pure)? import (.*)$", text, re.MULTILINE):
            found = {name.strip() for name in line.split(",")}
            used |= {name for name in found if (shared / f"{name}.py").is_file()}
        used |= set(re.findall(r"^ *from \.+pure\.(\w+) import", text, re.MULTILINE))
        if path.parent == shared:
            used |= set(re.findall(r"^ *from \.(\w+) import", text, re.MULTILINE))
    assert used == names
