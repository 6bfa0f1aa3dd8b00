# SPDX-License-Identifier: MIT
"""Kernels on the RP2040 image: the benchmark's parts; test_bench.py has what it measures."""

import sys
from pathlib import Path

import bench
import pytest

sys.path.insert(0, str(Path(__file__).parent / "board"))

import cycles
import plot
import xip

GOALS = {
    "of_bytecode": 0.25,
    "times_native": 10,
    "machine_code_times_native": 2,
    "machine_code_of_viper": 1,
    "slice_cycles": 400,
    "start_hello_cycles": 5,
    "start_coremix_cycles": 5,
}


def values_of(**forms):
    return {("fib", form): value for form, value in forms.items()} | {
        ("slice", "fib"): (500, 100),
        ("start", "hello"): 5,
        ("start", "coremix"): 6,
        ("pin", "write"): (700, 900),
        ("kept", "coremix"): ((10, 300), (90, 200), (20, 200)),
    }


def test_every_kernel_of_the_benchmark_runs_on_the_board(root):
    rows = (root / "tests" / "bench" / "workloads.def").read_text().splitlines()
    names = {row[7:].split(",")[0] for row in rows if row.startswith("KERNEL(")}
    assert cycles.KERNELS.keys() == names


def test_forms_that_python_cannot_express():
    lacking = {
        name: cycles.FORMS.keys() - set(cycles.forms_of(name, quick=False))
        for name in cycles.KERNELS
    }
    assert {name: forms for name, forms in lacking.items() if forms} == {
        "coremix": {"viper"},  # records and functions as values
        "fmatmul": {"viper"},  # no floats
        "nbody": {"bytecode", "native", "viper"},  # f64, where the port has f32
    }


def test_quick_leaves_out_slow_forms():
    assert "bytecode" in cycles.forms_of("fib", quick=True)
    assert not {"bytecode", "native"} & set(cycles.forms_of("vm", quick=True))


def test_different_checksums_are_refused():
    with pytest.raises(cycles.BoardError, match="fib: checksums differ"):
        cycles.collect(values_of(wasm=(1, 10), c=(2, 5)), ["fib"])


def test_a_tier_that_is_not_there_is_no_column():
    figures = cycles.collect(values_of(wasm=(1, 10), wasm_native=None, c=(1, 5)), ["fib"])
    assert figures["kernels"]["fib"]["cycles"] == {"wasm": 10, "c": 5}
    assert "native tier" not in cycles.table(figures)[0]
    figures = cycles.collect(values_of(wasm=(1, 10), wasm_native=(1, 7), c=(1, 5)), ["fib"])
    assert "native tier" in cycles.table(figures)[0]


def test_missed_goals_are_named():
    values = values_of(bytecode=(1, 30), wasm=(1, 10), c=(1, 0.5))
    board = cycles.collect(values, ["fib"])
    assert bench.missed_on_board(board, ["fib"], GOALS) == [
        "rp2040: fib_of_bytecode is 0.33, above 0.25",
        "rp2040: fib_times_native is 20.00, above 10",
        "rp2040: fib_wasm_slice_cycles is 500.00, above 400",
        "rp2040: start_coremix_cycles is 6.00, above 5",
    ]
    assert len(bench.missed_on_board(board, [], GOALS)) == 3


def test_machine_code_has_goals_of_its_own():
    values = values_of(viper=(1, 10), wasm=(1, 10), wasm_native=(1, 12), c=(1, 5))
    missed = bench.missed_on_board(cycles.collect(values, ["fib"]), ["fib"], GOALS)
    assert missed[0] == "rp2040: fib_of_viper is 1.20, above 1"
    assert "rp2040: machine_code_times_native is 2.40, above 2" in missed


def test_cache_keeps_two_lines_of_a_set():
    cache = xip.Cache()
    stride = xip.SETS << xip.LINE_BITS
    for address in (0, 4, stride, 0, 2 * stride, 0, stride):
        cache.touch(address)
    assert (cache.misses, len(cache.lines)) == (4, 3)


@pytest.mark.parametrize(
    ("opcode", "address"),
    [
        (0x4A01, 0x1008),  # ldr r2, [pc, #4]
        (0x6848, 0x104),  # ldr r0, [r1, #4]
        (0x7848, 0x101),  # ldrb r0, [r1, #1]
        (0x8848, 0x102),  # ldrh r0, [r1, #2]
        (0x5888, 0x120),  # ldr r0, [r1, r2]
        (0x5E88, 0x120),  # ldrsh r0, [r1, r2]
        (0x5088, None),  # str r0, [r1, r2]
        (0x6048, None),  # str r0, [r1, #4]
    ],
)
def test_addresses_of_loads_are_found(opcode, address):
    assert xip.loaded_address(opcode, 0x1002, [0, 0x100, 0x20, *[0] * 13]) == address


def test_plot_shows_every_form_over_native_code():
    row = {"wasm3": {"instructions": 60}, "native": {"instructions": 2}}
    board = {"fib": {"cycles": {"bytecode": 800, "viper": 80, "wasm": 70, "c": 10}}}
    report = {"cortex-m0plus": {"fib": row}, "board": {"kernels": board}}
    names, rows = plot.series(report)
    assert names == ["fib"]
    assert [values for _, values in rows] == [[80], [8], [30], [7], [None], [1]]
    picture = plot.draw(report)
    assert picture == plot.draw(report)
    assert "<script" not in picture
    assert all(title in picture for title, _ in rows)
