/* SPDX-License-Identifier: MIT
 *
 * An integer mix of about 7 KB of WebAssembly: linked lists, small matrices, a text scanner, a
 * priority queue with packing, and check sums, in functions of moderate size. n rounds of each.
 */
#include "coremix.h"

__attribute__((noinline)) uint16_t crc_add8(uint16_t crc, uint8_t byte) {
    uint32_t value = (uint32_t)crc ^ byte;
    for (uint32_t bit = 0; bit < 8; bit++) {
        value = value & 1 ? value >> 1 ^ 0x8408 : value >> 1;
    }
    return (uint16_t)value;
}

uint16_t crc_add16(uint16_t crc, uint16_t value) {
    return crc_add8(crc_add8(crc, (uint8_t)value), (uint8_t)(value >> 8));
}

uint16_t crc_add32(uint16_t crc, uint32_t value) {
    return crc_add16(crc_add16(crc, (uint16_t)value), (uint16_t)(value >> 16));
}

int32_t run(int32_t n) {
    uint16_t crc = 0xffff;
    for (int32_t i = 0; i < n; i++) {
        uint32_t seed = (uint32_t)i + 1;
        crc = crc_add16(crc, list_part(seed));
        crc = crc_add16(crc, matrix_part(seed));
        crc = crc_add16(crc, text_part(seed));
        crc = crc_add16(crc, queue_part(seed));
    }
    return crc;
}
