# SPDX-License-Identifier: MIT
#
# MicroPython: its sources, mpy-cross, and the firmwares with the user module and the frozen
# package in them. A tree given as MPY_DIR is only read.

BOARDS := unix
BOARD ?= unix

ifneq ($(MPY_DIR),)
MPY := $(abspath $(MPY_DIR))
MPY_READY := $(MPY)/py/mpconfig.h
ifeq ($(wildcard $(MPY_READY)),)
$(error MPY_DIR=$(MPY_DIR) holds no MicroPython sources)
endif
else
MPY := $(abspath $(BUILD)/micropython)
MPY_READY := $(BUILD)/micropython/.complete
endif

# Sources and their versions are in pins.py; MPY_GIT and MPY_TAG name another MicroPython.
GET_SOURCE := $(PYTHON) firmware/get_source.py --download $(BUILD)/download

MPY_CROSS := $(BUILD)/mpy-cross/mpy-cross
UNIX_FIRMWARE := $(BUILD)/unix/micropython
IMAGE_unix := $(UNIX_FIRMWARE)
MPY_LIB := $(BUILD)/micropython-lib/README.md

# What a firmware is made from; MicroPython's own makefiles know the rest.
FIRMWARE_DEPS := $(wildcard usermod_c/*.mk usermod_c/*/*.[ch] usermod_c/*/*.def firmware/manifest.py) \
	$(shell find modules -name '*.py' 2>/dev/null)

# For MicroPython's makefiles: nothing of this make, and no version from the git repository around.
MPY_CLEAN_ENV = env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL GIT_CEILING_DIRECTORIES=$(abspath $(BUILD))
MPY_MAKE = $(MPY_CLEAN_ENV) $(MAKE) -j$(JOBS) PYTHON=$(PYTHON)
MPY_USERMOD = USER_C_MODULES=$(CURDIR) FROZEN_MANIFEST=$(CURDIR)/firmware/manifest.py \
	MPY_LIB_DIR=$(abspath $(dir $(MPY_LIB))) \
	MICROPY_MPYCROSS=$(abspath $(MPY_CROSS)) MICROPY_MPYCROSS_DEPENDENCY=$(abspath $(MPY_CROSS))
# These need submodules, which neither a shallow clone nor a source package brings.
UNIX_WITHOUT := MICROPY_PY_SSL=0 MICROPY_SSL_MBEDTLS=0 MICROPY_PY_BTREE=0

.PHONY: firmware unknown-board micropython

include $(wildcard boards/*/*.mk)

firmware: $(if $(filter $(BOARD),$(BOARDS)),$(IMAGE_$(BOARD)),unknown-board) ## build the firmware of BOARD

unknown-board:
	@echo "firmware: no board is called '$(BOARD)'; there is: $(BOARDS)" >&2; exit 1

micropython: $(MPY_READY) ## obtain MicroPython's sources

$(BUILD)/micropython/.complete: | $(PACKAGES_RUN)
	@$(GET_SOURCE) --into $(BUILD) $(addprefix --git ,$(MPY_GIT)) $(addprefix --tag ,$(MPY_TAG)) micropython

# Another version, for a build of its own:
# make firmware MPY_DIR=build/versions/1.25.0/micropython BUILD=build/versions/1.25.0
MPY_VERSIONS := $(BUILD)/versions
$(MPY_VERSIONS)/%/micropython/.complete: | $(PACKAGES_RUN)
	@$(GET_SOURCE) --into $(MPY_VERSIONS)/$* --tag v$* micropython

# Sources from another place make every object stale.
$(BUILD)/sources.txt: FORCE
	@mkdir -p $(@D)
	@echo '$(MPY)' | cmp -s - $@ || { rm -rf $(addprefix $(BUILD)/,$(BOARDS) unix-asan mpy-cross); echo '$(MPY)' >$@; }

# WASM_ARENA_BYTES=N sets aside another number of bytes for guests than a board's own. CMake sees by
# itself which objects that makes stale; the other builds begin again.
$(BUILD)/arena.txt: FORCE
	@mkdir -p $(@D)
	@echo '$(WASM_ARENA_BYTES)' | cmp -s - $@ || \
		{ rm -rf $(addprefix $(BUILD)/,$(QEMU_BOARDS)); echo '$(WASM_ARENA_BYTES)' >$@; }

# A manifest can only be frozen where micropython-lib is; ours needs nothing of it.
$(MPY_LIB):
	@mkdir -p $(@D) && touch $@

$(MPY_CROSS): $(MPY_READY) $(BUILD)/sources.txt | $(PACKAGES_RUN)
	@$(STEP) "micropython: building mpy-cross" $(BUILD)/log/mpy-cross.log \
		$(MPY_MAKE) -C $(MPY)/mpy-cross BUILD=$(abspath $(@D))
	@touch $@

$(UNIX_FIRMWARE): $(MPY_CROSS) $(FIRMWARE_DEPS) firmware/firmware.mk | $(MPY_LIB)
	@$(STEP) "micropython: building the unix firmware" $(BUILD)/log/unix.log \
		$(MPY_MAKE) -C $(MPY)/ports/unix VARIANT=standard BUILD=$(abspath $(@D)) $(MPY_USERMOD) $(UNIX_WITHOUT)
	@touch $@
