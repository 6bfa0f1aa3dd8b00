# SPDX-License-Identifier: MIT
"""Broken packages and policies: each is read, or gives one PackageError, the same everywhere."""

from support import WEATHER, board, package, section, text
from wasm import capability
from wasm.errors import PackageError
from wasm.package import read
from wasm.policy import load

CASES = 1500
WORDS = (
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b":",
    b'"',
    b"-",
    b"0",
    b"\\",
    b"\0",
    b"\xff",
    b"true",
    b"1e9",
)


class Random:
    """Numbers that look random, the same in every Python (xorshift)."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        state = self.state
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        self.state = state
        return state % limit


def broken(random, data):
    """Return the bytes with one to three changes."""
    data = bytearray(data)
    for _ in range(1 + random.below(3)):
        at = random.below(len(data))
        how = random.below(5)
        if how == 0:
            data[at] = random.below(256)
        elif how == 1:
            data[at] ^= 1 << random.below(8)
        elif how == 2:
            end = at + random.below(8)
            data = data[:at] + data[end:]
        elif how == 3:
            data = data[:at] + WORDS[random.below(len(WORDS))] + data[at:]
        else:
            start = random.below(len(data))
            data = data[:at] + data[start : start + random.below(40)] + data[at:]
        data = data or bytearray(b"\0")
    return bytes(data)


def verdict(function, data):
    """Return "" for what is read, else the error's text."""
    try:
        function(data)
    except PackageError as e:
        return str(e) or "no text"
    return ""


def attack(name, function, data, seed):
    random = Random(seed)
    digest = accepted = 0
    for _ in range(CASES):
        for byte in verdict(function, broken(random, data)).encode() or b"\1":
            digest = (digest * 31 + byte) & 0x3FFFFFFF
            accepted += byte == 1
    assert 0 < accepted < CASES, accepted
    print(name, CASES, "cases,", accepted, "read, digest", digest)


def test_packages():
    policy = load(text(board()))
    data = package(WEATHER, section(b"wasmlet.blob.x", b"12345"))
    attack("packages:", lambda data: capability.grant(read(data).manifest, policy), data, 1)


def test_manifests():
    manifest = text(WEATHER)
    head = package({})[: 8 + 1]

    def fresh(data):
        """Put the text into a section whose size is right."""
        read(head[:8] + section(b"wasmlet.manifest", data))

    attack("manifests:", fresh, manifest, 2)


def test_policies():
    attack("policies:", load, text(board(own={"timer": {"max": 3}})), 3)
