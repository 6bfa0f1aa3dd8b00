# SPDX-License-Identifier: MIT
"""`wasmlet:log`: a guest writes lines of text.

write(level: i32, address: i32, size: i32) -> i32: 0, or a negative error. Levels: 1 error, 2 warn,
3 info, 4 debug.
"""

from _wasm import with_memory
from micropython import const

_BAD_POINTER = const(-3)
_INVALID = const(-4)
_MAX_BYTES = const(1024)  # more is cut off: a guest must not fill the host's memory
_LEVELS = const(4)
PREFIXES = (None, "error: ", "warn: ", "", "debug: ")


def line(data: bytes) -> str:
    """Decode a line without its end, which whoever shows it adds."""
    return text(data[:-1] if data.endswith(b"\n") else data)


def text(data: bytes) -> str:
    """Decode UTF-8; what is none of it, and control characters, become U+FFFD."""
    try:
        decoded = str(data, "utf-8")
    except UnicodeError:
        decoded = _decode(data)
    if min(decoded, default=" ") < " ":
        decoded = "".join(c if c >= " " or c in "\t\n" else "\ufffd" for c in decoded)
    return decoded


def _decode(data: bytes) -> str:
    parts = []
    while data:
        for size in range(1, 5):
            try:
                parts.append(str(data[:size], "utf-8"))
                break
            except UnicodeError:
                pass
        else:
            parts.append("\ufffd")
            size = 1
        data = data[size:]
    return "".join(parts)


def drivers(app) -> dict:
    """Make the module's functions for an app; what is above its granted level is dropped."""

    def write(_, level: int, data) -> int:
        if not 1 <= level <= _LEVELS:
            return _INVALID
        if level <= app.grant["log"]["level"]:
            app.log(level, line(bytes(data[:_MAX_BYTES])))
        return 0

    return {"write": write}


def imports(emit) -> dict:
    """Make the functions without a grant; `emit` gets each text, its level in words."""

    def write(memory, level: int, address: int, size: int) -> int:
        address &= 0xFFFFFFFF
        size &= 0xFFFFFFFF
        if not 1 <= level <= _LEVELS:
            return _INVALID
        if memory is None or address + size > len(memory):
            return _BAD_POINTER
        emit(PREFIXES[level] + line(memory.read(address, min(size, _MAX_BYTES))))
        return 0

    return {"wasmlet:log": {"write": with_memory(write)}}
