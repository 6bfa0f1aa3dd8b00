# SPDX-License-Identifier: MIT
"""Each board's plan of its memory, and that Python and guests cannot take each other's."""

import pytest

KB = 1024
# Set aside for guests in bytes, and the least of Python's heap that is free at the prompt; the
# table is in boards/README.md. The unix firmware takes what it needs of the C heap.
PLAN = {
    "rp2040": (112 * KB, 96 * KB),
    "qemu-arm": (2048 * KB, 960 * KB),
    "qemu-rv32": (2048 * KB, 960 * KB),
}
with_arena = pytest.mark.boards(*PLAN)
BIG_BYTES = 20 * KB  # a file for a heap in pieces
SMALL_PIECES = 8 * KB
NOISE_BYTES = 256


@pytest.fixture
def planned(device_target):
    """Return the plan of a target that has one."""
    if device_target not in PLAN:
        pytest.skip("the board at the port is not known; say which it is with --target")
    return PLAN[device_target]


@with_arena
def test_plan(board, planned):
    arena, heap = planned
    free_heap, free, largest = board.call("memory", "at_prompt")
    print(f"heap {free_heap}, arena {free}, largest block {largest} bytes free")
    assert (free, largest) == (arena, arena)
    assert free_heap >= heap


@with_arena
def test_full_heap_leaves_the_arena_alone(board, planned):
    before, during, made = board.call("memory", "arena_while_heap_is_full", timeout=120)
    assert made
    assert before == during == (planned[0], planned[0])
    assert board.call("memory", "at_prompt")[1:] == before


@with_arena
def test_full_arena_leaves_the_heap_alone(board, put, planned):
    put("limits.wasm")
    count, left, before, after = board.call("memory", "heap_while_arena_is_full", timeout=120)
    assert count > 0
    assert left < 80 * KB
    # Objects of some hundred bytes for each instance are all that it takes.
    assert before - after < 2 * KB * (count + 1)


def test_file_needs_no_block_of_the_heap(board, put):
    put("hello.wasm")
    board.need("memory")
    board.run(f"import memory\nmemory.pad('big.wasm', 'hello.wasm', {BIG_BYTES})")
    try:
        block, end, lines = board.call(
            "memory", "run_with_heap_in_pieces", "big.wasm", timeout=120
        )
    finally:
        board.run("import os\nos.remove('big.wasm')")
    assert block < SMALL_PIECES
    assert end is None
    assert lines == ["Hello from WebAssembly!"] * 2


@pytest.mark.boards("rp2040")  # the others' disks are no larger than their arenas
def test_file_larger_than_the_arena_is_refused(board, put, planned):
    put("hello.wasm")
    size = planned[0] + 1
    board.need("memory")
    board.run(f"import memory\nmemory.pad('big.wasm', 'hello.wasm', {size})", timeout=300)
    try:
        (kind, text), held = board.call("memory", "load", "big.wasm", timeout=120)
    finally:
        board.run("import os\nos.remove('big.wasm')")
    assert kind == "MemoryError"
    assert f"no memory for big.wasm: it has {size} bytes" in text
    assert f"the largest free block has {planned[0]}" in text
    assert held == 0


def test_bytes_stay_while_they_are_looked_at(board, put):
    put("hello.wasm")
    (seen, held), after = board.call("memory", "views", "hello.wasm")
    assert seen == b"\x01\x00\x00\x00"
    assert held
    assert after == 0
