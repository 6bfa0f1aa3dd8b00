/* SPDX-License-Identifier: MIT
 *
 * What the start-up code of the bare machines shares.
 */
#ifndef WL_TEST_BARE_H
#define WL_TEST_BARE_H

#include "target.h"

int main(void);

/* Memory that the program's own sections and stack leave, zero at the start (the linker script's). */
extern uint8_t heap_start[], heap_end[];

/* A file of the machine that the emulator runs on, in the folder where it was started. */
int bare_open(const char *name);                        /* negative when there is none */
size_t bare_read(int file, void *to, size_t size);      /* how many bytes were read */

/* Says where the program broke and ends it. */
_Noreturn void bare_fault(uintptr_t pc);

#endif
