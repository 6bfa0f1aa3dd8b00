# SPDX-License-Identifier: MIT
"""Every guest app with a run(), in every language, by its exact output."""

import pytest

OUTPUTS = {
    "hello": "Hello from WebAssembly!\n",
    "hello-assemblyscript": "Hello from AssemblyScript!\n",
    "hello-rust": "Hello from Rust!\n",
    "hello-wat": "Hello from WAT!\n",
    "hello-zig": "Hello from Zig!\n",
    "nbody": "-0.169075164\n-0.169087605\n",
}


def test_every_app_is_here(plain_apps):
    """Sketches and the others have tests of their own."""
    assert {name for name in plain_apps if not name.startswith("blink")} == set(OUTPUTS)


@pytest.mark.parametrize("app", list(OUTPUTS))
def test_app(board, put, built_app, app):
    built_app(app)
    put(f"{app}.wasm")
    assert board.run(f"import wasm\nwasm.run('{app}.wasm')") == OUTPUTS[app]
