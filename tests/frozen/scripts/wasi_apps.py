# SPDX-License-Identifier: MIT
"""Unmodified programs in Rust and Zig, with all the memory that they take."""

import programs
from support import FOLDER, same

APPS = FOLDER + "/../apps/"
MEMORY_BYTES = {"rust": 65536, "zig": 8 * 65536}  # their allocators take whole pages
CODE_BYTES = 16384


def rust():
    lines = ["Hello Ada from Rust", "20 ms were not too short: true", "copied 620 bytes"]
    got = programs.run(APPS + "wasi-rust.wasm", MEMORY_BYTES["rust"], CODE_BYTES)
    same(got, (None, lines, True))


def zig():
    lines = ["Hello Ada from Zig", "copied 620 bytes"]
    got = programs.run(APPS + "wasi-zig.wasm", MEMORY_BYTES["zig"], CODE_BYTES, full_names=False)
    same(got, (0, lines, True))
