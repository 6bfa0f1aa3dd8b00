# SPDX-License-Identifier: MIT
"""Make a MicroPython tree, of links, that has its libraries: the submodules that are missing.

usage: link_tree.py TREE MICROPYTHON PORT NAME=SOURCE...

lib/NAME of the new TREE is SOURCE. The folders down to ports/PORT are real, so that paths relative
to the port stay in the tree; everything else leads to where it was.
"""

import argparse
import shutil
from pathlib import Path


def link_entries(source, target):
    """Make `target` a folder whose entries are links to those of `source`."""
    target.mkdir()
    for entry in source.iterdir():
        (target / entry.name).symlink_to(entry)


def make_real(path):
    """Turn a link to a folder into a folder of links."""
    source = path.resolve()
    path.unlink()
    link_entries(source, path)


def link_tree(tree, micropython, port, libraries):
    """Make `tree` of `micropython`, with `libraries`, {name: folder}, in its lib/."""
    shutil.rmtree(tree, ignore_errors=True)
    tree.parent.mkdir(parents=True, exist_ok=True)
    link_entries(micropython.resolve(), tree)
    for folder in (tree / "lib", tree / "ports", tree / "ports" / port):
        make_real(folder)
    for name, source in libraries.items():
        (tree / "lib" / name).unlink(missing_ok=True)
        (tree / "lib" / name).symlink_to(source.resolve())


def main():
    """Make the tree that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tree", type=Path)
    parser.add_argument("micropython", type=Path)
    parser.add_argument("port")
    parser.add_argument("libraries", nargs="*", metavar="NAME=SOURCE")
    args = parser.parse_args()
    pairs = (word.split("=", 1) for word in args.libraries)
    libraries = {name: Path(source) for name, source in pairs}
    link_tree(args.tree, args.micropython, args.port, libraries)


if __name__ == "__main__":
    main()
