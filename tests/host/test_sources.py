# SPDX-License-Identifier: MIT
"""Obtaining MicroPython's sources: apt's entries, versions, pins, git, and clear failures."""

import hashlib
import io
import subprocess
import sys
import tarfile

import get_micropython as source
import pytest

DEB822 = """\
Types: deb
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
"""
INLINE_KEY = """\
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: trixie
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----
"""
ONE_LINE = """\
# deb http://old.example/debian bookworm main
deb [arch=amd64 signed-by=/etc/apt/keys/other.asc] https://other.example/debian bookworm stable
deb https://tool.example/apt bookworm main
deb-src [trusted=yes] http://mirror.example/debian bookworm main # sources
deb http://mirror.example/debian bookworm-updates main
"""


@pytest.fixture
def apt_etc(tmp_path):
    """Return a function that writes an apt configuration and returns its folder."""

    def write(**files):
        (tmp_path / "sources.list.d").mkdir()
        for name, text in files.items():
            name = name.replace("__", "/").replace("_", ".")
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("text", "codename", "fields"),
    [
        (DEB822, "bookworm", {"Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg"}),
        (INLINE_KEY, "trixie", {"Signed-By: \n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc"}),
        (DEB822.replace("bookworm ", "stable "), "whatever", set()),
    ],
)
def test_deb822_entry_becomes_a_source_entry(apt_etc, text, codename, fields):
    stanzas = source.read_apt_sources(apt_etc(sources_list_d__debian_sources=text))
    entry = source.source_entry(source.debian_entry(stanzas, codename), "testing")
    assert entry.startswith(
        "Types: deb-src\nURIs: http://mirror.example/debian\nSuites: testing\nComponents: main\n"
    )
    for field in fields:
        assert field in entry


def test_one_line_entry_is_told_from_other_repositories(apt_etc):
    stanzas = source.read_apt_sources(apt_etc(sources_list=ONE_LINE))
    entry = source.source_entry(source.debian_entry(stanzas, "bookworm"), "stable")
    assert entry == (
        "Types: deb-src\nURIs: http://mirror.example/debian\nSuites: stable\n"
        "Components: main\nTrusted: yes\n"
    )


def test_disabled_and_foreign_entries_are_left_alone():
    foreign = source.parse_deb822(
        "Types: deb\nURIs: https://n.example/node_20.x\nSuites: nodistro\nComponents: main\n\n"
        + DEB822.replace("Types: deb\n", "Types: deb\nEnabled: no\n")
    )
    assert source.debian_entry(foreign, "bookworm") is None


def test_machine_without_debian_is_refused(apt_etc, tmp_path):
    with pytest.raises(source.SourceError, match="no entry of the Debian archive"):
        source.from_debian(tmp_path / "mpy", tmp_path / "download", etc=apt_etc())


@pytest.mark.parametrize(
    ("versions", "chosen"),
    [
        (["1.28.0+ds-2", "1.26.1+ds-1"], "1.26.1+ds-1"),
        (["1.28.0+ds-2"], "1.28.0+ds-2"),
        (["1.22.1+ds-1"], None),
        (["1.25.0+ds-1", "1:1.26.1-3"], "1.25.0+ds-1"),
        ([], None),
    ],
)
def test_version_choice(versions, chosen):
    assert source.choose_version(versions) == chosen


def test_archive_must_match_its_pin(tmp_path, monkeypatch):
    archive = tmp_path / "micropython_1.26.1+ds.orig.tar.xz"
    archive.write_bytes(b"something")
    with pytest.raises(source.SourceError, match="not the archive that was pinned"):
        source.check_sha256(archive, "1.26.1")
    pin = hashlib.sha256(b"something").hexdigest()
    monkeypatch.setitem(source.KNOWN_SHA256, "1.26.1", pin)
    source.check_sha256(archive, "1.26.1")


def test_unpack_drops_the_top_folder_and_replaces_the_target(tmp_path):
    archive = tmp_path / "a.tar"
    with tarfile.open(archive, "w") as tar:
        member = tarfile.TarInfo("micropython-1.26.1/py/mpconfig.h")
        member.size = 2
        tar.addfile(member, io.BytesIO(b"x\n"))
    target = tmp_path / "mpy"
    (target / "stale").mkdir(parents=True)
    source.unpack(archive, target)
    assert sorted(path.name for path in target.rglob("*")) == ["mpconfig.h", "py"]


@pytest.fixture(scope="module")
def upstream(tmp_path_factory):
    """Return the path of a git repository with one commit, tagged v9.9.9."""
    path = tmp_path_factory.mktemp("upstream")
    (path / "README.md").write_text("upstream\n", encoding="utf-8")
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "tag.gpgSign=false"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"], ["tag", "v9.9.9"]):
        subprocess.run(["git", *identity, *words], cwd=path, check=True)
    return path


def test_git_clones_the_tag(upstream, tmp_path):
    source.from_git(upstream.as_uri(), "v9.9.9", tmp_path / "mpy")
    assert (tmp_path / "mpy" / "README.md").read_text(encoding="utf-8") == "upstream\n"


def test_git_names_a_missing_tag(upstream, tmp_path):
    with pytest.raises(source.SourceError, match=r"has no tag v1\.0"):
        source.from_git(upstream.as_uri(), "v1.0", tmp_path / "mpy")


def test_silent_server_is_given_up(monkeypatch):
    monkeypatch.setattr(source, "PROBE_SECONDS", 0.2)
    with pytest.raises(source.SourceError, match=r"no answer in 0\.2 s"):
        source.run(["sleep", "5"], timeout=source.PROBE_SECONDS)


def test_every_way_is_named_when_none_works(root, tmp_path):
    """Neither git nor apt is on the path: two reasons, then the way that remains."""
    options = ["--git", "file:///nowhere", "--tag", "v1", "--download", tmp_path / "download"]
    done = subprocess.run(
        [sys.executable, root / "firmware" / "get_micropython.py", *options, tmp_path / "mpy"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "not by git v1: git is not installed" in done.stdout
    assert "not by Debian's source package: " in done.stdout
    assert done.stderr.splitlines() == [
        "micropython: give a source tree of 1.25 or newer as MPY_DIR=/path"
    ]
    assert not (tmp_path / "mpy").exists()
