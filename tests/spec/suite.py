# SPDX-License-Identifier: MIT
"""Obtain the specification's test suite as JSON and modules.

A folder that is given is only read. Else the suite is cloned at the commits that sources.toml
pins, else taken from the source package of binaryen, which carries an older selection; both are
converted with wast2json, and what that cannot convert is left out and named.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

from expected import read_toml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "firmware"))

import debian as packages  # noqa: E402
from debian import SourceError, run  # noqa: E402

PROBE_SECONDS = 15
CONVERT_SECONDS = 120


def convert_wast(wast, folder, features=()):
    """Convert one .wast file into `folder`; return why not, or None."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    flags = [f"--enable-{feature}" for feature in features]
    output = folder / f"{folder.name}.json"
    done = subprocess.run(
        ["wast2json", *flags, str(wast), "-o", str(output)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=CONVERT_SECONDS,
    )
    if done.returncode == 0:
        return None
    shutil.rmtree(folder)
    first = next(iter(done.stderr.splitlines()), f"wast2json ended with {done.returncode}")
    return first.replace(f"{wast.parent}/", "")


def convert_all(wasts, target, features=()):
    """Convert .wast files into folders of `target`; return [[file, why it was left out]]."""
    skipped = []
    for wast in sorted(wasts):
        reason = convert_wast(wast, target / wast.stem, features)
        if reason:
            skipped.append([f"{target.name}/{wast.stem}", reason])
    return skipped


def from_git(target, scratch):
    """Convert the pinned commits of the suite's repository; return what was left out."""
    sources = read_toml(HERE / "sources.toml")["git"]
    url = sources.pop("url")
    clone = scratch / "testsuite"
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    run(["git", "ls-remote", url, "HEAD"], env=environment, timeout=PROBE_SECONDS)
    shutil.rmtree(clone, ignore_errors=True)
    run(["git", "clone", "--no-checkout", url, str(clone)], env=environment)
    skipped = []
    for proposal, source in sources.items():
        run(["git", "-C", str(clone), "checkout", "--force", source["commit"]])
        wasts = (clone / source["path"]).glob("*.wast")
        without = source.get("without", "")
        wasts = [wast for wast in wasts if not fnmatch(wast.stem, without)]
        skipped += convert_all(wasts, target / proposal, source["features"])
    return skipped


def from_debian(target, scratch):
    """Convert the files that a source package of Debian carries; return what was left out."""
    source = read_toml(HERE / "sources.toml")["debian"]
    stanza = packages.debian_entry(packages.read_apt_sources(), packages.release_codename())
    if stanza is None:
        raise SourceError("this machine's apt has no entry of the Debian archive")
    apt = packages.Apt(scratch / "apt", stanza, packages.release_codename())
    apt.update()
    packages.unpack(apt.source(source["package"]), scratch / "package")
    wasts = list((scratch / "package" / source["path"]).glob("*.wast"))
    if not wasts:
        raise SourceError(f"{source['package']} has no {source['path']}/*.wast")
    chosen, skipped = [], []
    for wast in sorted(wasts):
        patterns = [pattern for pattern in source["without"] if fnmatch(wast.stem, pattern)]
        if patterns:
            skipped.append([f"core/{wast.stem}", source["without"][patterns[0]]])
        else:
            chosen.append(wast)
    return skipped + convert_all(chosen, target / "core")


WAYS = (
    ("git", "WebAssembly/testsuite by git, with wast2json", from_git),
    ("debian", "Debian's source package binaryen, with wast2json", from_debian),
)


def obtain(target):
    """Make the suite in `target`; return what source.json says, or raise SourceError."""
    scratch = target.with_name(target.name + ".scratch")
    reasons = []
    for name, title, get in WAYS:
        shutil.rmtree(target, ignore_errors=True)
        scratch.mkdir(parents=True, exist_ok=True)
        print(f"spec: getting the suite ({title}) ...", flush=True)
        try:
            skipped = get(target, scratch)
        except (SourceError, StopIteration) as error:
            print(f"spec: not by {name}: {error}", flush=True)
            reasons.append(f"{name}: {error}")
            continue
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return {"title": title, "path": str(target), "pinned": name == "git", "skipped": skipped}
    raise SourceError("; ".join(reasons))


def main():
    """Write source.json; exit with 1 and one line when there is no suite."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--given", type=Path, help="a folder that has the suite already")
    parser.add_argument("--target", type=Path, required=True, help="where a suite is made")
    parser.add_argument("--source", type=Path, required=True, help="source.json")
    args = parser.parse_args()
    if args.given:
        source = {
            "title": f"the folder {args.given}",
            "path": str(args.given),
            "pinned": True,
            "skipped": [],
        }
    else:
        try:
            source = obtain(args.target)
        except SourceError as error:
            print(f"spec: no suite to test against: {error}", file=sys.stderr)
            print("spec: give a folder of the suite as SPEC_TESTSUITE=/path", file=sys.stderr)
            return 1
    args.source.parent.mkdir(parents=True, exist_ok=True)
    args.source.write_text(json.dumps(source, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
