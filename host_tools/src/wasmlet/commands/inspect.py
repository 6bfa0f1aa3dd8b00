# SPDX-License-Identifier: MIT
"""`wasmlet inspect`: what is in a package, what it asks for, and what it would be given."""

import json
from pathlib import Path

from .. import files
from ..errors import FAILED
from ..pure import capability, manifest
from ..pure.schema import CLASSES, is_list


def add(commands):
    """Describe the command line."""
    parser = commands.add_parser("inspect", help="show a package, and what it may do")
    parser.add_argument("app", type=Path, help="the package")
    parser.add_argument("--policy", type=Path, help="show what this policy grants it")
    parser.add_argument("--json", action="store_true", help="normal form, for programs")
    parser.set_defaults(run=run)


def lines(asked):
    """Yield lines of TOML of what is asked for, or granted."""
    for key, rows in CLASSES:
        entries = asked.get(key, ()) if is_list(rows) else [asked[key]] if key in asked else ()
        for entry in entries:
            line = manifest.line(key, [(row, entry[row[0]]) for row in rows])
            hardware = ", ".join(f"{k} {v}" for k, v in sorted(entry.get("hw", {}).items()))
            yield line + (f"  # {hardware}" if hardware else "")
    if asked["env"]:
        yield "env = {" + ", ".join(f"{k} = {v!r}" for k, v in sorted(asked["env"].items())) + "}"


def run(args, console):
    """Show the package; the exit code is 1 when the policy denies something."""
    found = files.load_package(args.app)
    asked = found.manifest or manifest.bare()
    shown = asked
    if args.policy:
        shown = capability.grant(asked, files.load_policy(args.policy))
    denied = shown.get("denied", ())
    if args.json:
        console.print(json.dumps(shown, sort_keys=True))
        return FAILED if denied else 0
    app = asked["app"]
    who = f"{app['id']} {app['version']}, abi {app['abi']}" if found.manifest else "bare module"
    console.print(f"{args.app}: {who}, {len(found.data)} bytes")
    for line in lines(shown):
        console.print("  " + line)
    for name, (at, size) in sorted(found.blobs.items()):
        console.print(f"  blob {name}: {size} bytes at {at}")
    for text in denied:
        console.print("  denied: " + text, style="red")
    return FAILED if denied else 0
