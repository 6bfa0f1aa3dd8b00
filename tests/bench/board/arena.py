# SPDX-License-Identifier: MIT
"""Name the place for a native kernel: the arena, the image's largest object that begins as zeros.

usage: arena.py FIRMWARE.elf

While no guest runs nothing uses it, and nothing else has room.
"""

import subprocess
import sys


def address(elf):
    """Return where the arena of a firmware is."""
    command = ["arm-none-eabi-nm", "-S", "--size-sort", str(elf)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return int([line.split()[0] for line in lines if " b " in line][-1], 16)


if __name__ == "__main__":
    print(hex(address(sys.argv[1])))
