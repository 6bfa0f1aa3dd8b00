# SPDX-License-Identifier: MIT
"""`wasmlet:timer`: alarms. C keeps them with the app's events; nothing is left for Python."""


def drivers(app) -> dict:
    """Make the module's functions for an app."""
    return {"start": None, "cancel": None}
