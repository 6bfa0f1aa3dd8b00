/* SPDX-License-Identifier: MIT
 *
 * A list of readings: built in order of arrival, searched, turned round, sorted by one key and by
 * another with a comparison behind a pointer, thinned out, and summed.
 */
#include "coremix.h"

#include <stddef.h>

enum { READINGS = 96,
       SENSORS = 12 };

typedef struct reading {
    struct reading *next;
    int16_t value;
    uint16_t time;
    uint8_t sensor, flags;
} reading_t;

typedef int32_t (*order_t)(const reading_t *a, const reading_t *b);

static reading_t pool[READINGS];
static reading_t *unused;

static void pool_reset(void) {
    unused = NULL;
    for (uint32_t i = READINGS; i > 0; i--) {
        pool[i - 1].next = unused;
        unused = &pool[i - 1];
    }
}

static reading_t *reading_new(uint32_t sensor, int32_t value, uint32_t time) {
    reading_t *r = unused;
    if (r != NULL) {
        unused = r->next;
        r->next = NULL;
        r->sensor = (uint8_t)sensor;
        r->value = (int16_t)value;
        r->time = (uint16_t)time;
        r->flags = (uint8_t)(value & 3);
    }
    return r;
}

static void reading_free(reading_t *r) {
    r->next = unused;
    unused = r;
}

static int32_t by_time(const reading_t *a, const reading_t *b) {
    return (int32_t)a->time - (int32_t)b->time;
}

static int32_t by_sensor_and_value(const reading_t *a, const reading_t *b) {
    int32_t order = (int32_t)a->sensor - (int32_t)b->sensor;
    return order != 0 ? order : (int32_t)a->value - (int32_t)b->value;
}

static int32_t by_check_sum(const reading_t *a, const reading_t *b) {
    int32_t x = crc_add16(a->sensor, (uint16_t)a->value), y = crc_add16(b->sensor, (uint16_t)b->value);
    return x - y;
}

static __attribute__((noinline)) reading_t *build(uint32_t seed) {
    reading_t *first = NULL, **last = &first;
    uint32_t time = seed & 0xff;
    for (uint32_t i = 0; i < READINGS; i++) {
        uint32_t x = kernel_random(&seed);
        reading_t *r = reading_new(x % SENSORS, (int32_t)(x >> 8 & 0x3ff) - 512, time);
        if (r == NULL) {
            break;
        }
        time += 1 + (x >> 28);
        *last = r;
        last = &r->next;
    }
    return first;
}

static __attribute__((noinline)) const reading_t *find(const reading_t *list, uint32_t sensor, int32_t at_least) {
    while (list != NULL && (list->sensor != sensor || list->value < at_least)) {
        list = list->next;
    }
    return list;
}

static __attribute__((noinline)) reading_t *reverse(reading_t *list) {
    reading_t *done = NULL;
    while (list != NULL) {
        reading_t *next = list->next;
        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

static reading_t *take(reading_t **list) {
    reading_t *r = *list;
    *list = r->next;
    return r;
}

/* Merges runs of doubling length, from the bottom up; stable. */
static __attribute__((noinline)) reading_t *sort(reading_t *list, order_t order) {
    for (uint32_t width = 1;; width *= 2) {
        reading_t *left = list, **last = &list;
        uint32_t merges = 0;
        list = NULL;
        while (left != NULL) {
            reading_t *right = left;
            uint32_t n_left = 0, n_right = width;
            merges++;
            for (; n_left < width && right != NULL; n_left++) {
                right = right->next;
            }
            while (n_left > 0 || (n_right > 0 && right != NULL)) {
                if (n_right == 0 || right == NULL || (n_left > 0 && order(left, right) <= 0)) {
                    *last = take(&left);
                    n_left--;
                } else {
                    *last = take(&right);
                    n_right--;
                }
                last = &(*last)->next;
            }
            left = right;
        }
        *last = NULL;
        if (merges <= 1) {
            return list;
        }
    }
}

/* Drops readings that differ little from the one before of the same sensor; returns how many. */
static __attribute__((noinline)) uint32_t thin(reading_t *list, int32_t threshold) {
    uint32_t dropped = 0;
    while (list != NULL && list->next != NULL) {
        reading_t *next = list->next;
        int32_t change = next->value - list->value;
        if (next->sensor == list->sensor && change < threshold && change > -threshold) {
            list->next = next->next;
            list->flags |= next->flags;
            reading_free(next);
            dropped++;
        } else {
            list = next;
        }
    }
    return dropped;
}

static __attribute__((noinline)) uint16_t sum_up(const reading_t *list, uint16_t crc) {
    for (; list != NULL; list = list->next) {
        crc = crc_add16(crc, (uint16_t)(list->value + list->sensor + (list->flags << 12)));
    }
    return crc;
}

uint16_t list_part(uint32_t seed) {
    uint16_t crc = 0;
    pool_reset();
    reading_t *list = build(seed);
    for (uint32_t i = 0; i < 4 * SENSORS; i++) {
        const reading_t *r = find(list, i % SENSORS, (int32_t)(i * 8) - 128);
        crc = crc_add16(crc, r != NULL ? r->time : 0xffff);
    }
    list = sort(reverse(list), by_sensor_and_value);
    crc = crc_add16(crc, (uint16_t)thin(list, 12));
    list = sort(list, by_check_sum);
    crc = sum_up(list, crc);
    list = sort(list, by_time);
    return sum_up(list, crc);
}
