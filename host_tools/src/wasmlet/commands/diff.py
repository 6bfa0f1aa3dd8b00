# SPDX-License-Identifier: MIT
"""`wasmlet diff`: what an update changes of what an app may do."""

from pathlib import Path

from .. import files
from ..changes import diff
from ..errors import FAILED


def add(commands):
    """Describe the command line."""
    parser = commands.add_parser("diff", help="show what an update may do more, or less")
    parser.add_argument("old", type=Path, help="the package that is there")
    parser.add_argument("new", type=Path, help="the package that comes")
    parser.add_argument("--policy", type=Path, help="compare what this policy grants them")
    parser.add_argument("--old-policy", type=Path, help="and what this one granted the old")
    parser.set_defaults(run=run)


def run(args, console):
    """Show the differences; the exit code is 1 when the new one may do anything more."""
    old = files.granted(args.old, args.old_policy or args.policy)
    new = files.granted(args.new, args.policy)
    changes = diff(old, new)
    for line in changes:
        console.print(line, style="red" if line.startswith("wider") else "green")
    if not changes:
        console.print("no difference")
    return FAILED if any(line.startswith("wider") for line in changes) else 0
