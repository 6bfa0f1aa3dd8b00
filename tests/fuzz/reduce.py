# SPDX-License-Identifier: MIT
"""Make a module smaller that shows something, and keep what it shows.

    reduce.py IN.wasm OUT.wasm PATTERN COMMAND...

COMMAND gets the candidate's path appended; the candidate is kept when the output still matches
PATTERN. Sections, exports, function bodies and runs of instructions are taken out, and
instructions replaced by constants of the type that they would have given.
"""

import re
import subprocess
import sys
import time
from pathlib import Path

import wasm_edit as edit

_CONSTS = {
    "i": b"\x41\x00",
    "l": b"\x42\x00",
    "f": b"\x43" + bytes(4),
    "d": b"\x44" + bytes(8),
}
_TIMEOUT_S = 20


class Reducer:
    """Holds the best module so far; takes no more once `budget_s` seconds are over."""

    def __init__(self, module, matches, is_valid=None, budget_s=120):
        self.module = module
        self._end = time.monotonic() + budget_s
        self._matches = matches
        self._is_valid = is_valid
        self._seen = set()

    def offer(self, module):
        """Take `module` when it is new, smaller or as small, and shows the same."""
        if module in self._seen or len(module) > len(self.module):
            return False
        if time.monotonic() > self._end:
            return False
        self._seen.add(module)
        if self._is_valid and not self._is_valid(module):
            return False
        if not self._matches(module):
            return False
        self.module = module
        return True

    def run(self):
        """Reduce until a whole round brings nothing."""
        while True:
            before = self.module
            for step in (self._sections, self._exports, self._bodies, self._instructions):
                step()
            if self.module == before:
                return self.module

    def _parts(self):
        return edit.sections(self.module)

    def _sections(self):
        for i in reversed(range(len(self._parts()))):
            parts = self._parts()
            del parts[i]
            self.offer(edit.join_sections(parts))

    def _exports(self):
        where = [i for i, part in enumerate(self._parts()) if part[0] == 7]
        if not where:
            return
        entries = _exports(self._parts()[where[0]][1])
        for entry in list(entries):
            fewer = [e for e in entries if e is not entry]
            parts = self._parts()
            parts[where[0]][1] = edit.leb(len(fewer)) + b"".join(fewer)
            if self.offer(edit.join_sections(parts)):
                entries = fewer

    def _code(self):
        for part in self._parts():
            if part[0] == edit.CODE_SECTION:
                return edit.bodies(part[1])
        return []

    def _offer_code(self, bodies):
        parts = self._parts()
        for part in parts:
            if part[0] == edit.CODE_SECTION:
                part[1] = edit.join_bodies(bodies)
        return self.offer(edit.join_sections(parts))

    def _bodies(self):
        for i in range(len(self._code())):
            bodies = self._code()
            bodies[i] = (b"\0", [b"\x00", b"\x0b"])
            if not self._offer_code(bodies):
                bodies[i] = (self._code()[i][0], [b"\x00", b"\x0b"])
                self._offer_code(bodies)

    def _instructions(self):
        for i in range(len(self._code())):
            size = len(self._code()[i][1]) // 2
            while size >= 1:
                at = 0
                while at < len(self._code()[i][1]) - 1:
                    bodies = self._code()
                    code = bodies[i][1]
                    bodies[i] = (bodies[i][0], code[:at] + code[at + size : -1] + [b"\x0b"])
                    if not self._offer_code(bodies):
                        at += size
                size //= 2
            self._replace(i)

    def _replace(self, i):
        at = 0
        while at < len(self._code()[i][1]) - 1:
            bodies = self._code()
            code = bodies[i][1]
            _, _, sig = edit.OPS[edit.opcode(code[at])]
            if sig != "special" and "_" in sig:
                operands, result = sig.split("_")[0], sig.split("_")[1]
                instead = [b"\x1a"] * len(operands) + [_CONSTS[c] for c in result]
                for shorter in (instead, instead[len(operands) :], []):
                    bodies[i] = (bodies[i][0], code[:at] + shorter + code[at + 1 :])
                    if self._offer_code(bodies):
                        break
            # An operand before and its use after, as a pair.
            for gap in (2, 3):
                bodies = self._code()
                code = bodies[i][1]
                if at + gap < len(code):
                    del code[at + gap - 1], code[at]
                    self._offer_code(bodies)
            at += 1


def _exports(payload):
    count, pos = edit.read_leb(payload, 0)
    out = []
    for _ in range(count):
        start = pos
        size, pos = edit.read_leb(payload, pos)
        pos = edit.read_leb(payload, pos + size + 1)[1]
        out.append(payload[start:pos])
    return out


def main(argv):
    """Run the command line."""
    source, target, pattern, command = Path(argv[0]), Path(argv[1]), re.compile(argv[2]), argv[3:]

    def matches(module):
        target.write_bytes(module)
        try:
            done = subprocess.run(
                [*command, str(target)], capture_output=True, timeout=_TIMEOUT_S, check=False
            )
            output = done.stdout + done.stderr
        except subprocess.TimeoutExpired:
            output = b"TIMEOUT"
        return pattern.search(output.decode("utf-8", "replace")) is not None

    module = source.read_bytes()
    if not matches(module):
        sys.exit(f"{source}: the output does not match to begin with")
    reducer = Reducer(module, matches)
    target.write_bytes(reducer.run())
    print(f"{target}: {len(module)} -> {len(reducer.module)} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
