# SPDX-License-Identifier: MIT
"""Obtain MicroPython's sources: by git, else from the distribution's source package.

Debian's source package is upstream's tree without the submodules, as a shallow clone is. It is
fetched with apt's own tools and signatures, from the machine's own mirror but from a newer suite
than the machine's, with a state of its own: the system's apt set-up is only read.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

# Source archives that are known to work, by upstream version.
KNOWN_SHA256 = {
    "1.26.1": "f5ad2ec89d3e921f753d448955af98b6005655f84ba26087dde6ba0e8d062f34",
    "1.25.0": "7b25be99a502f070b2de81dafc08da7051d992325d6e67daa9045a918fffdbea",
}
OLDEST = (1, 25)
SUITES = ("testing", "stable")

PROBE_SECONDS = 15
# A transfer slower than this many bytes a second for PROBE_SECONDS is given up.
SLOWEST_BYTES = 4096

# Options of a one-line source entry and the deb822 field that says the same.
_FIELDS = {
    "signed-by": "Signed-By",
    "trusted": "Trusted",
    "check-valid-until": "Check-Valid-Until",
}
_GENERAL_SUITES = ("stable", "oldstable", "testing", "unstable", "sid")


class SourceError(Exception):
    """The sources cannot be had in this way; the text says why."""


def run(command, **options):
    """Run a command quietly; raise SourceError with the end of its output when it fails."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, **options
        )
    except FileNotFoundError:
        raise SourceError(f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise SourceError(f"{command[0]}: no answer in {options['timeout']} s") from None
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise SourceError(lines[-1] if lines else f"{command[0]} failed")
    return done.stdout


def parse_deb822(text):
    """Return the stanzas of a `.sources` file as dicts; continuation lines keep their form."""
    stanzas = []
    for block in re.split(r"\n[ \t]*\n", text):
        stanza, last = {}, None
        for line in block.splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if line[0] in " \t" and last:
                stanza[last] += "\n" + line
                continue
            name, _, value = line.partition(":")
            last = name.strip().title()
            stanza[last] = value.strip()
        if stanza:
            stanzas.append(stanza)
    return stanzas


def parse_one_line(text):
    """Return the `deb` entries of a `.list` file in the form of deb822 stanzas."""
    stanzas = []
    for line in text.splitlines():
        match = re.match(r"\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)", line)
        if not match:
            continue
        kind, options, uri, suite, components = match.groups()
        stanza = {"Types": kind, "Uris": uri, "Suites": suite, "Components": components.strip()}
        for option in (options or "").split():
            name, _, value = option.partition("=")
            if name.lower() in _FIELDS:
                stanza[_FIELDS[name.lower()]] = value.replace(",", " ")
        stanzas.append(stanza)
    return stanzas


def read_apt_sources(etc=Path("/etc/apt")):
    """Return every source entry of the machine's apt, as deb822 stanzas."""
    stanzas = []
    for path in [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]:
        parse = {".sources": parse_deb822, ".list": parse_one_line}.get(path.suffix)
        if parse and path.is_file():
            stanzas += parse(path.read_text(encoding="utf-8", errors="replace"))
    return stanzas


def debian_entry(stanzas, codename):
    """Return the entry of the Debian archive itself, or None.

    It has the component `main` of the machine's release, under the release's name or a general
    one. Where other repositories say the same, the archive's usual path and keyring tell.
    """

    def fits(stanza):
        return (
            stanza.get("Enabled", "yes").lower() not in ("no", "false")
            and "main" in stanza.get("Components", "").split()
            and bool({codename, *_GENERAL_SUITES} & set(stanza.get("Suites", "").split()))
        )

    def usual(stanza):
        uris = stanza["Uris"].rstrip("/")
        return uris.endswith("/debian") or "debian-archive" in stanza.get("Signed-By", "")

    fitting = [stanza for stanza in stanzas if fits(stanza)]
    return next(iter([s for s in fitting if usual(s)] + fitting), None)


def release_codename(path=Path("/etc/os-release")):
    """Return the name of the machine's release, empty where there is none."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    match = re.search(r"^VERSION_CODENAME=[\"']?(\w+)", text, re.MULTILINE)
    return match.group(1) if match else ""


def source_entry(stanza, suite):
    """Return the text of a `.sources` file for the source packages of another suite."""
    fields = {"Types": "deb-src", "URIs": stanza["Uris"], "Suites": suite, "Components": "main"}
    fields.update((name, stanza[name]) for name in _FIELDS.values() if name in stanza)
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


class Apt:
    """Debian's tools, on a state of their own in `directory`."""

    def __init__(self, directory, stanza, suite):
        self.directory = directory.resolve()
        shutil.rmtree(self.directory, ignore_errors=True)
        (self.directory / "lists" / "partial").mkdir(parents=True)
        (self.directory / "cache" / "archives" / "partial").mkdir(parents=True)
        entry = self.directory / "debian.sources"
        entry.write_text(source_entry(stanza, suite), encoding="utf-8")
        self._options = [
            f"-oDir::Etc::sourcelist={entry}",
            "-oDir::Etc::sourceparts=-",
            f"-oDir::State::Lists={self.directory / 'lists'}",
            f"-oDir::Cache={self.directory / 'cache'}",
            f"-oAcquire::http::Timeout={PROBE_SECONDS}",
            "-oAcquire::Languages=none",
            # A mirror that lags is good enough: signatures are checked, known archives pinned.
            "-oAcquire::Check-Valid-Until=false",
        ]

    def update(self):
        """Fetch the suite's list of source packages; its signature is checked."""
        self._run("apt-get", "update")

    def versions(self):
        """Return the versions of the source package `micropython`, newest first."""
        table = self._run("apt-cache", "madison", "micropython")
        return [line.split("|")[1].strip() for line in table.splitlines() if "Sources" in line]

    def download(self, version):
        """Fetch the upstream archive of one version; return its path."""
        self._run("apt-get", "source", "--download-only", "--tar-only", f"micropython={version}")
        return next(self.directory.glob("micropython_*.orig.tar.*"))

    def _run(self, tool, *words):
        return run([tool, *self._options, *words], cwd=self.directory)


def upstream_version(package_version):
    """Return the upstream part of a Debian version: 1.26.1+ds-1 is 1.26.1."""
    return re.match(r"(?:\d+:)?([0-9.]+)", package_version).group(1)


def choose_version(versions):
    """Return the package version to take, or None; a known one comes before a newer one."""
    recent = [v for v in versions if version_tuple(upstream_version(v))[:2] >= OLDEST]
    known = [v for v in recent if upstream_version(v) in KNOWN_SHA256]
    return next(iter(known + recent), None)


def version_tuple(text):
    """Return a dotted version as integers."""
    return tuple(int(part) for part in text.split("."))


def check_sha256(archive, version):
    """Compare an archive with its pin; raise SourceError when it is another one."""
    known = KNOWN_SHA256.get(version)
    if known is None:
        print(f"micropython: {version} has no pin here; apt has checked its signature")
    elif hashlib.sha256(archive.read_bytes()).hexdigest() != known:
        raise SourceError(f"{archive.name} is not the archive that was pinned")


def unpack(archive, target):
    """Unpack an archive's single top folder as `target`."""
    scratch = target.with_name(target.name + ".new")
    shutil.rmtree(scratch, ignore_errors=True)
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(scratch, filter="data")
        else:
            tar.extractall(scratch)
    shutil.rmtree(target, ignore_errors=True)
    tops = list(scratch.iterdir())
    (tops[0] if len(tops) == 1 else scratch).rename(target)
    shutil.rmtree(scratch, ignore_errors=True)


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


def find_in_suites(stanza, download):
    """Return the Apt of a suite and the package version to take from it.

    A known version in any suite comes before an unknown one in the first.
    """
    unknown, failures = [], []
    for suite in SUITES:
        print(f"micropython: reading the source packages of Debian {suite} ...", flush=True)
        try:
            apt = Apt(download / f"apt-{suite}", stanza, suite)
            apt.update()
            version = choose_version(apt.versions())
        except SourceError as error:
            failures.append(str(error))
            continue
        if version and upstream_version(version) in KNOWN_SHA256:
            return apt, version
        if version:
            unknown.append((apt, version))
    if not unknown:
        raise SourceError("; ".join(failures) or "no suite has a version that is recent enough")
    return unknown[0]


def from_debian(target, download, etc=Path("/etc/apt")):
    """Unpack the upstream archive of Debian's source package."""
    stanza = debian_entry(read_apt_sources(etc), release_codename())
    if stanza is None:
        raise SourceError("this machine's apt has no entry of the Debian archive")
    apt, version = find_in_suites(stanza, download)
    archive = apt.download(version)
    check_sha256(archive, upstream_version(version))
    unpack(archive, target)
    for suite in SUITES:
        shutil.rmtree(download / f"apt-{suite}", ignore_errors=True)


def main():
    """Try the ways in turn; exit with 1 and one line for each when none works."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", type=Path, help="where the tree goes")
    parser.add_argument("--git", required=True, metavar="URL", help="upstream's repository")
    parser.add_argument("--tag", required=True, help="what to clone of it")
    parser.add_argument("--download", required=True, type=Path, help="scratch folder")
    args = parser.parse_args()
    args.target.parent.mkdir(parents=True, exist_ok=True)
    ways = (
        (f"git {args.tag}", lambda: from_git(args.git, args.tag, args.target)),
        ("Debian's source package", lambda: from_debian(args.target, args.download)),
    )
    for name, get in ways:
        print(f"micropython: getting the sources ({name}) ...", flush=True)
        try:
            get()
            return 0
        except SourceError as error:
            print(f"micropython: not by {name}: {error}", flush=True)
    print("micropython: give a source tree of 1.25 or newer as MPY_DIR=/path", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
