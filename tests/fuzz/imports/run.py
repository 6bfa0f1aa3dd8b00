# SPDX-License-Identifier: MIT
"""Call every import under random grants with any arguments: run.py TABLE FOLDER SECONDS SEED.

A round is behind drivers that only look, or an app with its drivers, whose files are in FOLDER, or
one for WASI. Each calls all that its grant allows, and goes on after its end. Each function must
succeed at times. The last line counts calls. For MicroPython.
"""

import gc
import json
import random
import sys
import time

sys.path.insert(0, __file__.rsplit("/", 1)[0])

import guest
from mocked import Mocked
from model import Finding, name_of
from packaged import Packaged
from preview1 import Preview1

_CALLS = 12  # of each function in a round
_ROUNDS = 12  # at least
_PATIENCE = 100  # rounds until each function must have succeeded


def corners(model, row):
    """Yield arguments that are good but for one range or number, which is each corner in turn."""
    good = []
    spots = []
    for letter in row["params"]:
        spots.append((letter, len(good)))
        if letter == "h":
            matching = [h for h, kind in model.made.items() if kind == row["on"]]
            good.append(matching[0] if matching else 1)
        elif letter == "s":
            good.extend(model.texts[0])
        elif letter == "v":
            good.extend((guest.SEGMENTS, 1))
        elif letter in "rw":
            good.extend((3000, 4))
        else:
            good.append(1)
    for letter, at in spots:
        wide = letter in "srwv"
        for corner in guest.RANGES if wide else guest.NUMBERS:
            args = list(good)
            args[at : at + 1 + wide] = corner if wide else (corner,)
            yield [guest.signed(value) for value in args]


def one_round(model, number):
    """Call all that a guest may; return how many calls that were."""
    calls = 0
    for row in model.rows:
        for text in model.texts if row["makes"] == row["on"] else ():
            model.call(row, list(text))
            calls += 1
    if number < 6 and number % 3 != 2:
        for row in model.rows:
            for args in corners(model, row):
                model.call(row, args)
                calls += 1
    for _ in range(_CALLS):
        for row in model.rows:
            model.gate.post(1, 1, random.getrandbits(32))
            model.try_call(row)
            calls += 1
        gc.collect()
    model.close()
    for row in model.rows if model.outlives else ():
        model.try_call(row)
    return calls + len(model.rows)


def make(table, folder, number):
    """Return the guest of a round."""
    if number % 3 == 0:
        return Mocked(table, strict=number % 6 != 0)
    return Packaged(table, folder) if number % 3 == 1 else Preview1(table, folder)


def main(path, folder, seconds, seed):
    """Run rounds for so many seconds."""
    with open(path) as file:
        table = json.load(file)
    random.seed(seed)
    end = time.ticks_add(time.ticks_ms(), seconds * 1000)
    calls = number = 0
    missing = {name_of(row) for row in table["functions"]}
    while number < _ROUNDS or missing or time.ticks_diff(end, time.ticks_ms()) > 0:
        if number == _PATIENCE and missing:
            raise Finding(f"never successful: {missing}")
        model = make(table, folder, number)
        calls += one_round(model, number)
        missing -= model.done
        number += 1
    print(f"imports: {calls} calls of {len(table['functions'])} functions under {number} grants")


main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
