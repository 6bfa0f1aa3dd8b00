// SPDX-License-Identifier: MIT
//
// The smallest app, in Zig: one line to the log.

const wasmlet = @import("wasmlet");

const info = 3;

export fn run() void {
    _ = wasmlet.log.write(info, "Hello from Zig!") catch 0;
}
