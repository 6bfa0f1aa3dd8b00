# SPDX-License-Identifier: MIT
"""What calls between Python and Wasm cost beside Python's own, in Cortex-M3 instructions.

usage: measure.py OUTPUT.json FIRMWARE.elf CALLS.wasm GATE.wasm

Runs device.py under QEMU through the raw prompt and prints a table; the last line has the worst
ratios. Exits with 1 when one is above its limit.
"""

import json
import re
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

# Times what Python needs for the same: a function call, or `pin.value(1)`.
LIMITS = {"none": 2.0, "one": 2.0, "two": 2.0, "host": 3.0, "pin": 2.0}
# Instructions: what is between a granted call and what it does.
CHECK_LIMIT = 120
# Functions of that part, where they are not inlined; and of the whole gate, without the pin's.
CHECKS = re.compile(r"check\w*|mp_hal_ticks_us|machine_us")
GATE = re.compile(r"wasm_gate_call|gate_entry|wait_is|wl_memory_range|wl_instance_memory")
QEMU = ["qemu-system-arm", "-machine", "mps2-an385", "-nographic", "-monitor", "null"]
QEMU += ["-semihosting", "-serial", "stdio", "-icount", "shift=0", "-kernel"]
TRACE = ["-singlestep", "-d", "exec,nochain"]
TIMEOUT_S = 120


def run(firmware, code, *options):
    """Run Python code on the firmware and return what it prints."""
    with subprocess.Popen(
        [*QEMU, firmware, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE
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


def count_gate(firmware, code):
    """Return (checks, all of the gate): instructions in a write to a pin, as traced."""
    symbols = subprocess.run(
        ["arm-none-eabi-nm", "-S", firmware], capture_output=True, text=True, check=True
    ).stdout
    ranges = {}
    for line in symbols.splitlines():
        fields = line.split()
        name = fields[-1].split(".")[0]
        if len(fields) == 4 and (CHECKS.fullmatch(name) or GATE.fullmatch(name)):
            ranges[name] = (int(fields[0], 16) & ~1, int(fields[1], 16))
    entry = ranges["wasm_gate_call"][0]
    wanted = ",".join(f"{start:#x}+{size:#x}" for start, size in ranges.values())
    with tempfile.NamedTemporaryFile() as trace:
        run(firmware, code, *TRACE, "-dfilter", wanted, "-D", trace.name)
        calls = [[0, 0]]
        for line in trace.read().decode().splitlines():
            if line.startswith("Trace"):
                if int(line.split("/")[1], 16) == entry:
                    calls.append([0, 0])
                calls[-1][0] += bool(CHECKS.fullmatch(line.split()[-1].split(".")[0]))
                calls[-1][1] += 1
    return statistics.mode(tuple(call) for call in calls)


def main(output, firmware, *modules):
    """Measure, print and write the figures."""
    code = f"CALLS, GATE = {[Path(module).read_bytes() for module in modules]!r}\n"
    code += Path(__file__).with_name("device.py").read_text()
    figures = {}
    figures["check"], figures["gate"] = count_gate(firmware, code + "\ngate(0)\n")
    print("call    python    wasm   ratio   limit  (Cortex-M3 instructions)")
    for line in run(firmware, code + "\nmain()\n").splitlines():
        name, python, wasm = line.split()
        ratio = float(wasm) / float(python)
        figures[name] = {"python": float(python), "wasm": float(wasm), "ratio": ratio}
        print(f"{name:6}{float(python):8.0f}{float(wasm):8.0f}{ratio:8.2f}{LIMITS[name]:8.1f}")
    Path(output).write_text(json.dumps(figures, indent=1) + "\n")
    export = max(figures[name]["ratio"] for name in ("none", "one", "two"))
    print(
        f"calls: an export costs {export:.2f} x a Python call (limit 2),"
        f" a host function {figures['host']['ratio']:.2f} x (limit 3);"
        f" the check of a granted call {figures['check']} (limit {CHECK_LIMIT})"
        f" of {figures['gate']} in the gate"
    )
    slow = any(figures[name]["ratio"] > LIMITS[name] for name in LIMITS)
    return slow or figures["check"] > CHECK_LIMIT


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
