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
    `users` those that use such a module. `needs` names the feature if builds can have it.
    """

    def __init__(self, row):
        self.text = row["text"]
        self.needs = row.get("needs")
        self.modules = frozenset(row["modules"])
        self.users = frozenset(row.get("users", []))


class Proposal:
    """The files of one proposal.

    `files` has the commands of each file, `commands` and `text_format` their totals.
    `memory_bytes` says how large the linear memories of some files must be able to grow, and
    `left_out` what of them needs a feature that the engine leaves out. `needs` names a feature
    that only some builds have and without which none of the files can run.
    """

    def __init__(self, table):
        self.commands = table["commands"]
        self.text_format = table["text_format"]
        self.files = table["files"]
        self.memory_bytes = table.get("memory_bytes", {})
        self.left_out = {name: LeftOut(row) for name, row in table.get("left_out", {}).items()}
        self.needs = table.get("needs")

    def with_feature(self, feature):
        """Take back what is only left out without the feature; return whether it matters here."""
        needing = [name for name, row in self.left_out.items() if row.needs == feature]
        for name in needing:
            del self.left_out[name]
        return bool(needing) or self.needs == feature

    def users(self, name):
        """Return how many of a file's commands do not run."""
        return len(self.left_out[name].users) if name in self.left_out else 0


def read_toml(path):
    """Return a TOML file as a dict."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def load_expected(feature="", path=HERE / "expected.toml"):
    """Return {name: Proposal}: what builds with a feature run for its sake, or the others run."""
    proposals = {name: Proposal(table) for name, table in read_toml(path).items()}
    return {
        name: proposal
        for name, proposal in proposals.items()
        if (proposal.with_feature(feature) if feature else not proposal.needs)
    }
