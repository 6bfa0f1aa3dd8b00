/* SPDX-License-Identifier: MIT
 *
 * The names of the statuses, for what tests print; the engine has only their texts.
 */
#ifndef STATUS_NAME_H
#define STATUS_NAME_H

#include "wl.h"

static inline const char *status_name(wl_status_t status) {
    static const char *const names[] = {
#define WL_STATUS(name, kind, text) #name,
#include "wl_status.def"
#undef WL_STATUS
    };
    return (uint32_t)status < WL_STATUS_COUNT ? names[status] : "UNKNOWN";
}

#endif
