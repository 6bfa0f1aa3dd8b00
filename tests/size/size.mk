# SPDX-License-Identifier: MIT
#
# The same firmware once more, without Wasmlet: the difference is what it costs.

SIZE_BOARD := RPI_PICO
SIZE_WITHOUT := $(BUILD)/size/$(SIZE_BOARD)/firmware.elf

$(SIZE_WITHOUT): $(BUILD)/$(SIZE_BOARD)/tree/.linked $(MPY_CROSS) tests/size/manifest_without.py $(wildcard boards/rp2040/$(SIZE_BOARD)/*) | $(MPY_LIB) $(PACKAGES_TEST)
	@$(STEP) "size: configuring $(SIZE_BOARD) without Wasmlet" $(BUILD)/log/size-cmake.log \
		$(call rp2_configure,$(SIZE_BOARD),$(@D),-DMICROPY_FROZEN_MANIFEST=$(CURDIR)/tests/size/manifest_without.py)
	@$(STEP) "size: building $(SIZE_BOARD) without Wasmlet" $(BUILD)/log/size.log \
		$(RP2_ENV) cmake --build $(@D) -j$(JOBS)
	@touch $@

size: $(PACKAGES_TEST) $(VENV_TEST) $(SIZE_WITHOUT) $(IMAGE_$(SIZE_BOARD)) ## compare the engine's size per target, and what it adds to a board's firmware, with tests/size/budget.toml
	@$(VENV_PYTHON) tests/size/size.py --build $(BUILD)/size \
		--board $(SIZE_BOARD) --firmware $(BUILD)/$(SIZE_BOARD)/cmake --without $(dir $(SIZE_WITHOUT))
