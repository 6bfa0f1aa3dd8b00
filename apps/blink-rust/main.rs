// SPDX-License-Identifier: MIT
//
// Blinks the LED of a Raspberry Pi Pico, and counts; in Rust, with the standard library's String.
#![no_main]

use std::fmt::Write;

#[link(wasm_import_module = "wiring")]
#[allow(non_snake_case)]
extern "C" {
    fn print(text: *const u8, size: usize);
    fn delay(ms: i32);
    fn pinMode(pin: i32, mode: i32);
    fn digitalWrite(pin: i32, level: i32);
}

const LED: i32 = 25;
const OUTPUT: i32 = 1;
const HALF_MS: i32 = 20;
const LINE_BYTES: usize = 32;

/// A line without a heap.
struct Line {
    bytes: [u8; LINE_BYTES],
    size: usize,
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.size + text.len();
        let to = self.bytes.get_mut(self.size..end).ok_or(std::fmt::Error)?;
        to.copy_from_slice(text.as_bytes());
        self.size = end;
        Ok(())
    }
}

fn print_text(text: &[u8]) {
    unsafe { print(text.as_ptr(), text.len()) }
}

/// Prints from the heap, which begins with a page that is asked for, or without one if refused.
fn print_count(count: u32) {
    let mut text = String::new();
    if text.try_reserve(LINE_BYTES).is_ok() {
        let _ = write!(text, "Rust blinks: {}", count);
        print_text(text.as_bytes());
    } else {
        let mut line = Line { bytes: [0; LINE_BYTES], size: 0 };
        let _ = write!(line, "Rust blinks: {}", count);
        print_text(&line.bytes[..line.size]);
    }
}

#[no_mangle]
pub extern "C" fn setup() {
    unsafe { pinMode(LED, OUTPUT) }
}

#[no_mangle]
pub extern "C" fn r#loop() {
    static mut COUNT: u32 = 0;
    unsafe {
        digitalWrite(LED, 1);
        delay(HALF_MS);
        digitalWrite(LED, 0);
        delay(HALF_MS);
        COUNT += 1;
        print_count(COUNT);
    }
}
