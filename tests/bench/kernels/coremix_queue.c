/* SPDX-License-Identifier: MIT
 *
 * Timers in a binary heap, whose events are counted in a small hash table and leave as a packed
 * frame: variable-length integers, byte stuffing, base-64.
 */
#include "coremix.h"

enum { TIMERS = 48,
       SLOTS = 64,
       FRAME = 256,
       EVENTS = 120 };

typedef struct {
    uint32_t due;
    uint16_t period, id;
} alarm_t;

typedef struct {
    uint16_t key, count;
} counter_t;

static alarm_t heap[TIMERS];
static counter_t counters[SLOTS];
static uint8_t frame[FRAME], coded[2 * FRAME];
static uint32_t n_timers;

static void swap(uint32_t i, uint32_t j) {
    alarm_t t = heap[i];
    heap[i] = heap[j];
    heap[j] = t;
}

static int32_t earlier(uint32_t i, uint32_t j) {
    return heap[i].due != heap[j].due ? heap[i].due < heap[j].due : heap[i].id < heap[j].id;
}

static __attribute__((noinline)) void push(uint32_t due, uint32_t period, uint32_t id) {
    uint32_t i = n_timers++;
    heap[i].due = due;
    heap[i].period = (uint16_t)period;
    heap[i].id = (uint16_t)id;
    while (i > 0 && earlier(i, (i - 1) / 2)) {
        swap(i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

/* Restores the order after the first has become later. */
static __attribute__((noinline)) void sift_down(void) {
    uint32_t i = 0;
    for (;;) {
        uint32_t least = i, child = 2 * i + 1;
        if (child < n_timers && earlier(child, least)) {
            least = child;
        }
        if (child + 1 < n_timers && earlier(child + 1, least)) {
            least = child + 1;
        }
        if (least == i) {
            return;
        }
        swap(i, least);
        i = least;
    }
}

/* Open addressing; key 0 is empty. */
static __attribute__((noinline)) counter_t *counter_of(uint32_t key) {
    uint32_t i = key * 0x9e3779b1u >> 26;
    while (counters[i].key != 0 && counters[i].key != key) {
        i = (i + 1) % SLOTS;
    }
    counters[i].key = (uint16_t)key;
    return &counters[i];
}

static uint32_t put_varint(uint32_t at, uint32_t value) {
    while (value >= 0x80) {
        frame[at++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    frame[at++] = (uint8_t)value;
    return at;
}

static __attribute__((noinline)) uint32_t pack(uint32_t base) {
    uint32_t at = 0;
    for (uint32_t i = 0; i < SLOTS && at < FRAME - 12; i++) {
        if (counters[i].count != 0) {
            at = put_varint(at, counters[i].key ^ base);
            at = put_varint(at, counters[i].count * 37u);
        }
    }
    return at;
}

/* Consistent-overhead byte stuffing: no zero byte is left. */
static __attribute__((noinline)) uint32_t stuff(uint32_t size) {
    uint32_t mark = 0, at = 1;
    for (uint32_t i = 0; i < size; i++) {
        if (frame[i] != 0) {
            coded[at++] = frame[i];
        }
        if (frame[i] == 0 || at - mark == 255) {
            coded[mark] = (uint8_t)(at - mark);
            mark = at++;
        }
    }
    coded[mark] = (uint8_t)(at - mark);
    return at;
}

static __attribute__((noinline)) char base64_digit(uint32_t six) {
    return (char)(six < 26 ? 'A' + six : six < 52 ? 'a' + six - 26
                                     : six < 62   ? '0' + six - 52
                                     : six == 62  ? '+'
                                                  : '/');
}

static __attribute__((noinline)) uint16_t send(uint32_t size, uint16_t crc) {
    for (uint32_t i = 0; i < size; i += 3) {
        uint32_t group = (uint32_t)coded[i] << 16;
        group |= i + 1 < size ? (uint32_t)coded[i + 1] << 8 : 0;
        group |= i + 2 < size ? coded[i + 2] : 0;
        for (int32_t shift = 18; shift >= 0; shift -= 6) {
            crc = crc_add8(crc, (uint8_t)base64_digit(group >> shift & 63));
        }
    }
    return crc;
}

uint16_t queue_part(uint32_t seed) {
    uint32_t now = 0;
    n_timers = 0;
    for (uint32_t i = 0; i < SLOTS; i++) {
        counters[i].key = 0;
        counters[i].count = 0;
    }
    for (uint32_t i = 0; i < TIMERS; i++) {
        uint32_t x = kernel_random(&seed);
        push(x % 500, 20 + (x >> 16) % 200, 1 + i);
    }
    for (uint32_t i = 0; i < EVENTS; i++) {
        now = heap[0].due;
        counter_of(heap[0].id)->count++;
        heap[0].due += heap[0].period;
        sift_down();
    }
    return crc_add32(send(stuff(pack(now & 0xff)), 0xffff), now);
}
