# SPDX-License-Identifier: MIT
"""`wasmlet:adc`: analog inputs."""


def drivers(app) -> dict:
    """Make the module's functions for an app."""

    def open_channel(index: int):
        return app.hal.adc(app.entries[index])

    def read(channel) -> int:
        return channel.read_u16()

    return {"open": open_channel, "read": read}
