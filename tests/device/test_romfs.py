# SPDX-License-Identifier: MIT
"""An app in the board's ROM file system runs where it lies: its bytes are not copied to RAM.

Of an app elsewhere a copy is made, in the memory for guests.
"""

from types import SimpleNamespace

import pytest
from mpremote import commands

# A computer has no flash for a ROM file system.
pytestmark = pytest.mark.boards("rp2040", "qemu-arm", "qemu-rv32")

HEAP_NOISE_BYTES = 512  # an object or two and a block
ENGINE_NOISE_BYTES = 128


@pytest.fixture
def rom(board, built_app, tmp_path):
    """Put an app into the board's ROM file system, with mpremote; return its path and size."""
    if (
        board.run("import vfs\nprint(hasattr(vfs, 'rom_ioctl') and vfs.rom_ioctl(1) > 0)")
        != "True\n"
    ):
        pytest.skip("this board has no flash for a ROM file system")
    app = built_app("nbody").read_bytes()
    (tmp_path / "app.wasm").write_bytes(app)
    state = SimpleNamespace(transport=board, ensure_raw_repl=lambda: None, did_action=lambda: None)
    options = SimpleNamespace(command=["deploy"], path=str(tmp_path), partition=0, mpy=False)
    commands.do_romfs(state, options)
    board.begin()  # mounts it
    return "/rom/app.wasm", len(app)


def test_module_is_read_in_place(board, put, rom):
    path, size = rom
    put("nbody.wasm")
    heap, engine = board.call("romfs", "cost", path)
    copied_heap, copied_engine = board.call("romfs", "cost", "nbody.wasm")
    print(f"{size} bytes of module: {engine} of the engine in place, {copied_engine} from a file")
    assert size <= copied_engine - engine < size + ENGINE_NOISE_BYTES
    assert heap < HEAP_NOISE_BYTES
    assert copied_heap < HEAP_NOISE_BYTES


def test_app_runs_from_rom(board, rom):
    outcome = board.call("romfs", "starts", rom[0])
    assert outcome == "OutOfFuel"
