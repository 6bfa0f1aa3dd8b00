# SPDX-License-Identifier: MIT
#
# The engine's tests as Xtensa code, of GCC for the lx106 (call0 ABI): endianness, alignment and
# 32-bit arithmetic are those of ESP32, the calling convention is not. test_numeric compares with the
# C library's floats, and there is none.

XTENSA_TESTS := $(filter-out test_numeric,$(ENGINE_TESTS))
XTENSA_OUT := $(BUILD)/engine/xtensa
XTENSA_CC := xtensa-lx106-elf-gcc
XTENSA_CFLAGS := -mlongcalls -mtext-section-literals -ffreestanding -isystem /usr/lib/picolibc/riscv64-unknown-elf/include
XTENSA_SRC := $(filter-out %/wl_disasm.c,$(ENGINE_SRC))
XTENSA_BARE := tests/targets/xtensa.c tests/targets/xtensa_arith.c
XTENSA_RUN := $(LEASH) qemu-system-xtensa -M sim -cpu lx106 -m 64M -semihosting -display none -monitor none -serial none -kernel

XTENSA_HEADERS := $(wildcard $(ENGINE_DIR)/*.h $(ENGINE_DIR)/*.def $(TARGETS_DIR)/*.h tests/engine/*.h)
XTENSA_OBJ := $(patsubst %.c,$(XTENSA_OUT)/objects/%.o,$(notdir $(XTENSA_SRC) $(XTENSA_BARE)))

.PHONY: test-engine-xtensa

define xtensa_objects
$(XTENSA_OUT)/objects/%.o: $(1)/%.c $(XTENSA_HEADERS) tests/engine/xtensa.mk usermod_c/flags.mk | $(PACKAGES_TEST)
	@mkdir -p $$(@D)
	@$(XTENSA_CC) $(WL_CFLAGS) $$(if $$(filter wl_interp,$$*),$(WL_INTERP_CFLAGS)) $(XTENSA_CFLAGS) \
		$(ENGINE_INC) -I$(TARGETS_DIR) -c $$< -o $$@
endef
$(foreach folder,$(ENGINE_DIR) tests/engine tests/targets,$(eval $(call xtensa_objects,$(folder))))

$(addprefix $(XTENSA_OUT)/,$(XTENSA_TESTS)): $(XTENSA_OUT)/%: $(XTENSA_OUT)/objects/%.o $(XTENSA_OBJ) tests/targets/xtensa.ld
	@$(XTENSA_CC) -nostdlib -Wl,--no-warn-rwx-segments -T tests/targets/xtensa.ld $(filter %.o,$^) -lgcc -o $@

test-engine-xtensa: $(addprefix $(XTENSA_OUT)/,$(XTENSA_TESTS)) ## run the engine's unit tests as Xtensa code, emulated
	@for test in $^; do timeout 300 $(XTENSA_RUN) $$test || exit 1; done
