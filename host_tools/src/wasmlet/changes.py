# SPDX-License-Identifier: MIT
"""What an update changes in a grant, or in what an app asks for, as text."""

from .pure import topics
from .pure.capability import meet
from .pure.manifest import line, shown
from .pure.schema import CLASSES, is_list


def _is_within(row, a, b) -> bool:
    """Return whether a value gives nothing that another does not give."""
    if row[1] == "t":
        return all([topics.matches(b, item) for item in a])
    return meet(row, a, b) == a


def _fields(rows, what: str, old: dict, new: dict):
    found = []
    for row in rows:
        if row[1] in "np":
            continue
        key = row[0]
        a, b = old[key], new[key]
        is_narrower = _is_within(row, b, a)
        if not is_narrower or not _is_within(row, a, b):
            word = "narrower" if is_narrower else "wider"
            found.append(f"{word}: {what} {key} {shown(row, a)} -> {shown(row, b)}")
    a, b = old.get("hw"), new.get("hw")
    if a != b:
        found.append(f"wider: {what} other hardware: {_hardware(a)} -> {_hardware(b)}")
    return found


def _hardware(label) -> str:
    return ", ".join([f"{key} {label[key]}" for key in sorted(label or ())]) or "none"


def _entry(key: str, rows, name, old, new):
    """Return the changes of a table, or of an entry of a list; None is what is not there."""
    what = f"{key} {name}" if name else key
    if old and new:
        return _fields(rows, what, old, new)
    there = old or new
    text = line(key, [(row, there[row[0]]) for row in rows])
    return [f"wider: {what} is new: {text}" if new else f"narrower: {what} is gone: {text}"]


def diff(old: dict, new: dict) -> list:
    """Return a line for each difference of two grants, or of two manifests, in normal form.

    A line begins with "wider: " where the new one gives anything that the old one does not,
    otherwise with "narrower: ". Values of variables are not rights, and not compared.
    """
    found = []
    if old["app"]["id"] != new["app"]["id"]:
        found.append(f"wider: app {old['app']['id']} -> {new['app']['id']}")
    for key, rows in CLASSES:
        if not is_list(rows):
            if key in old or key in new:
                found += _entry(key, rows, None, old.get(key), new.get(key))
            continue
        label = rows[0][0]
        before = {entry[label]: entry for entry in old.get(key, ())}
        after = {entry[label]: entry for entry in new.get(key, ())}
        names = [entry[label] for entry in new.get(key, ())]
        names += [entry[label] for entry in old.get(key, ()) if entry[label] not in after]
        for name in names:
            found += _entry(key, rows, name, before.get(name), after.get(name))
    for old_env, new_env, word in (
        (old["env"], new["env"], "wider: env {} is new"),
        (new["env"], old["env"], "narrower: env {} is gone"),
    ):
        found += [word.format(key) for key in sorted(new_env) if key not in old_env]
    return found


def widens(old: dict, new: dict) -> bool:
    """Return whether the new grant gives anything that the old one does not."""
    return any([text.startswith("wider") for text in diff(old, new)])
