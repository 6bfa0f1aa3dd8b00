# SPDX-License-Identifier: MIT
"""What there is to test of grants, and which tests say that they do.

Rows are the functions of host_api.toml (`gpio.write`) and the fields of the manifest
(`manifest:i2c.addrs`), columns are checks. Which checks a row has follows from the description:

    works     the granted use works: a test in tests/device, which the emulated RP2040 runs, too
    link      without a grant the import keeps the app from being loaded; the manifest's line is
              named
    label     opening what the grant does not name is refused
    handle    a handle that is closed, never was, or is of another kind is refused
    op        an operation that the grant lacks is refused
    address   an I2C address that the grant lacks is refused
    string    text that is empty, too long, not UTF-8, or has a NUL is refused
    in, out, segments     bytes, of that kind of parameter, that are not all in memory are refused
    length    more bytes than the grant's max_len are refused
    rate      more calls or bytes than the grant's rate are refused, and later ones are not
    ceiling   (of a field) no more is granted than the policy allows
    excess    (of a field) using more than is granted is refused

A test says what it covers by a decorator, and may say several things:

    @covers("gpio.write", "rate", "op")
    @covers("manifest:gpio.max_per_s", "works")
    def test_...

A row that ends with `*` stands for all that begin so and have the check: for tests that are
generated from the description themselves. The decorator's arguments are read from the source, so
must be texts, and tests of any kind can have it: in scripts that a board runs, `support.covers` is
the same. What cannot be tested stands with its reason in `matrix.toml`. test_matrix.py fails for
what is left.
"""

import ast
import importlib.util
from collections import namedtuple
from pathlib import Path

import host_api

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
BOARDS = TESTS / "device"  # where `works` is shown

# What every app may call.
FREE = ("blob", "sys")
PARAM_CHECKS = {
    "handle": "handle",
    "address": "address",
    "string": "string",
    "in": "in",
    "out": "out",
    "segments": "segments",
}
FIELD_CHECKS = ("works", "ceiling", "excess")

Claim = namedtuple("Claim", "row check where")


def covers(row, *checks):
    """Say that the decorated test covers checks of a row; return the test itself."""
    del row, checks
    return lambda test: test


def function_checks(api, function):
    """Return the checks that a function has."""
    checks = ["works"]
    grant = api.parents.get(function.on, function.on)
    if grant not in FREE:
        checks.append("link")
    if function.makes == function.on:
        checks.append("label")
    if function.op is not None:
        checks.append("op")
    kinds = [param.kind for param in function.params]
    checks += [check for kind, check in PARAM_CHECKS.items() if kind in kinds]
    if function.on not in api.parents and {"in", "out", "segments"} & set(kinds):
        checks.append("length")
    if function.charge is not None:
        checks.append("rate")
    return checks


def fields():
    """Return the names of the manifest's fields, by modules/wasm/schema.py."""
    path = ROOT / "modules" / "wasm" / "schema.py"
    spec = importlib.util.spec_from_file_location("schema", path)
    schema = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(schema)
    classes = [("app", schema.APP), *schema.CLASSES]
    return [f"{name}.{row[0]}" for name, rows in classes for row in rows] + ["env"]


def cells():
    """Return {row: [check]} of all that has to be covered."""
    api = host_api.read()
    table = {f.full_name: function_checks(api, f) for f in api.functions}
    table.update({f"manifest:{field}": list(FIELD_CHECKS) for field in fields()})
    return table


def _claims_of(decorator, where):
    """Yield the Claims of a decorator, none when it is another one."""
    if not isinstance(decorator, ast.Call):
        return
    name = decorator.func
    if getattr(name, "id", getattr(name, "attr", None)) != "covers":
        return
    row, *checks = [ast.literal_eval(argument) for argument in decorator.args]
    for check in checks:
        yield Claim(row, check, where)


def claims(folder=TESTS):
    """Return the Claims of all tests in a folder."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                where = f"{path.relative_to(folder)}::{node.name}"
                for decorator in node.decorator_list:
                    found += _claims_of(decorator, where)
    return found


def counts(claim):
    """Tell whether a claim may be made where it is: what works is shown on boards."""
    return claim.check != "works" or claim.where.startswith(BOARDS.name + "/")


def rows_of(table, claim):
    """Return the rows of a table that a claim names."""
    if claim.row.endswith("*"):
        return [row for row in table if row.startswith(claim.row[:-1])]
    return [claim.row] if claim.row in table else []


def covered(table, found):
    """Return {(row, check): [where]} of what the claims cover."""
    by_cell = {}
    for claim in filter(counts, found):
        for row in rows_of(table, claim):
            if claim.check in table[row]:
                by_cell.setdefault((row, claim.check), []).append(claim.where)
    return by_cell
