# SPDX-License-Identifier: MIT
#
# Kernels on the real image of a board, in cycles, beside what Python makes of them.

# fib sieve crc32 matmul; the last takes minutes.
BENCH_BOARD_KERNELS ?= fib sieve crc32 matmul

.PHONY: bench-board

bench-board: $(BUILD)/RPI_PICO/firmware.uf2 $(BENCH_WASM) $(BUILD)/apps/hello.wasm $(VENV_TEST) ## count cycles on the RP2040 image: Wasm, bytecode, @native, @viper
	@$(VENV_PYTHON) $(BENCH_DIR)/board/measure.py $< $(BENCH_OUT) $(BUILD)/apps/hello.wasm $(BUILD)/bench-board.json $(BENCH_BOARD_KERNELS)
