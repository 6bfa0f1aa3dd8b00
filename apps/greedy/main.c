/* SPDX-License-Identifier: MIT
 *
 * The weather station's bad neighbour: it is granted one address, one pin and 6 bytes at once, and
 * tries one more of each. Logs what it got.
 */
#include <wasmlet.h>

#define SENSOR 0x45
#define GRANTED_BYTES 6
#define GRANTED_WRITES 5

static char line[64];
static uint32_t length;

static void put(const char *text) {
    while (*text != 0 && length < sizeof(line)) {
        line[length++] = *text++;
    }
}

static const char *name_of(int32_t code) {
    switch (code) {
        case WASMLET_ERROR_DENIED: return "denied";
        case WASMLET_ERROR_BAD_HANDLE: return "bad_handle";
        case WASMLET_ERROR_BAD_POINTER: return "bad_pointer";
        case WASMLET_ERROR_RATE: return "rate";
        case WASMLET_ERROR_TOO_LONG: return "too_long";
        case WASMLET_ERROR_NO_DEVICE: return "no_device";
        default: return code < 0 ? "another error" : "ok";
    }
}

static void tell(const char *what, int32_t code) {
    put(what);
    put(": ");
    put(name_of(code));
    log_write(WASMLET_LOG_LEVEL_INFO, line, length);
    length = 0;
}

int run(void) {
    uint8_t bytes[GRANTED_BYTES + 1] = {0};
    int32_t bus = i2c_open("sensors"), led = gpio_open("own-led");
    tell("its own bus", bus);
    tell("its own pin", led);
    tell("the weather station's pin", gpio_open("status-led"));
    tell("the weather station's handle", gpio_write(led + 1, 1));
    static const uint8_t measure[] = {0x24, 0x00};
    tell("its own address", i2c_write(bus, SENSOR, measure, sizeof(measure)));
    tell("the weather station's address", i2c_write(bus, SENSOR - 1, bytes, 2));
    tell("one byte more", i2c_write(bus, SENSOR, bytes, GRANTED_BYTES + 1));
    tell("bytes outside its memory", i2c_read(bus, SENSOR, (void *)0xffffffff, GRANTED_BYTES));
    int32_t code = 0;
    for (int i = 0; i <= GRANTED_WRITES && code == 0; i++) {
        code = gpio_write(led, (uint32_t)i & 1);
    }
    tell("one write more", code);
    return 0;
}
