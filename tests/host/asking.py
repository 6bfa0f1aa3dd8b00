# SPDX-License-Identifier: MIT
"""Manifests and policies to test with, made from the schema."""

from hypothesis import strategies as st
from wasmlet.pure.schema import CLASSES, is_list

LEVELS = ("a", "b", "+", "#")
NAMES = ("x", "y", "z")
PATHS = ("/a", "/a/b", "/a/b/c", "/b")
APP = {"id": "org.example.app", "version": "1.0.0"}
LABELS = {
    "gpio": {name: {"pin": i} for i, name in enumerate(NAMES)},
    "i2c": {name: {"id": i} for i, name in enumerate(NAMES)},
    "spi": {name: {"id": i, "cs": 9 + i} for i, name in enumerate(NAMES)},
    "uart": {name: {"id": i} for i, name in enumerate(NAMES)},
    "adc": {name: {"pin": 20 + i} for i, name in enumerate(NAMES)},
    "pwm": {name: {"pin": 10 + i} for i, name in enumerate(NAMES)},
}


def patterns():
    """Make lists of patterns of topics."""
    levels = st.lists(st.sampled_from(LEVELS), min_size=1, max_size=3)
    valid = levels.filter(lambda found: "#" not in found[:-1])
    return st.lists(valid.map("/".join), max_size=3)


def value(row):
    """Make values of a key, as TOML has them."""
    _, kind, low, high, _ = row
    if kind in "<>":
        return st.one_of(st.integers(low, min(high, low + 3)), st.integers(low, high))
    if kind in "ob":
        return st.sampled_from([word for word in low.split() if word != "-"])
    if kind in "wsx":
        items = low.split() if kind == "w" else list(range(low, high + 1))[:4]
        return st.lists(st.sampled_from(items), min_size=1, unique=True)
    if kind == "t":
        return patterns()
    if kind == "?":
        return st.booleans()
    return st.sampled_from(PATHS if kind == "p" else NAMES)


def _is_ordered(table):
    return all(
        table.get("min_" + key[4:], 0) <= limit
        for key, limit in table.items()
        if key.startswith("max_")
    )


def table(rows, is_policy):
    """Make tables; a policy need not say anything but names."""
    needed = {row[0]: value(row) for row in rows if row[4] is None}
    rest = {row[0]: value(row) for row in rows if row[4] is not None}
    if is_policy:
        rest.update({key: needed.pop(key) for key in list(needed) if key != rows[0][0]})
    # What is missing has a default that the rest must fit to: so all of a range, or nothing.
    return st.fixed_dictionaries(needed, optional=rest).filter(
        lambda made: (
            _is_ordered(made)
            and ("min_hz" in made) == ("max_hz" in made)
            and ("min_duty" in made) == ("max_duty" in made)
        )
    )


def _apart(entries):
    paths = [entry["path"] for entry in entries if "path" in entry]
    return not any(a != b and (b + "/").startswith(a + "/") for a in paths for b in paths)


def classes(is_policy):
    """Make what a manifest, or a section of a policy, says beside who the app is."""
    made = {}
    for key, rows in CLASSES:
        made[key] = table(rows, is_policy)
        if is_list(rows):
            name = rows[0][0]
            made[key] = st.lists(
                made[key], max_size=3, unique_by=lambda entry, name=name: entry[name]
            ).filter(_apart)
    variables = st.dictionaries(st.sampled_from(("A", "B")), st.sampled_from(("1", "2")))
    return st.fixed_dictionaries({}, optional={**made, "env": variables})


def manifests():
    """Make manifests."""
    return classes(False).map(lambda made: {**made, "app": APP})


def policies():
    """Make policies, with and without a section for the app of the manifests."""
    sections = st.fixed_dictionaries(
        {}, optional={"default": classes(True), "app": classes(True).map(lambda c: {APP["id"]: c})}
    )
    return sections.map(lambda made: {**made, "labels": LABELS})
