# SPDX-License-Identifier: MIT
"""Write docs/MANIFEST.md from the tables of keys.

The tables are those that check manifests and policies: modules/wasm/schema.py and policy.py. A
row's meaning is the comment behind it, a class's the one behind its name. `--check` writes nothing
and fails when the page is not what it would write.
"""

import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "MANIFEST.md"
sys.path.insert(0, str(ROOT / "host_tools" / "src"))

from wasmlet.pure import manifest, policy, schema  # noqa: E402

HEAD = """\
# Manifest and policy

Generated from the tables that check them, by `make docs`; do not edit. How a package holds its
manifest: [PACKAGE.md](PACKAGE.md). What is granted of what is asked for:
[DESIGN.md](DESIGN.md), "Grants".

The author of an app writes `wasmlet.toml`, and `wasmlet pack` puts it into the package. The
owner of a board writes `policy.toml`; `wasmlet policy compile policy.toml` makes of it what
the board reads as `/policy.json`.

## Manifest

```toml
{example}```

A key without a default must be there. What is not asked for is not granted; `memory`, `cpu`,
`log` and `restart` are asked for by their defaults when they are missing. Of `gpio`, `i2c`,
`spi`, `uart`, `adc`, `pwm` and `fs` there may be several, at most {entries} each, each under a
name of its own; a list, of addresses or topics, has at most {entries} items. Names are of
letters, digits, `_`, `.` and `-`.

Rates count in a bucket that holds one second's worth and is full at first. Where a policy
gives less, "smaller" and "larger" say which way a number goes; of sets, what both have is
granted.

"""
ENV = """\
### `env`

Variables of the app: `NAME = "value"`, at most {entries}, names of 1 to 32 characters, values
of at most 128 bytes. A policy's `env` gives other values to variables that the manifest names.

"""
POLICY = """\
## Policy

```toml
{example}```

`[labels.KIND]` names hardware; `[default]` has ceilings for every app, `[app."ID"]` for one,
in place of the default ones of the same class. Ceilings have the keys of a manifest, `app`
excepted:

- A class or an entry that is missing gives nothing. `memory`, `cpu` and `restart` are not
  limited by missing, and `log` has its defaults.
- A key that is missing in an entry is not limited: `gpio = [{{label = "status-led"}}]` gives
  that pin for everything. `shared` must be written, on both sides.
- A folder of `fs` stands for all beneath it.

What `wasmlet inspect app.wasm --policy policy.toml` says to be denied, it says how to allow.

"""
EXAMPLE = """\
[app]
id = "org.example.weather"
version = "1.2.0"

[[gpio]]
label = "status-led"
mode = "out"
max_per_s = 10

[[i2c]]
bus = "sensors"
addrs = [0x76]
ops = ["write-read"]
max_len = 32
max_per_s = 20

[timer]
max = 1

[log]
level = "info"
bytes_per_s = 256
"""
POLICY_EXAMPLE = """\
[labels.gpio]
status-led = {pin = 25, safe = "low"}

[labels.i2c]
sensors = {id = 0, sda = 4, scl = 5, freq_hz = 400_000}

[default]
timer = {max = 4}

[app."org.example.weather"]
gpio = [{label = "status-led", mode = "out"}]
i2c = [{bus = "sensors", addrs = [0x76], max_per_s = 50}]
"""

CLASS = re.compile(r'^        "(\w+)",  # (.*)$')
ROW = re.compile(r'^ *\(?\("(\w+)", "(.)", .*\),?\)?,?  # (.*)$')


def comments(module):
    """Return {(class, key): comment} of a table's source; key None for the class itself."""
    found = {}
    current = "app"
    for line in pathlib.Path(module.__file__).read_text(encoding="utf-8").splitlines():
        head, row = CLASS.match(line), ROW.match(line)
        if head:
            current = head.group(1)
            found[current, None] = head.group(2)
        elif row:
            found[current, row.group(1)] = row.group(3)
    return found


def values(row):
    """Return what a key may be."""
    _, kind, low, high, _ = row
    if kind in "<>i":
        return f"{low} to {high}"
    if kind in "ob":
        return ", ".join(f'`"{word}"`' for word in low.split() if word != "-")
    if kind == "w":
        return "list of " + ", ".join(f'`"{word}"`' for word in low.split())
    if kind in "sx":
        low, high = (f"0x{low:02x}", f"0x{high:02x}") if kind == "x" else (low, high)
        return f"list of {low} to {high}"
    if kind == "t":
        return f"list of topics, {low} to {high} bytes"
    if kind == "?":
        return "`true`, `false`"
    if kind == "v":
        return "text"
    return (
        f"absolute path, {low} to {high} bytes" if kind == "p" else f"{low} to {high} characters"
    )


def less(row):
    """Return what a policy can make of a key."""
    return {"<": "smaller", ">": "larger", "o": "earlier word", "?": "`false`"}.get(
        row[1], "subset" if row[1] in "bwsxt" else ""
    )


def table(key, rows, meanings, is_policy=False):
    """Yield the lines of a class's table."""
    if is_policy:
        yield "| key | value | default | meaning |"
        yield "| --- | --- | --- | --- |"
    else:
        yield "| key | value | default | unit, meaning | less is |"
        yield "| --- | --- | --- | --- | --- |"
    for row in rows:
        default = "" if row[4] is None else f"`{manifest.shown(row, row[4])}`"
        line = f"| `{row[0]}` | {values(row)} | {default} | {meanings[key, row[0]]} |"
        yield line if is_policy else f"{line} {less(row)} |"
    yield ""


def page():
    """Return the whole page."""
    meanings = comments(schema)
    numbers = {"entries": manifest.MAX_ENTRIES}
    lines = [HEAD.format(example=EXAMPLE, **numbers).rstrip("\n"), ""]
    lines += ["### `app`", "", "Who the app is.", "", *table("app", schema.APP, meanings)]
    for key, rows in schema.CLASSES:
        several = ", a list" if schema.is_list(rows) else ""
        lines += [f"### `{key}`", "", f"A table{several}: {meanings[key, None]}.", ""]
        lines[-2] = lines[-2].replace("A table, a list", "A list of tables")
        lines += table(key, rows, meanings)
    lines += [ENV.format(**numbers).rstrip("\n"), ""]
    lines += [POLICY.format(example=POLICY_EXAMPLE).rstrip("\n"), ""]
    meanings = comments(policy)
    for key, rows in policy.LABELS:
        lines += [f"### `labels.{key}`", "", f"The {meanings[key, None]}.", ""]
        lines += table(key, rows, meanings, is_policy=True)
    return "\n".join(lines)


def main():
    """Write or check the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail when the page is stale")
    args = parser.parse_args()
    text = page()
    if args.check:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            print("docs/MANIFEST.md is stale: run make docs", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
