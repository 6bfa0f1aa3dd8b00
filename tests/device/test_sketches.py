# SPDX-License-Identifier: MIT
"""Ordinary modules of many compilers, with pages of 64 KiB: what they print and do to a pin."""

import pytest
from board import BoardError

LED = 25
LOOPS = 3
HALF_MS = 20
LATE_MS = 400  # a host under load stops an emulator for so long
PAGE = 65536
ONE_PAGE, TWO_PAGES = {"memory_max": PAGE}, {"memory_max": 2 * PAGE}
PART = 72 * 1024
LARGE = ("unix", "qemu-arm", "qemu-rv32")
TITLES = {
    "blink": "C",
    "blink-assemblyscript": "AssemblyScript",
    "blink-cpp": "C++",
    "blink-rust": "Rust",
    "blink-wat": "WAT",
    "blink-zig": "Zig",
}
# The standard libraries of these ask for a page of their own before they have a heap.
GROWING = ("blink-rust", "blink-zig")


@pytest.fixture
def watch(device):
    """Return a function that tells the LED's changes since, as (us since the first, level).

    They are seen from outside of the chip; None where nothing is there to look.
    """
    if device.attached is None:
        return None
    device.attached.events()

    def changes():
        levels = [
            (event["ns"], {"LOW": 0, "HIGH": 1}[event["state"]])
            for event in device.attached.events()
            if event["device"] == "Trace" and event["pin"] == LED
        ]
        # From an input to an output that is low, whatever the pin was before.
        while levels and levels[0][1] == 0:
            del levels[0]
        return [((ns - levels[0][0]) / 1000, level) for ns, level in levels]

    return changes


@pytest.fixture
def blink(board, put, built_app, watch, device_target):
    """Return a function that runs a sketch and checks what it prints and does to the pin."""

    def run(app, **limits):
        built_app(app)
        put(f"{app}.wasm")
        lines, changes, figures = board.call(
            "sketches", "blink", f"{app}.wasm", LOOPS, watched=watch is not None, **limits
        )
        if watch:
            changes = watch()
        assert lines == [f"{TITLES[app]} blinks: {i + 1}" for i in range(LOOPS)]
        assert [level for _, level in changes] == [1, 0] * LOOPS
        times = [us / 1000 for us, _ in changes]
        for before, after in zip(times, times[1:]):
            assert HALF_MS - 1 <= after - before < LATE_MS
        memory, engine, heap = figures
        print(f"{device_target}: {app}: memory {memory}, engine {engine}, heap free {heap} bytes")
        return memory

    return run


def test_every_sketch_is_here(root):
    there = {path.parent.name for path in (root / "apps").glob("blink*/main.*")}
    assert there == set(TITLES)


@pytest.mark.parametrize("app", list(TITLES))
def test_blinks_in_one_page(blink, app):
    assert blink(app, **ONE_PAGE) == PAGE


@pytest.mark.parametrize("app", GROWING)
def test_memory_grows_by_whole_pages_only(blink, app):
    """Allocators write to the far end of a page at once, but take no for an answer."""
    assert blink(app, memory_max=PART, stack=4096, code_cache=8192) == PAGE


@pytest.mark.parametrize("app", GROWING)
def test_memory_grows_where_the_board_has_it(blink, app, device_target):
    try:
        failure = None
        assert blink(app, **TWO_PAGES) == 2 * PAGE
    except BoardError as error:
        failure = str(error)
    if failure:  # a board may have less, and says so
        assert device_target not in LARGE
        assert "no memory for the instance" in failure
        assert "largest free block has " in failure


def test_ungranted_pin_ends_the_sketch(board, put):
    put("blink.wasm")
    assert board.call("sketches", "refuses", "blink.wasm") == (
        "CapabilityError",
        "pin 25 is not granted",
    )


@pytest.mark.parametrize("script", ["sketches", "guests"])
def test_module_that_cannot_fit_is_refused_with_the_remedy(board, put, script):
    put("bigstack.wasm", "limits.wasm")
    kind, text = board.call(script, "refuses", "bigstack.wasm", memory_max=65536)
    assert kind == "LoadError"
    for part in ("declares 1114112 bytes", "first 1048580 ", "65536 here", "-z stack-size=4096"):
        assert part in text


def test_module_without_free_memory_is_refused_with_the_remedy(board, put):
    put("bigstack.wasm")
    kind, text = board.call("sketches", "refuses", "bigstack.wasm", memory_max=1 << 28)
    assert kind == "MemoryError"
    for part in ("declares 1114112 bytes", "free block has ", "-z stack-size=4096"):
        assert part in text


def test_ctrl_c_stops_an_endless_sketch(board, put):
    put("blink.wasm")
    board.start("sketches", "begin")
    board.wait_for(b"C blinks: 2")
    _, error = board.interrupt()
    assert "KeyboardInterrupt" in error
