# SPDX-License-Identifier: MIT
"""Measure what Wasmlet takes of flash and compare it with budget.toml.

Each of the engine's sources is compiled per target with the flags that firmwares use; what counts
is the sum of the sections that go to flash: code, constants and initial values. A board's firmware
is compared with the same firmware without Wasmlet.
"""

import argparse
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boards

try:
    import tomllib
except ImportError:  # before Python 3.11
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "usermod_c" / "engine"
# What makes machine code; the rest runs it and keeps it.
COMPILER = {
    f"wl_native{part}"
    for part in (
        *("", "_control", "_operands", "_ops", "_float"),
        *("_rv32", "_thumb", "_thumb_flow", "_thumb_fpu"),
    )
}
HOST_ONLY = {"wl_disasm.c"}  # built there

TARGETS = {
    "cortex-m3": ("arm-none-eabi-", ["-mcpu=cortex-m3", "-mthumb"]),
    "cortex-m4f": (
        "arm-none-eabi-",
        ["-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=softfp"],
    ),
    "cortex-m0plus": ("arm-none-eabi-", ["-mcpu=cortex-m0plus", "-mthumb"]),
    "rv32imac": (
        "riscv64-unknown-elf-",
        ["-march=rv32imac", "-mabi=ilp32", "-misa-spec=2.2", "--specs=picolibc.specs"],
    ),
}


def engine_flags(path=ROOT / "usermod_c" / "flags.mk"):
    """Return the variables of flags.mk as lists of words."""
    rows = re.findall(r"^(\w+) :=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: words.split() for name, words in rows}


def flash_bytes(listing):
    """Return the bytes of code, constants and initial values in the output of `size -A`."""
    rows = re.findall(r"^\.(text|rodata|srodata|data|sdata)\S*\s+(\d+)", listing, re.MULTILINE)
    return sum(int(size) for _, size in rows)


def measure(source, target, folder, native=False):
    """Compile a source for a target, with machine code or without; return its bytes of flash."""
    prefix, cpu = TARGETS[target]
    flags = engine_flags()
    words = [*flags["WL_CFLAGS"]]
    is_native = source.stem.startswith("wl_native")
    words += flags["WL_NATIVE_RISCV_CFLAGS"] if is_native and target == "rv32imac" else []
    words += flags["WL_INTERP_CFLAGS"] if source.stem == "wl_interp" else []
    words.append(f"-DWL_ENABLE_NATIVE={int(native)}")
    output = folder / target / (source.stem + (".native.o" if native else ".o"))
    output.parent.mkdir(parents=True, exist_ok=True)
    command = [prefix + "gcc", *cpu, *words, f"-I{ENGINE}", "-c", str(source), "-o", str(output)]
    if subprocess.run(command).returncode:
        sys.exit(f"size: {source.name} does not compile for {target}")
    listing = subprocess.run(
        [prefix + "size", "-A", str(output)], check=True, capture_output=True, text=True
    )
    return flash_bytes(listing.stdout)


def native_report(sizes, native, budget):
    """Return the lines of what machine code adds, and what is over its budget."""
    added = {t: {name: native[t][name] - sizes[t][name] for name in sizes[t]} for t in TARGETS}
    lines = [f"{'machine code':22}" + "".join(f"{target:>15}" for target in TARGETS)]
    for source in sorted({name for column in added.values() for name in column}):
        if any(column[source] for column in added.values()):
            lines.append(f"{source:22}" + "".join(f"{added[t][source]:>15,}" for t in TARGETS))
    over = []
    for part, names in (("compiler", COMPILER), ("total", None)):
        totals = {
            target: sum(size for name, size in column.items() if names is None or name in names)
            for target, column in added.items()
        }
        lines.append(f"{part:22}" + "".join(f"{totals[t]:>15,}" for t in TARGETS))
        lines.append(f"{'budget':22}" + "".join(f"{budget[part][t]:>15,}" for t in TARGETS))
        over += [f"{t} machine code, {part}" for t in TARGETS if totals[t] > budget[part][t]]
    return lines, over


def report(sizes, budget):
    """Return the table's lines and the targets that are over their budget."""
    lines = [f"{'':16}" + "".join(f"{target:>15}" for target in TARGETS)]
    for source in sorted({name for column in sizes.values() for name in column}):
        if not any(column[source] for column in sizes.values()):
            continue
        lines.append(f"{source:16}" + "".join(f"{sizes[t][source]:>15,}" for t in TARGETS))
    totals = {target: sum(column.values()) for target, column in sizes.items()}
    lines.append(f"{'total':16}" + "".join(f"{totals[t]:>15,}" for t in TARGETS))
    lines.append(f"{'budget':16}" + "".join(f"{budget[t]:>15,}" for t in TARGETS))
    return lines, [target for target in TARGETS if totals[target] > budget[target]], totals


def measure_all(folder, native):
    """Return {target: {source: bytes}} of the engine, with the native compiler or without."""
    sources = [path for path in sorted(ENGINE.glob("*.c")) if path.name not in HOST_ONLY]
    with ThreadPoolExecutor(max_workers=2) as pool:
        jobs = {
            target: {
                path.stem: pool.submit(measure, path, target, folder, native) for path in sources
            }
            for target in TARGETS
        }
        return {
            target: {name: job.result() for name, job in row.items()}
            for target, row in jobs.items()
        }


def main():
    """Print the tables; exit with 1 when something is over its budget."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--objects", type=Path, required=True, help="folder for the engine's")
    parser.add_argument(
        "--board",
        nargs=3,
        action="append",
        default=[],
        metavar=("NAME", "WITH", "WITHOUT"),
        help="a board, the folder its firmware was built in, and that of one without Wasmlet",
    )
    args = parser.parse_args()
    budget = tomllib.loads((Path(__file__).parent / "budget.toml").read_text(encoding="utf-8"))
    sizes = measure_all(args.objects, False)
    lines, over, totals = report(sizes, budget["engine"])
    native_lines, native_over = native_report(
        sizes, measure_all(args.objects, True), budget["native"]
    )
    lines += ["", *native_lines]
    over += native_over
    for board, folder, without in args.board:
        rows = boards.board_rows(board, Path(folder), Path(without))
        board_lines, board_over = boards.board_report(board, rows, budget.get(board, {}))
        lines += ["", *board_lines]
        over += board_over
    print("\n".join(lines))
    for name in over:
        print(f"size: over budget: {name}", file=sys.stderr)
    figures = ", ".join(f"{target} {total:,}" for target, total in totals.items())
    print(f"size: engine bytes of flash: {figures}; {len(over)} over budget")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
