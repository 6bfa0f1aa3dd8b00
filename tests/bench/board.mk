# SPDX-License-Identifier: MIT
#
# Kernels on the real image of a board, in cycles: Wasm, what Python makes of them, and native code.
# Comes behind bench.mk, whose kernels and objects it uses.

# All that board/cycles.py knows when empty. Each is emulated in a process of its own.
BENCH_BOARD_KERNELS ?=
# --quick leaves out the bytecode of most.
BENCH_BOARD_FLAGS ?=
BENCH_BOARD_JSON := $(BUILD)/bench-board.json
BENCH_BOARD_OUT := $(BENCH_OUT)/board
BENCH_BOARD_ELF := $(BUILD)/RPI_PICO/cmake/firmware.elf
BENCH_BOARD_IMAGES := $(BENCH_KERNELS:%=$(BENCH_BOARD_OUT)/%.bin)

.PHONY: bench-board bench-xip

bench-board: $(BUILD)/RPI_PICO/firmware.uf2 $(BENCH_WASM) $(BENCH_BOARD_IMAGES) $(BUILD)/apps/hello.wasm $(BUILD)/frozen/gate.wasm $(VENV_TEST) ## count cycles on the RP2040 image: Wasm, bytecode, @native, @viper, native code
	@$(VENV_PYTHON) $(BENCH_DIR)/board/cycles.py --jobs $(JOBS) --firmware $< --elf $(BENCH_BOARD_ELF) --kernels $(BENCH_OUT) \
		--hello $(BUILD)/apps/hello.wasm --gate $(BUILD)/frozen/gate.wasm --json $(BENCH_BOARD_JSON) $(BENCH_BOARD_FLAGS) $(BENCH_BOARD_KERNELS)

bench-xip: $(BUILD)/RPI_PICO/firmware.uf2 $(BENCH_WASM) $(VENV_TEST) ## weigh what the RP2040's flash cache costs guests, with the interpreter in flash and in RAM
	@$(VENV_PYTHON) $(BENCH_DIR)/board/xip.py --firmware $< --elf $(BENCH_BOARD_ELF) --kernels $(BENCH_OUT) $(BENCH_BOARD_KERNELS)

# The native kernels of the bare Cortex-M0+ benchmark, for the place that arena.py names.
define bench_board_image
$(BENCH_BOARD_OUT)/$1.bin: $(BUILD)/RPI_PICO/firmware.uf2 $(call bench_objects,cortex-m0plus,$(patsubst %,native/%,$(notdir $(basename $(call bench_kernel_src,$1))))) \
		$(BENCH_DIR)/board/native.ld $(BENCH_DIR)/board/arena.py
	@mkdir -p $$(@D)
	@$(TARGET_TOOLS_cortex-m0plus)gcc $(TARGET_CFLAGS_cortex-m0plus) -nostartfiles -Wl,--gc-sections \
		-Wl,--defsym=image_origin=$$$$($(PYTHON) $(BENCH_DIR)/board/arena.py $(BENCH_BOARD_ELF)) -Wl,--defsym=image_entry=native_$1 -Wl,--entry=native_$1 \
		-T $(BENCH_DIR)/board/native.ld $$(filter %.o,$$^) -lm -o $$(@:.bin=.elf)
	@$(TARGET_TOOLS_cortex-m0plus)objcopy -O binary -j .image $$(@:.bin=.elf) $$@
endef
$(foreach kernel,$(BENCH_KERNELS),$(eval $(call bench_board_image,$(kernel))))
