# SPDX-License-Identifier: MIT
"""What is frozen into an RP2 firmware that another is compared with: all but Wasmlet."""

freeze("$(PORT_DIR)/modules")
include("$(MPY_DIR)/extmod/asyncio")
