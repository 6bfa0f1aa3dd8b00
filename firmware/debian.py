# SPDX-License-Identifier: MIT
"""Packages of the Debian archive, fetched by apt's own tools and signatures.

They come from the machine's own mirror but perhaps from another suite than the machine's, with a
state of their own: the system's apt set-up is only read. Nothing is installed.
"""

import hashlib
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

SUITES = ("testing", "stable")
PROBE_SECONDS = 15

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


def suite_entry(stanza, suite):
    """Return the text of a `.sources` file for the packages of another suite."""
    fields = {
        "Types": "deb deb-src",
        "URIs": stanza["Uris"],
        "Suites": suite,
        "Components": "main",
    }
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
        entry.write_text(suite_entry(stanza, suite), encoding="utf-8")
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
        """Fetch the suite's lists of packages; their signatures are checked."""
        self._run("apt-get", "update")

    def versions(self, package, source=True):
        """Return the versions of a source or binary package, newest first."""
        table = self._run("apt-cache", "madison", package)
        rows = [[part.strip() for part in line.split("|")] for line in table.splitlines()]
        return [row[1] for row in rows if row[0] == package and ("Sources" in row[2]) == source]

    def source(self, package, version=None):
        """Fetch the upstream archive of a source package; return its path."""
        name = f"{package}={version}" if version else package
        self._run("apt-get", "source", "--download-only", "--tar-only", name)
        return next(self.directory.glob(f"{package}_*.orig.tar.*"))

    def binary(self, package, version):
        """Fetch a binary package; return its path."""
        self._run("apt-get", "download", f"{package}={version}")
        return next(self.directory.glob(f"{package}_*.deb"))

    def _run(self, tool, *words):
        return run([tool, *self._options, *words], cwd=self.directory)


def upstream_version(package_version):
    """Return the upstream part of a Debian version: 1.26.1+ds-1 is 1.26.1."""
    return re.match(r"(?:\d+:)?([0-9.]+)", package_version).group(1)


def choose_version(versions, pins, oldest=(0,), only=None):
    """Return the package version to take, or None.

    One with a pin comes before a newer one; one below `oldest` does not count, nor does another
    than `only` where that is given.
    """
    recent = [v for v in versions if version_tuple(upstream_version(v)) >= oldest]
    recent = [v for v in recent if only in (None, upstream_version(v))]
    known = [v for v in recent if upstream_version(v) in pins]
    return next(iter(known + recent), None)


def version_tuple(text):
    """Return a dotted version as integers."""
    return tuple(int(part) for part in text.split("."))


def check_sha256(archive, version, pins):
    """Compare an archive with its pin, if any; raise SourceError when it is another one."""
    known = pins.get(version)
    if known is None:
        print(f"{archive.name}: {version} has no pin here; apt has checked its signature")
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


def unpack_deb(archive, folder, target):
    """Unpack the folder `folder` of a binary package as `target`."""
    scratch = target.with_name(target.name + ".new")
    shutil.rmtree(scratch, ignore_errors=True)
    run(["dpkg-deb", "-x", str(archive), str(scratch)])
    shutil.rmtree(target, ignore_errors=True)
    (scratch / folder).rename(target)
    shutil.rmtree(scratch)
