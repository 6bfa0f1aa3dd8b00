# SPDX-License-Identifier: MIT
"""Call every import under random grants with any arguments: run.py TABLE SECONDS SEED.

Each round makes a gate, first permissive then not, calls each function that it binds, and goes on
after the gate is closed. The last line counts calls. For MicroPython.
"""

import gc
import json
import random
import sys
import time

sys.path.insert(0, __file__.rsplit("/", 1)[0])

import guest
from rig import Rig

_CALLS = 12  # of each function in a round


def corners(rig, row):
    """Yield arguments that are good but for one range or number, which is each corner in turn."""
    good = []
    spots = []
    for letter in row["params"]:
        spots.append((letter, len(good)))
        if letter == "h":
            matching = [h for h, kind in rig.made.items() if kind == row["on"]]
            good.append(matching[0] if matching else 1)
        elif letter == "s":
            good.extend(rig.texts[0])
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


def one_round(table, number):
    """Make a gate and call through it; return how many calls that were."""
    rig = Rig(table, strict=number % 4 != 0)
    calls = 0
    if number < 2:
        for row in rig.rows:
            for args in corners(rig, row):
                rig.call(row, args)
                calls += 1
    for _ in range(_CALLS):
        for row in rig.rows:
            rig.gate.post(1, 1, random.getrandbits(32))
            rig.try_call(row)
            calls += 1
        gc.collect()
    rig.close()
    for row in rig.rows:
        rig.try_call(row)
    return calls + len(rig.rows)


def main(path, seconds, seed):
    """Run rounds for so many seconds, two at least."""
    with open(path) as file:
        table = json.load(file)
    random.seed(seed)
    end = time.ticks_add(time.ticks_ms(), seconds * 1000)
    calls = number = 0
    while number < 2 or time.ticks_diff(end, time.ticks_ms()) > 0:
        calls += one_round(table, number)
        number += 1
    print(f"imports: {calls} calls of {len(table['functions'])} functions under {number} grants")


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
