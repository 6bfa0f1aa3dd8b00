# SPDX-License-Identifier: MIT
"""Show two apps under their grants on an emulated Raspberry Pi Pico.

usage: demo.py FIRMWARE.uf2 FOLDER

A weather station reads an SHT31 on I2C and blinks a LED; its neighbour tries one address, one pin,
one byte and one write more than it is granted. FOLDER has weather.wasm, greedy.wasm and
policy.json. Prints the commands, with what they print, and at last what the LEDs did, as seen from
outside the chip.
"""

import subprocess
import sys
from pathlib import Path

import emulate

WEATHER_LED, GREEDY_LED = 25, 15
DEVICES = [
    "i2c.py:Sht31,temperature=21.5,humidity=40.0",
    "i2c.py:Sht31,address=0x45",
    "gpio.py:Trace",
]
SECONDS = 600
RUN = """\
import wasm
apps = [wasm.App(name, log=lambda line, name=name: print(name + ": " + line))
        for name in ("weather.wasm", "greedy.wasm")]
for app in apps: app.start()

wasm.serve()
for app in apps: print(app, app.denied)
"""
ALONE = "import wasm, os; os.remove('policy.json'); wasm.run('weather.wasm')"


def mpremote(port, *arguments):
    """Run mpremote, showing the command and its output; return its exit code."""
    shown = " ".join(f'"{a.strip()}"' if " " in a else Path(a).name for a in arguments)
    print(f"$ mpremote {shown}", flush=True)
    command = [sys.executable, "-m", "mpremote", "connect", port, "resume", *arguments]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SECONDS
    )
    print(done.stdout.replace("\r", ""), flush=True)
    return done.returncode


def levels(events, pin):
    """Return the levels that a pin was driven to, in order."""
    states = [event["state"] for event in events if event.get("pin") == pin]
    return [state for state in states if state in ("HIGH", "LOW")]


def main(firmware, folder):
    """Run the demonstration; return 0 when the weather station did its work."""
    files = [str(Path(folder) / name) for name in ("policy.json", "weather.wasm", "greedy.wasm")]
    print("A Raspberry Pi Pico in rp2040py; an SHT31 at 0x44 and one at 0x45 of I2C 0\n")
    with emulate.start("RPI_PICO", firmware, devices=DEVICES) as emulator:
        mpremote(emulator.path, "cp", *files, ":")
        code = mpremote(emulator.path, "exec", RUN)
        events = emulator.devices.events()
        for name, pin in (("weather station", WEATHER_LED), ("neighbour", GREEDY_LED)):
            print(f"pin {pin}, the {name}'s LED: {' '.join(levels(events, pin))}")
        print("\nWithout a policy, nothing is granted:\n")
        mpremote(emulator.path, "exec", ALONE)
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
