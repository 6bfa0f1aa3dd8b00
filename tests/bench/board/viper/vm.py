# SPDX-License-Identifier: MIT
"""A machine for a small byte code, running a program that sorts and sums 24 words n times."""

from array import array

import micropython
from micropython import const

_HALT = const(0)
_PUSH = const(1)
_LOCAL = const(2)
_SET = const(3)
_INCREMENT = const(4)
_LOAD = const(5)
_STORE = const(6)
_ADD = const(7)
_SUB = const(8)
_MUL = const(9)
_AND = const(10)
_OR = const(11)
_XOR = const(12)
_SHL = const(13)
_SHR = const(14)
_LESS = const(15)
_EQUAL = const(16)
_DUP = const(17)
_SWAP = const(18)
_DROP = const(19)
_JUMP = const(20)
_JUMP_IF = const(21)
_JUMP_UNLESS = const(22)

# Operation and argument of each step, as in ../../kernels/vm.c.
# fmt: off
_PROGRAM = bytes((
    1, 0, 3, 0, 1, 0, 3, 1, 2, 1, 5, 0, 2, 1, 1, 1, 7, 0, 5, 0,
    15, 0, 21, 26, 2, 1, 5, 0, 3, 2, 2, 1, 2, 1, 1, 1, 7, 0, 5, 0,
    6, 0, 2, 1, 1, 1, 7, 0, 2, 2, 6, 0, 4, 1, 2, 1, 1, 23, 15, 0,
    21, 4, 4, 0, 2, 0, 1, 23, 15, 0, 21, 2, 2, 3, 17, 0, 1, 5, 13, 0,
    18, 0, 1, 27, 14, 0, 11, 0, 2, 0, 5, 0, 12, 0, 3, 3, 2, 0, 1, 1,
    8, 0, 17, 0, 3, 0, 1, 0, 16, 0, 22, 36, 0, 0,
))
# fmt: on


@micropython.viper
def execute(code: ptr8, words: ptr32, variables: ptr32, stack: ptr32) -> int:
    step = 0
    top = 0
    count = 0
    while True:
        op = code[step]
        argument = code[step + 1]
        step += 2
        count += 1
        if op == _HALT:
            return count
        elif op == _PUSH:
            stack[top] = argument
            top += 1
        elif op == _LOCAL:
            stack[top] = variables[argument]
            top += 1
        elif op == _SET:
            top -= 1
            variables[argument] = stack[top]
        elif op == _INCREMENT:
            variables[argument] += 1
        elif op == _LOAD:
            stack[top - 1] = words[stack[top - 1]]
        elif op == _STORE:
            top -= 2
            words[stack[top]] = stack[top + 1]
        elif op == _ADD:
            top -= 1
            stack[top - 1] = stack[top - 1] + stack[top]
        elif op == _SUB:
            top -= 1
            stack[top - 1] = stack[top - 1] - stack[top]
        elif op == _MUL:
            top -= 1
            stack[top - 1] = stack[top - 1] * stack[top]
        elif op == _AND:
            top -= 1
            stack[top - 1] = stack[top - 1] & stack[top]
        elif op == _OR:
            top -= 1
            stack[top - 1] = stack[top - 1] | stack[top]
        elif op == _XOR:
            top -= 1
            stack[top - 1] = stack[top - 1] ^ stack[top]
        elif op == _SHL:
            top -= 1
            stack[top - 1] = stack[top - 1] << (stack[top] & 31)
        elif op == _SHR:
            top -= 1
            stack[top - 1] = int(uint(stack[top - 1]) >> uint(stack[top] & 31))
        elif op == _LESS:
            top -= 1
            stack[top - 1] = int(uint(stack[top - 1]) < uint(stack[top]))
        elif op == _EQUAL:
            top -= 1
            stack[top - 1] = int(stack[top - 1] == stack[top])
        elif op == _DUP:
            stack[top] = stack[top - 1]
            top += 1
        elif op == _SWAP:
            under = stack[top - 2]
            stack[top - 2] = stack[top - 1]
            stack[top - 1] = under
        elif op == _DROP:
            top -= 1
        elif op == _JUMP:
            step = 2 * argument
        elif op == _JUMP_IF:
            top -= 1
            if stack[top]:
                step = 2 * argument
        elif op == _JUMP_UNLESS:
            top -= 1
            if not stack[top]:
                step = 2 * argument
        else:
            return 0


# A ptr32's index in a register is shifted in place (MicroPython 1.26): parameters take all three.
@micropython.viper
def fill(words: ptr32, seed: uint, size: int) -> uint:
    i = 0
    while i < size:
        seed ^= seed << 13
        seed ^= seed >> 17
        seed ^= seed << 5
        words[i] = int(seed >> 8)
        i += 1
    return seed


def run(n):
    seed, total = 1, 0
    words, variables, stack = (array("I", bytes(4 * size)) for size in (24, 4, 8))
    for _ in range(n):
        seed = fill(words, seed, 24)
        count = execute(_PROGRAM, words, variables, stack)
        total = ((total << 5 | total >> 27) & 0xFFFFFFFF) ^ count
        total = ((total << 5 | total >> 27) & 0xFFFFFFFF) ^ variables[3]
    return total
