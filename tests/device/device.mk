# SPDX-License-Identifier: MIT
#
# Tests on boards, in their emulators or (DEVICE_PORT=/dev/ttyACM0) a real one.

DEVICE_PORT ?=
DEVICE_WASM := $(patsubst tests/device/wat/%.wat,$(BUILD)/device/%.wasm,$(wildcard tests/device/wat/*.wat))

.PHONY: test-device device-wasm

device-wasm: $(DEVICE_WASM)

$(BUILD)/device/%.wasm: tests/device/wat/%.wat | $(PACKAGES_TEST)
	@mkdir -p $(@D)
	@wat2wasm --debug-names $< -o $@

test-device: $(PACKAGES_TEST) $(VENV_TEST) ## run the tests on boards: emulated, or at DEVICE_PORT=/dev/ttyACM0
	@env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL $(VENV_PYTHON) -m pytest tests/device $(if $(DEVICE_PORT),--port $(DEVICE_PORT))
