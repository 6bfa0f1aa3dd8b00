# SPDX-License-Identifier: MIT
#
# Boards that QEMU emulates: QEMU_ARM (Cortex-M3) and QEMU_RV32 (rv32imac).

QEMU_BOARDS := QEMU_ARM QEMU_RV32
BOARDS += $(QEMU_BOARDS)

QEMU_DEPS := $(wildcard boards/qemu/*.* boards/qemu/modules/*.py)

# qemu_board NAME
define qemu_board
IMAGE_$(1) := $(BUILD)/$(1)/firmware.elf

$(BUILD)/$(1)/firmware.elf: $(MPY_CROSS) $(BUILD)/arena.txt $(FIRMWARE_DEPS) $(QEMU_DEPS) $(wildcard boards/qemu/$(1)/*) | $(MPY_LIB) $(PACKAGES_TEST)
	@$(STEP) "micropython: building the $(1) firmware" $(BUILD)/log/$(1).log \
		$(MPY_MAKE) -C $(MPY)/ports/qemu BOARD_DIR=$(CURDIR)/boards/qemu/$(1) BUILD=$(abspath $(BUILD)/$(1)) \
		$(MPY_USERMOD) WASM_ARENA_BYTES=$(WASM_ARENA_BYTES) FROZEN_MANIFEST=$(CURDIR)/boards/qemu/manifest.py
	@touch $$@
endef
$(foreach b,$(QEMU_BOARDS),$(eval $(call qemu_board,$(b))))
