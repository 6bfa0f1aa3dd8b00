# SPDX-License-Identifier: MIT
"""Every check of every host function, and every field of the manifest, has a test that says so."""

import matrix
import pytest
from host_api import tomllib

TABLE = matrix.cells()
CLAIMS = matrix.claims()
BY_CELL = matrix.covered(TABLE, CLAIMS)
EXEMPT = tomllib.loads((matrix.TESTS / "matrix.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", TABLE)
def test_row_is_covered(row):
    excused = EXEMPT.get(row, {})
    missing = [c for c in TABLE[row] if (row, c) not in BY_CELL and c not in excused]
    if missing:
        pytest.fail(f"no test covers {row}: {', '.join(missing)}", pytrace=False)


@pytest.mark.parametrize("claim", sorted(set(CLAIMS)), ids="-".join)
def test_claim_means_something(claim):
    """What a test says to cover is there to be covered."""
    assert any(claim.check in TABLE[row] for row in matrix.rows_of(TABLE, claim)), claim
    assert matrix.counts(claim), f"{claim.where}: `works` is for tests in tests/device"


def test_excuses_are_needed():
    """A row that stands for many may stand for an excused one, too; one by its name may not."""
    named = matrix.covered(TABLE, [claim for claim in CLAIMS if not claim.row.endswith("*")])
    for row, checks in EXEMPT.items():
        for check, reason in checks.items():
            assert check in TABLE.get(row, ()), f"matrix.toml: there is no {check} of {row}"
            assert (row, check) not in named, f"matrix.toml: {check} of {row} is covered"
            assert reason


def test_checks_follow_from_the_description():
    assert TABLE["i2c.write_read"] == [
        "works", "link", "op", "handle", "address", "in", "out", "length", "rate"
    ]  # fmt: skip
    assert TABLE["gpio.open"] == ["works", "link", "label", "string"]
    assert TABLE["fs.read"] == ["works", "link", "op", "handle", "out"]
    assert TABLE["sys.ready"] == ["works"]
    assert TABLE["manifest:i2c.addrs"] == ["works", "ceiling", "excess"]


def test_claims_are_read_from_source(tmp_path):
    source = """
from matrix import covers
@covers("gpio.write", "rate", "op")
@covers("*", "handle")
def test_one(): pass
@matrix.covers("adc.read", "works")
@other("x")
def test_two(): pass
@covers("manifest:gpio.*", "excess")
def test_three(): pass
@covers("gpio.read", "op")
def no_test(): pass
"""
    (tmp_path / "device").mkdir()
    (tmp_path / "device" / "test_x.py").write_text(source, encoding="utf-8")
    found = matrix.claims(tmp_path)
    assert [(claim.row, claim.check) for claim in found] == [
        ("gpio.write", "rate"),
        ("gpio.write", "op"),
        ("*", "handle"),
        ("adc.read", "works"),
        ("manifest:gpio.*", "excess"),
    ]
    by_cell = matrix.covered(TABLE, found)
    assert ("gpio.write", "rate") in by_cell
    assert ("fs.close", "handle") in by_cell
    assert ("gpio.open", "handle") not in by_cell
    assert ("manifest:gpio.mode", "excess") in by_cell
    assert ("manifest:i2c.ops", "excess") not in by_cell
    assert by_cell["adc.read", "works"] == ["device/test_x.py::test_two"]
    assert not matrix.counts(matrix.Claim("adc.read", "works", "host/test_x.py::test_two"))
