# SPDX-License-Identifier: MIT
"""Run one function of one script of this folder, under CPython or MicroPython.

main.py MODULES SCRIPT FUNCTION: MODULES is the folder of the frozen package's sources, where
CPython takes the pure modules from.
"""

import sys


def use_sources(folder):
    """Make a package `wasm` of the sources, without the files that need the engine."""
    package = type(sys)("wasm")
    package.__path__ = [folder + "/wasm"]
    sys.modules["wasm"] = package


def main(folder, script, function):
    if sys.implementation.name != "micropython":
        use_sources(folder)
    sys.path.insert(0, __file__.rpartition("/")[0])
    getattr(__import__(script), function)()
    print("passed")


main(*sys.argv[1:])
