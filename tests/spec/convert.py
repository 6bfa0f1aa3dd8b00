# SPDX-License-Identifier: MIT
"""Convert the specification's test suite to scripts for the runner.

The suite is a folder of proposals, each a folder of files: NAME/NAME.json lists the commands of
NAME.wast and NAME/NAME.N.wasm are its modules, as wast2json makes them. Each file becomes one
script, PROPOSAL/NAME.bin; commands.def has its format.
"""

import argparse
import json
import re
import shutil
import struct
import sys
from pathlib import Path

from expected import load_expected

HERE = Path(__file__).resolve().parent
MAGIC = b"WLSP"

# wl_valtype_t and the slots of a value.
VALUE_TYPES = {
    "i32": (0x7F, 1),
    "i64": (0x7E, 2),
    "f32": (0x7D, 1),
    "f64": (0x7C, 2),
    "funcref": (0x70, 1),
    "externref": (0x6F, 1),
}
ACTION_KINDS = {"invoke": 0, "get": 1}
MODULE_ASSERTIONS = {
    "assert_invalid",
    "assert_malformed",
    "assert_unlinkable",
    "assert_uninstantiable",
}


class SuiteError(Exception):
    """The suite is not as it should be."""


class CannotConvert(Exception):
    """A command has something that scripts cannot say."""


def read_codes(row, path=HERE / "commands.def"):
    """Return what the rows of that kind in commands.def name, as {name: (code, fields)}."""
    text = path.read_text(encoding="utf-8")
    found = re.findall(rf'^{row}\((\w+), (\d+)(?:, "(\w*)")?\)', text, re.MULTILINE)
    return {name: (int(code), fields) for name, code, fields in found}


TEXT_BYTES = read_codes("SPEC_LIMIT")["TEXT"][0]
MOST_VALUES = read_codes("SPEC_LIMIT")["VALUES"][0]
COMMANDS = read_codes("SPEC_COMMAND")
PATTERNS = read_codes("SPEC_PATTERN")


def pack_text(text):
    """Return a string as its size and UTF-8."""
    encoded = text.encode("utf-8")
    if len(encoded) > TEXT_BYTES:
        raise CannotConvert(f"a name or text of {len(encoded)} bytes")
    return struct.pack("<H", len(encoded)) + encoded


def pack_module(data):
    """Return a module as its size and bytes."""
    return struct.pack("<I", len(data)) + data


def pack_value(value):
    """Return one value of a JSON command: type, pattern, slots."""
    kind, text = value["type"], value.get("value")
    if kind not in VALUE_TYPES:
        raise CannotConvert(f"a value of type {kind}")
    if text is None:
        raise CannotConvert(f"any value of type {kind}")
    code, slots = VALUE_TYPES[kind]
    pattern, bits = "BITS", 0
    if text.startswith("nan:"):
        pattern = text.replace(":", "_").upper()
    elif text == "null":
        bits = 0
    elif kind == "externref":
        bits = int(text) + 1  # zero is the null reference
    elif kind == "funcref":
        raise CannotConvert("a function reference by number")
    else:
        bits = int(text)
    return struct.pack("<BB", code, PATTERNS[pattern][0]) + bits.to_bytes(4 * slots, "little")


def pack_values(values):
    """Return a list of values."""
    if len(values) > MOST_VALUES:
        raise CannotConvert(f"a list of {len(values)} values")
    return struct.pack("<B", len(values)) + b"".join(pack_value(value) for value in values)


def pack_action(action):
    """Return an action: kind, instance, export, arguments."""
    return (
        struct.pack("<B", ACTION_KINDS[action["type"]])
        + pack_text(action.get("module", ""))
        + pack_text(action["field"])
        + pack_values(action.get("args", []))
    )


def pack(name, line, **fields):
    """Return one command; `fields` has the packed fields by their letters in commands.def."""
    code, letters = COMMANDS[name]
    return struct.pack("<BI", code, line) + b"".join(fields[letter] for letter in letters)


def convert_command(command, read_module, left_out=None):
    """Return the script's bytes for one JSON command.

    `read_module` returns a module's bytes by file name. `left_out` says what of the file needs a
    feature that the engine leaves out: modules to be refused, and commands that use them, which
    are dropped.
    """
    line, kind = command["line"], command["type"]
    if command.get("module_type", "binary") != "binary":
        return pack("TEXT_FORMAT", line)
    try:
        if left_out and line in left_out.modules:
            module = pack_module(read_module(command["filename"]))
            return pack("REFUSED", line, p=pack_text(left_out.text), m=module)
        if left_out and line in left_out.users:
            return b""
        if kind == "module":
            module = pack_module(read_module(command["filename"]))
            name = "DEFINITION" if command.get("definition") else "MODULE"
            return pack(name, line, n=pack_text(command.get("name", "")), m=module)
        if kind in MODULE_ASSERTIONS:
            module = pack_module(read_module(command["filename"]))
            return pack(kind.upper(), line, p=pack_text(command["text"]), m=module)
        if kind == "register":
            name, registered = pack_text(command.get("name", "")), pack_text(command["as"])
            return pack("REGISTER", line, n=name, p=registered)
        if kind == "action":
            return pack("ACTION", line, a=pack_action(command["action"]))
        if kind == "assert_return":
            action, values = pack_action(command["action"]), pack_values(command["expected"])
            return pack("ASSERT_RETURN", line, a=action, v=values)
        if kind in ("assert_trap", "assert_exhaustion"):
            action, text = pack_action(command["action"]), pack_text(command["text"])
            return pack(kind.upper(), line, a=action, p=text)
        raise CannotConvert(f"a command {kind}")
    except CannotConvert as error:
        return pack("SKIPPED", line, p=pack_text(str(error)))


def convert_file(folder, left_out=None, memory_bytes=0):
    """Return the script of one suite file, given its folder."""
    path = folder / f"{folder.name}.json"
    commands = json.loads(path.read_bytes())["commands"]

    def read_module(name):
        return (folder / name).read_bytes()

    packed = [convert_command(command, read_module, left_out) for command in commands]
    return MAGIC + struct.pack("<I", memory_bytes) + b"".join(packed) + pack("END", 0)


def list_suite(suite, proposals):
    """Return {proposal: [folders of its files]}; raise SuiteError when one is not there."""
    found = {}
    for proposal in proposals:
        folders = sorted(path for path in (suite / proposal).glob("*") if path.is_dir())
        strangers = [
            folder.name for folder in folders if not (folder / f"{folder.name}.json").is_file()
        ]
        if strangers:
            raise SuiteError(f"{suite / proposal}: no commands for {', '.join(strangers)}")
        if not folders:
            raise SuiteError(f"{suite / proposal}: no files of the suite")
        found[proposal] = folders
    return found


def main():
    """Convert what expected.toml lists; exit with 1 and one line when the suite is not there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="source.json, which says where the suite is")
    parser.add_argument("scripts", type=Path, help="where the scripts go")
    parser.add_argument("--feature", default="", help="what is there for a feature's sake")
    args = parser.parse_args()
    expected = load_expected(args.feature)
    source = json.loads(args.source.read_text(encoding="utf-8"))
    suite = Path(source["path"])
    # Another selection of the suite may lack whole proposals.
    proposals = [name for name in expected if source["pinned"] or (suite / name).is_dir()]
    try:
        found = list_suite(suite, proposals)
    except SuiteError as error:
        print(f"spec: {error}", file=sys.stderr)
        return 1
    shutil.rmtree(args.scripts, ignore_errors=True)
    args.scripts.mkdir(parents=True)
    for proposal, folders in found.items():
        target = args.scripts / proposal
        target.mkdir()
        table = expected[proposal]
        for folder in folders:
            left_out = table.left_out.get(folder.name) if source["pinned"] else None
            script = convert_file(folder, left_out, table.memory_bytes.get(folder.name, 0))
            (target / f"{folder.name}.bin").write_bytes(script)
    return 0


if __name__ == "__main__":
    sys.exit(main())
