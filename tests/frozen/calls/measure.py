# SPDX-License-Identifier: MIT
"""What calls between Python and Wasm cost beside a Python function call, in M3 instructions.

usage: measure.py FIRMWARE.elf CALLS.wasm OUTPUT.json

Runs device.py under QEMU through the raw prompt and prints a table; the last line has the worst
ratios. Exits with 1 when one is above its limit.
"""

import json
import subprocess
import sys
import threading
from pathlib import Path

LIMITS = {"none": 2.0, "one": 2.0, "two": 2.0, "host": 3.0}
QEMU = ["qemu-system-arm", "-machine", "mps2-an385", "-nographic", "-monitor", "null"]
QEMU += ["-semihosting", "-serial", "stdio", "-icount", "shift=0", "-kernel"]
TIMEOUT_S = 120


def run(firmware, code):
    """Run Python code on the firmware and return what it prints."""
    with subprocess.Popen(
        [*QEMU, firmware], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as qemu:
        watchdog = threading.Timer(TIMEOUT_S, qemu.kill)
        watchdog.start()

        def until(mark):
            output = b""
            while not output.endswith(mark):
                byte = qemu.stdout.read(1)
                if not byte:
                    raise SystemExit(f"calls: the firmware stopped: {output!r}")
                output += byte
            return output[: -len(mark)]

        def send(data):
            qemu.stdin.write(data)
            qemu.stdin.flush()

        until(b">>> ")
        send(b"\x01")  # the raw prompt
        until(b"\n>")
        for line in code.encode().splitlines(keepends=True):
            send(line)
        send(b"\x04")
        until(b"OK")
        output, errors = until(b"\x04"), until(b"\x04")
        watchdog.cancel()
        qemu.kill()
        if errors:
            raise SystemExit("calls: " + errors.decode())
        return output.decode()


def main(firmware, module, output):
    """Measure, print and write the figures."""
    code = f"DATA = {Path(module).read_bytes()!r}\n"
    code += Path(__file__).with_name("device.py").read_text()
    figures = {}
    print("call    python    wasm   ratio   limit  (Cortex-M3 instructions)")
    for line in run(firmware, code).splitlines():
        name, python, wasm = line.split()
        ratio = float(wasm) / float(python)
        figures[name] = {"python": float(python), "wasm": float(wasm), "ratio": ratio}
        print(f"{name:6}{float(python):8.0f}{float(wasm):8.0f}{ratio:8.2f}{LIMITS[name]:8.1f}")
    Path(output).write_text(json.dumps(figures, indent=1) + "\n")
    export = max(figures[name]["ratio"] for name in ("none", "one", "two"))
    print(
        f"calls: an export costs {export:.2f} x a Python call (limit 2),"
        f" a host function {figures['host']['ratio']:.2f} x (limit 3)"
    )
    return any(figures[name]["ratio"] > LIMITS[name] for name in LIMITS)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
