/* SPDX-License-Identifier: MIT
 *
 * What the host offers to an app, for C and C++. Generated from host_api.toml by `make docs`; do
 * not edit. A function returns what its comment says, or a negative enum wasmlet_error. Where it
 * takes text, the form with _n takes a number of bytes, the other one a zero byte at the end.
 */
#ifndef WASMLET_H
#define WASMLET_H

#include <stdint.h>

#define WASMLET_IMPORT(module, name) \
    __attribute__((import_module("wasmlet:" module), import_name(name)))

#ifdef __cplusplus
extern "C" {
#endif

#define WASMLET_ABI 1

enum wasmlet_error {
    WASMLET_ERROR_DENIED = -1, /* the grant does not allow this: operation, direction, address, value */
    WASMLET_ERROR_BAD_HANDLE = -2, /* no such handle, or of another kind, or closed */
    WASMLET_ERROR_BAD_POINTER = -3, /* the bytes are not all in linear memory */
    WASMLET_ERROR_INVALID = -4, /* an argument has no meaning */
    WASMLET_ERROR_RATE = -5, /* more often than the grant allows; try later */
    WASMLET_ERROR_TOO_LONG = -6, /* more bytes at once than the grant allows */
    WASMLET_ERROR_NOT_FOUND = -7, /* nothing of that name */
    WASMLET_ERROR_BUSY = -8, /* in use */
    WASMLET_ERROR_NO_DEVICE = -9, /* nobody answers: I2C address or data not acknowledged */
    WASMLET_ERROR_IO = -10, /* the device or the file system failed */
    WASMLET_ERROR_TIMEOUT = -11, /* not done in time */
    WASMLET_ERROR_FULL = -12, /* the quota, the queue or the storage is full */
    WASMLET_ERROR_UNSUPPORTED = -13 /* this board cannot */
};

enum wasmlet_event {
    WASMLET_EVENT_EDGE = 1, /* gpio: value is the level after the edge */
    WASMLET_EVENT_TIMER = 2, /* timer: value is how often it has fired since the last event of it */
    WASMLET_EVENT_UART = 3, /* uart: bytes have arrived */
    WASMLET_EVENT_MESSAGE = 4 /* msg: a message waits in the subscription */
};

enum wasmlet_edge {
    WASMLET_EDGE_NONE = 0, /* gpio.watch: no longer */
    WASMLET_EDGE_RISING = 1, /* gpio.watch */
    WASMLET_EDGE_FALLING = 2, /* gpio.watch */
    WASMLET_EDGE_BOTH = 3 /* gpio.watch */
};

enum wasmlet_file_mode {
    WASMLET_FILE_MODE_READ = 0, /* fs.open: of a file that is there */
    WASMLET_FILE_MODE_WRITE = 1, /* fs.open: from empty */
    WASMLET_FILE_MODE_APPEND = 2, /* fs.open: behind what is there */
    WASMLET_FILE_MODE_UPDATE = 3 /* fs.open: read and write */
};

enum wasmlet_whence {
    WASMLET_WHENCE_START = 0, /* fs.seek: from the start */
    WASMLET_WHENCE_HERE = 1, /* fs.seek: from the position */
    WASMLET_WHENCE_END = 2 /* fs.seek: from the end */
};

enum wasmlet_log_level {
    WASMLET_LOG_LEVEL_ERROR = 1, /* log.write */
    WASMLET_LOG_LEVEL_WARN = 2, /* log.write */
    WASMLET_LOG_LEVEL_INFO = 3, /* log.write */
    WASMLET_LOG_LEVEL_DEBUG = 4 /* log.write */
};

/* What sys_poll writes. `kind` is an enum wasmlet_event. */
typedef struct {
    uint32_t kind;
    uint32_t handle;
    uint32_t value;
    uint32_t time_ms;
} wasmlet_event_t;

/* A part of a transaction: `bytes` to write (flags 0) or to read (flags 1). */
typedef struct {
    uint32_t flags;
    void *data;
    uint32_t bytes;
} wasmlet_segment_t;

/* The compiler must not take the loop for a call of strlen, which no guest needs to have. */
#if defined(__clang__)
__attribute__((no_builtin("strlen")))
#endif
static inline uint32_t
wasmlet_length(const char *text) {
    uint32_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    return length;
}

/* ---- wasmlet:gpio ---- */

/* Open the pin that the policy gives this label; it is set up as granted. */
WASMLET_IMPORT("gpio", "open")
int32_t gpio_open_n(const char *label, uint32_t label_bytes);
static inline int32_t gpio_open(const char *label) {
    return gpio_open_n(label, wasmlet_length(label));
}

/* Return the level, 0 or 1; for an output, the level that it drives. */
WASMLET_IMPORT("gpio", "read")
int32_t gpio_read(int32_t pin);

/* Drive the pin: 0 inactive, otherwise active. */
WASMLET_IMPORT("gpio", "write")
int32_t gpio_write(int32_t pin, uint32_t level);

/* Drive the other level. */
WASMLET_IMPORT("gpio", "toggle")
int32_t gpio_toggle(int32_t pin);

/* Send an `edge` event at each edge: 1 rising, 2 falling, 3 both, 0 no longer. Only granted
 * edges. */
WASMLET_IMPORT("gpio", "watch")
int32_t gpio_watch(int32_t pin, uint32_t edges);

/* ---- wasmlet:i2c ---- */

/* Open the bus that the policy gives this label. */
WASMLET_IMPORT("i2c", "open")
int32_t i2c_open_n(const char *label, uint32_t label_bytes);
static inline int32_t i2c_open(const char *label) {
    return i2c_open_n(label, wasmlet_length(label));
}

/* Read from the device; returns the number of bytes. */
WASMLET_IMPORT("i2c", "read")
int32_t i2c_read(int32_t bus, uint32_t address, void *data, uint32_t data_bytes);

/* Write to the device; returns the number of bytes. */
WASMLET_IMPORT("i2c", "write")
int32_t i2c_write(int32_t bus, uint32_t address, const void *data, uint32_t data_bytes);

/* Write, then read after a repeated start; returns the number of bytes read. */
WASMLET_IMPORT("i2c", "write_read")
int32_t i2c_write_read(int32_t bus, uint32_t address, const void *data, uint32_t data_bytes, void *answer, uint32_t answer_bytes);

/* Writes and reads, at most 8, with repeated starts between them and one stop; returns 0. */
WASMLET_IMPORT("i2c", "transaction")
int32_t i2c_transaction(int32_t bus, uint32_t address, const wasmlet_segment_t *parts, uint32_t parts_count);

/* ---- wasmlet:spi ---- */

/* Open the device that the policy gives this label; its chip select is driven around each call. */
WASMLET_IMPORT("spi", "open")
int32_t spi_open_n(const char *label, uint32_t label_bytes);
static inline int32_t spi_open(const char *label) {
    return spi_open_n(label, wasmlet_length(label));
}

/* Set clock rate, at most the granted one, and mode 0 to 3, one that is granted. */
WASMLET_IMPORT("spi", "configure")
int32_t spi_configure(int32_t device, uint32_t frequency_hz, uint32_t mode);

/* Read while sending zeros; returns the number of bytes. */
WASMLET_IMPORT("spi", "read")
int32_t spi_read(int32_t device, void *data, uint32_t data_bytes);

/* Write, dropping what comes back; returns the number of bytes. */
WASMLET_IMPORT("spi", "write")
int32_t spi_write(int32_t device, const void *data, uint32_t data_bytes);

/* Write and read at once; both are of one length, which is returned. */
WASMLET_IMPORT("spi", "transfer")
int32_t spi_transfer(int32_t device, const void *data, uint32_t data_bytes, void *answer, uint32_t answer_bytes);

/* ---- wasmlet:uart ---- */

/* Open the port that the policy gives this label. */
WASMLET_IMPORT("uart", "open")
int32_t uart_open_n(const char *label, uint32_t label_bytes);
static inline int32_t uart_open(const char *label) {
    return uart_open_n(label, wasmlet_length(label));
}

/* Take what has arrived, without waiting; returns the number of bytes, 0 for none. */
WASMLET_IMPORT("uart", "read")
int32_t uart_read(int32_t port, void *data, uint32_t data_bytes);

/* Send; returns the number of bytes taken. */
WASMLET_IMPORT("uart", "write")
int32_t uart_write(int32_t port, const void *data, uint32_t data_bytes);

/* Send a `uart` event when bytes arrive, or (0) no longer. */
WASMLET_IMPORT("uart", "watch")
int32_t uart_watch(int32_t port, uint32_t on);

/* ---- wasmlet:adc ---- */

/* Open the channel that the policy gives this label. */
WASMLET_IMPORT("adc", "open")
int32_t adc_open_n(const char *label, uint32_t label_bytes);
static inline int32_t adc_open(const char *label) {
    return adc_open_n(label, wasmlet_length(label));
}

/* Measure; returns 0 to 65535 of the full scale. */
WASMLET_IMPORT("adc", "read")
int32_t adc_read(int32_t channel);

/* ---- wasmlet:pwm ---- */

/* Open the output that the policy gives this label; its duty is the least that is granted. */
WASMLET_IMPORT("pwm", "open")
int32_t pwm_open_n(const char *label, uint32_t label_bytes);
static inline int32_t pwm_open(const char *label) {
    return pwm_open_n(label, wasmlet_length(label));
}

/* Set frequency and duty (0 to 65535 of a period), both in their granted ranges. */
WASMLET_IMPORT("pwm", "set")
int32_t pwm_set(int32_t output, uint32_t frequency_hz, uint32_t duty);

/* ---- wasmlet:timer ---- */

/* Send a `timer` event after so many ms (1 to 2^30), once or (1) again and again; returns the
 * timer. */
WASMLET_IMPORT("timer", "start")
int32_t timer_start(uint32_t ms, uint32_t periodic);

/* Stop and forget a timer. */
WASMLET_IMPORT("timer", "cancel")
int32_t timer_cancel(int32_t timer);

/* ---- wasmlet:kv ---- */

/* Copy a value, as far as there is room; returns its whole size. */
WASMLET_IMPORT("kv", "get")
int32_t kv_get_n(const char *key, uint32_t key_bytes, void *value, uint32_t value_bytes);
static inline int32_t kv_get(const char *key, void *value, uint32_t value_bytes) {
    return kv_get_n(key, wasmlet_length(key), value, value_bytes);
}

/* Store a value, replacing what was there; survives a reset. Counts against bytes and writes
 * per day. */
WASMLET_IMPORT("kv", "set")
int32_t kv_set_n(const char *key, uint32_t key_bytes, const void *value, uint32_t value_bytes);
static inline int32_t kv_set(const char *key, const void *value, uint32_t value_bytes) {
    return kv_set_n(key, wasmlet_length(key), value, value_bytes);
}

/* Forget a value. */
WASMLET_IMPORT("kv", "delete")
int32_t kv_delete_n(const char *key, uint32_t key_bytes);
static inline int32_t kv_delete(const char *key) {
    return kv_delete_n(key, wasmlet_length(key));
}

/* ---- wasmlet:fs ---- */

/* Open a file under a granted prefix: flags 0 read, 1 write from empty, 2 append, 3 read and
 * write. */
WASMLET_IMPORT("fs", "open")
int32_t fs_open_n(const char *path, uint32_t path_bytes, uint32_t flags);
static inline int32_t fs_open(const char *path, uint32_t flags) {
    return fs_open_n(path, wasmlet_length(path), flags);
}

/* Read on; returns the number of bytes, 0 at the end. */
WASMLET_IMPORT("fs", "read")
int32_t fs_read(int32_t file, void *data, uint32_t data_bytes);

/* Write on; returns the number of bytes. */
WASMLET_IMPORT("fs", "write")
int32_t fs_write(int32_t file, const void *data, uint32_t data_bytes);

/* Go to an offset from the start (0), from here (1), or from the end (2); returns the position. */
WASMLET_IMPORT("fs", "seek")
int32_t fs_seek(int32_t file, int32_t offset, uint32_t whence);

/* Close a file. */
WASMLET_IMPORT("fs", "close")
int32_t fs_close(int32_t file);

/* Return a file's size in bytes. */
WASMLET_IMPORT("fs", "size")
int32_t fs_size_n(const char *path, uint32_t path_bytes);
static inline int32_t fs_size(const char *path) {
    return fs_size_n(path, wasmlet_length(path));
}

/* Remove a file. */
WASMLET_IMPORT("fs", "remove")
int32_t fs_remove_n(const char *path, uint32_t path_bytes);
static inline int32_t fs_remove(const char *path) {
    return fs_remove_n(path, wasmlet_length(path));
}

/* ---- wasmlet:msg ---- */

/* Send to all apps that subscribe to the topic; returns how many took it. */
WASMLET_IMPORT("msg", "publish")
int32_t msg_publish_n(const char *topic, uint32_t topic_bytes, const void *data, uint32_t data_bytes);
static inline int32_t msg_publish(const char *topic, const void *data, uint32_t data_bytes) {
    return msg_publish_n(topic, wasmlet_length(topic), data, data_bytes);
}

/* Receive messages of a topic; `+` stands for one level, a last `#` for all that follow. */
WASMLET_IMPORT("msg", "subscribe")
int32_t msg_subscribe_n(const char *filter, uint32_t filter_bytes);
static inline int32_t msg_subscribe(const char *filter) {
    return msg_subscribe_n(filter, wasmlet_length(filter));
}

/* Take the oldest message: a byte with the length of its topic, the topic, the data. Returns
 * the bytes, 0 for none; one that is too long for the buffer is `too_long` and stays. */
WASMLET_IMPORT("msg", "receive")
int32_t msg_receive(int32_t subscription, void *message, uint32_t message_bytes);

/* Receive no more; waiting messages are dropped. */
WASMLET_IMPORT("msg", "unsubscribe")
int32_t msg_unsubscribe(int32_t subscription);

/* ---- wasmlet:log ---- */

/* Log a line: 1 error, 2 warn, 3 info, 4 debug. Above the granted level it is dropped (0). */
WASMLET_IMPORT("log", "write")
int32_t log_write(uint32_t level, const void *text, uint32_t text_bytes);

/* ---- wasmlet:blob ---- */

/* Open the package's blob of that name. */
WASMLET_IMPORT("blob", "open")
int32_t blob_open_n(const char *name, uint32_t name_bytes);
static inline int32_t blob_open(const char *name) {
    return blob_open_n(name, wasmlet_length(name));
}

/* Return the number of bytes. */
WASMLET_IMPORT("blob", "size")
int32_t blob_size(int32_t blob);

/* Copy bytes from an offset; returns how many, 0 at the end. */
WASMLET_IMPORT("blob", "read")
int32_t blob_read(int32_t blob, uint32_t offset, void *data, uint32_t data_bytes);

/* ---- wasmlet:random ---- */

/* Fill with random bytes from the board's source; returns the number. */
WASMLET_IMPORT("random", "fill")
int32_t random_fill(void *data, uint32_t data_bytes);

/* ---- wasmlet:time ---- */

/* Milliseconds since the app started. */
WASMLET_IMPORT("time", "monotonic_ms")
int64_t time_monotonic_ms(void);

/* Milliseconds since 1970-01-01T00:00Z, as the board's clock has it. */
WASMLET_IMPORT("time", "wall_ms")
int64_t time_wall_ms(void);

/* Wait. */
WASMLET_IMPORT("time", "sleep_ms")
int32_t time_sleep_ms(uint32_t ms);

/* ---- wasmlet:sys ---- */

/* Tell the owner that the app has started well. */
WASMLET_IMPORT("sys", "ready")
int32_t sys_ready(void);

/* Wait for events, at most timeout_ms (-1: for ever); returns how many of 16 bytes were
 * written. */
WASMLET_IMPORT("sys", "poll")
int32_t sys_poll(void *events, uint32_t events_bytes, int32_t timeout_ms);

/* Return how many events were lost because the queue was full, and start from 0. */
WASMLET_IMPORT("sys", "overruns")
int32_t sys_overruns(void);

/* Copy a variable of the grant, as far as there is room; returns its whole size. */
WASMLET_IMPORT("sys", "env")
int32_t sys_env_n(const char *name, uint32_t name_bytes, void *value, uint32_t value_bytes);
static inline int32_t sys_env(const char *name, void *value, uint32_t value_bytes) {
    return sys_env_n(name, wasmlet_length(name), value, value_bytes);
}

/* End the app; does not return. */
WASMLET_IMPORT("sys", "exit")
int32_t sys_exit(int32_t code);

/* Waits for at most `count` events, at most timeout_ms (-1: for ever); returns how many came. */
static inline int32_t wasmlet_poll(wasmlet_event_t *events, uint32_t count, int32_t timeout_ms) {
    return sys_poll(events, count * (uint32_t)sizeof *events, timeout_ms);
}

#ifdef __cplusplus
}
#endif

#endif
