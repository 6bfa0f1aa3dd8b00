# SPDX-License-Identifier: MIT
#
# The guest apps: each is a folder with a main file in its language, built to
# $(BUILD)/apps/NAME.wasm. C and Zig are compiled from the virtual environment; the others where
# their compiler is installed.

have = $(firstword $(wildcard $(addsuffix /$(1),$(subst :, ,$(PATH)))))
apps_in = $(patsubst apps/%/main.$(1),$(BUILD)/apps/%.wasm,$(wildcard apps/*/main.$(1)))

APPS_C := $(call apps_in,c)
APPS_ZIG := $(call apps_in,zig)
APPS_WAT := $(if $(call have,wat2wasm),$(call apps_in,wat))
APPS_AS := $(if $(call have,asc),$(call apps_in,ts))
# A compiler for Rust need not have the library for WebAssembly.
RUST_LIB := lib/rustlib/wasm32-unknown-unknown
APPS_RUST := $(if $(call have,rustc),$(if $(wildcard $(shell rustc --print sysroot)/$(RUST_LIB)),$(call apps_in,rs)))

# An app gets its host functions from apps/include, there is no C library. The linker keeps the
# functions' names for backtraces, and puts the stack below the data.
ZIG = env ZIG_GLOBAL_CACHE_DIR=$(abspath $(BUILD)/zig-cache) \
	ZIG_LOCAL_CACHE_DIR=$(abspath $(BUILD)/zig-cache) $(VENV_PYTHON) -m ziglang
APP_CFLAGS := -target wasm32-freestanding -std=c11 -Os -g -Wall -Wextra -Werror -Iapps/include \
	-fno-sanitize=undefined
APP_LDFLAGS := --no-entry --export=run -z stack-size=4096 --gc-sections --strip-all --keep-section=name
APP_ZIGFLAGS := -target wasm32-freestanding -OReleaseSmall -fno-entry --export=run --stack 4096
APP_RUSTFLAGS := --target wasm32-unknown-unknown --edition 2021 -C opt-level=s -C panic=abort \
	-C strip=debuginfo -C link-arg=-zstack-size=4096
APP_ASFLAGS := -Oz --runtime stub --use abort=

.PHONY: apps

apps: $(APPS_C) $(APPS_ZIG) $(APPS_WAT) $(APPS_AS) $(APPS_RUST) ## build the guest apps to build/apps

$(BUILD)/apps:
	@mkdir -p $@

APP_STEP = $(STEP) "apps: compiling $(*F)" $(BUILD)/log/app-$(*F).log

$(BUILD)/apps/%.o: apps/%/main.c $(wildcard apps/include/wasmlet/*.h) apps/apps.mk | $(VENV) $(BUILD)/apps
	@$(APP_STEP) $(ZIG) cc $(APP_CFLAGS) -c -o $@ $<

$(APPS_C): %.wasm: %.o
	@$(ZIG) wasm-ld $(APP_LDFLAGS) -o $@ $<

$(APPS_ZIG): $(BUILD)/apps/%.wasm: apps/%/main.zig apps/apps.mk | $(VENV) $(BUILD)/apps
	@$(APP_STEP) $(ZIG) build-exe $< $(APP_ZIGFLAGS) -femit-bin=$@

$(APPS_WAT): $(BUILD)/apps/%.wasm: apps/%/main.wat apps/apps.mk | $(BUILD)/apps
	@wat2wasm --debug-names -o $@ $<

$(APPS_AS): $(BUILD)/apps/%.wasm: apps/%/main.ts apps/apps.mk | $(BUILD)/apps
	@$(APP_STEP) asc $< $(APP_ASFLAGS) -o $@

$(APPS_RUST): $(BUILD)/apps/%.wasm: apps/%/main.rs apps/apps.mk | $(BUILD)/apps
	@$(APP_STEP) rustc $< $(APP_RUSTFLAGS) -o $@
