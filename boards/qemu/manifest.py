# SPDX-License-Identifier: MIT
"""What is frozen into the firmware of the emulated boards."""

include("../../firmware/manifest.py")
freeze("modules")
