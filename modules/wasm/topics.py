# SPDX-License-Identifier: MIT
"""Patterns of topics, as in MQTT: `+` stands for one level, `#` for all that follow. Pure."""

MAX_BYTES = 64


def fault(pattern: str):
    """Return why a text is no pattern, None if it is one."""
    if not 0 < len(pattern.encode()) <= MAX_BYTES:
        return f"is not 1 to {MAX_BYTES} bytes long"
    levels = pattern.split("/")
    for level in levels:
        if len(level) > 1 and ("+" in level or "#" in level):
            return "has + or # beside other characters of a level"
    return "has # before its end" if "#" in levels[:-1] else None


def meet(a: str, b: str):
    """Return the pattern of all topics that match both, None if there are none."""
    left, right = a.split("/"), b.split("/")
    levels = []
    for at in range(len(left) + len(right)):
        x = left[at] if at < len(left) else None
        y = right[at] if at < len(right) else None
        if x == "#" or y == "#":
            levels += (right if x == "#" else left)[at:]
            break
        if x is None and y is None:
            break
        if x is None or y is None or (x != y and x != "+" and y != "+"):
            return None
        levels.append(y if x == "+" else x)
    return "/".join(levels)


def covers(pattern: str, topic: str) -> bool:
    """Return whether `pattern` matches a topic, or all that a second pattern matches.

    Patterns are compared as they are written: `+/#` does not cover `#`, though both match all.
    """
    return meet(pattern, topic) == topic


def meet_all(a, b) -> tuple:
    """Return the patterns of what matches any of `a` and any of `b`, none covering another."""
    found = []
    for x in a:
        for y in b:
            both = meet(x, y)
            if both is not None and not matches(found, both):
                found = [other for other in found if not covers(both, other)]
                found.append(both)
    return tuple(found)


def matches(patterns, topic: str) -> bool:
    """Return whether one of the patterns covers a topic."""
    return any(covers(pattern, topic) for pattern in patterns)
