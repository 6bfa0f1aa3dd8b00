/* SPDX-License-Identifier: MIT
 *
 * Texts and kinds of the statuses, from wl_status.def. Strings lie behind one another and
 * are found by counting: a table of pointers would cost more than the time is worth.
 */
#include "wl.h"

#define WL_STATUS(name, kind, text) text "\0"
static const char texts[] =
#include "wl_status.def"
    "unknown status";
#undef WL_STATUS

#define WL_STATUS(name, kind, text) WL_KIND_##kind,
static const uint8_t kinds[] = {
#include "wl_status.def"
    WL_KIND_USAGE};
#undef WL_STATUS

/* `status`, or the entry behind the last for what is none. */
static uint32_t index_of(wl_status_t status) {
    return (uint32_t)status < WL_STATUS_COUNT ? (uint32_t)status : WL_STATUS_COUNT;
}

const char *wl_status_text(wl_status_t status) {
    const char *text = texts;
    for (uint32_t n = index_of(status); n > 0;) {
        n -= *text++ == '\0';
    }
    return text;
}

wl_kind_t wl_status_kind(wl_status_t status) {
    return (wl_kind_t)kinds[index_of(status)];
}
