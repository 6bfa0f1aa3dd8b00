/* SPDX-License-Identifier: MIT
 *
 * The cursor alone: LEB128 at its edges, fixed-size values, and UTF-8 against a decoder that works
 * the other way round (code point by code point).
 */
#include "status_name.h"
#include "wl_internal.h"

#include "check.h"

typedef struct {
    wl_status_t status;
    int64_t value;
    uint8_t size; /* bytes given; all are consumed when the status is OK */
    uint8_t bytes[11];
} leb_row_t;

#define ROW(status, value, ...)                                                     \
    {                                                                               \
        WL_##status, value, sizeof((const uint8_t[]){__VA_ARGS__}), { __VA_ARGS__ } \
    }

static const leb_row_t u32_rows[] = {
    ROW(OK, 0, 0x00),
    ROW(OK, 127, 0x7f),
    ROW(OK, 128, 0x80, 0x01),
    ROW(OK, 0, 0x80, 0x80, 0x80, 0x80, 0x00),
    ROW(OK, UINT32_MAX, 0xff, 0xff, 0xff, 0xff, 0x0f),
    ROW(LEB_TOO_LARGE, 0, 0xff, 0xff, 0xff, 0xff, 0x1f),
    ROW(LEB_TOO_LARGE, 0, 0x80, 0x80, 0x80, 0x80, 0x40),
    ROW(LEB_TOO_LONG, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00),
    ROW(UNEXPECTED_END, 0, 0x80, 0x80),
};

static const leb_row_t s32_rows[] = {
    ROW(OK, 63, 0x3f),
    ROW(OK, -64, 0x40),
    ROW(OK, -1, 0x7f),
    ROW(OK, 64, 0xc0, 0x00),
    ROW(OK, -1, 0xff, 0xff, 0xff, 0xff, 0x7f),
    ROW(OK, INT32_MAX, 0xff, 0xff, 0xff, 0xff, 0x07),
    ROW(OK, INT32_MIN, 0x80, 0x80, 0x80, 0x80, 0x78),
    ROW(LEB_TOO_LARGE, 0, 0xff, 0xff, 0xff, 0xff, 0x0f),
    ROW(LEB_TOO_LARGE, 0, 0x80, 0x80, 0x80, 0x80, 0x70),
    ROW(LEB_TOO_LONG, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
    ROW(UNEXPECTED_END, 0, 0xff, 0xff, 0xff, 0xff),
};

static const leb_row_t s33_rows[] = {
    ROW(OK, -64, 0x40),
    ROW(OK, UINT32_MAX, 0xff, 0xff, 0xff, 0xff, 0x0f),
    ROW(OK, -0x100000000, 0x80, 0x80, 0x80, 0x80, 0x70),
    ROW(LEB_TOO_LARGE, 0, 0xff, 0xff, 0xff, 0xff, 0x1f),
    ROW(LEB_TOO_LARGE, 0, 0x80, 0x80, 0x80, 0x80, 0x60),
    ROW(LEB_TOO_LONG, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00),
    ROW(UNEXPECTED_END, 0, 0xff),
};

static const leb_row_t s64_rows[] = {
    ROW(OK, -1, 0x7f),
    ROW(OK, INT64_MAX, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00),
    ROW(OK, INT64_MIN, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f),
    ROW(OK, -1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
    ROW(LEB_TOO_LARGE, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
    ROW(LEB_TOO_LARGE, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7e),
    ROW(LEB_TOO_LONG, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00),
    ROW(UNEXPECTED_END, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80),
};

static int64_t read_u32(wl_reader_t *r) {
    return wl_read_u32(r);
}

static int64_t read_s32(wl_reader_t *r) {
    return wl_read_s32(r);
}

static void check_leb(const leb_row_t *rows, size_t n, int64_t (*read)(wl_reader_t *)) {
    for (size_t i = 0; i < n; i++) {
        wl_reader_t r;
        uint8_t bytes[13] = {0xff}; /* a byte before, so that positions are not all zero */
        memcpy(bytes + 1, rows[i].bytes, rows[i].size);
        wl_reader_init(&r, bytes, 1, 1u + rows[i].size);
        int64_t value = read(&r);
        bool good = CHECK(r.status == rows[i].status) && CHECK(value == rows[i].value) && CHECK(r.pos == r.end);
        if (r.status) {
            uint32_t expected = r.status == WL_UNEXPECTED_END ? r.end : 1;
            good = CHECK(r.error_pos == expected) && good;
        }
        if (!good) {
            fprintf(stderr, "  in row %zu: status %s\n", i, status_name(r.status));
        }
    }
}

static void test_fixed(void) {
    static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
    wl_reader_t r;
    wl_reader_init(&r, bytes, 0, sizeof(bytes));
    CHECK(wl_read_fixed32(&r) == 0x04030201);
    CHECK(wl_read_fixed64(&r) == 0x0c0b0a0908070605);
    CHECK(r.status == WL_OK && r.pos == 12);
    CHECK(wl_read_fixed32(&r) == 0);
    CHECK(r.status == WL_UNEXPECTED_END && r.error_pos == 13 && r.pos == 13);
    CHECK(wl_read_u8(&r) == 0);
    CHECK(wl_read_bytes(&r, 0) != NULL);
    CHECK(wl_read_bytes(&r, 1) == NULL);
    CHECK(r.status == WL_UNEXPECTED_END); /* the first failure stays */
    wl_reader_init(&r, bytes, 10, sizeof(bytes));
    CHECK(wl_read_bytes(&r, UINT32_MAX) == NULL);
    CHECK(r.status == WL_LENGTH_BOUNDS && r.error_pos == 10);
}

/* The number of bytes that encode `code`, written to `s`. */
static uint32_t encode_utf8(uint32_t code, uint8_t *s) {
    if (code < 0x80) {
        s[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        s[0] = (uint8_t)(0xc0 | code >> 6);
        s[1] = (uint8_t)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        s[0] = (uint8_t)(0xe0 | code >> 12);
        s[1] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
        s[2] = (uint8_t)(0x80 | (code & 0x3f));
        return 3;
    }
    s[0] = (uint8_t)(0xf0 | code >> 18);
    s[1] = (uint8_t)(0x80 | (code >> 12 & 0x3f));
    s[2] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
    s[3] = (uint8_t)(0x80 | (code & 0x3f));
    return 4;
}

static bool is_name(const uint8_t *s, uint32_t n) {
    uint8_t bytes[5] = {(uint8_t)n};
    uint32_t size;
    wl_reader_t r;
    memcpy(bytes + 1, s, n);
    wl_reader_init(&r, bytes, 0, n + 1);
    (void)wl_read_name(&r, &size);
    return r.status == WL_OK;
}

/* Among all sequences of `n` bytes of which the first is `lead`, exactly the code points' own
 * encodings are names. */
static unsigned long count_names(uint8_t lead, uint32_t n) {
    unsigned long count = 0;
    for (uint32_t rest = 0; rest < 1u << (8 * (n - 1)); rest++) {
        uint8_t s[4] = {lead, (uint8_t)(rest >> 16), (uint8_t)(rest >> 8), (uint8_t)rest};
        if (n < 4) {
            memmove(s + 1, s + 5 - n, n - 1);
        }
        count += is_name(s, n);
    }
    return count;
}

static void test_utf8(void) {
    for (uint32_t code = 0; code < 0x200000; code++) {
        uint8_t s[4];
        uint32_t n = encode_utf8(code, s);
        bool scalar = code < 0x110000 && !(code >= 0xd800 && code < 0xe000);
        if (is_name(s, n) != scalar || (n > 1 && is_name(s, n - 1))) {
            fprintf(stderr, "code point %x\n", (unsigned)code);
            CHECK(false);
        }
    }
    CHECK(count_names(0xc1, 2) == 0);
    CHECK(count_names(0xc2, 2) == 64);
    CHECK(count_names(0xe0, 3) == 32 * 64);
    CHECK(count_names(0xe1, 3) == 64 * 64);
    CHECK(count_names(0xed, 3) == 32 * 64);
    CHECK(count_names(0xef, 3) == 64 * 64);
    CHECK(count_names(0xf0, 3) == 0);
    CHECK(count_names(0xf5, 3) == 0);
    CHECK(is_name((const uint8_t *)"", 0));
}

int main(void) {
    check_leb(u32_rows, sizeof(u32_rows) / sizeof(u32_rows[0]), read_u32);
    check_leb(s32_rows, sizeof(s32_rows) / sizeof(s32_rows[0]), read_s32);
    check_leb(s33_rows, sizeof(s33_rows) / sizeof(s33_rows[0]), wl_read_s33);
    check_leb(s64_rows, sizeof(s64_rows) / sizeof(s64_rows[0]), wl_read_s64);
    test_fixed();
    test_utf8();
    return check_finish("test_reader");
}
