# SPDX-License-Identifier: MIT
"""docs/MANIFEST.md is fresh, and what it and docs/PACKAGE.md show is true."""

import re
import subprocess
import sys

import pytest
from wasmlet import files
from wasmlet.pack import canonical_json, pack
from wasmlet.pure import capability, manifest, policy


def blocks(root, name, language):
    """Return the blocks of a language in a page."""
    text = (root / "docs" / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_manifest_page_is_fresh(root):
    done = subprocess.run(
        [sys.executable, root / "docs" / "generate_manifest.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_examples_of_manifest_and_policy(root):
    asks, allows = (files.tomllib.loads(text) for text in blocks(root, "MANIFEST.md", "toml"))
    granted = capability.grant(manifest.check(asks), policy.check(allows))
    assert granted["denied"] == []
    assert granted["i2c"][0]["max_per_s"] == 20
    assert granted["gpio"][0]["hw"]["pin"] == 25


def test_every_key_is_there(root):
    text = (root / "docs" / "MANIFEST.md").read_text(encoding="utf-8")
    for key, rows in manifest.CLASSES:
        part = text.split(f"### `{key}`\n")[1].split("\n#")[0]
        assert re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE) == [row[0] for row in rows]


def test_canonical_example(root):
    (text,) = blocks(root, "PACKAGE.md", "json")
    value = {
        "app": {"version": "1.2.0", "id": "org.example.weather"},
        "gpio": [{"mode": "out", "label": "status-led"}],
    }
    assert canonical_json(value).decode() + "\n" == text


def test_bytes_of_the_example(root):
    (text,) = blocks(root, "PACKAGE.md", "text")
    data = b""
    for line in text.splitlines():
        assert int(line[:4]) == len(data)
        data += bytes.fromhex(line[5:52])
    value = {"app": {"id": "a", "version": "1.0.0"}}
    assert data == pack(b"\0asm\1\0\0\0", value, {"data": b"hi"})


@pytest.mark.parametrize("name", ["MAX_MANIFEST_BYTES", "MAX_SECTIONS", "MAX_BLOBS"])
def test_limits_are_told(root, name):
    from wasmlet.pure import package

    assert str(getattr(package, name)) in (root / "docs" / "PACKAGE.md").read_text()
