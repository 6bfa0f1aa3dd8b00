# SPDX-License-Identifier: MIT
#
# Boards with an ESP32, ESP32-S3 or ESP32-C3: built by MicroPython's own makefile with an ESP-IDF
# that is installed, and flashed by esptool.

ESP32_BOARDS := ESP32_GENERIC ESP32_GENERIC_S3 ESP32_GENERIC_C3
BOARDS += $(ESP32_BOARDS)

ESP32_DEPS := $(wildcard boards/esp32/*.*)
ESP32_IDF_VERSION := 5.4

ESP32_CHIP_ESP32_GENERIC := esp32
ESP32_CHIP_ESP32_GENERIC_S3 := esp32s3
ESP32_CHIP_ESP32_GENERIC_C3 := esp32c3
# Where the image begins in flash: at the bootloader.
ESP32_OFFSET_ESP32_GENERIC := 0x1000
ESP32_OFFSET := 0x0

define ESP32_NEEDS_IDF
firmware: $(BOARD) needs ESP-IDF $(ESP32_IDF_VERSION), which no package brings. Once:
  git clone -b v$(ESP32_IDF_VERSION).2 --recursive https://github.com/espressif/esp-idf.git
  esp-idf/install.sh esp32,esp32s3,esp32c3
and in each shell, before make: . esp-idf/export.sh (it sets IDF_PATH and finds idf.py)
endef
export ESP32_NEEDS_IDF

.PHONY: esp32-idf flash

esp32-idf:
	@if [ ! -f "$$IDF_PATH/tools/idf.py" ]; then echo "$$ESP32_NEEDS_IDF" >&2; exit 1; fi
	@if ! command -v idf.py >/dev/null; then \
		echo "firmware: IDF_PATH is set, but idf.py is not found: . $$IDF_PATH/export.sh" >&2; exit 1; fi

# esp32_board NAME
define esp32_board
IMAGE_$(1) := $(BUILD)/$(1)/firmware.bin

$(BUILD)/$(1)/firmware.bin: esp32-idf $(MPY_CROSS) $(BUILD)/arena.txt $(FIRMWARE_DEPS) $(ESP32_DEPS) $(wildcard boards/esp32/$(1)/*) | $(MPY_LIB)
	@$(STEP) "micropython: building the $(1) firmware" $(BUILD)/log/$(1).log \
		$(MPY_CLEAN_ENV) MICROPY_MPYCROSS=$(abspath $(MPY_CROSS)) $(MAKE) -C $(MPY)/ports/esp32 \
		BOARD=$(1) BOARD_DIR=$(CURDIR)/boards/esp32/$(1) BUILD=$(abspath $(BUILD)/$(1)) \
		USER_C_MODULES=$(CURDIR)/usermod_c/micropython.cmake \
		IDFPY_FLAGS="-D MICROPY_PY_BTREE=OFF -D MICROPY_LIB_DIR=$(abspath $(dir $(MPY_LIB))) -D MICROPY_BOARD=$(1) -D MICROPY_BOARD_DIR=$(CURDIR)/boards/esp32/$(1) -D USER_C_MODULES=$(CURDIR)/usermod_c/micropython.cmake -D WASM_ARENA_BYTES=$(WASM_ARENA_BYTES)"
	@touch $$@
endef
$(foreach b,$(ESP32_BOARDS),$(eval $(call esp32_board,$(b))))

flash: firmware $(if $(filter $(BOARD),$(ESP32_BOARDS)),$(VENV_TEST)) ## write BOARD's firmware to the board at PORT=/dev/ttyUSB0 (ESP32), or say how
ifneq ($(filter $(BOARD),$(ESP32_BOARDS)),)
	@if [ -z "$(PORT)" ]; then echo "flash: which port? make flash BOARD=$(BOARD) PORT=/dev/ttyUSB0" >&2; exit 1; fi
	@$(VENV_PYTHON) -m esptool --chip $(ESP32_CHIP_$(BOARD)) --port $(PORT) write-flash \
		$(or $(ESP32_OFFSET_$(BOARD)),$(ESP32_OFFSET)) $(IMAGE_$(BOARD))
else
	@echo "flash: hold BOOTSEL while you plug the board in, then copy $(IMAGE_$(BOARD)) to the drive that appears"
endif

# The RISC-V chips' instruction set and the IDF's options, in an image that QEMU runs: what can be
# proved of ESP32-C3 without the IDF.
ESP32C3_FLAGS := -O2 -fstrict-volatile-bitfields -fno-jump-tables -fno-tree-switch-conversion

.PHONY: esp32c3-check

esp32c3-check: $(BUILD)/esp32c3-check/firmware.elf

$(BUILD)/esp32c3-check/firmware.elf: $(MPY_CROSS) $(BUILD)/arena.txt $(FIRMWARE_DEPS) $(QEMU_DEPS) $(wildcard boards/qemu/QEMU_RV32/*) boards/esp32/esp32.mk | $(MPY_LIB) $(PACKAGES_TEST)
	@$(STEP) "engine: compiling for ESP32-C3 with all warnings" $(BUILD)/log/esp32c3-warnings.log \
		riscv64-unknown-elf-gcc -march=rv32imc -misa-spec=2.2 -mabi=ilp32 --specs=picolibc.specs $(ESP32C3_FLAGS) \
		-Wall -Wextra -Werror=all -std=gnu17 $(ENGINE_INC) -fsyntax-only $(filter-out %/wl_disasm.c,$(ENGINE_SRC))
	@$(STEP) "micropython: building as for ESP32-C3" $(BUILD)/log/esp32c3-check.log \
		$(MPY_MAKE) -C $(MPY)/ports/qemu BOARD_DIR=$(CURDIR)/boards/qemu/QEMU_RV32 BUILD=$(abspath $(@D)) \
		RV32_ARCH="rv32imc -misa-spec=2.2" CFLAGS_EXTRA="$(ESP32C3_FLAGS)" \
		$(MPY_USERMOD) FROZEN_MANIFEST=$(CURDIR)/boards/qemu/manifest.py
	@touch $@
