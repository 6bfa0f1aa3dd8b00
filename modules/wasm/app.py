# SPDX-License-Identifier: MIT
"""One app under its grant: from a package and a policy to a guest that runs, and its end."""

import time

import _wasm

from . import hal
from .errors import CapabilityError, Exit, OutOfFuel, Trap, WasmError
from .loader import entry, instantiate, read

_SLICE = 50_000  # units of fuel: below 50 ms on an RP2040
_HANDLES = 8  # of files, subscriptions and blobs at a time, beside what the grant counts
_LINES = 32  # of log that are kept
_NAP_MS = 5  # an event that comes while all wait is seen after so long
_POLICY = "/policy.json"
_TIERS = ("interp", "auto", "native", "flash")
_LEVELS = ("", "error: ", "warn: ", "", "debug: ")

# Modules for programs that were not made for Wasmlet, and whose file serves them.
_SHIMS = {"wasi_snapshot_preview1": "wasi", "wiring": "wiring", "arduino": "wiring"}

running = []
_claims = {}  # hardware in use: {key: [(app, whether it wants it alone)]}


# ---- From a grant to the gate's table ----


def _rows(grant: dict, kind: str, label: str, ops, max_len="max_len", active_low=False):
    """Yield (gate entry, grant item) for each item of a kind of hardware."""
    for item in grant.get(kind, ()):
        addresses = item["addrs"].to_bytes(16, "little") if "addrs" in item else None
        low = bool(active_low and item["hw"].get("active_low"))
        yield (
            (
                kind,
                item[label],
                ops(item),
                item.get(max_len, 0),
                item["max_per_s"],
                addresses,
                low,
            ),
            item,
        )


def _gpio_ops(item) -> int:
    return 1 | (item["mode"] & 2) | (4 if item["edge"] else 0)


def _i2c_ops(item) -> int:
    return item["ops"] | (8 if item["ops"] == 7 else 0)


def _all(_item) -> int:
    return 255


def _uart_ops(item) -> int:
    return item["mode"]


def table(grant: dict) -> list:
    """Return [(gate entry, grant item or None)] for a grant. Pure."""
    rows = []
    rows.extend(_rows(grant, "gpio", "label", _gpio_ops, active_low=True))
    rows.extend(_rows(grant, "i2c", "bus", _i2c_ops))
    rows.extend(_rows(grant, "spi", "device", _all))
    rows.extend(_rows(grant, "uart", "port", _uart_ops))
    rows.extend(_rows(grant, "adc", "label", _all))
    rows.extend(_rows(grant, "pwm", "label", _all))

    def single(kind, ops=255, max_len=0, rate=0):
        rows.append(((kind, "", ops, max_len, rate, None, False), grant.get(kind)))

    if "timer" in grant:
        single("timer", max_len=grant["timer"]["max"], rate=grant["timer"]["min_ms"])
    if "kv" in grant:
        single("kv", max_len=grant["kv"]["bytes"])
    if "fs" in grant:
        ops = 0
        for item in grant["fs"]:
            ops |= item["mode"]
        single("fs", ops)
    if "msg" in grant:
        msg = grant["msg"]
        ops = (1 if msg["publish"] else 0) | (2 if msg["subscribe"] else 0)
        single("msg", ops, msg["max_len"], msg["max_per_s"])
    if grant["log"]["level"] and grant["log"]["bytes_per_s"]:
        single("log", rate=grant["log"]["bytes_per_s"])
    if "random" in grant:
        single("random", rate=grant["random"]["bytes_per_s"])
    if "time" in grant:
        single("time", grant["time"]["clocks"])
    single("blob")
    single("sys")
    return rows


def claims(grant: dict) -> list:
    """Return [(key, alone)]: the hardware that a grant uses, and whether nobody else may. Pure."""
    keys = []
    for item in grant.get("gpio", ()):
        keys.append((("pin", item["hw"]["pin"]), item["mode"] & 2 and not item["shared"]))
    for item in grant.get("adc", ()):
        keys.append((("pin", item["hw"]["pin"]), False))
    for item in grant.get("pwm", ()):
        keys.append((("pin", item["hw"]["pin"]), True))
        keys.append((("pwm", hal.pulser(item["hw"]["pin"])), True))
    for kind in ("i2c", "spi", "uart"):  # whoever drives a line of a bus has it alone
        for item in grant.get(kind, ()):
            for line in ("sda", "scl", "sck", "mosi", "miso", "cs", "tx", "rx"):
                if item["hw"].get(line, -1) >= 0:
                    keys.append((("pin", item["hw"][line]), False))
    for item in grant.get("i2c", ()):
        for address in range(128):
            if item["addrs"] >> address & 1:
                keys.append((("i2c", item["hw"]["id"], address), not item["shared"]))
    for item in grant.get("spi", ()):
        keys.append((("spi", item["hw"]["id"], item["hw"]["cs"]), not item["shared"]))
    for item in grant.get("uart", ()):
        keys.append((("uart", item["hw"]["id"]), True))
    return keys


def _claim(app):
    for other in running:
        if other.id == app.id and other is not app and app.grant["app"]["id"]:
            raise CapabilityError(f"{app.id}: an app of this id is {other.state} already")
    wanted = claims(app.grant)
    for key, alone in wanted:
        for other, other_alone in _claims.get(key, ()):
            if alone or other_alone:
                what = " ".join([str(part) for part in key])
                raise CapabilityError(f"{app.id}: {what} is in use by {other.id}")
    for key, alone in wanted:
        _claims.setdefault(key, []).append((app, alone))


def _unclaim(app):
    for key in list(_claims):
        rest = [claim for claim in _claims[key] if claim[0] is not app]
        if rest:
            _claims[key] = rest
        else:
            del _claims[key]


# ---- The app ----


def _find_policy(policy):
    """Return the policy: as given, of a path, or of /policy.json; None where there is none."""
    from .policy import load

    if isinstance(policy, str):
        return load(read(policy))
    if policy is not None:
        return policy
    try:
        with open(_POLICY, "rb") as file:
            data = file.read()
    except OSError:
        return None
    return load(data)


class App:
    """A package, what it is granted, and the guest while it runs.

    `state` is "stopped", "running", "backoff" (it will start again) or "faulted" (see `fault`).
    `denied` counts by reason the host calls that were refused.
    """

    def __init__(self, source, policy=None, log=None):
        """Load a package from a path or bytes.

        `policy` is a policy, a path, or None for the board's /policy.json. `log`, where given,
        gets each line of log. Raises PackageError, LoadError, and CapabilityError when the package
        asks for what the policy does not give.
        """
        from . import package
        from .capability import grant

        self.path = source if isinstance(source, str) else ""
        self._data = read(source) if isinstance(source, str) else source
        self.package = package.read(self._data)
        self.grant = grant(self.package.manifest, _find_policy(policy))
        self.id = self.grant["app"]["id"] or self.path or "app"
        if self.grant["denied"]:
            raise CapabilityError(self.id + ":\n  " + "\n  ".join(self.grant["denied"]))
        self.hal = hal
        self.clock = time
        self.broker = None
        self.state = "stopped"
        self.fault = None
        self.result = None
        self.restarts = 0
        self.is_ready = False
        self.gate = None
        self.files = None  # what modules with files share
        self._emit = log
        self._lines = []
        self.entries = []  # the grant's items behind the gate's entries, for drivers
        self.cleanup = []  # functions of drivers, called when the app stops, the newest first
        self._instance = None
        self._call = None
        self._counts = {}

    @classmethod
    def load(cls, source, policy=None, log=None):
        """Return App(source, policy, log)."""
        return cls(source, policy, log)

    def __repr__(self):
        return f"<App {self.id} {self.state}>"

    # ---- What drivers use ----

    def memory(self):
        """Return the guest's first linear memory, None when it exports none."""
        exports = self._instance.exports if self._instance else ()
        return exports.memory if "memory" in exports else None

    def log(self, level: int, text: str):
        """Keep a line of log, and pass it on."""
        if len(self._lines) >= _LINES:
            self._lines.pop(0)
        line = _LEVELS[level] + text
        self._lines.append(line)
        if self._emit:
            self._emit(line)

    def _warn(self, text: str):
        self.log(2, text)

    def ready(self):
        """Note that the app says that it has started well."""
        self.is_ready = True

    def exit(self, code: int):
        """End the guest from within one of its host calls."""
        raise Exit(code)

    # ---- Linking ----

    def _imports(self) -> dict:
        """Bind what the module imports; raise CapabilityError for what no grant covers."""
        from .manifest import example

        imports = {}
        drivers = {}
        for module, name, _kind, type_ in _wasm.Module(self._data).imports:
            space = imports.setdefault(module, {})
            if module in _SHIMS:
                shim = _SHIMS[module]
                if shim not in drivers:
                    drivers[shim] = _submodule("imports." + shim).binder(self)
                bound = drivers[shim](name, type_)
                if bound:
                    space[name] = bound
            if not module.startswith("wasmlet:"):
                continue
            kind = module[8:]
            function = f"{kind}.{name}"
            try:
                self.gate.bind(function, None)  # first: drivers look for what is granted
            except ValueError:
                continue  # linking says so
            except KeyError:
                raise CapabilityError(
                    f"{self.id} imports {module} {name} without a grant: "
                    f"its wasmlet.toml needs {example(kind, name)}"
                )
            if kind not in drivers:
                drivers[kind] = self._drivers(kind)
            space[name] = self.gate.bind(function, drivers[kind].get(name))
        return imports

    def _drivers(self, kind: str) -> dict:
        try:
            return _submodule("imports." + kind).drivers(self)
        except ImportError:
            return {}

    # ---- Life ----

    def start(self):
        """Claim the hardware, link, and be ready for the first step.

        Raises CapabilityError when an import has no grant or another app uses the same hardware.
        """
        if self.state == "running":
            raise WasmError(self.id + " is running")
        self.fault = None
        self.result = None
        self.restarts = 0
        self._start()

    def _start(self):
        self.is_ready = False
        try:
            _claim(self)
            self._link()
        except BaseException:
            self._release(self.state)
            raise
        self.state = "running"
        if self not in running:
            running.append(self)

    def _link(self):
        grant = self.grant
        rows = table(grant)
        self.entries = [row[1] for row in rows]
        handles = _HANDLES + grant.get("timer", {}).get("max", 0)
        entries = [row[0] for row in rows]
        self.gate = _wasm.Gate(entries, handles, grant["cpu"]["calls_per_s"])
        memory = grant["memory"]
        self._quota = grant["cpu"]["fuel_per_period"] or None
        limits = {
            "fuel": self._quota,
            "memory_max": memory["max_bytes"] or None,
            "stack": memory["stack_bytes"] or None,
            "code_cache": memory["code_cache_bytes"] or None,
            "tier": _TIERS[grant["cpu"]["tier"]],
            "native_code": memory["native_code_bytes"],
        }
        self._period = self.clock.ticks_ms()
        self._busy_us = 0
        self._instance = instantiate(self._data, self._imports(), limits, self.id, self._warn)
        self._call = self._first()

    def _first(self):
        exports = self._instance.exports
        if "setup" in exports and "loop" in exports:
            return exports.setup.begin()
        function, args = entry(self._instance)
        if function:
            return function.begin(*args)
        if not self._instance.started:
            raise WasmError("nothing to run: it exports none of _start, main, run, setup + loop")
        return None

    def step(self, fuel=_SLICE):
        """Run the guest for at most `fuel` units.

        Returns in how many ms it is worth calling again: 0 at once, -1 when an event comes, None
        when it has ended. Raises what ended it, unless it will start again.
        """
        try:
            if self.state == "backoff":
                left = self.clock.ticks_diff(self._period, self.clock.ticks_ms())
                if left > 0:
                    return left
                self._start()  # others may have taken its hardware meanwhile
            if self.state != "running":
                return None
            return self._step(fuel)
        except Exit as e:
            self.result = e.code
            return self._end()
        except Exception as e:
            self.fault = e
            if not self._again(1):
                self._release("faulted")
                raise
            return self.step()

    def _step(self, fuel: int):
        began = self.clock.ticks_us()
        if self._call is None:
            left = None
        else:
            try:
                left = self._call.step(fuel)
            except OutOfFuel:
                self._note_work(began)
                return self._throttle()
        if left is None and not self._next():
            return self._end()
        if left != 0:
            self._busy_us = 0
        else:
            self._note_work(began)
        return left or 0

    def _note_work(self, began: int):
        """Count what has passed since `began`, in us; raise Trap beyond the deadline."""
        self._busy_us += self.clock.ticks_diff(self.clock.ticks_us(), began)
        busy = self._busy_us // 1000
        deadline = self.grant["cpu"]["call_deadline_ms"]
        if deadline and busy > deadline:
            raise Trap(f"ran for {busy} ms without waiting ({deadline} granted)", "deadline")

    def _next(self) -> bool:
        """Begin loop() after setup() and after each loop(); False when the guest has ended."""
        exports = self._instance.exports
        if self._call is not None:
            self.result = self._call.result
        if "setup" in exports and "loop" in exports:
            self._call = exports.loop.begin()
            return True
        return False

    def _throttle(self) -> int:
        """Give fuel when a period has passed, or as many as what is overdrawn takes.

        A block of code or a fill of memory is not cut in two. Returns the ms until then.
        """
        now = self.clock.ticks_ms()
        overdrawn = max(0, -self._instance.fuel)
        periods = overdrawn // self._quota + 1
        left = periods * self.grant["cpu"]["period_ms"] - self.clock.ticks_diff(now, self._period)
        if left > 0:
            return left
        self._period = now
        self._instance.fuel = periods * self._quota - overdrawn
        return 0

    def _end(self):
        if self._again(2):
            return self.step()
        self._release("stopped")
        return None

    def _again(self, least: int) -> bool:
        """Go to "backoff" when the restart policy is at least `least`: 1 on a fault, 2 always."""
        restart = self.grant["restart"]
        if restart["policy"] < least or self.restarts >= restart["max"]:
            return False
        self.restarts += 1
        self._release("backoff")
        self._period = self.clock.ticks_add(self.clock.ticks_ms(), restart["backoff_ms"])
        return True

    def run(self):
        """Start it, run it to its end in the foreground, return its result. Ctrl-C stops it."""
        self.start()
        try:
            while True:
                left = self.step()
                if left is None:
                    return self.result
                if left:
                    self.clock.sleep_ms(_NAP_MS if left < 0 else min(left, _NAP_MS))
        finally:
            self.stop()

    def stop(self):
        """End the guest, whatever it does; its hardware goes to its safe state."""
        if self.state in ("running", "backoff"):
            self._release("stopped")

    def _release(self, state: str):
        self.state = state
        if self in running and state != "backoff":
            running.remove(self)
        if self.gate:
            self._counts = self.gate.denied
            self.gate.close()
        while self.cleanup:
            try:
                self.cleanup.pop()()
            except Exception as e:
                self.log(1, f"stopping: {e!r}")
        self._instance = None
        self._call = None
        self.gate = None
        _unclaim(self)

    # ---- For the owner ----

    @property
    def denied(self) -> dict:
        """Host calls refused or failed, counted by reason."""
        return self.gate.denied if self.gate else self._counts

    def logs(self) -> list:
        """Return the last lines of log."""
        return list(self._lines)


def _submodule(name: str):
    return __import__("wasm." + name, None, None, True)


def serve(ms=None):
    """Run all apps that are started, a slice each in turn, for `ms` or until all have ended.

    An app that fails is left "faulted"; the others go on. Ctrl-C ends this, not the apps.
    """
    end = None if ms is None else time.ticks_add(time.ticks_ms(), ms)
    while running and (end is None or time.ticks_diff(end, time.ticks_ms()) > 0):
        nap = _NAP_MS
        for app in list(running):
            try:
                left = app.step()
            except Exception as e:
                app.log(1, f"{type(e).__name__}: {e}")
                continue
            if left is not None and 0 <= left < nap:
                nap = left
        if nap:
            time.sleep_ms(nap)


def ps() -> list:
    """Return the apps that run, or will run again."""
    return list(running)
