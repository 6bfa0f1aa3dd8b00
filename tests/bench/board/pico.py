# SPDX-License-Identifier: MIT
"""The real RP2040 image in rp2040py, in this process: boot it with files, run code on it."""

import tempfile
from pathlib import Path

from rp2040py.boards import resolve_board_spec
from rp2040py.cli.mklittlefs import build_littlefs_image
from rp2040py.device import MicroPythonDevice
from rp2040py.utils.firmware_retrieve import MICROPYTHON

TIMEOUT_SECONDS = 900


class PicoError(Exception):
    """Code that ran on the board raised; the text is its traceback."""


class Pico:
    """A booted board; make it with `boot`, inside an event loop."""

    def __init__(self, device):
        self.device = device

    async def run(self, code):
        """Run code and return what it printed."""
        output, error = await self.device.aexec(code, timeout=TIMEOUT_SECONDS)
        if error:
            raise PicoError(error.decode())
        return output.decode().strip()

    def stop(self):
        """End the emulation."""
        self.device.stop()


async def boot(firmware, files=()):
    """Boot the image `firmware` with `files` in its file system, each by its own name."""
    spec = resolve_board_spec("pico", MICROPYTHON, str(firmware))
    with tempfile.TemporaryDirectory() as folder:
        disk = Path(folder) / "disk.img"
        build_littlefs_image(disk, files)
        device = MicroPythonDevice(board=spec, filesystem=disk)
    await device.astart(timeout=TIMEOUT_SECONDS)
    return Pico(device)
