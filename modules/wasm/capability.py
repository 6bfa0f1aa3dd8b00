# SPDX-License-Identifier: MIT
"""What an app is granted: what it asks for, as far as the policy allows it. Pure.

docs/DESIGN.md, "Grants", has the semantics, docs/MANIFEST.md the keys.
"""

from . import topics
from .manifest import bare, beneath, line, shown
from .policy import ceilings, needs
from .schema import CLASSES, is_list

_SETS = "bwsx"


def meet(row, a, b):
    """Return what two values of a key have in common, in normal form."""
    kind = row[1]
    if kind == "t":
        return topics.meet_all(a, b)
    if kind in "<o":
        return min(a, b)
    return max(a, b) if kind == ">" else a & b


def _find(rows, entries, name: str):
    """Return the entry that speaks of a name, None if none does."""
    key, kind = rows[0][:2]
    for entry in entries:
        if entry[key] == name or (kind == "p" and beneath(name, entry[key])):
            return entry


class _Granting:
    def __init__(self, app_id: str, policy):
        self.labels = policy["labels"] if policy else {}
        self.own = policy["app"].get(app_id, ()) if policy else ()
        self.section = f'[app."{app_id}"]' if app_id else "[default]"
        self.why = "not allowed by the policy" if policy else "there is no policy"
        self.denied = []

    def deny(self, what, needed: str):
        """Note what is not given, and what policy.toml lacks."""
        what = " ".join([part for part in what if part])
        self.denied.append(f"{what}: {self.why}; policy.toml needs {needed}")

    def deny_entry(self, key: str, rows, name, asked: dict):
        pairs = [(row, asked[row[0]]) for row in rows if row[1] != "?" or asked[row[0]]]
        needed = f"{self.section} {line(key, pairs)}"
        label = None if name in self.labels.get(key, ()) else needs(key, name)
        self.deny((key, name), f"{label} and {needed}" if label else needed)

    def deny_part(self, key: str, name, row, value):
        section = self.section if key in self.own else "[default]"
        self.deny((key, name, row[0]), f"{row[0]} = {shown(row, value)} in {section} {key}")

    def entry(self, key: str, rows, asked: dict, given):
        """Return what one table or entry of a list is granted, None for nothing of use."""
        name = asked[rows[0][0]] if is_list(rows) else None
        if given is None:
            self.deny_entry(key, rows, name, asked)
            return None
        result = {}
        useful = True
        for row in rows:
            field, kind = row[:2]
            a = asked[field]
            if kind in "np":
                result[field] = a
                continue
            result[field] = both = meet(row, a, given[field])
            needed = None
            if kind == "t":
                if not all([topics.matches(both, item) for item in a]):
                    needed = given[field] + a
            elif kind in _SETS:
                if both != a:
                    needed = given[field] | a
                    useful = useful and (both or row[4] == 0)
            elif field.startswith("max_") and result.get("min_" + field[4:], 0) > both:
                needed = a
                useful = False
            if needed is not None:
                self.deny_part(key, name, row, needed)
        return result if useful else None


def grant(manifest, policy) -> dict:
    """Return the grant: no more than either side says.

    Both are in normal form, as package.read and policy.load give them; both may be None: a module
    without a manifest, a board without a policy. The grant has the shape of a manifest; entries
    for hardware have the policy's label in `hw`, and `denied` lists what is missing, as texts.
    """
    asked = manifest or bare()
    app_id = asked["app"]["id"]
    allowed = ceilings(policy, app_id)
    granting = _Granting(app_id, policy)
    env = {key: allowed["env"].get(key, value) for key, value in asked["env"].items()}
    result = {"app": asked["app"], "env": env, "denied": granting.denied}
    for key, rows in CLASSES:
        if key not in asked:
            continue
        if not is_list(rows):
            found = granting.entry(key, rows, asked[key], allowed.get(key))
        else:
            found = []
            for entry in asked[key]:
                name = entry[rows[0][0]]
                given = _find(rows, allowed.get(key, ()), name)
                given = granting.entry(key, rows, entry, given)
                if given:
                    if key in granting.labels:
                        given["hw"] = granting.labels[key][name]
                    found.append(given)
        if found:
            result[key] = found
    return result
