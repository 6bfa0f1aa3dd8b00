# SPDX-License-Identifier: MIT
"""What calls between Python and Wasm cost, within its limits."""

import json

import pytest


@pytest.fixture(scope="module")
def figures(root, make):
    """Return the counted instructions."""
    done = make("bench-calls")
    path = root / "build" / "calls.json"
    assert path.exists(), done.stdout + done.stderr
    return json.loads(path.read_text())


@pytest.mark.parametrize("name", ["none", "one", "two"])
def test_an_export_costs_at_most_two_python_calls(figures, name):
    assert figures[name]["ratio"] <= 2, figures


def test_a_host_function_costs_at_most_three_python_calls(figures):
    assert figures["host"]["ratio"] <= 3, figures


def test_a_gated_pin_costs_at_most_400_instructions_more_than_python_s_own(figures):
    assert figures["pin"]["wasm"] - figures["pin"]["python"] <= 400, figures


def test_the_check_of_a_granted_call_costs_at_most_120_instructions(figures):
    assert 20 <= figures["check"] <= 120, figures
    assert figures["check"] < figures["gate"], figures
