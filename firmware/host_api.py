# SPDX-License-Identifier: MIT
"""Read host_api.toml, the one description of the functions that the host offers to apps.

`read` checks it strictly and returns an `Api`; make_api.py writes from that the rows of the C
gate, the guests' headers and docs/API.md, and tests learn from it what there is to test.
"""

import re
from collections import namedtuple
from pathlib import Path

try:
    import tomllib
except ImportError:  # Python before 3.11
    import tomli as tomllib

DESCRIPTION = Path(__file__).resolve().parent.parent / "host_api.toml"

# Each kind of parameter: its letter in the gate's rows, and what it is in WebAssembly.
PARAM_KINDS = {
    "handle": ("h", ("i32",)),
    "address": ("a", ("i32",)),
    "u32": ("u", ("i32",)),
    "i32": ("i", ("i32",)),
    "u64": ("l", ("i64",)),
    "string": ("s", ("i32", "i32")),
    "in": ("r", ("i32", "i32")),
    "out": ("w", ("i32", "i32")),
    "segments": ("v", ("i32", "i32")),
}
RESULTS = {"i32": "i32", "u64": "i64"}
CHARGES = ("call", "bytes")

_WORD = re.compile(r"[a-z][a-z0-9_]*")
_OP = re.compile(r"[a-z][a-z-]*")
_TOP = {"abi": int, "errors": dict, "events": dict, "constants": dict, "function": list}
_ROW = {"code": int, "doc": str}
_FUNCTION = {
    "name": str,
    "params": list,
    "on": str,
    "op": str,
    "charge": str,
    "makes": str,
    "result": str,
    "blocks": bool,
    "doc": str,
}
_FUNCTION_NEEDS = {"name", "params", "on", "doc"}


class ApiError(Exception):
    """Something in the description is not as it must be; the text says where and what."""


class Param(namedtuple("Param", "name kind")):
    """A parameter: its name, and one of PARAM_KINDS."""

    __slots__ = ()

    @property
    def letter(self):
        """The gate's letter for the kind."""
        return PARAM_KINDS[self.kind][0]

    @property
    def types(self):
        """The WebAssembly types, one or two, that it is passed as."""
        return PARAM_KINDS[self.kind][1]


class Function(
    namedtuple("Function", "module name params on op charge makes result blocks doc bit")
):
    """A function of the host; `bit` is its op's among those of `on`, None without an op."""

    __slots__ = ()

    @property
    def full_name(self):
        """MODULE.NAME, as in the description."""
        return f"{self.module}.{self.name}"

    @property
    def import_module(self):
        """The module that guests import it from."""
        return f"wasmlet:{self.module}"

    @property
    def signature(self):
        """The WebAssembly types: (of the parameters), (of the results)."""
        params = tuple(kind for param in self.params for kind in param.types)
        return params, (RESULTS[self.result],)

    @property
    def has_handle(self):
        """Whether the first parameter is a handle."""
        return any(param.kind == "handle" for param in self.params)


Row = namedtuple("Row", "name code doc")


class Api(namedtuple("Api", "abi errors events constants functions kinds ops parents")):
    """The description. `errors`, `events`: Rows; `kinds`: names in order of appearance.

    `constants` is {group: [Row]}, what arguments are made of.

    `ops` is {kind: [op]}, where an op's place is its bit; `parents` is {kind of handle: kind of
    grant that it comes from} for the handles that are not called as their grant.
    """

    __slots__ = ()


def _checked(table, types, where, needs=None):
    """Return the table; fail on unknown keys, missing ones (all, if `needs` is None) and types."""
    if not isinstance(table, dict):
        raise ApiError(f"{where}: a table expected")
    for key, value in table.items():
        if key not in types:
            raise ApiError(f"{where}: unknown key {key!r}; there is {', '.join(types)}")
        if type(value) is not types[key]:
            raise ApiError(f"{where}: {key} must be of type {types[key].__name__}")
    missing = (set(types) if needs is None else needs) - set(table)
    if missing:
        raise ApiError(f"{where}: missing {', '.join(sorted(missing))}")
    return table


def _one_of(value, known, where):
    if value not in known:
        raise ApiError(f"{where}: unknown {value!r}; there is {', '.join(known)}")
    return value


def _word(text, pattern, where):
    if not pattern.fullmatch(text):
        raise ApiError(f"{where}: {text!r} is not a name")
    return text


def _rows(table, sign, where):
    """Return the rows of a table; codes are distinct, and of one sign unless `sign` is 0."""
    rows = []
    for name, row in table.items():
        here = f"{where}.{_word(name, _WORD, where)}"
        rows.append(Row(name, **_checked(row, _ROW, here)))
        if sign and row["code"] * sign <= 0:
            raise ApiError(f"{here}: code {row['code']} has the wrong sign")
    codes = [row.code for row in rows]
    if len(set(codes)) < len(codes):
        raise ApiError(f"{where}: a code stands there twice")
    return rows


def _param(text, where):
    """Return the Param of "name: kind"."""
    name, colon, kind = text.partition(": ") if isinstance(text, str) else ("", "", "")
    if not colon:
        raise ApiError(f"{where}: 'name: kind' expected, not {text!r}")
    return Param(_word(name, _WORD, where), _one_of(kind, PARAM_KINDS, where))


def _params(texts, where):
    params = [_param(text, where) for text in texts]
    names = [param.name for param in params]
    kinds = [param.kind for param in params]
    if len(set(names)) < len(names):
        raise ApiError(f"{where}: two parameters have one name")
    if "handle" in kinds[1:]:
        raise ApiError(f"{where}: a handle must be the first parameter, and the only one")
    return tuple(params)


def _function(table, where):
    """Return a Function, its bit not yet known."""
    _checked(table, _FUNCTION, where, _FUNCTION_NEEDS)
    module, _, name = table["name"].partition(".")
    where = f"{where} ({table['name']})"
    charge = table.get("charge")
    params = _params(table["params"], where)
    if charge is not None:
        _one_of(charge, CHARGES, where)
    if charge == "bytes" and sum(param.kind in ("in", "out") for param in params) != 1:
        raise ApiError(f"{where}: charge 'bytes' needs one parameter of kind in or out")
    if not table["doc"].endswith("."):
        raise ApiError(f"{where}: doc must be sentences")
    return Function(
        module=_word(module, _WORD, where),
        name=_word(name, _WORD, where),
        params=params,
        on=_word(table["on"], _WORD, where),
        op=_word(table["op"], _OP, where) if "op" in table else None,
        charge=charge,
        makes=_word(table["makes"], _WORD, where) if "makes" in table else None,
        result=_one_of(table.get("result", "i32"), RESULTS, where),
        blocks=table.get("blocks", False),
        doc=table["doc"],
        bit=None,
    )


def _kinds(functions):
    """Return the kinds in order of appearance, and {kind of handle: kind of its grant}."""
    kinds = []
    parents = {}
    for function in functions:
        for kind in (function.on, function.makes):
            if kind is not None and kind not in kinds:
                kinds.append(kind)
        if function.makes not in (None, function.on):
            parents[function.makes] = function.on
    return kinds, parents


def _check_kinds(functions, parents):
    """Fail where a call needs a kind that its module does not have, or a handle none makes."""
    made = {function.makes for function in functions}
    for function in functions:
        grant = parents.get(function.on, function.on)
        if grant != function.module:
            raise ApiError(f"{function.full_name}: on {function.on!r} is of another module")
        if function.has_handle and function.on not in made:
            raise ApiError(f"{function.full_name}: nothing makes a handle of {function.on!r}")
        if not function.has_handle and function.on in parents:
            raise ApiError(f"{function.full_name}: {function.on!r} is called by a handle")


def _ops(functions, kinds, parents):
    """Return {kind: [op]}; a kind of handle that has ops shares the list of its grant."""
    of_grants = {kind: [] for kind in kinds if kind not in parents}
    with_ops = set(of_grants)
    for function in functions:
        listed = of_grants[parents.get(function.on, function.on)]
        if function.op is not None:
            with_ops.add(function.on)
            if function.op not in listed:
                listed.append(function.op)
    return {kind: of_grants[parents.get(kind, kind)] if kind in with_ops else [] for kind in kinds}


def parse(description):
    """Return the Api of a description, a dict as TOML gives it; ApiError where it is wrong."""
    _checked(description, _TOP, "host_api.toml")
    tables = description["function"]
    functions = [_function(table, f"function {i + 1}") for i, table in enumerate(tables)]
    names = [function.full_name for function in functions]
    for name in names:
        if names.count(name) > 1:
            raise ApiError(f"{name}: described twice")
    kinds, parents = _kinds(functions)
    _check_kinds(functions, parents)
    ops = _ops(functions, kinds, parents)
    return Api(
        abi=description["abi"],
        errors=_rows(description["errors"], -1, "errors"),
        events=_rows(description["events"], 1, "events"),
        constants={
            _word(group, _WORD, "constants"): _rows(rows, 0, f"constants.{group}")
            for group, rows in description["constants"].items()
        },
        functions=[f._replace(bit=f.op and ops[f.on].index(f.op)) for f in functions],
        kinds=kinds,
        ops=ops,
        parents=parents,
    )


def read(path=DESCRIPTION):
    """Return the Api of a file; ApiError where it is wrong."""
    try:
        return parse(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise ApiError(f"{path.name}: {error}") from error
