/* SPDX-License-Identifier: MIT
 *
 * What a Cortex-M machine brings besides target_instructions.
 */
#ifndef WL_TEST_CORTEX_M_H
#define WL_TEST_CORTEX_M_H

#include "bare.h"

void cortex_m_begin(void); /* called once, first */

#endif
