# SPDX-License-Identifier: MIT
"""Machine code does on boards what the interpreter does, to the unit of fuel."""

ROUNDS = 20
FUEL = 300


def test_tiers_are_equal(board, put, device_target):
    put("tiers.wasm")
    expected = board.call("tiers", "run", "interp", ROUNDS, FUEL, timeout=120)
    assert expected[3] == list(range(ROUNDS))
    assert expected[2] > 5
    assert expected[5] == 0
    got = board.call("tiers", "run", "auto", ROUNDS, FUEL, timeout=120)
    assert got[:5] == expected[:5]
    if device_target != "unix":  # which has no back end: auto is the interpreter there
        assert got[5] >= 4


def test_unknown_tier_is_refused(board, put):
    put("tiers.wasm")
    assert "tier" in board.call("tiers", "refused")
