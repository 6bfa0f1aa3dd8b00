# SPDX-License-Identifier: MIT
"""Obtaining sources: apt's entries, versions, pins, git, and clear failures."""

import fcntl
import hashlib
import io
import subprocess
import sys
import tarfile

import debian
import get_source
import pytest
from pins import SOURCES

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
    stanzas = debian.read_apt_sources(apt_etc(sources_list_d__debian_sources=text))
    entry = debian.suite_entry(debian.debian_entry(stanzas, codename), "testing")
    assert entry.startswith(
        "Types: deb deb-src\nURIs: http://mirror.example/debian\nSuites: testing\n"
        "Components: main\n"
    )
    for field in fields:
        assert field in entry


def test_one_line_entry_is_told_from_other_repositories(apt_etc):
    stanzas = debian.read_apt_sources(apt_etc(sources_list=ONE_LINE))
    entry = debian.suite_entry(debian.debian_entry(stanzas, "bookworm"), "stable")
    assert entry == (
        "Types: deb deb-src\nURIs: http://mirror.example/debian\nSuites: stable\n"
        "Components: main\nTrusted: yes\n"
    )


def test_disabled_and_foreign_entries_are_left_alone():
    foreign = debian.parse_deb822(
        "Types: deb\nURIs: https://n.example/node_20.x\nSuites: nodistro\nComponents: main\n\n"
        + DEB822.replace("Types: deb\n", "Types: deb\nEnabled: no\n")
    )
    assert debian.debian_entry(foreign, "bookworm") is None


def test_machine_without_debian_is_refused(apt_etc, tmp_path):
    with pytest.raises(debian.SourceError, match="no entry of the Debian archive"):
        get_source.Archive(tmp_path, etc=apt_etc()).get(SOURCES["lwip"], tmp_path / "lwip")


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
    source = SOURCES["micropython"]
    assert debian.choose_version(versions, source.sha256, source.oldest) == chosen


@pytest.mark.parametrize(
    ("tag", "chosen"), [("v1.25.0", "1.25.0+ds-1"), ("v1.27.0", "1.27.0-1"), ("v1.28.0", None)]
)
def test_a_tag_is_that_version_or_none(tag, chosen):
    """Where a version is asked for, no other comes in its place, be it the pinned one."""
    source = get_source.asked_for(SOURCES["micropython"], None, tag)
    assert source.tag == tag
    versions = ["1.27.0-1", "1.26.1+ds-1", "1.25.0+ds-1"]
    found = debian.choose_version(versions, source.sha256, source.oldest, source.only)
    assert found == chosen


def test_a_version_that_no_suite_has_is_named(tmp_path, monkeypatch):
    class Apt:
        def versions(self, package, source=True):
            return ["1.26.1+ds-1"]

    archive = get_source.Archive(tmp_path)
    monkeypatch.setattr(archive, "_suite", lambda suite: Apt())
    source = get_source.asked_for(SOURCES["micropython"], None, "v1.28.0")
    with pytest.raises(debian.SourceError, match=r"^no suite has version 1\.28\.0$"):
        archive._find(source)


def test_archive_must_match_its_pin(tmp_path):
    archive = tmp_path / "micropython_1.26.1+ds.orig.tar.xz"
    archive.write_bytes(b"something")
    with pytest.raises(debian.SourceError, match="not the archive that was pinned"):
        debian.check_sha256(archive, "1.26.1", {"1.26.1": "0" * 64})
    pin = hashlib.sha256(b"something").hexdigest()
    debian.check_sha256(archive, "1.26.1", {"1.26.1": pin})


def test_unpack_drops_the_top_folder_and_replaces_the_target(tmp_path):
    archive = tmp_path / "a.tar"
    with tarfile.open(archive, "w") as tar:
        member = tarfile.TarInfo("micropython-1.26.1/py/mpconfig.h")
        member.size = 2
        tar.addfile(member, io.BytesIO(b"x\n"))
    target = tmp_path / "mpy"
    (target / "stale").mkdir(parents=True)
    debian.unpack(archive, target)
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
    get_source.from_git(upstream.as_uri(), "v9.9.9", tmp_path / "mpy")
    assert (tmp_path / "mpy" / "README.md").read_text(encoding="utf-8") == "upstream\n"


def test_git_names_a_missing_tag(upstream, tmp_path):
    with pytest.raises(debian.SourceError, match=r"has no tag v1\.0"):
        get_source.from_git(upstream.as_uri(), "v1.0", tmp_path / "mpy")


def test_silent_server_is_given_up():
    with pytest.raises(debian.SourceError, match=r"no answer in 0\.2 s"):
        debian.run(["sleep", "5"], timeout=0.2)


def test_every_way_is_named_when_none_works(root, tmp_path):
    """Neither git nor apt is on the path: two reasons, then the way that remains."""
    words = ["--git", "file:///nowhere", "--tag", "v1", "--download", tmp_path / "download"]
    words += ["--into", tmp_path, "micropython"]
    done = subprocess.run(
        [sys.executable, root / "firmware" / "get_source.py", *words],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "not by git v1: git is not installed" in done.stdout
    assert "not by Debian's package: " in done.stdout
    assert done.stderr.splitlines() == [
        "micropython: give a source tree of 1.25 or newer as MPY_DIR=/path"
    ]
    assert not (tmp_path / "micropython").exists()


def test_two_that_want_the_same_wait_for_each_other(tmp_path):
    with open(tmp_path / ".lock", "w") as other:
        with get_source.alone(tmp_path), pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_what_has_no_package_is_named(capsys, tmp_path):
    source = SOURCES["cyw43-driver"]._replace(git="file:///nowhere")
    assert not get_source.get("cyw43-driver", source, tmp_path / "c", get_source.Archive(tmp_path))
    out, err = capsys.readouterr()
    assert "not by Debian's package: Debian has no package of it" in out
    assert err.startswith("cyw43-driver: give a MicroPython tree that has lib/cyw43-driver as MPY")


def test_folder_of_a_binary_package(tmp_path):
    root = tmp_path / "package"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN" / "control").write_text(
        "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\n"
        "Description: x\n"
    )
    (root / "usr" / "src" / "x").mkdir(parents=True)
    (root / "usr" / "src" / "x" / "x.h").touch()
    subprocess.run(["dpkg-deb", "-b", root, tmp_path / "x.deb"], check=True, capture_output=True)
    debian.unpack_deb(tmp_path / "x.deb", "usr/src/x", tmp_path / "x")
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["x.h"]
    assert not (tmp_path / "x.new").exists()
