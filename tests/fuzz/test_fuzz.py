# SPDX-License-Identifier: MIT
"""A minute of fuzzing, and what fuzzing once found."""

import re

import native_check
import pytest


def test_smoke(make):
    done = make("fuzz-smoke")
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    match = re.fullmatch(
        r"fuzz: (\d+) executions, (\d+) modules compared with wasmtime, 0 findings", last
    )
    assert match, done.stdout
    assert int(match.group(1)) > 1000
    assert int(match.group(2)) > 100
    native = re.search(r"^native: (\d+) runs.* (\d+) functions as machine code", done.stdout, re.M)
    assert native, done.stdout
    assert int(native.group(1)) >= 30
    assert int(native.group(2)) > 100


def test_regressions(make, root):
    count = len(list((root / "tests/engine/regress").glob("*.wasm")))
    assert count > 0
    done = make("fuzz-regress")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith(f"fuzz-regress: {count} modules, ")
    assert done.stdout.splitlines()[-1].endswith(" 0 failed")


def test_machine_code_is_what_it_should_be(make):
    done = make("native-check")
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    match = re.fullmatch(
        r"native-check: (\d+) modules, (\d+) bodies, (\d+) instructions, (\d+) branches, "
        r"(\d+) stores, 0 wrong",
        last,
    )
    assert match, done.stdout
    assert all(
        int(n) > least for n, least in zip(match.groups(), (300, 1000, 100_000, 10_000, 1000))
    )


def region(words, size):
    """Return a region of one Thumb body: stubs of 44 words, a header, the words."""
    header = [size, 0, 0, 0, 64, 0, 0, 0, size, 12, 12, 0]
    return native_check.Code([0] * 44 + header + words, 0x20000000, 44)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ([0xE07F], "outside the code"),  # b far away
        ([0x600B, 0x4770], "a store through r1"),  # str r3, [r1]
        ([0x6438, 0x4770], "a store at 64 of a frame of 64"),  # str r0, [r7, #64]
        ([0x3708, 0x468D, 0x4770], "changes r13"),  # mov sp, r1
        ([0xDF00, 0x4770], "is not expected"),  # svc
        ([0x4718], "no return address"),  # bx r3
    ],
)
def test_what_must_not_be_is_found(words, what):
    code = region(words, 12 + len(words))
    with pytest.raises(native_check.Wrong, match=what):
        native_check.Thumb(code, 44).run()


def test_what_may_be_passes():
    words = [0x6038, 0x683B, 0x4718]  # str r0, [r7]; ldr r3, [r7]; bx r3
    native_check.Thumb(region(words, 15), 44).run()
