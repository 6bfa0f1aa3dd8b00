# SPDX-License-Identifier: MIT
"""Apps use what they are granted on this board, and are refused the rest.

Where the board's devices are simulated by the firmware itself, outside() does what a device that
is attached to an emulator does by a command from the host.
"""

import os
import time

import machine
from bench import Bench
from support import data

ADDRESS = 0x44
FALLING = 2
apps = {}


def is_simulated():
    return not hasattr(machine, "I2C")


def set_up():
    """Connect simulated devices; return whether there are any."""
    if not is_simulated():
        return False
    from eeprom25 import Eeprom25
    from sht31 import Sht31
    from wasm import sim

    sim.reset()
    sim.i2c_targets[0, ADDRESS] = Sht31(time.ticks_ms)
    sim.spi_targets[0, 17] = Eeprom25()
    sim.voltages[26] = 32776
    return True


def outside(device, **fields):
    """Do what a command to an attached device does."""
    from wasm import sim

    if device == "Voltage":
        sim.voltages[26] = round(fields["level"] * 65535)
    elif device == "Sht31":
        for name, value in fields.items():
            setattr(sim.i2c_targets[0, ADDRESS], name, value)
    elif device == "Line":
        sim.lines[0].feed(fields["text"].encode())
    elif device == "Button":
        level = 0 if fields["down"] else None
        if hasattr(machine, "Pin"):
            import _sim

            _sim.drive(2, level)
        else:
            sim.pins[2].drive(level)


def begin(module, **classes):
    """Start an app of a module, for the calls that follow; return its open handle."""
    apps[module] = Bench(data("host_" + module + ".wasm"), **classes)
    entry = classes[module][0]
    label = [entry[key] for key in ("label", "bus", "device", "port") if key in entry]
    return apps[module].call("open", label[0])


def call(module, name, *args):
    """Call a host function; return [result, bytes that were written into the room]."""
    app = apps[module]
    return app.call(name, *args), app.answer


def events(module):
    return apps[module].events()


def end(module):
    """Stop the app; return what was denied, by reason."""
    app = apps.pop(module)
    app.stop()
    return app.denied


def measure():
    """Read the sensor as an app does; return [results], the answer, [refusals]."""
    bus = begin("i2c", i2c=[sensor()])
    app = apps["i2c"]
    done = [app.call("write", bus, ADDRESS, b"\x24\x00"), app.call("read", bus, ADDRESS, [6])]
    time.sleep_ms(20)
    done.append(app.call("read", bus, ADDRESS, [6]))
    answer = app.answer
    done.append(app.call("write_read", bus, ADDRESS, b"\xf3\x2d", [3]))
    status = app.answer
    command, _ = app.put(b"\xf3\x2d", 64)
    record = b""
    for flags, address, size in ((0, command, 2), (1, 128, 3)):
        record += b"".join([n.to_bytes(4, "little") for n in (flags, address, size)])
    at, _ = app.put(record)
    done.append(app.guest.transaction(bus, ADDRESS, at, 2))
    assert bytes(app.guest.memory[128:131]) == status
    refused = [
        app.call("write", bus, 0x45, b"\x24\x00"),
        app.call("write", bus, ADDRESS, b"1234567"),
        app.call("read", bus, ADDRESS, [7]),
        app.call("write", bus + 1, ADDRESS, b"\x24\x00"),
        app.call("write", bus, 0x50, b"1"),  # granted, and nobody there
        app.call("write", bus, ADDRESS, b"\x24\x00"),
    ]
    end("i2c")
    return done, answer, refused


def sensor():
    every = ["read", "write", "write-read"]
    return {"bus": "sensors", "addrs": [ADDRESS, 0x50], "ops": every, "max_len": 6}


def store():
    """Keep values and files, and look for them again; return the results."""
    place = "/kept"
    if place[1:] not in os.listdir("/"):
        os.mkdir(place)
    results = []
    app = Bench(data("host_kv.wasm"), kv={"bytes": 64, "writes_per_day": 100})
    results.append(app.call("set", "name", b"value"))
    results.append(app.call("set", "large", b"-" * 60))
    app.stop()
    app = Bench(data("host_kv.wasm"), kv={"bytes": 64, "writes_per_day": 100})
    results.append((app.call("get", "name", [8]), app.answer[:5]))
    results.append(app.call("delete", "name"))
    app.stop()
    entry = {"path": place, "mode": "rw", "quota_bytes": 200}
    app = Bench(data("host_fs.wasm"), fs=[entry])
    file = app.call("open", place + "/file", 1)
    results.append(app.call("write", file, b"hello"))
    results.append(app.call("write", file, bytes(200)))
    results.append(app.call("close", file))
    file = app.call("open", place + "/file", 0)
    results.append((app.call("read", file, [9]), app.answer[:5]))
    results.append((app.call("seek", file, 1, 0), app.call("read", file, [2]), app.answer))
    results.append(app.call("open", place + "/../boot.py", 1))
    results.append(app.call("size", place + "/file"))
    app.call("close", file)
    results.append(app.call("remove", place + "/file"))
    app.stop()
    return results


def rest():
    """Use what has no hardware: messages, blobs, random bytes, clocks, the log; return results."""
    topics = {"publish": ["a/b"], "subscribe": ["a/#"]}
    app = Bench(data("host_msg.wasm"), msg=topics)
    inbox = app.call("subscribe", "a/+")
    results = [app.call("publish", "a/b", b"x"), app.call("publish", "a/c", b"x")]
    results.append((app.call("receive", inbox, [9]), app.answer[:5]))
    results.append(app.call("subscribe", "#"))
    results.append((app.call("unsubscribe", inbox), app.call("publish", "a/b", b"x")))
    app.stop()
    app = Bench(data("host_blob.wasm"), blobs={"table": b"0123456789"})
    blob = app.call("open", "table")
    results.append((app.call("size", blob), app.call("read", blob, 8, [4]), app.answer[:2]))
    app.stop()
    app = Bench(data("host_random.wasm"), random={"bytes_per_s": 64})
    results.append((app.call("fill", [64]), len(set(app.answer)) > 8, app.call("fill", [64])))
    app.stop()
    app = Bench(data("host_time.wasm"), time={"clocks": ["monotonic", "wall"]})
    before = app.call("monotonic_ms")
    time.sleep_ms(20)
    wall_s = app.call("wall_ms") // 1000
    results.append((app.call("monotonic_ms") - before >= 20, abs(wall_s - time.time()) <= 1))
    app.stop()
    app = Bench(data("host_log.wasm"), log={"level": "info", "bytes_per_s": 20})
    results.append((app.call("write", 3, b"line"), app.call("write", 3, bytes(21)), app.logs()))
    app.stop()
    app = Bench(data("host_timer.wasm"), timer={"max": 1, "min_ms": 10})
    timer = app.call("start", 10, 0)
    time.sleep_ms(20)
    results.append((app.events() == [(2, timer, 1)], app.call("start", 9, 0)))
    timer = app.call("start", 1000, 1)
    results.append((app.call("cancel", timer), app.call("cancel", timer)))
    app.stop()
    app = Bench(data("host_sys.wasm"), env={"A": "b"})
    results.append((app.call("env", "A", [4]), app.call("env", "B", [4]), app.call("ready")))
    results.append(app.call("overruns"))
    app.stop()
    return results


def end_by_itself():
    """Let a guest wait and exit; return (whether it took its time, state, code)."""
    app = Bench(data("ends.wasm"), time={"clocks": ["monotonic"]})
    before = time.ticks_ms()
    while True:
        left = app.step()
        if left is None:
            break
        time.sleep_ms(max(1, left))
    return time.ticks_diff(time.ticks_ms(), before) >= 30, app.state, app.result
