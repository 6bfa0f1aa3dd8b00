# SPDX-License-Identifier: MIT
#
# Fuzzing of the host's functions: the unix firmware under AddressSanitizer and UBSan, and a script
# that it runs with every import of host_api.toml.

UNIX_ASAN := $(BUILD)/unix-asan/micropython
IMPORTS_SECONDS := 20
HOST_TABLE := $(BUILD)/frozen/host_api.json

# The collector scans the C stack: objects must not be on the sanitizer's fake one. MicroPython
# passes null to memcpy with a size of 0.
ASAN_FLAGS := -fsanitize=address,undefined -fno-sanitize=nonnull-attribute \
	--param asan-use-after-return=0 -fno-omit-frame-pointer -g

.PHONY: unix-asan fuzz-imports

unix-asan: $(UNIX_ASAN) ## build the unix firmware with AddressSanitizer and UBSan

$(UNIX_ASAN): $(MPY_CROSS) $(FIRMWARE_DEPS) tests/fuzz/imports.mk | $(MPY_LIB)
	@$(STEP) "micropython: building the unix firmware with sanitizers" $(BUILD)/log/unix-asan.log \
		$(MPY_MAKE) -C $(MPY)/ports/unix VARIANT=standard BUILD=$(abspath $(@D)) $(MPY_USERMOD) $(UNIX_WITHOUT) \
		CFLAGS_EXTRA="$(ASAN_FLAGS)" LDFLAGS_EXTRA="$(ASAN_FLAGS)" STRIP=
	@touch $@

fuzz-imports: $(UNIX_ASAN) $(HOST_TABLE) ## call every host function with any arguments for IMPORTS_SECONDS (20), sanitized
	@$(VENV_PYTHON) $(FUZZ_DIR)/fuzz_imports.py $^ --seconds $(IMPORTS_SECONDS) $(addprefix --seed ,$(SEED))

$(HOST_TABLE): tests/host_table.py firmware/host_api.py host_api.toml | $(VENV_TEST)
	@mkdir -p $(@D)
	@$(VENV_PYTHON) $< $@
