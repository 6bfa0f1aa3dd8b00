# SPDX-License-Identifier: MIT
"""Compare what a kernel computes, and the fuel it takes, across targets.

Everything must be equal on every target: the result, the fuel used, and the linear memory that is
left (as a hash).
"""

import argparse
import sys

import measure

COMPARED = ("result", "fuel", "memory_hash")


def compare(found, targets):
    """Return rows of (workload, {key: {target: value}}), and how many differ."""
    rows, differences = [], 0
    for workload in found[targets[0]]["wasmlet"]:
        row = {
            key: {target: found[target]["wasmlet"][workload][key] for target in targets}
            for key in COMPARED
        }
        differences += any(len(set(values.values())) > 1 for values in row.values())
        rows.append((workload, row))
    return rows, differences


def table(rows, targets):
    """Return the lines of a table: one a workload, or one a target where they differ."""
    lines = [f"{'':10}{'result':>12}{'fuel':>14}{'memory hash':>13}  equal on"]
    for workload, row in rows:
        groups = {}
        for target in targets:
            groups.setdefault(tuple(row[key][target] for key in COMPARED), []).append(target)
        for (result, fuel, memory), group in groups.items():
            lines.append(
                f"{workload:10}{result:>12}{fuel:>14,}     {memory:08x}  {', '.join(group)}"
            )
    return lines


def main():
    """Print the table; exit with 1 when anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    measure.add_arguments(parser)
    args = parser.parse_args()
    runners = measure.parse_runners(args.runners)
    try:
        found = measure.run_all(args.folder, runners, ["wasmlet"], counted=False)
    except measure.MeasureError as error:
        measure.fail(error)
    targets = list(runners)
    rows, differences = compare(found, targets)
    print("\n".join(table(rows, targets)))
    print(
        f"test-determinism: {len(rows)} workloads on {len(targets)} targets, {differences} differ"
    )
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
