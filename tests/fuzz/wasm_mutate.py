# SPDX-License-Identifier: MIT
"""Change a valid module a little, so that it may be valid or not."""

import wasm_edit as edit


def mutate(module, rng):
    """Return `module` with one instruction, or one byte, changed."""
    try:
        parts = edit.sections(module)
        if rng.random() < 0.75:
            for part in parts:
                if part[0] == edit.CODE_SECTION:
                    part[1] = _mutate_code(part[1], rng)
        else:
            part = rng.choice(parts)
            part[1] = _mutate_bytes(part[1], rng)
        return edit.join_sections(parts)
    except ValueError:
        return _mutate_bytes(module, rng)


def _mutate_bytes(data, rng):
    if not data:
        return data
    at = rng.randrange(len(data))
    how = rng.randrange(3)
    if how == 0:
        return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
    if how == 1:
        return data[:at] + data[at + 1 :]
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def _mutate_code(payload, rng):
    bodies = edit.bodies(payload)
    code = rng.choice(bodies)[1]
    at = rng.randrange(len(code))
    how = rng.randrange(6)
    if how == 0:
        del code[at]
    elif how == 1:
        code.insert(rng.randrange(len(code)), code[at])
    elif how == 2:
        code[at] = code[at][:-1] + bytes([rng.randrange(8)])
    elif how == 3:
        other = rng.choice(code)
        code[at] = other
    elif how == 4:
        _, imm, _ = edit.OPS[edit.opcode(code[at])]
        same = [op for op, row in edit.OPS.items() if row[1] == imm]
        code[at] = _with_opcode(code[at], rng.choice(same))
    else:
        code[at] = _mutate_bytes(code[at], rng)
    return edit.join_bodies(bodies)


def _with_opcode(instruction, op):
    rest = instruction[2 if instruction[0] == 0xFC else 1 :]
    return (bytes([0xFC, op - 0xE0]) if op >= 0xE0 else bytes([op])) + rest
