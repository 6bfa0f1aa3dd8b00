# SPDX-License-Identifier: MIT
"""Patterns of topics."""

from support import same
from wasm import topics


def test_what_two_patterns_have_in_common():
    for a, b, both in (
        ("a/b", "a/b", "a/b"),
        ("a/b", "a/c", None),
        ("a", "a/b", None),
        ("a/+", "a/b", "a/b"),
        ("+/b", "a/+", "a/b"),
        ("a/#", "a/b/c", "a/b/c"),
        ("a/#", "a", "a"),
        ("a/#", "+/b/#", "a/b/#"),
        ("#", "a/+", "a/+"),
        ("#", "#", "#"),
        ("+", "a/b", None),
        ("a//b", "a/+/b", "a//b"),
        ("b/#", "a", None),
    ):
        same(topics.meet(a, b), both)
        same(topics.meet(b, a), both)


def test_covering():
    assert topics.covers("a/#", "a/b/+")
    assert not topics.covers("a/+", "a/#")
    assert not topics.covers("+/#", "#")
    assert topics.matches(("x", "a/+"), "a/b")
    assert not topics.matches((), "a")


def test_patterns_of_two_sides():
    same(topics.meet_all(("a/#", "b"), ("+/x", "#")), ("a/#", "b"))
    same(topics.meet_all(("a/x", "a/+"), ("a/x", "a/y")), ("a/x", "a/y"))
    same(topics.meet_all(("a",), ()), ())


def test_what_is_no_pattern():
    for pattern in ("a", "+", "#", "a/+/#", "ä/b", "a" * 64, "/", "a//b"):
        same(topics.fault(pattern), None)
    for pattern in ("", "a" * 65, "ä" * 33):
        same(topics.fault(pattern), "is not 1 to 64 bytes long")
    for pattern in ("a+", "a/b#", "++/a"):
        same(topics.fault(pattern), "has + or # beside other characters of a level")
    same(topics.fault("#/a"), "has # before its end")
