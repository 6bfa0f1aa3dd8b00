# SPDX-License-Identifier: MIT
"""Boards for the tests: each target in its emulator, or what is at --port.

pytest-embedded gives `dut` at a port; here the port is the emulator's, which lives as long as the
tests of its target. `board` is the same port with a prompt behind it.
"""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "boards")]

import emulate  # noqa: E402
from board import Board  # noqa: E402

BOARDS = {"rp2040": "RPI_PICO", "qemu-arm": "QEMU_ARM", "qemu-rv32": "QEMU_RV32", "unix": "unix"}
IMAGES = {"RPI_PICO": "firmware.uf2", "unix": "micropython"}
# rp2040py does three to ten million cycles a second, at best one twelfth of the board.
PATIENCE = {"rp2040": 20}
# What is attached to a target's board, as emulate.py's --device has it.
DEVICES = {
    "rp2040": [
        "gpio.py:Trace",
        "gpio.py:Pads",
        "gpio.py:Button,pin=2",
        "i2c.py:Sht31",
        "spi.py:Eeprom25",
        "uart.py:Line",
        "adc.py:Voltage",
        "pwm.py:Capture",
        "rosc.py:Noise",
    ]
}
REAL = "port"
EMULATED = "/dev/pts/"


def targets(config):
    """Return what the tests run on: the target asked for, all of them, or what is at --port.

    With both options, what is at the port is of the target's kind.
    """
    asked = config.getoption("target")
    if asked is None:
        return [REAL] if config.getoption("port") else list(BOARDS)
    if asked not in BOARDS:
        raise pytest.UsageError(f"no target is called {asked}; there is: {', '.join(BOARDS)}")
    return [asked]


def pytest_generate_tests(metafunc):
    if "device_target" in metafunc.fixturenames:
        names = targets(metafunc.config)
        metafunc.parametrize("device_target", names, indirect=True, scope="session")


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "boards(target, ...): of the emulated targets, those that a test means"
    )


def pytest_collection_modifyitems(config, items):
    """Leave out what means nothing on a target; what is at a port tells when it is asked."""
    others = []
    for item in items:
        marker = item.get_closest_marker("boards")
        target = getattr(item, "callspec", None) and item.callspec.params.get("device_target")
        if marker and target in BOARDS and target not in marker.args:
            others.append(item)
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]


@pytest.fixture(scope="session")
def device_target(request):
    """Return the target's name."""
    return request.param


class Device:
    """A target that runs: the `port` to connect to, and the names of files that are on it.

    `patience` says how many times longer than others it may take, `attached` is what is on its
    pins and buses (see boards/attached.py), None where nothing can be.
    """

    def __init__(self, port, patience=1, attached=None):
        self.port = port
        self.patience = patience
        self.attached = attached
        self.there = set()


@pytest.fixture(scope="session")
def device(device_target, request, root, make):
    """Start the target's emulator; it ends with the last of the target's tests."""
    port = request.config.getoption("port")
    if port:
        yield Device(port, PATIENCE.get(device_target, 1) if EMULATED in port else 1)
        return
    name = BOARDS[device_target]
    done = make("firmware", f"BOARD={name}")
    assert done.returncode == 0, done.stdout + done.stderr
    image = root / "build" / name / IMAGES.get(name, "firmware.elf")
    devices = DEVICES.get(device_target, ())
    with emulate.start(name, image, devices=devices) as emulator:
        yield Device(emulator.path, PATIENCE.get(device_target, 1), emulator.devices)


@pytest.fixture
def embedded_services():
    """Override pytest-embedded's: everything here is behind a serial port."""
    return "serial"


@pytest.fixture
def port(device):
    """Override pytest-embedded's: the device's port."""
    return device.port


@pytest.fixture
def board(dut, device):
    """Return the device's prompt, on a fresh heap."""
    with dut.serial.disable_redirect_thread():
        board = Board(dut, device.there, device.patience)
        board.begin()
        yield board


@pytest.fixture(scope="session")
def guests(root, make, built_apps):
    """Build the guest modules and the apps; return the folders that they are in."""
    done = make("device-wasm")
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "build" / "device", root / "build" / "frozen", built_apps


@pytest.fixture
def put(board, device, guests):
    """Return a function that puts built modules on the board, once each."""

    def put_modules(*names):
        for name in names:
            if name not in device.there:
                path = next(p for p in (folder / name for folder in guests) if p.exists())
                board.put(name, path.read_bytes())
                device.there.add(name)

    return put_modules
