/* SPDX-License-Identifier: MIT
 *
 * Pins and time, for guests that are run by wasm.sketch: they export setup and loop.
 */
#ifndef WASMLET_WIRING_H
#define WASMLET_WIRING_H

#include <stdint.h>

#define WIRING(name) __attribute__((import_module("wiring"), import_name(name)))
#define WASMLET_EXPORT(name) __attribute__((export_name(name)))

#ifdef __cplusplus
extern "C" {
#endif

enum {
    INPUT = 0,
    OUTPUT = 1,
    INPUT_PULLUP = 2
};

/* Prints `size` bytes of UTF-8 as one line. */
WIRING("print")
void wiring_print(const char *text, int32_t size);

/* Milliseconds since the guest was loaded. */
WIRING("millis")
int32_t millis(void);

WIRING("delay")
void delay(int32_t ms);

WIRING("pinMode")
void pinMode(int32_t pin, int32_t mode);

WIRING("digitalWrite")
void digitalWrite(int32_t pin, int32_t level);

WIRING("digitalRead")
int32_t digitalRead(int32_t pin);

#ifdef __cplusplus
}
#endif

#endif
