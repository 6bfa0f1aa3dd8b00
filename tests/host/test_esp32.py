# SPDX-License-Identifier: MIT
"""The ESP32 boards as far as they can be checked without an ESP-IDF.

Their CMake files are evaluated, everything that they name must exist, the partitions must fit, and
the module compiled as the port does for the RISC-V chips runs in an emulator.
"""

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOARDS = ROOT / "boards" / "esp32"
TARGETS = {
    "ESP32_GENERIC": "esp32",
    "ESP32_GENERIC_S3": "esp32s3",
    "ESP32_GENERIC_C3": "esp32c3",
}
FLASH_BYTES = 4 << 20
TABLE_BYTES = 0x9000  # the bootloader and the partition table itself
APP_ALIGN, DATA_ALIGN = 0x10000, 0x1000

sys.path.insert(0, str(ROOT / "boards"))


@pytest.fixture(scope="module")
def port(make):
    """Return the folder of MicroPython's esp32 port."""
    assert make("micropython").returncode == 0
    return ROOT / "build" / "micropython" / "ports" / "esp32"


@pytest.fixture(params=TARGETS)
def board(request, tmp_path):
    """Return a board's name and its variables, as CMake evaluates them."""
    folder = BOARDS / request.param
    names = ("IDF_TARGET", "SDKCONFIG_DEFAULTS", "MICROPY_FROZEN_MANIFEST")
    script = tmp_path / "evaluate.cmake"
    lines = [f'set(MICROPY_BOARD_DIR "{folder}")', f'include("{folder}/mpconfigboard.cmake")']
    lines += [f'message(STATUS "{name}=${{{name}}}")' for name in names]
    script.write_text("\n".join(lines))
    done = subprocess.run(
        ["cmake", "-P", script], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    return request.param, dict(re.findall(r"^-- (\w+)=(.*)$", done.stdout, re.MULTILINE))


def test_every_board_is_here():
    assert {path.parent.name for path in BOARDS.glob("*/mpconfigboard.cmake")} == set(TARGETS)


def test_cmake_names_what_exists(board, port):
    name, variables = board
    assert variables["IDF_TARGET"] == TARGETS[name]
    files = [port / file for file in variables["SDKCONFIG_DEFAULTS"].split(";")]
    assert len(files) >= 3
    for file in files:
        assert re.search(r"^CONFIG_\w+=", file.read_text(), re.MULTILINE), file
    (table,) = re.findall(r'^CONFIG_\w+_FILENAME="(.*)"$', files[-1].read_text(), re.MULTILINE)
    assert Path(table) == BOARDS / "partitions-4MiB.csv"
    manifest = Path(variables["MICROPY_FROZEN_MANIFEST"])
    for included in re.findall(r'include\("(\.\.[^"]+)"', manifest.read_text()):
        assert (manifest.parent / included).is_file()
    assert (port / "modules").is_dir()


def test_header_compiles(board, tmp_path):
    header = BOARDS / board[0] / "mpconfigboard.h"
    probe = (
        f'#include "{header}"\n_Static_assert(WASM_ARENA_BYTES % 8 == 0 && MICROPY_VFS_ROM, "");'
    )
    (tmp_path / "probe.c").write_text(probe + "\nconst char *name = MICROPY_HW_BOARD_NAME;\n")
    subprocess.run(["cc", "-Wall", "-Werror", "-fsyntax-only", tmp_path / "probe.c"], check=True)
    assert f'"Wasmlet {board[0]}"' in header.read_text()


def partitions():
    """Return the rows of the partition table: (name, type, subtype, offset, size)."""
    text = (BOARDS / "partitions-4MiB.csv").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    rows = [[field.strip() for field in row] for row in csv.reader(lines)]
    return [(*row[:3], int(row[3], 0), int(row[4], 0)) for row in rows]


def test_partitions_fit():
    end = TABLE_BYTES
    for name, kind, _, offset, size in partitions():
        assert 0 < len(name) <= 16
        assert offset >= end, name
        assert offset % (APP_ALIGN if kind == "app" else DATA_ALIGN) == 0
        assert size > 0
        assert size % DATA_ALIGN == 0
        end = offset + size
    assert end == FLASH_BYTES


def test_partitions_are_those_that_the_port_looks_for():
    rows = {name: (kind, subtype) for name, kind, subtype, _, _ in partitions()}
    assert rows["factory"] == ("app", "factory")
    assert rows["romfs"] == ("data", "0x8f")
    assert rows["vfs"] == ("data", "fat")
    assert set(rows) >= {"nvs", "phy_init"}


def test_without_an_idf_the_build_says_what_is_missing(make):
    done = make("firmware", "BOARD=ESP32_GENERIC", env={"IDF_PATH": "/nonexistent"})
    assert done.returncode == 2
    assert "ESP32_GENERIC needs ESP-IDF 5.4" in done.stderr
    assert "git clone -b v5.4.2" in done.stderr


def test_module_as_the_port_compiles_it(make):
    """With the flags of ESP32-C3 and all warnings, in an image that the emulator runs."""
    import emulate

    done = make("esp32c3-check", "apps")
    assert done.returncode == 0, done.stdout + done.stderr
    image = ROOT / "build" / "esp32c3-check" / "firmware.elf"
    with emulate.start("QEMU_RV32", image) as emulator:
        command = ["connect", emulator.path, "cp", ROOT / "build/apps/hello.wasm", ":hello.wasm"]
        command += ["+", "exec", "import wasm; wasm.run('hello.wasm')"]
        done = subprocess.run(
            [sys.executable, "-m", "mpremote", *command],
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.stdout.splitlines()[-1:] == ["Hello from WebAssembly!"], done.stdout + done.stderr
