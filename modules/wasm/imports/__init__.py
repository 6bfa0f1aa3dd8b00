# SPDX-License-Identifier: MIT
"""Host modules that can be granted to a guest, one a file."""
