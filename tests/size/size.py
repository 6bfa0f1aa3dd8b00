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

try:
    import tomllib
except ImportError:  # before Python 3.11
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "usermod_c" / "engine"
# Built on hosts only.
HOST_ONLY = {"wl_disasm.c"}

TARGETS = {
    "cortex-m3": ("arm-none-eabi-", ["-mcpu=cortex-m3", "-mthumb"]),
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
    """Compile a source for a target, with or without machine code; return its bytes of flash."""
    prefix, cpu = TARGETS[target]
    flags = engine_flags()
    words = [*flags["WL_CFLAGS"]] + (
        flags["WL_INTERP_CFLAGS"] if source.stem == "wl_interp" else []
    )
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
    """Return the lines of what compiling to machine code adds, and the targets over budget."""
    added = {t: {name: native[t][name] - sizes[t][name] for name in sizes[t]} for t in TARGETS}
    lines = [f"{'machine code':22}" + "".join(f"{target:>15}" for target in TARGETS)]
    for source in sorted({name for column in added.values() for name in column}):
        if any(column[source] for column in added.values()):
            lines.append(f"{source:22}" + "".join(f"{added[t][source]:>15,}" for t in TARGETS))
    totals = {target: sum(column.values()) for target, column in added.items()}
    lines.append(f"{'total':22}" + "".join(f"{totals[t]:>15,}" for t in TARGETS))
    lines.append(f"{'budget':22}" + "".join(f"{budget[t]:>15,}" for t in TARGETS))
    return lines, [
        f"{target} machine code" for target in TARGETS if totals[target] > budget[target]
    ]


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


def linked_size(elf):
    """Return (text, data, bss) of a linked firmware, in bytes."""
    command = ["arm-none-eabi-size", str(elf)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return tuple(int(word) for word in done.stdout.splitlines()[1].split()[:3])


def objects_size(folder, pattern):
    """Return the bytes of flash of the objects below `folder` whose path ends in `pattern`."""
    objects = [str(path) for path in folder.glob(f"CMakeFiles/firmware.dir/**/{pattern}")]
    if not objects:
        sys.exit(f"size: there is no {pattern} in {folder}")
    command = ["arm-none-eabi-size", "-A", *objects]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return flash_bytes(done.stdout)


def board_rows(firmware, without):
    """Return {part: (text, data, bss)} of what Wasmlet adds; parts but the first are objects'."""
    pairs = zip(linked_size(firmware / "firmware.elf"), linked_size(without / "firmware.elf"))
    frozen = "frozen_content.c.o"
    return {
        "growth": tuple(a - b for a, b in pairs),
        "engine": (objects_size(firmware, "engine/*.o"), 0, 0),
        "glue": (objects_size(firmware, "glue/*.o"), 0, 0),
        "frozen Python": (objects_size(firmware, frozen) - objects_size(without, frozen), 0, 0),
    }


def board_report(board, rows, budget):
    """Return the table's lines and which rows are over their budget."""
    lines = [f"{board:16}{'text':>15}{'data':>15}{'bss':>15}{'budget':>15}"]
    over = []
    for part, (text, data, bss) in rows.items():
        limit = budget.get(part)
        lines.append(
            f"{part:16}{text:>15,}{data:>15,}{bss:>15,}" + (f"{limit:>15,}" if limit else "")
        )
        if limit and text + data > limit:
            over.append(f"{board} {part}")
    return lines, over


def main():
    """Print the table; exit with 1 when a target is over its budget."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True, help="folder for the objects")
    parser.add_argument("--board", required=True, help="whose firmware is compared")
    parser.add_argument("--firmware", type=Path, required=True, help="its build folder")
    parser.add_argument("--without", type=Path, required=True, help="the one without Wasmlet")
    args = parser.parse_args()
    budget = tomllib.loads((Path(__file__).parent / "budget.toml").read_text(encoding="utf-8"))
    sources = [path for path in sorted(ENGINE.glob("*.c")) if path.name not in HOST_ONLY]
    with ThreadPoolExecutor(max_workers=2) as pool:

        def measure_all(native):
            jobs = {
                t: {p.stem: pool.submit(measure, p, t, args.build, native) for p in sources}
                for t in TARGETS
            }
            return {
                t: {name: job.result() for name, job in row.items()} for t, row in jobs.items()
            }

        sizes, native = measure_all(False), measure_all(True)
    lines, over, totals = report(sizes, budget["engine"])
    native_lines, native_over = native_report(sizes, native, budget["native"])
    lines += ["", *native_lines]
    over += native_over
    rows = board_rows(args.firmware, args.without)
    board_lines, board_over = board_report(args.board, rows, budget[args.board])
    over += board_over
    print("\n".join([*lines, "", *board_lines]))
    figures = ", ".join(f"{target} {total:,}" for target, total in totals.items())
    print(f"size: engine bytes of flash: {figures}; {len(over)} over budget")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
