# SPDX-License-Identifier: MIT
"""Guests with setup() and loop(), as on an Arduino."""

import time

from .errors import WasmError
from .hal import find_pins
from .imports import log as _log
from .imports import wiring
from .loader import instantiate


def sketch(source, pins=(), loops=None, log=print, imports=None, **limits):
    """Run a guest's setup() once and then its loop(), `loops` times, or until Ctrl-C.

    It may log, print, wait, and use the pins that it is granted, through the module `wiring`:
    `pins` is a sequence of numbers, or {number: object with machine.Pin's methods}. `source`,
    `log`, `imports` and `limits` are those of run(). Returns the instance. Raises CapabilityError
    when the guest uses another pin.
    """
    granted = _log.imports(log)
    granted.update(wiring.imports(log, find_pins(pins), time))
    granted.update(imports or {})
    instance = instantiate(source, granted, limits)
    exports = instance.exports
    for name in ("setup", "loop"):
        if name not in exports:
            raise WasmError("no sketch: it does not export " + name)
    exports.setup()
    loop = exports.loop
    while loops is None or loops > 0:
        loop()
        if loops is not None:
            loops -= 1
    return instance
