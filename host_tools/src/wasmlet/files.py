# SPDX-License-Identifier: MIT
"""Reads what the commands work on; what is wrong with a file is a ToolError that names it."""

import json
from pathlib import Path

try:
    import tomllib
except ImportError:
    import tomli as tomllib

from .errors import FAILED, ToolError
from .pack import canonical_json
from .pure import capability, package, policy
from .pure.errors import PackageError

_PINS = ("pin", "sda", "scl", "sck", "mosi", "miso", "cs", "tx", "rx")


def read(path):
    """Return a file's bytes."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ToolError(f"{path}: {error.strerror}") from None


def write(path, data):
    """Write a file."""
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        raise ToolError(f"{path}: {error.strerror}") from None


def toml(path):
    """Return the tables of a TOML file."""
    try:
        return tomllib.loads(read(path).decode())
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError are
        raise ToolError(f"{path}: {error}") from None


def checked(path, function, *args):
    """Call a function that raises PackageError about a file."""
    try:
        return function(*args)
    except PackageError as error:
        raise ToolError(f"{path}: {error}", FAILED) from None


def load_package(path):
    """Return a package, in which the manifest is checked."""
    return checked(path, package.read, read(path))


def compile_policy(path):
    """Return a policy's canonical JSON; `path` is TOML, or JSON by its name."""
    if str(path).endswith(".json"):
        data = read(path)
    else:
        source = toml(path)
        checked(path, policy.check, source)
        data = checked(path, canonical_json, source)
    checked(path, policy.load, data)
    return data


def load_policy(path):
    """Return a policy in normal form."""
    return policy.load(compile_policy(path))


def granted(path, policy_path=None):
    """Return what a package is granted under a policy; without one, what it asks for."""
    found = load_package(path)
    asked = found.manifest or capability.grant(None, None)
    return capability.grant(asked, load_policy(policy_path)) if policy_path else asked


def doubled_pins(source):
    """Yield (pin, labels) for each pin of a policy's source that several labels have."""
    users = {}
    for kind, labels in json.loads(source).get("labels", {}).items():
        for label, entry in labels.items():
            for key, value in entry.items():
                shares_bus = kind == "spi" and key in ("sck", "mosi", "miso")
                if key in _PINS and value >= 0 and not shares_bus:
                    users.setdefault(value, []).append(f"{kind} {label}")
    yield from sorted((pin, labels) for pin, labels in users.items() if len(labels) > 1)
