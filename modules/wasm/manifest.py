# SPDX-License-Identifier: MIT
"""The check of a manifest against the schema, into its normal form, and back into TOML. Pure."""

from . import topics
from .errors import PackageError
from .schema import ALWAYS, APP, CLASSES, is_list

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"
MAX_ENTRIES = 16  # of a list of hardware, paths, topics, addresses; of variables
KEYS = tuple([key for key, _ in CLASSES]) + ("env",)  # of a policy's ceilings, too


def _distance(a: str, b: str) -> int:
    """Return how many characters to insert, remove or replace make `b` of `a`."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        corner = i
        row[0] = i + 1
        for j, y in enumerate(b):
            corner, row[j + 1] = row[j + 1], min(row[j] + 1, row[j + 1] + 1, corner + (x != y))
    return row[-1]


def fail(path: str, text: str):
    """Raise the error of what is at a path."""
    raise PackageError(path + ": " + text if path else text)


def unknown(path: str, word: str, known):
    """Raise the error of a word that is not known, with the one that may be meant."""
    word = word[:24]
    distances = [(_distance(word, other), other) for other in known if other != "-"]
    distance, nearest = min(distances)
    hint = (
        f"did you mean {nearest}?"
        if distance <= (len(nearest) + 1) // 2
        else "there is " + ", ".join([other for _, other in distances])
    )
    fail(path, f'"{word}" is unknown; {hint}')


def join(path: str, key: str) -> str:
    """Return the path of a key."""
    return path + "." + key if path else key


def expect(value, kind, what: str, path: str):
    """Raise unless a value is of a type."""
    if type(value) is not kind:
        fail(path, "is not " + what)


def expect_keys(value, known, path: str):
    """Raise unless a value is a table that has only keys that are known."""
    expect(value, dict, "a table", path)
    for key in sorted(value):
        if key not in known:
            unknown(path, key, known)


def _shown(number: int, is_hex: bool) -> str:
    return f"0x{number:02x}" if is_hex else str(number)


def _integer(value, low: int, high: int, path: str, is_hex=False) -> int:
    expect(value, int, "an integer", path)
    if not low <= value <= high:
        low, value, high = [_shown(n, is_hex) for n in (low, value, high)]
        fail(path, f"{value} is not in {low}..{high}")
    return value


def _word(value, words: str, path: str) -> int:
    expect(value, str, "a text", path)
    words = words.split()
    if value not in words or value == "-":
        unknown(path, value, words)
    return words.index(value)


def name(value, low: int, high: int, path: str) -> str:
    """Check a name of `low` to `high` characters."""
    expect(value, str, "a text", path)
    if not low <= len(value) <= high:
        fail(path, f"is not {low} to {high} characters long")
    for letter in value:
        if letter not in _LETTERS:
            fail(path, f'"{letter}" is not allowed in a name')
    return value


def _path(value, high: int, path: str) -> str:
    expect(value, str, "a text", path)
    parts = value.split("/")
    if len(value.encode()) > high or parts[0] or len(parts) < 2:
        fail(path, f"is not an absolute path of at most {high} bytes")
    for part in parts[1:]:
        if part in ("", ".", ".."):
            fail(path, "has an empty part, . or ..")
    return value


def _version(value, path: str) -> str:
    parts = value.split(".") if type(value) is str else ()
    if len(parts) != 3 or not all(
        [0 < len(part) < 6 and part.isdigit() and str(int(part)) == part for part in parts]
    ):
        fail(path, "is not three numbers with points between them")
    return value


def _items(value, path: str):
    """Return [(item, path)] of a list."""
    expect(value, list, "a list", path)
    if len(value) > MAX_ENTRIES:
        fail(path, f"has more than {MAX_ENTRIES} items")
    return [(item, f"{path}[{i}]") for i, item in enumerate(value)]


def _set(value, row, path: str) -> int:
    found = 0
    for item, where in _items(value, path):
        if row[1] == "w":
            bit = 1 << _word(item, row[2], where)
        else:
            bit = 1 << _integer(item, row[2], row[3], where, row[1] == "x")
        if found & bit:
            fail(where, "is there twice")
        found |= bit
    if not found:
        fail(path, "is empty")
    return found


def _topics(value, path: str) -> tuple:
    for item, where in _items(value, path):
        expect(item, str, "a text", where)
        fault = topics.fault(item)
        if fault:
            fail(where, fault)
    return tuple(value)


def normal(row, value, path: str):
    """Check the value of one key; return it in normal form."""
    _, kind, low, high, _ = row
    if kind in "<>i":
        return _integer(value, low, high, path)
    if kind == "?":
        expect(value, bool, "true or false", path)
        return int(value)
    if kind in "ob":
        return _word(value, low, path)
    if kind in "wsx":
        return _set(value, row, path)
    if kind == "t":
        return _topics(value, path)
    if kind == "p":
        return _path(value, high, path)
    if kind == "v":
        return _version(value, path)
    return name(value, low, high, path)


def table(rows, value, path: str, default=None) -> dict:
    """Check a table; return it in normal form.

    `default` makes of a row what is put in for a key that is missing; without it that is the row's
    default. Names and keys without default must be there.
    """
    expect_keys(value, [row[0] for row in rows], path)
    result = {}
    for row in rows:
        key = row[0]
        if key in value:
            result[key] = normal(row, value[key], join(path, key))
        else:
            result[key] = default(row) if default else () if row[1] == "t" else row[4]
            if result[key] is None:
                fail(join(path, key), "is missing")
        if key.startswith("max_") and result.get("min_" + key[4:], 0) > result[key]:
            fail(join(path, key), "is less than min_" + key[4:])
    return result


def _entries(rows, value, path: str, default) -> list:
    result = []
    key = rows[0][0]
    for item, where in _items(value, path):
        entry = table(rows, item, where, default)
        for other in result:
            if overlap(rows, other[key], entry[key]):
                fail(join(where, key), f"{entry[key]} and {other[key]} are of one thing")
        result.append(entry)
    return result


def beneath(path: str, folder: str) -> bool:
    """Return whether a path is a folder or something in it."""
    return path == folder or path.startswith(folder + "/")


def overlap(rows, a: str, b: str) -> bool:
    """Return whether the entries of two names would share something."""
    return a == b or (rows[0][1] == "p" and (beneath(a, b) or beneath(b, a)))


def classes(value: dict, path: str, default=None) -> dict:
    """Check all classes and the variables of a manifest, or of a policy's ceilings."""
    result = {}
    for key, rows in CLASSES:
        if key in value:
            check = _entries if is_list(rows) else table
            result[key] = check(rows, value[key], join(path, key), default)
            if not result[key] and not default:
                del result[key]  # as if it were not asked for; a policy's says: nothing
    env = value.get("env", {})
    where = join(path, "env")
    expect(env, dict, "a table", where)
    if len(env) > MAX_ENTRIES:
        fail(where, f"has more than {MAX_ENTRIES} variables")
    for key in sorted(env):
        name(key, 1, 32, where)
        expect(env[key], str, "a text", join(where, key))
        if len(env[key].encode()) > 128:
            fail(join(where, key), "is longer than 128 bytes")
    result["env"] = env
    return result


def check(value) -> dict:
    """Check a manifest; return it in normal form, a dictionary as docs/MANIFEST.md describes it.

    Raises PackageError, which says where: "i2c[0].addrs[1]: 0x90 is not in 0x08..0x77".
    """
    expect_keys(value, ("app",) + KEYS, "")
    app = table(APP, value.get("app", {}), "app")
    result = classes(value, "")
    result["app"] = app
    return _complete(result)


def _complete(result: dict) -> dict:
    for key, rows in CLASSES[:ALWAYS]:
        if key not in result:
            result[key] = table(rows, {}, key)
    return result


def bare() -> dict:
    """Return what a module without a manifest asks for."""
    return _complete({"app": {"id": "", "version": "", "abi": 1}, "env": {}})


def shown(row, value) -> str:
    """Return a value of normal form as TOML has it."""
    kind, low = row[1], row[2]
    if kind in "ob":
        return '"' + low.split()[value] + '"'
    if kind in "wsx":
        bits = [bit for bit in range(128) if value >> bit & 1]
        if kind == "w":
            return "[" + ", ".join(['"' + low.split()[bit] + '"' for bit in bits]) + "]"
        return "[" + ", ".join([_shown(bit, kind == "x") for bit in bits]) + "]"
    if kind == "t":
        return "[" + ", ".join(['"' + item + '"' for item in value]) + "]"
    if kind == "?":
        return "true" if value else "false"
    return str(value) if kind in "<>i" else '"' + value + '"'


def line(key: str, pairs) -> str:
    """Return the line of TOML that asks for, or allows, what pairs of (row, value) say."""
    for other, rows in CLASSES:
        if other == key:
            text = ", ".join([row[0] + " = " + shown(row, value) for row, value in pairs])
            return f"{key} = [{{{text}}}]" if is_list(rows) else f"{key} = {{{text}}}"


def example(key: str, call: str) -> str:
    """Return the line that a manifest needs so that a host function can be imported."""
    for other, rows in CLASSES:
        if other != key:
            continue
        pairs = []
        for row in rows:
            kind, low = row[1], row[2]
            if kind == "n":
                pairs.append((row, "NAME"))
            elif kind == "p":
                pairs.append((row, "/data"))
            elif kind == "b" and row[4] is None:
                pairs.append((row, 2 if call in ("write", "toggle", "remove") else 1))
            elif kind == "w":
                words = low.split()
                word = call.split("_ms")[0].replace("_", "-")
                pairs.append((row, 1 << words.index(word) if word in words else 1))
            elif kind == "t" and row[0] == call:
                pairs.append((row, ("NAME",)))
            elif row[4] is None:
                pairs.append((row, 1 << low))
        return line(key, pairs or [(rows[0], rows[0][4])])
    return key
