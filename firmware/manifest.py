# SPDX-License-Identifier: MIT
"""What is frozen into every Wasmlet firmware.

Nothing here is taken from micropython-lib: the same files are frozen whether or not it is there.
With `sim=False`, for boards that have the peripherals, the simulated ones are left out.
"""

from pathlib import Path

include("$(MPY_DIR)/extmod/asyncio")

options.defaults(sim=True)
modules = Path("../modules/wasm")
files = sorted(path.relative_to(modules) for path in modules.rglob("*.py"))
if not options.sim:
    files.remove(Path("sim.py"))
package("wasm", [str(path) for path in files], base_path="../modules")
