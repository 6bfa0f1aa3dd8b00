# SPDX-License-Identifier: MIT
"""Weigh what the RP2040's flash cache costs a guest, which the emulator does not count.

Runs guests on the real image instruction by instruction and puts every fetch and every load from
flash through a model of the cache (RP2040 datasheet, 2.6.3: 16 KB, two ways, lines of 8 bytes, a
hit takes one cycle). Misses are counted with the image as it is, and as if the interpreter were in
RAM.

A miss reads 8 bytes through the second stage loader's set-up (pico-sdk, boot2_w25q080.S, and
PICO_FLASH_SPI_CLKDIV 2 of the board's header): 8 clocks of address, 4 of waiting, 16 of data; two
system clocks each. Where the interface makes two reads of it, the first 12 come twice.
"""

import argparse
import asyncio
import subprocess
import sys
from pathlib import Path

import cycles
import pico

SETS, WAYS, LINE_BITS = 1024, 2, 3
MISS_CYCLES = 2 * (8 + 4 + 16), 2 * 2 * (8 + 4 + 8)
FLASH, FLASH_END = 0x10000000, 0x11000000
USB = 1 << 5
CYCLE_NS = 8.0
STEPS = 5000
INSTRUCTIONS = 400_000
INTERPRETER = "wl_interp.c"

GUEST = """
import wasm
run = wasm.Instance(wasm.Module(open('{name}.wasm', 'rb').read())).exports.run
run({n})
timed({call})
print(0)
"""
# A guest that runs long, and one that is called again and again by Python.
LONG = "run, {n}"
OFTEN = "lambda: [run({n}) for _ in range(200)]"


class Cache:
    """The cache with the least recently used of a set's ways replaced; counts its misses."""

    def __init__(self):
        self._newest, self._oldest = [None] * SETS, [None] * SETS
        self.misses = 0
        self.lines = set()

    def touch(self, address):
        """Read from an address of the flash."""
        line = address >> LINE_BITS
        at = line % SETS
        if self._newest[at] != line:
            if self._oldest[at] != line:
                self.misses += 1
                self.lines.add(line)
            self._oldest[at], self._newest[at] = self._newest[at], line


def loaded_address(opcode, pc, regs):
    """Return the address that a Thumb instruction loads from, or None: POP and LDM are of RAM."""
    low = regs[opcode >> 3 & 7]
    top = opcode >> 11
    if top == 0b01001:  # LDR literal
        return (pc + 4 & ~3) + 4 * (opcode & 255)
    if top == 0b01101:  # LDR immediate
        return low + 4 * (opcode >> 6 & 31)
    if top == 0b01111:  # LDRB immediate
        return low + (opcode >> 6 & 31)
    if top == 0b10001:  # LDRH immediate
        return low + 2 * (opcode >> 6 & 31)
    if opcode >> 12 == 0b0101 and opcode >> 9 & 7 > 2:  # LDRSB, LDR, LDRH, LDRB, LDRSH register
        return low + regs[opcode >> 6 & 7] & 0xFFFFFFFF
    return None


class Tracer:
    """Steps a board's processor while its USB interrupt is masked, which is while it is timed."""

    def __init__(self, device, in_ram):
        self._simulator, self._mcu = device.simulator, device.mcu
        self._batch = self._simulator._execute_batch
        self._simulator._execute_batch = self._advance
        self._begin, self._end = in_ram
        self.now, self.moved = Cache(), Cache()
        self.instructions = self.cycles = 0

    @property
    def done(self):
        return self.instructions >= INSTRUCTIONS

    def _advance(self):
        if self.done or self._mcu.core.enabled_interrupts & USB:
            self._batch()
        else:
            for _ in range(STEPS):
                self._step()

    def _step(self):
        core = self._mcu.core
        pc = core.registers[15]
        inside = self._begin <= pc < self._end
        if FLASH <= pc < FLASH_END:
            self.now.touch(pc)
            if not inside:
                self.moved.touch(pc)
        address = loaded_address(self._mcu.read_uint16(pc), pc, core.registers)
        if address is not None and FLASH <= address < FLASH_END:
            self.now.touch(address)
            if not self._begin <= address < self._end:
                self.moved.touch(address)
        spent = core.execute_instruction()
        self._simulator.clock.tick(spent * CYCLE_NS)
        self.cycles += spent
        self.instructions += 1


def interpreter_range(elf):
    """Return the first address of the interpreter's code and the one behind it."""
    command = ["arm-none-eabi-nm", "-S", "--size-sort", str(elf)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [line.split() for line in lines]
    sizes = [(int(row[1], 16), int(row[0], 16)) for row in rows if row[3:] == ["run"]]
    size, begin = max(sizes)
    return begin & ~1, (begin & ~1) + size


async def trace(firmware, in_ram, name, n, call, folder):
    """Return the Tracer of a guest."""
    board = await pico.boot(firmware, [folder / f"{name}.wasm"])
    tracer = Tracer(board.device, in_ram)
    code = cycles.TIMED.replace("empty =", "_ = 1 #")
    code += GUEST.format(name=name, n=n, call=call.format(n=n))
    running = asyncio.ensure_future(board.run(code))
    while not tracer.done and not running.done():
        await asyncio.sleep(0)
    board.stop()
    if running.done():
        running.result()
    else:
        running.cancel()
    return tracer


def line_of(title, tracer):
    """Return a guest's line of the table."""
    cells = f"{title:16}{tracer.cycles:>10,}"
    for cache in (tracer.now, tracer.moved):
        least, most = (100 * cache.misses * cost / tracer.cycles for cost in MISS_CYCLES)
        cells += f"{cache.misses:>10,}{len(cache.lines):>8,}{least:>8.2f} to {most:.2f} %"
    return cells


def main():
    """Trace guests and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--firmware", type=Path, required=True, help="the image, .uf2")
    parser.add_argument("--elf", type=Path, required=True, help="the same with its symbols")
    parser.add_argument("--kernels", type=Path, required=True, help="folder of NAME.wasm")
    parser.add_argument("names", nargs="*", help="kernels; all without")
    args = parser.parse_args()
    in_ram = interpreter_range(args.elf)
    print(f"{INTERPRETER}: {in_ram[1] - in_ram[0]:,} bytes; misses cost {MISS_CYCLES} cycles")
    print(f"{'':26}{'interpreter in flash':>36}{'in RAM':>36}")
    print(f"{'':16}{'cycles':>10}" + f"{'misses':>10}{'lines':>8}{'of cycles':>18}" * 2)
    guests = [(name, name, n, LONG) for name, n in cycles.KERNELS.items()]
    guests.append(("calls, often", "calls", 10, OFTEN))
    for title, name, n, call in guests:
        if name in args.names or not args.names:
            tracer = asyncio.run(trace(args.firmware, in_ram, name, n, call, args.kernels))
            print(line_of(title, tracer), flush=True)


if __name__ == "__main__":
    sys.exit(main())
