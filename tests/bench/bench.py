# SPDX-License-Identifier: MIT
"""Measure engines against native code and print what came of it.

Writes a JSON file {target: {workload: {engine: figures}}} with `metadata`, `scenarios` and
`summary` beside the targets. Figures are executed instructions and bytes, not times, so that one
run is enough.
"""

import argparse
import json
import math
import subprocess
import sys
from pathlib import Path

import measure

try:
    import tomllib
except ImportError:  # before Python 3.11
    import tomli as tomllib

ENGINES = ("wasm3", "wasmlet")
PROGRAMS = ("native", "wasm3", "wasmlet", "wasmlet_nofuel")
# As machine code, on the targets that there is a back end for.
NATIVE_PROGRAMS = ("wasmlet_native", "wasmlet_native_nofuel", "wasmlet_native_nochecks")
BARE_TARGETS = ("cortex-m3", "cortex-m4f", "cortex-m0plus", "rv32imac")
SHORT = {
    "cortex-m3": "m3",
    "cortex-m4f": "m4f",
    "cortex-m0plus": "m0+",
    "rv32imac": "rv32",
    "x86-64": "x86-64",
}
# The workloads and how many calls one makes more.
CALLS = ("calls", "nocalls", 10_000)


def geometric_mean(values):
    """Return the geometric mean of positive numbers."""
    return math.exp(sum(map(math.log, values)) / len(values))


def merge(found, code_bytes):
    """Return {target: {workload: {engine: figures}}} and check what must be equal.

    `found` is what measure.run_all returned. Raises MeasureError when engines or targets disagree
    on a result or memory is left allocated.
    """
    merged = {}
    for target, engines in found.items():
        for engine, workloads in engines.items():
            for workload, values in workloads.items():
                if values["leaked_bytes"]:
                    raise measure.MeasureError(f"{engine} leaks in {workload} on {target}")
                figures = {k: v for k, v in values.items() if k not in ("leaked_bytes", "group")}
                stacks = figures["load_c_stack_bytes"], figures["run_c_stack_bytes"]
                figures.update(c_stack_bytes=max(stacks), code_bytes=code_bytes[workload])
                merged.setdefault(target, {}).setdefault(workload, {})[engine] = figures
    for workload in code_bytes:
        results = {
            figures["result"] for row in merged.values() for figures in row[workload].values()
        }
        if len(results) != 1:
            raise measure.MeasureError(f"{workload}: results differ: {sorted(results)}")
    return merged


def summarize(merged, scenarios, integer):
    """Return {target: {key: figure}}, what the goals are about."""
    summary = {}
    for target, rows in merged.items():
        ratios = {
            engine: geometric_mean([ratio(rows[kernel], engine) for kernel in integer])
            for engine in PROGRAMS
            if engine in rows[integer[0]]
        }
        row = {f"{engine}_times_native": ratios[engine] for engine in ENGINES}
        if "wasmlet_nofuel" in ratios:
            row["fuel_percent"] = 100 * (1 - ratios["wasmlet_nofuel"] / ratios["wasmlet"])
        for engine in ENGINES:
            row[f"{engine}_load_per_code_byte"] = load_per_code_byte(rows, engine)
        with_calls, without, times = CALLS
        for engine in ENGINES:
            extra = (
                rows[with_calls][engine]["instructions"] - rows[without][engine]["instructions"]
            )
            row[f"{engine}_call_instructions"] = extra / times
        for engine in ENGINES:
            for key in ("run_c_stack_bytes", "load_c_stack_bytes"):
                row[f"{engine}_{key}"] = max(figures[engine][key] for figures in rows.values())
        for engine in ENGINES:
            row[f"{engine}_coremix_ram_bytes"] = rows["coremix"][engine]["ram_bytes"]
        small = scenarios[target]["small_cache"]
        row["small_cache_ram_bytes"] = small["ram_bytes_without_stack"]
        row["small_cache_c_stack_bytes"] = small["c_stack_bytes"]
        row["small_cache_times_native"] = (
            small["instructions"] / rows["coremix"]["native"]["instructions"]
        )
        row["hello_ram_bytes"] = scenarios[target]["hello"]["ram_bytes"]
        row["frame_bytes"] = scenarios[target]["depth"]["frame_bytes"]
        if NATIVE_PROGRAMS[0] in rows[integer[0]]:
            row.update(summarize_native(rows, integer))
        summary[target] = row
    return summary


def summarize_native(rows, integer):
    """Return one target's figures of machine code: its speed, and what it costs."""
    full, *others = NATIVE_PROGRAMS
    ratios = {
        engine: geometric_mean([ratio(rows[kernel], engine) for kernel in integer])
        for engine in NATIVE_PROGRAMS
        if engine in rows[integer[0]]
    }
    row = {f"{full}_times_native": ratios[full]}
    for engine, key in zip(others, ("native_fuel_percent", "native_checks_percent")):
        if engine in ratios:
            row[key] = 100 * (1 - ratios[engine] / ratios[full])
    row["native_load_per_code_byte"] = load_per_code_byte(rows, full)
    made = rows["coremix"][full]
    row["native_bytes_per_code_byte"] = made["native_bytes"] / made["code_bytes"]
    row["native_scratch_bytes"] = max(r[full]["native_scratch_bytes"] for r in rows.values())
    for key in ("run_c_stack_bytes", "load_c_stack_bytes"):
        row[f"native_{key}"] = max(r[full][key] for r in rows.values())
    return row


def ratio(engines, engine):
    """Return one workload's instructions over those of native code."""
    return engines[engine]["instructions"] / engines["native"]["instructions"]


def load_per_code_byte(rows, engine):
    """Return what each byte of coremix's code adds to loading a module with next to none.

    Both have the same memory and stack, whose zeroing is no matter of code.
    """
    large, small = rows["coremix"][engine], rows["nocalls"][engine]
    return (large["load_instructions"] - small["load_instructions"]) / (
        large["code_bytes"] - small["code_bytes"]
    )


def missed_goals(summary, goals):
    """Return a line for each goal that is not met."""
    missed = []
    for target, row in summary.items():
        limits = dict(goals["every_target"])
        if target in BARE_TARGETS:
            limits.update(goals["bare_targets"])
            limits.update(goals.get("machine_code", {}))
        for key in ("times_native", "machine_code_times_native"):
            if target in goals.get(key, {}):
                engine = "wasmlet" if key == "times_native" else NATIVE_PROGRAMS[0]
                limits[f"{engine}_times_native"] = goals[key][target]
        for key, limit in limits.items():
            if row.get(key, 0) > limit:
                missed.append(f"{target}: {key} is {row[key]:,.2f}, above {limit:,}")
    return missed


def missed_on_board(board, integer, goals):
    """Return a line for each goal of the RP2040 image that is not met.

    `board` is what board/cycles.py wrote, `integer` names the integer kernels.
    """
    found = []
    for name, row in board["kernels"].items():
        cycles = row["cycles"]
        if "bytecode" in cycles:
            share = cycles["wasm"] / cycles["bytecode"]
            found.append((f"{name}_of_bytecode", share, goals["of_bytecode"]))
        if name in integer:
            times = cycles["wasm"] / cycles["c"]
            found.append((f"{name}_times_native", times, goals["times_native"]))
        if name in integer and {"wasm_native", "viper"} <= cycles.keys():
            share = cycles["wasm_native"] / cycles["viper"]
            found.append((f"{name}_of_viper", share, goals["machine_code_of_viper"]))
        for form, most in row["slice_cycles"].items():
            found.append((f"{name}_{form}_slice_cycles", most, goals["slice_cycles"]))
    forms = [board["kernels"][name]["cycles"] for name in integer if name in board["kernels"]]
    ratios = [form["wasm_native"] / form["c"] for form in forms if "wasm_native" in form]
    if ratios:
        times = geometric_mean(ratios)
        found.append(("machine_code_times_native", times, goals["machine_code_times_native"]))
    for app, cycles in board["start_cycles"].items():
        found.append((f"start_{app}_cycles", cycles, goals[f"start_{app}_cycles"]))
    return [
        f"rp2040: {key} is {value:,.2f}, above {limit:,}"
        for key, value, limit in found
        if value > limit
    ]


def speed_table(merged, groups):
    """Return the lines of a table of instructions over native."""
    targets = list(merged)
    engines = (*ENGINES, NATIVE_PROGRAMS[0])
    lines = ["instructions over native", f"{'':12}" + "".join(f"{t:>30}" for t in targets)]
    names = (e.replace("wasmlet_", "") for _ in targets for e in engines)
    lines.append(f"{'':12}" + "".join(f"{name:>10}" for name in names))
    for workload in [name for group in ("integer", "float", "bulk") for name in groups[group]]:
        rows = [(merged[t][workload], e) for t in targets for e in engines]
        cells = (f"{ratio(row, e):>10.2f}" if e in row else f"{'-':>10}" for row, e in rows)
        lines.append(f"{workload:12}" + "".join(cells))
    return lines


def summary_table(summary):
    """Return the lines of a table of everything else."""
    lines = ["", f"{'':28}" + "".join(f"{t:>14}" for t in summary)]
    for key in max(summary.values(), key=len):
        cells = (row.get(key, "-") for row in summary.values())
        lines.append(
            f"{key:28}"
            + "".join(
                f"{c:>14,.2f}" if isinstance(c, float) else f"{c:>14,}" if c != "-" else f"{c:>14}"
                for c in cells
            )
        )
    return lines


def headline(summary):
    """Return the last line: one figure a target and engine."""
    parts = []
    for engine in reversed(ENGINES):
        figures = (f"{SHORT[t]} {row[f'{engine}_times_native']:.2f}" for t, row in summary.items())
        parts.append(f"{engine} {', '.join(figures)}")
    key = f"{NATIVE_PROGRAMS[0]}_times_native"
    figures = [f"{SHORT[t]} {row[key]:.2f}" for t, row in summary.items() if key in row]
    parts.insert(1, f"machine code {', '.join(figures)}")
    return "bench: int7 x native: " + "; ".join(parts)


def first_line(command):
    """Return the first line that a command prints, which is its version."""
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.splitlines()[0] if done.stdout else "unknown"


def metadata(notes):
    """Return what the figures depend on; `notes` are words KEY=TEXT of the build."""
    return {
        "commit": first_line(["git", "describe", "--always", "--dirty"]),
        "compilers": {
            "x86-64": first_line(["gcc", "--version"]),
            "cortex-m": first_line(["arm-none-eabi-gcc", "--version"]),
            "rv32imac": first_line(["riscv64-unknown-elf-gcc", "--version"]),
        },
        "emulators": [
            first_line(["qemu-system-arm", "--version"]),
            first_line(["valgrind", "--version"]),
        ],
        **dict(note.split("=", 1) for note in notes),
    }


def main():
    """Measure, write the file, print the tables; the headline comes last."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    measure.add_arguments(parser)
    parser.add_argument("--json", type=Path, required=True, help="file to write")
    parser.add_argument("--quick", action="store_true", help="without what metering costs")
    parser.add_argument("--board", type=Path, help="what board/cycles.py measured")
    parser.add_argument("--note", action="append", default=[], metavar="KEY=TEXT")
    args = parser.parse_args()
    runners = measure.parse_runners(args.runners)
    try:
        found = measure.run_all(args.folder, runners, PROGRAMS[:-1] if args.quick else PROGRAMS)
        bare = {target: runners[target] for target in BARE_TARGETS if target in runners}
        programs = NATIVE_PROGRAMS[:1] if args.quick else NATIVE_PROGRAMS
        for target, engines in measure.run_all(args.folder, bare, programs).items():
            found[target].update(engines)
        scenarios = measure.run_all(args.folder, runners, ["scenarios"])
        groups = {}
        for workload, values in next(iter(found.values()))["wasmlet"].items():
            groups.setdefault(values["group"], []).append(workload)
        code_bytes = {
            name: measure.code_section_bytes((args.folder / f"{name}.wasm").read_bytes())
            for group in groups.values()
            for name in group
        }
        merged = merge(found, code_bytes)
    except measure.MeasureError as error:
        measure.fail(error)
    scenarios = {target: row["scenarios"] for target, row in scenarios.items()}
    summary = summarize(merged, scenarios, groups["integer"])
    goals = tomllib.loads((Path(__file__).parent / "goals.toml").read_text(encoding="utf-8"))
    missed = missed_goals(summary, goals)
    report = {**merged, "scenarios": scenarios, "summary": summary, "missed_goals": missed}
    if args.board:
        report["board"] = json.loads(args.board.read_text(encoding="utf-8"))
        missed += missed_on_board(report["board"], groups["integer"], goals["rp2040"])
    report["metadata"] = metadata(args.note)
    args.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print("\n".join(speed_table(merged, groups) + summary_table(summary)))
    print("\n".join(f"goal missed: {line}" for line in missed))
    print(headline(summary))


if __name__ == "__main__":
    sys.exit(main())
