# SPDX-License-Identifier: MIT
"""Draw docs/speed.svg of build/bench.json: the kernels on the RP2040, over native code."""

import argparse
import json
from pathlib import Path

import pygal
from pygal.style import CleanStyle

# Each series: its title, and the form in the board's cycles; wasm3 does not run on the image, and
# is counted in instructions of its processor.
SERIES = (
    ("MicroPython bytecode", "bytecode"),
    ("@micropython.viper", "viper"),
    ("wasm3 (instructions)", None),
    ("Wasmlet, interpreted", "wasm"),
    ("Wasmlet, machine code", "wasm_native"),
    ("C, gcc -O2", "c"),
)


def times_native(report, name, form):
    """Return how much longer than native code a form takes for a kernel; None: not measured."""
    if form is None:
        row = report["cortex-m0plus"][name]
        return row["wasm3"]["instructions"] / row["native"]["instructions"]
    cycles = report["board"]["kernels"][name]["cycles"]
    return cycles[form] / cycles["c"] if form in cycles else None


def series(report):
    """Return (kernels, [(title, [times native])]) of a report."""
    kernels = list(report["board"]["kernels"])
    return kernels, [
        (title, [times_native(report, name, form) for name in kernels]) for title, form in SERIES
    ]


def plain(root):
    """Take scripts, which nothing runs, and comments, which have a date, out of an SVG's tree."""
    for parent in list(root.iter()):
        for child in list(parent):
            if callable(child.tag) or child.tag.endswith("script"):
                parent.remove(child)
    return root


def draw(report):
    """Return the chart as SVG: the same bytes for the same figures."""
    kernels, rows = series(report)
    chart = pygal.Bar(
        logarithmic=True,
        style=CleanStyle,
        width=900,
        height=420,
        js=[],
        disable_xml_declaration=True,
        value_formatter=lambda value: f"{value:.3g}",
        title="RP2040, cycles: times native C (logarithmic; less is better)",
        legend_at_bottom=True,
        legend_at_bottom_columns=3,
    )
    chart.uuid = "speed"
    chart.y_labels = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
    chart.x_labels = kernels
    for title, values in rows:
        chart.add(title, values)
    chart.add_xml_filter(plain)
    return chart.render(is_unicode=True) + "\n"


def main():
    """Read the report, write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report", type=Path, help="what bench.py wrote, with the board's figures")
    parser.add_argument("picture", type=Path, help="the SVG to write")
    args = parser.parse_args()
    report = json.loads(args.report.read_text(encoding="utf-8"))
    if "board" not in report:
        parser.error(f"{args.report} has no figures of the board: run make bench")
    args.picture.write_text(draw(report), encoding="utf-8")


if __name__ == "__main__":
    main()
