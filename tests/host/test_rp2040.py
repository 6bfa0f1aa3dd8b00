# SPDX-License-Identifier: MIT
"""Firmware of the RP2040 family: images that a boot loader takes, made from a tree of links."""

import re
import struct

import link_tree
import pytest

FAMILIES = {"RPI_PICO": 0xE48BFF56, "RPI_PICO2": 0xE48BFF59}
FLASH, BLOCK_BYTES = 0x10000000, 256


def kilobytes(header, name):
    """Return the value of a macro of the form (N * 1024)."""
    return int(re.search(rf"{name} \((\d+) \* 1024\)", header)[1]) * 1024


@pytest.mark.parametrize("board", FAMILIES)
def test_image_is_whole(root, make, board):
    done = make("firmware", f"BOARD={board}")
    assert done.returncode == 0, done.stdout + done.stderr
    image = (root / "build" / board / "firmware.uf2").read_bytes()
    blocks = [image[i : i + 512] for i in range(0, len(image), 512)]
    for number, block in enumerate(blocks):
        first, second, _, address, size, index, count, family = struct.unpack_from("<8I", block)
        assert (first, second) == (0x0A324655, 0x9E5D5157)
        assert (address, size) == (FLASH + number * BLOCK_BYTES, BLOCK_BYTES)
        assert (index, count, family) == (number, len(blocks), FAMILIES[board])
    assert len(blocks) * BLOCK_BYTES > 300_000


def test_flash_is_divided_without_overlap(root):
    header = (root / "boards/rp2040/RPI_PICO/mpconfigboard.h").read_text()
    storage = kilobytes(header, "MICROPY_HW_FLASH_STORAGE_BYTES")
    rom = kilobytes(header, "MICROPY_HW_ROMFS_BYTES")
    assert rom % 4096 == 0
    assert storage + rom <= (2 << 20) - 460_000


def test_ram_for_guests_and_for_python(root):
    """At least 96 KB for each of them."""
    header = (root / "boards/rp2040/RPI_PICO/mpconfigboard.h").read_text()
    assert 96 * 1024 <= kilobytes(header, "WASM_ARENA_BYTES") <= (256 - 96 - 24) * 1024


def test_tree_has_the_libraries_and_everything_else(tmp_path):
    upstream, library = tmp_path / "mpy", tmp_path / "sdk"
    for folder in ("py", "lib/pico-sdk", "lib/oofatfs", "ports/rp2/boards", "ports/unix"):
        (upstream / folder).mkdir(parents=True)
    (upstream / "ports/rp2/main.c").write_text("main\n")
    library.mkdir()
    (library / "sdk.h").write_text("sdk\n")
    tree = tmp_path / "build" / "tree"
    for _ in range(2):  # again replaces
        link_tree.link_tree(tree, upstream, "rp2", {"pico-sdk": library})
    assert (tree / "lib/pico-sdk/sdk.h").read_text() == "sdk\n"
    assert (tree / "ports/rp2/main.c").read_text() == "main\n"
    assert not (tree / "ports" / "rp2").is_symlink()
    assert {path.name for path in (tree / "lib").iterdir()} == {"pico-sdk", "oofatfs"}
    assert not list((upstream / "lib/pico-sdk").iterdir())
