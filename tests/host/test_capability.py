# SPDX-License-Identifier: MIT
"""What holds for every manifest and every policy: properties of grants, and hostile input.

WASMLET_EXAMPLES sets how many examples each property is tried with; hostile input is tried ten
times as often.
"""

import copy
import os

import asking
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from wasmlet.changes import diff
from wasmlet.pack import canonical_json, section
from wasmlet.pure import capability, manifest, package, policy, topics
from wasmlet.pure.errors import PackageError
from wasmlet.pure.schema import ALWAYS, CLASSES, is_list

EXAMPLES = int(os.environ.get("WASMLET_EXAMPLES", "100"))


def tries(count):
    """Return a decorator that tries a property with so many examples."""
    return settings(
        max_examples=count,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking these takes minutes
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )


TOPICS = ["a", "b", "c", "a/a", "a/b", "b/a", "a/b/c", "c/c/c/c"]
manifests = asking.manifests().map(manifest.check)
policies = asking.policies().map(policy.check)


def rights(granted):
    """Return everything that a grant allows, as {path: value}, comparable by `within`."""
    found = {}
    for key, rows in CLASSES:
        if key not in granted:
            continue
        for entry in granted[key] if is_list(rows) else [granted[key]]:
            name = entry[rows[0][0]] if is_list(rows) else ""
            for row in rows:
                if row[1] not in "np":
                    found[(key, name, row[0])] = (row, entry[row[0]])
    return found


def allows(row, a, b):
    """Return whether a value allows at most what another does, by the meaning of its kind."""
    kind = row[1]
    if kind in "<o":
        return a <= b
    if kind == ">":
        return a >= b
    if kind == "t":
        return all(topics.matches(b, topic) for topic in TOPICS if topics.matches(a, topic))
    return a & ~b == 0


def within(a, b):
    """Return whether all rights of `a` are within those of `b`; files by folder."""
    theirs = rights(b)
    for (key, name, field), (row, mine) in rights(a).items():
        names = [name]
        if key == "fs":
            names = [
                other["path"] for other in b.get("fs", ()) if manifest.beneath(name, other["path"])
            ]
        if not any(
            (key, other, field) in theirs and allows(row, mine, theirs[(key, other, field)][1])
            for other in names
        ):
            return False
    return True


@tries(EXAMPLES)
@given(manifests, policies)
def test_a_grant_never_exceeds_either_side(asked, allowed):
    granted = capability.grant(asked, allowed)
    assert within(granted, asked)
    assert within(granted, policy.ceilings(allowed, asked["app"]["id"]))
    assert set(granted["env"]) == set(asked["env"])


@tries(EXAMPLES)
@given(manifests, policies)
def test_what_is_not_granted_is_denied_or_shrunk(asked, allowed):
    granted = capability.grant(asked, allowed)
    if not granted["denied"]:
        wanted = {key[:2] for key in rights(asked)}
        assert {key[:2] for key in rights(granted)} == wanted
        for path, (row, value) in rights(granted).items():
            if row[1] in "bwsx":
                assert value == rights(asked)[path][1]


@tries(EXAMPLES)
@given(manifests)
def test_everything_gives_what_is_asked_for(asked):
    everything = {key: {} for key, rows in CLASSES if not is_list(rows)}
    for key, rows in CLASSES:
        if is_list(rows):
            field, kind = rows[0][:2]
            names = ("/a", "/b") if kind == "p" else asking.NAMES
            shared = {"shared": True} if "shared" in [row[0] for row in rows] else {}
            everything[key] = [{field: name, **shared} for name in names]
    allowed = policy.check({"labels": asking.LABELS, "default": everything})
    granted = capability.grant(asked, allowed)
    assert granted["denied"] == []
    assert within(asked, granted)
    assert within(granted, asked)


@tries(EXAMPLES)
@given(manifests)
def test_without_a_policy_an_app_may_log(asked):
    granted = capability.grant(asked, None)
    always = {key for key, _ in CLASSES[:ALWAYS]}
    assert set(granted) == always | {"app", "env", "denied"}
    lacks = sum(
        len(asked[key]) if is_list(rows) else 1 for key, rows in CLASSES[ALWAYS:] if key in asked
    )
    assert len(granted["denied"]) == lacks


def widened(draw, source, is_policy):
    """Return a copy of a manifest's or a ceiling's source that says as much, or more."""
    source = copy.deepcopy(source)
    for key, rows in CLASSES:
        if key not in source:
            continue
        for entry in source[key] if is_list(rows) else [source[key]]:
            for row in rows:
                _, kind, low, high, _ = row
                field = row[0]
                if field not in entry or kind in "np" or not draw(st.booleans()):
                    continue
                old = entry[field]
                if kind == "<":
                    entry[field] = draw(st.integers(old, high))
                elif kind == ">":
                    entry[field] = draw(st.integers(low, old))
                elif kind == "o":
                    entry[field] = draw(st.sampled_from(low.split()[low.split().index(old) :]))
                elif kind == "?":
                    entry[field] = True
                elif kind in "wsx":
                    more = [item for item in draw(asking.value(row)) if item not in old]
                    entry[field] = old + more
                elif kind == "t":
                    entry[field] = old + draw(asking.patterns())
                elif kind == "b":
                    words = low.split()
                    bits = words.index(old)
                    entry[field] = draw(
                        st.sampled_from(
                            [
                                word
                                for i, word in enumerate(words)
                                if i & bits == bits and word != "-"
                            ]
                        )
                    )
        if is_list(rows) and draw(st.booleans()):
            field = rows[0][0]
            more = draw(asking.table(rows, is_policy))
            names = [entry[field] for entry in source[key]]
            if not any(manifest.overlap(rows, name, more[field]) for name in names):
                source[key].append(more)
    return source


@tries(EXAMPLES)
@given(st.data(), asking.manifests(), policies)
def test_asking_for_more_gives_no_less(data, source, allowed):
    asked = manifest.check(source)
    more = manifest.check(widened(data.draw, source, False))
    assert within(asked, more)
    assert within(capability.grant(asked, allowed), capability.grant(more, allowed))


@tries(EXAMPLES)
@given(st.data(), manifests, asking.policies())
def test_allowing_more_gives_no_less(data, asked, source):
    more = copy.deepcopy(source)
    if "default" in more:
        more["default"] = widened(data.draw, more["default"], True)
    for app_id in more.get("app", {}):
        more["app"][app_id] = widened(data.draw, more["app"][app_id], True)
    less, more = policy.check(source), policy.check(more)
    assert within(capability.grant(asked, less), capability.grant(asked, more))


@tries(EXAMPLES)
@given(manifests, manifests, policies)
def test_an_update_never_widens_silently(old, new, allowed):
    before, after = capability.grant(old, allowed), capability.grant(new, allowed)
    changes = diff(before, after)
    is_wider = any(line.startswith("wider: ") for line in changes)
    assert is_wider or within(after, before)
    assert changes or (within(before, after) and set(before["env"]) == set(after["env"]))
    assert diff(before, before) == []
    back = [line.split(": ")[0] for line in diff(after, before)]
    assert len(back) == len(changes)
    assert all(line in ("wider", "narrower") for line in back)


@tries(EXAMPLES)
@given(st.data(), asking.manifests(), policies)
def test_nothing_is_wider_where_nothing_is(data, source, allowed):
    old = manifest.check(widened(data.draw, source, False))
    new = manifest.check(source)
    for line in diff(old, new):
        assert line.startswith("narrower: "), line


WORDS = st.sampled_from(
    [None, True, -1, 0, 1, 10**12, 1.5, "", "x", "#", "read", [], {}, [1], {"a": 1}]
)


def mutated(draw, value):
    """Return a value in which one thing is another: a key, an item, a value."""
    if isinstance(value, dict) and value and draw(st.integers(0, 4)):
        key = draw(st.sampled_from(sorted(value)))
        result = dict(value)
        inner = result.pop(key)
        if draw(st.integers(0, 5)) == 0:
            key = draw(st.sampled_from(["", "x", key + "s", key[1:], "max_hz", "label"]))
        result[key] = mutated(draw, inner)
        return result
    if isinstance(value, list) and value and draw(st.integers(0, 4)):
        at = draw(st.integers(0, len(value) - 1))
        middle = [mutated(draw, value[at])] * draw(st.integers(0, 2))
        return value[:at] + middle + value[at + 1 :]
    return draw(WORDS)


def one_error(function, *args):
    """Call a function; only PackageError may come, with a text of one short line."""
    try:
        function(*args)
    except PackageError as error:
        text = str(error)
        assert text
        assert "\n" not in text
        assert len(text) < 400


@tries(10 * EXAMPLES)
@given(st.data(), asking.manifests())
def test_hostile_manifests(data, source):
    wrong = mutated(data.draw, source)
    one_error(manifest.check, wrong)
    one_error(lambda: package.read(packed(canonical_json(wrong))))


@tries(10 * EXAMPLES)
@given(st.data(), asking.policies())
def test_hostile_policies(data, source):
    wrong = mutated(data.draw, source)
    one_error(policy.check, wrong)
    one_error(lambda: policy.load(canonical_json(wrong)))


def packed(text, *more):
    sections = [section("wasmlet.manifest", text), *more]
    return b"\0asm\1\0\0\0" + b"".join(sections)


@tries(10 * EXAMPLES)
@given(st.data(), asking.manifests())
def test_hostile_bytes(data, source):
    whole = bytearray(packed(canonical_json(source), section("wasmlet.blob.a", b"12345", 3, 4)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        end = at + data.draw(st.integers(0, 4))
        whole[at:end] = data.draw(st.binary(max_size=4))
        whole = whole or bytearray(b"\0")
    one_error(lambda: capability.grant(package.read(bytes(whole)).manifest, None))


@tries(10 * EXAMPLES)
@given(st.binary(max_size=200))
def test_any_bytes(data):
    one_error(package.read, data)
    one_error(package.read, b"\0asm\1\0\0\0" + data)
    one_error(policy.load, data)


@tries(EXAMPLES)
@given(asking.manifests())
def test_json_and_back(source):
    data = packed(canonical_json(source))
    assert package.read(data).manifest == manifest.check(source)


@pytest.mark.parametrize("size", [0, 1, 3, 127, 128, 16383, 16384, 70000])
@pytest.mark.parametrize("at", range(8, 13))
def test_sections_are_aligned(size, at):
    made = section("wasmlet.blob.a", bytes(size), at, 4)
    assert (at + len(made) - size) % 4 == 0
    head = b"\0asm\1\0\0\0" + bytes([0, at - 10, 0]) + bytes(at - 11) if at > 10 else None
    if head:
        head += section("wasmlet.manifest", canonical_json({"app": asking.APP}))
        assert len(package.read(head + made).blob("a")) == size
