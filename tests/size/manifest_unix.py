# SPDX-License-Identifier: MIT
"""What is frozen into the unix firmware that another is compared with."""

include("$(MPY_DIR)/extmod/asyncio")
