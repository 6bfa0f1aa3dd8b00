# SPDX-License-Identifier: MIT
"""What is frozen into the firmware of ESP32 boards."""

freeze("$(PORT_DIR)/modules")
include("../../firmware/manifest.py", sim=False)
