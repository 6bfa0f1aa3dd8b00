# SPDX-License-Identifier: MIT
"""The description of the host's functions, and what is made of it."""

import copy
import os
import subprocess

import api_guests
import api_page
import host_api
import make_api
import pytest
import wasmtime

TEXT_PROGRAM = """
#include <wasmlet.h>
char text[9];
int run(void);
int run(void) { return gpio_open(text); }
"""
OPTIONAL = {"ts": "hello-assemblyscript.wasm", "rs": "hello-rust.wasm"}


@pytest.fixture(scope="module")
def api():
    return host_api.read()


@pytest.fixture
def description():
    text = host_api.DESCRIPTION.read_text(encoding="utf-8")
    return copy.deepcopy(host_api.tomllib.loads(text))


def test_nothing_that_is_generated_is_stale(root, api):
    for path, text in make_api.texts(api).items():
        assert (root / path).read_text(encoding="utf-8") == text, f"{path}: run make docs"


def test_check_tells_what_is_stale(tmp_path, capsys):
    assert make_api.main(["--check"], tmp_path) == 1
    assert "docs/API.md is stale: run make docs" in capsys.readouterr().err
    assert make_api.main([], tmp_path) == 0
    assert make_api.main(["--check"], tmp_path) == 0


def test_page_has_every_function_and_what_it_needs(root, api):
    page = (root / "docs" / "API.md").read_text(encoding="utf-8")
    for function in api.functions:
        assert f"### {function.full_name}(" in page
        assert function.doc in page
        assert api_page.needs(api, function)


# What breaks the description, and a part of the message.
BREAKS = {
    "unknown key": (lambda d: d.update(version=1), "unknown key 'version'"),
    "no abi": (lambda d: d.pop("abi"), "missing abi"),
    "abi": (lambda d: d.update(abi="1"), "abi must be of type int"),
    "positive error": (lambda d: d["errors"]["denied"].update(code=1), "wrong sign"),
    "negative event": (lambda d: d["events"]["edge"].update(code=-1), "wrong sign"),
    "code twice": (lambda d: d["errors"]["rate"].update(code=-1), "code stands there twice"),
    "error's key": (lambda d: d["errors"]["rate"].update(text=""), "unknown key 'text'"),
    "error's doc": (lambda d: d["errors"]["rate"].pop("doc"), "errors.rate: missing doc"),
    "function's key": (lambda d: d["function"][0].update(fuel=1), "function 1: unknown key"),
    "no doc": (lambda d: d["function"][1].pop("doc"), "function 2: missing doc"),
    "no sentence": (lambda d: d["function"][1].update(doc="x"), "doc must be sentences"),
    "twice": (lambda d: d["function"].append(d["function"][0]), "gpio.open: described twice"),
    "name": (lambda d: d["function"][0].update(name="gpio.Open"), "'Open' is not a name"),
    "no module": (lambda d: d["function"][0].update(name="open"), "is not a name"),
    "param": (lambda d: d["function"][0].update(params=["label"]), "'name: kind' expected"),
    "kind": (lambda d: d["function"][0].update(params=["a: u16"]), "unknown 'u16'"),
    "params twice": (lambda d: d["function"][0].update(params=["a: u32"] * 2), "one name"),
    "late handle": (
        lambda d: d["function"][1].update(params=["a: u32", "pin: handle"]),
        "first parameter",
    ),
    "charge": (lambda d: d["function"][2].update(charge="word"), "unknown 'word'"),
    "bytes": (lambda d: d["function"][2].update(charge="bytes"), "needs one parameter"),
    "result": (lambda d: d["function"][2].update(result="f32"), "unknown 'f32'"),
    "on": (lambda d: d["function"][2].update(on="i2c"), "of another module"),
    "blocks": (lambda d: d["function"][2].update(blocks=1), "must be of type bool"),
    "unmade": (
        lambda d: d["function"].append(
            {"name": "a.b", "params": ["a: handle"], "on": "a", "doc": "Do."}
        ),
        "nothing makes a handle of 'a'",
    ),
    "no handle": (
        lambda d: d["function"].append(
            {"name": "fs.sync", "params": [], "on": "file", "doc": "Do."}
        ),
        "'file' is called by a handle",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_wrong_with_a_description_is_said(description, name):
    change, message = BREAKS[name]
    host_api.parse(description)
    change(description)
    with pytest.raises(host_api.ApiError) as error:
        host_api.parse(description)
    assert message in str(error.value)


def test_a_file_that_is_not_toml(tmp_path):
    path = tmp_path / "api.toml"
    path.write_text("abi = \n", encoding="utf-8")
    with pytest.raises(host_api.ApiError, match=r"api\.toml: "):
        host_api.read(path)


def test_bits_of_handles_are_those_of_their_grant(api):
    assert api.ops["file"] == api.ops["fs"] == ["read", "write"]
    assert api.ops["i2c"] == ["read", "write", "write-read", "transaction"]
    assert api.ops["subscription"] == api.ops["alarm"] == []
    bits = {f.full_name: f.bit for f in api.functions}
    assert (bits["fs.write"], bits["fs.remove"], bits["fs.size"]) == (1, 1, None)


@pytest.fixture(scope="module")
def guests(root, make, api, built_apps):
    """Compile a guest in each language that calls everything; return the folder it is in."""
    sources = root / "build" / "api" / "guests"
    module = os.path.relpath(root / "apps/assemblyscript/wasmlet", sources / "ts")
    for extension, source in api_guests.GUESTS.items():
        path = sources / extension / f"main.{extension}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source(api).replace("MODULE", module), encoding="utf-8")
    done = make("apps", "APPS=build/api/guests", "APPS_OUT=build/api")
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "build" / "api"


@pytest.mark.parametrize("extension", api_guests.GUESTS)
def test_header_imports_what_is_described(extension, guests, built_apps, api):
    """A guest that calls every function imports each of them, with exactly the types it has."""
    if extension in OPTIONAL and not (built_apps / OPTIONAL[extension]).exists():
        pytest.skip(f"no compiler for .{extension}")
    module = wasmtime.Module.from_file(wasmtime.Engine(), str(guests / f"{extension}.wasm"))
    imported = {
        (i.module, i.name): (
            tuple(str(t) for t in i.type.params),
            tuple(str(t) for t in i.type.results),
        )
        for i in module.imports
    }
    described = {(f.import_module, f.name): f.signature for f in api.functions}
    assert imported == described


def test_text_needs_no_library_in_c(root, tmp_path, make):
    """What measures text is not taken for a call of strlen."""
    folder = tmp_path / "guests" / "text"
    folder.mkdir(parents=True)
    (folder / "main.c").write_text(TEXT_PROGRAM, encoding="utf-8")
    done = make("apps", f"APPS={folder.parent}", f"APPS_OUT={tmp_path}")
    assert done.returncode == 0, done.stdout + done.stderr
    path = tmp_path / "text.wasm"
    module = wasmtime.Module.from_file(wasmtime.Engine(), str(path))
    assert [(i.module, i.name) for i in module.imports] == [("wasmlet:gpio", "open")]


@pytest.mark.parametrize(("compiler", "language"), [("clang", "c"), ("clang", "c++")])
def test_header_is_clean_under_strict_warnings(root, compiler, language):
    flags = ["--target=wasm32", f"-x{language}", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic"]
    flags += ["-Wconversion", "-Wshadow", "-Wundef", "-Werror", f"-I{root / 'apps' / 'include'}"]
    done = subprocess.run(
        [compiler, *flags, "-ffreestanding", "-"],
        input="#include <wasmlet/log.h>\n#include <wasmlet/wiring.h>\n",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
