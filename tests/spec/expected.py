# SPDX-License-Identifier: MIT
"""What the suite holds, from expected.toml."""

from pathlib import Path

try:
    import tomllib
except ImportError:  # before Python 3.11
    import tomli as tomllib

HERE = Path(__file__).resolve().parent


class LeftOut:
    """What of a file needs a feature that the engine leaves out.

    `modules` are the lines whose modules must be refused with an error that begins with `text`,
    `users` those that use such a module.
    """

    def __init__(self, row):
        self.text = row["text"]
        self.modules = frozenset(row["modules"])
        self.users = frozenset(row.get("users", []))


class Proposal:
    """The files of one proposal.

    `files` has the commands of each file, `commands` and `text_format` their totals.
    `memory_bytes` says how large the linear memories of some files must be able to grow, and
    `left_out` what of them needs a feature that the engine leaves out.
    """

    def __init__(self, table):
        self.commands = table["commands"]
        self.text_format = table["text_format"]
        self.files = table["files"]
        self.memory_bytes = table.get("memory_bytes", {})
        self.left_out = {name: LeftOut(row) for name, row in table.get("left_out", {}).items()}


def read_toml(path):
    """Return a TOML file as a dict."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def load_expected(path=HERE / "expected.toml"):
    """Return {name: Proposal}."""
    return {name: Proposal(table) for name, table in read_toml(path).items()}
