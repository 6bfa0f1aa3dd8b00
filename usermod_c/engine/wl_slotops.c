/* SPDX-License-Identifier: MIT
 *
 * Slot operations by function (see wl_slotops.h).
 */
#include "wl_slotops.h"

#define CALL1(in, out) \
    WL_CALL1(in, out) { W##out(LO(1), f(R##in(HI(1)))); }
#define CALL2(in, out) \
    WL_CALL2(in, out) { W##out(LO(1), f(R##in(HI(1)), R##in(LO(2)))); }
#define TRY1(in, out) \
    WL_TRY1(in, out) { \
        T##out r = 0; \
        wl_status_t s = f(R##in(HI(1)), &r); \
        W##out(LO(1), r); \
        return s; \
    }

CALL1(32, 32)
CALL1(32, 64)
CALL1(64, 32)
CALL1(64, 64)
CALL2(32, 32)
CALL2(64, 32)
CALL2(64, 64)
TRY1(32, 32)
TRY1(32, 64)
TRY1(64, 32)
TRY1(64, 64)

WL_TRY2(64, 64) {
    uint64_t r = 0;
    wl_status_t s = f(R64(HI(1)), R64(LO(2)), &r);
    W64(LO(1), r);
    return s;
}
