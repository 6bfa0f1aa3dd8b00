# SPDX-License-Identifier: MIT
#
# Apps that are ordinary programs: C with its library, Rust and Zig with theirs, for WASI. A board has
# no room for what these take by default: the stack is small (printf needs 9 KB, std::fs::copy 10), and
# C's malloc is one with a heap of fixed size.

WASI_C := $(filter $(APPS_OUT)/wasi-%,$(call apps_found,c))
WASI_ZIG := $(filter $(APPS_OUT)/wasi-%,$(call apps_found,zig))
# The target's old name, which Debian 12's compiler knows, and its new one.
WASI_TARGETS := wasm32-wasip1 wasm32-wasi
wasi_target_of = $(firstword $(foreach t,$(WASI_TARGETS),$(if $(wildcard $(1)/lib/rustlib/$(t)/lib),$(t))))
WASI_RUSTC := $(firstword $(foreach r,$(RUSTCS),$(if $(call wasi_target_of,$(shell $(r) --print sysroot)),$(r))))
WASI_RUST := $(if $(WASI_RUSTC),$(filter $(APPS_OUT)/wasi-%,$(call apps_found,rs)))
WASI_MALLOC := apps/lib/malloc.c

WASI_CFLAGS := -target wasm32-wasi -std=gnu11 -Os -Wall -Wextra -Werror -fno-sanitize=undefined \
	-Wl,-z,stack-size=12288 -Wl,--strip-all
WASI_ZIGFLAGS := -target wasm32-wasi -OReleaseSmall --stack 16384
WASI_RUSTFLAGS = --target $(call wasi_target_of,$(shell $(WASI_RUSTC) --print sysroot)) --edition 2021 \
	-C opt-level=s -C panic=abort -C lto -C codegen-units=1 -C strip=symbols -C link-arg=-zstack-size=16384

apps: $(WASI_C) $(WASI_ZIG) $(WASI_RUST)

$(WASI_C): $(APPS_OUT)/%.wasm: $(APPS)/%/main.c $(WASI_MALLOC) apps/wasi.mk | $(VENV) $(APPS_OUT)
	@$(APP_STEP) $(ZIG) cc $(WASI_CFLAGS) -o $@ $< $(WASI_MALLOC)

$(WASI_ZIG): $(APPS_OUT)/%.wasm: $(APPS)/%/main.zig apps/wasi.mk | $(VENV) $(APPS_OUT)
	@$(APP_STEP) $(ZIG) build-exe --name $* $< $(WASI_ZIGFLAGS) -femit-bin=$@

$(WASI_RUST): $(APPS_OUT)/%.wasm: $(APPS)/%/main.rs apps/wasi.mk | $(APPS_OUT)
	@$(APP_STEP) $(WASI_RUSTC) $< $(WASI_RUSTFLAGS) -o $@
