# SPDX-License-Identifier: MIT
"""Run rp2040py with devices on the board's pins and buses; started by boards/emulate.py.

usage: emulator.py [--device FILE.py:CLASS[,OPTION=VALUE...]]... [--channel FD] -- RP2040PY'S WORDS

FD is a socket over which whoever started this reads what devices report and commands them, one
JSON object a line. How a device is written: boards/README.md, "Devices on an emulated board".
"""

import argparse
import ast
import dataclasses
import importlib.util
import json
import socket
import sys
from pathlib import Path

from rp2040py import cli
from rp2040py.boards import BOARDS

OWN = Path(__file__).resolve().parent / "devices"
BOARD = "pico"
POLL_NS = 1_000_000
CHUNK_BYTES = 65536


class Channel:
    """Lines of JSON to and from outside; never blocks the board.

    The simulated clock looks for what has come, so commands reach devices between instructions.
    """

    def __init__(self, fd):
        self._socket = socket.socket(fileno=fd)
        self._socket.setblocking(False)
        self._out = self._in = b""
        self._alarm = None
        self.devices = {}

    def attach(self, rp2040):
        """Begin to poll by the clock of the board."""
        self._alarm = rp2040.clock.create_alarm(self._poll)
        self._alarm.schedule(POLL_NS)

    def send(self, message):
        """Send an object, at once if there is room for it."""
        self._out += json.dumps(message).encode() + b"\n"
        self._flush()

    def _flush(self):
        try:
            while self._out:
                self._out = self._out[self._socket.send(self._out) :]
        except BlockingIOError:
            pass

    def _poll(self):
        self._alarm.schedule(POLL_NS)
        self._flush()
        try:
            self._in += self._socket.recv(CHUNK_BYTES)
        except BlockingIOError:
            return
        *lines, self._in = self._in.split(b"\n")
        for line in lines:
            self._obey(json.loads(line))

    def _obey(self, message):
        if "sync" in message:
            self.send(message)
            return
        name = message.pop("device")
        try:
            self.devices[name].command(**message)
        except Exception as error:  # the board goes on; whoever commanded hears of it
            self.send({"device": name, "error": f"{type(error).__name__}: {error}"})


class Attached:
    """A device under its name, with a clock for what it reports."""

    def __init__(self, name, make, channel):
        self._name = name
        self._channel = channel
        self._clock = None
        self._device = make(self._report)

    def attach(self, rp2040):
        """Connect the device to the board."""
        self._clock = rp2040.clock
        self._device.attach(rp2040)
        if self._channel:
            self._channel.devices[self._name] = self._device

    def _report(self, **fields):
        if self._channel:
            self._channel.send({"ns": int(self._clock.nanos), "device": self._name, **fields})


def value(text):
    """Return a Python literal, or the text itself where it is none."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def parse(spec):
    """Return (a device's name, its class, its options) for FILE.py:CLASS[,OPTION=VALUE...].

    A file is looked for from here, then in devices/ beside this one. The name is that of the
    class unless the option `name` gives another.
    """
    place, _, rest = spec.partition(":")
    class_name, *words = rest.split(",")
    path = next((p for p in (Path(place), OWN / place) if p.is_file()), None)
    if path is None or not class_name:
        raise argparse.ArgumentTypeError(f"{spec}: FILE.py:CLASS expected, and a file that exists")
    module_spec = importlib.util.spec_from_file_location(f"device_{path.stem}", path)
    module = importlib.util.module_from_spec(module_spec)
    module_spec.loader.exec_module(module)
    options = {key: value(text) for key, _, text in (word.partition("=") for word in words)}
    return options.pop("name", class_name), getattr(module, class_name), options


def main():
    """Attach the devices to rp2040py's board, and go on as its command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", action="append", default=[], type=parse)
    parser.add_argument("--channel", type=int)
    parser.add_argument("words", nargs="+", help="the command line of rp2040py")
    args = parser.parse_args()
    extras = list(BOARDS[BOARD].extras)
    channel = None
    if args.channel is not None:
        channel = Channel(args.channel)
        extras.append(lambda: channel)
    for name, kind, options in args.device:
        extras.append(
            lambda name=name, kind=kind, options=options: Attached(
                name, lambda report: kind(report, **options), channel
            )
        )
    BOARDS[BOARD] = dataclasses.replace(BOARDS[BOARD], extras=tuple(extras))
    return cli.main(args.words)


if __name__ == "__main__":
    sys.exit(main())
