# SPDX-License-Identifier: MIT
#
# The engine's own tests: each tests/engine/test_*.c is a program, linked with the whole engine,
# built and run in every variant below.

ENGINE_TESTS := $(sort $(basename $(notdir $(wildcard tests/engine/test_*.c))))
ENGINE_OUT := $(BUILD)/engine

ENGINE_VARIANTS := plain m32 asan tight
ENGINE_SANITIZE := -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
ENGINE_CFLAGS_plain :=
ENGINE_CFLAGS_m32 := -m32 -msse2 -mfpmath=sse
ENGINE_CFLAGS_asan := $(ENGINE_SANITIZE)
# Limits that small modules reach, so that a module can fill an index space with imports alone.
ENGINE_CFLAGS_tight := $(ENGINE_SANITIZE) -DWL_LIMIT_TYPES=12 -DWL_LIMIT_FUNCS=30 -DWL_LIMIT_IMPORTS=34 \
	-DWL_LIMIT_EXPORTS=4 -DWL_LIMIT_GLOBALS=6 -DWL_LIMIT_TABLES=3 -DWL_LIMIT_SEGMENTS=8 \
	-DWL_LIMIT_PARAM_SLOTS=6 -DWL_LIMIT_LOCALS=16 -DWL_LIMIT_NESTING=16 -DWL_LIMIT_OPERANDS=128 \
	-DWL_LIMIT_CONST_EXPR=2 -DWL_LIMIT_MODULE_BYTES=4096

# Random rounds: enough to notice a slip in every variant; without an argument there are many more.
ENGINE_ARGS_test_numeric := 20000

# engine_variant NAME: objects of the engine, test programs, and the target that runs them.
define engine_variant
$$(ENGINE_OUT)/$1/%.o: $$(ENGINE_DIR)/%.c tests/engine/engine.mk usermod_c/flags.mk
	@mkdir -p $$(@D)
	@$$(CC) $$(WL_CFLAGS) $$(if $$(filter wl_interp,$$*),$$(WL_INTERP_CFLAGS)) -Werror $$(ENGINE_CFLAGS_$1) \
		$$(ENGINE_INC) -MMD -MP -c $$< -o $$@

$$(ENGINE_OUT)/$1/tests/%.o: tests/engine/%.c tests/engine/engine.mk usermod_c/flags.mk
	@mkdir -p $$(@D)
	@$$(CC) $$(WL_CFLAGS) -Werror $$(ENGINE_CFLAGS_$1) $$(ENGINE_INC) -I$$(TARGETS_DIR) -MMD -MP -c $$< -o $$@

$$(addprefix $$(ENGINE_OUT)/$1/,$$(ENGINE_TESTS) run_wasm): $$(ENGINE_OUT)/$1/%: $$(ENGINE_OUT)/$1/tests/%.o \
		$$(patsubst $$(ENGINE_DIR)/%.c,$$(ENGINE_OUT)/$1/%.o,$$(ENGINE_SRC))
	@$$(CC) $$(ENGINE_CFLAGS_$1) $$^ -lm -o $$@

test-engine-$1: $$(addprefix $$(ENGINE_OUT)/$1/,$$(ENGINE_TESTS)) | $$(PACKAGES_TEST)
	@{ $$(foreach test,$$(ENGINE_TESTS),$$(ENGINE_OUT)/$1/$$(test) $$(ENGINE_ARGS_$$(test)) && ) true; } \
		>$$(ENGINE_OUT)/$1/log 2>&1; status=$$$$?; cat $$(ENGINE_OUT)/$1/log; exit $$$$status

-include $$(wildcard $$(ENGINE_OUT)/$1/*.d $$(ENGINE_OUT)/$1/tests/*.d)
endef
$(foreach variant,$(ENGINE_VARIANTS),$(eval $(call engine_variant,$(variant))))

.PHONY: test-engine test-engine-regress layers layers-engine $(addprefix test-engine-,$(ENGINE_VARIANTS))
.PRECIOUS: $(ENGINE_OUT)/%.o

test-engine: $(addprefix test-engine-,$(ENGINE_VARIANTS)) ## run the engine's unit tests: plain, 32-bit, sanitized, sanitized with tight limits
	@cat $(ENGINE_VARIANTS:%=$(ENGINE_OUT)/%/log) \
		| awk '{ for (i = 2; i <= NF; i++) if ($$i ~ /^checks,?$$/) { n += $$(i - 1); runs++ } } \
		END { printf "test-engine: %d checks in %d runs, 0 failed\n", n, runs }'

# What once broke the engine must load, or be refused, and run without a complaint of the sanitizers.
test-engine-regress: $(ENGINE_OUT)/asan/run_wasm | $(PACKAGES_TEST) ## run every module in tests/engine/regress under the sanitizers
	@n=0; for file in tests/engine/regress/*.wasm; do \
		$< $$file || { echo "$$file broke the engine"; exit 1; }; n=$$((n + 1)); \
	done; echo "test-engine-regress: $$n modules, 0 failed"

# ---- Layers ----
# The engine sees itself, the compiler's own headers and these four functions, on every target.
LAYERS_OUT := $(ENGINE_OUT)/layers
LAYERS_TARGETS := host thumb rv32
LAYERS_SRC := $(filter-out %/wl_disasm.c,$(ENGINE_SRC)) # which is for hosts, and prints
LAYERS_CC_host := $(CC) -fno-pic
LAYERS_CC_thumb := arm-none-eabi-gcc -mcpu=cortex-m0plus -mthumb
LAYERS_CC_rv32 := riscv64-unknown-elf-gcc -march=rv32imac -mabi=ilp32 -misa-spec=2.2
LAYERS_NM_host := nm
LAYERS_NM_thumb := arm-none-eabi-nm
LAYERS_NM_rv32 := riscv64-unknown-elf-nm
# Beside the four: the compiler's helpers (integer division, soft float, switch tables, saved registers).
LAYERS_ALLOWED := mem(cpy|set|cmp|move)|__aeabi_[a-z0-9_]+|__gnu_thumb1_case_[a-z]+|__riscv_(save|restore)_[0-9]+|__[a-z]+([sd][if]|ti)+[0-9]*

$(LAYERS_OUT)/include/string.h: tests/engine/engine.mk
	@mkdir -p $(@D)
	@printf '%s\n' '#include <stddef.h>' \
		'void *memcpy(void *restrict to, const void *restrict from, size_t size);' \
		'void *memmove(void *to, const void *from, size_t size);' \
		'void *memset(void *to, int value, size_t size);' \
		'int memcmp(const void *a, const void *b, size_t size);' >$@

define layers_target
$$(LAYERS_OUT)/$1/%.o: $$(ENGINE_DIR)/%.c $$(wildcard $$(ENGINE_DIR)/*.h $$(ENGINE_DIR)/*.def) \
		$$(LAYERS_OUT)/include/string.h | $$(PACKAGES_TEST)
	@mkdir -p $$(@D)
	@$$(LAYERS_CC_$1) $$(WL_CFLAGS) $$(if $$(filter rv32,$1),$$(if $$(filter wl_native%,$$*),$$(WL_NATIVE_RISCV_CFLAGS))) $$(if $$(filter wl_interp,$$*),$$(WL_INTERP_CFLAGS)) -Werror -ffreestanding \
		-nostdinc -isystem $$$$($$(firstword $$(LAYERS_CC_$1)) -print-file-name=include) \
		-isystem $$(LAYERS_OUT)/include -c $$< -o $$@

$$(LAYERS_OUT)/$1/undefined: $$(patsubst $$(ENGINE_DIR)/%.c,$$(LAYERS_OUT)/$1/%.o,$$(LAYERS_SRC))
	@$$(LAYERS_CC_$1) -nostdlib -r $$^ -o $$(LAYERS_OUT)/$1/engine.elf
	@$$(LAYERS_NM_$1) -u $$(LAYERS_OUT)/$1/engine.elf | awk '{ print $$$$NF }' >$$@
endef
$(foreach target,$(LAYERS_TARGETS),$(eval $(call layers_target,$(target))))

layers-engine: $(LAYERS_TARGETS:%=$(LAYERS_OUT)/%/undefined)
	@for target in $(LAYERS_TARGETS); do \
		if grep -vxE '$(LAYERS_ALLOWED)' $(LAYERS_OUT)/$$target/undefined; then \
			echo "layers: the engine must not need these ($$target)"; exit 1; \
		fi; \
	done
	@echo "layers: the engine stands alone on $(words $(LAYERS_TARGETS)) targets"

layers: layers-engine ## check that each layer knows only the one below it
