# SPDX-License-Identifier: MIT
"""`wasmlet policy`: what a board's owner allows, checked and compiled for the board."""

from pathlib import Path

from .. import files


def add(commands):
    """Describe the command line."""
    parser = commands.add_parser("policy", help="check a policy, or compile it for a board")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser("check", help="say what is wrong with a policy")
    check.add_argument("policy", type=Path, help="policy.toml")
    check.set_defaults(run=run, output=None)
    compiled = actions.add_parser("compile", help="write what the board reads as /policy.json")
    compiled.add_argument("policy", type=Path, help="policy.toml")
    compiled.add_argument("-o", "--output", type=Path, default=Path("policy.json"))
    compiled.set_defaults(run=run)


def run(args, console):
    """Check the policy; write it where that is asked for."""
    data = files.compile_policy(args.policy)
    for pin, labels in files.doubled_pins(data):
        console.print(f"{args.policy}: pin {pin} is of {' and '.join(labels)}", style="yellow")
    if args.output:
        files.write(args.output, data)
        console.print(f"{args.output}: {len(data)} bytes")
    else:
        console.print(f"{args.policy}: good, {len(data)} bytes for the board")
    return 0
