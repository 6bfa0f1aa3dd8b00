/* SPDX-License-Identifier: MIT
 *
 * Names, texts and kinds of the statuses, from wl_status.def. Strings lie behind one another and
 * are found by counting: a table of pointers would cost more than the time is worth.
 */
#include "wl.h"

#define WL_STATUS(name, kind, text) text "\0"
static const char texts[] =
#include "wl_status.def"
    "unknown status";
#undef WL_STATUS

#define WL_STATUS(name, kind, text) #name "\0"
static const char names[] =
#include "wl_status.def"
    "UNKNOWN";
#undef WL_STATUS

#define WL_STATUS(name, kind, text) WL_KIND_##kind,
static const uint8_t kinds[] = {
#include "wl_status.def"
    WL_KIND_USAGE
};
#undef WL_STATUS

/* `status`, or the entry behind the last for what is none. */
static uint32_t index_of(wl_status_t status) {
    return (uint32_t)status < WL_STATUS_COUNT ? (uint32_t)status : WL_STATUS_COUNT;
}

static const char *nth_string(const char *strings, uint32_t n) {
    while (n > 0) {
        n -= *strings++ == '\0';
    }
    return strings;
}

const char *wl_status_text(wl_status_t status) {
    return nth_string(texts, index_of(status));
}

const char *wl_status_name(wl_status_t status) {
    return nth_string(names, index_of(status));
}

wl_kind_t wl_status_kind(wl_status_t status) {
    return (wl_kind_t)kinds[index_of(status)];
}
