# SPDX-License-Identifier: MIT
"""Whether a module's linear memory can work on a board, from its bytes. Pure; read when needed.

Compilers declare whole pages of 64 KiB, of which a small app touches little; a board backs only
the beginning of them. What a linker has put above that shows before anything runs: data, and the
shadow stack, whose pointer is the first mutable global of what LLVM makes.
"""

from micropython import const

_MEMORY = const(5)
_GLOBAL = const(6)
_DATA = const(11)
_I32 = const(0x7F)
_I32_CONST = const(0x41)
_PAGE_SIZE_FLAG = const(8)
_MEMORY_64_FLAG = const(4)
_PAGE_BYTES = const(65536)
_SECTIONS = const(8)  # where they begin

_HINT = (
    "a shadow stack of 1 to 8 KB is enough for most: link with -z stack-size=4096 "
    "(zig cc: -Wl,-z,stack-size=4096; zig: --stack 4096; rustc: -C link-arg=-zstack-size=4096)"
)


class Reader:
    """A cursor over the bytes of a module that is valid, or nearly so."""

    def __init__(self, data):
        self.data = data
        self.at = self._next = _SECTIONS

    def byte(self) -> int:
        """Read a byte."""
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        """Read an unsigned LEB128, or a signed one that is not negative."""
        data, at = self.data, self.at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                self.at = at
                return value
            shift += 7

    def constant(self):
        """Read an i32.const and its end; return its value, or None for another expression."""
        if self.byte() != _I32_CONST:
            return None
        value = self.number()
        return value if self.byte() == 0x0B else None

    def section(self, wanted: int) -> bool:
        """Go into the next section of a kind; without one there, return False and turn back."""
        data = self.data
        while self._next < len(data):
            kind = data[self._next]
            self.at = self._next + 1
            size = self.number()
            self._next = self.at + size
            if kind == wanted:
                return True
        self._next = _SECTIONS
        return False


def declared(reader: Reader) -> int:
    """Return the bytes of linear memory that a module declares for itself; 0 for none."""
    if not reader.section(_MEMORY) or reader.number() == 0:
        return 0
    flags = reader.byte()
    if flags & _MEMORY_64_FLAG:
        return 0
    pages = reader.number()
    if flags & 1:
        reader.number()
    return pages << reader.number() if flags & _PAGE_SIZE_FLAG else pages * _PAGE_BYTES


def _stack_end(reader) -> int:
    """Return where the shadow stack ends, 0 if there is none to be seen."""
    if not reader.section(_GLOBAL) or reader.number() == 0:
        return 0
    is_pointer = reader.byte() == _I32 and reader.byte() == 1
    return (is_pointer and reader.constant()) or 0


def _data_end(reader) -> int:
    """Return where the data end; looks no further than the first segment of another shape."""
    end = 0
    for _ in range(reader.number() if reader.section(_DATA) else 0):
        start = reader.constant() if reader.number() == 0 else None
        if start is None:
            break
        size = reader.number()
        reader.at += size
        end = max(end, start + size)
    return end


def least(reader: Reader) -> int:
    """Return how many bytes from 0 on the shadow stack and the data of a module take.

    Their sections come behind the memory's, so what `declared` has passed is not read again.
    """
    return max(_stack_end(reader), _data_end(reader))


def refusal(data, memory_max: int):
    """Return why a module cannot work with `memory_max` bytes of linear memory; None if it may."""
    reader = Reader(data)
    total = declared(reader)
    if total <= memory_max:
        return None
    needed = least(reader)
    if needed <= memory_max:
        return None
    return (
        f"the module declares {total} bytes of linear memory and uses the first {needed} from "
        f"the start, but may have {memory_max} here (memory_max): {_HINT}"
    )


def shortage(data, memory_max: int, free: int) -> str:
    """Return the text for a module that asks for more memory than is free, of all in bytes."""
    total = declared(Reader(data))
    return (
        f"no memory for the instance: the module declares {total} bytes of linear memory "
        f"and may have {memory_max} (memory_max), the largest free block has {free} bytes: give "
        f"it a smaller memory_max; {_HINT}"
    )
