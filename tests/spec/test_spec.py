# SPDX-License-Identifier: MIT
"""The specification's test suite in every variant, and that what runs it notices what is wrong."""

import json
import re
import struct
import subprocess
from pathlib import Path

import convert
import pytest
import run_spec
import suite
from debian import SourceError
from expected import LeftOut, Proposal, load_expected

SPEC_MK = Path(__file__).with_name("spec.mk").read_text(encoding="utf-8")
VARIANTS = re.findall(
    r"([\w-]+):[\w-]+", re.search(r"SPEC_VARIANTS := ((?:.|\\\n)*?)\n\S", SPEC_MK).group(1)
)

# (module (func (export "f") (result i32) (i32.const 7)) (func (export "u") unreachable))
MODULE = bytes.fromhex(
    "0061736d01000000 01080260 00017f60 0000 0303020001 0709020166000001 750001"
    "0a0a02 04 0041070b 03 00000b".replace(" ", "")
)
F = {"type": "invoke", "field": "f", "args": []}
U = {"type": "invoke", "field": "u", "args": []}
LOAD = {"type": "module", "line": 1, "filename": "m.wasm"}


def i32(value):
    return {"type": "i32", "value": str(value)}


def script(*commands, **options):
    def read_module(name):
        return b"" if name == "empty" else MODULE

    packed = [convert.convert_command({"line": 2, **c}, read_module, **options) for c in commands]
    return convert.MAGIC + bytes(4) + b"".join(packed) + convert.pack("END", 0)


# ---- Variants ----


@pytest.mark.parametrize("variant", VARIANTS)
def test_variant(make, root, variant):
    done = make(f"test-spec-{variant}")
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    report = json.loads((root / f"build/spec/report/{variant}.json").read_text(encoding="utf-8"))
    last = done.stdout.splitlines()[-1]
    assert last.startswith(f"spec {variant}: {run_spec.figure_line(report['sums'])}"), output
    assert report["sums"]["failed"] == 0
    assert report["sums"]["skipped"] == 0
    if report["pinned"]:
        expected = load_expected(report["feature"]).values()
        sums = report["sums"]
        assert sums["text_format"] == sum(proposal.text_format for proposal in expected)
        commands = sum(proposal.commands for proposal in expected)
        users = sum(proposal.users(name) for proposal in expected for name in proposal.left_out)
        assert sums["passed"] == commands - sums["text_format"] - users


def test_fuel_is_the_same_in_all_variants(root):
    reports = {
        variant: json.loads(
            (root / f"build/spec/report/{variant}.json").read_text(encoding="utf-8")
        )
        for variant in VARIANTS
    }
    assert sum(row["fuel"] for row in reports["default"]["rows"].values()) > 0
    plain = {name: report["rows"] for name, report in reports.items() if not report["feature"]}
    assert run_spec.check_fuel(plain) == []


def test_core_is_whole():
    assert load_expected()["core"].commands == 27923


def test_what_some_builds_leave_out_others_run():
    without, with_it = load_expected(), load_expected("multi-memory")
    files = {
        name: table.files
        for name, table in without.items()
        if any(table.users(name) for name in table.left_out)
    }
    assert files
    for name in files:
        assert with_it[name].files == without[name].files
        assert not any(with_it[name].users(file) for file in with_it[name].left_out)


# ---- The runner ----


@pytest.fixture(scope="module")
def runner(make, root):
    done = make("build/spec/default/runner")
    assert done.returncode == 0, done.stdout + done.stderr

    def run(data, folder, *options):
        path = folder / "core" / "made.bin"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        command = [str(root / "build/spec/default/runner"), *options, str(path)]
        return subprocess.run(command, capture_output=True, text=True)

    return run


@pytest.mark.parametrize(
    "options", [(), ("--fuel-slice", "1"), ("--eager",), ("--stress", "--fail-alloc", "1000")]
)
def test_runner_passes_what_is_right(runner, tmp_path, options):
    commands = [
        {**LOAD, "name": "$m"},
        {"type": "register", "name": "$m", "as": "m"},
        {"type": "assert_return", "action": F, "expected": [i32(7)]},
        {"type": "assert_return", "action": {**F, "module": "$m"}, "expected": [i32(7)]},
        {"type": "action", "action": F},
        {"type": "assert_trap", "action": U, "text": "unreachable"},
        {"type": "assert_malformed", "filename": "empty", "text": "unexpected end"},
        {"type": "assert_malformed", "filename": "x.wat", "module_type": "text", "text": "x"},
    ]
    done = runner(script(*commands), tmp_path, *options)
    last = "spec: 7 passed, 0 failed, 1 text-format (not applicable), 0 skipped"
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, last), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("command", "finding"),
    [
        ({"type": "assert_return", "action": F, "expected": [i32(8)]}, "expected 0x8, got 0x7"),
        (
            {
                "type": "assert_return",
                "action": F,
                "expected": [{"type": "f32", "value": "nan:canonical"}],
            },
            "results",
        ),
        ({"type": "assert_return", "action": F, "expected": []}, "results"),
        (
            {"type": "assert_return", "action": {**F, "args": [i32(1)]}, "expected": [i32(7)]},
            "arguments",
        ),
        ({"type": "assert_return", "action": {**F, "field": "g"}, "expected": []}, "no export g"),
        (
            {"type": "assert_return", "action": {**F, "type": "get"}, "expected": [i32(7)]},
            "no export f",
        ),
        (
            {"type": "assert_return", "action": {**F, "module": "$x"}, "expected": [i32(7)]},
            "no instance $x",
        ),
        ({"type": "assert_return", "action": U, "expected": []}, "TRAP_UNREACHABLE"),
        ({"type": "action", "action": U}, "TRAP_UNREACHABLE"),
        ({"type": "assert_trap", "action": F, "text": "unreachable"}, "no trap"),
        ({"type": "assert_trap", "action": U, "text": "integer overflow"}, "TRAP_UNREACHABLE"),
        ({"type": "assert_exhaustion", "action": F, "text": "call stack exhausted"}, "no trap"),
        ({"type": "register", "name": "$x", "as": "x"}, "no instance $x"),
        ({"type": "module", "filename": "empty"}, "not loaded"),
        (
            {"type": "assert_invalid", "filename": "m.wasm", "text": "type mismatch"},
            "loaded, expected",
        ),
        ({"type": "assert_invalid", "filename": "empty", "text": "type mismatch"}, "EMPTY_FILE"),
        (
            {"type": "assert_malformed", "filename": "m.wasm", "text": "type mismatch"},
            "loaded, expected",
        ),
        (
            {"type": "assert_unlinkable", "filename": "m.wasm", "text": "unknown import"},
            "instantiated, expected",
        ),
        (
            {"type": "assert_uninstantiable", "filename": "m.wasm", "text": "unreachable"},
            "no trap",
        ),
    ],
)
def test_runner_fails_what_is_wrong(runner, tmp_path, command, finding):
    done = runner(script(LOAD, command), tmp_path)
    first, *_, last = done.stdout.splitlines()
    assert finding in first
    assert first.startswith(f"core/made.wast:2: {command['type'].upper()}: ")
    assert last == "spec: 1 passed, 1 failed, 0 text-format (not applicable), 0 skipped"
    assert done.returncode == 1


def test_runner_wants_features_to_be_refused_by_name(runner, tmp_path):
    left_out = LeftOut({"text": "multiple memories", "modules": [2], "users": [3]})
    user = {"type": "assert_return", "line": 3, "action": F, "expected": [i32(7)]}
    done = runner(script({**LOAD, "line": 2}, user, left_out=left_out), tmp_path)
    assert "REFUSED: loaded, expected multiple memories" in done.stdout
    assert done.stdout.endswith(
        "spec: 0 passed, 1 failed, 0 text-format (not applicable), 0 skipped\n"
    )


@pytest.mark.parametrize("size", [0, 3, 7, 8, 20, -1])
def test_runner_fails_a_script_that_is_cut_off(runner, tmp_path, size):
    done = runner(script(LOAD)[:size], tmp_path)
    assert done.returncode == 1
    assert ", 1 failed, " in done.stdout.splitlines()[-1]


# ---- Conversion ----


@pytest.mark.parametrize(
    ("value", "packed"),
    [
        (i32(4294967295), "7f00ffffffff"),
        ({"type": "i64", "value": "4294967298"}, "7e000200000001000000"),
        ({"type": "f32", "value": "nan:canonical"}, "7d0100000000"),
        ({"type": "f64", "value": "nan:arithmetic"}, "7c020000000000000000"),
        ({"type": "externref", "value": "0"}, "6f0001000000"),
        ({"type": "externref", "value": "null"}, "6f0000000000"),
        ({"type": "funcref", "value": "null"}, "700000000000"),
    ],
)
def test_values(value, packed):
    assert convert.pack_value(value).hex() == packed


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ({"type": "assert_return", "action": F, "expected": [{"type": "v128"}]}, "type v128"),
        ({"type": "assert_return", "action": F, "expected": [{"type": "funcref"}]}, "any value"),
        (
            {"type": "assert_return", "action": {**F, "field": "x" * 320}, "expected": []},
            "320 bytes",
        ),
        ({"type": "action", "action": {**F, "args": [i32(0)] * 33}}, "33 values"),
        ({"type": "assert_exception", "action": F}, "assert_exception"),
    ],
)
def test_what_cannot_be_converted_says_why(command, reason):
    packed = convert.convert_command({"line": 5, **command}, None)
    code, line, size = struct.unpack_from("<BIH", packed)
    assert (code, line) == (convert.COMMANDS["SKIPPED"][0], 5)
    assert reason in packed[7 : 7 + size].decode()


# ---- What is counted ----

ROW = {"passed": 4, "failed": 0, "text_format": 1, "skipped": 0, "refused": 1, "fuel": 9}
TABLE = {
    "commands": 6,
    "text_format": 1,
    "files": {"a": 6},
    "left_out": {"a": {"text": "x", "modules": [1], "users": [2]}},
}


def test_counts_that_are_right():
    assert run_spec.check_counts({"p/a": ROW}, {"p": Proposal(TABLE)}) == []


@pytest.mark.parametrize(
    ("rows", "table", "problem"),
    [
        ({}, TABLE, "p/a: is missing"),
        ({"p/a": ROW, "p/b": ROW}, TABLE, "p/b: is not in expected.toml"),
        ({"p/a": {**ROW, "passed": 3}}, TABLE, "p/a: 4 commands, expected 5"),
        ({"p/a": {**ROW, "text_format": 2, "passed": 3}}, TABLE, "2 commands text_format"),
        ({"p/a": {**ROW, "refused": 0}}, TABLE, "0 commands refused"),
        ({"p/a": {**ROW, "skipped": 1, "passed": 3}}, TABLE, "1 commands skipped"),
        ({"p/a": ROW}, {**TABLE, "commands": 7}, "does not add up"),
    ],
)
def test_counts_that_are_wrong(rows, table, problem):
    assert problem in "\n".join(run_spec.check_counts(rows, {"p": Proposal(table)}))


def test_counts_without_what_cannot_be_converted():
    table = Proposal({**TABLE, "files": {"a": 6, "b": 1}, "commands": 7})
    assert run_spec.check_counts({"p/a": ROW}, {"p": table}, ["p/b"]) == []
    wrong = {"p/a": {**ROW, "passed": 3}}
    assert run_spec.check_counts(wrong, {"p": table}, ["p/b"]) == ["p/a: 4 commands, expected 5"]


def test_files_that_were_not_run():
    assert run_spec.check_coverage({"p/a": ROW}, {"p/a", "p/b"}) == ["p/b: was not run"]
    assert run_spec.check_coverage({"p/a": ROW, "p/b": ROW}, {"p/a"}) == [
        "p/b: is not in the suite"
    ]


def test_fuel_that_differs():
    reports = {"x": {"p/a": ROW}, "y": {"p/a": {**ROW, "fuel": 8}}}
    assert run_spec.check_fuel(reports) == ["p/a: fuel differs: {'x': 9, 'y': 8}"]


# ---- Where the suite comes from ----


def test_no_suite_is_an_error(tmp_path, monkeypatch, capsys):
    def refuse(target, scratch):
        raise SourceError("no way")

    monkeypatch.setattr(suite, "WAYS", (("git", "by git", refuse), ("debian", "by apt", refuse)))
    source = tmp_path / "source.json"
    monkeypatch.setattr(
        "sys.argv", ["suite.py", "--target", str(tmp_path / "suite"), "--source", str(source)]
    )
    assert suite.main() == 1
    assert "no suite to test against: git: no way; debian: no way" in capsys.readouterr().err
    assert not source.exists()


def test_files_that_cannot_be_converted_are_named(tmp_path):
    good, bad = tmp_path / "good.wast", tmp_path / "bad.wast"
    good.write_text('(module (func (export "f")))', encoding="utf-8")
    bad.write_text("(module (func (nonsense)))", encoding="utf-8")
    skipped = suite.convert_all([good, bad], tmp_path / "core")
    assert [name for name, _ in skipped] == ["core/bad"]
    assert "nonsense" in skipped[0][1]
    assert [path.name for path in (tmp_path / "core").iterdir()] == ["good"]


def test_suite_by_git(tmp_path, monkeypatch):
    def git(*words):
        settings = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        command = ["git", "-C", str(upstream), *settings, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    upstream = tmp_path / "upstream"
    (upstream / "proposals" / "more").mkdir(parents=True)
    git("init", "--quiet")
    for name in ("one.wast", "simd_one.wast", "proposals/more/two.wast"):
        (upstream / name).write_text("(module)", encoding="utf-8")
    git("add", ".")
    git("commit", "--quiet", "-m", "first")
    pinned = git("rev-parse", "--short", "HEAD")
    git("rm", "--quiet", "one.wast")
    git("commit", "--quiet", "-m", "second")
    core = {"commit": pinned, "path": ".", "features": [], "without": "simd_*"}
    more = {"commit": pinned, "path": "proposals/more", "features": ["tail-call"]}
    sources = {"git": {"url": str(upstream), "core": core, "more": more}}
    monkeypatch.setattr(suite, "read_toml", lambda path: sources)
    target = tmp_path / "suite"
    assert suite.from_git(target, tmp_path) == []
    found = sorted(str(path.relative_to(target)) for path in target.glob("*/*/*.json"))
    assert found == ["core/one/one.json", "more/two/two.json"]


@pytest.mark.parametrize("make_folder", [False, True])
def test_a_folder_without_the_suite_is_an_error(tmp_path, monkeypatch, capsys, make_folder):
    given = tmp_path / "given"
    if make_folder:
        (given / "core" / "stranger").mkdir(parents=True)
    source = tmp_path / "source.json"
    source.write_text(json.dumps({"path": str(given), "pinned": True}), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["convert.py", str(source), str(tmp_path / "scripts")])
    assert convert.main() == 1
    assert ("stranger" if make_folder else "no files of the suite") in capsys.readouterr().err
