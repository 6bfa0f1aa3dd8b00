# SPDX-License-Identifier: MIT
"""What the scripts of this folder share; runs under CPython and MicroPython."""

from wasm.errors import PackageError


def covers(row, *checks):
    """Say what the decorated test covers; tests/matrix.py reads it from the source."""
    return lambda test: test


def same(got, wanted):
    """Fail unless both are equal and of one type."""
    alike = got == wanted and type(got) is type(wanted)
    assert alike, f"{got!r}, not {wanted!r}"


def refused(function, *args):
    """Call a function that must raise PackageError; return its text."""
    try:
        result = function(*args)
    except PackageError as e:
        return str(e)
    raise AssertionError(f"PackageError expected, returned {result!r}")


def text(value):
    """Return the canonical JSON of a value, as bytes."""
    return written(value).encode()


def written(value):
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ",".join([written(k) + ":" + written(value[k]) for k in sorted(value)]) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([written(item) for item in value]) + "]"
    return str(value)


def leb(number, size=1):
    """Encode an unsigned LEB128, in at least `size` bytes."""
    encoded = b""
    while number > 127 or len(encoded) + 1 < size:
        encoded += bytes([number & 127 | 128])
        number >>= 7
    return encoded + bytes([number])


def section(name, content, kind=0):
    body = leb(len(name)) + name + content if kind == 0 else content
    return bytes([kind]) + leb(len(body)) + body


HEADER = b"\0asm\1\0\0\0"
APP = {"id": "org.example.weather", "version": "1.2.0"}


def asking(**keys):
    """Return a manifest that asks for `keys`."""
    keys["app"] = APP
    return keys


def package(manifest, *sections):
    """Return the bytes of a package."""
    return HEADER + section(b"wasmlet.manifest", text(manifest)) + b"".join(sections)


WEATHER = asking(
    memory={"max_bytes": 16384, "stack_bytes": 4096},
    cpu={"period_ms": 100, "fuel_per_period": 200000, "call_deadline_ms": 500},
    gpio=[{"label": "status-led", "mode": "out", "max_per_s": 10}],
    i2c=[{"bus": "sensors", "addrs": [0x76, 0x44], "ops": ["write-read"], "max_len": 32}],
    spi=[{"device": "flash", "modes": [0, 3], "max_hz": 8000000}],
    uart=[{"port": "gps", "mode": "r", "max_baud": 9600}],
    adc=[{"label": "light"}],
    pwm=[{"label": "buzzer", "min_hz": 200, "max_hz": 4000, "max_duty": 32768}],
    timer={"max": 4},
    kv={"bytes": 2048, "writes_per_day": 500},
    fs=[{"path": "/data", "mode": "rw", "quota_bytes": 8192}],
    msg={"publish": ["env/temp"], "subscribe": ["cfg/#"], "queue": 8},
    env={"UNIT": "C"},
    log={"level": "info", "bytes_per_s": 256},
    restart={"policy": "on-fault", "max": 5, "backoff_ms": 2000},
    random={"bytes_per_s": 16},
    time={"clocks": ["monotonic", "wall"]},
)
LABELS = {
    "gpio": {"status-led": {"pin": 25, "safe": "low"}, "button": {"pin": 3, "active_low": True}},
    "i2c": {"sensors": {"id": 0, "sda": 4, "scl": 5, "freq_hz": 400000}},
    "spi": {"flash": {"id": 0, "cs": 17}},
    "uart": {"gps": {"id": 1, "baud": 9600}},
    "adc": {"light": {"pin": 26}},
    "pwm": {"buzzer": {"pin": 15, "safe": "low"}},
}
EVERYTHING = {
    "gpio": [{"label": "status-led", "shared": True}, {"label": "button", "shared": True}],
    "i2c": [{"bus": "sensors", "shared": True}],
    "spi": [{"device": "flash", "shared": True}],
    "uart": [{"port": "gps"}],
    "adc": [{"label": "light"}],
    "pwm": [{"label": "buzzer"}],
    "timer": {},
    "kv": {},
    "fs": [{"path": "/data"}],
    "msg": {},
    "random": {},
    "time": {},
    "log": {},
}


def board(default=EVERYTHING, **apps):
    """Return a policy's source: `default` ceilings, and those of the app of APP as `own`."""
    policy = {"labels": LABELS, "default": default}
    if "own" in apps:
        policy["app"] = {APP["id"]: apps["own"]}
    return policy
