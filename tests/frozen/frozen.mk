# SPDX-License-Identifier: MIT
#
# Tests of `import wasm`: scripts that the unix firmware runs, with modules assembled from text.

FROZEN_WASM := $(patsubst tests/frozen/wat/%.wat,$(BUILD)/frozen/%.wasm,$(wildcard tests/frozen/wat/*.wat))

# A module for each of the host's, through which the scripts call its functions.
HOST_MODULES := gpio i2c spi uart adc pwm timer kv fs msg log blob random time sys
FROZEN_WASM += $(HOST_MODULES:%=$(BUILD)/frozen/host_%.wasm)

device-wasm: $(HOST_MODULES:%=$(BUILD)/frozen/host_%.wasm)

.PHONY: test-frozen frozen-wasm

frozen-wasm: $(FROZEN_WASM) $(BUILD)/frozen/host_api.json

$(BUILD)/frozen/host_%.wasm: tests/frozen/forward.py firmware/host_api.py host_api.toml | $(PACKAGES_TEST) $(VENV_TEST)
	@mkdir -p $(@D)
	@$(VENV_PYTHON) $< $* $(@:.wasm=.wat)
	@wat2wasm $(@:.wasm=.wat) -o $@

$(BUILD)/frozen/%.wasm: tests/frozen/wat/%.wat | $(PACKAGES_TEST)
	@mkdir -p $(@D)
	@wat2wasm --debug-names $< -o $@

test-frozen: $(PACKAGES_TEST) $(VENV_TEST) $(UNIX_FIRMWARE) frozen-wasm ## test `import wasm` on the unix firmware
	@$(VENV_PYTHON) -m pytest tests/frozen

# The same modules on a Cortex-M3, where instructions can be counted.
CALLS_WASM := $(BUILD)/frozen/calls.wasm $(BUILD)/frozen/gate.wasm

.PHONY: bench-calls

# Not a file's rule: a figure above its limit fails the target and keeps the file.
bench-calls: $(BUILD)/QEMU_ARM/firmware.elf $(CALLS_WASM) | $(VENV_TEST) ## count what calls between Python and Wasm cost (instructions, Cortex-M3)
	@$(VENV_PYTHON) tests/frozen/calls/measure.py $(BUILD)/calls.json $^
