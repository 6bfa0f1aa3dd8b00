# SPDX-License-Identifier: MIT
"""The firmware starts, and what it starts with."""

import re

CTRL_A, CTRL_B, CTRL_C, CTRL_D = b"\x01", b"\x02", b"\x03", b"\x04"


def test_boots_to_a_prompt(dut, device_target):
    if device_target == "unix":  # has a raw prompt only
        dut.write(CTRL_A)
        dut.expect_exact("raw REPL", timeout=20)
        return
    dut.write(CTRL_C + CTRL_B)
    dut.expect_exact(">>> ", timeout=20)
    dut.write(CTRL_D)
    dut.expect(re.compile(rb"MPY: soft reboot.*MicroPython.*>>> ", re.DOTALL), timeout=20)
    dut.write(b"import wasm; print('has', wasm.Module)\r")
    dut.expect_exact("has <class 'Module'>", timeout=20)


def test_imports_and_explains_itself(board):
    assert "wasm.run" in board.run("import wasm\nhelp(wasm)")
    assert board.run("import _wasm\nprint(_wasm.ram_used())") == "0\n"


def test_tells_the_time(board):
    output = board.run(
        "import time\n"
        "a = time.ticks_ms()\n"
        "time.sleep_ms(50)\n"
        "print(time.ticks_diff(time.ticks_ms(), a))"
    )
    assert 50 <= int(output) < 500


def test_keeps_files_over_a_soft_reset(board):
    board.put("kept.txt", b"kept")
    board.begin()
    assert board.run("print(open('kept.txt').read())") == "kept\n"
