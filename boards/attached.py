# SPDX-License-Identifier: MIT
"""Devices attached to an emulated board, seen from the host: their reports, commands to them."""

import json
import socket

SECONDS = 60
CHUNK_BYTES = 65536


class ChannelError(Exception):
    """The emulator has ended, or a device refused a command; the text says which."""


class Devices:
    """The host's end of the channel to an emulator's devices; `remote` is the emulator's."""

    def __init__(self):
        self._socket, self.remote = socket.socketpair()
        self._socket.settimeout(SECONDS)
        self._in = b""
        self._syncs = 0

    def command(self, device, **fields):
        """Have `command` of a device called with `fields`, which JSON must be able to carry.

        It takes effect within a simulated millisecond, and before events() returns.
        """
        self._send({"device": device, **fields})

    def events(self):
        """Return what the devices have reported up to now and not been asked for, in order.

        Each is a dict with `ns` (simulated nanoseconds since power-on), `device`, and what the
        device says. Raises ChannelError when a command failed.
        """
        self._syncs += 1
        mark = {"sync": self._syncs}
        self._send(mark)
        events = []
        for event in self.follow():
            if event == mark:
                return events
            if "error" in event:
                raise ChannelError(f"{event['device']}: {event['error']}")
            events.append(event)
        raise ChannelError("the emulator has ended")

    def follow(self):
        """Yield each event as it comes, until the emulator ends."""
        while True:
            line, found, rest = self._in.partition(b"\n")
            if found:
                self._in = rest
                yield json.loads(line)
                continue
            data = self._socket.recv(CHUNK_BYTES)
            if not data:
                return
            self._in += data

    def record(self, path):
        """Write each event to a file as it comes, one JSON object a line, until the end."""
        self._socket.settimeout(None)
        with open(path, "w", encoding="utf-8") as file:
            for event in self.follow():
                print(json.dumps(event), file=file, flush=True)

    def close(self):
        """Close the host's end."""
        self._socket.close()

    def _send(self, message):
        self._socket.sendall(json.dumps(message).encode() + b"\n")
