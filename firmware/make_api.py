# SPDX-License-Identifier: MIT
"""Write what is made of host_api.toml: the C gate's rows, guests' headers, docs/API.md.

`--check` writes nothing and fails when a file is not what it would write.
"""

import argparse
import sys
from pathlib import Path

import api_assemblyscript
import api_c
import api_gate
import api_page
import api_rust
import api_zig
import host_api

ROOT = Path(__file__).resolve().parent.parent
PARTS = (api_gate, api_c, api_rust, api_zig, api_assemblyscript, api_page)


def texts(api):
    """Return {path from the root: text} of every file."""
    return {part.PATH: part.text(api) for part in PARTS}


def main(arguments=None, root=ROOT):
    """Write or check the files; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail when a file is stale")
    args = parser.parse_args(arguments)
    try:
        made = texts(host_api.read())
    except host_api.ApiError as error:
        print(f"make_api: {error}", file=sys.stderr)
        return 1
    stale = [
        path
        for path, text in made.items()
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != text
    ]
    for path in stale:
        if args.check:
            print(f"{path} is stale: run make docs", file=sys.stderr)
        else:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(made[path], encoding="utf-8")
    return int(args.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
