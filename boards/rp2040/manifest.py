# SPDX-License-Identifier: MIT
"""What is frozen into the firmware of RP2040 and RP2350 boards."""

freeze("$(PORT_DIR)/modules")
include("../../firmware/manifest.py", sim=False)
