# SPDX-License-Identifier: MIT
#
# The specification's test suite. SPEC_TESTSUITE is a folder that has it as JSON and modules;
# without one it is fetched (suite.py). Each variant is a way of building or of running the runner.

include tests/targets/targets.mk

SPEC_TESTSUITE ?= $(wildcard ../shared/spec-testsuite)

SPEC_DIR := tests/spec
SPEC_BUILD := $(BUILD)/spec
SPEC_SOURCE := $(SPEC_BUILD)/source.json
SPEC_RUNNER_SRC := $(filter-out %/main_target.c,$(wildcard $(SPEC_DIR)/*.c))
SPEC_TARGET_SRC := $(filter-out %/main_host.c,$(wildcard $(SPEC_DIR)/*.c))
SPEC_ENGINE_SRC := $(filter-out %/wl_disasm.c,$(ENGINE_SRC))
SPEC_HEADERS := $(wildcard $(SPEC_DIR)/*.h $(SPEC_DIR)/*.def $(ENGINE_DIR)/*.h $(ENGINE_DIR)/*.def)

# Builds: compiler options on top of the engine's own.
SPEC_BUILDS := default m32 aligned asan table goto noopt multimem
SPEC_CFLAGS_default :=
SPEC_CFLAGS_m32 := -m32 -msse2 -mfpmath=sse
SPEC_CFLAGS_aligned := -m32 -msse2 -mfpmath=sse -DWL_UNALIGNED_ACCESS=0 -DWL_DISPATCH=WL_DISPATCH_TABLE \
	-fsanitize=undefined -fno-sanitize-recover=all
SPEC_CFLAGS_asan := -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SPEC_CFLAGS_table := -DWL_DISPATCH=WL_DISPATCH_TABLE
SPEC_CFLAGS_goto := -DWL_DISPATCH=WL_DISPATCH_GOTO
SPEC_CFLAGS_noopt := -DWL_ENABLE_FOLD_LOCALS=0 -DWL_ENABLE_ACCUMULATOR=0 -DWL_ENABLE_FUSE_STORE=0 \
	-DWL_ENABLE_FUSE_BRANCH=0 -DWL_ENABLE_FUSE_ADDRESS=0 -DWL_ENABLE_SUPER=0

SPEC_CFLAGS_multimem := $(SPEC_CFLAGS_asan) -DWL_LIMIT_MEMORIES=16

# The same on emulated processors, with the flags that ship and no others.
SPEC_TARGETS := cortex-m3 cortex-m4f cortex-m0plus rv32imac

# Variants: NAME:BUILD, and the runner's options.
SPEC_VARIANTS := default:default m32:m32 aligned:aligned asan:asan stress:asan slice1:default slice1000:default \
	noopt:noopt eager:default table:table goto:goto \
	cortex-m3:cortex-m3 cortex-m4f:cortex-m4f cortex-m0plus:cortex-m0plus rv32:rv32imac multimem:multimem \
	native-thumb2:cortex-m3 native-thumb2f:cortex-m4f native-thumb1:cortex-m0plus native-rv32:rv32imac \
	native1-thumb2:cortex-m3 native1-thumb2f:cortex-m4f native1-thumb1:cortex-m0plus native1-rv32:rv32imac \
	image-thumb2:cortex-m3 image-thumb2f:cortex-m4f image-thumb1:cortex-m0plus image-rv32:rv32imac
SPEC_OPTIONS_stress := --stress --fail-alloc 200
SPEC_OPTIONS_slice1 := --fuel-slice 1
SPEC_OPTIONS_slice1000 := --fuel-slice 1000
SPEC_OPTIONS_eager := --eager
# As machine code, at once and in slices of one unit; and run by images of it, in small slices.
SPEC_NATIVE := thumb2 thumb2f thumb1 rv32
$(foreach t,$(SPEC_NATIVE),$(eval SPEC_OPTIONS_native-$(t) := --tier native))
$(foreach t,$(SPEC_NATIVE),$(eval SPEC_OPTIONS_native1-$(t) := --tier native --fuel-slice 1))
$(foreach t,$(SPEC_NATIVE),$(eval SPEC_OPTIONS_image-$(t) := --tier image --fuel-slice 7))
# What a variant is there for: it runs what the others cannot.
SPEC_FEATURE_multimem := multi-memory

spec_names = $(foreach v,$(SPEC_VARIANTS),$(firstword $(subst :, ,$(v))))

.PHONY: test-spec test-spec-native $(addprefix test-spec-,$(spec_names))

test-spec: $(addprefix test-spec-,$(spec_names)) ## run the specification's test suite in every variant
	@$(VENV_PYTHON) $(SPEC_DIR)/run_spec.py --source $(SPEC_SOURCE) total \
		$(foreach v,$(spec_names),$(SPEC_BUILD)/report/$(v).json)

test-spec-native: $(foreach t,$(SPEC_NATIVE),test-spec-native-$(t) test-spec-native1-$(t) test-spec-image-$(t)) ## run it as machine code on the emulated processors

# Another suite makes the scripts stale.
$(SPEC_BUILD)/given.txt: FORCE
	@mkdir -p $(@D)
	@echo '$(SPEC_TESTSUITE)' | cmp -s - $@ || echo '$(SPEC_TESTSUITE)' >$@

$(SPEC_SOURCE): $(SPEC_BUILD)/given.txt $(SPEC_DIR)/sources.toml | $(PACKAGES_TEST) $(VENV_TEST)
	@$(VENV_PYTHON) $(SPEC_DIR)/suite.py $(if $(SPEC_TESTSUITE),--given '$(SPEC_TESTSUITE)') \
		--target $(SPEC_BUILD)/suite --source $@

# spec_scripts NAME: the folder of a variant's scripts.
spec_scripts = $(SPEC_BUILD)/scripts/$(or $(SPEC_FEATURE_$(1)),default)

$(SPEC_BUILD)/scripts/%/.complete: $(SPEC_SOURCE) $(SPEC_DIR)/convert.py $(SPEC_DIR)/expected.py $(SPEC_DIR)/expected.toml \
		$(SPEC_DIR)/commands.def $(if $(SPEC_TESTSUITE),$(wildcard $(SPEC_TESTSUITE)/*/*/*.json))
	@$(VENV_PYTHON) $(SPEC_DIR)/convert.py --feature '$(filter-out default,$*)' $(SPEC_SOURCE) $(@D)
	@touch $@

# spec_build NAME: the objects and the runner of one build.
define spec_build
$(SPEC_BUILD)/$(1)/%.o: $(ENGINE_DIR)/%.c $(SPEC_HEADERS) usermod_c/flags.mk $(SPEC_DIR)/spec.mk | $(PACKAGES_TEST)
	@mkdir -p $$(@D)
	@$(CC) $(WL_CFLAGS) $$(if $$(filter wl_interp,$$*),$(WL_INTERP_CFLAGS)) $(SPEC_CFLAGS_$(1)) $(ENGINE_INC) -c -o $$@ $$<

$(SPEC_BUILD)/$(1)/%.o: $(SPEC_DIR)/%.c $(SPEC_HEADERS) usermod_c/flags.mk $(SPEC_DIR)/spec.mk | $(PACKAGES_TEST)
	@mkdir -p $$(@D)
	@$(CC) $(WL_CFLAGS) $(SPEC_CFLAGS_$(1)) $(ENGINE_INC) -I$(TARGETS_DIR) -c -o $$@ $$<

$(SPEC_BUILD)/$(1)/runner: $(patsubst %.c,$(SPEC_BUILD)/$(1)/%.o,$(notdir $(SPEC_ENGINE_SRC) $(SPEC_RUNNER_SRC)))
	@$(CC) $(SPEC_CFLAGS_$(1)) -o $$@ $$^
endef

# spec_target NAME: the same for an emulated machine.
define spec_target
$(SPEC_BUILD)/$(1)/%.o: $(ENGINE_DIR)/%.c $(SPEC_HEADERS) usermod_c/flags.mk $(SPEC_DIR)/spec.mk | $(PACKAGES_TEST)
	@mkdir -p $$(@D)
	@$(TARGET_TOOLS_$(1))gcc $(TARGET_CFLAGS_$(1)) $(WL_CFLAGS) $$(if $$(filter wl_native%,$$*),$(TARGET_NATIVE_CFLAGS_$(1))) $$(if $$(filter wl_interp,$$*),$(WL_INTERP_CFLAGS)) -c -o $$@ $$<

$(SPEC_BUILD)/$(1)/%.o: $(SPEC_DIR)/%.c $(SPEC_HEADERS) usermod_c/flags.mk $(SPEC_DIR)/spec.mk | $(PACKAGES_TEST)
	@mkdir -p $$(@D)
	@$(TARGET_TOOLS_$(1))gcc $(TARGET_CFLAGS_$(1)) $(WL_CFLAGS) $(ENGINE_INC) -I$(TARGETS_DIR) -c -o $$@ $$<

$(SPEC_BUILD)/$(1)/%.o: $(TARGETS_DIR)/%.c $(wildcard $(TARGETS_DIR)/*.h) | $(PACKAGES_TEST)
	@mkdir -p $$(@D)
	@$(TARGET_TOOLS_$(1))gcc $(TARGET_CFLAGS_$(1)) $(WL_CFLAGS) -c -o $$@ $$<

$(SPEC_BUILD)/$(1)/program.elf: $(patsubst %.c,$(SPEC_BUILD)/$(1)/%.o,$(notdir $(SPEC_ENGINE_SRC) $(SPEC_TARGET_SRC) $(TARGET_LARGE_SRC_$(1))))
	@$(TARGET_TOOLS_$(1))gcc $(TARGET_CFLAGS_$(1)) $$^ $(TARGET_LARGE_LDFLAGS_$(1)) -o $$@

$(SPEC_BUILD)/$(1)/runner: $(SPEC_BUILD)/$(1)/program.elf $(SPEC_DIR)/emulate.py
	@printf '#!/bin/sh\nexec $(LEASH) $(VENV_PYTHON) $(SPEC_DIR)/emulate.py "$(TARGET_LARGE_RUN_$(1))" $$< "$$$$@"\n' >$$@ && chmod +x $$@
endef

# spec_variant NAME BUILD
define spec_variant
test-spec-$(1): $(SPEC_BUILD)/$(2)/runner $(call spec_scripts,$(1))/.complete | $(VENV_TEST)
	@$(VENV_PYTHON) $(SPEC_DIR)/run_spec.py --source $(SPEC_SOURCE) variant --scripts $(call spec_scripts,$(1)) \
		--feature '$(SPEC_FEATURE_$(1))' \
		--report $(SPEC_BUILD)/report/$(1).json -- $$< $(SPEC_OPTIONS_$(1))
endef

$(foreach b,$(SPEC_BUILDS),$(eval $(call spec_build,$(b))))
$(foreach t,$(SPEC_TARGETS),$(eval $(call spec_target,$(t))))
$(foreach v,$(SPEC_VARIANTS),$(eval $(call spec_variant,$(firstword $(subst :, ,$(v))),$(lastword $(subst :, ,$(v))))))
