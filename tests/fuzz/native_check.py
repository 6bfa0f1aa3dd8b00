# SPDX-License-Identifier: MIT
"""Check the machine code that modules become, instruction by instruction, without running it.

Follows each body from where it can be entered. Every instruction must be one that the compiler
is meant to write; every branch must lead into the body, to a stub or to another body's entry;
every store must have the frame, the linear memory or a place of the engine's outside the code as
its base; and what points at frame, fuel and memory may only change where it has to.

    native_check.py --out build/fuzz --native TARGET=COMMAND... FILE...
"""

import argparse
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from native import sized

# The header's words, as in wl_native.h; stubs in the order of wl_stop_t.
SIZE, FRAME, SITES, STARTS, WORDS, SITE_WORDS, SITE_TARGET = 0, 4, 8, 9, 10, 4, 2
RELOADS, LOW_FUEL = 4, 8  # flags among the starts
FUEL, CALL, MISC, INDIRECT, ACCESS, STUBS = 0, 1, 8, 9, 10, 11  # the stubs that come back; all
MISC_WORDS = 4


class Wrong(Exception):
    """An instruction that must not be there."""


# Of bodies that have their fuel in r6: what subtracts from it.
LOW_FUEL_MOVES = {0x1AF6, *range(0x3E00, 0x3F00)}


def immediate(second):
    """Return 11 bits of a constant from an instruction's second half."""
    return (second >> 12 & 7) << 8 | second & 0xFF


def expanded(word, second):
    """Return the constant of an instruction that has it in Thumb-2's form."""
    bits = (word >> 10 & 1) << 11 | immediate(second)
    byte, kind = bits & 0xFF, bits >> 8
    if kind < 4:
        return byte * (1, 0x10001, 0x1000100, 0x1010101)[kind]
    value, turns = byte | 0x80, bits >> 7
    return (value >> turns | value << (32 - turns)) & 0xFFFFFFFF


def signed(value, bits):
    """Return a number of so many bits with its sign."""
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


class Code:
    """A region: its words, where it starts, and its bodies' first words."""

    def __init__(self, words, base, stub_words):
        self.words, self.base = words, base
        self.bodies = []
        at = stub_words
        while at < len(words):
            self.bodies.append(at)
            at += words[at + SIZE]
        self.entries = {self.entry(at) for at in self.bodies}
        self.stubs = {2 * n for n in range(STUBS)}
        self.counts = Counter()

    def entry(self, at):
        """Return where a body is entered by other machine code."""
        return at + WORDS + (self.words[at + STARTS] >> 4 & 0x3F)

    def inside(self, address):
        """Tell whether an address is in the region."""
        return 0 <= address - self.base < 2 * len(self.words)

    def word32(self, at):
        return self.words[at] | self.words[at + 1] << 16


class Walk:
    """A walk over one body; `step` of the processor's class gives what follows an instruction."""

    def __init__(self, code, at):
        self.code, self.at = code, at
        words = code.words
        self.frame = words[at + FRAME]
        self.sites = at + words[at + SITES]
        self.entry = code.entry(at)
        self.low_fuel = words[at + STARTS] & LOW_FUEL
        self.todo = [self.entry, self.entry + (words[at + STARTS] >> 10)]
        self.todo += [at + WORDS] if words[at + STARTS] & RELOADS else []
        for site in range(self.sites, at + words[at + SIZE], SITE_WORDS):
            self.todo.append(at + words[site + SITE_TARGET])
        self.seen = {}

    def run(self):
        """Follow everything; raises Wrong."""
        while self.todo:
            at = self.todo.pop()
            if at in self.seen:
                continue
            if not self.at + WORDS <= at < self.sites:
                raise Wrong(f"word {at - self.at}: outside the code")
            length = self.length(at)
            self.seen[at] = length
            self.code.counts["instructions"] += 1
            try:
                self.todo += self.step(at, at + length)
            except Wrong as error:
                raise Wrong(f"word {at - self.at}: {error}") from None
        self.check_overlaps()

    def check_overlaps(self):
        last = 0
        for at in sorted(self.seen):
            if at < last:
                raise Wrong(f"word {at - self.at}: in the middle of an instruction")
            last = at + self.seen[at]

    def before(self, at):
        """Return the words of the instruction that stands before, or None."""
        for length in (1, 2):
            if self.seen.get(at - length) == length:
                return self.code.words[at - length : at]
        return None

    def goes(self, target):
        self.code.counts["branches"] += 1
        return target

    def call(self, target, after):
        """Return what follows a branch that comes back, or one to a stub."""
        self.code.counts["branches"] += 1
        if target in self.code.stubs:
            if target // 2 == MISC:
                return [after + MISC_WORDS]
            return [after] if target // 2 in (FUEL, CALL, INDIRECT, ACCESS) else []
        if target in self.code.entries:
            return [after]
        if target < self.entry:
            return [target, after]  # what saves registers stands in front
        return [target]  # a long jump of Thumb-1

    def check_slot(self, offset):
        if not 0 <= offset < max(self.frame, 4):
            raise Wrong(f"a store at {offset} of a frame of {self.frame}")

    def check_address(self, address):
        self.code.counts["stores"] += 1
        if self.code.inside(address):
            raise Wrong("a store into the code")


def add_memory(register):
    """Return `add rX, sl`."""
    return 0x4450 | (register & 8) << 4 | register & 7


class Thumb(Walk):
    """Thumb-2, and what Thumb-1 has of it."""

    kept = ()

    def length(self, at):
        return 2 if self.code.words[at] >= 0xE800 else 1

    def literal(self, at, words):
        """Return what an instruction that loads a literal loads, else None."""
        if words is None:
            return None
        start = (at + 2) & ~1
        if len(words) == 1 and words[0] >> 11 == 0x09:
            return self.code.word32(start + (words[0] & 0xFF) * 2)
        if len(words) == 2 and words[0] == 0xF8DF:
            return self.code.word32(start + (words[1] & 0xFFF) // 2)
        return None

    def base_before(self, at, register):
        """Check that `register` was given an address for a store just before."""
        words = self.before(at)
        value = self.literal(at - len(words), words) if words else None
        loaded = words and (words[0] >> 8 & 7 if len(words) == 1 else words[1] >> 12)
        if value is not None and loaded == register:
            self.check_address(value)
        elif (words == [0x4653] and register == 3) or words == [add_memory(register)]:
            self.code.counts["stores"] += 1  # mov r3, sl; add rX, sl
        elif words and self.is_global(at - len(words), words, register):
            self.code.counts["globals"] += 1
        elif words and words[0] & 0xFFF0 == 0xEB00 and words[1:] == [register << 8 | 10]:
            self.code.counts["stores"] += 1  # add rX, rY, sl
        else:
            raise Wrong(f"a store through r{register}, which is not known to be an address")

    def is_global(self, at, words, register):
        """Tell whether an instruction, of portable code, loads the address of a global."""
        narrow = 0x6800 | register << 3 | register
        if len(words) == 1 and words[0] & 0xF83F != narrow:
            return False
        if len(words) == 2 and (words[0] != 0xF8D0 | register or words[1] >> 12 != register):
            return False
        anchor = self.before(at)
        if anchor == [0xF85A, register << 12 | 0xC04]:
            return True
        three = self.code.words[at - 3 : at]
        return three == [0x4650 | register, 0x3804 | register << 8, narrow]

    def writes(self, register, after):
        if register in (7, 9, 10, 13, 15) or register in self.kept:
            raise Wrong(f"changes r{register}")
        if self.low_fuel and register == 6:
            raise Wrong("changes r6, which is fuel")
        return [after]

    def step(self, at, after):
        word = self.code.words[at]
        if self.low_fuel and word in LOW_FUEL_MOVES:
            return [after]
        return self.narrow(at, word, after) if after - at == 1 else self.wide(at, word, after)

    def narrow(self, at, word, after):
        top = word >> 12
        low = word & 7
        if word >> 10 == 7 and word & 0x3F == 0x3F:
            return [after]  # the frame moves at calls
        if top in (0, 1) or word >> 10 == 0x10:  # shifts, sums, and what else has two registers
            return self.writes(low if word >> 6 != 0x10A else 0, after)
        if top in (2, 3):
            register = word >> 8 & 7
            if register == 7 and top == 3:
                return [after]  # the frame moves at calls
            return self.writes(register if word >> 11 != 5 else 0, after)
        if word >> 8 in (0x44, 0x46):
            register = low | word >> 4 & 8
            if word == 0x449F:
                return self.table(at, after + (after & 1), after + 1, 2)
            if word in (0x4699, 0x46B1, 0x441F, 0x46C0) or (word >> 8 == 0x44 and register == 7):
                return [after]  # fuel; the frame; a nop
            return self.writes(register, after)
        if word >> 8 == 0x45:
            return [after]
        if word in (0x4770, 0x4718):
            return self.leaves(at, word)
        if word == 0x47E0:
            return [after]
        if word == 0x47C0 and 8 in self.kept:  # blx r8, the service for accesses
            return self.call(2 * ACCESS, after)
        if top == 4 and word >> 11 == 9:
            return self.writes(word >> 8 & 7, after)
        if top == 5:
            if word >> 9 & 7 > 2:
                return self.writes(low, after)
            if word >> 3 & 7 == 7:
                return [after]  # a slot that is far
            self.base_before(at, word >> 3 & 7)
            return [after]
        if top in (6, 7, 8):
            base = word >> 3 & 7
            if word >> 11 & 1:
                return self.writes(low, after)
            if base == 7 and top == 6:
                self.check_slot((word >> 6 & 31) * 4)
            else:
                self.base_before(at, base)
            return [after]
        if top == 10 and word >> 8 == 0xA3:
            return [after]
        if word >> 8 == 0xB2:
            return self.writes(low, after)
        if word >> 8 == 0xBF and word & 15:
            return [after]
        if top == 13 and word >> 8 & 15 < 14:
            return [self.goes(at + 2 + signed(word & 0xFF, 8)), after]
        if word >> 11 == 0x1C:
            return [self.goes(at + 2 + signed(word & 0x7FF, 11))]
        raise Wrong(f"{word:04x} is not expected")

    def leaves(self, at, word):
        """Check a jump through a register: back to a caller, or to a stub."""
        if word == 0x4718:
            words = self.before(at)
            if words == [0x447B]:  # add r3, pc
                value = self.literal(at - 2, self.before(at - 1))
                if value is None or at + 1 + signed(value - 1, 32) // 2 not in self.code.stubs:
                    raise Wrong("a jump through r3 to no stub")
            elif words is None or words[0] & 0xF83F not in (0x683B, 0x581B, 0x583B):
                raise Wrong("a jump through r3, which is no return address")
        return []

    def table(self, jump, first, base, unit):
        """Return the targets of a table of distances from `base`, in parts of a word."""
        entries = self.code.words[first : first + self.table_length(jump, unit)]
        return [self.goes(base + entry // unit) for entry in entries]

    def table_length(self, jump, unit):
        """Return with what the index was compared before a table's jump."""
        earlier = sorted(at for at in self.seen if jump - 24 <= at < jump)
        register = (self.code.words[jump + 1] & 15) if unit == 1 else None
        for at in reversed(earlier):
            word = self.code.words[at]
            if word >> 11 == 5 and register in (None, word >> 8 & 7):  # cmp rX, #
                return word & 0xFF
            if word & 0xFBF0 == 0xF1B0 and word & 15 == register:  # cmp.w rX, #
                return expanded(word, self.code.words[at + 1])
            if word >> 6 == 0x10A or word >> 8 == 0x45:  # cmp rX, rY; rY was given before
                return self.constant(at, word)
        raise Wrong("a table of unknown length")

    def constant(self, compare, word):
        """Return what the second register of a comparison was given just before."""
        register = word >> 3 & (7 if word >> 6 == 0x10A else 15)
        words = self.before(compare)
        value = self.literal(compare - len(words), words) if words else None
        if value is not None:
            return value
        if words and words[0] & 0xFBF0 == 0xF240 and words[1] >> 8 & 15 == register:  # movw
            return (words[0] & 15) << 12 | (words[0] >> 10 & 1) << 11 | immediate(words[1])
        if words and len(words) == 1 and words[0] >> 11 == 0:  # movs, lsls
            earlier = self.before(compare - 1)
            return (earlier[0] & 0xFF) << (words[0] >> 6 & 31)
        raise Wrong("a table of unknown length")

    def wide(self, at, word, after):
        second = self.code.words[at + 1]
        if word >> 11 == 0x1E and second >> 15:
            return self.long_branch(at, word, second, after)
        if word == 0xE8DF and second & 0xFFF0 == 0xF010:
            return self.table(at, after, after, 1)
        if word >> 9 == 0x7C:
            return self.access(at, word, second, after)
        rd = second >> 8 & 15
        if word >> 9 in (0x75, 0x7D) or word >> 11 == 0x1E:
            compares = word >> 5 & 15 in (8, 13) and word >> 4 & 1 and rd == 15
            if compares:
                return [after]
            if (word & 15, rd) in ((9, 9), (7, 7)):
                return [after]  # fuel; the frame
            return self.writes(rd, after)
        raise Wrong(f"{word:04x} {second:04x} is not expected")

    def long_branch(self, at, word, second, after):
        s, j1, j2 = word >> 10 & 1, second >> 13 & 1, second >> 11 & 1
        if second >> 12 & 1 or second >> 14 & 1:
            i1, i2 = 1 ^ j1 ^ s, 1 ^ j2 ^ s
            offset = s << 23 | i1 << 22 | i2 << 21 | (word & 0x3FF) << 11 | second & 0x7FF
            target = after + signed(offset, 24)
            if second >> 14 & 1:
                return self.call(target, after)
            return [] if target in self.code.stubs else [self.goes(target)]
        offset = s << 19 | j2 << 18 | j1 << 17 | (word & 0x3F) << 11 | second & 0x7FF
        target = after + signed(offset, 20)
        return [after] if target in self.code.stubs else [self.goes(target), after]

    def access(self, at, word, second, after):
        base, register, load = word & 15, second >> 12, word >> 4 & 1
        if load:
            return [] if register == 15 and base == 7 else self.writes(register, after)
        if word & 0x80 and base == 7:
            self.check_slot(second & 0xFFF)
        elif base == 10:
            self.code.counts["stores"] += 1
        else:
            self.base_before(at, base)
        return [after]


# What moves core registers to s0, to s0 and s1, and s0 back: first halves; the second names one.
TO_ONE, TO_TWO, BACK = 0xEE00, 0xEC40, 0xEE10
# vadd, vsub, vmul, vdiv; vsqrt, and vcvt from and to integers; vcmp with s1, and with zero.
OF_TWO = frozenset([(0xEE30, 0x0A20), (0xEE30, 0x0A60), (0xEE20, 0x0A20), (0xEE80, 0x0A20)])
OF_ONE = frozenset(
    [(0xEEB1, 0x0AC0), (0xEEB8, 0x0AC0), (0xEEB8, 0x0A40), (0xEEBD, 0x0AC0), (0xEEBC, 0x0AC0)]
)
COMPARE_TWO, COMPARE_ONE, FLAGS = (0xEEB4, 0x0A60), (0xEEB5, 0x0A40), (0xEEF1, 0xFA10)


def moves(pair, first):
    """Tell whether an instruction is one that moves from or to core registers that it may use."""
    other = pair[0] & 15 if pair and first == TO_TWO else 0
    return (
        len(pair) == 2
        and pair[0] - other == first
        and pair[1] & 0xFFF == 0xA10
        and not {other, pair[1] >> 12} & {13, 15}
    )


class ThumbFpu(Thumb):
    """Thumb-2 with an FPU: each operation stands between moves of its operands and its result."""

    def wide(self, at, word, after):
        if word >> 8 not in (0xEC, 0xEE):
            return super().wide(at, word, after)
        pair, behind = (tuple(self.code.words[i : i + 2]) for i in (at, after))
        before = tuple(self.before(at) or ())
        compares = pair in (COMPARE_TWO, COMPARE_ONE)
        if compares or pair in OF_TWO | OF_ONE:
            if not moves(before, TO_TWO if pair in (*OF_TWO, COMPARE_TWO) else TO_ONE):
                raise Wrong("an operation of the FPU without its operands")
            if not (behind == FLAGS if compares else moves(behind, BACK)):
                raise Wrong("an operation of the FPU whose result is not taken")
            self.code.counts["floats"] += 1
            return [after]
        if moves(pair, BACK) and before in OF_TWO | OF_ONE:
            return self.writes(pair[1] >> 12, after)
        if moves(pair, TO_ONE) or moves(pair, TO_TWO):
            return [after]
        if pair == FLAGS and before in (COMPARE_TWO, COMPARE_ONE):
            return [after]
        raise Wrong(f"{word:04x} {pair[1]:04x} is not expected")


class Thumb1(Thumb):
    """Thumb-1, where r8 is the address of a service."""

    kept = (8, 11)


class Rv32(Walk):
    """RV32IMC: s0 frame, s9 fuel, s10 memory."""

    def length(self, at):
        return 2 if self.code.words[at] & 3 == 3 else 1

    def writes(self, register, after):
        if register in (2, 3, 4, 8, 25, 26, 27):
            raise Wrong(f"changes x{register}")
        return [after]

    def step(self, at, after):
        if after - at == 1:
            return self.short(self.code.words[at], after)
        return self.long(at, self.code.word32(at), after)

    def short(self, word, after):
        kind = word & 3, word >> 13
        register = word >> 7 & 31
        if kind in ((1, 0), (1, 2), (2, 0)):  # c.addi, c.li, c.slli
            own = kind == (1, 0) and register in (8, 25)
            return [after] if own or register == 0 else self.writes(register, after)
        if kind == (2, 4):
            if word >> 2 & 31:
                return self.writes(register, after)
            if word >> 12 & 1:
                return [after] if register == 6 else self.fails(word)
            return self.back(register, after)
        if kind == (0, 2):
            return self.writes((word >> 2 & 7) + 8, after)
        if kind == (0, 6):
            offset = (word >> 10 & 7) << 3 | (word >> 6 & 1) << 2 | (word >> 5 & 1) << 6
            self.store(after - 1, (word >> 7 & 7) + 8, offset)
            return [after]
        return self.fails(word)

    def fails(self, word):
        raise Wrong(f"{word:x} is not expected")

    def back(self, register, after):
        """Return what follows a jump through a register: a return, or a table."""
        if register == 1:
            return []
        if register != 5:
            raise Wrong(f"a jump through x{register}")
        start = after - 8  # auipc; then add, lhu, c.add, c.jr, c.nop, the table
        words = self.code.words
        return [
            self.goes(start + words[after + 1 + i] // 2) for i in range(self.table_length(start))
        ]

    def table_length(self, start):
        """Return with what the index was compared before a table's jump, which starts there."""
        earlier = sorted(at for at in self.seen if start - 8 <= at < start and self.seen[at] == 2)
        for at in reversed(earlier):
            word = self.code.word32(at)
            if word & 0x707F == 0x7063:  # bgeu
                return self.constant(at, word >> 20 & 31)
        raise Wrong("a table of unknown length")

    def constant(self, at, register):
        """Return what a register was given just before."""
        words = self.before(at) or [0]
        if words[0] & 0xEF83 == 0x4001 | register << 7:  # c.li
            return words[0] >> 2 & 31
        if words[0] & 0xEF83 == 0x0001 | register << 7:  # c.addi, behind lui
            low = signed((words[0] >> 12 & 1) << 5 | words[0] >> 2 & 31, 6)
            return self.constant(at - 1, register) + low
        word = words[0] | words[-1] << 16
        if word & 0xFFFFF == 0x13 | register << 7:  # li
            return word >> 20
        if word & 0xFFF == 0x37 | register << 7:  # lui
            return word & 0xFFFFF000
        if word & 0xFFFFF == 0x13 | register << 7 | register << 15:  # addi, behind lui
            return self.constant(at - 2, register) + signed(word >> 20, 12)
        raise Wrong("a table of unknown length")

    def long(self, at, word, after):
        op, rd, rs1, f3 = word & 0x7F, word >> 7 & 31, word >> 15 & 31, word >> 12 & 7
        if op == 0x13:
            return [after] if rd == rs1 and rd in (8, 25) else self.writes(rd, after)
        if op in (0x17, 0x37, 0x03):
            return self.writes(rd, after)
        if op == 0x33:
            return [after] if rd == rs1 == 25 else self.writes(rd, after)
        if op == 0x63:
            offset = (
                word >> 31 << 12
                | (word >> 7 & 1) << 11
                | (word >> 25 & 63) << 5
                | (word >> 8 & 15) << 1
            )
            return [self.goes(at + signed(offset, 13) // 2), after]
        if op == 0x6F:
            offset = (
                word >> 31 << 20
                | (word >> 12 & 255) << 12
                | (word >> 20 & 1) << 11
                | (word >> 21 & 1023) << 1
            )
            target = at + signed(offset, 21) // 2
            if rd == 1:
                return self.call(target, after)
            if rd:
                raise Wrong(f"links x{rd}")
            return [] if target in self.code.stubs else [self.goes(target)]
        if op == 0x23 and f3 < 3:
            self.store(at, rs1, signed(word >> 25 << 5 | rd, 12))
            return [after]
        return self.fails(word)

    def store(self, at, base, offset):
        if base == 8:
            self.check_slot(offset)
        elif base == 26:
            self.code.counts["stores"] += 1
        else:
            self.base_before(at, base, offset)

    def base_before(self, at, base, offset):
        """Check that a register was given an address for a store just before."""
        words = self.before(at) or [0]
        word = words[0] | words[-1] << 16 if len(words) == 2 else words[0]
        if (
            word & 0xFFFFF == 0x2A283  # lw t0, #(t0)
            and base == 5
            and self.code.word32(at - 4) == 0xFFCD2283  # lw t0, -4(s10)
        ):
            self.code.counts["globals"] += 1
        elif word & 0xFFF == base << 7 | 0x37 and len(words) == 2:  # lui
            self.check_address((word & 0xFFFFF000) + offset & 0xFFFFFFFF)
        elif (
            word & 0xFE0FFFFF == 0xD0033 | base << 7  # add base, s10, rX
            or word == 0x906A | base << 7  # c.add base, s10
        ):
            self.code.counts["stores"] += 1
        elif (
            word & 0xFE0FFFFF == 0x30033 | base << 7  # add base, t1, rX
            or word == 0x901A | base << 7  # c.add base, t1
        ):
            before = at - len(words)
            if self.code.words[before - 1] == 0x936A:  # c.add t1, s10
                self.code.counts["stores"] += 1
                return
            upper = self.code.word32(before - 2)
            if upper & 0xFFF != 0x337:
                raise Wrong("a store through t1, which is not known to be an address")
            self.check_address((upper & 0xFFFFF000) + offset & 0xFFFFFFFF)
        else:
            raise Wrong(f"a store through x{base}, which is not known to be an address")


WALKS = {"rv32imac": Rv32, "cortex-m3": Thumb, "cortex-m4f": ThumbFpu, "cortex-m0plus": Thumb1}


def regions(text):
    """Yield (module, Code) of the output of native_dump."""
    name, code, words = None, None, []
    for line in [*text.splitlines(), "module -"]:
        key, _, rest = line.partition(" ")
        if key in ("module", "region"):
            if code:
                yield name, Code(words, *code)
            code, words = None, []
        if key == "module":
            name = rest
        elif key == "region":
            code = [int(part, 16) for part in rest.split()]
        elif key == "words":
            words += [int(part, 16) for part in rest.split()]


def check(target, text):
    """Check all regions; returns the counts and the errors."""
    counts, errors = Counter(), []
    for name, code in regions(text):
        counts["modules"] += 1
        for at in code.bodies:
            counts["bodies"] += 1
            walk = WALKS[target](code, at)
            try:
                walk.run()
            except Wrong as error:
                errors.append(f"{target}: {name}: function {code.words[at + 2]}: {error}")
        counts += code.counts
    return counts, errors


def dump(command, program, paths):
    """Return what the dumping program prints for the modules."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = b"".join(sized(p.name.encode()) + sized(p.read_bytes()) for p in paths)
        (Path(folder) / "bundle").write_bytes(bundle)
        done = subprocess.run(
            [*shlex.split(command), str(program.resolve())],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            timeout=300,
            check=False,
        )
    if done.returncode or not done.stdout.endswith("end\n"):
        sys.exit(f"native-check: {program} failed: {done.stdout[-300:]}")
    return done.stdout


def main():
    """Run the command line; exits with 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--native", action="append", required=True, metavar="TARGET=COMMAND")
    parser.add_argument("--count", type=int, default=100, help="generated modules to add")
    parser.add_argument("files", nargs="*", type=Path)
    args = parser.parse_args()
    counts, errors = Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        command = [args.out / "fz_gen", folder, "1", str(args.count)]
        subprocess.run(command, check=True)
        paths = [*args.files, *sorted(Path(folder).glob("*.wasm"))]
        for target, command in (word.split("=", 1) for word in args.native):
            text = dump(command, args.out / "native" / f"{target}-dump.elf", paths)
            found, wrong = check(target, text)
            counts += found
            errors += wrong
    for error in errors[:40]:
        print(error)
    print(
        f"native-check: {counts['modules']} modules, {counts['bodies']} bodies, "
        f"{counts['instructions']} instructions, {counts['branches']} branches, "
        f"{counts['stores']} stores, {counts['globals']} of globals of portable code, "
        f"{counts['floats']} of an FPU, {len(errors)} wrong"
    )
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
