# SPDX-License-Identifier: MIT
"""The engine's size stays within its budget, and the figure is what the compiler's tool says."""

import size

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
    lines, over = size.board_report("PICO", rows, {"growth": 100, "engine": 50})
    assert over == ["PICO growth"]
    assert "500" in lines[1]


def test_engine_is_within_budget(make):
    done = make("size")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith("; 0 over budget")
