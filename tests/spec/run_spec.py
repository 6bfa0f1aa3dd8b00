# SPDX-License-Identifier: MIT
"""Run the suite with one build of the runner, and compare what was run with what there is.

Prints what went wrong and one line of figures. A file of the suite that was not run, or commands
that do not add up to expected.toml, are failures too.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from expected import load_expected

FIGURES = ("passed", "failed", "text_format", "skipped", "refused", "fuel")
LIMIT_SECONDS = 900


def parse_figures(text):
    """Return {proposal/file: {figure: number}} from what the runner wrote."""
    rows = {}
    for line in text.splitlines():
        name, *numbers = line.split()
        rows[name] = dict(zip(FIGURES, map(int, numbers)))
    return rows


def check_coverage(rows, scripts):
    """Return what differs between the files that were run and the scripts that there are."""
    problems = [f"{name}: was not run" for name in sorted(scripts - rows.keys())]
    return problems + [f"{name}: is not in the suite" for name in sorted(rows.keys() - scripts)]


def check_counts(rows, expected, skipped=()):
    """Return what differs between the commands that were run and expected.toml.

    `skipped` are the files that could not be converted. Where there are none, the totals of a
    proposal must be right too.
    """
    problems = []
    for proposal, table in expected.items():
        prefix = f"{proposal}/"
        here = {name: row for name, row in rows.items() if name.startswith(prefix)}
        files = {prefix + name: commands for name, commands in table.files.items()}
        for name in sorted(here.keys() | files.keys() - set(skipped)):
            if name not in here:
                problems.append(f"{name}: is missing from the suite")
            elif name not in files:
                problems.append(f"{name}: is not in expected.toml")
            else:
                commands = sum(here[name][figure] for figure in FIGURES[:4])
                wanted = files[name] - table.users(name[len(prefix) :])
                if commands != wanted:
                    problems.append(f"{name}: {commands} commands, expected {wanted}")
        if sum(files.values()) != table.commands:
            problems.append(f"{proposal}: expected.toml does not add up to {table.commands}")
        wanted = {
            "text_format": table.text_format,
            "refused": sum(len(row.modules) for row in table.left_out.values()),
            "skipped": 0,
        }
        for figure, number in wanted.items():
            there = sum(row[figure] for row in here.values())
            if there != number and files.keys().isdisjoint(skipped):
                problems.append(f"{proposal}: {there} commands {figure}, expected {number}")
    return problems


def check_fuel(reports):
    """Return the files whose fuel is not the same in every variant."""
    problems = []
    for name in sorted({name for report in reports.values() for name in report}):
        used = {
            variant: report[name]["fuel"] for variant, report in reports.items() if name in report
        }
        if len(set(used.values())) > 1:
            problems.append(f"{name}: fuel differs: {used}")
    return problems


def total(rows):
    """Return the sums of all files' figures."""
    return {figure: sum(row[figure] for row in rows.values()) for figure in FIGURES}


def figure_line(sums):
    """Return the line of figures, in the runner's form."""
    return (
        f"{sums['passed']} passed, {sums['failed']} failed, "
        f"{sums['text_format']} text-format (not applicable), {sums['skipped']} skipped"
    )


def run_variant(args):
    """Run one variant; return whether all went well."""
    scripts = sorted(args.scripts.glob("*/*.bin"))
    source = json.loads(args.source.read_text(encoding="utf-8"))
    args.report.parent.mkdir(parents=True, exist_ok=True)
    figures = args.report.with_suffix(".txt")
    figures.unlink(missing_ok=True)
    if not scripts and not source["pinned"]:
        return finish_variant(args, source, {}, [], 0, "the suite has nothing for it")
    command = [*args.command, "--figures", str(figures), *map(str, scripts)]
    start = time.monotonic()
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=LIMIT_SECONDS,
    )
    seconds = time.monotonic() - start
    *lines, last = done.stdout.splitlines() or [""]
    problems = []
    rows = {}
    if done.returncode not in (0, 1) or not last.startswith("spec: "):
        lines += [last, *done.stderr.splitlines()]
        problems.append(f"the runner ended with {done.returncode}")
    else:
        rows = parse_figures(figures.read_text(encoding="utf-8"))
        problems += check_coverage(rows, {f"{path.parent.name}/{path.stem}" for path in scripts})
        if source["pinned"]:
            skipped = [name for name, _ in source["skipped"]]
            problems += check_counts(rows, load_expected(args.feature), skipped)
    for line in lines:
        print(line)
    # Findings of runs with a failing allocator belong to no command.
    return finish_variant(args, source, rows, problems, done.returncode, f"{seconds:.0f} s")


def finish_variant(args, source, rows, problems, returncode, remark):
    """Print and write the figures; return whether all went well."""
    for problem in problems:
        print(f"spec {args.variant}: {problem}")
    sums = total(rows)
    sums["failed"] = max(sums["failed"] + len(problems), returncode != 0)
    report = {
        "pinned": source["pinned"],
        "feature": args.feature,
        "rows": rows,
        "sums": sums,
    }
    args.report.write_text(json.dumps(report), encoding="utf-8")
    print(f"spec {args.variant}: {figure_line(sums)} ({remark})")
    return sums["failed"] == 0


def run_total(args):
    """Print the figures of all variants together; return whether all went well."""
    reports = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in args.reports}
    source = json.loads(args.source.read_text(encoding="utf-8"))
    plain = {variant: report for variant, report in reports.items() if not report["feature"]}
    problems = check_fuel({variant: report["rows"] for variant, report in plain.items()})
    for problem in problems:
        print(f"spec: {problem}")
    if not source["pinned"]:
        print("spec: the suite is not the pinned selection, its counts are its own")
    print(f"spec: the suite is from {source['title']}")
    for name, reason in source["skipped"]:
        print(f"  left out: {name}: {reason}")
    for report in reports.values():
        if report["feature"]:
            print(f"  with {report['feature']}: {figure_line(report['sums'])}")
    sums = [report["sums"] for report in reports.values()]
    worst = {
        "passed": min(report["sums"]["passed"] for report in plain.values()),
        "failed": sum(s["failed"] for s in sums) + len(problems),
        "text_format": max(s["text_format"] for s in sums),
        "skipped": max(s["skipped"] for s in sums) + len(source["skipped"]),
    }
    print(f"spec: {figure_line(worst)}")
    return worst["failed"] == 0


def main():
    """Exit with 1 when anything is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, required=True, help="source.json of the suite")
    actions = parser.add_subparsers(required=True)
    variant = actions.add_parser("variant", help="run one build")
    variant.add_argument("--scripts", type=Path, required=True)
    variant.add_argument("--feature", default="", help="what the build has beyond the others")
    variant.add_argument("--report", type=Path, required=True, help="JSON, named for the variant")
    variant.add_argument("command", nargs="+", help="the runner and, after --, its options")
    variant.set_defaults(action=run_variant)
    all_of_them = actions.add_parser("total", help="put the reports of all builds together")
    all_of_them.add_argument("reports", nargs="+", type=Path)
    all_of_them.set_defaults(action=run_total)
    args = parser.parse_args()
    if hasattr(args, "report"):
        args.variant = args.report.stem
    return 0 if args.action(args) else 1


if __name__ == "__main__":
    sys.exit(main())
