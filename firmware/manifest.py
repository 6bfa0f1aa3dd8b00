# SPDX-License-Identifier: MIT
"""What is frozen into every Wasmlet firmware.

Nothing here is taken from micropython-lib: the same files are frozen whether or not it is there.
"""

include("$(MPY_DIR)/extmod/asyncio")
package("wasm", base_path="../modules")
