# SPDX-License-Identifier: MIT
"""Every import does on a board what it is granted, with devices attached, and no more.

On the emulated RP2040 the devices speak their protocols to the chip's peripherals; where a
firmware simulates its peripherals, the same devices are behind those.
"""

import sys
import time

import pytest
from matrix import covers

DENIED, BAD_HANDLE, INVALID, RATE, TOO_LONG = -1, -2, -4, -5, -6
NOT_FOUND, BUSY, NO_DEVICE, FULL = -7, -8, -9, -12
EDGE, UART = 1, 3
SECONDS = 60
MODULES = ["adc", "blob", "fs", "gpio", "i2c", "kv", "log", "msg", "pwm", "random", "spi", "sys"]
MODULES += ["time", "timer", "uart"]


class World:
    """What is connected to a board: devices of its emulator, or simulated by its firmware."""

    def __init__(self, board, attached):
        self._board = board
        self._attached = attached

    def command(self, device, **fields):
        """Have a device do something."""
        if self._attached:
            self._attached.command(device, **fields)
        else:
            self._board.call("drivers", "outside", device, **fields)

    def reports(self, device):
        """Return what a device has reported since last asked, None where none can."""
        if not self._attached:
            return None
        return [event for event in self._attached.events() if event["device"] == device]


@pytest.fixture
def world(board, device, put, root):
    """Return what is around the board, with the scripts and modules on it."""
    put(*(f"host_{name}.wasm" for name in MODULES))
    board.need("bench")
    board.need("drivers")
    for name in ("eeprom25.py", "sht31.py"):
        if name not in device.there:
            board.put(name, (root / "boards" / "devices" / name).read_bytes())
            device.there.add(name)
    board.frames = 0  # reading a manifest takes what there is
    simulated = board.call("drivers", "set_up")
    if not simulated and not device.attached:
        pytest.skip("no devices are known to be connected to this board")
    world = World(board, device.attached)
    world.reports("")
    return world


@pytest.fixture
def call(board):
    """Return a function that calls a host function on the board."""
    return lambda *args: board.call("drivers", "call", *args, timeout=SECONDS)


@pytest.fixture
def begin(board):
    """Return a function that starts an app and returns its handle."""
    return lambda name, **classes: board.call("drivers", "begin", name, **classes)


def wait_for(board, name, count):
    """Return the events of an app once there are so many."""
    found = []
    end = time.monotonic() + SECONDS
    while len(found) < count and time.monotonic() < end:
        found += board.call("drivers", "events", name)
    return found


@covers("i2c.open", "works")
@covers("i2c.read", "works")
@covers("i2c.write", "works")
@covers("i2c.write_read", "works")
@covers("i2c.transaction", "works")
def test_i2c(board, world, root):
    sys.path.insert(0, str(root / "boards" / "devices"))
    from sht31 import crc8

    world.command("Sht31", temperature=-10.0, humidity=75.0)
    done, answer, refused = board.call("drivers", "measure", timeout=SECONDS)
    assert done == [2, NO_DEVICE, 6, 3, 0]
    assert (crc8(answer[:2]), crc8(answer[3:5])) == (answer[2], answer[5])
    assert round(int.from_bytes(answer[:2], "big") * 175 / 65535 - 45, 1) == -10.0
    assert round(int.from_bytes(answer[3:5], "big") * 100 / 65535, 1) == 75.0
    assert refused == [DENIED, TOO_LONG, TOO_LONG, BAD_HANDLE, NO_DEVICE, 2]


@covers("spi.open", "works")
@covers("spi.configure", "works")
@covers("spi.read", "works")
@covers("spi.write", "works")
@covers("spi.transfer", "works")
def test_spi(board, world, begin, call):
    entry = {"device": "memory", "modes": [0, 3], "max_hz": 1000000, "max_len": 40}
    device = begin("spi", spi=[entry])
    assert call("spi", "transfer", device, b"\x9f\0\0\0", [4]) == (4, b"\xff\x29\xcc\x00")
    assert call("spi", "write", device, b"\x06")[0] == 1
    assert call("spi", "write", device, b"\x02\x01\x00wasm")[0] == 7
    read = b"\x03\x01\x00" + bytes(33)  # so long that the RP2040 uses DMA
    assert call("spi", "transfer", device, read, [36])[1][3:7] == b"wasm"
    assert call("spi", "configure", device, 500000, 3)[0] == 0
    assert call("spi", "transfer", device, b"\x05\0", [2]) == (2, b"\xff\0")
    assert call("spi", "read", device, [3]) == (3, b"\xff\xff\xff")
    assert call("spi", "configure", device, 1000001, 0)[0] == DENIED
    assert call("spi", "configure", device, 500000, 1)[0] == DENIED
    assert call("spi", "write", device, bytes(41))[0] == TOO_LONG
    assert call("spi", "write", device + 1, b"\x06")[0] == BAD_HANDLE
    denied = board.call("drivers", "end", "spi")
    assert denied == {"denied": 2, "too_long": 1, "bad_handle": 1}
    reports = world.reports("Eeprom25")
    if reports is not None:
        commands = [(event["command"], event["hz"]) for event in reports]
        assert commands == [
            (0x9F, 1000000),
            (6, 1000000),
            (2, 1000000),
            (3, 1000000),
            (5, 500000),
            (0, 500000),
        ]


@covers("adc.open", "works")
@covers("adc.read", "works")
def test_adc(board, world, begin, call):
    channel = begin("adc", adc=[{"label": "light", "max_per_s": 2}])
    world.command("Voltage", level=0.25)
    assert abs(call("adc", "read", channel)[0] - 16384) < 64
    world.command("Voltage", level=1.0)
    assert call("adc", "read", channel)[0] == 65535
    assert call("adc", "open", "dark")[0] == DENIED
    assert board.call("drivers", "end", "adc") == {"denied": 1}


@covers("pwm.open", "works")
@covers("pwm.set", "works")
def test_pwm(board, world, begin, call):
    entry = {"label": "fan", "min_hz": 100, "max_hz": 2000, "min_duty": 6554, "max_duty": 32768}
    fan = begin("pwm", pwm=[entry])
    board.run("import time\ntime.sleep_ms(5)")
    assert call("pwm", "set", fan, 500, 16384)[0] == 0
    board.run("import time\ntime.sleep_ms(10)")
    for frequency, duty in ((99, 10000), (2001, 10000), (500, 6553), (500, 32769)):
        assert call("pwm", "set", fan, frequency, duty)[0] == DENIED
    assert board.call("drivers", "end", "pwm") == {"denied": 4}
    reports = world.reports("Capture")
    if reports is not None:
        assert (reports[0]["hz"], reports[0]["duty"]) == (1000, 0.1)
        assert (reports[-1]["hz"], reports[-1]["duty"]) == (500, 0.25)
        assert board.run("import machine\nprint(machine.Pin(15))").startswith(
            "Pin(GPIO15, mode=OUT"
        )


@covers("uart.open", "works")
@covers("uart.read", "works")
@covers("uart.write", "works")
@covers("uart.watch", "works")
def test_uart(board, world, begin, call):
    port = begin("uart", uart=[{"port": "link", "mode": "rw", "max_len": 40}])
    assert call("uart", "read", port, [8])[0] == 0
    assert call("uart", "watch", port, 1)[0] == 0
    world.command("Line", text="hello")
    assert wait_for(board, "uart", 1) == [(UART, port, 0)]
    count, answer = call("uart", "read", port, [8])
    assert (count, answer[:5]) == (5, b"hello")
    assert call("uart", "write", port, b"0123456789" * 4)[0] == 40
    assert call("uart", "write", port, bytes(41))[0] == TOO_LONG
    reports = world.reports("Line")
    if reports is not None:  # the line is a loop
        assert bytes(event["byte"] for event in reports) == b"0123456789" * 4
        wait_for(board, "uart", 1)
        assert call("uart", "read", port, [40]) == (40, b"0123456789" * 4)
    assert board.call("drivers", "end", "uart") == {"too_long": 1}


@covers("gpio.open", "works")
@covers("gpio.read", "works")
@covers("gpio.write", "works")
@covers("gpio.toggle", "works")
def test_gpio_output(board, world, begin, call):
    lamp = begin("gpio", gpio=[{"label": "lamp", "mode": "out"}, spare()])
    assert call("gpio", "write", lamp, 1)[0] == 0
    assert call("gpio", "read", lamp)[0] == 1
    assert call("gpio", "toggle", lamp)[0] == 0
    assert call("gpio", "read", lamp)[0] == 0
    assert call("gpio", "write", lamp, 1)[0] == 0
    assert call("gpio", "watch", lamp, 1)[0] == DENIED
    assert call("gpio", "open", "button")[0] == DENIED
    assert call("gpio", "write", 99, 1)[0] == BAD_HANDLE
    assert board.call("drivers", "end", "gpio") == {"denied": 2, "bad_handle": 1}
    reports = world.reports("Trace")
    if reports is not None:  # low when it ends: its safe state
        states = [event["state"] for event in reports if event["pin"] == 25]
        assert states[-4:] == ["HIGH", "LOW", "HIGH", "LOW"]


def spare():
    """Return a pin under whose grant every function links."""
    return {"label": "spare", "mode": "inout", "edge": "both"}


@covers("gpio.watch", "works")
@covers("sys.poll", "works")
def test_gpio_input(board, world, begin, call):
    entry = {"label": "button", "mode": "in", "pull": "up", "edge": "rising"}
    button = begin("gpio", gpio=[entry, spare()])
    assert call("gpio", "read", button)[0] == 0  # pulled up, active low
    assert call("gpio", "watch", button, 3)[0] == DENIED
    assert call("gpio", "watch", button, 1)[0] == 0
    for _ in range(3):
        world.command("Button", down=True)
        assert wait_for(board, "gpio", 1) == [(EDGE, button, 1)]
        assert call("gpio", "read", button)[0] == 1
        world.command("Button", down=False)
    assert call("gpio", "write", button, 1)[0] == DENIED
    assert call("gpio", "watch", button, 0)[0] == 0
    world.command("Button", down=True)
    world.command("Button", down=False)
    assert board.call("drivers", "events", "gpio") == []
    assert board.call("drivers", "end", "gpio") == {"denied": 2}


@covers("kv.get", "works")
@covers("kv.set", "works")
@covers("kv.delete", "works")
@covers("fs.open", "works")
@covers("fs.read", "works")
@covers("fs.write", "works")
@covers("fs.seek", "works")
@covers("fs.close", "works")
@covers("fs.size", "works")
@covers("fs.remove", "works")
def test_kv_and_fs(board, world):
    found = board.call("drivers", "store", timeout=SECONDS)
    values = [0, FULL, (5, b"value"), 0]
    files = [5, FULL, 0, (5, b"hello"), (1, 2, b"el"), DENIED, 5, 0]
    assert found == values + files


@covers("msg.publish", "works")
@covers("msg.subscribe", "works")
@covers("msg.receive", "works")
@covers("msg.unsubscribe", "works")
@covers("blob.open", "works")
@covers("blob.size", "works")
@covers("blob.read", "works")
@covers("random.fill", "works")
@covers("time.monotonic_ms", "works")
@covers("time.wall_ms", "works")
@covers("log.write", "works")
@covers("timer.start", "works")
@covers("timer.cancel", "works")
@covers("sys.env", "works")
@covers("sys.ready", "works")
@covers("sys.overruns", "works")
def test_what_has_no_hardware(board, world):
    assert board.call("drivers", "rest", timeout=SECONDS) == [
        1,
        DENIED,
        (5, b"\x03a/bx"),
        DENIED,
        (0, 0),
        (10, 2, b"89"),
        (64, True, RATE),
        (True, True),
        (0, TOO_LONG, ["line"]),
        (True, DENIED),
        (0, BAD_HANDLE),
        (1, NOT_FOUND, 0),
        0,
    ]


@covers("time.sleep_ms", "works")
@covers("sys.exit", "works")
def test_waiting_and_ending(board, world, put):
    put("ends.wasm")
    assert board.call("drivers", "end_by_itself") == (True, "stopped", 7)
