# SPDX-License-Identifier: MIT
"""Firmware of the RP2040 family: images that a boot loader takes, made from a tree of links."""

import re
import struct
import subprocess

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


@pytest.mark.parametrize(("heap_kilobytes", "links"), [(103, False), (104, True), (None, True)])
def test_ram_for_python_is_checked_by_the_linker(root, tmp_path, heap_kilobytes, links):
    """96 KB and what the firmware takes to start; programs without that heap are not checked."""
    (tmp_path / "start.c").write_text("void _start(void) {}\n")
    words = ["arm-none-eabi-gcc", "-nostdlib", tmp_path / "start.c", "-o", tmp_path / "elf"]
    if heap_kilobytes:
        words += ["-Wl,--defsym=__GcHeapStart=0", f"-Wl,--defsym=__GcHeapEnd={heap_kilobytes}K"]
    done = subprocess.run(
        [*words, root / "boards/rp2040/RPI_PICO/memory.ld"], capture_output=True, text=True
    )
    assert (done.returncode == 0) is links, done.stderr
    assert links or "leaves Python less than 96 KB" in done.stderr


@pytest.mark.parametrize(("size", "compiles"), [(96 * 1024 - 8, False), (96 * 1024, True)])
def test_ram_for_guests_is_checked_by_the_compiler(root, size, compiles):
    header = root / "boards/rp2040/RPI_PICO/mpconfigboard.h"
    words = ["cc", "-fsyntax-only", "-x", "c", f"-DWASM_ARENA_BYTES={size}", header]
    done = subprocess.run(words, capture_output=True, text=True)
    assert (done.returncode == 0) is compiles, done.stderr


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
