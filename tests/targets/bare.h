/* SPDX-License-Identifier: MIT
 *
 * What the start-up code of the bare machines shares.
 */
#ifndef WL_TEST_BARE_H
#define WL_TEST_BARE_H

#include "target.h"

int main(void);

/* Says where the program broke and ends it. */
_Noreturn void bare_fault(uintptr_t pc);

#endif
