# SPDX-License-Identifier: MIT
"""What the board itself has for guests: pins. Nothing else here imports `machine`."""


def find_pins(granted) -> dict:
    """Return {number: pin} for a sequence of numbers; a dict is taken as it is."""
    if isinstance(granted, dict):
        return granted
    if not granted:
        return {}
    from machine import Pin

    return {number: Pin(number) for number in granted}
