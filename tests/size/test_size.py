# SPDX-License-Identifier: MIT
"""The sizes stay within their budgets, and the figures are what the compilers' tools say."""

import size

import boards

LISTING = """\
wl_x.o  :
section              size   addr
.text                 100      0
.text.wl_interp        20      0
.rodata.str1.1          3      0
.data                   4      0
.bss                 9000      0
.comment               50      0
"""


def test_flash_is_code_constants_and_initial_values():
    assert size.flash_bytes(LISTING) == 127


def test_report_names_the_targets_over_budget():
    sizes = {target: {"wl_x": 10, "wl_y": 5} for target in size.TARGETS}
    budget = dict.fromkeys(size.TARGETS, 15) | {"rv32imac": 14}
    lines, over, totals = size.report(sizes, budget)
    assert over == ["rv32imac"]
    assert totals["cortex-m3"] == 15
    assert "wl_y" in "\n".join(lines)


def test_growth_over_budget_is_named():
    rows = {"growth": (90, 11, 500), "engine": (50, 0, 0), "glue": (10, 0, 0)}
    lines, over = boards.board_report("PICO", rows, {"growth": 100, "engine": 50})
    assert over == ["PICO growth"]
    assert "500" in lines[1]


def test_parts_of_frozen_python_are_told_by_their_symbols():
    modules = ["wasm_imports_fs", "wasm_errors", "wasm_app"]
    listing = """\
         U mp_type_str
00000000 0000000a r fun_data_wasm_errors_Trap
0000000a 00000020 r const_qstr_table_data_wasm_imports_fs
0000000a 00000003 r frozen_module_wasm_app
00000000 00000100 R mp_frozen_names
"""
    assert boards.python_parts(listing, modules) == (10, 35)


def test_rows_are_added_and_subtracted():
    assert boards.add((1, 2, 3), (4, 5, 6)) == (5, 7, 9)
    assert boards.add((9, 9, 9), (1, 2, 3), (1, 1, 1), sign=-1) == (7, 6, 5)


def test_everything_is_within_budget(make, root):
    """Of the boards those with a budget; `make size` also tells of RPI_PICO2."""
    budget = size.tomllib.loads((root / "tests/size/budget.toml").read_text(encoding="utf-8"))
    budgeted = budget.keys() - {"engine", "native"}
    done = make("size", "SIZE_BOARDS=" + " ".join(sorted(budgeted)))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith("; 0 over budget")
    for board in budgeted:
        assert f"\n{board} " in done.stdout
