# SPDX-License-Identifier: MIT
"""Run one function of one script: main.py FOLDER SCRIPT FUNCTION."""

import sys

script, function = sys.argv[2:4]
folder = __file__.rsplit("/", 1)[0]
sys.path.insert(0, folder)
sys.path.append(folder + "/../../device/scripts")
sys.path.append(folder + "/../../../boards/devices")
getattr(__import__(script), function)()
print("passed")
