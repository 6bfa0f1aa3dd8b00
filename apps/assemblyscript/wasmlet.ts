// SPDX-License-Identifier: MIT
//
// What the host offers to an app. Generated from host_api.toml by `make docs`; do not edit.
//
// Each module of the host is a namespace here. A function returns what its comment says, or a
// negative ErrorCode. Bytes are an ArrayBuffer, a Uint8Array or a StaticArray; where the host only
// reads them, a string is taken, too, as UTF-8.

/** The version of all this. */
export const ABI: u32 = 1;

export namespace ErrorCode {
  /** the grant does not allow this: operation, direction, address, value */
  export const Denied: i32 = -1;
  /** no such handle, or of another kind, or closed */
  export const BadHandle: i32 = -2;
  /** the bytes are not all in linear memory */
  export const BadPointer: i32 = -3;
  /** an argument has no meaning */
  export const Invalid: i32 = -4;
  /** more often than the grant allows; try later */
  export const Rate: i32 = -5;
  /** more bytes at once than the grant allows */
  export const TooLong: i32 = -6;
  /** nothing of that name */
  export const NotFound: i32 = -7;
  /** in use */
  export const Busy: i32 = -8;
  /** nobody answers: I2C address or data not acknowledged */
  export const NoDevice: i32 = -9;
  /** the device or the file system failed */
  export const Io: i32 = -10;
  /** not done in time */
  export const Timeout: i32 = -11;
  /** the quota, the queue or the storage is full */
  export const Full: i32 = -12;
  /** this board cannot */
  export const Unsupported: i32 = -13;
}

export namespace EventKind {
  /** gpio: value is the level after the edge */
  export const Edge: u32 = 1;
  /** timer: value is how often it has fired since the last event of it */
  export const Timer: u32 = 2;
  /** uart: bytes have arrived */
  export const Uart: u32 = 3;
  /** msg: a message waits in the subscription */
  export const Message: u32 = 4;
}

export namespace Edge {
  /** gpio.watch: no longer */
  export const None: u32 = 0;
  /** gpio.watch */
  export const Rising: u32 = 1;
  /** gpio.watch */
  export const Falling: u32 = 2;
  /** gpio.watch */
  export const Both: u32 = 3;
}

export namespace FileMode {
  /** fs.open: of a file that is there */
  export const Read: u32 = 0;
  /** fs.open: from empty */
  export const Write: u32 = 1;
  /** fs.open: behind what is there */
  export const Append: u32 = 2;
  /** fs.open: read and write */
  export const Update: u32 = 3;
}

export namespace Whence {
  /** fs.seek: from the start */
  export const Start: u32 = 0;
  /** fs.seek: from the position */
  export const Here: u32 = 1;
  /** fs.seek: from the end */
  export const End: u32 = 2;
}

export namespace LogLevel {
  /** log.write */
  export const Error: u32 = 1;
  /** log.write */
  export const Warn: u32 = 2;
  /** log.write */
  export const Info: u32 = 3;
  /** log.write */
  export const Debug: u32 = 4;
}

/** What sys.poll writes. */
@unmanaged
export class Event {
  kind: u32;
  handle: u32;
  value: u32;
  time_ms: u32;
}

/** The event of this index in what sys.poll wrote. */
export function eventAt<T>(events: T, index: i32): Event {
  return changetype<Event>(addressOf<T>(events) + index * offsetof<Event>());
}

/** Parts of a transaction: 12 bytes each in a buffer that is given to it. */
@unmanaged
export class Segment {
  flags: u32; // 0 write, 1 read
  address: usize;
  bytes: u32;
}

/** The segment of this index in a buffer for i2c.transaction. */
export function segmentAt<T>(segments: T, index: i32): Segment {
  return changetype<Segment>(addressOf<T>(segments) + index * offsetof<Segment>());
}

/** Where the bytes of an ArrayBuffer, a Uint8Array or a StaticArray are. */
export function addressOf<T>(data: T): usize {
  if (data instanceof Uint8Array) return data.dataStart;
  return changetype<usize>(data);
}

/** How many bytes an ArrayBuffer, a Uint8Array or a StaticArray has. */
export function lengthOf<T>(data: T): i32 {
  if (data instanceof Uint8Array) return data.byteLength;
  if (data instanceof ArrayBuffer) return data.byteLength;
  if (isArrayLike<T>()) return data.length << (alignof<valueof<T>>() as i32);
  ERROR("an ArrayBuffer, a Uint8Array or a StaticArray expected");
}

@external("wasmlet:gpio", "open")
declare function gpio_open(label: usize, label_bytes: i32): i32;
@external("wasmlet:gpio", "read")
declare function gpio_read(pin: i32): i32;
@external("wasmlet:gpio", "write")
declare function gpio_write(pin: i32, level: u32): i32;
@external("wasmlet:gpio", "toggle")
declare function gpio_toggle(pin: i32): i32;
@external("wasmlet:gpio", "watch")
declare function gpio_watch(pin: i32, edges: u32): i32;

export namespace gpio {
  // Open the pin that the policy gives this label; it is set up as granted.
  export function open(label: string): i32 {
    const label_ = String.UTF8.encode(label);
    return gpio_open(addressOf(label_), lengthOf(label_));
  }
  // Return the level, 0 or 1; for an output, the level that it drives.
  export function read(pin: i32): i32 {
    return gpio_read(pin);
  }
  // Drive the pin: 0 inactive, otherwise active.
  export function write(pin: i32, level: u32): i32 {
    return gpio_write(pin, level);
  }
  // Drive the other level.
  export function toggle(pin: i32): i32 {
    return gpio_toggle(pin);
  }
  // Send an `edge` event at each edge: 1 rising, 2 falling, 3 both, 0 no longer. Only granted
  // edges.
  export function watch(pin: i32, edges: u32): i32 {
    return gpio_watch(pin, edges);
  }
}

@external("wasmlet:i2c", "open")
declare function i2c_open(label: usize, label_bytes: i32): i32;
@external("wasmlet:i2c", "read")
declare function i2c_read(bus: i32, address: u32, data: usize, data_bytes: i32): i32;
@external("wasmlet:i2c", "write")
declare function i2c_write(bus: i32, address: u32, data: usize, data_bytes: i32): i32;
@external("wasmlet:i2c", "write_read")
declare function i2c_write_read(bus: i32, address: u32, data: usize, data_bytes: i32, answer: usize, answer_bytes: i32): i32;
@external("wasmlet:i2c", "transaction")
declare function i2c_transaction(bus: i32, address: u32, parts: usize, parts_count: i32): i32;

export namespace i2c {
  // Open the bus that the policy gives this label.
  export function open(label: string): i32 {
    const label_ = String.UTF8.encode(label);
    return i2c_open(addressOf(label_), lengthOf(label_));
  }
  // Read from the device; returns the number of bytes.
  export function read<T>(bus: i32, address: u32, data: T): i32 {
    return i2c_read(bus, address, addressOf(data), lengthOf(data));
  }
  // Write to the device; returns the number of bytes.
  export function write<T>(bus: i32, address: u32, data: T): i32 {
    if (isString<T>())
      return write<ArrayBuffer>(bus, address, String.UTF8.encode(changetype<string>(data)));
    return i2c_write(bus, address, addressOf(data), lengthOf(data));
  }
  // Write, then read after a repeated start; returns the number of bytes read.
  export function writeRead<T, U>(bus: i32, address: u32, data: T, answer: U): i32 {
    if (isString<T>())
      return writeRead<ArrayBuffer, U>(bus, address, String.UTF8.encode(changetype<string>(data)), answer);
    return i2c_write_read(bus, address, addressOf(data), lengthOf(data), addressOf(answer), lengthOf(answer));
  }
  // Writes and reads, at most 8, with repeated starts between them and one stop; returns 0.
  export function transaction<T>(bus: i32, address: u32, parts: T): i32 {
    return i2c_transaction(bus, address, addressOf(parts), lengthOf(parts) / offsetof<Segment>());
  }
}

@external("wasmlet:spi", "open")
declare function spi_open(label: usize, label_bytes: i32): i32;
@external("wasmlet:spi", "configure")
declare function spi_configure(device: i32, frequency_hz: u32, mode: u32): i32;
@external("wasmlet:spi", "read")
declare function spi_read(device: i32, data: usize, data_bytes: i32): i32;
@external("wasmlet:spi", "write")
declare function spi_write(device: i32, data: usize, data_bytes: i32): i32;
@external("wasmlet:spi", "transfer")
declare function spi_transfer(device: i32, data: usize, data_bytes: i32, answer: usize, answer_bytes: i32): i32;

export namespace spi {
  // Open the device that the policy gives this label; its chip select is driven around each call.
  export function open(label: string): i32 {
    const label_ = String.UTF8.encode(label);
    return spi_open(addressOf(label_), lengthOf(label_));
  }
  // Set clock rate, at most the granted one, and mode 0 to 3, one that is granted.
  export function configure(device: i32, frequency_hz: u32, mode: u32): i32 {
    return spi_configure(device, frequency_hz, mode);
  }
  // Read while sending zeros; returns the number of bytes.
  export function read<T>(device: i32, data: T): i32 {
    return spi_read(device, addressOf(data), lengthOf(data));
  }
  // Write, dropping what comes back; returns the number of bytes.
  export function write<T>(device: i32, data: T): i32 {
    if (isString<T>())
      return write<ArrayBuffer>(device, String.UTF8.encode(changetype<string>(data)));
    return spi_write(device, addressOf(data), lengthOf(data));
  }
  // Write and read at once; both are of one length, which is returned.
  export function transfer<T, U>(device: i32, data: T, answer: U): i32 {
    if (isString<T>())
      return transfer<ArrayBuffer, U>(device, String.UTF8.encode(changetype<string>(data)), answer);
    return spi_transfer(device, addressOf(data), lengthOf(data), addressOf(answer), lengthOf(answer));
  }
}

@external("wasmlet:uart", "open")
declare function uart_open(label: usize, label_bytes: i32): i32;
@external("wasmlet:uart", "read")
declare function uart_read(port: i32, data: usize, data_bytes: i32): i32;
@external("wasmlet:uart", "write")
declare function uart_write(port: i32, data: usize, data_bytes: i32): i32;
@external("wasmlet:uart", "watch")
declare function uart_watch(port: i32, on: u32): i32;

export namespace uart {
  // Open the port that the policy gives this label.
  export function open(label: string): i32 {
    const label_ = String.UTF8.encode(label);
    return uart_open(addressOf(label_), lengthOf(label_));
  }
  // Take what has arrived, without waiting; returns the number of bytes, 0 for none.
  export function read<T>(port: i32, data: T): i32 {
    return uart_read(port, addressOf(data), lengthOf(data));
  }
  // Send; returns the number of bytes taken.
  export function write<T>(port: i32, data: T): i32 {
    if (isString<T>())
      return write<ArrayBuffer>(port, String.UTF8.encode(changetype<string>(data)));
    return uart_write(port, addressOf(data), lengthOf(data));
  }
  // Send a `uart` event when bytes arrive, or (0) no longer.
  export function watch(port: i32, on: u32): i32 {
    return uart_watch(port, on);
  }
}

@external("wasmlet:adc", "open")
declare function adc_open(label: usize, label_bytes: i32): i32;
@external("wasmlet:adc", "read")
declare function adc_read(channel: i32): i32;

export namespace adc {
  // Open the channel that the policy gives this label.
  export function open(label: string): i32 {
    const label_ = String.UTF8.encode(label);
    return adc_open(addressOf(label_), lengthOf(label_));
  }
  // Measure; returns 0 to 65535 of the full scale.
  export function read(channel: i32): i32 {
    return adc_read(channel);
  }
}

@external("wasmlet:pwm", "open")
declare function pwm_open(label: usize, label_bytes: i32): i32;
@external("wasmlet:pwm", "set")
declare function pwm_set(output: i32, frequency_hz: u32, duty: u32): i32;

export namespace pwm {
  // Open the output that the policy gives this label; its duty is the least that is granted.
  export function open(label: string): i32 {
    const label_ = String.UTF8.encode(label);
    return pwm_open(addressOf(label_), lengthOf(label_));
  }
  // Set frequency and duty (0 to 65535 of a period), both in their granted ranges.
  export function set(output: i32, frequency_hz: u32, duty: u32): i32 {
    return pwm_set(output, frequency_hz, duty);
  }
}

@external("wasmlet:timer", "start")
declare function timer_start(ms: u32, periodic: u32): i32;
@external("wasmlet:timer", "cancel")
declare function timer_cancel(timer: i32): i32;

export namespace timer {
  // Send a `timer` event after so many ms (1 to 2^30), once or (1) again and again; returns the
  // timer.
  export function start(ms: u32, periodic: u32): i32 {
    return timer_start(ms, periodic);
  }
  // Stop and forget a timer.
  export function cancel(timer: i32): i32 {
    return timer_cancel(timer);
  }
}

@external("wasmlet:kv", "get")
declare function kv_get(key: usize, key_bytes: i32, value: usize, value_bytes: i32): i32;
@external("wasmlet:kv", "set")
declare function kv_set(key: usize, key_bytes: i32, value: usize, value_bytes: i32): i32;
@external("wasmlet:kv", "delete")
declare function kv_delete(key: usize, key_bytes: i32): i32;

export namespace kv {
  // Copy a value, as far as there is room; returns its whole size.
  export function get<T>(key: string, value: T): i32 {
    const key_ = String.UTF8.encode(key);
    return kv_get(addressOf(key_), lengthOf(key_), addressOf(value), lengthOf(value));
  }
  // Store a value, replacing what was there; survives a reset. Counts against bytes and writes per
  // day.
  export function set<T>(key: string, value: T): i32 {
    const key_ = String.UTF8.encode(key);
    if (isString<T>())
      return set<ArrayBuffer>(key, String.UTF8.encode(changetype<string>(value)));
    return kv_set(addressOf(key_), lengthOf(key_), addressOf(value), lengthOf(value));
  }
  // Forget a value.
  export function delete(key: string): i32 {
    const key_ = String.UTF8.encode(key);
    return kv_delete(addressOf(key_), lengthOf(key_));
  }
}

@external("wasmlet:fs", "open")
declare function fs_open(path: usize, path_bytes: i32, flags: u32): i32;
@external("wasmlet:fs", "read")
declare function fs_read(file: i32, data: usize, data_bytes: i32): i32;
@external("wasmlet:fs", "write")
declare function fs_write(file: i32, data: usize, data_bytes: i32): i32;
@external("wasmlet:fs", "seek")
declare function fs_seek(file: i32, offset: i32, whence: u32): i32;
@external("wasmlet:fs", "close")
declare function fs_close(file: i32): i32;
@external("wasmlet:fs", "size")
declare function fs_size(path: usize, path_bytes: i32): i32;
@external("wasmlet:fs", "remove")
declare function fs_remove(path: usize, path_bytes: i32): i32;

export namespace fs {
  // Open a file under a granted prefix: flags 0 read, 1 write from empty, 2 append, 3 read and
  // write.
  export function open(path: string, flags: u32): i32 {
    const path_ = String.UTF8.encode(path);
    return fs_open(addressOf(path_), lengthOf(path_), flags);
  }
  // Read on; returns the number of bytes, 0 at the end.
  export function read<T>(file: i32, data: T): i32 {
    return fs_read(file, addressOf(data), lengthOf(data));
  }
  // Write on; returns the number of bytes.
  export function write<T>(file: i32, data: T): i32 {
    if (isString<T>())
      return write<ArrayBuffer>(file, String.UTF8.encode(changetype<string>(data)));
    return fs_write(file, addressOf(data), lengthOf(data));
  }
  // Go to an offset from the start (0), from here (1), or from the end (2); returns the position.
  export function seek(file: i32, offset: i32, whence: u32): i32 {
    return fs_seek(file, offset, whence);
  }
  // Close a file.
  export function close(file: i32): i32 {
    return fs_close(file);
  }
  // Return a file's size in bytes.
  export function size(path: string): i32 {
    const path_ = String.UTF8.encode(path);
    return fs_size(addressOf(path_), lengthOf(path_));
  }
  // Remove a file.
  export function remove(path: string): i32 {
    const path_ = String.UTF8.encode(path);
    return fs_remove(addressOf(path_), lengthOf(path_));
  }
}

@external("wasmlet:msg", "publish")
declare function msg_publish(topic: usize, topic_bytes: i32, data: usize, data_bytes: i32): i32;
@external("wasmlet:msg", "subscribe")
declare function msg_subscribe(filter: usize, filter_bytes: i32): i32;
@external("wasmlet:msg", "receive")
declare function msg_receive(subscription: i32, message: usize, message_bytes: i32): i32;
@external("wasmlet:msg", "unsubscribe")
declare function msg_unsubscribe(subscription: i32): i32;

export namespace msg {
  // Send to all apps that subscribe to the topic; returns how many took it.
  export function publish<T>(topic: string, data: T): i32 {
    const topic_ = String.UTF8.encode(topic);
    if (isString<T>())
      return publish<ArrayBuffer>(topic, String.UTF8.encode(changetype<string>(data)));
    return msg_publish(addressOf(topic_), lengthOf(topic_), addressOf(data), lengthOf(data));
  }
  // Receive messages of a topic; `+` stands for one level, a last `#` for all that follow.
  export function subscribe(filter: string): i32 {
    const filter_ = String.UTF8.encode(filter);
    return msg_subscribe(addressOf(filter_), lengthOf(filter_));
  }
  // Take the oldest message: a byte with the length of its topic, the topic, the data. Returns the
  // bytes, 0 for none; one that is too long for the buffer is `too_long` and stays.
  export function receive<T>(subscription: i32, message: T): i32 {
    return msg_receive(subscription, addressOf(message), lengthOf(message));
  }
  // Receive no more; waiting messages are dropped.
  export function unsubscribe(subscription: i32): i32 {
    return msg_unsubscribe(subscription);
  }
}

@external("wasmlet:log", "write")
declare function log_write(level: u32, text: usize, text_bytes: i32): i32;

export namespace log {
  // Log a line: 1 error, 2 warn, 3 info, 4 debug. Above the granted level it is dropped (0).
  export function write<T>(level: u32, text: T): i32 {
    if (isString<T>())
      return write<ArrayBuffer>(level, String.UTF8.encode(changetype<string>(text)));
    return log_write(level, addressOf(text), lengthOf(text));
  }
}

@external("wasmlet:blob", "open")
declare function blob_open(name: usize, name_bytes: i32): i32;
@external("wasmlet:blob", "size")
declare function blob_size(blob: i32): i32;
@external("wasmlet:blob", "read")
declare function blob_read(blob: i32, offset: u32, data: usize, data_bytes: i32): i32;

export namespace blob {
  // Open the package's blob of that name.
  export function open(name: string): i32 {
    const name_ = String.UTF8.encode(name);
    return blob_open(addressOf(name_), lengthOf(name_));
  }
  // Return the number of bytes.
  export function size(blob: i32): i32 {
    return blob_size(blob);
  }
  // Copy bytes from an offset; returns how many, 0 at the end.
  export function read<T>(blob: i32, offset: u32, data: T): i32 {
    return blob_read(blob, offset, addressOf(data), lengthOf(data));
  }
}

@external("wasmlet:random", "fill")
declare function random_fill(data: usize, data_bytes: i32): i32;

export namespace random {
  // Fill with random bytes from the board's source; returns the number.
  export function fill<T>(data: T): i32 {
    return random_fill(addressOf(data), lengthOf(data));
  }
}

@external("wasmlet:time", "monotonic_ms")
declare function time_monotonic_ms(): i64;
@external("wasmlet:time", "wall_ms")
declare function time_wall_ms(): i64;
@external("wasmlet:time", "sleep_ms")
declare function time_sleep_ms(ms: u32): i32;

export namespace time {
  // Milliseconds since the app started.
  export function monotonicMs(): i64 {
    return time_monotonic_ms();
  }
  // Milliseconds since 1970-01-01T00:00Z, as the board's clock has it.
  export function wallMs(): i64 {
    return time_wall_ms();
  }
  // Wait.
  export function sleepMs(ms: u32): i32 {
    return time_sleep_ms(ms);
  }
}

@external("wasmlet:sys", "ready")
declare function sys_ready(): i32;
@external("wasmlet:sys", "poll")
declare function sys_poll(events: usize, events_bytes: i32, timeout_ms: i32): i32;
@external("wasmlet:sys", "overruns")
declare function sys_overruns(): i32;
@external("wasmlet:sys", "env")
declare function sys_env(name: usize, name_bytes: i32, value: usize, value_bytes: i32): i32;
@external("wasmlet:sys", "exit")
declare function sys_exit(code: i32): i32;

export namespace sys {
  // Tell the owner that the app has started well.
  export function ready(): i32 {
    return sys_ready();
  }
  // Wait for events, at most timeout_ms (-1: for ever); returns how many of 16 bytes were written.
  export function poll<T>(events: T, timeout_ms: i32): i32 {
    return sys_poll(addressOf(events), lengthOf(events), timeout_ms);
  }
  // Return how many events were lost because the queue was full, and start from 0.
  export function overruns(): i32 {
    return sys_overruns();
  }
  // Copy a variable of the grant, as far as there is room; returns its whole size.
  export function env<T>(name: string, value: T): i32 {
    const name_ = String.UTF8.encode(name);
    return sys_env(addressOf(name_), lengthOf(name_), addressOf(value), lengthOf(value));
  }
  // End the app; does not return.
  export function exit(code: i32): i32 {
    return sys_exit(code);
  }
}
