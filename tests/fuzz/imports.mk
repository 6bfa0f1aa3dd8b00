# SPDX-License-Identifier: MIT
#
# The unix firmware under AddressSanitizer and UBSan: the scripts of tests/frozen run by it, and
# every import of host_api.toml fuzzed.

UNIX_ASAN := $(BUILD)/unix-asan/micropython
IMPORTS_SECONDS := 20
HOST_TABLE := $(BUILD)/frozen/host_api.json

# The collector scans the C stack: objects must not be on the sanitizer's fake one. MicroPython
# passes null to memcpy with a size of 0.
ASAN_FLAGS := -fsanitize=address,undefined -fno-sanitize=nonnull-attribute \
	--param asan-use-after-return=0 -fno-omit-frame-pointer -g

# What leaks is Python's heap at the end; the first mistake ends the run.
ASAN_ENV := env ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0 \
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

.PHONY: unix-asan fuzz-imports test-sanitized

unix-asan: $(UNIX_ASAN) ## build the unix firmware with AddressSanitizer and UBSan

$(UNIX_ASAN): $(MPY_CROSS) $(FIRMWARE_DEPS) tests/fuzz/imports.mk | $(MPY_LIB)
	@$(STEP) "micropython: building the unix firmware with sanitizers" $(BUILD)/log/unix-asan.log \
		$(MPY_MAKE) -C $(MPY)/ports/unix VARIANT=standard BUILD=$(abspath $(@D)) $(MPY_USERMOD) $(UNIX_WITHOUT) \
		CFLAGS_EXTRA="$(ASAN_FLAGS)" LDFLAGS_EXTRA="$(ASAN_FLAGS)" STRIP=
	@touch $@

fuzz-imports: $(UNIX_ASAN) $(HOST_TABLE) ## call every host function with any arguments for IMPORTS_SECONDS (20), sanitized
	@$(ASAN_ENV) $(VENV_PYTHON) $(FUZZ_DIR)/fuzz_imports.py $^ --seconds $(IMPORTS_SECONDS) $(addprefix --seed ,$(SEED))

test-sanitized: $(UNIX_ASAN) frozen-wasm $(PACKAGES_TEST) $(VENV_TEST) ## run the scripts of tests/frozen on the sanitized unix firmware
	@$(ASAN_ENV) FIRMWARE=$(abspath $(UNIX_ASAN)) $(VENV_PYTHON) -m pytest tests/frozen/test_scripts.py tests/frozen/test_pure.py

$(HOST_TABLE): tests/host_table.py firmware/host_api.py host_api.toml | $(VENV_TEST)
	@mkdir -p $(@D)
	@$(VENV_PYTHON) $< $@
