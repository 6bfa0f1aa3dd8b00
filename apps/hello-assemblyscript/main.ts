// SPDX-License-Identifier: MIT
//
// The smallest app, in AssemblyScript: one line to the log.

import { log } from "../assemblyscript/wasmlet";

const INFO: u32 = 3;

export function run(): void {
  log.write(INFO, "Hello from AssemblyScript!");
}
