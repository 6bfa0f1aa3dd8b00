# SPDX-License-Identifier: MIT
"""Apps with real manifests, policies and drivers, on simulated devices. For MicroPython.

What an app asks for is a random value of each key of the schema, so that every class of a manifest
is there. Its files are in a folder beside which there is nothing that it may find.
"""

import random

import guest
import wasm
from model import Model
from wasm import sim
from wasm.app import table as gate_table
from wasm.policy import LABELS, load
from wasm.schema import ALWAYS, CLASSES, is_list

_NAMES = ("led", "bus", "a")
_TOPICS = ("a", "a/b", "a/+", "#", "+/b")
PATHS = ("f", "g", "../outside", "x/../../outside", "./f", "link", "link/f", "f/", "x" * 180)
_PINS = 26
_UNITS = 2


def encode(value):
    """Return a value as canonical JSON."""
    if isinstance(value, dict):
        items = [encode(key) + ":" + encode(value[key]) for key in sorted(value)]
        return "{" + ",".join(items) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([encode(item) for item in value]) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return '"' + value + '"' if isinstance(value, str) else str(value)


def _some(items):
    """Return some of the items, one at least, each once."""
    found = [item for item in items if random.randrange(2)]
    return found or [random.choice(items)]


def _value(row, folder):
    """Return a random value of a key, as a manifest has it."""
    _, kind, low, high, _ = row
    if kind in "<>":
        return low + random.getrandbits(29) % min(high - low + 1, 1 << random.randrange(4, 29))
    if kind == "?":
        return bool(random.randrange(2))
    if kind in "ob":
        return random.choice([word for word in low.split() if word != "-"])
    if kind == "w":
        return _some(low.split())
    if kind in "sx":
        return _some(range(low, min(high, low + 12) + 1))
    return folder if kind == "p" else _some(_TOPICS)


def _table(rows, folder):
    entry = {row[0]: _value(row, folder) for row in rows if row[1] != "n"}
    for key in list(entry):
        if key.startswith("min_") and "max_" + key[4:] in entry:
            entry[key] = min(entry[key], entry["max_" + key[4:]])
    return entry


def any_manifest(folder):
    """Return a random manifest that asks for something of every class."""
    manifest = {"app": {"id": "org.example.fuzz", "version": "1.0.0"}, "env": {"key": "value"}}
    manifest["cpu"] = {"calls_per_s": 1000000}
    for key, rows in CLASSES[ALWAYS:]:
        if not is_list(rows):
            manifest[key] = _table(rows, folder)
            continue
        names = (None,) if rows[0][1] == "p" else _some(_NAMES)
        manifest[key] = [_table(rows, folder) for _ in names]
        for entry, name in zip(manifest[key], names):
            if name:
                entry[rows[0][0]] = name
    return manifest


def policy_for(manifest):
    """Return a policy that allows all of a manifest, on hardware of its own."""
    pin = 0
    unit = {}
    policy = {"labels": {}, "default": {}}
    for key, _ in CLASSES[ALWAYS:]:
        given = manifest[key]
        policy["default"][key] = given if isinstance(given, dict) else list(given)
    for key, rows in LABELS:
        found = policy["labels"][key] = {}
        name = next(rows for other, rows in CLASSES if other == key)[0][0]
        for entry in manifest[key]:
            hw = found[entry[name]] = {}
            for row in rows:
                if row[0] in ("pin", "cs"):
                    hw[row[0]] = pin
                    pin += 1
                elif row[0] == "id":
                    hw["id"] = unit.get(key, 0)
                    unit[key] = hw["id"] + 1
                elif row[1] == "o":
                    hw[row[0]] = random.choice(row[2].split())
                elif row[1] == "?":
                    hw[row[0]] = bool(random.randrange(2))
    return policy


class Target:
    """A device on a bus that does anything."""

    def start(self, reading):
        return random.randrange(8) > 0

    def write(self, byte):
        return random.randrange(8) > 0

    def read(self):
        return random.getrandbits(8)

    def exchange(self, byte):
        return random.getrandbits(8)

    def stop(self):
        pass

    select = deselect = stop


def _surround():
    """Put devices around the simulated board."""
    sim.reset()
    for unit in range(len(_NAMES)):
        for address in range(0x08, 0x14):
            if random.randrange(3):
                sim.i2c_targets[unit, address] = Target()
        for pin in range(_PINS):
            sim.spi_targets[unit, pin] = Target()


class Packaged(Model):
    """An app under a random grant."""

    def __init__(self, table, folder):
        """Make it, and start it. `folder` is where its files may be."""
        super().__init__(table)
        _surround()
        manifest = any_manifest(folder)
        policy = load(encode(policy_for(manifest)).encode())
        self.entries = [row[0] for row in gate_table(self._app([], manifest, policy).grant)]
        self.has_budget = True
        self.rows = [row for row in self.wanted() if self.is_granted(row)]
        self.app = self._app(self.rows, manifest, policy)
        self.app.start()
        self.gate = self.app.gate
        self.begin(self.app._instance.exports, self.paths(folder))

    def wanted(self):
        """Return the functions to call, as far as they are granted."""
        return [row for row in self.rows if row["name"] != "exit"]

    def _app(self, rows, manifest, policy):
        section = b"\x10wasmlet.manifest" + encode(manifest).encode()
        section = b"\0" + guest.leb(len(section)) + section
        return wasm.App(self.module(rows) + section, policy)

    def module(self, rows):
        """Return a module that imports the functions."""
        return guest.module(rows)

    def paths(self, folder):
        """Return texts that mean something, among them ways out of a folder."""
        found = list(_NAMES + _TOPICS)
        found += ["a/b/c", "key", "/etc/hostname", "..", folder, folder + "/f\0"]
        found += [folder + "/" + path for path in PATHS]
        return [text.encode() for text in found]

    def close(self):
        self.app.stop()
        self.closed = True
