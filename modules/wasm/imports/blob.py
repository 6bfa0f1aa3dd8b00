# SPDX-License-Identifier: MIT
"""`wasmlet:blob`: bytes that came with the app's package, read in place."""

from micropython import const

_NOT_FOUND = const(-7)


def drivers(app) -> dict:
    """Make the module's functions for an app."""

    def open_blob(_, name: str) -> int:
        package = app.package
        if package is None or name not in package.blobs:
            return _NOT_FOUND
        return app.gate.add("bytes", package.blob(name))

    def read(blob, offset: int, data) -> int:
        size = min(len(data), max(0, len(blob) - offset))
        data[:size] = blob[offset : offset + size]
        return size

    return {"open": open_blob, "size": len, "read": read}
