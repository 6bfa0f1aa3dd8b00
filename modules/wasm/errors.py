# SPDX-License-Identifier: MIT
"""Every exception that Wasmlet raises about a guest. Pure: also used by the host tools.

WasmError
    LoadError       the bytes are no module that can be run
        Malformed   they do not follow the binary format
        Invalid     a typing rule is broken
        Unsupported they need a feature that the engine leaves out
    LinkError       an import is missing or of another type
    CapabilityError the guest used what it was not granted
    Exit            the guest has ended itself
    Trap            the guest did what the specification answers with a trap
    OutOfFuel       the fuel is gone; the call can go on
"""


class WasmError(Exception):
    """Be the root of them all."""


class LoadError(WasmError):
    """Say what is wrong with a module and where.

    `code` names the error ("type mismatch"), `func_index` the function or None, `offset` the byte.
    """

    def __init__(self, message, code=None, func_index=None, offset=None):
        super().__init__(message)
        self.code = code
        self.func_index = func_index
        self.offset = offset


class Malformed(LoadError):
    """The bytes do not follow the binary format."""


class Invalid(LoadError):
    """A typing rule is broken."""


class Unsupported(LoadError):
    """The module needs a feature that the engine leaves out."""


class LinkError(WasmError):
    """Name the import that is missing or of another type: `module`, `name`; `code` as above."""

    def __init__(self, message, code=None, module=None, name=None):
        super().__init__(message)
        self.code = code
        self.module = module
        self.name = name


class CapabilityError(WasmError):
    """The guest used something that it was not granted; the text names it."""


class Exit(WasmError):
    """The guest ended itself from a host call, with an exit `code`."""

    def __init__(self, code):
        super().__init__(f"exit {code}")
        self.code = code


class Trap(WasmError):
    """End a call.

    `code` names the trap ("integer divide by zero") or the limit that was hit; `func_index` and
    `offset` (in the module's bytes) say where. `backtrace` lists (func_index, name or None,
    offset), innermost first.
    """

    def __init__(self, message, code=None, func_index=None, offset=None, backtrace=()):
        super().__init__(message)
        self.code = code
        self.func_index = func_index
        self.offset = offset
        self.backtrace = backtrace


class OutOfFuel(WasmError):
    """Stop a call that has used up its fuel; resume() goes on with it.

    The call waits until something else begins in its store, then it is abandoned.
    """

    def __init__(self, call):
        super().__init__("out of fuel")
        self._call = call

    def resume(self, fuel):
        """Add `fuel` units (None: without end), go on and return the call's result.

        Raises what the call raises, OutOfFuel included, and WasmError once it is abandoned.
        """
        return self._call.resume(fuel)
