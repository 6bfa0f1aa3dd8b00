# SPDX-License-Identifier: MIT
"""Write docs/CODE.md from the engine's tables.

The tables are the .def files of usermod_c/engine; this reads their rows as text, so that the page
cannot say anything that the engine does not do. `--check` writes nothing and fails when the page
is not what it would write.
"""

import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ENGINE = ROOT / "usermod_c" / "engine"
PAGE = ROOT / "docs" / "CODE.md"

ROW = re.compile(r"^([A-Z]+[A-Z0-9_]*)\((.*)\)\s*(?:/\*\s*(.*?)\s*\*/)?$")

FORMS = {
    "REG_ALU2": ["AS", "ASD", "SS", "SSD", "AI", "AID", "SI", "SID"],
    "REG_ALU3": ["AS", "ASD", "SS", "SSD", "AI", "AID", "SI", "SID", "SA", "SAD"],
    "REG_UN": ["A", "AD", "S", "SD"],
    "REG_CMP6": ["AS", "SS", "AI", "SI"],
    "REG_CMP4": ["AS"],
    "REG_LD": ["AZ", "AZD", "AO", "AOD", "SZ", "SZD", "SO", "SOD", "SW", "SWD", "SS", "SSD"],
    "REG_ST": [
        "AZS",
        "AOS",
        "AOI",
        "SZA",
        "SZS",
        "SOA",
        "SOS",
        "SOI",
        "SWA",
        "SWS",
        "SWI",
        "SSA",
        "SSS",
    ],
}


def rows(name):
    """Return the rows of a .def file as (macro, [arguments], comment)."""
    found = []
    for line in (ENGINE / name).read_text(encoding="utf-8").splitlines():
        match = ROW.match(line)
        if match:
            arguments = [part.strip() for part in re.split(r",(?![^(]*\))", match.group(2))]
            found.append((match.group(1), arguments, match.group(3) or ""))
    return found


def legend():
    """Return the comment at the head of wl_code_ops.def, which explains words and forms."""
    text = (ENGINE / "wl_code_ops.def").read_text(encoding="utf-8")
    comment = text.split("*/")[0].splitlines()[2:]
    return "\n".join(line.removeprefix(" *").removeprefix(" ") for line in comment).strip()


def register_code():
    """Yield the page's lines on the register code."""
    operations = 0
    table = []
    for macro, arguments, comment in rows("wl_code_ops.def") + rows("wl_code_cmp.def"):
        if macro == "REG_OP":
            operations += 1
            table.append(f"| {arguments[0]} | | {arguments[1]} words | {comment} |")
            continue
        forms = FORMS.get(macro, [""])
        times = 3 if macro.startswith("REG_CMP") else 1
        operations += len(forms) * times
        meaning = ", ".join(arguments[1:])
        shown = " ".join(forms)
        kind = "as a value (C), forward branch (B), loop branch (L)" if times == 3 else ""
        table.append(f"| {arguments[0]} | {shown} | {kind} | `{meaning}` |")
    yield f"{operations} operations."
    yield ""
    yield "```text"
    yield legend()
    yield "```"
    yield ""
    yield "| operation | forms | | meaning |"
    yield "| --- | --- | --- | --- |"
    yield from table


def wasm_code():
    """Yield the page's lines on WebAssembly's instructions."""
    yield "| byte | instruction | signature | how it is translated |"
    yield "| --- | --- | --- | --- |"
    for _, arguments, _ in rows("wl_wasm_ops.def"):
        _, byte, mnemonic, _, signature, kind, code = arguments
        number = int(byte, 16)
        shown = f"fc {number - 0xE0:02x}" if number >= 0xE0 else f"{number:02x}"
        how = "a case of its own" if kind == "SPECIAL" else f"{kind} {code}".replace(" NONE", "")
        yield f"| {shown} | `{mnemonic.strip(chr(34))}` | {signature} | {how} |"


def page():
    """Return the whole page."""
    lines = [
        "# Register code",
        "",
        "Generated from the engine's tables by `make docs`; do not edit. Why it is as it is:",
        "[DESIGN.md](DESIGN.md).",
        "",
        "## Operations",
        "",
        *register_code(),
        "",
        "## WebAssembly's instructions",
        "",
        *wasm_code(),
        "",
    ]
    return "\n".join(lines)


def main():
    """Write or check the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail when the page is stale")
    args = parser.parse_args()
    text = page()
    if args.check:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            print("docs/CODE.md is stale: run make docs", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
