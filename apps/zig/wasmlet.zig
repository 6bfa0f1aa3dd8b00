// SPDX-License-Identifier: MIT
//! What the host offers to an app. Generated from host_api.toml by `make docs`; do not edit.
//!
//! Each module of the host is a struct here. A handle is a u32, as `open` gives it.

/// The version of all this.
pub const abi = 1;

/// Why a call failed.
pub const Error = error{
    /// the grant does not allow this: operation, direction, address, value
    Denied,
    /// no such handle, or of another kind, or closed
    BadHandle,
    /// the bytes are not all in linear memory
    BadPointer,
    /// an argument has no meaning
    Invalid,
    /// more often than the grant allows; try later
    Rate,
    /// more bytes at once than the grant allows
    TooLong,
    /// nothing of that name
    NotFound,
    /// in use
    Busy,
    /// nobody answers: I2C address or data not acknowledged
    NoDevice,
    /// the device or the file system failed
    Io,
    /// not done in time
    Timeout,
    /// the quota, the queue or the storage is full
    Full,
    /// this board cannot
    Unsupported,
    /// A code that this version does not know.
    Other,
};

/// The error of a negative result.
pub fn errorOf(code: i32) Error {
    return switch (code) {
        -1 => error.Denied,
        -2 => error.BadHandle,
        -3 => error.BadPointer,
        -4 => error.Invalid,
        -5 => error.Rate,
        -6 => error.TooLong,
        -7 => error.NotFound,
        -8 => error.Busy,
        -9 => error.NoDevice,
        -10 => error.Io,
        -11 => error.Timeout,
        -12 => error.Full,
        -13 => error.Unsupported,
        else => error.Other,
    };
}

/// What an event is of.
pub const EventKind = enum(u32) {
    /// gpio: value is the level after the edge
    edge = 1,
    /// timer: value is how often it has fired since the last event of it
    timer = 2,
    /// uart: bytes have arrived
    uart = 3,
    /// msg: a message waits in the subscription
    message = 4,
    _,
};

/// Arguments of gpio.watch.
pub const edge = struct {
    /// gpio.watch: no longer
    pub const NONE: u32 = 0;
    /// gpio.watch
    pub const RISING: u32 = 1;
    /// gpio.watch
    pub const FALLING: u32 = 2;
    /// gpio.watch
    pub const BOTH: u32 = 3;
};

/// Arguments of fs.open.
pub const fileMode = struct {
    /// fs.open: of a file that is there
    pub const READ: u32 = 0;
    /// fs.open: from empty
    pub const WRITE: u32 = 1;
    /// fs.open: behind what is there
    pub const APPEND: u32 = 2;
    /// fs.open: read and write
    pub const UPDATE: u32 = 3;
};

/// Arguments of fs.seek.
pub const whence = struct {
    /// fs.seek: from the start
    pub const START: u32 = 0;
    /// fs.seek: from the position
    pub const HERE: u32 = 1;
    /// fs.seek: from the end
    pub const END: u32 = 2;
};

/// Arguments of log.write.
pub const logLevel = struct {
    /// log.write
    pub const ERROR: u32 = 1;
    /// log.write
    pub const WARN: u32 = 2;
    /// log.write
    pub const INFO: u32 = 3;
    /// log.write
    pub const DEBUG: u32 = 4;
};

/// What `poll` fills in.
pub const Event = extern struct {
    kind: EventKind,
    handle: u32,
    value: u32,
    time_ms: u32,
};

/// A part of a transaction.
pub const Segment = extern struct {
    flags: u32,
    address: [*]const u8,
    bytes: usize,

    /// A part that writes `data`.
    pub fn write(data: []const u8) Segment {
        return .{ .flags = 0, .address = data.ptr, .bytes = data.len };
    }

    /// A part that reads into `data`.
    pub fn read(data: []u8) Segment {
        return .{ .flags = 1, .address = data.ptr, .bytes = data.len };
    }
};

/// Waits for events, at most `timeout_ms` (-1: for ever); returns those that came.
pub fn poll(events: []Event, timeout_ms: i32) Error![]Event {
    const bytes: [*]u8 = @ptrCast(events.ptr);
    const count = try sys.poll(bytes[0 .. events.len * @sizeOf(Event)], timeout_ms);
    return events[0..count];
}

fn checked(result: i32) Error!u32 {
    if (result < 0) return errorOf(result);
    return @intCast(result);
}

fn checkedU64(result: i64) Error!u64 {
    if (result < 0) return errorOf(@intCast(result));
    return @intCast(result);
}

pub const gpio = struct {
    const raw = struct {
        extern "wasmlet:gpio" fn open(label: [*]const u8, label_bytes: usize) i32;
        extern "wasmlet:gpio" fn read(pin: u32) i32;
        extern "wasmlet:gpio" fn write(pin: u32, level: u32) i32;
        extern "wasmlet:gpio" fn toggle(pin: u32) i32;
        extern "wasmlet:gpio" fn watch(pin: u32, edges: u32) i32;
    };

    /// Open the pin that the policy gives this label; it is set up as granted.
    pub fn open(label: []const u8) Error!u32 {
        return checked(raw.open(label.ptr, label.len));
    }

    /// Return the level, 0 or 1; for an output, the level that it drives.
    pub fn read(pin: u32) Error!u32 {
        return checked(raw.read(pin));
    }

    /// Drive the pin: 0 inactive, otherwise active.
    pub fn write(pin: u32, level: u32) Error!u32 {
        return checked(raw.write(pin, level));
    }

    /// Drive the other level.
    pub fn toggle(pin: u32) Error!u32 {
        return checked(raw.toggle(pin));
    }

    /// Send an `edge` event at each edge: 1 rising, 2 falling, 3 both, 0 no longer. Only granted
    /// edges.
    pub fn watch(pin: u32, edges: u32) Error!u32 {
        return checked(raw.watch(pin, edges));
    }
};

pub const i2c = struct {
    const raw = struct {
        extern "wasmlet:i2c" fn open(label: [*]const u8, label_bytes: usize) i32;
        extern "wasmlet:i2c" fn read(bus: u32, address: u32, data: [*]u8, data_bytes: usize) i32;
        extern "wasmlet:i2c" fn write(bus: u32, address: u32, data: [*]const u8, data_bytes: usize) i32;
        extern "wasmlet:i2c" fn write_read(bus: u32, address: u32, data: [*]const u8, data_bytes: usize, answer: [*]u8, answer_bytes: usize) i32;
        extern "wasmlet:i2c" fn transaction(bus: u32, address: u32, parts: [*]const Segment, parts_count: usize) i32;
    };

    /// Open the bus that the policy gives this label.
    pub fn open(label: []const u8) Error!u32 {
        return checked(raw.open(label.ptr, label.len));
    }

    /// Read from the device; returns the number of bytes.
    pub fn read(bus: u32, address: u32, data: []u8) Error!u32 {
        return checked(raw.read(bus, address, data.ptr, data.len));
    }

    /// Write to the device; returns the number of bytes.
    pub fn write(bus: u32, address: u32, data: []const u8) Error!u32 {
        return checked(raw.write(bus, address, data.ptr, data.len));
    }

    /// Write, then read after a repeated start; returns the number of bytes read.
    pub fn writeRead(bus: u32, address: u32, data: []const u8, answer: []u8) Error!u32 {
        return checked(raw.write_read(bus, address, data.ptr, data.len, answer.ptr, answer.len));
    }

    /// Writes and reads, at most 8, with repeated starts between them and one stop; returns 0.
    pub fn transaction(bus: u32, address: u32, parts: []const Segment) Error!u32 {
        return checked(raw.transaction(bus, address, parts.ptr, parts.len));
    }
};

pub const spi = struct {
    const raw = struct {
        extern "wasmlet:spi" fn open(label: [*]const u8, label_bytes: usize) i32;
        extern "wasmlet:spi" fn configure(device: u32, frequency_hz: u32, mode: u32) i32;
        extern "wasmlet:spi" fn read(device: u32, data: [*]u8, data_bytes: usize) i32;
        extern "wasmlet:spi" fn write(device: u32, data: [*]const u8, data_bytes: usize) i32;
        extern "wasmlet:spi" fn transfer(device: u32, data: [*]const u8, data_bytes: usize, answer: [*]u8, answer_bytes: usize) i32;
    };

    /// Open the device that the policy gives this label; its chip select is driven around each
    /// call.
    pub fn open(label: []const u8) Error!u32 {
        return checked(raw.open(label.ptr, label.len));
    }

    /// Set clock rate, at most the granted one, and mode 0 to 3, one that is granted.
    pub fn configure(device: u32, frequency_hz: u32, mode: u32) Error!u32 {
        return checked(raw.configure(device, frequency_hz, mode));
    }

    /// Read while sending zeros; returns the number of bytes.
    pub fn read(device: u32, data: []u8) Error!u32 {
        return checked(raw.read(device, data.ptr, data.len));
    }

    /// Write, dropping what comes back; returns the number of bytes.
    pub fn write(device: u32, data: []const u8) Error!u32 {
        return checked(raw.write(device, data.ptr, data.len));
    }

    /// Write and read at once; both are of one length, which is returned.
    pub fn transfer(device: u32, data: []const u8, answer: []u8) Error!u32 {
        return checked(raw.transfer(device, data.ptr, data.len, answer.ptr, answer.len));
    }
};

pub const uart = struct {
    const raw = struct {
        extern "wasmlet:uart" fn open(label: [*]const u8, label_bytes: usize) i32;
        extern "wasmlet:uart" fn read(port: u32, data: [*]u8, data_bytes: usize) i32;
        extern "wasmlet:uart" fn write(port: u32, data: [*]const u8, data_bytes: usize) i32;
        extern "wasmlet:uart" fn watch(port: u32, on: u32) i32;
    };

    /// Open the port that the policy gives this label.
    pub fn open(label: []const u8) Error!u32 {
        return checked(raw.open(label.ptr, label.len));
    }

    /// Take what has arrived, without waiting; returns the number of bytes, 0 for none.
    pub fn read(port: u32, data: []u8) Error!u32 {
        return checked(raw.read(port, data.ptr, data.len));
    }

    /// Send; returns the number of bytes taken.
    pub fn write(port: u32, data: []const u8) Error!u32 {
        return checked(raw.write(port, data.ptr, data.len));
    }

    /// Send a `uart` event when bytes arrive, or (0) no longer.
    pub fn watch(port: u32, on: u32) Error!u32 {
        return checked(raw.watch(port, on));
    }
};

pub const adc = struct {
    const raw = struct {
        extern "wasmlet:adc" fn open(label: [*]const u8, label_bytes: usize) i32;
        extern "wasmlet:adc" fn read(channel: u32) i32;
    };

    /// Open the channel that the policy gives this label.
    pub fn open(label: []const u8) Error!u32 {
        return checked(raw.open(label.ptr, label.len));
    }

    /// Measure; returns 0 to 65535 of the full scale.
    pub fn read(channel: u32) Error!u32 {
        return checked(raw.read(channel));
    }
};

pub const pwm = struct {
    const raw = struct {
        extern "wasmlet:pwm" fn open(label: [*]const u8, label_bytes: usize) i32;
        extern "wasmlet:pwm" fn set(output: u32, frequency_hz: u32, duty: u32) i32;
    };

    /// Open the output that the policy gives this label; its duty is the least that is granted.
    pub fn open(label: []const u8) Error!u32 {
        return checked(raw.open(label.ptr, label.len));
    }

    /// Set frequency and duty (0 to 65535 of a period), both in their granted ranges.
    pub fn set(output: u32, frequency_hz: u32, duty: u32) Error!u32 {
        return checked(raw.set(output, frequency_hz, duty));
    }
};

pub const timer = struct {
    const raw = struct {
        extern "wasmlet:timer" fn start(ms: u32, periodic: u32) i32;
        extern "wasmlet:timer" fn cancel(timer: u32) i32;
    };

    /// Send a `timer` event after so many ms (1 to 2^30), once or (1) again and again; returns the
    /// timer.
    pub fn start(ms: u32, periodic: u32) Error!u32 {
        return checked(raw.start(ms, periodic));
    }

    /// Stop and forget a timer.
    pub fn cancel(timer_: u32) Error!u32 {
        return checked(raw.cancel(timer_));
    }
};

pub const kv = struct {
    const raw = struct {
        extern "wasmlet:kv" fn get(key: [*]const u8, key_bytes: usize, value: [*]u8, value_bytes: usize) i32;
        extern "wasmlet:kv" fn set(key: [*]const u8, key_bytes: usize, value: [*]const u8, value_bytes: usize) i32;
        extern "wasmlet:kv" fn delete(key: [*]const u8, key_bytes: usize) i32;
    };

    /// Copy a value, as far as there is room; returns its whole size.
    pub fn get(key: []const u8, value: []u8) Error!u32 {
        return checked(raw.get(key.ptr, key.len, value.ptr, value.len));
    }

    /// Store a value, replacing what was there; survives a reset. Counts against bytes and writes
    /// per day.
    pub fn set(key: []const u8, value: []const u8) Error!u32 {
        return checked(raw.set(key.ptr, key.len, value.ptr, value.len));
    }

    /// Forget a value.
    pub fn delete(key: []const u8) Error!u32 {
        return checked(raw.delete(key.ptr, key.len));
    }
};

pub const fs = struct {
    const raw = struct {
        extern "wasmlet:fs" fn open(path: [*]const u8, path_bytes: usize, flags: u32) i32;
        extern "wasmlet:fs" fn read(file: u32, data: [*]u8, data_bytes: usize) i32;
        extern "wasmlet:fs" fn write(file: u32, data: [*]const u8, data_bytes: usize) i32;
        extern "wasmlet:fs" fn seek(file: u32, offset: i32, whence: u32) i32;
        extern "wasmlet:fs" fn close(file: u32) i32;
        extern "wasmlet:fs" fn size(path: [*]const u8, path_bytes: usize) i32;
        extern "wasmlet:fs" fn remove(path: [*]const u8, path_bytes: usize) i32;
    };

    /// Open a file under a granted prefix: flags 0 read, 1 write from empty, 2 append, 3 read and
    /// write.
    pub fn open(path: []const u8, flags: u32) Error!u32 {
        return checked(raw.open(path.ptr, path.len, flags));
    }

    /// Read on; returns the number of bytes, 0 at the end.
    pub fn read(file: u32, data: []u8) Error!u32 {
        return checked(raw.read(file, data.ptr, data.len));
    }

    /// Write on; returns the number of bytes.
    pub fn write(file: u32, data: []const u8) Error!u32 {
        return checked(raw.write(file, data.ptr, data.len));
    }

    /// Go to an offset from the start (0), from here (1), or from the end (2); returns the
    /// position.
    pub fn seek(file: u32, offset: i32, whence_: u32) Error!u32 {
        return checked(raw.seek(file, offset, whence_));
    }

    /// Close a file.
    pub fn close(file: u32) Error!u32 {
        return checked(raw.close(file));
    }

    /// Return a file's size in bytes.
    pub fn size(path: []const u8) Error!u32 {
        return checked(raw.size(path.ptr, path.len));
    }

    /// Remove a file.
    pub fn remove(path: []const u8) Error!u32 {
        return checked(raw.remove(path.ptr, path.len));
    }
};

pub const msg = struct {
    const raw = struct {
        extern "wasmlet:msg" fn publish(topic: [*]const u8, topic_bytes: usize, data: [*]const u8, data_bytes: usize) i32;
        extern "wasmlet:msg" fn subscribe(filter: [*]const u8, filter_bytes: usize) i32;
        extern "wasmlet:msg" fn receive(subscription: u32, message: [*]u8, message_bytes: usize) i32;
        extern "wasmlet:msg" fn unsubscribe(subscription: u32) i32;
    };

    /// Send to all apps that subscribe to the topic; returns how many took it.
    pub fn publish(topic: []const u8, data: []const u8) Error!u32 {
        return checked(raw.publish(topic.ptr, topic.len, data.ptr, data.len));
    }

    /// Receive messages of a topic; `+` stands for one level, a last `#` for all that follow.
    pub fn subscribe(filter: []const u8) Error!u32 {
        return checked(raw.subscribe(filter.ptr, filter.len));
    }

    /// Take the oldest message: a byte with the length of its topic, the topic, the data. Returns
    /// the bytes, 0 for none; one that is too long for the buffer is `too_long` and stays.
    pub fn receive(subscription: u32, message: []u8) Error!u32 {
        return checked(raw.receive(subscription, message.ptr, message.len));
    }

    /// Receive no more; waiting messages are dropped.
    pub fn unsubscribe(subscription: u32) Error!u32 {
        return checked(raw.unsubscribe(subscription));
    }
};

pub const log = struct {
    const raw = struct {
        extern "wasmlet:log" fn write(level: u32, text: [*]const u8, text_bytes: usize) i32;
    };

    /// Log a line: 1 error, 2 warn, 3 info, 4 debug. Above the granted level it is dropped (0).
    pub fn write(level: u32, text: []const u8) Error!u32 {
        return checked(raw.write(level, text.ptr, text.len));
    }
};

pub const blob = struct {
    const raw = struct {
        extern "wasmlet:blob" fn open(name: [*]const u8, name_bytes: usize) i32;
        extern "wasmlet:blob" fn size(blob: u32) i32;
        extern "wasmlet:blob" fn read(blob: u32, offset: u32, data: [*]u8, data_bytes: usize) i32;
    };

    /// Open the package's blob of that name.
    pub fn open(name: []const u8) Error!u32 {
        return checked(raw.open(name.ptr, name.len));
    }

    /// Return the number of bytes.
    pub fn size(blob_: u32) Error!u32 {
        return checked(raw.size(blob_));
    }

    /// Copy bytes from an offset; returns how many, 0 at the end.
    pub fn read(blob_: u32, offset: u32, data: []u8) Error!u32 {
        return checked(raw.read(blob_, offset, data.ptr, data.len));
    }
};

pub const random = struct {
    const raw = struct {
        extern "wasmlet:random" fn fill(data: [*]u8, data_bytes: usize) i32;
    };

    /// Fill with random bytes from the board's source; returns the number.
    pub fn fill(data: []u8) Error!u32 {
        return checked(raw.fill(data.ptr, data.len));
    }
};

pub const time = struct {
    const raw = struct {
        extern "wasmlet:time" fn monotonic_ms() i64;
        extern "wasmlet:time" fn wall_ms() i64;
        extern "wasmlet:time" fn sleep_ms(ms: u32) i32;
    };

    /// Milliseconds since the app started.
    pub fn monotonicMs() Error!u64 {
        return checkedU64(raw.monotonic_ms());
    }

    /// Milliseconds since 1970-01-01T00:00Z, as the board's clock has it.
    pub fn wallMs() Error!u64 {
        return checkedU64(raw.wall_ms());
    }

    /// Wait.
    pub fn sleepMs(ms: u32) Error!u32 {
        return checked(raw.sleep_ms(ms));
    }
};

pub const sys = struct {
    const raw = struct {
        extern "wasmlet:sys" fn ready() i32;
        extern "wasmlet:sys" fn poll(events: [*]u8, events_bytes: usize, timeout_ms: i32) i32;
        extern "wasmlet:sys" fn overruns() i32;
        extern "wasmlet:sys" fn env(name: [*]const u8, name_bytes: usize, value: [*]u8, value_bytes: usize) i32;
        extern "wasmlet:sys" fn exit(code: i32) i32;
    };

    /// Tell the owner that the app has started well.
    pub fn ready() Error!u32 {
        return checked(raw.ready());
    }

    /// Wait for events, at most timeout_ms (-1: for ever); returns how many of 16 bytes were
    /// written.
    pub fn poll(events: []u8, timeout_ms: i32) Error!u32 {
        return checked(raw.poll(events.ptr, events.len, timeout_ms));
    }

    /// Return how many events were lost because the queue was full, and start from 0.
    pub fn overruns() Error!u32 {
        return checked(raw.overruns());
    }

    /// Copy a variable of the grant, as far as there is room; returns its whole size.
    pub fn env(name: []const u8, value: []u8) Error!u32 {
        return checked(raw.env(name.ptr, name.len, value.ptr, value.len));
    }

    /// End the app; does not return.
    pub fn exit(code: i32) Error!u32 {
        return checked(raw.exit(code));
    }
};
