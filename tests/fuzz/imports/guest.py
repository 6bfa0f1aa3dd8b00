# SPDX-License-Identifier: MIT
"""A guest that calls each import with what it is given, and the arguments to give. MicroPython.

The guest's linear memory has `MEMORY` bytes and is allocated with just as many, so that a
sanitizer sees the first byte beyond. Functions are rows of the table that fuzz_imports.py writes.
"""

import random

MEMORY = 4099
TEXTS = 64  # address of what `place_texts` places
SEGMENTS = 1024  # address of records for transactions
_RECORD = 12
_BITS = 0xFFFFFFFF

# (address, bytes): at the ends of memory, beyond them, and with sums that overflow.
RANGES = (
    (0, 0), (0, 1), (16, 32), (MEMORY - 1, 1), (MEMORY - 1, 2), (MEMORY, 0), (MEMORY, 1),
    (MEMORY + 1, 0), (0, MEMORY), (0, MEMORY + 1), (1, MEMORY), (1, -1), (0, -1), (-1, 0), (-1, 1),
    (-1, 2), (-1, -1), (-16, 16), (-16, 32), (16, -16), (16, -15), (MEMORY, -MEMORY), (8, 65536),
    (65536, 8), (0x7FFFFFFF, 0x7FFFFFFF), (0x7FFFFFFF, 1), (-0x80000000, -0x80000000),
    (-0x80000000, 16), (0, 0x7FFFFFFF), (0, -0x80000000), (64, 256), (64, 255),
)  # fmt: skip
NUMBERS = (
    0, 1, 2, 3, 4, -1, 7, 8, 100, 127, 128, 255, 256, 65535, 65536, 1 << 30, (1 << 30) + 1,
    0x7FFFFFFF, -0x80000000, MEMORY,
)  # fmt: skip


# ---- The module ----


def leb(value):
    """Return an unsigned LEB128."""
    out = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        out.append(byte | 0x80 if value else byte)
        if not value:
            return bytes(out)


def _name(text):
    data = text.encode()
    return leb(len(data)) + data


def _vector(items):
    return leb(len(items)) + b"".join(items)


def _section(number, items):
    body = _vector(items)
    return bytes([number]) + leb(len(body)) + body


def _type(row):
    """Return the encoded type of a function: `types` is a letter for each parameter, i or l."""
    code = {"i": b"\x7f", "l": b"\x7e"}
    params, results = [[code[letter] for letter in row[key]] for key in ("types", "result")]
    return b"\x60" + _vector(params) + _vector(results)


def _body(index, row):
    reads = b"".join(b"\x20" + leb(i) for i in range(len(row["types"])))
    code = b"\x00" + reads + b"\x10" + leb(index) + b"\x0b"
    return leb(len(code)) + code


def module(rows, prefix="wasmlet:"):
    """Return a module that imports each function, and exports one of its name that calls it.

    The modules that it imports from are those of the rows, behind a prefix.
    `run`, which an app must have, does nothing.
    """
    names = [row["module"] + "." + row["name"] for row in rows]
    imports = []
    for i, row in enumerate(rows):
        imports.append(_name(prefix + row["module"]) + _name(row["name"]) + b"\x00" + leb(i))
    exports = [_name(n) + b"\x00" + leb(len(rows) + i) for i, n in enumerate(names)]
    exports.append(_name("memory") + b"\x02\x00")
    exports.append(_name("run") + b"\x00" + leb(2 * len(rows)))
    # Limits with a maximum, and pages of one byte.
    memory = b"\x09" + leb(MEMORY) + leb(MEMORY) + b"\x00"
    return b"\x00asm\x01\x00\x00\x00" + b"".join(
        (
            _section(1, [_type(row) for row in rows] + [b"\x60\0\0"]),
            _section(2, imports),
            _section(3, [leb(i) for i in range(len(rows) + 1)]),
            _section(5, [memory]),
            _section(7, exports),
            _section(10, [_body(i, row) for i, row in enumerate(rows)] + [b"\x02\0\x0b"]),
        )
    )


# ---- Arguments ----


def signed(value):
    """Return the i32 that has the low 32 bits of a number."""
    value &= _BITS
    return value - (1 << 32) if value >> 31 else value


def any_i32():
    """Return a random i32, of a random number of bits."""
    return signed(random.getrandbits(32) >> random.randrange(32))


def place_texts(memory, texts):
    """Write texts one behind the other; return [(address, bytes)]."""
    at = TEXTS
    places = []
    for text in texts:
        memory[at : at + len(text)] = text
        places.append((at, len(text)))
        at += len(text) + 1
    return places


def any_range():
    """Return (address, bytes), good ones in half of the cases."""
    kind = random.randrange(4)
    if kind == 0:
        return random.choice(RANGES)
    if kind == 1:
        return any_i32(), any_i32()
    address = random.randrange(MEMORY)
    return address, random.randrange(min(40 if kind == 2 else MEMORY, MEMORY - address + 2))


def put_words(memory, at, words):
    """Write 32-bit numbers."""
    data = b"".join([(word & _BITS).to_bytes(4, "little") for word in words])
    memory[at : at + len(data)] = data


def place_segments(memory):
    """Write records of a transaction, good ones and bad ones; return (address, count)."""
    count = random.choice((1, 1, 2, 3, 8, 0, 9, 0x15555556, -1))
    address = SEGMENTS if random.randrange(8) else random.choice(RANGES)[0]
    for i in range(8):
        start, size = any_range() if random.randrange(4) else (SEGMENTS, 20)
        flags = random.choice((0, 1, 0, 1, 0, 1, 2, -1))
        put_words(memory, SEGMENTS + i * _RECORD, (flags, start, size))
    return address, count


def arguments(row, memory, texts, handles, addresses):
    """Return arguments for a call, mostly sensible ones, as a list of integers.

    `texts` are places of texts that mean something; `handles`, `addresses` what is worth trying.
    """
    values = []
    for letter in row["params"]:
        wild = random.randrange(4) == 0
        if letter in "ha":
            good = handles if letter == "h" else addresses
            values.append(random.choice(NUMBERS) if wild or not good else random.choice(good))
        elif letter == "s":
            values.extend(any_range() if wild or not texts else random.choice(texts))
        elif letter == "v":
            values.extend(place_segments(memory))
        elif letter in "rw":
            values.extend(any_range())
        else:
            values.append(any_i32() if wild else random.choice(NUMBERS))
    return [signed(value) for value in values]
