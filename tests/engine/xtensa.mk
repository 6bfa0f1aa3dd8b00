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

.PHONY: test-engine-xtensa

$(XTENSA_OUT)/%: tests/engine/%.c $(XTENSA_BARE) tests/targets/xtensa.ld tests/engine/xtensa.mk $(ENGINE_SRC) \
		$(wildcard $(ENGINE_DIR)/*.h $(ENGINE_DIR)/*.def tests/engine/*.h) usermod_c/flags.mk | $(PACKAGES_TEST)
	@mkdir -p $@.o
	@for source in $(XTENSA_SRC) $< $(XTENSA_BARE); do \
		case $$source in */wl_interp.c) flags="$(WL_INTERP_CFLAGS)" ;; *) flags= ;; esac; \
		$(XTENSA_CC) $(WL_CFLAGS) $$flags $(XTENSA_CFLAGS) $(ENGINE_INC) -I$(TARGETS_DIR) -c $$source \
			-o $@.o/$$(basename $$source .c).o || exit 1; \
	done
	@$(XTENSA_CC) -nostdlib -Wl,--no-warn-rwx-segments -T tests/targets/xtensa.ld $@.o/*.o -lgcc -o $@

test-engine-xtensa: $(addprefix $(XTENSA_OUT)/,$(XTENSA_TESTS)) ## run the engine's unit tests as Xtensa code, emulated
	@for test in $^; do timeout 300 $(XTENSA_RUN) $$test || exit 1; done
