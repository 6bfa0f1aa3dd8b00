// SPDX-License-Identifier: MIT
//
// The smallest app, in Rust: one line to the log.
#![no_std]
#![no_main]

#[link(wasm_import_module = "wasmlet:log")]
extern "C" {
    fn write(level: i32, text: *const u8, size: usize) -> i32;
}

const INFO: i32 = 3;

#[no_mangle]
pub extern "C" fn run() {
    let text = "Hello from Rust!";
    unsafe { write(INFO, text.as_ptr(), text.len()) };
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
