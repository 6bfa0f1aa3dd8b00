# SPDX-License-Identifier: MIT
"""deploy.py where there is no board: its errors, its exit codes, and what it tells meanwhile."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "host_tools"))

import deploy


@pytest.fixture
def app(tmp_path):
    path = tmp_path / "app.wasm"
    path.write_bytes(b"\0asm\1\0\0\0")
    return str(path)


def test_file_that_is_not_there(capsys):
    assert deploy.main(["--port", "/dev/nothing", "/nowhere/app.wasm"]) == 2
    assert capsys.readouterr().err == "deploy: /nowhere/app.wasm: No such file or directory\n"


def test_file_that_is_no_module(capsys, tmp_path):
    text = tmp_path / "app.wat"
    text.write_text("(module)")
    assert deploy.main(["--port", "/dev/nothing", str(text)]) == 2
    assert capsys.readouterr().err.endswith("app.wat is no WebAssembly module\n")


def test_port_that_is_not_there(capsys, app):
    assert deploy.main(["--port", "/dev/nothing", app]) == 3
    assert capsys.readouterr().err == "deploy: no board can be reached at /dev/nothing\n"


def test_port_that_does_not_answer(capsys, app, monkeypatch):
    monkeypatch.setattr(deploy, "ANSWER_SECONDS", 0.2)
    outside, inside = os.openpty()
    name = os.ttyname(inside)
    assert deploy.main(["--port", name, app]) == 3
    os.close(inside)
    os.close(outside)
    assert capsys.readouterr() == ("", f"deploy: nothing at {name} answers as MicroPython\n")


@pytest.mark.parametrize(
    ("ports", "text"), [(0, "no board is plugged in"), (2, "/dev/b0, /dev/b1")]
)
def test_port_has_to_be_named(capsys, app, monkeypatch, ports, text):
    class Port:
        vid = 0x2E8A

        def __init__(self, number):
            self.device = f"/dev/b{number}"

    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: [*map(Port, range(ports))])
    assert deploy.main([app]) == 3
    error = capsys.readouterr().err
    assert text in error
    assert error.endswith("name one with --port\n")


def test_arguments_are_for_run_only(capsys, app):
    with pytest.raises(SystemExit) as end:
        deploy.main(["--pin", "25", app, "3"])
    assert end.value.code == 2
    assert "take no arguments" in capsys.readouterr().err


def test_only_what_takes_long_tells_how_far_it_is(capsys):
    now = iter([0, 0.5, 1.2, 1.3, 2.2]).__next__
    progress = deploy.Progress("app.wasm", now)
    for done in (1024, 2048, 3072):
        progress(done, 4096)
    assert capsys.readouterr().err == "deploy: app.wasm: 2048 of 4096 bytes, 50 %\n"
