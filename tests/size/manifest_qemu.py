# SPDX-License-Identifier: MIT
"""What is frozen into an emulated board's firmware that another is compared with."""

freeze("../../boards/qemu/modules")
include("$(MPY_DIR)/extmod/asyncio")
