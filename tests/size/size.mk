# SPDX-License-Identifier: MIT
#
# The same firmwares once more, without Wasmlet: the differences are what it costs.

SIZE_BOARDS ?= unix QEMU_ARM QEMU_RV32 RPI_PICO RPI_PICO2
SIZE_OUT := $(BUILD)/size
SIZE_RP2 := RPI_PICO RPI_PICO2
size_manifest = FROZEN_MANIFEST=$(CURDIR)/tests/size/manifest_$(1).py

# Folders of the objects and the linked program, with and without.
size_with = $(BUILD)/$(1)$(if $(filter $(1),$(SIZE_RP2)),/cmake)
size_without = $(SIZE_OUT)/$(1)
SIZE_PROGRAM_unix := micropython
size_program = $(or $(SIZE_PROGRAM_$(1)),firmware.elf)

$(SIZE_OUT)/unix/micropython: $(MPY_CROSS) tests/size/manifest_unix.py | $(MPY_LIB)
	@$(STEP) "size: building unix without Wasmlet" $(BUILD)/log/size-unix.log \
		$(MPY_MAKE) -C $(MPY)/ports/unix VARIANT=standard BUILD=$(abspath $(@D)) $(MPY_USERMOD) $(UNIX_WITHOUT) \
		USER_C_MODULES= $(call size_manifest,unix)
	@touch $@

# The boards' own sources are found on the path of the user modules: one that has nothing else.
$(SIZE_OUT)/no_module/boards:
	@mkdir -p $(@D) && ln -sfn $(CURDIR)/boards $@

define size_qemu
$(SIZE_OUT)/$(1)/firmware.elf: $(MPY_CROSS) $(QEMU_DEPS) $(wildcard boards/qemu/$(1)/*) tests/size/manifest_qemu.py \
		| $(SIZE_OUT)/no_module/boards $(MPY_LIB) $(PACKAGES_TEST)
	@$(STEP) "size: building $(1) without Wasmlet" $(BUILD)/log/size-$(1).log \
		$(MPY_MAKE) -C $(MPY)/ports/qemu BOARD_DIR=$(CURDIR)/boards/qemu/$(1) BUILD=$(abspath $(SIZE_OUT)/$(1)) \
		$(MPY_USERMOD) USER_C_MODULES=$(abspath $(SIZE_OUT)/no_module) $(call size_manifest,qemu)
	@touch $$@
endef
$(foreach b,$(QEMU_BOARDS),$(eval $(call size_qemu,$(b))))

define size_rp2
$(SIZE_OUT)/$(1)/firmware.elf: $(BUILD)/$(1)/tree/.linked $(MPY_CROSS) tests/size/manifest_rp2.py $(wildcard boards/rp2040/$(1)/*) | $(MPY_LIB) $(PACKAGES_TEST)
	@$(STEP) "size: configuring $(1) without Wasmlet" $(BUILD)/log/size-$(1)-cmake.log \
		$(call rp2_configure,$(1),$(SIZE_OUT)/$(1),-DMICROPY_$(call size_manifest,rp2))
	@$(STEP) "size: building $(1) without Wasmlet" $(BUILD)/log/size-$(1).log \
		$(RP2_ENV) cmake --build $(SIZE_OUT)/$(1) -j$(JOBS)
	@touch $$@
endef
$(foreach b,$(SIZE_RP2),$(eval $(call size_rp2,$(b))))

size: $(PACKAGES_TEST) $(VENV_TEST) $(foreach b,$(SIZE_BOARDS),$(IMAGE_$(b)) $(call size_without,$(b))/$(call size_program,$(b))) ## compare the engine's size per target, and what Wasmlet adds to each board's firmware, with tests/size/budget.toml
	@$(VENV_PYTHON) tests/size/size.py --objects $(SIZE_OUT) \
		$(foreach b,$(SIZE_BOARDS),--board $(b) $(call size_with,$(b)) $(call size_without,$(b)))
