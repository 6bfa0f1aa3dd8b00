/* SPDX-License-Identifier: MIT
 *
 * Register code as text. For the host only.
 */
#ifndef WL_DISASM_H
#define WL_DISASM_H

#include <stdio.h>

#include "wl_runtime.h"

const char *wl_code_op_name(wl_code_op_t op);
/* Writes the instruction at word `pos`; returns the position behind it. */
uint32_t wl_disasm(const uint16_t *code, uint32_t pos, FILE *out);
/* Writes a translated function. */
void wl_disasm_body(const wl_instance_t *instance, uint32_t func_index, FILE *out);

#endif
