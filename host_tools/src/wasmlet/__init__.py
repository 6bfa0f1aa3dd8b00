# SPDX-License-Identifier: MIT
"""Packs WebAssembly apps for MicroPython boards, and says what they may do there."""
