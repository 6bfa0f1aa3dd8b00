# SPDX-License-Identifier: MIT
"""`wasmlet:sys`: the app itself. Events are C's."""

from micropython import const

from . import copy

_NOT_FOUND = const(-7)


def drivers(app) -> dict:
    """Make the module's functions for an app."""
    env = app.grant["env"]

    def ready(_) -> int:
        app.ready()
        return 0

    def get_env(_, name: str, value) -> int:
        return copy(env[name].encode(), value) if name in env else _NOT_FOUND

    def end(_, code: int):
        app.exit(code)

    return {"ready": ready, "env": get_env, "exit": end, "poll": None, "overruns": None}
