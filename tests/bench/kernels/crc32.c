/* SPDX-License-Identifier: MIT
 *
 * CRC-32 (the polynomial of IEEE 802.3, reflected) of n bytes, a byte at a time through a table
 * that is computed first: dependent loads.
 */
#include "kernel.h"

enum { SIZE = 16384 };

static uint32_t table[256];
static uint8_t data[SIZE];

static void make_table(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (uint32_t bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
        }
        table[i] = crc;
    }
}

static uint32_t crc_of(const uint8_t *bytes, uint32_t size) {
    uint32_t crc = UINT32_MAX;
    for (uint32_t i = 0; i < size; i++) {
        crc = table[(crc ^ bytes[i]) & 0xff] ^ crc >> 8;
    }
    return ~crc;
}

int32_t run(int32_t n) {
    uint32_t size = (uint32_t)n < SIZE ? (uint32_t)n : SIZE;
    make_table();
    for (uint32_t i = 0; i < size; i++) {
        data[i] = (uint8_t)(i ^ i >> 8);
    }
    return (int32_t)crc_of(data, size);
}
