# SPDX-License-Identifier: MIT
"""Machine code that is kept in flash: made once, run in place, and never when it is damaged."""

import pytest

ROUNDS = 20
FUEL = 300
STUBS_BYTES = 256

# A computer has no flash, nor machine code.
pytestmark = pytest.mark.boards("rp2040", "qemu-arm", "qemu-rv32")


@pytest.fixture
def tiers(board, put):
    """Put the app on a board whose partition keeps nothing; return what it gives."""
    put("tiers.wasm")
    if board.run("from wasm import codestore\nprint(codestore._device() is None)") == "True\n":
        pytest.skip("this board has no flash for a ROM file system, or no machine code")
    board.call("tiers", "erase_files")
    assert board.call("tiers", "forget") == []
    return board.call("tiers", "run", "interp", ROUNDS, FUEL, timeout=120)[:5]


def run(board, expected, **limits):
    """Run by machine code in flash; return usage, what is kept, what is noted."""
    found, *rest = board.call("tiers", "flash", ROUNDS, FUEL, timeout=120, **limits)
    assert found == expected
    return rest


def test_code_is_made_once(board, tiers):
    usage, kept, lines = run(board, tiers)
    [(name, size, usable)] = kept
    assert (name, usable, lines) == ("tiers", True, [])
    assert 0 < usage["native_image_bytes"] < size
    assert usage["native_functions"] >= 4
    assert usage["native_bytes"] <= STUBS_BYTES
    for _ in range(2):
        board.begin()
        again, kept_again, lines = run(board, tiers, there=True)
        assert (again["native_image_bytes"], kept_again) == (usage["native_image_bytes"], kept)


def test_damaged_code_is_never_run(board, tiers):
    """Bits fall in the header, in the stubs, in functions, at the end; then it is made anew."""
    _, [(_, size, _)], _ = run(board, tiers)
    for offset in (5, 20, 50, 256, 256 + 40, 256 + 160, 256 + size // 2, 256 + size - 6):
        board.begin()
        board.call("tiers", "damage", offset)
        usage, kept, lines = run(board, tiers)
        assert usage["native_image_bytes"] > 0
        assert (len([entry for entry in kept if entry[1] == size]), lines) == (1, [])


def test_unplugged_while_it_is_written(board, tiers):
    _, [(_, size, _)], _ = run(board, tiers)
    board.begin()
    board.call("tiers", "forget")
    pages = -(-size // 256)
    for reads in (0, 1, pages // 2, pages - 1):
        failed, found, kept = board.call("tiers", "unplugged", reads)
        assert (failed[0], found, kept) == ("OSError", False, [])
    assert run(board, tiers)[1] == [("tiers", size, True)]


def test_code_of_other_limits_is_other_code(board, tiers):
    run(board, tiers)
    _, kept, _ = run(board, tiers, name="other", memory_max=8192)
    assert sorted(entry[0] for entry in kept) == ["other", "tiers"]
    board.begin()
    _, kept, _ = run(board, tiers, memory_max=8192, native_code=8192)
    assert sorted(entry[0] for entry in kept) == [
        "other",
        "tiers",
    ]  # that of the same name is gone


def test_what_is_kept_is_known_by_name(board, tiers):
    long = "bür\n" + 70 * "o"
    run(board, tiers)
    _, kept, _ = run(board, tiers, name=long, memory_max=8192)
    assert sorted(entry[0] for entry in kept) == ["br" + 62 * "o", "tiers"]
    assert board.call("tiers", "forget", "tiers") != []  # they are in use
    board.begin()
    assert len(board.call("tiers", "forget", "none")) == 2
    assert [entry[0] for entry in board.call("tiers", "forget", long)] == ["tiers"]
    assert board.call("tiers", "forget", "tiers") == []


def test_code_of_another_firmware_makes_room(board, tiers):
    [(name, _, usable)] = board.call("tiers", "old_entry", 3)
    assert (name, usable) == ("old", False)
    for there in (False, True):
        board.begin()
        _, kept, _ = run(board, tiers, there=there)
        assert [(name, usable) for name, _, usable in kept] == [("tiers", True)]


def test_without_room_it_runs_from_ram(board, tiers):
    blocks, block_bytes = board.call("tiers", "files_take", 1000)
    board.call("tiers", "files_take", (1 << 35) - 1)  # which cannot be
    assert run(board, tiers)[0]["native_image_bytes"] == 0
    board.call("tiers", "files_take", blocks * block_bytes - 100)
    usage, kept, [line] = run(board, tiers)
    assert (usage["native_image_bytes"], kept) == (0, [])
    assert usage["native_functions"] >= 4
    assert "no room in flash" in line
    assert "of tiers" in line
    board.call("tiers", "erase_files")


def test_what_is_no_image_is_refused(board, tiers):
    refused, image_bytes, size, last_is_id = board.call("tiers", "hostile", 16)
    assert refused == 16 + 20 + 1
    assert last_is_id
    assert image_bytes == size - 20


def test_app_whose_manifest_asks_for_it(board, put, tiers):
    put("hello.wasm")
    board.need("bench")
    for _ in range(2):
        lines, image_bytes, kept = board.call("tiers", "app", "flash", "flash")
        assert lines == ["Hello from WebAssembly!"]
        assert image_bytes > 0
        assert [(name, usable) for name, _, usable in kept] == [("org.example.kept", True)]
    for asked, allowed in (("flash", "interp"), ("flash", "auto"), ("interp", "flash")):
        lines, image_bytes, _ = board.call("tiers", "app", asked, allowed)
        assert (lines, image_bytes) == (["Hello from WebAssembly!"], 0)


def test_instance_without_memory_has_no_image(board, put, tiers):
    found = board.call("tiers", "without_memory")
    assert found == [(0, 0, b"\xff\xff\xff\xff"), "ValueError"] * 3
