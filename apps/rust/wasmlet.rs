// SPDX-License-Identifier: MIT
//! What the host offers to an app. Generated from host_api.toml by `make docs`; do not edit.
//!
//! Each module of the host is a module here. A handle is a `u32`, as `open` gives it.
#![no_std]
#![allow(clippy::missing_safety_doc)]
// Modules of the host have functions of one name and different parameters.
#![allow(clashing_extern_declarations)]

use core::marker::PhantomData;

/// The version of all this.
pub const ABI: u32 = 1;

/// Why a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
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
    Other(i32),
}

impl Error {
    /// The error of a negative result.
    pub fn of(code: i32) -> Self {
        match code {
            -1 => Error::Denied,
            -2 => Error::BadHandle,
            -3 => Error::BadPointer,
            -4 => Error::Invalid,
            -5 => Error::Rate,
            -6 => Error::TooLong,
            -7 => Error::NotFound,
            -8 => Error::Busy,
            -9 => Error::NoDevice,
            -10 => Error::Io,
            -11 => Error::Timeout,
            -12 => Error::Full,
            -13 => Error::Unsupported,
            other => Error::Other(other),
        }
    }
}

/// What events are of; `Event::kind` is one of them.
pub mod event {
    /// gpio: value is the level after the edge
    pub const EDGE: u32 = 1;
    /// timer: value is how often it has fired since the last event of it
    pub const TIMER: u32 = 2;
    /// uart: bytes have arrived
    pub const UART: u32 = 3;
    /// msg: a message waits in the subscription
    pub const MESSAGE: u32 = 4;
}

/// Arguments of gpio.watch.
pub mod edge {
    /// gpio.watch: no longer
    pub const NONE: u32 = 0;
    /// gpio.watch
    pub const RISING: u32 = 1;
    /// gpio.watch
    pub const FALLING: u32 = 2;
    /// gpio.watch
    pub const BOTH: u32 = 3;
}

/// Arguments of fs.open.
pub mod file_mode {
    /// fs.open: of a file that is there
    pub const READ: u32 = 0;
    /// fs.open: from empty
    pub const WRITE: u32 = 1;
    /// fs.open: behind what is there
    pub const APPEND: u32 = 2;
    /// fs.open: read and write
    pub const UPDATE: u32 = 3;
}

/// Arguments of fs.seek.
pub mod whence {
    /// fs.seek: from the start
    pub const START: u32 = 0;
    /// fs.seek: from the position
    pub const HERE: u32 = 1;
    /// fs.seek: from the end
    pub const END: u32 = 2;
}

/// Arguments of log.write.
pub mod log_level {
    /// log.write
    pub const ERROR: u32 = 1;
    /// log.write
    pub const WARN: u32 = 2;
    /// log.write
    pub const INFO: u32 = 3;
    /// log.write
    pub const DEBUG: u32 = 4;
}

/// What `poll` fills in.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Event {
    pub kind: u32,
    pub handle: u32,
    pub value: u32,
    pub time_ms: u32,
}

/// A part of a transaction.
#[repr(C)]
pub struct Segment<'a> {
    flags: u32,
    address: *const u8,
    bytes: usize,
    data: PhantomData<&'a mut [u8]>,
}

impl<'a> Segment<'a> {
    /// A part that writes `data`.
    pub fn write(data: &'a [u8]) -> Self {
        Segment { flags: 0, address: data.as_ptr(), bytes: data.len(), data: PhantomData }
    }

    /// A part that reads into `data`.
    pub fn read(data: &'a mut [u8]) -> Self {
        Segment { flags: 1, address: data.as_mut_ptr(), bytes: data.len(), data: PhantomData }
    }
}

/// Waits for events, at most `timeout_ms` (-1: for ever); returns how many came.
pub fn poll(events: &mut [Event], timeout_ms: i32) -> Result<u32, Error> {
    let bytes = core::mem::size_of_val(events);
    let view = unsafe { core::slice::from_raw_parts_mut(events.as_mut_ptr().cast(), bytes) };
    sys::poll(view, timeout_ms)
}

fn checked(result: i32) -> Result<u32, Error> {
    if result < 0 {
        Err(Error::of(result))
    } else {
        Ok(result as u32)
    }
}

fn checked_u64(result: i64) -> Result<u64, Error> {
    if result < 0 {
        Err(Error::of(result as i32))
    } else {
        Ok(result as u64)
    }
}

pub mod gpio {
    use super::{checked, Error};

    #[link(wasm_import_module = "wasmlet:gpio")]
    extern "C" {
        #[link_name = "open"]
        fn gpio_open(label: *const u8, label_bytes: usize) -> i32;
        #[link_name = "read"]
        fn gpio_read(pin: u32) -> i32;
        #[link_name = "write"]
        fn gpio_write(pin: u32, level: u32) -> i32;
        #[link_name = "toggle"]
        fn gpio_toggle(pin: u32) -> i32;
        #[link_name = "watch"]
        fn gpio_watch(pin: u32, edges: u32) -> i32;
    }

    /// Open the pin that the policy gives this label; it is set up as granted.
    pub fn open(label: &str) -> Result<u32, Error> {
        checked(unsafe { gpio_open(label.as_ptr(), label.len()) })
    }

    /// Return the level, 0 or 1; for an output, the level that it drives.
    pub fn read(pin: u32) -> Result<u32, Error> {
        checked(unsafe { gpio_read(pin) })
    }

    /// Drive the pin: 0 inactive, otherwise active.
    pub fn write(pin: u32, level: u32) -> Result<u32, Error> {
        checked(unsafe { gpio_write(pin, level) })
    }

    /// Drive the other level.
    pub fn toggle(pin: u32) -> Result<u32, Error> {
        checked(unsafe { gpio_toggle(pin) })
    }

    /// Send an `edge` event at each edge: 1 rising, 2 falling, 3 both, 0 no longer. Only granted
    /// edges.
    pub fn watch(pin: u32, edges: u32) -> Result<u32, Error> {
        checked(unsafe { gpio_watch(pin, edges) })
    }
}

pub mod i2c {
    use super::{checked, Error};

    #[link(wasm_import_module = "wasmlet:i2c")]
    extern "C" {
        #[link_name = "open"]
        fn i2c_open(label: *const u8, label_bytes: usize) -> i32;
        #[link_name = "read"]
        fn i2c_read(bus: u32, address: u32, data: *mut u8, data_bytes: usize) -> i32;
        #[link_name = "write"]
        fn i2c_write(bus: u32, address: u32, data: *const u8, data_bytes: usize) -> i32;
        #[link_name = "write_read"]
        fn i2c_write_read(bus: u32, address: u32, data: *const u8, data_bytes: usize, answer: *mut u8, answer_bytes: usize) -> i32;
        #[link_name = "transaction"]
        fn i2c_transaction(bus: u32, address: u32, parts: *const super::Segment<'_>, parts_count: usize) -> i32;
    }

    /// Open the bus that the policy gives this label.
    pub fn open(label: &str) -> Result<u32, Error> {
        checked(unsafe { i2c_open(label.as_ptr(), label.len()) })
    }

    /// Read from the device; returns the number of bytes.
    pub fn read(bus: u32, address: u32, data: &mut [u8]) -> Result<u32, Error> {
        checked(unsafe { i2c_read(bus, address, data.as_mut_ptr(), data.len()) })
    }

    /// Write to the device; returns the number of bytes.
    pub fn write(bus: u32, address: u32, data: &[u8]) -> Result<u32, Error> {
        checked(unsafe { i2c_write(bus, address, data.as_ptr(), data.len()) })
    }

    /// Write, then read after a repeated start; returns the number of bytes read.
    pub fn write_read(bus: u32, address: u32, data: &[u8], answer: &mut [u8]) -> Result<u32, Error> {
        checked(unsafe { i2c_write_read(bus, address, data.as_ptr(), data.len(), answer.as_mut_ptr(), answer.len()) })
    }

    /// Writes and reads, at most 8, with repeated starts between them and one stop; returns 0.
    pub fn transaction(bus: u32, address: u32, parts: &[super::Segment<'_>]) -> Result<u32, Error> {
        checked(unsafe { i2c_transaction(bus, address, parts.as_ptr(), parts.len()) })
    }
}

pub mod spi {
    use super::{checked, Error};

    #[link(wasm_import_module = "wasmlet:spi")]
    extern "C" {
        #[link_name = "open"]
        fn spi_open(label: *const u8, label_bytes: usize) -> i32;
        #[link_name = "configure"]
        fn spi_configure(device: u32, frequency_hz: u32, mode: u32) -> i32;
        #[link_name = "read"]
        fn spi_read(device: u32, data: *mut u8, data_bytes: usize) -> i32;
        #[link_name = "write"]
        fn spi_write(device: u32, data: *const u8, data_bytes: usize) -> i32;
        #[link_name = "transfer"]
        fn spi_transfer(device: u32, data: *const u8, data_bytes: usize, answer: *mut u8, answer_bytes: usize) -> i32;
    }

    /// Open the device that the policy gives this label; its chip select is driven around each
    /// call.
    pub fn open(label: &str) -> Result<u32, Error> {
        checked(unsafe { spi_open(label.as_ptr(), label.len()) })
    }

    /// Set clock rate, at most the granted one, and mode 0 to 3, one that is granted.
    pub fn configure(device: u32, frequency_hz: u32, mode: u32) -> Result<u32, Error> {
        checked(unsafe { spi_configure(device, frequency_hz, mode) })
    }

    /// Read while sending zeros; returns the number of bytes.
    pub fn read(device: u32, data: &mut [u8]) -> Result<u32, Error> {
        checked(unsafe { spi_read(device, data.as_mut_ptr(), data.len()) })
    }

    /// Write, dropping what comes back; returns the number of bytes.
    pub fn write(device: u32, data: &[u8]) -> Result<u32, Error> {
        checked(unsafe { spi_write(device, data.as_ptr(), data.len()) })
    }

    /// Write and read at once; both are of one length, which is returned.
    pub fn transfer(device: u32, data: &[u8], answer: &mut [u8]) -> Result<u32, Error> {
        checked(unsafe { spi_transfer(device, data.as_ptr(), data.len(), answer.as_mut_ptr(), answer.len()) })
    }
}

pub mod uart {
    use super::{checked, Error};

    #[link(wasm_import_module = "wasmlet:uart")]
    extern "C" {
        #[link_name = "open"]
        fn uart_open(label: *const u8, label_bytes: usize) -> i32;
        #[link_name = "read"]
        fn uart_read(port: u32, data: *mut u8, data_bytes: usize) -> i32;
        #[link_name = "write"]
        fn uart_write(port: u32, data: *const u8, data_bytes: usize) -> i32;
        #[link_name = "watch"]
        fn uart_watch(port: u32, on: u32) -> i32;
    }

    /// Open the port that the policy gives this label.
    pub fn open(label: &str) -> Result<u32, Error> {
        checked(unsafe { uart_open(label.as_ptr(), label.len()) })
    }

    /// Take what has arrived, without waiting; returns the number of bytes, 0 for none.
    pub fn read(port: u32, data: &mut [u8]) -> Result<u32, Error> {
        checked(unsafe { uart_read(port, data.as_mut_ptr(), data.len()) })
    }

    /// Send; returns the number of bytes taken.
    pub fn write(port: u32, data: &[u8]) -> Result<u32, Error> {
        checked(unsafe { uart_write(port, data.as_ptr(), data.len()) })
    }

    /// Send a `uart` event when bytes arrive, or (0) no longer.
    pub fn watch(port: u32, on: u32) -> Result<u32, Error> {
        checked(unsafe { uart_watch(port, on) })
    }
}

pub mod adc {
    use super::{checked, Error};

    #[link(wasm_import_module = "wasmlet:adc")]
    extern "C" {
        #[link_name = "open"]
        fn adc_open(label: *const u8, label_bytes: usize) -> i32;
        #[link_name = "read"]
        fn adc_read(channel: u32) -> i32;
    }

    /// Open the channel that the policy gives this label.
    pub fn open(label: &str) -> Result<u32, Error> {
        checked(unsafe { adc_open(label.as_ptr(), label.len()) })
    }

    /// Measure; returns 0 to 65535 of the full scale.
    pub fn read(channel: u32) -> Result<u32, Error> {
        checked(unsafe { adc_read(channel) })
    }
}

pub mod pwm {
    use super::{checked, Error};

    #[link(wasm_import_module = "wasmlet:pwm")]
    extern "C" {
        #[link_name = "open"]
        fn pwm_open(label: *const u8, label_bytes: usize) -> i32;
        #[link_name = "set"]
        fn pwm_set(output: u32, frequency_hz: u32, duty: u32) -> i32;
    }

    /// Open the output that the policy gives this label; its duty is the least that is granted.
    pub fn open(label: &str) -> Result<u32, Error> {
        checked(unsafe { pwm_open(label.as_ptr(), label.len()) })
    }

    /// Set frequency and duty (0 to 65535 of a period), both in their granted ranges.
    pub fn set(output: u32, frequency_hz: u32, duty: u32) -> Result<u32, Error> {
        checked(unsafe { pwm_set(output, frequency_hz, duty) })
    }
}

pub mod timer {
    use super::{checked, Error};

    #[link(wasm_import_module = "wasmlet:timer")]
    extern "C" {
        #[link_name = "start"]
        fn timer_start(ms: u32, periodic: u32) -> i32;
        #[link_name = "cancel"]
        fn timer_cancel(timer: u32) -> i32;
    }

    /// Send a `timer` event after so many ms (1 to 2^30), once or (1) again and again; returns the
    /// timer.
    pub fn start(ms: u32, periodic: u32) -> Result<u32, Error> {
        checked(unsafe { timer_start(ms, periodic) })
    }

    /// Stop and forget a timer.
    pub fn cancel(timer: u32) -> Result<u32, Error> {
        checked(unsafe { timer_cancel(timer) })
    }
}

pub mod kv {
    use super::{checked, Error};

    #[link(wasm_import_module = "wasmlet:kv")]
    extern "C" {
        #[link_name = "get"]
        fn kv_get(key: *const u8, key_bytes: usize, value: *mut u8, value_bytes: usize) -> i32;
        #[link_name = "set"]
        fn kv_set(key: *const u8, key_bytes: usize, value: *const u8, value_bytes: usize) -> i32;
        #[link_name = "delete"]
        fn kv_delete(key: *const u8, key_bytes: usize) -> i32;
    }

    /// Copy a value, as far as there is room; returns its whole size.
    pub fn get(key: &str, value: &mut [u8]) -> Result<u32, Error> {
        checked(unsafe { kv_get(key.as_ptr(), key.len(), value.as_mut_ptr(), value.len()) })
    }

    /// Store a value, replacing what was there; survives a reset. Counts against bytes and writes
    /// per day.
    pub fn set(key: &str, value: &[u8]) -> Result<u32, Error> {
        checked(unsafe { kv_set(key.as_ptr(), key.len(), value.as_ptr(), value.len()) })
    }

    /// Forget a value.
    pub fn delete(key: &str) -> Result<u32, Error> {
        checked(unsafe { kv_delete(key.as_ptr(), key.len()) })
    }
}

pub mod fs {
    use super::{checked, Error};

    #[link(wasm_import_module = "wasmlet:fs")]
    extern "C" {
        #[link_name = "open"]
        fn fs_open(path: *const u8, path_bytes: usize, flags: u32) -> i32;
        #[link_name = "read"]
        fn fs_read(file: u32, data: *mut u8, data_bytes: usize) -> i32;
        #[link_name = "write"]
        fn fs_write(file: u32, data: *const u8, data_bytes: usize) -> i32;
        #[link_name = "seek"]
        fn fs_seek(file: u32, offset: i32, whence: u32) -> i32;
        #[link_name = "close"]
        fn fs_close(file: u32) -> i32;
        #[link_name = "size"]
        fn fs_size(path: *const u8, path_bytes: usize) -> i32;
        #[link_name = "remove"]
        fn fs_remove(path: *const u8, path_bytes: usize) -> i32;
    }

    /// Open a file under a granted prefix: flags 0 read, 1 write from empty, 2 append, 3 read and
    /// write.
    pub fn open(path: &str, flags: u32) -> Result<u32, Error> {
        checked(unsafe { fs_open(path.as_ptr(), path.len(), flags) })
    }

    /// Read on; returns the number of bytes, 0 at the end.
    pub fn read(file: u32, data: &mut [u8]) -> Result<u32, Error> {
        checked(unsafe { fs_read(file, data.as_mut_ptr(), data.len()) })
    }

    /// Write on; returns the number of bytes.
    pub fn write(file: u32, data: &[u8]) -> Result<u32, Error> {
        checked(unsafe { fs_write(file, data.as_ptr(), data.len()) })
    }

    /// Go to an offset from the start (0), from here (1), or from the end (2); returns the
    /// position.
    pub fn seek(file: u32, offset: i32, whence: u32) -> Result<u32, Error> {
        checked(unsafe { fs_seek(file, offset, whence) })
    }

    /// Close a file.
    pub fn close(file: u32) -> Result<u32, Error> {
        checked(unsafe { fs_close(file) })
    }

    /// Return a file's size in bytes.
    pub fn size(path: &str) -> Result<u32, Error> {
        checked(unsafe { fs_size(path.as_ptr(), path.len()) })
    }

    /// Remove a file.
    pub fn remove(path: &str) -> Result<u32, Error> {
        checked(unsafe { fs_remove(path.as_ptr(), path.len()) })
    }
}

pub mod msg {
    use super::{checked, Error};

    #[link(wasm_import_module = "wasmlet:msg")]
    extern "C" {
        #[link_name = "publish"]
        fn msg_publish(topic: *const u8, topic_bytes: usize, data: *const u8, data_bytes: usize) -> i32;
        #[link_name = "subscribe"]
        fn msg_subscribe(filter: *const u8, filter_bytes: usize) -> i32;
        #[link_name = "receive"]
        fn msg_receive(subscription: u32, message: *mut u8, message_bytes: usize) -> i32;
        #[link_name = "unsubscribe"]
        fn msg_unsubscribe(subscription: u32) -> i32;
    }

    /// Send to all apps that subscribe to the topic; returns how many took it.
    pub fn publish(topic: &str, data: &[u8]) -> Result<u32, Error> {
        checked(unsafe { msg_publish(topic.as_ptr(), topic.len(), data.as_ptr(), data.len()) })
    }

    /// Receive messages of a topic; `+` stands for one level, a last `#` for all that follow.
    pub fn subscribe(filter: &str) -> Result<u32, Error> {
        checked(unsafe { msg_subscribe(filter.as_ptr(), filter.len()) })
    }

    /// Take the oldest message: a byte with the length of its topic, the topic, the data. Returns
    /// the bytes, 0 for none; one that is too long for the buffer is `too_long` and stays.
    pub fn receive(subscription: u32, message: &mut [u8]) -> Result<u32, Error> {
        checked(unsafe { msg_receive(subscription, message.as_mut_ptr(), message.len()) })
    }

    /// Receive no more; waiting messages are dropped.
    pub fn unsubscribe(subscription: u32) -> Result<u32, Error> {
        checked(unsafe { msg_unsubscribe(subscription) })
    }
}

pub mod log {
    use super::{checked, Error};

    #[link(wasm_import_module = "wasmlet:log")]
    extern "C" {
        #[link_name = "write"]
        fn log_write(level: u32, text: *const u8, text_bytes: usize) -> i32;
    }

    /// Log a line: 1 error, 2 warn, 3 info, 4 debug. Above the granted level it is dropped (0).
    pub fn write(level: u32, text: &[u8]) -> Result<u32, Error> {
        checked(unsafe { log_write(level, text.as_ptr(), text.len()) })
    }
}

pub mod blob {
    use super::{checked, Error};

    #[link(wasm_import_module = "wasmlet:blob")]
    extern "C" {
        #[link_name = "open"]
        fn blob_open(name: *const u8, name_bytes: usize) -> i32;
        #[link_name = "size"]
        fn blob_size(blob: u32) -> i32;
        #[link_name = "read"]
        fn blob_read(blob: u32, offset: u32, data: *mut u8, data_bytes: usize) -> i32;
    }

    /// Open the package's blob of that name.
    pub fn open(name: &str) -> Result<u32, Error> {
        checked(unsafe { blob_open(name.as_ptr(), name.len()) })
    }

    /// Return the number of bytes.
    pub fn size(blob: u32) -> Result<u32, Error> {
        checked(unsafe { blob_size(blob) })
    }

    /// Copy bytes from an offset; returns how many, 0 at the end.
    pub fn read(blob: u32, offset: u32, data: &mut [u8]) -> Result<u32, Error> {
        checked(unsafe { blob_read(blob, offset, data.as_mut_ptr(), data.len()) })
    }
}

pub mod random {
    use super::{checked, Error};

    #[link(wasm_import_module = "wasmlet:random")]
    extern "C" {
        #[link_name = "fill"]
        fn random_fill(data: *mut u8, data_bytes: usize) -> i32;
    }

    /// Fill with random bytes from the board's source; returns the number.
    pub fn fill(data: &mut [u8]) -> Result<u32, Error> {
        checked(unsafe { random_fill(data.as_mut_ptr(), data.len()) })
    }
}

pub mod time {
    use super::{checked, checked_u64, Error};

    #[link(wasm_import_module = "wasmlet:time")]
    extern "C" {
        #[link_name = "monotonic_ms"]
        fn time_monotonic_ms() -> i64;
        #[link_name = "wall_ms"]
        fn time_wall_ms() -> i64;
        #[link_name = "sleep_ms"]
        fn time_sleep_ms(ms: u32) -> i32;
    }

    /// Milliseconds since the app started.
    pub fn monotonic_ms() -> Result<u64, Error> {
        checked_u64(unsafe { time_monotonic_ms() })
    }

    /// Milliseconds since 1970-01-01T00:00Z, as the board's clock has it.
    pub fn wall_ms() -> Result<u64, Error> {
        checked_u64(unsafe { time_wall_ms() })
    }

    /// Wait.
    pub fn sleep_ms(ms: u32) -> Result<u32, Error> {
        checked(unsafe { time_sleep_ms(ms) })
    }
}

pub mod sys {
    use super::{checked, Error};

    #[link(wasm_import_module = "wasmlet:sys")]
    extern "C" {
        #[link_name = "ready"]
        fn sys_ready() -> i32;
        #[link_name = "poll"]
        fn sys_poll(events: *mut u8, events_bytes: usize, timeout_ms: i32) -> i32;
        #[link_name = "overruns"]
        fn sys_overruns() -> i32;
        #[link_name = "env"]
        fn sys_env(name: *const u8, name_bytes: usize, value: *mut u8, value_bytes: usize) -> i32;
        #[link_name = "exit"]
        fn sys_exit(code: i32) -> i32;
    }

    /// Tell the owner that the app has started well.
    pub fn ready() -> Result<u32, Error> {
        checked(unsafe { sys_ready() })
    }

    /// Wait for events, at most timeout_ms (-1: for ever); returns how many of 16 bytes were
    /// written.
    pub fn poll(events: &mut [u8], timeout_ms: i32) -> Result<u32, Error> {
        checked(unsafe { sys_poll(events.as_mut_ptr(), events.len(), timeout_ms) })
    }

    /// Return how many events were lost because the queue was full, and start from 0.
    pub fn overruns() -> Result<u32, Error> {
        checked(unsafe { sys_overruns() })
    }

    /// Copy a variable of the grant, as far as there is room; returns its whole size.
    pub fn env(name: &str, value: &mut [u8]) -> Result<u32, Error> {
        checked(unsafe { sys_env(name.as_ptr(), name.len(), value.as_mut_ptr(), value.len()) })
    }

    /// End the app; does not return.
    pub fn exit(code: i32) -> Result<u32, Error> {
        checked(unsafe { sys_exit(code) })
    }
}
