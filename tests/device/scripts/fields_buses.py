# SPDX-License-Identifier: MIT
"""The manifest's fields of I2C, SPI and serial ports; runs on the board."""

import time

from drivers import is_simulated
from fields import DENIED, TOO_LONG, host, same, spent, together, unlinked
from support import covers

SENSOR, ABSENT = 0x44, 0x45
EVERY = ["read", "write", "write-read"]
STATUS = b"\xf3\x2d"  # a command of the sensor
ID = b"\x9f\0\0\0"  # a command of the memory
MORE = {"i2c": {"more": {"id": 1, "sda": 10, "scl": 11}}}  # under it, all functions link


def sensor(labels=None, **keys):
    """Return an app with the sensor's bus, and its handle."""
    entry = {"bus": "sensors", "addrs": [SENSOR], "ops": EVERY}
    entry.update(keys)
    more = {"bus": "more", "addrs": [0x10], "ops": EVERY}
    it = host("i2c", labels=MORE, i2c=[entry, more])
    return it, it.call("open", "sensors")


@covers("manifest:i2c.bus", "works", "excess")
def test_a_bus_is_opened_by_its_label():
    it, bus = sensor()
    same((bus, it.call("write", bus, SENSOR, STATUS)), (1, 2))
    same(it.call("open", "others"), DENIED)
    it.stop()


@covers("manifest:i2c.addrs", "works", "excess")
def test_only_granted_addresses_are_reached():
    it, bus = sensor()
    same(it.call("write_read", bus, SENSOR, STATUS, [3]), 3)
    same([it.call("write", bus, address, STATUS) for address in (ABSENT, 0x10)], [DENIED] * 2)
    same(it.denied, {"denied": 2})
    it.stop()


@covers("manifest:i2c.ops", "works", "excess")
def test_only_granted_transfers_are_made():
    calls = (
        ("write", (STATUS,)),
        ("write_read", (STATUS, [3])),
        ("read", ([3],)),
    )
    for ops, allowed in ((["write"], "write"), (["write-read"], "write_read")):
        it, bus = sensor(ops=ops)
        for name, args in calls:
            result = it.call(name, bus, SENSOR, *args)
            same((name, result > 0), (name, name == allowed))
            same((name, result == DENIED), (name, name != allowed))
        same(it.guest.transaction(bus, SENSOR, 64, 1), DENIED)
        it.stop()
    entry = {"bus": "sensors", "addrs": [SENSOR], "ops": ["write"]}
    unlinked("i2c", "wasmlet:i2c read", 'ops = ["read"]', i2c=[entry])


@covers("manifest:i2c.max_len", "works", "excess")
def test_a_transfer_is_so_long():
    it, bus = sensor(max_len=3)
    same(it.call("write_read", bus, SENSOR, STATUS, [3]), 3)
    same(it.call("write_read", bus, SENSOR, STATUS, [4]), TOO_LONG)
    same(it.call("write_read", bus, SENSOR, b"1234", [3]), TOO_LONG)
    same(it.call("write", bus, SENSOR, b"1234"), TOO_LONG)
    same(it.call("read", bus, SENSOR, [4]), TOO_LONG)
    it.stop()


@covers("manifest:i2c.max_per_s", "works", "excess")
def test_transfers_are_so_frequent():
    it, bus = sensor(max_per_s=4)
    spent(lambda: it.call("write", bus, SENSOR, STATUS), 4, 300)
    it.stop()


@covers("manifest:i2c.shared", "works", "excess")
def test_a_device_is_one_apps_unless_shared():
    entry = {"bus": "sensors", "addrs": [SENSOR], "ops": EVERY}
    same((together("i2c", entry, True), together("i2c", entry, False)), (True, False))


def memory(**keys):
    """Return an app with the SPI memory, and its handle."""
    it = host("spi", spi=[dict(keys, device="memory")])
    return it, it.call("open", "memory")


@covers("manifest:spi.device", "works", "excess")
def test_a_device_is_opened_by_its_label():
    it, device = memory()
    same(it.take("transfer", device, ID, [4])[1:], b"\x29\xcc\x00")
    same(it.call("open", "display"), DENIED)
    it.stop()
    unlinked("spi", "wasmlet:spi", timer={})


@covers("manifest:spi.modes", "works", "excess")
def test_only_granted_modes_are_set():
    it, device = memory(modes=[0, 3])
    results = [it.call("configure", device, 100000, mode) for mode in range(4)]
    same(results, [0, DENIED, DENIED, 0])
    same(it.take("transfer", device, ID, [4])[1:], b"\x29\xcc\x00")
    it.stop()


@covers("manifest:spi.max_hz", "works", "excess")
def test_the_clock_is_no_faster():
    it, device = memory(max_hz=500000)
    same([it.call("configure", device, hz, 0) for hz in (500000, 500001, -1)], [0, DENIED, DENIED])
    same(it.take("transfer", device, ID, [4])[1:], b"\x29\xcc\x00")
    it.stop()


@covers("manifest:spi.max_len", "works", "excess")
def test_a_transfer_has_so_many_bytes():
    it, device = memory(max_len=4)
    same(it.call("transfer", device, ID, [4]), 4)
    same(it.call("transfer", device, ID + b"\0", [5]), TOO_LONG)
    same(it.call("write", device, ID + b"\0"), TOO_LONG)
    same(it.call("read", device, [5]), TOO_LONG)
    it.stop()


@covers("manifest:spi.max_per_s", "works", "excess")
def test_spi_transfers_are_so_frequent():
    it, device = memory(max_per_s=4)
    spent(lambda: it.call("transfer", device, ID, [4]), 4, 300)
    it.stop()


@covers("manifest:spi.shared", "works", "excess")
def test_a_chip_is_one_apps_unless_shared():
    chip = {"device": "memory"}
    same((together("spi", chip, True), together("spi", chip, False)), (True, False))


def port(mode="rw", **keys):
    """Return an app with a port, and its handle."""
    spare = {"port": "spare", "mode": "rw"}  # under it, all functions link
    it = host("uart", uart=[dict(keys, port="link", mode=mode), spare])
    return it, it.call("open", "link")


@covers("manifest:uart.port", "works", "excess")
def test_a_port_is_opened_by_its_label():
    it, link = port()
    same((link, it.call("write", link, b"hello")), (1, 5))
    same(it.call("open", "console"), DENIED)
    it.stop()


@covers("manifest:uart.mode", "works", "excess")
def test_the_mode_says_what_a_port_is_for():
    it, link = port("w")
    same(it.call("write", link, b"hello"), 5)
    same([it.call("read", link, [5]), it.call("watch", link, 1)], [DENIED] * 2)
    it.stop()
    it, link = port("r")
    same((it.call("read", link, [5]) >= 0, it.call("watch", link, 1)), (True, 0))
    same(it.call("write", link, b"hello"), DENIED)
    it.stop()
    unlinked("uart", "wasmlet:uart write", 'mode = "w"', uart=[{"port": "link", "mode": "r"}])


@covers("manifest:uart.max_baud", "works", "excess")
def test_a_port_is_no_faster():
    """The guest has no call for it: the port is opened so."""
    for asked, baud in ((9600, 9600), (1000000, 115200)):
        it, _ = port(max_baud=asked)
        uart = it.gate.device(1)
        wanted = f"baudrate={baud}"
        assert getattr(uart, "baudrate", None) == baud or wanted in str(uart), (uart, wanted)
        it.stop()


@covers("manifest:uart.max_len", "works", "excess")
def test_a_call_has_so_many_bytes():
    it, link = port(max_len=8)
    same([it.call("write", link, bytes(size)) for size in (8, 9)], [8, TOO_LONG])
    same(it.call("read", link, [9]), TOO_LONG)
    it.stop()


@covers("manifest:uart.max_per_s", "works", "excess")
def test_writes_are_so_frequent():
    it, link = port(max_per_s=4)
    spent(lambda: it.call("write", link, b"x"), 4, 300)
    it.stop()


@covers("manifest:uart.queue_bytes", "works", "excess")
def test_so_much_may_wait():
    """The line is a loop. A chip has some bytes of its own beside the queue."""
    for queue_bytes, least, most in ((128, 100, 100), (32, 30, 70)):
        it, link = port(queue_bytes=queue_bytes, max_len=128)
        if is_simulated():
            from wasm import sim

            sim.lines[0].loop = True
        same(it.call("write", link, bytes(100)), 100)
        time.sleep_ms(20)
        found = 0
        while (count := it.call("read", link, [128])) > 0:
            found += count
        assert least <= found <= most, (queue_bytes, found)
        it.stop()
