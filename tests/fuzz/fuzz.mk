# SPDX-License-Identifier: MIT
#
# Fuzzing: two coverage-guided targets (loading; loading and running), and differential execution
# against wasmtime by several builds of the engine.

include tests/targets/targets.mk

FUZZ_DIR := tests/fuzz
FUZZ_OUT := $(BUILD)/fuzz
FUZZ_SECONDS := 40
SECONDS ?= 600

# The engine's own, without the warnings: those are the other targets' business.
FUZZ_CFLAGS := $(filter-out -W% -O%,$(WL_CFLAGS)) $(ENGINE_INC) -I$(TARGETS_DIR)
FUZZ_ENGINE_SRC := $(filter-out %/wl_disasm.c,$(ENGINE_SRC))

# Builds: compiler and options. `cover` is both the fuzzers' and the sanitized side of the
# comparison; `plain` has every optimisation of the translator off; `fast` is what ships.
FUZZ_BUILDS := cover plain fast
FUZZ_CC_cover := clang
FUZZ_CFLAGS_cover := -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_CC_plain := $(CC)
FUZZ_CFLAGS_plain := -O1 -DWL_ENABLE_FOLD_LOCALS=0 -DWL_ENABLE_ACCUMULATOR=0 -DWL_ENABLE_FUSE_STORE=0 \
	-DWL_ENABLE_FUSE_BRANCH=0 -DWL_ENABLE_FUSE_ADDRESS=0 -DWL_ENABLE_SUPER=0
FUZZ_CC_fast := $(CC)
FUZZ_CFLAGS_fast := -O2
ifneq ($(filter x86_64-%,$(shell $(CC) -dumpmachine)),)
FUZZ_BUILDS += m32
FUZZ_CC_m32 := $(CC) -m32 -msse2 -mfpmath=sse
FUZZ_CFLAGS_m32 := -O1
endif

# Only the engine is measured. The loop of hundreds of computed gotos takes clang minutes when it
# optimises and instruments it.
FUZZ_COVERAGE := -fsanitize-coverage=inline-8bit-counters,pc-table
FUZZ_OPTIONS_cover = $(FUZZ_COVERAGE) $(if $(filter wl_interp,$*),-O0)
FUZZ_OPTIONS_fast = $(if $(filter wl_interp,$*),$(WL_INTERP_CFLAGS))

define fuzz_build
$$(FUZZ_OUT)/$1/%.o: $$(ENGINE_DIR)/%.c $$(FUZZ_DIR)/fuzz.mk usermod_c/flags.mk | $$(PACKAGES_TEST)
	@mkdir -p $$(@D)
	@$$(FUZZ_CC_$1) $$(FUZZ_CFLAGS) $$(FUZZ_CFLAGS_$1) $$(FUZZ_OPTIONS_$1) -MMD -MP -c $$< -o $$@

$$(FUZZ_OUT)/$1/host/%.o: $$(FUZZ_DIR)/%.c $$(FUZZ_DIR)/fuzz.mk usermod_c/flags.mk | $$(PACKAGES_TEST)
	@mkdir -p $$(@D)
	@$$(FUZZ_CC_$1) $$(WL_CFLAGS) $$(ENGINE_INC) -I$$(TARGETS_DIR) -Werror $$(FUZZ_CFLAGS_$1) -MMD -MP -c $$< -o $$@

FUZZ_ENGINE_$1 := $$(patsubst $$(ENGINE_DIR)/%.c,$$(FUZZ_OUT)/$1/%.o,$$(FUZZ_ENGINE_SRC))

$$(FUZZ_OUT)/diff_$1: $$(addprefix $$(FUZZ_OUT)/$1/host/,diff_run.o fz_host.o fz_heap.o) $$(FUZZ_ENGINE_$1)
	@$$(FUZZ_CC_$1) $$(FUZZ_CFLAGS_$1) $$^ -o $$@

-include $$(wildcard $$(FUZZ_OUT)/$1/*.d $$(FUZZ_OUT)/$1/host/*.d)
endef
$(foreach b,$(FUZZ_BUILDS),$(eval $(call fuzz_build,$b)))
.PRECIOUS: $(FUZZ_OUT)/%.o

FUZZ_GEN_OBJ := $(addprefix $(FUZZ_OUT)/cover/host/,fz_gen.o fz_gen_body.o fz_heap.o)
FUZZ_LOAD_OBJ := $(FUZZ_GEN_OBJ) $(addprefix $(FUZZ_OUT)/cover/host/,fuzz_load.o fz_mutate.o)
FUZZ_EXEC_OBJ := $(FUZZ_GEN_OBJ) $(addprefix $(FUZZ_OUT)/cover/host/,fuzz_exec.o fz_mutate.o fz_run.o fz_host.o)

$(FUZZ_OUT)/fuzz_load: $(FUZZ_LOAD_OBJ) $(FUZZ_ENGINE_cover)
	@$(FUZZ_CC_cover) $(FUZZ_CFLAGS_cover) -fsanitize=fuzzer $^ -o $@
$(FUZZ_OUT)/fuzz_exec: $(FUZZ_EXEC_OBJ) $(FUZZ_ENGINE_cover)
	@$(FUZZ_CC_cover) $(FUZZ_CFLAGS_cover) -fsanitize=fuzzer $^ -o $@
$(FUZZ_OUT)/fz_gen: $(FUZZ_GEN_OBJ) $(FUZZ_OUT)/cover/host/fz_gen_main.o
	@$(FUZZ_CC_cover) $(FUZZ_CFLAGS_cover) $^ -o $@

FUZZ_NATIVE_RUNNERS = $(foreach t,$(FUZZ_NATIVE),--native "$t=$(TARGET_LARGE_RUN_$t)")
FUZZ_PROGRAMS := $(addprefix $(FUZZ_OUT)/,fuzz_load fuzz_exec fz_gen $(FUZZ_BUILDS:%=diff_%))

# Machine code against the interpreter, in emulators: the engine as it ships.
FUZZ_NATIVE := cortex-m3 cortex-m4f cortex-m0plus rv32imac
FUZZ_NATIVE_OWN := native_diff.o fz_run.o fz_host.o fz_heap_target.o

define fuzz_native
$$(FUZZ_OUT)/native/$1/%.o: $$(ENGINE_DIR)/%.c $$(FUZZ_DIR)/fuzz.mk usermod_c/flags.mk | $$(PACKAGES_TEST)
	@mkdir -p $$(@D)
	@$$(TARGET_TOOLS_$1)gcc $$(TARGET_CFLAGS_$1) $$(WL_CFLAGS) $$(if $$(filter wl_native%,$$*),$$(TARGET_NATIVE_CFLAGS_$1)) $$(if $$(filter wl_interp,$$*),$$(WL_INTERP_CFLAGS)) -MMD -MP -c $$< -o $$@

$$(FUZZ_OUT)/native/$1/%.o: $$(FUZZ_DIR)/%.c $$(FUZZ_DIR)/fuzz.mk usermod_c/flags.mk | $$(PACKAGES_TEST)
	@mkdir -p $$(@D)
	@$$(TARGET_TOOLS_$1)gcc $$(TARGET_CFLAGS_$1) $$(WL_CFLAGS) $$(ENGINE_INC) -I$$(TARGETS_DIR) -Wno-format -MMD -MP -c $$< -o $$@

$$(FUZZ_OUT)/native/$1/%.o: $$(TARGETS_DIR)/%.c $$(FUZZ_DIR)/fuzz.mk usermod_c/flags.mk | $$(PACKAGES_TEST)
	@mkdir -p $$(@D)
	@$$(TARGET_TOOLS_$1)gcc $$(TARGET_CFLAGS_$1) $$(WL_CFLAGS) -MMD -MP -c $$< -o $$@

$$(FUZZ_OUT)/native/$1.elf: $$(addprefix $$(FUZZ_OUT)/native/$1/,$$(FUZZ_NATIVE_OWN) \
		$$(patsubst %.c,%.o,$$(notdir $$(FUZZ_ENGINE_SRC) $$(TARGET_LARGE_SRC_$1))))
	@$$(TARGET_TOOLS_$1)gcc $$(TARGET_CFLAGS_$1) $$^ $$(TARGET_LARGE_LDFLAGS_$1) -o $$@

$$(FUZZ_OUT)/native/$1-dump.elf: $$(addprefix $$(FUZZ_OUT)/native/$1/,native_dump.o fz_host.o fz_heap_target.o \
		$$(patsubst %.c,%.o,$$(notdir $$(FUZZ_ENGINE_SRC) $$(TARGET_LARGE_SRC_$1))))
	@$$(TARGET_TOOLS_$1)gcc $$(TARGET_CFLAGS_$1) $$^ $$(TARGET_LARGE_LDFLAGS_$1) -o $$@

-include $$(wildcard $$(FUZZ_OUT)/native/$1/*.d)
endef
$(foreach t,$(FUZZ_NATIVE),$(eval $(call fuzz_native,$t)))
FUZZ_NATIVE_PROGRAMS := $(FUZZ_NATIVE:%=$(FUZZ_OUT)/native/%.elf)

FUZZ_DUMP_PROGRAMS := $(FUZZ_NATIVE:%=$(FUZZ_OUT)/native/%-dump.elf)

.PHONY: fuzz fuzz-smoke fuzz-build fuzz-regress native-check

fuzz-build: $(FUZZ_PROGRAMS) $(FUZZ_NATIVE_PROGRAMS) | $(VENV_TEST)

fuzz-smoke: fuzz-build ## fuzz for a minute: loading, running, and against wasmtime
	@$(VENV_PYTHON) $(FUZZ_DIR)/fuzz.py --out $(FUZZ_OUT) --seconds $(FUZZ_SECONDS) $(FUZZ_NATIVE_RUNNERS) smoke

fuzz: fuzz-build ## fuzz for SECONDS (600), keeping the corpus and reducing what is found
	@$(VENV_PYTHON) $(FUZZ_DIR)/fuzz.py --out $(FUZZ_OUT) --seconds $(SECONDS) $(FUZZ_NATIVE_RUNNERS) long

fuzz-regress: fuzz-build ## run what once was found, under many plans and against wasmtime
	@$(VENV_PYTHON) $(FUZZ_DIR)/fuzz.py --out $(FUZZ_OUT) $(FUZZ_NATIVE_RUNNERS) regress

# What the bench measures is what programs are like; what was generated or found is what they are not.
native-check: $(FUZZ_DUMP_PROGRAMS) $(FUZZ_OUT)/fz_gen $(BENCH_WASM) | $(VENV_TEST) ## check every instruction of the machine code that modules become
	@$(VENV_PYTHON) $(FUZZ_DIR)/native_check.py --out $(FUZZ_OUT) $(FUZZ_NATIVE_RUNNERS) \
		$(BENCH_WASM) $(wildcard tests/engine/regress/*.wasm)
