# SPDX-License-Identifier: MIT
"""Every peripheral an app can be granted, simulated: what is granted works, the rest does not."""

import time

from bench import Bench
from eeprom25 import ID, Eeprom25
from sht31 import ADDRESS, Sht31, crc8
from support import data, raises, same
from wasm import CapabilityError, sim

DENIED, BAD_HANDLE, INVALID, RATE, TOO_LONG, NO_DEVICE = -1, -2, -4, -5, -6, -9
UNSUPPORTED = -13
EDGE, TIMER, UART = 1, 2, 3
RISING, FALLING = 1, 2
ANY = {"label": "spare", "mode": "inout", "edge": "both", "shared": True}


def bench(module, *args, **classes):
    return Bench(data("host_" + module), *args, **classes)


def gpio(*entries, **more):
    """Return an app with pins; it has another one under which every function links."""
    pins = list(entries)
    pins.append(ANY)
    return bench("gpio", gpio=pins, **more)


def test_an_output_is_driven_and_ends_in_its_safe_state():
    app = gpio({"label": "lamp", "mode": "out"}, {"label": "relay", "mode": "out"})
    lamp, relay = app.call("open", "lamp"), app.call("open", "relay")
    same((sim.pins[25].level(), sim.pins[3].level()), (0, 1))  # as safe as at the end
    same(app.call("write", lamp, 5), 0)
    same(app.call("write", relay, 1), 0)  # active low
    same((sim.pins[25].level(), sim.pins[3].level()), (1, 0))
    same((app.call("read", lamp), app.call("read", relay)), (1, 1))
    same(app.call("toggle", relay), 0)
    same((sim.pins[3].level(), app.call("read", relay)), (1, 0))
    app.call("toggle", relay)
    app.stop()
    same((sim.pins[25].level(), sim.pins[3].level()), (0, 1))
    same((sim.pins[25].mode, sim.pins[3].mode), (sim.Pin.OUT, sim.Pin.OUT))


def test_an_input_is_read_and_no_more():
    app = gpio({"label": "button", "mode": "in", "pull": "up", "edge": "both"})
    button = app.call("open", "button")
    same(app.call("read", button), 0)  # pulled up, active low
    sim.pins[2].drive(0)
    same(app.call("read", button), 1)
    same(app.call("write", button, 1), DENIED)
    same(app.call("toggle", button), DENIED)
    same(app.denied, {"denied": 2})
    same(sim.pins[2].mode, sim.Pin.IN)
    same(app.call("open", "lamp"), DENIED)


def test_an_open_drain_is_both():
    app = gpio({"label": "wire", "mode": "inout", "pull": "up"})
    wire = app.call("open", "wire")
    same(app.call("read", wire), 1)
    sim.pins[6].drive(0)
    same(app.call("read", wire), 0)
    sim.pins[6].drive(None)
    app.call("write", wire, 0)
    same(app.call("read", wire), 0)
    app.stop()
    same(sim.pins[6].mode, sim.Pin.IN)


def test_edges_arrive_as_events():
    app = gpio({"label": "button", "mode": "in", "pull": "up", "edge": "both"})
    button = app.call("open", "button")
    level = sim.pins[2]
    level.drive(0)
    same(app.events(), [])
    same(app.call("watch", button, RISING | FALLING), 0)
    level.drive(1)
    level.drive(0)
    same(app.events(), [(EDGE, button, 0), (EDGE, button, 1)])
    app.call("watch", button, RISING)  # becoming active: falling, for the pin
    level.drive(1)
    level.drive(0)
    same(app.events(), [(EDGE, button, 1)])
    app.call("watch", button, 0)
    level.drive(1)
    same(app.events(), [])
    same(app.call("watch", button, 4), INVALID)
    app.call("watch", button, RISING)
    app.stop()
    assert level.handler is None


def test_only_granted_edges_are_watched():
    app = gpio({"label": "button", "mode": "in", "edge": "falling"})
    button = app.call("open", "button")
    same(app.call("watch", button, RISING), DENIED)
    same(app.call("watch", button, RISING | FALLING), DENIED)
    same(app.call("watch", button, FALLING), 0)
    app = gpio({"label": "wire", "mode": "in"})
    same(app.call("watch", app.call("open", "wire"), RISING), DENIED)


def test_many_edges_are_counted():
    app = gpio({"label": "wire", "mode": "in", "edge": "both"})
    app.call("watch", app.call("open", "wire"), RISING | FALLING)
    for _ in range(30):
        sim.pins[6].drive(1)
        sim.pins[6].drive(0)
    count = 0
    while True:
        found = len(app.events())
        if not found:
            break
        count += found
    same(count + app.call("overruns"), 60)
    assert count >= 16, count


def test_outputs_are_exclusive_unless_shared():
    first = gpio({"label": "lamp", "mode": "out"})
    error = raises(CapabilityError, gpio, {"label": "lamp", "mode": "out"}, app_id="org.b")
    assert "in use" in str(error), error
    first.stop()
    gpio({"label": "lamp", "mode": "out"}, app_id="org.b").stop()
    shared = {"label": "lamp", "mode": "out", "shared": True}
    one, two = gpio(shared), gpio(shared, app_id="org.b")
    one.stop()
    two.stop()


def test_lines_of_a_bus_are_nobodys_output():
    app, _ = sensors()
    labels = {"gpio": {"line": {"pin": 5}}}
    error = raises(
        CapabilityError, gpio, {"label": "line", "mode": "out"}, labels=labels, app_id="org.b"
    )
    assert "pin 5 is in use" in str(error), error
    app.stop()


def sensors(**fields):
    entry = {"bus": "sensors", "addrs": [ADDRESS], "ops": ["read", "write", "write-read"]}
    entry.update(fields)
    app = bench("i2c", i2c=[entry])
    return app, app.call("open", "sensors")


class Clock:
    def __init__(self):
        self.ms = 0

    def now(self):
        return self.ms


def put_sensor():
    clock = Clock()
    sensor = Sht31(clock.now, 20.0, 50.0)
    sim.i2c_targets[0, ADDRESS] = sensor
    return clock, sensor


def test_i2c_reads_a_sensor():
    clock, sensor = put_sensor()
    app, bus = sensors()
    same(app.call("write", bus, ADDRESS, b"\x24\x00"), 2)
    same(app.call("read", bus, ADDRESS, [6]), NO_DEVICE)  # still measuring
    clock.ms += 15
    answer = app.take("read", bus, ADDRESS, [6])
    same((crc8(answer[:2]), crc8(answer[3:5])), (answer[2], answer[5]))
    same(round((answer[0] << 8 | answer[1]) * 175 / 65535 - 45, 1), 20.0)
    same(
        app.take("write_read", bus, ADDRESS, b"\xf3\x2d", [3]),
        b"\x00\x10" + bytes([crc8(b"\0\x10")]),
    )
    same(sensor.commands, [0x2400, 0xF32D])


def test_i2c_refuses_what_is_not_granted():
    put_sensor()
    sim.i2c_targets[0, 0x45] = sim.i2c_targets[0, ADDRESS]
    app, bus = sensors(max_len=6)
    for address in (0x45, 0, 127, 128, -1):
        same(app.call("write", bus, address, b"\x30\x41"), DENIED)
    same(app.call("write", bus, ADDRESS, b"1234567"), TOO_LONG)
    same(app.call("read", bus, ADDRESS, [7]), TOO_LONG)
    same(app.call("read", bus, ADDRESS, [0]), INVALID)
    same(app.call("write", bus + 1, ADDRESS, b"12"), BAD_HANDLE)
    same(
        app.call("write", bus, ADDRESS, b"\x30\x41\x00"), NO_DEVICE
    )  # the third byte is not acknowledged
    app.stop()
    error = raises(CapabilityError, sensors, ops=["read"])
    assert "write" in str(error), error
    app, bus = sensors(addrs=[0x50])
    same(app.call("write", bus, 0x50, b"1"), NO_DEVICE)


def test_i2c_transactions():
    _, sensor = put_sensor()
    app, bus = sensors()
    command, _ = app.put(b"\xf3\x2d", 64)
    record = b""
    for flags, address, size in ((0, command, 2), (1, 128, 3), (1, 131, 3)):
        record += b"".join(n.to_bytes(4, "little") for n in (flags, address, size))
    at, _ = app.put(record)
    same(app.guest.transaction(bus, ADDRESS, at, 3), 0)
    word = b"\x00\x10" + bytes([crc8(b"\0\x10")])
    same(bytes(app.guest.memory[128:134]), word + word)
    same(app.guest.transaction(bus, 0x45, at, 3), DENIED)
    same(app.guest.transaction(bus, ADDRESS, at, 0), INVALID)
    same(app.guest.transaction(bus, ADDRESS, at, 9), TOO_LONG)
    same(sensor.commands, [0xF32D])


def test_addresses_are_exclusive_unless_shared():
    app, _ = sensors()
    raises(CapabilityError, sensors)
    other, bus = sensors(addrs=[0x50])
    same(other.call("read", bus, ADDRESS, [1]), DENIED)
    app.stop()
    put_sensor()
    same(other.call("write", bus, 0x50, b"1"), NO_DEVICE)  # the bus works on
    other.stop()


def test_rate():
    put_sensor()
    app, bus = sensors(max_per_s=3)
    results = [app.call("write", bus, ADDRESS, b"\x30\x41") for _ in range(5)]
    same(results, [2, 2, 2, RATE, RATE])
    same(app.denied, {"rate": 2})
    time.sleep_ms(400)
    same(app.call("write", bus, ADDRESS, b"\x30\x41"), 2)


def memory(**fields):
    entry = {"device": "memory"}
    entry.update(fields)
    app = bench("spi", spi=[entry])
    return app, app.call("open", "memory")


def test_spi_drives_a_memory():
    chip = sim.spi_targets[0, 17] = Eeprom25()
    app, device = memory()
    same(app.take("transfer", device, b"\x9f\0\0\0", [4]), b"\xff" + ID)
    same(app.call("write", device, b"\x06"), 1)
    same(app.call("write", device, b"\x02\x00\x20wasm"), 7)
    same(bytes(chip.data[32:36]), b"wasm")
    same(app.take("transfer", device, b"\x03\x00\x20\0\0\0\0", [7])[3:], b"wasm")
    same(app.take("read", device, [2]), b"\xff\xff")  # no command
    same(app.call("transfer", device, b"\x05\0", [3]), INVALID)
    same(app.call("write", device, b""), 0)
    same(app.call("write", device, bytes(65)), TOO_LONG)
    same(sim.pins[17].level(), 1)
    app.stop()
    same(sim.pins[17].level(), 1)


def test_spi_keeps_to_its_clock_and_modes():
    app, device = memory(modes=[1, 3], max_hz=500000)
    bus = sim.spi_buses[0]
    app.call("read", device, [1])
    same(bus.settings, (500000, 0, 1))
    same(app.call("configure", device, 100000, 3), 0)
    app.call("read", device, [1])
    same(bus.settings, (100000, 1, 1))
    same(app.call("configure", device, 500001, 1), DENIED)
    same(app.call("configure", device, 100000, 0), DENIED)
    same(app.call("configure", device, 100000, 4), INVALID)
    same(app.call("configure", device, 0, 1), INVALID)
    app.call("read", device, [1])
    same(bus.settings, (100000, 1, 1))


def link(**fields):
    entry = {"port": "link", "mode": "rw"}
    entry.update(fields)
    spare = {"port": "spare", "mode": "rw"}  # under which every function links
    app = bench("uart", uart=[entry, spare])
    return app, app.call("open", "link")


def test_uart_talks():
    app, port = link(queue_bytes=40)
    line = sim.lines[0]
    same(app.take("read", port, [8]), b"")
    same(app.call("write", port, b"hello"), 5)
    same(bytes(line.sent), b"hello")
    line.feed(b"0123456789" * 6)
    same(app.take("read", port, [64]), b"0123456789" * 4)  # what the queue holds
    line.loop = True
    app.call("write", port, b"echo")
    same(app.take("read", port, [2]), b"ec")
    same(app.take("read", port, [0]), b"")
    same(app.take("read", port, [8]), b"ho")
    same(app.call("write", port, bytes(65)), TOO_LONG)


def test_uart_tells_when_bytes_arrive():
    app, port = link()
    line = sim.lines[0]
    line.feed(b"1")
    same(app.events(), [])
    same(app.call("watch", port, 1), 0)
    same(app.events(), [(UART, port, 0)])
    line.feed(b"2")
    same(app.events(), [(UART, port, 0)])
    same(app.call("watch", port, 0), 0)
    line.feed(b"3")
    same(app.events(), [])
    app.call("watch", port, 1)
    app.stop()
    assert line.handler is None


def test_uart_is_read_or_written_as_granted():
    app, port = link(mode="r")
    same(app.call("write", port, b"x"), DENIED)
    same(app.take("read", port, [1]), b"")
    raises(CapabilityError, link)
    app.stop()
    app, port = link(mode="w")
    same(app.call("write", port, b"x"), 1)
    same(app.call("read", port, [1]), DENIED)
    same(app.call("watch", port, 1), DENIED)


def test_adc_measures():
    sim.voltages[26] = 4321
    app = bench("adc", adc=[{"label": "light", "max_per_s": 2}])
    channel = app.call("open", "light")
    same(app.call("read", channel), 4321)
    sim.voltages[26] = 65535
    same([app.call("read", channel) for _ in range(2)], [65535, RATE])
    same(app.call("open", "dark"), DENIED)


def test_pwm_stays_in_its_ranges():
    entry = {"label": "fan", "min_hz": 100, "max_hz": 5000, "min_duty": 1000, "max_duty": 50000}
    app = bench("pwm", pwm=[entry])
    fan = app.call("open", "fan")
    same(sim.pulses[15], (1000, 1000))
    same(app.call("set", fan, 5000, 50000), 0)
    for frequency, duty in (
        (99, 2000),
        (5001, 2000),
        (0, 2000),
        (-1, 2000),
        (100, 999),
        (100, 50001),
    ):
        same(app.call("set", fan, frequency, duty), DENIED)
    same(sim.pulses[15], (5000, 50000))
    app.stop()
    assert 15 not in sim.pulses
    same((sim.pins[15].mode, sim.pins[15].level()), (sim.Pin.OUT, 0))


def test_pwm_beyond_the_board():
    app = bench("pwm", pwm=[{"label": "fan", "min_hz": 1, "max_hz": 7}])
    same(app.call("open", "fan"), UNSUPPORTED)
    app.stop()
    app = bench("pwm", pwm=[{"label": "fan", "min_hz": 1, "max_hz": 100}])
    fan = app.call("open", "fan")
    same(app.call("set", fan, 7, 0), UNSUPPORTED)
    same(app.call("set", fan, 8, 9), 0)
    same(sim.pulses[15], (8, 9))
    app.stop()


def test_timers_fire():
    app = bench("timer", timer={"max": 2, "min_ms": 10})
    once, again = app.call("start", 10, 0), app.call("start", 15, 1)
    time.sleep_ms(50)
    found = app.events()
    assert (TIMER, once, 1) in found, found
    same(found[-1][:2], (TIMER, again))
    assert found[-1][2] in (2, 3, 4), found
    same(app.call("cancel", again), 0)
    same(app.call("cancel", again), BAD_HANDLE)
    same(app.events(), [])
    while app.call("start", 10, 0) > 0:
        assert not app.call("overruns")
    same(app.denied, {"bad_handle": 1, "full": 1})
    same(app.call("start", 9, 0), DENIED)
    same(app.call("start", 0, 0), INVALID)
    same(app.call("start", -1, 0), INVALID)
