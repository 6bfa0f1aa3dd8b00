# SPDX-License-Identifier: MIT
"""The tool `wasmlet`, taken from its sources."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "host_tools" / "src"))
