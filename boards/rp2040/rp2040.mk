# SPDX-License-Identifier: MIT
#
# Boards with an RP2040 or RP2350, built by MicroPython's CMake files. What a MicroPython tree has
# not in its lib/ comes from where pins.py says, and a tree of links holds both.

RP2_BOARDS := RPI_PICO RPI_PICO2 RPI_PICO_W
BOARDS += $(RP2_BOARDS)

RP2_LIBS := pico-sdk tinyusb mbedtls lwip
RP2_LIBS_RPI_PICO_W := cyw43-driver
RP2_DEPS := $(wildcard boards/rp2040/*.*) firmware/link_tree.py firmware/pins.py
RP2_UF2 := -c -b 0x10000000 -f
RP2_FAMILY_RPI_PICO2 := 0xe48bff59
# What to set besides, for CMake.
RP2_CMAKE ?=

# Libraries of a board that MicroPython's tree lacks.
rp2_lacks = $(foreach lib,$(RP2_LIBS) $(RP2_LIBS_$(1)),$(if $(wildcard $(MPY)/lib/$(lib)/*),,$(lib)))

# rp2_board NAME
define rp2_board
IMAGE_$(1) := $(BUILD)/$(1)/firmware.uf2

$(BUILD)/$(1)/tree/.linked: $(MPY_READY) $(BUILD)/sources.txt $(RP2_DEPS)
	@$(if $(call rp2_lacks,$(1)),$(GET_SOURCE) --into $(BUILD)/source $(call rp2_lacks,$(1)))
	@$(PYTHON) firmware/link_tree.py $$(@D) $(MPY) rp2 \
		$(foreach lib,$(call rp2_lacks,$(1)),$(lib)=$(BUILD)/source/$(lib))
	@touch $$@

$(BUILD)/$(1)/firmware.uf2: $(BUILD)/$(1)/tree/.linked $(MPY_CROSS) $(BUILD)/arena.txt $(FIRMWARE_DEPS) $(wildcard boards/rp2040/$(1)/*) | $(MPY_LIB) $(PACKAGES_TEST)
	@$(STEP) "micropython: configuring the $(1) firmware" $(BUILD)/log/$(1)-cmake.log \
		$(call rp2_configure,$(1),$(BUILD)/$(1)/cmake,-DUSER_C_MODULES=$(CURDIR)/usermod_c/micropython.cmake)
	@$(STEP) "micropython: building the $(1) firmware" $(BUILD)/log/$(1).log \
		$(RP2_ENV) cmake --build $(BUILD)/$(1)/cmake -j$(JOBS)
	@$(PYTHON) $(MPY)/tools/uf2conv.py $(RP2_UF2) $(or $(RP2_FAMILY_$(1)),0xe48bff56) -o $$@ \
		$(BUILD)/$(1)/cmake/firmware.bin >>$(BUILD)/log/$(1).log
endef

# rp2_configure NAME FOLDER WORDS
RP2_ENV = $(MPY_CLEAN_ENV) MICROPY_MPYCROSS=$(abspath $(MPY_CROSS))
rp2_configure = $(RP2_ENV) \
	cmake -S $(BUILD)/$(1)/tree/ports/rp2 -B $(2) $(3) -DPICO_NO_PICOTOOL=1 \
	-DMICROPY_BOARD=$(1) -DMICROPY_BOARD_DIR=$(CURDIR)/boards/rp2040/$(1) \
	-DMICROPY_LIB_DIR=$(abspath $(dir $(MPY_LIB))) -DPYTHON_EXECUTABLE=$(shell command -v $(PYTHON)) \
	-DWASM_ARENA_BYTES=$(WASM_ARENA_BYTES) $(RP2_CMAKE)

$(foreach b,$(RP2_BOARDS),$(eval $(call rp2_board,$(b))))
