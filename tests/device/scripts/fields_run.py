# SPDX-License-Identifier: MIT
"""The manifest's fields of the app itself, its memory, its log and its variables; on the board."""

from adapter import leb, section, vector
from bench import MEMORY, Bench, package
from fields import NOT_FOUND, TOO_LONG, host, refused, same, spent
from support import covers, data
from wasm import CapabilityError, LoadError, PackageError, Trap, policy, ps
from wasm.app import App


def started(module=None, **limits):
    """Start an app, of fields.wat unless told else, with these limits; return its exports."""
    for it in ps():
        it.stop()
    return Bench(module or data("fields.wasm"), memory=dict(MEMORY, **limits)).guest


def named(app_id="org.example.test", **keys):
    """Return an app that asks for timers; only org.example.test may have some."""
    identity = {"id": app_id, "version": "1.2.0"}
    identity.update(keys)
    owner = policy.check({"app": {"org.example.test": {"timer": {}}}})
    manifest = {"app": identity, "timer": {"max": 2}}
    return App(package(data("host_timer.wasm"), manifest), owner)


@covers("manifest:app.id", "works")
def test_the_id_chooses_the_policy():
    first = named()
    same(first.grant["timer"]["max"], 2)
    first.start()
    assert "an app of this id is running" in str(refused(CapabilityError, named().start))
    first.stop()
    assert "org.example.other" in str(refused(CapabilityError, named, "org.example.other"))


@covers("manifest:app.version", "works")
def test_the_version_is_kept():
    same(named().package.manifest["app"]["version"], "1.2.0")
    refused(PackageError, named, version="1.2")


@covers("manifest:app.abi", "works", "excess")
def test_an_abi_of_this_firmware_is_needed():
    same(named(abi=1).grant["app"]["abi"], 1)
    assert "app.abi" in str(refused(PackageError, named, abi=2))


@covers("manifest:memory.max_bytes", "works", "excess")
def test_memory_ends_where_it_is_granted():
    guest = started(max_bytes=8192)
    same(guest.touch(8188), 0)
    assert "out of bounds memory access" in refused(Trap, guest.touch, 8189).code
    same(guest.grow(1), -1)
    large = data("bigstack.wasm")
    assert "1048580" in str(refused(LoadError, started, large, max_bytes=8192))


@covers("manifest:memory.stack_bytes", "works", "excess")
def test_calls_go_as_deep_as_the_stack():
    same(started(stack_bytes=4096).down(200), 200)
    guest = started(stack_bytes=1024)
    same(refused(Trap, guest.down, 200).code, "call stack exhausted")
    same(guest.down(5), 5)


def long_function(terms):
    """Return a module whose `run` has a body that no small cache holds."""
    code = b"\x00" + b"\x41\x00" + b"\x20\x00\x6a\x20\x00\x6c" * terms + b"\x0b"
    return b"\0asm\1\0\0\0" + b"".join(
        (
            section(1, vector([b"\x60\x01\x7f\x01\x7f", b"\x60\0\0"])),
            section(3, vector([b"\0", b"\1"])),
            section(7, vector([b"\x04long\x00\x00", b"\x03run\x00\x01"])),
            section(10, vector([leb(len(code)) + code, b"\x02\x00\x0b"])),
        )
    )


@covers("manifest:memory.code_cache_bytes", "works", "excess")
def test_code_has_the_room_that_is_granted():
    module = long_function(300)
    guest = started(module, code_cache_bytes=16384)
    same(guest.long(0), 0)
    guest = started(module, code_cache_bytes=1024)
    assert "code cache is too small" in refused(Trap, guest.long, 0).code


def compiled(tier, allowed=None, room=4096, module=None):
    """Start an app and call its function; return of how many functions there is machine code."""
    for it in ps():
        it.stop()
    allowed = {"cpu": {"tier": allowed}} if allowed else None
    memory = dict(MEMORY, code_cache_bytes=16384, native_code_bytes=room)
    it = Bench(module or data("fields.wasm"), memory=memory, cpu={"tier": tier}, allowed=allowed)
    same(it.guest.long(0) if module else it.guest.down(5), 0 if module else 5)
    return it._instance.usage["native_functions"]


def machine_code() -> bool:
    """Return whether there is any on this processor."""
    try:
        return compiled("native") > 0
    except ValueError:
        return False


@covers("manifest:cpu.tier", "works", "excess")
def test_the_tier_is_at_most_what_is_granted():
    same(compiled("auto") > 0, machine_code())
    same(compiled("flash", "auto") > 0, machine_code())
    same(compiled("interp", "flash"), 0)
    same(compiled("native", "interp"), 0)


@covers("manifest:memory.native_code_bytes", "works", "excess")
def test_machine_code_has_the_room_that_is_granted():
    module = long_function(300)
    same(compiled("auto", room=16384, module=module) > 0, machine_code())
    same(compiled("auto", room=256, module=module), 0)


@covers("manifest:log.level", "works", "excess")
def test_the_log_takes_what_is_grave_enough():
    it = host("log", log={"level": "warn"})
    same([it.call("write", level, str(level)) for level in (1, 2, 3, 4)], [0] * 4)
    same(it.logs(), ["error: 1", "warn: 2"])
    refused(CapabilityError, host, "log", log={"level": "none"})


@covers("manifest:log.bytes_per_s", "works", "excess")
def test_the_log_takes_so_many_bytes():
    it = host("log", log={"bytes_per_s": 40})
    same(it.call("write", 3, bytes(41)), TOO_LONG)
    spent(lambda: it.call("write", 3, "0123456789"), 4, 300)
    same(it.logs(), ["0123456789"] * 5)
    same(it.denied, {"too_long": 1, "rate": 1})


@covers("manifest:env", "works", "excess")
def test_variables_are_those_of_the_grant():
    it = host("sys", env={"UNIT": "C", "PLACE": "shed"}, allowed={"env": {"UNIT": "F", "X": "1"}})
    same(it.take("env", "UNIT", [8]), b"F")  # the owner's
    same(it.take("env", "PLACE", [8]), b"shed")
    same(it.call("env", "X", [8]), NOT_FOUND)  # not asked for
    same(it.call("env", "PATH", [8]), NOT_FOUND)
