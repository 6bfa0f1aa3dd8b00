// SPDX-License-Identifier: MIT
//
// The smallest app, in AssemblyScript: one line to the log.

import { log, LogLevel } from "../assemblyscript/wasmlet";

export function run(): void {
  log.write(LogLevel.Info, "Hello from AssemblyScript!");
}
