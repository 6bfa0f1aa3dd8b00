# SPDX-License-Identifier: MIT
"""The demonstration: two apps under their grants on an emulated Pico, line by line."""

import re

import pytest

TRIED = {
    "its own bus": "ok",
    "its own pin": "ok",
    "the weather station's pin": "denied",
    "the weather station's handle": "bad_handle",
    "its own address": "ok",
    "the weather station's address": "denied",
    "one byte more": "too_long",
    "bytes outside its memory": "bad_pointer",
    "one write more": "rate",
}
MEASURED = "weather.wasm: 21.49 C, 40.00 %RH"
BLINKS = 5


@pytest.fixture(scope="module")
def transcript(make):
    """Return what `make demo` prints, as lines."""
    done = make("demo")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_the_neighbour_gets_what_it_is_granted_and_no_more(transcript):
    got = dict(
        line[len("greedy.wasm: ") :].split(": ") for line in transcript if "greedy.wasm: " in line
    )
    assert got == TRIED


def test_what_it_tried_is_counted(transcript):
    line = next(line for line in transcript if line.startswith("<App org.example.greedy"))
    counts = dict(re.findall(r"'(\w+)': (\d+)", line))
    errors = [answer for answer in TRIED.values() if answer != "ok"]
    assert counts == {error: str(errors.count(error)) for error in errors}


def test_the_weather_station_does_not_notice(transcript):
    assert transcript.count(MEASURED) == BLINKS
    assert "<App org.example.weather stopped> {}" in transcript


def test_the_pins_do_what_was_granted(transcript):
    levels = {
        int(line.split()[1].rstrip(",")): line.split(": ")[1].split()
        for line in transcript
        if line.startswith("pin ")
    }
    assert levels[25] == ["LOW"] + ["HIGH", "LOW"] * BLINKS
    assert levels[15] == ["LOW", "HIGH", "LOW", "HIGH", "LOW"]


def test_without_a_policy_the_error_says_what_to_write(transcript):
    text = "\n".join(transcript)
    assert "CapabilityError: org.example.weather:" in text
    for needed in (
        "[labels.gpio] status-led = {pin = ...}",
        "[labels.i2c] sensors = {id = ...}",
        "timer = {max = 1, min_ms = 100}",
    ):
        assert needed in text
