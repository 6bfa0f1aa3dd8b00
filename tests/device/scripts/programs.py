# SPDX-License-Identifier: MIT
"""Ordinary programs for WASI, under a grant; runs under MicroPython, on boards and elsewhere."""

import os

from bench import canonical, section
from wasm import policy
from wasm.app import App

TEXT = b"A line of text that is copied.\n" * 20
FOLDER = os.getcwd().rstrip("/") + "/wasi"
STACK_BYTES = 4096
PACKAGE = "program.wasm"
PART_BYTES = 512


def asked(memory_bytes, code_bytes):
    """Return the classes of a manifest for a program that may do all that these do."""
    memory = {
        "max_bytes": memory_bytes,
        "stack_bytes": STACK_BYTES,
        "code_cache_bytes": code_bytes,
    }
    return {
        "memory": memory,
        "log": {"level": "info", "bytes_per_s": 1000},
        "time": {"clocks": ["monotonic", "wall"]},
        "random": {"bytes_per_s": 1000},
        "fs": [{"path": FOLDER, "mode": "rw", "quota_bytes": 8192, "max_open": 4}],
        "cpu": {"fuel_per_period": 0x3FFFFFFF, "call_deadline_ms": 0x3FFFFFFF},
    }


def make_folder():
    """Make a folder that has the file to copy, and no copy."""
    place, _, name = FOLDER.rpartition("/")
    if name not in os.listdir(place or "/"):
        os.mkdir(FOLDER)
    if "to" in os.listdir(FOLDER):
        os.remove(FOLDER + "/to")
    with open(FOLDER + "/from", "wb") as file:
        file.write(TEXT)


def pack(path, manifest):
    """Write a module and its manifest to a file, in parts: a board's heap has no room for both."""
    with open(path, "rb") as module, open(PACKAGE, "wb") as file:
        while True:
            part = module.read(PART_BYTES)
            if not part:
                break
            file.write(part)
        file.write(section("wasmlet.manifest", canonical(manifest).encode()))


def run(path, memory_bytes, code_bytes=16384, full_names=True):
    """Run a program; return (result, lines of log, whether the file was copied)."""
    make_folder()
    place = FOLDER + "/" if full_names else ""
    manifest = {"app": {"id": "org.example.program", "version": "1.0.0"}}
    manifest.update(asked(memory_bytes, code_bytes))
    names = {"NAME": "Ada", "FROM": place + "from", "TO": place + "to", "FOLDER": FOLDER}
    manifest["env"] = names
    owner = policy.check({"default": asked(memory_bytes, code_bytes)})
    pack(path, manifest)
    app = App(PACKAGE, owner)
    result = app.run()
    try:
        with open(FOLDER + "/to", "rb") as file:
            is_copied = file.read() == TEXT
    except OSError:
        is_copied = False
    return result, app.logs(), is_copied
