// SPDX-License-Identifier: MIT
//
// The smallest app, in Zig: one line to the log.

extern "wasmlet:log" fn write(level: i32, text: [*]const u8, size: usize) i32;

const info = 3;

export fn run() void {
    const text = "Hello from Zig!";
    _ = write(info, text, text.len);
}
