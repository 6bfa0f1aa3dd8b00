# SPDX-License-Identifier: MIT
"""An app whose grant a test gives, and whose host functions it calls; runs under MicroPython."""

import time

from support import data
from wasm import hal, sim
from wasm.app import App

try:
    import wasm.manifest
except ImportError:
    import sys

    class _Manifest:
        example = str

    sys.modules["wasm.manifest"] = _Manifest

ALWAYS = {
    "app": {"id": "org.example.test", "version": "1.0.0", "abi": 1},
    "memory": {"max_bytes": 0, "stack_bytes": 0, "code_cache_bytes": 0},
    "cpu": {"period_ms": 0, "fuel_per_period": 0, "call_deadline_ms": 0, "calls_per_s": 0},
    "log": {"level": 0, "bytes_per_s": 0},
    "restart": {"policy": 0, "max": 0, "backoff_ms": 0},
    "env": {},
    "denied": [],
}


class Bench(App):
    """An app of one of the modules host_NAME.wasm, started."""

    def __init__(self, module, package=None, app_id=None, **grant):
        self.path = ""
        self._data = data("host_" + module)
        self.package = package
        self.grant = dict(ALWAYS)
        self.grant.update(grant)
        self.id = app_id or self.grant["app"]["id"]
        self.hal = hal
        self.clock = time
        self.state = "stopped"
        self.fault = None
        self.result = None
        self.restarts = 0
        self.is_ready = False
        self.gate = None
        self._emit = None
        self._lines = []
        self.cleanup = []
        self.entries = []
        self._instance = None
        self._call = None
        self._counts = {}
        self.start()
        self.guest = self._instance.exports

    def put(self, text, at=0):
        """Write bytes into linear memory; return (address, size)."""
        text = text.encode() if isinstance(text, str) else text
        self.guest.memory[at : at + len(text)] = text
        return at, len(text)

    def get(self, size, at=0):
        return bytes(self.guest.memory[at : at + size])

    def call(self, name, *args):
        """Call a host function; text and bytes among the arguments are put from 1024 on."""
        words = []
        at = 1024
        for arg in args:
            if isinstance(arg, int):
                words.append(arg)
            else:
                words.extend(self.put(arg, at))
                at += 256
        return self.guest[name](*words)


def fresh():
    """Forget what is simulated."""
    sim.reset()
    return sim
