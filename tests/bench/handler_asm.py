# SPDX-License-Identifier: MIT
"""List how many machine instructions each handler of the interpreter has.

Reads a program that the interpreter is linked into: its table of handlers gives where each begins,
the disassembly what is there. Two counts: up to the first jump to another handler, which is the
usual way through, and up to the next handler, slow paths included.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

TOOLS = {
    "cortex-m3": "arm-none-eabi-",
    "cortex-m0plus": "arm-none-eabi-",
    "rv32imac": "riscv64-unknown-elf-",
}
# A jump through a register.
INDIRECT = re.compile(r"\b(bx\s+r\d|blx\s+r\d|mov\s+pc,|jr\s)")
NAMES_SOURCE = '#include "wl_code.h"\n#define ROW(n) @n\n#include "wl_code_all.h"\n'


def output(*command, **options):
    """Return what a command prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def operation_names(engine):
    """Return the operations' names in the order of their numbers, from the engine's own tables."""
    text = output("cc", "-E", "-P", f"-I{engine}", "-x", "c", "-", input=NAMES_SOURCE)
    return re.findall(r"@\s*(\w+)", text)


def table_address(listing):
    """Return the address of the table of handlers in the output of nm."""
    found = re.search(r"^([0-9a-f]+) . handlers(?:\.\d+)?$", listing, re.MULTILINE)
    if not found:
        sys.exit("handler_asm: no table of handlers in this program")
    return int(found[1], 16)


def words(dump):
    """Return the little-endian 32-bit words in the output of objdump -s."""
    rows = re.findall(r"^ [0-9a-f]+ ((?:[0-9a-f]+ )+)", dump, re.MULTILINE)
    data = bytes.fromhex("".join(rows))
    return [int.from_bytes(data[i : i + 4], "little") for i in range(0, len(data), 4)]


def instructions(disassembly):
    """Return [(address, text)] of the output of objdump -d; text is "" where a symbol begins.

    Data between the code is left out.
    """
    rows = re.findall(r"^\s*([0-9a-f]+)(?: <\S+>:$|:\t(?!\.)(.*)$)", disassembly, re.MULTILINE)
    return [(int(at, 16), text) for at, text in rows]


def count(code, starts):
    """Return {start: (to the first jump to a handler, to the next handler)}."""
    counts, current = {}, None
    for address, text in code:
        if not text:
            current = None
        elif address in starts:
            current = address
            counts[current] = [0, 0, False]
        if current is not None:
            row = counts[current]
            row[1] += 1
            row[0] += not row[2]
            row[2] = row[2] or bool(INDIRECT.search(text))
    return {start: (row[0], row[1]) for start, row in counts.items()}


def main():
    """Print a table, the longest handlers last."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", choices=TOOLS)
    parser.add_argument("program", type=Path)
    parser.add_argument("--engine", type=Path, default=Path("usermod_c/engine"))
    args = parser.parse_args()
    prefix, program = TOOLS[args.target], str(args.program)
    names = operation_names(args.engine)
    table = table_address(output(prefix + "nm", program))
    end = table + 4 * len(names)
    dump = output(
        prefix + "objdump", "-s", f"--start-address={table}", f"--stop-address={end}", program
    )
    # Thumb marks addresses of code in the lowest bit.
    handlers = [word & ~1 for word in words(dump)]
    disassembly = output(
        prefix + "objdump", "-d", "--no-show-raw-insn", f"--start-address={min(handlers)}", program
    )
    counts = count(instructions(disassembly), set(handlers))
    print("usual  all  operation")
    for usual, everything, name in sorted(
        (*counts[at], name) for at, name in zip(handlers, names)
    ):
        print(f"{usual:5}{everything:5}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
