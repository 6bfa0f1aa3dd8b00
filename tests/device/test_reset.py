# SPDX-License-Identifier: MIT
"""A soft reset while a guest is in the middle of something."""

import pytest

HEAP_NOISE_BYTES = 256


@pytest.fixture(autouse=True)
def limits(put):
    put("limits.wasm")


def assert_fresh(board):
    """Check that nothing of the run before is left."""
    assert not board.is_same_run()
    assert board.run("import _wasm\nprint(_wasm.ram_used())") == "0\n"
    assert board.call("guests", "recurse", 3, 8192) == (3, 10)


def test_reset_from_within_a_host_call(board):
    board.start("guests", "leave")
    board.wait_for(b"raw REPL; CTRL-B to exit\r\n")
    assert_fresh(board)


def test_reset_while_a_guest_runs(board):
    board.start("guests", "forever", "interp")
    board.wait_for(b"ticking")
    board.enter_raw_repl(soft_reset=True)  # Ctrl-C, then Ctrl-D
    assert_fresh(board)


def test_reset_with_a_suspended_guest(board):
    assert board.call("guests", "suspend") is True
    board.enter_raw_repl(soft_reset=True)
    assert_fresh(board)


def test_reset_with_memory_full(board):
    heap, _ = board.free()
    assert board.call("guests", "keep_all", timeout=120) > 0
    board.begin()
    after, engine = board.free()
    assert engine == 0
    assert after > heap - HEAP_NOISE_BYTES
