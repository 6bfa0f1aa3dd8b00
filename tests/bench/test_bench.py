# SPDX-License-Identifier: MIT
"""What the benchmarks measure is within its goals and the same everywhere; and their own parts."""

import json
import pathlib
import re

import bench
import determinism
import hot_ops
import measure
import pytest

ROOT = pathlib.Path(__file__).parent
FIGURES = {"instructions", "load_instructions", "ram_bytes", "code_bytes", "c_stack_bytes"}

CALLGRIND = """\
# callgrind format
desc: Trigger: Client Request: fib instructions
events: Ir
fn=(1)
0 7
totals: 1234
"""


@pytest.fixture(scope="module")
def report(make, root):
    """Return what `make bench` prints and writes."""
    done = make("bench", "BENCH_BOARD_FLAGS=--quick")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, json.loads((root / "build" / "bench.json").read_text(encoding="utf-8"))


def test_every_engine_ran_every_workload(report):
    _, figures = report
    targets = {"x86-64", "cortex-m3", "cortex-m4f", "cortex-m0plus", "rv32imac"}
    assert targets < figures.keys()
    for target in targets:
        rows = figures[target]
        assert len(rows) == 12
        for workload, row in rows.items():
            engines = {"wasm3", "wasmlet", "wasmlet_nofuel"}
            if target in bench.BARE_TARGETS:
                engines.update(bench.NATIVE_PROGRAMS)
                assert row["wasmlet_native"]["native_refused"] == 0
            if workload not in bench.CALLS:
                engines.add("native")
            assert row.keys() == engines, (target, workload)
            assert all(values.keys() >= FIGURES for values in row.values())


def test_goals_are_met(report):
    output, figures = report
    goals = bench.tomllib.loads((ROOT / "goals.toml").read_text(encoding="utf-8"))
    missed = {}
    for line in figures["missed_goals"]:
        target, name, value = re.fullmatch(r"(\S+): (\S+) is (\S+), above \S+", line).groups()
        missed[target, name] = float(value.replace(",", ""))
    ceilings = {(t, name): n for t, row in goals["not_yet"].items() for name, n in row.items()}
    assert missed.keys() == ceilings.keys()
    assert [key for key, value in missed.items() if value > ceilings[key]] == []
    assert output.splitlines()[-1].startswith("bench: int7 x native: wasmlet x86-64 ")


def test_small_cache_changes_no_result(report):
    _, figures = report
    for target, scenario in figures["scenarios"].items():
        small = scenario["small_cache"]
        assert small["evictions"] > 0
        assert small["result"] == figures[target]["coremix"]["wasmlet"]["result"]


def fnv1a(data):
    value = 0x811C9DC5
    for byte in data:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def test_scenarios_end_as_they_should(report):
    _, figures = report
    for scenario in figures["scenarios"].values():
        assert scenario["hello"]["log_hash"] == fnv1a(b"Hello from WebAssembly!")
        assert scenario["depth"]["end"] == "TRAP_STACK"
        for values in scenario.values():
            assert values["leaked_bytes"] == 0
            assert "failed" not in values


def test_kernels_are_equal_on_all_targets(make):
    done = make("test-determinism")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == (
        "test-determinism: 12 workloads on 5 targets, 0 differ"
    )


def test_profile_counts_operations(make):
    done = make("bench-profile")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "integer kernels: ops" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("bench-profile: ")


def test_lines_are_parsed():
    text = "fib result 12\nfib group integer\n- calibration 5\n"
    expected = {"fib": {"result": 12, "group": "integer"}, "-": {"calibration": 5}}
    assert measure.parse_lines(text) == expected
    with pytest.raises(measure.MeasureError):
        measure.parse_lines("fault\n")


def test_callgrind_dumps_are_parsed():
    assert measure.parse_callgrind(CALLGRIND) == ("fib instructions", 1234)
    assert measure.parse_callgrind("desc: Trigger: Program termination\ntotals: 5\n") is None


@pytest.mark.parametrize("counted", [0, 199_999, 200_101])
def test_wrong_calibration_is_refused(counted):
    with pytest.raises(measure.MeasureError):
        measure.check_calibration({"-": {"calibration": counted}}, "program")


def test_code_section_is_found():
    header = b"\0asm\1\0\0\0"
    types, code = b"\1\4\1\x60\0\0", b"\x0a\x81\x01" + bytes(129)
    assert measure.code_section_bytes(header + types + code) == 129
    assert measure.code_section_bytes(header + types) == 0


def test_geometric_mean():
    assert bench.geometric_mean([2, 8]) == pytest.approx(4)


def figures(result, leaked=0):
    return {
        "result": result,
        "leaked_bytes": leaked,
        "group": "integer",
        "load_c_stack_bytes": 5,
        "run_c_stack_bytes": 7,
    }


def test_engines_that_disagree_or_leak_are_refused():
    good = {"native": {"fib": figures(1)}, "wasmlet": {"fib": figures(1)}}
    merged = bench.merge({"m": good}, {"fib": 3})
    assert merged["m"]["fib"]["native"]["c_stack_bytes"] == 7
    with pytest.raises(measure.MeasureError, match="results differ"):
        bench.merge({"m": good, "n": {"native": {"fib": figures(2)}}}, {"fib": 3})
    with pytest.raises(measure.MeasureError, match="leaks"):
        bench.merge({"m": {"wasmlet": {"fib": figures(1, leaked=8)}}}, {"fib": 3})


def test_missed_goals_are_named():
    goals = {
        "times_native": {"cortex-m3": 10},
        "every_target": {"a": 1},
        "bare_targets": {"b": 1},
    }
    row = {"wasmlet_times_native": 10.5, "a": 1, "b": 2}
    assert bench.missed_goals({"cortex-m3": row, "x86-64": row}, goals) == [
        "cortex-m3: b is 2.00, above 1",
        "cortex-m3: wasmlet_times_native is 10.50, above 10",
    ]


def test_differences_between_targets_are_counted_and_shown():
    equal = {"result": 1, "fuel": 2, "memory_hash": 3}
    found = {
        "m": {"wasmlet": {"fib": equal, "vm": equal}},
        "n": {"wasmlet": {"fib": equal, "vm": {**equal, "fuel": 4}}},
    }
    rows, differences = determinism.compare(found, ["m", "n"])
    assert differences == 1
    assert len(determinism.table(rows, ["m", "n"])) == 4


def test_shares_are_averaged_over_integer_kernels():
    found = {
        "a": {"group": "integer", "op:ADD": 3, "op:MOV": 1},
        "b": {"group": "integer", "op:ADD": 1, "pair:ADD:MOV": 9},
        "c": {"group": "float", "op:MOV": 100},
    }
    assert hot_ops.overall(found, "op") == {"ADD": 0.875, "MOV": 0.125}
