// SPDX-License-Identifier: MIT
//
// The smallest app, in Zig: one line to the log.

const wasmlet = @import("wasmlet");

export fn run() void {
    _ = wasmlet.log.write(wasmlet.logLevel.INFO, "Hello from Zig!") catch 0;
}
