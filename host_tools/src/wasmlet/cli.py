# SPDX-License-Identifier: MIT
"""The command line: the only file that prints errors and knows exit codes.

Exit code: 0 when all is well; 1 when a file says what it may not, or an update asks for more; 2
for a bad command line, or files that cannot be read.
"""

import argparse

from rich.console import Console

from .commands import diff, inspect, pack, policy
from .errors import ToolError

_COMMANDS = (pack, inspect, policy, diff)
_PLAIN = {"highlight": False, "soft_wrap": True, "markup": False, "emoji": False}


def parser():
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="wasmlet", description="WebAssembly apps for boards")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add(commands)
    return top


def main(words=None):
    """Run a command, and return the exit code."""
    args = parser().parse_args(words)
    try:
        return args.run(args, Console(**_PLAIN))
    except ToolError as error:
        console = Console(stderr=True, **_PLAIN)
        console.print(f"wasmlet: {error}", style="red")
        return error.exit_code
