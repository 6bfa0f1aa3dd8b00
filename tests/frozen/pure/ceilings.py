# SPDX-License-Identifier: MIT
"""Every key of a manifest, asked for beyond what the policy allows; from the schema."""

from support import LABELS, asking, covers, refused, same, text
from wasm import capability, manifest, policy
from wasm.schema import CLASSES, is_list

OTHER = "other"


def more_and_less(row):
    """Return two values of a key, as a manifest has them: one that is more, one that is less."""
    _, kind, low, high, _ = row
    if kind in "<>":
        return (high, low) if kind == "<" else (low, high)
    if kind == "?":
        return True, False
    words = [word for word in low.split() if word != "-"] if kind in "obw" else ()
    if kind in "ob":
        return words[-1], words[0]
    if kind == "w":
        return words, words[:1]
    if kind in "sx":
        return [low, low + 1], [low]
    return ["a", "b"], ["a"]


def entry_of(key, rows, **fields):
    """Return a table of a class with a name and what has no default, and the fields."""
    entry = {
        row[0]: more_and_less(row)[1] for row in rows if row[4] is None and row[1] not in "np"
    }
    if is_list(rows):
        entry[rows[0][0]] = name_of(key)
    entry.update(fields)
    return entry


def name_of(key):
    return sorted(LABELS[key])[0] if key in LABELS else "/data"


def grant(key, rows, asked, allowed):
    """Return the grant of a class's tables, None where there is none, and what is denied."""
    wrap = (lambda table: [table]) if is_list(rows) else (lambda table: table)
    given = policy.load(text({"labels": LABELS, "default": {key: wrap(allowed)}}))
    found = capability.grant(manifest.check(asking(**{key: wrap(asked)})), given)
    granted = found.get(key)
    return granted and (granted[0] if is_list(rows) else granted), found["denied"]


@covers("manifest:*", "ceiling")
def test_no_more_than_the_policy_allows():
    for key, rows in CLASSES:
        for row in rows:
            field, kind = row[:2]
            if kind in "np":
                continue
            more, less = more_and_less(row)
            allowed = {field: less}
            if is_list(rows):
                allowed[rows[0][0]] = name_of(key)
            granted, denied = grant(key, rows, entry_of(key, rows, **{field: more}), allowed)
            where = (key, field, granted, denied)
            wanted = manifest.normal(row, less, "")
            assert granted is None or granted[field] == wanted, where
            is_part = kind in "bwsxt" and manifest.normal(row, more, "") != wanted
            assert not is_part or any([field in line for line in denied]), where
            assert granted or denied, where


@covers("manifest:*", "ceiling")
def test_as_much_as_the_policy_allows():
    for key, rows in CLASSES:
        for row in rows:
            field, kind = row[:2]
            if kind in "np" or field.startswith("min_"):
                continue
            more, _ = more_and_less(row)
            allowed = {field: more}
            if is_list(rows):
                allowed[rows[0][0]] = name_of(key)
            if kind == "?":
                allowed[field] = more
            granted, denied = grant(key, rows, entry_of(key, rows, **{field: more}), allowed)
            same((key, field, denied), (key, field, []))
            same(granted[field], manifest.normal(row, more, ""))


@covers("manifest:*", "ceiling")
def test_no_other_names():
    for key, rows in CLASSES:
        if not is_list(rows):
            continue
        field = rows[0][0]
        name = OTHER if key in LABELS else "/other"
        granted, denied = grant(
            key, rows, entry_of(key, rows, **{field: name}), {field: name_of(key)}
        )
        same((key, granted, len(denied)), (key, None, 1))
        assert name in denied[0], denied


@covers("manifest:app.abi", "excess")
def test_another_interface():
    asked = asking()
    asked["app"] = {"id": "a", "version": "1.0.0", "abi": 2}
    same(refused(manifest.check, asked), "app.abi: 2 is not in 1..1")
