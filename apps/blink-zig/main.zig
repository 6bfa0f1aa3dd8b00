// SPDX-License-Identifier: MIT
//
// Blinks the LED of a Raspberry Pi Pico, and counts; in Zig, with the standard library's heap.

const std = @import("std");

extern "wiring" fn print(text: [*]const u8, size: usize) void;
extern "wiring" fn delay(ms: i32) void;
extern "wiring" fn pinMode(pin: i32, mode: i32) void;
extern "wiring" fn digitalWrite(pin: i32, level: i32) void;

const led = 25;
const output = 1;
const half_ms = 20;
const line = "Zig blinks: {d}";

var count: u32 = 0;

export fn setup() void {
    pinMode(led, output);
}

export fn loop() void {
    digitalWrite(led, 1);
    delay(half_ms);
    digitalWrite(led, 0);
    delay(half_ms);
    count += 1;
    // The heap begins with a page that is asked for; without it a buffer on the stack does.
    const heap = std.heap.wasm_allocator;
    if (std.fmt.allocPrint(heap, line, .{count})) |text| {
        print(text.ptr, text.len);
        heap.free(text);
    } else |_| {
        var buffer: [32]u8 = undefined;
        const text = std.fmt.bufPrint(&buffer, line, .{count}) catch unreachable;
        print(text.ptr, text.len);
    }
}
