# SPDX-License-Identifier: MIT
"""List which operations the interpreter executes most, and which pairs, per workload and overall.

Overall is the mean of the integer kernels' shares, so that a long kernel does not outvote a short
one.
"""

import argparse
import sys
from pathlib import Path

import measure

TOP = 12
TOP_OVERALL = 40


def shares(values, kind):
    """Return {name: share of all} of the keys `kind:name`."""
    counts = {k.split(":", 1)[1]: n for k, n in values.items() if k.startswith(kind + ":")}
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()}


def overall(found, kind):
    """Return {name: mean share} over the integer kernels."""
    kernels = [values for values in found.values() if values["group"] == "integer"]
    mean = {}
    for values in kernels:
        for name, share in shares(values, kind).items():
            mean[name] = mean.get(name, 0) + share / len(kernels)
    return mean


def listing(title, shared, top):
    """Return a title and a line for each of the most frequent names, with running totals."""
    lines, covered = [title], 0
    for name, share in sorted(shared.items(), key=lambda item: -item[1])[:top]:
        covered += share
        lines.append(f"  {100 * share:6.2f} {100 * covered:6.1f}  {name.replace(':', ' ')}")
    return lines


def main():
    """Run the profiling program and print its counts as shares in percent."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    args = parser.parse_args()
    try:
        found = measure.run_program(args.program, [], counted=False)
    except measure.MeasureError as error:
        measure.fail(error)
    for kind in ("op", "pair"):
        for workload, values in found.items():
            print("\n".join(listing(f"{workload}: {kind}s", shares(values, kind), TOP)))
        print("\n".join(listing(f"integer kernels: {kind}s", overall(found, kind), TOP_OVERALL)))
    executed = sum(n for values in found.values() for k, n in values.items() if k[:3] == "op:")
    print(f"bench-profile: {executed:,} operations in {len(found)} workloads")


if __name__ == "__main__":
    sys.exit(main())
