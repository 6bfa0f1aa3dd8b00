# SPDX-License-Identifier: MIT
"""The modules that the firmware and this tool share.

A wheel holds copies of them; in the source tree they are those of modules/wasm.
"""

from pathlib import Path

_SOURCES = Path(__file__).resolve().parents[4] / "modules" / "wasm"
if (_SOURCES / "schema.py").is_file():
    __path__.append(str(_SOURCES))
