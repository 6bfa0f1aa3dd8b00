// SPDX-License-Identifier: MIT
//
// The smallest app, in Rust: one line to the log.
#![no_std]
#![no_main]

use wasmlet::{log, log_level};

#[no_mangle]
pub extern "C" fn run() {
    let _ = log::write(log_level::INFO, b"Hello from Rust!");
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
