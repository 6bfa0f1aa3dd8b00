/* SPDX-License-Identifier: MIT
 *
 * A weather station: reads an SHT31 (temperature and humidity on I2C) whenever its timer fires, logs
 * what it finds, and blinks a LED for each good measurement. Ends after five.
 */
#include <wasmlet.h>

#define SENSOR 0x44
#define MEASURE {0x24, 0x00} /* one measurement, best repeatability, no clock stretching */
#define MEASURE_MS 16
#define PERIOD_MS 200
#define MEASUREMENTS 5

/* A line of text that is put together piece by piece. */
static char line[64];
static uint32_t length;

static void put(const char *text) {
    while (*text != 0 && length < sizeof(line)) {
        line[length++] = *text++;
    }
}

static void put_digits(uint32_t value, uint32_t least) {
    char digits[10];
    uint32_t n = 0;
    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0 || n < least);
    while (n > 0 && length < sizeof(line)) {
        line[length++] = digits[--n];
    }
}

/* `value` in hundredths. */
static void put_hundredths(int32_t value) {
    uint32_t size = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
    put(value < 0 ? "-" : "");
    put_digits(size / 100, 1);
    put(".");
    put_digits(size % 100, 2);
}

static void log_line(uint32_t level) {
    log_write(level, line, length);
    length = 0;
}

static void complain(const char *what, int32_t code) {
    put(what);
    put(": error -");
    put_digits(0u - (uint32_t)code, 1);
    log_line(WASMLET_LOG_LEVEL_ERROR);
}

/* The sensor's checksum: x^8 + x^5 + x^4 + 1, from 0xff on (datasheet, 4.12). */
static uint8_t checksum(const uint8_t *data, uint32_t size) {
    uint8_t crc = 0xff;
    for (uint32_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (uint8_t)(crc & 0x80 ? crc << 1 ^ 0x31 : crc << 1);
        }
    }
    return crc;
}

static int32_t measure(int32_t bus, uint32_t *temperature, uint32_t *humidity) {
    static const uint8_t command[] = MEASURE;
    uint8_t answer[6];
    int32_t code = i2c_write(bus, SENSOR, command, sizeof(command));
    if (code < 0) {
        return code;
    }
    time_sleep_ms(MEASURE_MS);
    code = i2c_read(bus, SENSOR, answer, sizeof(answer));
    if (code < 0) {
        return code;
    }
    if (checksum(answer, 2) != answer[2] || checksum(answer + 3, 2) != answer[5]) {
        return WASMLET_ERROR_IO;
    }
    *temperature = (uint32_t)answer[0] << 8 | answer[1];
    *humidity = (uint32_t)answer[3] << 8 | answer[4];
    return 0;
}

/* Raw values to hundredths of a degree Celsius and of a percent (datasheet, 4.13). */
static void report(uint32_t temperature, uint32_t humidity) {
    put_hundredths((int32_t)(17500u * temperature / 65535) - 4500);
    put(" C, ");
    put_hundredths((int32_t)(10000u * humidity / 65535));
    put(" %RH");
    log_line(WASMLET_LOG_LEVEL_INFO);
}

int run(void) {
    int32_t bus = i2c_open("sensors"), led = gpio_open("status-led");
    int32_t timer = timer_start(PERIOD_MS, 1);
    if (bus < 0 || led < 0 || timer < 0) {
        complain("cannot open what I need", bus < 0 ? bus : led < 0 ? led
                                                                    : timer);
        return 1;
    }
    sys_ready();
    for (uint32_t done = 0; done < MEASUREMENTS;) {
        wasmlet_event_t event;
        if (sys_poll(&event, sizeof(event), -1) != 1 || event.kind != WASMLET_EVENT_TIMER) {
            continue;
        }
        uint32_t temperature, humidity;
        int32_t code = measure(bus, &temperature, &humidity);
        if (code < 0) {
            complain("sensor", code);
            continue;
        }
        gpio_write(led, 1);
        report(temperature, humidity);
        time_sleep_ms(20);
        gpio_write(led, 0);
        done++;
    }
    return 0;
}
