/* SPDX-License-Identifier: MIT
 *
 * The tier of programs whose functions are interpreted.
 */
#include "wl.h"

extern const uint8_t engine_tier;
const uint8_t engine_tier = WL_TIER_INTERP;
