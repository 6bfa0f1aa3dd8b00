# SPDX-License-Identifier: MIT
"""Take modules apart into sections, bodies and instructions, and put them together again.

Only what reducing and mutating need: nothing is checked, and a module that does not have this
shape raises ValueError. Instructions come from the engine's own table.
"""

import re
from pathlib import Path

_OPS = Path(__file__).parents[2] / "usermod_c" / "engine" / "wl_wasm_ops.def"
_ROW = re.compile(r'^WASM_OP\((\w+), (0x\w+), "([^"]+)", (\w+), (\w+),', re.M)

CODE_SECTION = 10
MAGIC = b"\0asm\1\0\0\0"

# byte (prefixed ones from 0xe0 on): (mnemonic, immediate, signature)
OPS = {
    int(byte, 16): (name, imm, sig) for _, byte, name, imm, sig in _ROW.findall(_OPS.read_text())
}

_TWO_LEBS = {
    "MEM1",
    "MEM2",
    "MEM4",
    "MEM8",
    "TYPE_TABLE",
    "DATA_MEMORY",
    "MEMORY_MEMORY",
    "ELEM_TABLE",
    "TABLE_TABLE",
}


def leb(value):
    """Return an unsigned LEB128."""
    out = bytearray()
    while True:
        out.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(out)


def read_leb(data, pos):
    """Return an unsigned LEB128 at `pos`, and the position behind it."""
    value = shift = 0
    while True:
        if pos >= len(data) or shift > 63:
            raise ValueError("bad LEB128")
        value |= (data[pos] & 0x7F) << shift
        shift += 7
        pos += 1
        if data[pos - 1] < 0x80:
            return value, pos


def sections(module):
    """Return the sections of a module as [id, payload] lists."""
    if module[:8] != MAGIC:
        raise ValueError("no module")
    out, pos = [], 8
    while pos < len(module):
        kind = module[pos]
        size, pos = read_leb(module, pos + 1)
        if size > len(module) - pos:
            raise ValueError("section is cut")
        out.append([kind, module[pos : pos + size]])
        pos += size
    return out


def join_sections(parts):
    """Return the module of such lists."""
    return MAGIC + b"".join(bytes([kind]) + leb(len(data)) + data for kind, data in parts)


def bodies(payload):
    """Return the function bodies of a code section, each split into locals and instructions."""
    count, pos = read_leb(payload, 0)
    out = []
    for _ in range(count):
        size, pos = read_leb(payload, pos)
        out.append(split_body(payload[pos : pos + size]))
        pos += size
    return out


def join_bodies(parts):
    """Return the payload of a code section."""
    out = leb(len(parts))
    for head, instructions in parts:
        body = head + b"".join(instructions)
        out += leb(len(body)) + body
    return out


def split_body(body):
    """Return the bytes that declare locals, and a list of instructions as bytes."""
    groups, pos = read_leb(body, 0)
    for _ in range(groups):
        pos = read_leb(body, pos)[1] + 1
    head, out = body[:pos], []
    while pos < len(body):
        end = instruction_end(body, pos)
        out.append(body[pos:end])
        pos = end
    return head, out


def opcode(instruction):
    """Return the instruction's number in OPS."""
    if instruction[0] == 0xFC:
        return 0xE0 + read_leb(instruction, 1)[0]
    return instruction[0]


def instruction_end(body, pos):
    """Return the position behind the instruction at `pos`."""
    op = body[pos]
    pos += 1
    if op == 0xFC:
        sub, pos = read_leb(body, pos)
        op = 0xE0 + sub
    if op not in OPS:
        raise ValueError("unknown opcode")
    imm = OPS[op][1]
    if imm == "NONE":
        return pos
    if imm in ("F32", "F64"):
        return pos + (4 if imm == "F32" else 8)
    count = 1
    if imm in ("LABELS", "TYPES"):
        count, pos = read_leb(body, pos)
        count += imm == "LABELS"
    elif imm in _TWO_LEBS:
        count = 2
    for _ in range(count):
        pos = read_leb(body, pos)[1]
    return pos
