# SPDX-License-Identifier: MIT
"""`wasmlet pack`: a module, its manifest and data into one file."""

from pathlib import Path

from .. import files, pack
from ..errors import FAILED, ToolError
from ..imports import ungranted
from ..pure import manifest


def add(commands):
    """Describe the command line."""
    parser = commands.add_parser("pack", help="make a package of a module and its manifest")
    parser.add_argument("app", type=Path, help="the module, a .wasm file")
    parser.add_argument("-m", "--manifest", type=Path, default=Path("wasmlet.toml"))
    parser.add_argument("-o", "--output", type=Path, required=True, help="the package")
    parser.add_argument(
        "--blob", action="append", default=[], metavar="NAME=FILE", help="data; may be repeated"
    )
    parser.set_defaults(run=run)


def _blobs(words):
    blobs = {}
    for word in words:
        name, separator, path = word.partition("=")
        if not separator:
            raise ToolError(f"--blob {word}: NAME=FILE is wanted")
        if name in blobs:
            raise ToolError(f"--blob {name}: is there twice")
        blobs[name] = files.read(path)
    return blobs


def run(args, console):
    """Write the package, once everything is known to be right."""
    source = files.toml(args.manifest)
    asked = files.checked(args.manifest, manifest.check, source)
    data = files.read(args.app)
    blobs = _blobs(args.blob)
    packed = files.checked(args.app, pack.pack, data, source, blobs)
    for module, name, line in files.checked(args.app, ungranted, data, asked):
        text = f"{args.app}: imports {module} {name}; {args.manifest} needs {line}"
        raise ToolError(text, FAILED)
    files.write(args.output, packed)
    app = asked["app"]
    console.print(f"{args.output}: {app['id']} {app['version']}, {len(packed)} bytes")
    return 0
