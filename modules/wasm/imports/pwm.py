# SPDX-License-Identifier: MIT
"""`wasmlet:pwm`: outputs that pulse, frequency and duty within their granted ranges."""

from micropython import const

_DENIED = const(-1)
_UNSUPPORTED = const(-13)
_EOPNOTSUPP = const(95)  # what the gate makes `unsupported` of


def drivers(app) -> dict:
    """Make the module's functions for an app."""
    hal = app.hal

    def open_output(index: int):
        entry = app.entries[index]
        try:
            output = hal.pwm(entry)
        except ValueError:  # the board's generators reach no further
            raise OSError(_EOPNOTSUPP)

        def close():
            output.deinit()
            hal.rest(entry, "PWM")

        app.cleanup.append(close)
        return output

    def set_output(output, frequency: int, duty: int) -> int:
        entry = app.entries[app.gate.handle - 1]
        if not entry["min_hz"] <= frequency <= entry["max_hz"]:
            return _DENIED
        if not entry["min_duty"] <= duty <= entry["max_duty"]:
            return _DENIED
        try:
            output.freq(frequency)
        except ValueError:
            return _UNSUPPORTED
        output.duty_u16(duty)
        return 0

    return {"open": open_output, "set": set_output}
