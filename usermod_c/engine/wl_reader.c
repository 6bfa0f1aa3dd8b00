/* SPDX-License-Identifier: MIT
 *
 * The cursor over a module's bytes: LEB128, names, value types. It is the only code that turns
 * hostile bytes into numbers, and never reads at or past `end`: bounds are checked by subtraction,
 * `pos` is at most `end` at all times.
 *
 * Source: WebAssembly Core Specification 2.0, 5.2 "Values", 5.3 "Types".
 */
#include "wl_internal.h"

void wl_reader_init(wl_reader_t *r, const uint8_t *bytes, uint32_t pos, uint32_t end) {
    r->bytes = bytes;
    r->pos = pos;
    r->end = end;
    r->status = WL_OK;
    r->error_pos = 0;
    r->aux = 0;
}

void wl_reader_fail(wl_reader_t *r, wl_status_t status, uint32_t pos) {
    if (r->status == WL_OK) {
        r->status = status;
        r->error_pos = pos;
    }
    r->pos = r->end;
}

void wl_reader_fail_aux(wl_reader_t *r, wl_status_t status, uint32_t pos, uint32_t aux) {
    if (r->status == WL_OK) {
        r->aux = aux;
    }
    wl_reader_fail(r, status, pos);
}

/* LEB128 of at most 32 bits. `unused` masks the bits of a fifth byte that lie past the value: they
 * must be zero or, in a signed number, all copies of its sign (`unused` then holds the sign). */
static uint32_t read_leb32(wl_reader_t *r, uint8_t unused, bool is_signed) {
    uint32_t start = r->pos, value = 0;
    for (uint32_t shift = 0;; shift += 7) {
        uint8_t byte = wl_read_u8(r);
        if (WL_UNLIKELY(r->status)) {
            return 0;
        }
        value |= (uint32_t)(byte & 0x7f) << shift;
        if (shift == 28) {
            uint8_t rest = byte & unused;
            if (byte & 0x80) {
                wl_reader_fail(r, WL_LEB_TOO_LONG, start);
                return 0;
            }
            if (rest != 0 && !(is_signed && rest == unused)) {
                wl_reader_fail(r, WL_LEB_TOO_LARGE, start);
                return 0;
            }
            return value;
        }
        if (!(byte & 0x80)) {
            if (is_signed && (byte & 0x40)) {
                value |= UINT32_MAX << (shift + 7);
            }
            return value;
        }
    }
}

uint32_t wl_read_u32_long(wl_reader_t *r) {
    const uint8_t *p = r->bytes + r->pos;
    if (r->end - r->pos > 1 && p[1] < 0x80) { /* most others are two bytes; the first has more to follow */
        r->pos += 2;
        return (p[0] & 0x7fu) | (uint32_t)p[1] << 7;
    }
    return read_leb32(r, 0x70, false);
}

uint32_t wl_read_index(wl_reader_t *r, uint32_t count, wl_status_t unknown) {
    uint32_t pos = r->pos, index = wl_read_u32(r);
    if (index >= count) {
        wl_reader_fail_aux(r, unknown, pos, index);
        return 0;
    }
    return index;
}

int32_t wl_read_s32_long(wl_reader_t *r) {
    return (int32_t)read_leb32(r, 0x78, true);
}

/* Signed LEB128 of more than 32 bits, whose last possible byte starts at bit `last`. */
static int64_t read_leb64(wl_reader_t *r, uint32_t last, uint8_t unused) {
    uint32_t start = r->pos, shift = 0;
    uint64_t value = 0;
    for (;;) {
        uint8_t byte = wl_read_u8(r);
        if (WL_UNLIKELY(r->status)) {
            return 0;
        }
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (shift == last) {
            uint8_t rest = byte & unused;
            if (byte & 0x80) {
                wl_reader_fail(r, WL_LEB_TOO_LONG, start);
                return 0;
            }
            if (rest != 0 && rest != unused) {
                wl_reader_fail(r, WL_LEB_TOO_LARGE, start);
                return 0;
            }
        }
        shift += 7;
        if (!(byte & 0x80)) {
            if ((byte & 0x40) && shift < 64) {
                value |= UINT64_MAX << shift;
            }
            return (int64_t)value;
        }
    }
}

int64_t wl_read_s33(wl_reader_t *r) {
    return read_leb64(r, 28, 0x70);
}

int64_t wl_read_s64(wl_reader_t *r) {
    return read_leb64(r, 63, 0x7f);
}

const uint8_t *wl_read_bytes(wl_reader_t *r, uint32_t size) {
    const uint8_t *start = r->bytes + r->pos;
    if (WL_UNLIKELY(r->end - r->pos < size)) {
        wl_reader_fail(r, WL_LENGTH_BOUNDS, r->pos);
        return NULL;
    }
    r->pos += size;
    return start;
}

static void read_fixed(wl_reader_t *r, void *value, uint32_t size) {
    if (WL_UNLIKELY(r->end - r->pos < size)) {
        wl_reader_fail(r, WL_UNEXPECTED_END, r->end);
        memset(value, 0, size);
        return;
    }
    memcpy(value, r->bytes + r->pos, size);
    r->pos += size;
}

uint32_t wl_read_fixed32(wl_reader_t *r) {
    uint32_t value;
    read_fixed(r, &value, sizeof(value));
    return value;
}

uint64_t wl_read_fixed64(wl_reader_t *r) {
    uint64_t value;
    read_fixed(r, &value, sizeof(value));
    return value;
}

/* The position of the first byte that starts no well-formed UTF-8 sequence, `size` if none does.
 * Source: Unicode 15, table 3-7. */
static uint32_t utf8_check(const uint8_t *s, uint32_t size) {
    uint32_t i = 0;
    while (i < size) {
        uint8_t lead = s[i], low = 0x80, high = 0xbf;
        uint32_t more;
        if (lead < 0x80) {
            i++;
            continue;
        }
        if (lead < 0xc2 || lead > 0xf4) {
            break;
        }
        if (lead < 0xe0) {
            more = 1;
        } else if (lead < 0xf0) {
            more = 2;
            if (lead == 0xe0) {
                low = 0xa0;
            } else if (lead == 0xed) {
                high = 0x9f;
            }
        } else {
            more = 3;
            if (lead == 0xf0) {
                low = 0x90;
            } else if (lead == 0xf4) {
                high = 0x8f;
            }
        }
        if (size - i <= more || s[i + 1] < low || s[i + 1] > high) {
            break;
        }
        for (uint32_t k = 2; k <= more; k++) {
            if ((s[i + k] & 0xc0) != 0x80) {
                return i;
            }
        }
        i += more + 1;
    }
    return i;
}

const uint8_t *wl_read_name(wl_reader_t *r, uint32_t *size) {
    uint32_t length = wl_read_u32(r), start = r->pos;
    const uint8_t *name = wl_read_bytes(r, length);
    *size = length;
    if (r->status) {
        *size = 0;
        return NULL;
    }
    uint32_t good = utf8_check(name, length);
    if (good < length) {
        wl_reader_fail(r, WL_BAD_UTF8, start + good);
    }
    return name;
}

/* OK for the types of this engine, else the feature that brings `type`, else BAD_VALUE_TYPE. */
static wl_status_t type_status(uint8_t type) {
    if ((type >= WL_F64 && type <= WL_I32) || wl_is_ref_type(type)) {
        return WL_OK;
    }
    if (type == 0x7b) { /* v128 */
        return WL_NO_SIMD;
    }
    if (type == 0x69 || type == 0x74) { /* exnref, nullexnref */
        return WL_NO_EXCEPTIONS;
    }
    if ((type >= 0x6a && type <= 0x73) || type == 0x63 || type == 0x64) {
        return WL_NO_GC; /* abstract heap types; (ref null ...), (ref ...) */
    }
    return WL_BAD_VALUE_TYPE;
}

static uint8_t read_type(wl_reader_t *r, bool ref) {
    uint32_t pos = r->pos;
    uint8_t type = wl_read_u8(r);
    if (r->status) {
        return 0;
    }
    wl_status_t status = type_status(type);
    if (ref && (status == WL_OK || status == WL_NO_SIMD || status == WL_BAD_VALUE_TYPE)) {
        status = wl_is_ref_type(type) ? WL_OK : WL_BAD_REF_TYPE;
    }
    if (status) {
        r->aux = type;
        wl_reader_fail(r, status, pos);
        return 0;
    }
    return type;
}

uint8_t wl_read_value_type(wl_reader_t *r) {
    return read_type(r, false);
}

uint8_t wl_read_ref_type(wl_reader_t *r) {
    return read_type(r, true);
}

/* ---- Types of imports and exports ---- */

void wl_read_limits(wl_reader_t *r, wl_limits_t *limits, bool memory) {
    uint32_t pos = r->pos;
    uint8_t flags = wl_read_u8(r);
    if ((flags & 0xf0) || (!memory && (flags & 0x08))) {
        wl_reader_fail_aux(r, WL_BAD_LIMITS_FLAGS, pos, flags);
    } else if (flags & 0x04) {
        wl_reader_fail_aux(r, WL_NO_MEMORY64, pos, flags);
    } else if (flags & 0x02) {
        wl_reader_fail_aux(r, WL_NO_THREADS, pos, flags);
    }
    uint32_t min_pos = r->pos;
    limits->min = wl_read_u32(r);
    uint32_t max_pos = r->pos;
    limits->has_max = flags & 0x01;
    limits->max = limits->has_max ? wl_read_u32(r) : UINT32_MAX;
    if (memory) {
        uint32_t log2_pos = r->pos, log2 = flags & 0x08 ? wl_read_u32(r) : 16;
        if (log2 != 0 && log2 != 16) {
            wl_reader_fail_aux(r, log2 > 64 ? WL_BAD_PAGE_SIZE : WL_PAGE_SIZE, log2_pos, log2);
        }
        limits->type = (uint8_t)log2;
        if (log2 == 16 && limits->min > 65536) {
            wl_reader_fail_aux(r, WL_MEMORY_SIZE, min_pos, limits->min);
        }
        if (log2 == 16 && limits->has_max && limits->max > 65536) {
            wl_reader_fail_aux(r, WL_MEMORY_SIZE, max_pos, limits->max);
        }
    }
    if (limits->max < limits->min) {
        wl_reader_fail_aux(r, WL_LIMITS_ORDER, max_pos, limits->max);
    }
}

void wl_read_table_type(wl_reader_t *r, wl_limits_t *limits) {
    if (r->pos < r->end && r->bytes[r->pos] == 0x40) { /* with an initial value */
        wl_reader_fail_aux(r, WL_NO_GC, r->pos, 0x40);
    }
    uint8_t type = wl_read_ref_type(r);
    wl_read_limits(r, limits, false);
    limits->type = type;
}

void wl_read_global_type(wl_reader_t *r, uint8_t *type, bool *is_mutable) {
    *type = wl_read_value_type(r);
    uint32_t pos = r->pos;
    uint8_t flag = wl_read_u8(r);
    if (flag > 1) {
        wl_reader_fail_aux(r, WL_BAD_MUTABILITY, pos, flag);
    }
    *is_mutable = flag == 1;
}

/* The byte that says what is imported or exported. */
static wl_extern_kind_t read_kind(wl_reader_t *r, wl_status_t bad) {
    uint32_t pos = r->pos;
    uint8_t kind = wl_read_u8(r);
    if (kind > WL_EXTERN_GLOBAL) {
        wl_reader_fail_aux(r, kind == 4 ? WL_NO_EXCEPTIONS : bad, pos, kind);
        return WL_EXTERN_FUNC;
    }
    return (wl_extern_kind_t)kind;
}

void wl_read_import(wl_reader_t *r, const wl_module_t *module, wl_extern_type_t *type, uint32_t *func_type) {
    memset(type, 0, sizeof(*type));
    *func_type = 0;
    type->module_name = wl_read_name(r, &type->module_name_size);
    type->name = wl_read_name(r, &type->name_size);
    type->kind = read_kind(r, WL_BAD_IMPORT_KIND);
    switch (type->kind) {
        case WL_EXTERN_FUNC:
            *func_type = wl_read_index(r, module->n_types, WL_UNKNOWN_TYPE);
            type->func = r->status ? NULL : &module->types[*func_type];
            break;
        case WL_EXTERN_TABLE:
            wl_read_table_type(r, &type->limits);
            break;
        case WL_EXTERN_MEMORY:
            wl_read_limits(r, &type->limits, true);
            break;
        case WL_EXTERN_GLOBAL:
            wl_read_global_type(r, &type->global_type, &type->global_mutable);
            break;
    }
}

void wl_read_export_desc(wl_reader_t *r, wl_extern_type_t *type) {
    type->kind = read_kind(r, WL_BAD_EXPORT_KIND);
    type->index = wl_read_u32(r);
}

void wl_read_export(wl_reader_t *r, wl_extern_type_t *type) {
    memset(type, 0, sizeof(*type));
    type->name = wl_read_name(r, &type->name_size);
    wl_read_export_desc(r, type);
}
