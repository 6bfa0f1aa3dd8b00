/* SPDX-License-Identifier: MIT
 *
 * The smallest app: one line to the log.
 */
#include <wasmlet/log.h>

void run(void) {
    log_text(WASMLET_LOG_LEVEL_INFO, "Hello from WebAssembly!");
}
