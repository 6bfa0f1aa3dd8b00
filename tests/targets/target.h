/* SPDX-License-Identifier: MIT
 *
 * What a test program can ask of the machine it runs on: a host, or bare metal in an emulator.
 * There it needs no C library beyond what the compiler's own code calls; main() is entered with
 * data and zeroed variables in place, and the emulator ends with what main() returns.
 */
#ifndef WL_TEST_TARGET_H
#define WL_TEST_TARGET_H

#include <stddef.h>
#include <stdint.h>

/* Writes to the standard output of whoever started the program. */
void target_write(const char *text, size_t size);

/* Ends the program; 0 is success. */
_Noreturn void target_exit(int status);

/* Instructions executed so far, in steps of TARGET_COUNTER_STEP; 0 on hosts, which have no such
 * counter. In the emulators, which must run with -icount shift=0, it is exact but for the step. */
uint64_t target_instructions(void);

/* Calls fn(argument) on the C stack [stack, stack + size), both multiples of 16, and returns how
 * many bytes of it were written to. */
size_t target_stack_use(void (*fn)(void *), void *argument, void *stack, size_t size);

#endif
