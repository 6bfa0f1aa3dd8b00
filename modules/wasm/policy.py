# SPDX-License-Identifier: MIT
"""What a board's owner allows: labels of its hardware, and ceilings for apps. Pure.

Ceilings have the keys of a manifest; what is missing in an entry is not limited, what has no entry
is not given. An app's own ceilings take the place of the default ones, class by class.
"""

from . import canonical
from .errors import PackageError
from .manifest import KEYS, classes, expect_keys, fail, join, name, table
from .schema import ALWAYS, CLASSES, most

MAX_BYTES = 16384
MAX_LABELS = 64  # of a class

LABELS = (
    (
        "gpio",  # pins
        (
            ("pin", "i", 0, 255, None),  # number of the pin
            ("active_low", "?", 0, 1, 0),  # whether the guest's 1 is the pin's low level
            ("safe", "o", "input low high", 0, 0),  # state of the pin when its app has ended
        ),
    ),
    (
        "i2c",  # buses
        (
            ("id", "i", 0, 15, None),  # number of the controller
            ("sda", "i", -1, 255, -1),  # pin; -1: the board's own
            ("scl", "i", -1, 255, -1),  # pin; -1: the board's own
            ("freq_hz", "i", 1000, 5000000, 100000),  # Hz of its clock
        ),
    ),
    (
        "spi",  # devices: a bus and a chip select
        (
            ("id", "i", 0, 15, None),  # number of the controller
            ("sck", "i", -1, 255, -1),  # pin; -1: the board's own
            ("mosi", "i", -1, 255, -1),  # pin; -1: the board's own
            ("miso", "i", -1, 255, -1),  # pin; -1: the board's own
            ("cs", "i", 0, 255, None),  # pin, low while the device is selected
        ),
    ),
    (
        "uart",  # ports
        (
            ("id", "i", 0, 15, None),  # number of the controller
            ("tx", "i", -1, 255, -1),  # pin; -1: the board's own
            ("rx", "i", -1, 255, -1),  # pin; -1: the board's own
            ("baud", "i", 300, 10000000, 115200),  # baud
        ),
    ),
    (
        "adc",  # inputs
        (("pin", "i", 0, 255, None),),  # number of the pin
    ),
    (
        "pwm",  # outputs
        (
            ("pin", "i", 0, 255, None),  # number of the pin
            ("safe", "o", "input low high", 0, 0),  # state of the pin when its app has ended
        ),
    ),
)


def _labels(value, path: str) -> dict:
    expect_keys(value, [key for key, _ in LABELS], path)
    result = {}
    for key, rows in LABELS:
        where = join(path, key)
        found = value.get(key, {})
        expect_keys(found, found, where)
        if len(found) > MAX_LABELS:
            fail(where, f"has more than {MAX_LABELS} labels")
        result[key] = {}
        for label in sorted(found):
            name(label, 1, 32, where)
            result[key][label] = table(rows, found[label], join(where, label))
    return result


def needs(key: str, label: str) -> str:
    """Return the lines of TOML that a label needs, with values to be filled in."""
    for other, rows in LABELS:
        if other == key:
            blanks = ", ".join([row[0] + " = ..." for row in rows if row[4] is None])
            return f"[labels.{key}] {label} = {{{blanks}}}"


def _ceilings(value, path: str, labels: dict) -> dict:
    expect_keys(value, KEYS, path)
    result = classes(value, path, most)
    for key, rows in CLASSES:
        if key not in labels:
            continue
        label = rows[0][0]
        for i, entry in enumerate(result.get(key, ())):
            if entry[label] not in labels[key]:
                where = f"{path}.{key}[{i}].{label}"
                fail(where, "needs " + needs(key, entry[label]))
    return result


def check(value) -> dict:
    """Check a policy; return it in normal form. Raises PackageError, which says where."""
    expect_keys(value, ("labels", "default", "app"), "")
    labels = _labels(value.get("labels", {}), "labels")
    apps = value.get("app", {})
    expect_keys(apps, apps, "app")
    result = {"labels": labels, "app": {}}
    result["default"] = _ceilings(value.get("default", {}), "default", labels)
    for app_id in sorted(apps):
        name(app_id, 1, 64, "app")
        result["app"][app_id] = _ceilings(apps[app_id], f'app."{app_id}"', labels)
    return result


def load(data) -> dict:
    """Read a policy from the bytes of policy.json. Raises PackageError."""
    if len(data) > MAX_BYTES:
        raise PackageError(f"policy of more than {MAX_BYTES} bytes")
    return check(canonical.parse(data, 0, None, MAX_BYTES // 8))


def ceilings(policy, app_id: str) -> dict:
    """Return what an app may have at most; `policy` may be None.

    Where it says nothing: log at the schema's rate and level, and as much memory and time as the
    board has.
    """
    result = {}
    for key, rows in CLASSES[:ALWAYS]:
        result[key] = {row[0]: row[4] if key == "log" else most(row) for row in rows}
    result["env"] = {}
    if policy:
        result.update(policy["default"])
        own = policy["app"].get(app_id, {})
        variables = dict(result["env"])
        variables.update(own.get("env", {}))
        result.update(own)
        result["env"] = variables
    return result
