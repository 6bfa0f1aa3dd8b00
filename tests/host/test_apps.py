# SPDX-License-Identifier: MIT
"""The guest apps: what they ask for, and that they do the same here and under wasmtime.

Sketches, the apps that blink, run on the emulated boards in tests/device.
"""

import subprocess

import pytest
import wasmtime

APPS = {
    "hello": ["Hello from WebAssembly!"],
    "hello-assemblyscript": ["Hello from AssemblyScript!"],
    "hello-rust": ["Hello from Rust!"],
    "hello-wat": ["Hello from WAT!"],
    "hello-zig": ["Hello from Zig!"],
    "nbody": ["-0.169075164", "-0.169087605"],
}
SKETCHES = {
    "blink": "C",
    "blink-assemblyscript": "AssemblyScript",
    "blink-cpp": "C++",
    "blink-rust": "Rust",
    "blink-wat": "WAT",
    "blink-zig": "Zig",
}
PAGE = 65536

DECIMAL_PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include <wasmlet/decimal.h>
int main(int argc, char **argv) {
    for (int i = 1; i + 1 < argc; i += 2) {
        char buffer[DECIMAL_BYTES];
        puts(decimal_fixed(buffer, atof(argv[i]), atoi(argv[i + 1])));
    }
}
"""


@pytest.fixture(params=APPS)
def app(request, built_app):
    """Return the name and the path of an app with a run()."""
    return request.param, built_app(request.param)


@pytest.fixture(params=SKETCHES)
def sketch(request, built_app):
    """Return the name and the path of an app with setup() and loop()."""
    return request.param, built_app(request.param)


def test_every_app_is_tested(plain_apps):
    """The others have tests of their own."""
    assert plain_apps == {*APPS, *SKETCHES}


def test_app_needs_nothing_but_the_log(app):
    module = wasmtime.Module.from_file(wasmtime.Engine(), str(app[1]))
    assert {(i.module, i.name) for i in module.imports} == {("wasmlet:log", "write")}
    assert {"memory", "run"} <= {e.name for e in module.exports}


def test_app_under_wasmtime(app):
    name, path = app
    store = wasmtime.Store()
    linker = wasmtime.Linker(store.engine)
    i32 = wasmtime.ValType.i32()
    lines = []

    def write(caller, level, address, size):
        lines.append((level, caller["memory"].read(caller, address, address + size).decode()))
        return 0

    signature = wasmtime.FuncType([i32, i32, i32], [i32])
    linker.define_func("wasmlet:log", "write", signature, write, access_caller=True)
    module = wasmtime.Module.from_file(store.engine, str(path))
    linker.instantiate(store, module).exports(store)["run"](store)
    assert lines == [(3, text) for text in APPS[name]]


def test_sketch_under_wasmtime(sketch):
    """The memory is what the compiler declares by itself: whole pages, one or two."""
    name, path = sketch
    store = wasmtime.Store()
    linker = wasmtime.Linker(store.engine)
    i32 = wasmtime.ValType.i32()
    calls = []

    def define(function, parameters):
        def called(caller, *args):
            if function == "print":
                args = caller["memory"].read(caller, args[0], args[0] + args[1]).decode()
            calls.append((function, args))

        signature = wasmtime.FuncType([i32] * parameters, [])
        linker.define_func("wiring", function, signature, called, access_caller=True)

    for function, parameters in (("print", 2), ("delay", 1), ("pinMode", 2), ("digitalWrite", 2)):
        define(function, parameters)
    module = wasmtime.Module.from_file(store.engine, str(path))
    exports = linker.instantiate(store, module).exports(store)
    assert exports["memory"].data_len(store) in (PAGE, 2 * PAGE)
    exports["setup"](store)
    exports["loop"](store)
    blink = [
        ("digitalWrite", (25, 1)),
        ("delay", (20,)),
        ("digitalWrite", (25, 0)),
        ("delay", (20,)),
    ]
    text = ("print", f"{SKETCHES[name]} blinks: 1")
    assert calls == [("pinMode", (25, 1)), *blink, text]


def test_app_in_the_unix_firmware(root, make, app):
    name, path = app
    built = make("firmware")
    assert built.returncode == 0, built.stdout + built.stderr
    statement = f"import wasm; wasm.run({str(path)!r})"
    done = subprocess.run(
        [root / "build" / "unix" / "micropython", "-c", statement], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == APPS[name]


def test_decimal_text_is_what_python_writes(root, tmp_path):
    """Values whose last digit does not hang on a half."""
    cases = [(0.0, 1), (1.5, 1), (-0.25, 2), (123456.789, 3), (0.001, 3), (-0.001, 2), (9.999, 2)]
    cases += [(-0.169075163828524, 9), (12345678901234568.0, 1), (0.125, 18)]
    (tmp_path / "d.c").write_text(DECIMAL_PROGRAM, encoding="utf-8")
    program = tmp_path / "d"
    flags = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-fsanitize=undefined"]
    include = f"-I{root / 'apps' / 'include'}"
    subprocess.run(["cc", *flags, include, tmp_path / "d.c", "-o", program], check=True)
    words = [str(word) for case in cases for word in case]
    done = subprocess.run([program, *words], check=True, capture_output=True, text=True)
    assert done.stderr == ""
    expected = [f"{value:.{places}f}" for value, places in cases]
    assert done.stdout.splitlines() == expected
