# SPDX-License-Identifier: MIT
"""Obtain a source that pins.py names: by git, else from a package of Debian's.

Debian's source packages are upstream's trees without the submodules, as shallow clones are.
"""

import argparse
import contextlib
import fcntl
import os
import shutil
import sys
from pathlib import Path

import debian
from debian import PROBE_SECONDS, SourceError, run
from pins import SOURCES

# A transfer slower than this many bytes a second for PROBE_SECONDS is given up.
SLOWEST_BYTES = 4096
# This file in a tree says that all of it is there.
COMPLETE = ".complete"


def from_git(url, tag, target):
    """Clone one tag of upstream; fail within seconds where it cannot be reached."""
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    refs = run(["git", "ls-remote", "--tags", url, tag], env=environment, timeout=PROBE_SECONDS)
    if tag not in refs:
        raise SourceError(f"{url} has no tag {tag}")
    shutil.rmtree(target, ignore_errors=True)
    settings = (
        f"http.lowSpeedLimit={SLOWEST_BYTES}",
        f"http.lowSpeedTime={PROBE_SECONDS}",
        "advice.detachedHead=false",
    )
    options = [word for setting in settings for word in ("-c", setting)]
    command = ["git", *options, "clone", "--depth", "1", "--branch", tag, url, str(target)]
    run(command, env=environment)


class Archive:
    """The Debian archive: the suites that may have a source, each read when first needed."""

    def __init__(self, download, etc=Path("/etc/apt")):
        self._stanza = debian.debian_entry(debian.read_apt_sources(etc), debian.release_codename())
        self._download = download
        self._suites = {}

    def get(self, source, target):
        """Unpack upstream's files from Debian's package of a source."""
        if source.package is None:
            raise SourceError("Debian has no package of it")
        if self._stanza is None:
            raise SourceError("this machine's apt has no entry of the Debian archive")
        apt, version = self._find(source)
        fetch = apt.binary if source.folder else apt.source
        archive = fetch(source.package, version)
        debian.check_sha256(archive, debian.upstream_version(version), source.sha256)
        if source.folder:
            debian.unpack_deb(archive, source.folder, target)
        else:
            debian.unpack(archive, target)

    def clean(self):
        """Remove what was fetched."""
        for suite in self._suites:
            shutil.rmtree(self._folder(suite), ignore_errors=True)

    def _folder(self, suite):
        return self._download / f"apt-{suite}"

    def _suite(self, suite):
        if suite not in self._suites:
            print(f"apt: reading the packages of Debian {suite} ...", flush=True)
            apt = debian.Apt(self._folder(suite), self._stanza, suite)
            self._suites[suite] = apt
            apt.update()
        return self._suites[suite]

    def _find(self, source):
        """Return the Apt of a suite and the package version to take from it.

        A pinned version in any suite comes before an unpinned one in the first.
        """
        unknown, failures = [], []
        for suite in debian.SUITES:
            try:
                apt = self._suite(suite)
                versions = apt.versions(source.package, source.folder is None)
                version = debian.choose_version(
                    versions, source.sha256, source.oldest, source.only
                )
            except SourceError as error:
                failures.append(str(error))
                continue
            if version and debian.upstream_version(version) in source.sha256:
                return apt, version
            if version:
                unknown.append((apt, version))
        if not unknown:
            wanted = f"version {source.only}" if source.only else "a version that is new enough"
            raise SourceError("; ".join(failures) or f"no suite has {wanted}")
        return unknown[0]


@contextlib.contextmanager
def alone(folder):
    """Wait until nobody else works in a folder: boards built side by side share sources."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def asked_for(source, git, tag):
    """Return the source as the user wants it: another repository, or a tag and nothing else."""
    if tag:
        source = source._replace(tag=tag, only=tag.lstrip("v"))
    return source._replace(git=git or source.git)


def get(name, source, target, archive):
    """Try the ways in turn, one line for each; return whether one of them worked."""
    ways = (
        (f"git {source.tag}", lambda: from_git(source.git, source.tag, target)),
        ("Debian's package", lambda: archive.get(source, target)),
    )
    for way, try_it in ways:
        print(f"{name}: getting the sources ({way}) ...", flush=True)
        try:
            try_it()
            return True
        except SourceError as error:
            print(f"{name}: not by {way}: {error}", flush=True)
    if name == "micropython":
        hint = "give a source tree of 1.25 or newer as MPY_DIR=/path"
    else:
        hint = f"give a MicroPython tree that has lib/{name} as MPY_DIR=/path"
    print(f"{name}: {hint}", file=sys.stderr)
    return False


def main():
    """Get each source that has not been got before; exit with 1 when one cannot be had."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", choices=SOURCES, metavar="NAME")
    parser.add_argument("--into", required=True, type=Path, help="each becomes a folder of this")
    parser.add_argument("--download", required=True, type=Path, help="scratch folder")
    parser.add_argument("--git", metavar="URL", help="another repository")
    parser.add_argument("--tag", help="another tag, whose version it must be")
    args = parser.parse_args()
    args.into.mkdir(parents=True, exist_ok=True)
    with alone(args.download):
        return 1 if get_missing(args) else 0


def get_missing(args):
    """Get what the command line names and is not there; return how many cannot be had."""
    archive = Archive(args.download)
    failures = 0
    for name in args.names:
        target = args.into / name
        if (target / COMPLETE).exists():
            continue
        source = asked_for(SOURCES[name], args.git, args.tag)
        if get(name, source, target, archive):
            (target / COMPLETE).touch()
        else:
            failures += 1
    archive.clean()
    return failures


if __name__ == "__main__":
    sys.exit(main())
