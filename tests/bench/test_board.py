# SPDX-License-Identifier: MIT
"""Kernels on the RP2040 image: the same results in four forms, and Wasm well ahead of bytecode."""

import json

FASTER = 4  # than bytecode, at least
HELLO_CYCLES = 1_500_000


def test_wasm_is_faster_than_bytecode(root, make):
    done = make("bench-board", "BENCH_BOARD_KERNELS=fib crc32")
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads((root / "build" / "bench-board.json").read_text())
    assert set(figures["kernels"]) == {"fib", "crc32"}
    for cycles in figures["kernels"].values():
        assert cycles["bytecode"] >= FASTER * cycles["wasm"]
    assert figures["start"]["hello, to its first line"] < HELLO_CYCLES
