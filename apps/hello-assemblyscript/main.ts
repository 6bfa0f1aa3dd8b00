// SPDX-License-Identifier: MIT
//
// The smallest app, in AssemblyScript: one line to the log.

@external("wasmlet:log", "write")
declare function write(level: i32, text: usize, size: i32): i32;

const INFO: i32 = 3;

export function run(): void {
  const text = String.UTF8.encode("Hello from AssemblyScript!");
  write(INFO, changetype<usize>(text), text.byteLength);
}
