# SPDX-License-Identifier: MIT
"""An app on a bench: its host functions are called by a test. Runs under MicroPython.

What is called is host_NAME.wasm, with a manifest put into it, under a policy that gives what the
manifest asks for.
"""

from wasm import policy, ps
from wasm.app import App

EVENTS_AT, TEXT_AT, TEXT_BYTES = 256, 4096, 2048

MEMORY = {"max_bytes": 12288, "stack_bytes": 1024, "code_cache_bytes": 2048}
LABELS = {
    "gpio": {
        "button": {"pin": 2, "active_low": True},
        "lamp": {"pin": 25, "safe": "low"},
        "relay": {"pin": 3, "active_low": True, "safe": "high"},
        "wire": {"pin": 6},
        "spare": {"pin": 7},
    },
    "i2c": {"sensors": {"id": 0, "sda": 4, "scl": 5, "freq_hz": 400000}},
    "spi": {"memory": {"id": 0, "sck": 18, "mosi": 19, "miso": 16, "cs": 17}},
    "uart": {
        "link": {"id": 0, "tx": 0, "rx": 1, "baud": 115200},
        "spare": {"id": 1, "tx": 8, "rx": 9},
    },
    "adc": {"light": {"pin": 26}},
    "pwm": {"fan": {"pin": 15, "safe": "low"}},
}


def canonical(value) -> str:
    """Return a value in the form that manifests are stored in."""
    if isinstance(value, dict):
        return "{" + ",".join([f'"{k}":{canonical(value[k])}' for k in sorted(value)]) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return '"' + value + '"' if isinstance(value, str) else str(value)


def _leb(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + _leb(value >> 7)


def section(name: str, data: bytes) -> bytes:
    """Return a custom section."""
    body = _leb(len(name)) + name.encode() + data
    return b"\0" + _leb(len(body)) + body


def package(module: bytes, manifest: dict, blobs=None) -> bytes:
    """Return a module with a manifest and blobs in it."""
    data = module + section("wasmlet.manifest", canonical(manifest).encode())
    for name, blob in (blobs or {}).items():
        data += section("wasmlet.blob." + name, blob)
    return data


def free_id() -> str:
    """Return the id of an app that does not run."""
    return "org.example.test" + str(len(ps()) or "")


class Bench(App):
    """An app that has started and waits to be told what to call.

    `classes` are those of its manifest, `labels` more of the board's; `allowed` takes the place of
    some classes in the policy.
    """

    def __init__(self, module, app_id=None, blobs=None, labels=None, allowed=None, **classes):
        manifest = {"app": {"id": app_id or free_id(), "version": "1.0.0"}, "memory": MEMORY}
        manifest.update(classes)
        ceilings = {key: classes[key] for key in classes if key != "env"}
        ceilings.update(allowed or {})
        known = {kind: dict(LABELS[kind]) for kind in LABELS}
        for kind in labels or {}:
            known[kind].update(labels[kind])
        owner = policy.check({"labels": known, "default": ceilings})
        super().__init__(package(module, manifest, blobs), owner)
        self.start()
        self.guest = self._instance.exports

    def put(self, text, at=TEXT_AT):
        """Write text or bytes into linear memory; return (address, size)."""
        data = text.encode() if isinstance(text, str) else bytes(text)
        self.guest.memory[at : at + len(data)] = data
        return at, len(data)

    def call(self, name: str, *args) -> int:
        """Call a host function; text and bytes are put into memory, [n] is room for n bytes.

        What is written into the room is in `answer` then.
        """
        words = []
        at = TEXT_AT
        room = None
        for arg in args:
            if isinstance(arg, int):
                words.append(arg)
                continue
            if isinstance(arg, list):
                room = (at, arg[0])
                self.guest.memory[at : at + arg[0]] = b"\xaa" * arg[0]
                words.extend(room)
            else:
                words.extend(self.put(arg, at))
            at += TEXT_BYTES
        result = self.guest[name](*words)
        self.answer = bytes(self.guest.memory[room[0] : sum(room)]) if room else None
        return result

    def take(self, name: str, *args) -> bytes:
        """Call a function that returns how much it has written; return that, or its error."""
        count = self.call(name, *args)
        return self.answer[:count] if count >= 0 else count

    def events(self) -> list:
        """Return what waits, as (kind, handle, value)."""
        count = self.guest.poll(EVENTS_AT, 160, 0)
        found = []
        for at in range(EVENTS_AT, EVENTS_AT + 16 * max(0, count), 16):
            record = bytes(self.guest.memory[at : at + 12])
            found.append(tuple(int.from_bytes(record[i : i + 4], "little") for i in (0, 4, 8)))
        return found
