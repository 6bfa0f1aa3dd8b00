# SPDX-License-Identifier: MIT
"""Ordinary programs in C for WASI run on boards, in memory of a size that boards have."""

import pytest

HELLO = ["Hello Ada, from org.example.program", "0.02 s were not too short: 1"]
BYTES = 620
MEMORY_BYTES = 24576
SECONDS = 600


@pytest.fixture
def run(board, put):
    """Return a function that runs a program on the board."""
    board.need("bench")
    board.need("programs")

    def run_program(name, memory_bytes=MEMORY_BYTES):
        put(f"{name}.wasm")
        return board.call("programs", "run", f"{name}.wasm", memory_bytes, timeout=SECONDS)

    return run_program


def test_output_heap_environment_and_waiting(run):
    result, lines, _ = run("wasi-hello")
    assert (result, lines) == (3, [*HELLO, "error: and that is all"])


def test_a_file_is_copied(run):
    result, lines, is_copied = run("wasi-copy")
    assert (result, lines) == (None, [f"copied {BYTES} bytes"])
    assert is_copied
