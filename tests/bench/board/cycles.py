# SPDX-License-Identifier: MIT
"""Measure kernels on the real RP2040 image: Wasm beside what Python makes of them and native code.

The emulator counts cycles and the board's clock is made of them, so a time is a number of cycles.
A kernel gives the same checksum in all forms, or the measurement fails.
"""

import argparse
import ast
import asyncio
import concurrent.futures
import json
import sys
from pathlib import Path

import arena
import pico

HERE = Path(__file__).resolve().parent

# What each kernel is called with, longest first: bytecode does it in some seconds of emulation.
KERNELS = {
    "matmul": 1,
    "vm": 1,
    "coremix": 1,
    "sieve": 1,
    "fmatmul": 1,
    "crc32": 1024,
    "fib": 15,
    "sha256": 256,
    "nbody": 2,
    "bulk": 1,
}
# How a kernel can run, and the column's title. The native tier is there when Instance knows it.
FORMS = {
    "bytecode": "bytecode",
    "native": "@native",
    "viper": "@viper",
    "wasm": "Wasm",
    "wasm_native": "native tier",
    "wasm_flash": "kept in flash",
    "c": "C, gcc -O2",
}
# What --quick leaves Python's slow forms to.
QUICK = ("fib", "crc32")
KEPT_APP = "coremix"
KEPT_WAYS = {
    "native": "to be made in RAM",
    "made": "made and written to flash",
    "found": "found in flash",
}
SOURCES = {"bytecode": "python", "native": "python", "viper": "viper"}
STARTS = {
    "hello": "wasm.run('hello.wasm', fuel=0)",
    "coremix": "wasm.run('coremix.wasm', 1, fuel=0)",
}

# Without the emulated USB host, which sends packets without end: Python takes them between its
# operations, and is two to three times as slow for it; a guest puts them off.
TIMED = """
import gc, machine, micropython, time
def timed(f, *args):
    gc.collect()
    machine.mem32[0xE000E180] = 1 << 5  # NVIC_ICER: USBCTRL_IRQ
    try:
        start = time.ticks_us()
        result = f(*args)
        us = time.ticks_diff(time.ticks_us(), start)
    finally:
        machine.mem32[0xE000E100] = 1 << 5  # NVIC_ISER
    return result, us * (machine.freq() // 1000000)
empty = timed(lambda n: n, 1)[1]
def report(result, cycles):
    print((result & 0xFFFFFFFF, cycles - empty))
"""
# The first call translates; its result counts, since a kernel need not begin anew.
WASM = """
import wasm
module = wasm.Module(open('{name}.wasm', 'rb').read())
try:
    run = wasm.Instance(module{options}).exports.run
except TypeError:
    print(None)
else:
    result, _ = timed(run, {n})
    report(result, timed(run, {n})[1])
"""
# Code is made and written by the first instance, found by the second.
FLASH = """
from wasm.loader import instantiate
data = open('{name}.wasm', 'rb').read()
instantiate(data, {{}}, {{'tier': 'flash'}})
i = instantiate(data, {{}}, {{'tier': 'flash'}})
if not i.usage['native_image_bytes']:
    raise RuntimeError('the code is not in flash')
run = i.exports.run
result, _ = timed(run, {n})
report(result, timed(run, {n})[1])
"""
# Cycles of a start, and the bytes of RAM that it takes: with functions that are compiled in RAM
# when first called, with code to be made and written to flash, with code that is there.
KEPT = """
from wasm.loader import instantiate
data = open('{name}.wasm', 'rb').read()
def start(tier):
    gc.collect()
    i, cycles = timed(instantiate, data, {{}}, {{'tier': tier}})
    return cycles - empty, i.usage['ram_bytes']
print((start('native'), start('flash'), start('flash')))
"""
C = """
import uctypes
@micropython.asm_thumb
def call(r0, r1):
    data(2, 0x4788)  # blx r1
image = open('{name}.bin', 'rb').read()
uctypes.bytearray_at({origin}, len(image))[:] = image
report(*timed(call, {n}, machine.mem32[{origin}]))
"""
# Without fuel a call stops before its first instruction; the exception that says so is counted.
FIRST_INSTRUCTION = """
def begin():
    import wasm
    try:
        {run}
    except wasm.OutOfFuel:
        pass
print(timed(begin)[1] - empty)
"""
# A pin is written by Python, and by a guest through the gate: cycles of one write each.
PIN = """
import _wasm, wasm
N = 200
pin = machine.Pin(25, machine.Pin.OUT)
def rounds(_):
    for _ in range(N):
        pass
def writes(_):
    for _ in range(N):
        pin.value(1)
gate = _wasm.Gate([(kind, label, 255, 0, rate, bytes(16), False) for kind, label, rate in (
    ('gpio', 'led', 4000000), ('i2c', 'bus', 0), ('timer', '', 0), ('kv', '', 0), ('time', '', 0),
    ('sys', '', 0))])
module = wasm.Module(open('gate.wasm', 'rb').read())
imports = {}
for space, name, _, _ in module.imports:
    bound = gate.bind(space[8:] + '.' + name, lambda index: pin)
    imports.setdefault(space, {})[name] = bound
e = wasm.Instance(module, imports).exports
led = e.gpio_open(0, 3)
def cycles(f, *args):
    f(*args)
    return timed(f, *args)[1] - empty
python = cycles(writes, 0) - cycles(rounds, 0)
guest = cycles(e.writes, N, led) - cycles(e.no_writes, N)
print((python // N, guest // N))
"""
# Calls go on slice by slice of fuel: the most cycles from Python into one and back, in both tiers.
# What is translated or compiled on the way is in it.
SLICE_FUEL = 10000
SLICES = 25
SLICE = """
import wasm
module = wasm.Module(open('{name}.wasm', 'rb').read())
def stopped(step):
    try:
        step()
    except wasm.OutOfFuel as e:
        return e
def worst(tier):
    gc.collect()
    i = wasm.Instance(module, tier=tier, fuel={fuel})
    step = lambda: i.exports.run({n})
    most = 0
    for _ in range({slices}):
        stop, cycles = timed(stopped, step)
        most = max(most, cycles - empty)
        if stop is None:
            break
        step = lambda: stop.resume({fuel})
    return most
print((worst('interp'), worst('native')))
"""


class BoardError(Exception):
    """The measurement failed; the text says how."""


def code_of(form, name, n, origin):
    """Return the code that prints (checksum, cycles) of a kernel in a form, or None."""
    if form == "wasm":
        return TIMED + WASM.format(name=name, n=n, options="")
    if form == "wasm_native":
        return TIMED + WASM.format(name=name, n=n, options=", tier='native'")
    if form == "wasm_flash":
        return TIMED + FLASH.format(name=name, n=n)
    if form == "c":
        return TIMED + C.format(name=name, n=n, origin=origin)
    source = (HERE / SOURCES[form] / f"{name}.py").read_text(encoding="utf-8")
    if form == "native":
        source = source.replace("# DECORATOR", "@micropython.native")
    return f"{TIMED}\n{source}\nreport(*timed(run, {n}))"


def run_on_board(firmware, code, files):
    """Return the value whose literal the code prints on a board that was just started."""

    async def run():
        board = await pico.boot(firmware, files)
        try:
            return ast.literal_eval(await board.run(code))
        finally:
            board.stop()

    return asyncio.run(run())


def forms_of(name, quick):
    """Return the forms that a kernel has; the slow ones only where there is time for them."""
    lacking = {form for form, kind in SOURCES.items() if not (HERE / kind / f"{name}.py").exists()}
    if quick and name not in QUICK:
        lacking |= {"bytecode", "native"}
    return [form for form in FORMS if form not in lacking]


def jobs_of(names, args):
    """Return {key: (code, files)}; keys are as in `collect`."""
    origin = arena.address(args.elf)
    jobs = {}
    for name in names:
        wasm, image = args.kernels / f"{name}.wasm", args.kernels / "board" / f"{name}.bin"
        for form in forms_of(name, args.quick):
            code = code_of(form, name, KERNELS[name], origin)
            jobs[name, form] = code, [image if form == "c" else wasm]
        code = SLICE.format(name=name, n=KERNELS[name], fuel=SLICE_FUEL, slices=SLICES)
        jobs["slice", name] = TIMED + code, [wasm]
    for app, run in STARTS.items():
        file = args.hello if app == "hello" else args.kernels / f"{app}.wasm"
        jobs["start", app] = TIMED + FIRST_INSTRUCTION.format(run=run), [file]
    app = args.kernels / f"{KEPT_APP}.wasm"
    jobs["kept", KEPT_APP] = TIMED + KEPT.format(name=KEPT_APP), [app]
    jobs["pin", "write"] = TIMED + PIN, [args.gate]
    return jobs


def measure(jobs, firmware, processes):
    """Return {key: value} of jobs, each run on a board of its own."""
    with concurrent.futures.ProcessPoolExecutor(processes) as pool:
        running = {key: pool.submit(run_on_board, firmware, *job) for key, job in jobs.items()}
        values = {}
        for key, future in running.items():
            try:
                values[key] = future.result()
            except (pico.PicoError, TimeoutError, SyntaxError, ValueError) as error:
                pool.shutdown(cancel_futures=True)
                raise BoardError(f"{' '.join(key)}: {error}") from None
    return values


def collect(values, names):
    """Return the figures of (kernel, form), ("slice", kernel), ("start", app) and the others.

    {"kernels": {kernel: {"n", "result", "cycles", "slice_cycles"}}, "start_cycles": {app},
    "kept": {way: {"cycles", "ram_bytes"}}, "pin_cycles": {"python", "guest"}}.

    Raises BoardError when a kernel's checksums differ.
    """
    kernels = {}
    for name in names:
        pairs = {
            form: values[name, form] for form in FORMS if values.get((name, form)) is not None
        }
        results = {form: result for form, (result, _) in pairs.items()}
        if len(set(results.values())) != 1:
            raise BoardError(f"{name}: checksums differ: {results}")
        kernels[name] = {
            "n": KERNELS[name],
            "result": results["c"],
            "cycles": {form: cycles for form, (_, cycles) in pairs.items()},
            "slice_cycles": dict(zip(("wasm", "wasm_native"), values["slice", name])),
        }
    return {
        "kernels": kernels,
        "start_cycles": {app: values["start", app] for app in STARTS},
        "kept": {
            way: dict(zip(("cycles", "ram_bytes"), pair))
            for way, pair in zip(KEPT_WAYS, values["kept", KEPT_APP])
        },
        "pin_cycles": dict(zip(("python", "guest"), values["pin", "write"])),
    }


def table(figures):
    """Return the lines of a table of cycles, with what Wasm is beside bytecode and C."""
    kernels = figures["kernels"]
    forms = [form for form in FORMS if any(form in row["cycles"] for row in kernels.values())]
    titles = "".join(f"{FORMS[form]:>14}" for form in forms)
    lines = [f"{'RP2040 cycles':16}{titles}   x faster than bytecode   x native"]
    for name, row in kernels.items():
        cycles = row["cycles"]
        cells = "".join(f"{cycles[f]:>14,}" if f in cycles else f"{'-':>14}" for f in forms)
        faster = f"{cycles['bytecode'] / cycles['wasm']:.1f}" if "bytecode" in cycles else "-"
        label = f"{name}({row['n']})"
        lines.append(f"{label:16}{cells}{faster:>25}{cycles['wasm'] / cycles['c']:>11.2f}")
    for form in ("wasm", "wasm_native"):
        most, name = max((row["slice_cycles"][form], name) for name, row in kernels.items())
        lines.append(
            f"{SLICE_FUEL:,} units of fuel, {FORMS[form]}: back in Python after at most {most:,}"
            f" cycles, {most / 125000:.1f} ms at 125 MHz ({name})"
        )
    for app, cycles in figures["start_cycles"].items():
        lines.append(f"from `import wasm` to the first instruction of {app}: {cycles:,} cycles")
    for way, row in figures["kept"].items():
        lines.append(
            f"{KEPT_APP}, machine code {KEPT_WAYS[way]}: {row['cycles']:,} cycles to start,"
            f" {row['ram_bytes']:,} bytes of RAM"
        )
    pin = figures["pin_cycles"]
    lines.append(
        f"a pin written by a guest under a grant: {pin['guest']:,} cycles;"
        f" by Python, pin.value(1): {pin['python']:,}"
    )
    return lines


def main():
    """Measure, write the figures, print the table; exit with 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--firmware", type=Path, required=True, help="the image, .uf2")
    parser.add_argument("--elf", type=Path, required=True, help="the same with its symbols")
    parser.add_argument("--kernels", type=Path, required=True, help="folder of NAME.wasm")
    parser.add_argument("--hello", type=Path, required=True, help="the smallest app")
    parser.add_argument("--gate", type=Path, required=True, help="the module that writes a pin")
    parser.add_argument("--json", type=Path, required=True, help="file to write")
    parser.add_argument("--jobs", type=int, default=1, help="boards to emulate at a time")
    parser.add_argument(
        "--quick", action="store_true", help=f"bytecode of {', '.join(QUICK)} only"
    )
    parser.add_argument("names", nargs="*", help="kernels; all without")
    args = parser.parse_args()
    names = [name for name in KERNELS if name in args.names or not args.names]
    try:
        values = measure(jobs_of(names, args), args.firmware, args.jobs)
        figures = collect(values, names)
    except BoardError as error:
        sys.exit(f"bench-board: {error}")
    args.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print("\n".join(table(figures)))


if __name__ == "__main__":
    main()
