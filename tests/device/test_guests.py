# SPDX-License-Identifier: MIT
"""What a guest does wrong ends in an exception: never in a reset, never with less memory."""

import pytest

# The aim; a busy machine that emulates gets more for the slowest of several.
INTERRUPT_MS = 50
INTERRUPT_BUSY_MS = 1000
# Less than one block, 16 bytes, for each of some ten rounds.
HEAP_NOISE_BYTES = 256
# By which objects are moved to tell a leak from what looks like an address.
MOVE_BYTES = 4368
CAP = "out of bounds memory access: in declared pages above the memory cap"


@pytest.fixture(autouse=True)
def same_run(board, put):
    """Fail when the board has been reset on the way."""
    put("limits.wasm", "hello.wasm")
    yield
    assert board.is_same_run()


@pytest.mark.parametrize("stack", [2048, 8192, 50000])
def test_deep_recursion_ends(board, stack):
    end, after = board.call("guests", "recurse", 10000, stack)
    assert end in (10000, ("Trap", "call stack exhausted"))
    assert after == 10
    if stack == 2048:
        assert end == ("Trap", "call stack exhausted")


def test_fuel_stops_an_endless_loop(board):
    used, left = board.call("guests", "starve", 100000)
    # A block is begun with the last unit; the numbers are the same on every board.
    assert left == -1
    assert used == [100001, 200001]


@pytest.mark.parametrize("tier", ["interp", "auto"])
def test_ctrl_c_stops_an_endless_loop(board, record_property, tier):
    times = []
    for _ in range(5):
        board.start("guests", "forever", tier)
        board.wait_for(b"ticking")
        ms, error = board.interrupt()
        assert "KeyboardInterrupt" in error
        times.append(ms)
    record_property("interrupt_ms", times)
    print("Ctrl-C:", [f"{ms:.1f} ms" for ms in times])
    assert min(times) < INTERRUPT_MS * board.patience, times
    assert max(times) < INTERRUPT_BUSY_MS * board.patience, times


def test_memory_grows_to_its_cap_only(board):
    answer, reads = board.call("guests", "grow", 1, 12288)
    assert answer == -1
    assert reads == [0, ("Trap", CAP), ("Trap", "out of bounds memory access")]


def test_memory_grows_from_no_page_to_one(board, put):
    put("growing.wasm")
    assert board.call("guests", "grow_from_none", 65536) == [0, 1, -1, 7]


@pytest.mark.parametrize("function", ["fill", "load_until_full"])
def test_out_of_memory_is_an_exception(board, function):
    count, failure, after = board.call("guests", function, timeout=120)
    assert failure == "MemoryError"
    assert count > 0
    assert after == 5


def emptied(board):
    """Return what is free once the engine holds nothing, or else after some more cycles.

    What the stack remembers of calls can keep an object alive until others overwrite it; what has
    leaked never comes back.
    """
    for _ in range(4):
        free = board.free()
        if free[1] == 0:
            break
        board.call("guests", "cycle")
    return free


def measured(board, *call):
    """Make a call of guests.py twice; return its result and what is free after each time."""
    first = board.call("guests", *call, timeout=300)
    before = emptied(board)
    second = board.call("guests", *call, timeout=300)
    assert first == second
    return first, before, emptied(board)


def leaks(before, after):
    """Return whether there is less memory than there was.

    The engine's memory is counted to the byte. Of the Python heap, whose collector is
    conservative, a block or two come and go.
    """
    return before[1] != 0 or after[1] != 0 or before[0] - after[0] >= HEAP_NOISE_BYTES


def twice(board, *call):
    """Make a call of guests.py twice and return its result; fail when it leaks.

    The collector also takes bytes of a script's compiled code for an address when they look like
    one. So what seems to leak is tried again, from a reset, where all objects have other
    addresses: a leak is there again, that likeness is not.
    """
    result, before, after = measured(board, *call)
    if leaks(before, after):
        board.begin()
        board.run(f"_moves = bytearray({MOVE_BYTES})")
        result, before, after = measured(board, *call)
    assert not leaks(before, after), (before, after)
    return result


def test_cycles_leak_nothing(board):
    twice(board, "cycles", 250)


@pytest.mark.parametrize(("app", "step"), [("hello", 1), ("nbody", 13)])
def test_truncated_files_are_refused(board, put, app, step):
    put(f"{app}.wasm")
    counts = twice(board, "truncated", f"{app}.wasm", step)
    # Without its last section, the names, a file is whole.
    assert set(counts) <= {"Malformed", "Invalid", "WasmError", "OutOfFuel", None}
    assert counts["Malformed"] > 100


@pytest.mark.parametrize("app", ["hello", "nbody"])
def test_flipped_bits_do_no_harm(board, put, app):
    put(f"{app}.wasm")
    counts = twice(board, "flipped", f"{app}.wasm", 150, 1)
    assert sum(counts.values()) == 150
    assert counts["Malformed"] + counts.get("Invalid", 0) > 15


def test_files_that_are_no_modules(board):
    board.put("text.wat", b"(module)\n")
    board.put("empty.wasm", b"")
    board.run("import os\nif 'folder' not in os.listdir(): os.mkdir('folder')")
    for name, kind, part in (
        ("text.wat", "Malformed", "this is the text format"),
        ("empty.wasm", "Malformed", "the file is empty"),
        ("folder", "OSError", "folder"),
        ("nothing.wasm", "OSError", "nothing.wasm"),
    ):
        end, text = twice(board, "refuses", name)
        assert (end, part in text) == (kind, True), (name, end, text)
