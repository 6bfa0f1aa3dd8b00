/* SPDX-License-Identifier: MIT
 *
 * The parts of coremix: what a sensor gateway does all day. Readings arrive as text, are parsed,
 * kept in a linked list, filtered, and leave as frames with a check sum.
 */
#ifndef WL_BENCH_COREMIX_H
#define WL_BENCH_COREMIX_H

#include "kernel.h"

/* The CRC-16 (CCITT, reflected) of `crc` and one more byte, half-word, word. */
uint16_t crc_add8(uint16_t crc, uint8_t byte);
uint16_t crc_add16(uint16_t crc, uint16_t value);
uint16_t crc_add32(uint16_t crc, uint32_t value);

/* Each does its part once and returns a checksum of what it made. */
uint16_t list_part(uint32_t seed);
uint16_t matrix_part(uint32_t seed);
uint16_t text_part(uint32_t seed);
uint16_t queue_part(uint32_t seed);

#endif
