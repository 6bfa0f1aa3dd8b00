/* SPDX-License-Identifier: MIT
 *
 * A machine for a small byte code, running a program that sorts and sums 24 words n times: one
 * switch in a loop, as interpreters and protocol parsers have it.
 */
#include "kernel.h"

enum { WORDS = 24,
       STACK = 8 };

enum {
    HALT,
    PUSH,        /* the argument */
    LOCAL,       /* pushes variable [argument] */
    SET,         /* pops it */
    INCREMENT,   /* adds 1 to it */
    LOAD,        /* pops an index, pushes that word */
    STORE,       /* pops a value, then an index */
    ADD,
    SUB,
    MUL,
    AND,
    OR,
    XOR,
    SHL,
    SHR,
    LESS,
    EQUAL,
    DUP,
    SWAP,
    DROP,
    JUMP,        /* to the argument */
    JUMP_IF,     /* pops, jumps when not zero */
    JUMP_UNLESS, /* pops, jumps when zero */
};

typedef struct {
    uint8_t op, argument;
} step_t;

/* Variables, and where the program jumps to. */
enum { I,
       J,
       OLD,
       SUM,
       VARIABLES };
enum { OUTER = 2,
       INNER = 4,
       ORDERED = 26,
       FOLD = 36 };

/* clang-format off */
static const step_t program[] = {
    {PUSH, 0}, {SET, I},
    {PUSH, 0}, {SET, J},                                                 /* OUTER */
    {LOCAL, J}, {LOAD, 0}, {LOCAL, J}, {PUSH, 1}, {ADD, 0}, {LOAD, 0},   /* INNER */
    {LESS, 0}, {JUMP_IF, ORDERED},
    {LOCAL, J}, {LOAD, 0}, {SET, OLD},
    {LOCAL, J}, {LOCAL, J}, {PUSH, 1}, {ADD, 0}, {LOAD, 0}, {STORE, 0},
    {LOCAL, J}, {PUSH, 1}, {ADD, 0}, {LOCAL, OLD}, {STORE, 0},
    {INCREMENT, J}, {LOCAL, J}, {PUSH, WORDS - 1}, {LESS, 0}, {JUMP_IF, INNER}, /* ORDERED */
    {INCREMENT, I}, {LOCAL, I}, {PUSH, WORDS - 1}, {LESS, 0}, {JUMP_IF, OUTER},
    {LOCAL, SUM}, {DUP, 0}, {PUSH, 5}, {SHL, 0}, {SWAP, 0}, {PUSH, 27}, {SHR, 0}, {OR, 0}, /* FOLD */
    {LOCAL, I}, {LOAD, 0}, {XOR, 0}, {SET, SUM},
    {LOCAL, I}, {PUSH, 1}, {SUB, 0}, {DUP, 0}, {SET, I},
    {PUSH, 0}, {EQUAL, 0}, {JUMP_UNLESS, FOLD},
    {HALT, 0},
};
/* clang-format on */

static uint32_t words[WORDS], variables[VARIABLES], stack[STACK];

/* Returns how many steps were made. */
static __attribute__((noinline)) uint32_t execute(const step_t *code) {
    const step_t *step = code;
    uint32_t *top = stack; /* one above the topmost */
    uint32_t count = 0;
    for (;;) {
        uint32_t argument = step->argument;
        count++;
        switch ((step++)->op) {
            case HALT:
                return count;
            case PUSH:
                *top++ = argument;
                break;
            case LOCAL:
                *top++ = variables[argument];
                break;
            case SET:
                variables[argument] = *--top;
                break;
            case INCREMENT:
                variables[argument]++;
                break;
            case LOAD:
                top[-1] = words[top[-1]];
                break;
            case STORE:
                top -= 2;
                words[top[0]] = top[1];
                break;
            case ADD:
                top--;
                top[-1] += top[0];
                break;
            case SUB:
                top--;
                top[-1] -= top[0];
                break;
            case MUL:
                top--;
                top[-1] *= top[0];
                break;
            case AND:
                top--;
                top[-1] &= top[0];
                break;
            case OR:
                top--;
                top[-1] |= top[0];
                break;
            case XOR:
                top--;
                top[-1] ^= top[0];
                break;
            case SHL:
                top--;
                top[-1] <<= top[0] & 31;
                break;
            case SHR:
                top--;
                top[-1] >>= top[0] & 31;
                break;
            case LESS:
                top--;
                top[-1] = top[-1] < top[0];
                break;
            case EQUAL:
                top--;
                top[-1] = top[-1] == top[0];
                break;
            case DUP:
                top[0] = top[-1];
                top++;
                break;
            case SWAP: {
                uint32_t under = top[-2];
                top[-2] = top[-1];
                top[-1] = under;
                break;
            }
            case DROP:
                top--;
                break;
            case JUMP:
                step = code + argument;
                break;
            case JUMP_IF:
                if (*--top) {
                    step = code + argument;
                }
                break;
            case JUMP_UNLESS:
                if (!*--top) {
                    step = code + argument;
                }
                break;
            default:
                return 0;
        }
    }
}

int32_t run(int32_t n) {
    uint32_t seed = 1, sum = 0;
    for (int32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < WORDS; k++) {
            words[k] = kernel_random(&seed) >> 8;
        }
        sum = kernel_mix(sum, execute(program));
        sum = kernel_mix(sum, variables[SUM]);
    }
    return (int32_t)sum;
}
