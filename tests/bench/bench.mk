# SPDX-License-Identifier: MIT
#
# Benchmarks: each program holds all workloads and one engine, for one target. What is built goes
# to $(BUILD)/bench: the kernels as WebAssembly, and per target a folder with a program per engine.

include tests/targets/targets.mk

BENCH_DIR := tests/bench
BENCH_OUT := $(BUILD)/bench

# ---- Kernels and small modules as WebAssembly ----

bench_rows = $(shell sed -n 's/^$(1).\([a-z0-9]*\),.*/\1/p' $(BENCH_DIR)/workloads.def)
BENCH_KERNELS := $(call bench_rows,KERNEL)
BENCH_MODULES := $(patsubst $(BENCH_DIR)/wat/%.wat,%,$(wildcard $(BENCH_DIR)/wat/*.wat))
BENCH_WASM := $(patsubst %,$(BENCH_OUT)/%.wasm,$(BENCH_KERNELS) $(BENCH_MODULES))
bench_kernel_src = $(wildcard $(BENCH_DIR)/kernels/$(1).c $(BENCH_DIR)/kernels/$(1)_*.c)

# What Lime1 has, but a table index of one byte, as wasm3 reads it. One page of memory with a stack of 4 KB in front. Bitwise check sums stay what the source says:
# the compiler would turn them into tables, which the one for native code does not.
BENCH_WASM_CFLAGS := -target wasm32-freestanding -mcpu=lime1-call_indirect_overlong -std=c11 -O2 -ffp-contract=off \
	-Wall -Wextra -Werror -fno-sanitize=undefined -mllvm -disable-loop-idiom-hashrecognize
BENCH_WASM_LDFLAGS := -nostdlib -Wl,--no-entry -Wl,--export=run -Wl,-z,stack-size=4096 \
	-Wl,--initial-memory=65536 -Wl,--max-memory=65536 -Wl,--gc-sections -Wl,--strip-all

define bench_kernel
$$(BENCH_OUT)/$1.wasm: $$(call bench_kernel_src,$1) $$(wildcard $$(BENCH_DIR)/kernels/*.h) $$(BENCH_DIR)/bench.mk | $$(VENV)
	@mkdir -p $$(@D)
	@$$(ZIG) cc $$(BENCH_WASM_CFLAGS) $$(BENCH_WASM_LDFLAGS) -o $$@ $$(filter %.c,$$^)
endef
$(foreach kernel,$(BENCH_KERNELS),$(eval $(call bench_kernel,$(kernel))))

$(BENCH_MODULES:%=$(BENCH_OUT)/%.wasm): $(BENCH_OUT)/%.wasm: $(BENCH_DIR)/wat/%.wat | $(PACKAGES_TEST)
	@mkdir -p $(@D)
	@wat2wasm -o $@ $<

# ---- wasm3, the engine that MicroPython's users have today ----

WASM3_VERSION := 0.5.0
WASM3_SHA256 := 5a47c8a39f7f6ae71b3316b2e5d86c9d0db6e771a65f09a86e4d4aa3a19aefcc
WASM3_PACKAGE := $(BUILD)/download/pywasm3-$(WASM3_VERSION).tar.gz
WASM3_DIR := $(BENCH_OUT)/pywasm3-$(WASM3_VERSION)/wasm3
WASM3_NAMES := m3_bind m3_code m3_compile m3_core m3_emit m3_env m3_exec m3_function m3_module m3_parse
# The limits that its own configuration sets for small chips, and our heap.
WASM3_CFLAGS := -std=gnu11 -O2 -w -DNDEBUG -DNASSERTS -ffunction-sections -fdata-sections -Dd_m3VerboseErrorMessages=0 -Dd_m3MaxFunctionStackHeight=128 \
	-Dd_m3CodePageAlignSize=1024 -Dcalloc=wasm3_calloc -Drealloc=wasm3_realloc -Dfree=wasm3_free

$(WASM3_PACKAGE): | $(VENV)
	@mkdir -p $(@D)
	@$(STEP) "bench: fetching wasm3 $(WASM3_VERSION)" $(BUILD)/log/wasm3.log $(VENV_PYTHON) -m pip download \
		--disable-pip-version-check --no-deps --no-binary :all: -d $(@D) pywasm3==$(WASM3_VERSION)
	@echo '$(WASM3_SHA256)  $@' | sha256sum --check --quiet -

$(WASM3_DIR)/.complete: $(WASM3_PACKAGE)
	@mkdir -p $(BENCH_OUT) && tar -xzf $< --no-same-owner -C $(BENCH_OUT) && touch $@

# ---- Programs ----

BENCH_ENGINES := native wasm3 wasmlet wasmlet_nofuel
# As machine code, where there is a back end; without metering, and without bounds checks, to weigh both.
BENCH_NATIVE_ENGINES := wasmlet_native wasmlet_native_nofuel wasmlet_native_nochecks
BENCH_PROGRAMS := $(BENCH_ENGINES) scenarios

BENCH_CFLAGS := -std=gnu11 -O2 -Wall -Wextra -Wconversion -Wshadow -Wdouble-promotion -Werror \
	-I$(TARGETS_DIR) $(ENGINE_INC) -isystem $(WASM3_DIR)
BENCH_NATIVE_CFLAGS := -std=gnu11 -O2 -ffp-contract=off -fno-math-errno
# For weighing what metering costs.
BENCH_CFLAGS_wasmlet_nofuel := -DWL_ENABLE_FUEL=0
BENCH_CFLAGS_nochecks := -DWL_ENABLE_NATIVE_CHECKS=0

BENCH_METER_x86-64 := meter_callgrind
BENCH_ENGINE_NAMES := $(filter-out wl_disasm,$(notdir $(basename $(ENGINE_SRC))))
BENCH_MAKEFILES := $(BENCH_DIR)/bench.mk $(TARGETS_DIR)/targets.mk usermod_c/flags.mk
BENCH_NATIVE_NAMES := $(notdir $(basename $(foreach kernel,$(BENCH_KERNELS),$(call bench_kernel_src,$(kernel)))))

# What an engine's program has beside the harness and the workloads. The rules below know the target
# as $(T).
BENCH_PARTS_wasm3 := $(WASM3_NAMES:%=wasm3/%)
BENCH_PARTS_wasmlet := $(BENCH_ENGINE_NAMES:%=wasmlet/%)
BENCH_PARTS_wasmlet_nofuel := $(BENCH_ENGINE_NAMES:%=wasmlet_nofuel/%)
BENCH_PARTS_wasmlet_native := $(BENCH_PARTS_wasmlet)
BENCH_PARTS_wasmlet_native_nofuel := $(BENCH_PARTS_wasmlet_nofuel)
BENCH_PARTS_wasmlet_native_nochecks := $(BENCH_ENGINE_NAMES:%=nochecks/%)
# What else of the harness a program has.
bench_engine = engine_$(firstword $(subst _, ,$(1))) $(if $(filter wasmlet_native%,$(1)),tier_native,$(if $(filter wasmlet%,$(1)),tier_interp))
BENCH_WORKLOAD_PARTS := $(BENCH_NATIVE_NAMES:%=native/%) $(BENCH_KERNELS:%=blob/%) $(patsubst %,blob/%,$(call bench_rows,MICRO))

bench_cc = @mkdir -p $(@D) && $(TARGET_TOOLS_$(T))gcc $(TARGET_CFLAGS_$(T)) -MMD -MP
bench_ld = @$(TARGET_TOOLS_$(T))gcc $(TARGET_CFLAGS_$(T)) $(filter %.o,$^) $(TARGET_LDFLAGS_$(T)) -lm -o $@
bench_objects = $(patsubst %,$(BENCH_OUT)/$(1)/%.o,$(2))
# bench_harness TARGET FILES...: and what every program needs.
bench_harness = $(call bench_objects,$(1),$(addprefix harness/,$(2) workloads report heap $(or $(BENCH_METER_$(1)),meter_counter)) \
	$(patsubst %,target/%,$(notdir $(basename $(TARGET_SRC_$(1))))))

define bench_target
$(BENCH_OUT)/$1/%: T := $1

$(BENCH_OUT)/$1/harness/%.o: $(BENCH_DIR)/%.c $(BENCH_MAKEFILES) $(WASM3_DIR)/.complete | $(PACKAGES_TEST)
	$$(bench_cc) $(BENCH_CFLAGS) -c -o $$@ $$<

$(BENCH_OUT)/$1/target/%.o: $(TARGETS_DIR)/%.c $(BENCH_MAKEFILES) | $(PACKAGES_TEST)
	$$(bench_cc) $(BENCH_CFLAGS) -c -o $$@ $$<

$(BENCH_OUT)/$1/blob/%.o: $(BENCH_OUT)/%.wasm $(BENCH_DIR)/blob.S $(BENCH_MAKEFILES) | $(PACKAGES_TEST)
	$$(bench_cc) -DNAME=$$* -DFILE='"$$<"' -c -o $$@ $(BENCH_DIR)/blob.S

$(BENCH_OUT)/$1/native/%.o: $(BENCH_DIR)/kernels/%.c $(BENCH_MAKEFILES) | $(PACKAGES_TEST)
	$$(bench_cc) $(BENCH_NATIVE_CFLAGS) -Drun=native_$$(firstword $$(subst _, ,$$*)) -c -o $$@ $$<

$(BENCH_OUT)/$1/wasm3/%.o: $(WASM3_DIR)/.complete $(BENCH_MAKEFILES) | $(PACKAGES_TEST)
	$$(bench_cc) $(WASM3_CFLAGS) -c -o $$@ $(WASM3_DIR)/$$*.c

$(foreach variant,wasmlet wasmlet_nofuel nochecks,$(call bench_variant,$1,$(variant)))
$(foreach engine,$(BENCH_ENGINES) $(BENCH_NATIVE_ENGINES),$(call bench_program,$1,$(engine),main $(call bench_engine,$(engine)),$(BENCH_PARTS_$(engine))))

$(call bench_program,$1,scenarios,scenarios,$(BENCH_PARTS_wasmlet) blob/hello blob/depth)

-include $$(wildcard $(BENCH_OUT)/$1/*/*.d)
endef

define bench_variant
$(BENCH_OUT)/$1/$2/%.o: $(ENGINE_DIR)/%.c $(BENCH_MAKEFILES) | $(PACKAGES_TEST)
	$$(bench_cc) $(WL_CFLAGS) $$(if $$(filter wl_native%,$$*),$(TARGET_NATIVE_CFLAGS_$1)) $$(if $$(filter wl_interp,$$*),$(WL_INTERP_CFLAGS)) $(BENCH_CFLAGS_$2) -c -o $$@ $$<

endef

# bench_program TARGET NAME HARNESS-FILES OTHER-PARTS
define bench_program
$(BENCH_OUT)/$1/$2.elf: $(call bench_harness,$1,$3) $(call bench_objects,$1,$4 $(BENCH_WORKLOAD_PARTS))
	$$(bench_ld)

endef

$(foreach target,$(TARGETS),$(eval $(call bench_target,$(target))))

# For choosing what to optimise: counts operations, on the host alone.
BENCH_PROFILE := $(BENCH_OUT)/x86-64/profile.elf
BENCH_CFLAGS_profile := -DWL_PROFILE=1 -DWL_DISPATCH=WL_DISPATCH_TABLE
$(eval $(call bench_variant,x86-64,profile))
$(eval $(call bench_program,x86-64,profile,profile engine_wasmlet tier_interp,$(BENCH_ENGINE_NAMES:%=profile/%)))

# ---- What runs them ----

BENCH_BARE := $(filter-out x86-64,$(TARGETS))
# bench_all TARGETS,PROGRAMS; bench_runners TARGETS: how each runs a program.
bench_all = $(foreach target,$(1),$(2:%=$(BENCH_OUT)/$(target)/%.elf))
bench_runners = $(foreach target,$(1),"$(target)=$(TARGET_RUN_$(target))")
# The programs are many small files: built side by side, and quietly.
bench_build = @$(STEP) "bench: building for $(words $(1)) targets" $(BUILD)/log/bench.log \
	$(MAKE) --no-print-directory -j$(JOBS) $(call bench_all,$(1),$(2))

.PHONY: bench bench-plot bench-quick bench-profile test-determinism

bench: bench-board | $(PACKAGES_TEST) $(VENV_TEST) ## measure speed, memory and load against native code and wasm3, cycles on the RP2040 image too
	$(call bench_build,$(TARGETS),$(BENCH_PROGRAMS))
	$(call bench_build,$(BENCH_BARE),$(BENCH_NATIVE_ENGINES))
	@$(VENV_PYTHON) $(BENCH_DIR)/bench.py --folder $(BENCH_OUT) --json $(BUILD)/bench.json --board $(BENCH_BOARD_JSON) \
		--note 'wasm3=$(WASM3_VERSION) $(WASM3_CFLAGS)' --note 'wasmlet=$(WL_CFLAGS); interpreter: $(WL_INTERP_CFLAGS)' \
		--note 'native=$(BENCH_NATIVE_CFLAGS)' --note 'wasm=$(BENCH_WASM_CFLAGS)' $(call bench_runners,$(TARGETS))

bench-plot: | $(VENV_TEST) ## draw docs/speed.svg of what `make bench` has measured
	@$(VENV_PYTHON) $(BENCH_DIR)/plot.py $(BUILD)/bench.json docs/speed.svg

bench-quick: | $(PACKAGES_TEST) $(VENV_TEST) ## the same on the emulated targets alone, metered only
	$(call bench_build,$(BENCH_BARE),native wasm3 wasmlet wasmlet_native scenarios)
	@$(VENV_PYTHON) $(BENCH_DIR)/bench.py --quick --folder $(BENCH_OUT) --json $(BUILD)/bench-quick.json \
		$(call bench_runners,$(BENCH_BARE))

bench-profile: | $(PACKAGES_TEST) $(VENV_TEST) ## list the interpreter's most frequent operations and pairs
	$(call bench_build,x86-64,profile)
	@$(VENV_PYTHON) $(BENCH_DIR)/hot_ops.py $(BENCH_PROFILE)

test-determinism: | $(PACKAGES_TEST) $(VENV_TEST) ## compare results, fuel and memory of all kernels across targets
	$(call bench_build,$(TARGETS),wasmlet)
	@$(VENV_PYTHON) $(BENCH_DIR)/determinism.py --folder $(BENCH_OUT) $(call bench_runners,$(TARGETS))
