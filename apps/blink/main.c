/* SPDX-License-Identifier: MIT
 *
 * Blinks the LED of a Raspberry Pi Pico, and counts.
 */
#include <wasmlet/wiring.h>

enum { LED = 25,
       HALF_MS = 20 };

static uint32_t count;

/* Writes a number's digits and returns how many there are. */
static int32_t decimal(char *to, uint32_t number) {
    int32_t size = 1;
    for (uint32_t rest = number / 10; rest != 0; rest /= 10) {
        size++;
    }
    for (int32_t i = size; i > 0; number /= 10) {
        to[--i] = (char)('0' + number % 10);
    }
    return size;
}

WASMLET_EXPORT("setup")
void setup(void) {
    pinMode(LED, OUTPUT);
}

WASMLET_EXPORT("loop")
void loop(void) {
    digitalWrite(LED, 1);
    delay(HALF_MS);
    digitalWrite(LED, 0);
    delay(HALF_MS);
    char text[32] = "C blinks: ";
    wiring_print(text, 10 + decimal(text + 10, ++count));
}
