# SPDX-License-Identifier: MIT
"""Host modules that can be granted to an app, one a file, imported when an app imports it.

Each has drivers(app): its functions of host_api.toml by name, which the gate calls after its
checks with the device that the handle stands for (where there is none: of the kind's grant), then
the parameters: numbers, text, memoryviews that live as long as the call. They return a number,
negative for an error, or nothing for 0. None stands for a function that C does alone.
"""


def handle(app, item) -> int:
    """Return the gate's handle for an item of the app's grant, 0 for None or what it lacks."""
    for i, each in enumerate(app.entries):
        if item is not None and each is item:
            return i + 1
    return 0


def copy(value: bytes, to) -> int:
    """Copy as much of a value as there is room for; return its whole size."""
    size = min(len(value), len(to))
    to[:size] = value[:size]
    return len(value)
