# SPDX-License-Identifier: MIT
#
# Wasmlet: the sole entry. `make run` shows it working, `make test` checks everything, and
# `make help` lists the rest. Each area has a fragment of its own; what they share is set here.
# Everything generated goes to $(BUILD).

BUILD := build
PYTHON ?= python3
JOBS ?= $(shell nproc 2>/dev/null || echo 2)

# One virtual environment, filled in two steps: $(VENV) holds what `make run` needs, $(VENV_TEST)
# what tests and checks need on top.
VENV_PYTHON := $(BUILD)/venv/bin/python
VENV := $(BUILD)/venv/.run
VENV_TEST := $(BUILD)/venv/.test

# Installed by apt where that is possible; otherwise the missing packages are named.
PACKAGES_RUN := $(BUILD)/packages/run
PACKAGES_TEST := $(BUILD)/packages/test

# step "what is going on" LOG COMMAND...: says so, logs the command, shows the log on failure.
STEP := firmware/step.sh

# Before a command that must not outlive whoever started it, however that ends: emulators.
LEASH := $(if $(shell command -v setpriv),setpriv --pdeathsig TERM)

include usermod_c/flags.mk
ENGINE_DIR := usermod_c/engine
ENGINE_SRC := $(wildcard $(ENGINE_DIR)/*.c)
ENGINE_INC := -I$(ENGINE_DIR)

.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := help

.PHONY: help run repl emulate test lint format docs size clean distclean FORCE

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9][a-zA-Z0-9_-]*:.*## / { printf "  %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

include firmware/firmware.mk
include apps/apps.mk
include $(wildcard tests/*/*.mk)

.PHONY: wasmlet

wasmlet: $(VENV_TEST) ## install the tool `wasmlet` as $(BUILD)/venv/bin/wasmlet
	@$(STEP) "venv: installing wasmlet" $(BUILD)/log/venv-wasmlet.log \
		$(VENV_PYTHON) -m pip install --disable-pip-version-check ./host_tools

run: $(UNIX_FIRMWARE) $(BUILD)/apps/hello.wasm $(BUILD)/apps/nbody.wasm ## build the unix firmware and two guest apps, and run them
	@firmware/show.sh $(UNIX_FIRMWARE) "import wasm; wasm.run('$(BUILD)/apps/hello.wasm')"
	@firmware/show.sh $(UNIX_FIRMWARE) "import wasm; wasm.run('$(BUILD)/apps/nbody.wasm')"

# Two apps under their grants; the tool runs from its sources.
WASMLET_TOOL = PYTHONPATH=host_tools/src $(VENV_PYTHON) -m wasmlet
DEMO := $(BUILD)/demo
DEMO_PACKAGES := $(DEMO)/weather.wasm $(DEMO)/greedy.wasm

$(DEMO)/%.wasm: $(BUILD)/apps/%.wasm apps/%/wasmlet.toml | $(VENV_TEST)
	@mkdir -p $(@D)
	@$(WASMLET_TOOL) pack $< -m apps/$*/wasmlet.toml -o $@

$(DEMO)/policy.json: apps/demo-policy.toml | $(VENV_TEST)
	@mkdir -p $(@D)
	@$(WASMLET_TOOL) policy compile $< -o $@

.PHONY: demo demo-files

demo-files: $(DEMO_PACKAGES) $(DEMO)/policy.json

demo: $(BUILD)/RPI_PICO/firmware.uf2 demo-files ## show two apps under their grants on an emulated Pico: a weather station and its bad neighbour
	@$(LEASH) $(VENV_PYTHON) boards/demo.py $< $(DEMO)

# Boards run in their emulators; the unix firmware is its own.
# DEVICES='gpio.py:Trace ...' EVENTS=file: what is attached to the board, and where it reports to.
EMULATE = $(LEASH) $(VENV_PYTHON) boards/emulate.py $(BOARD) $(IMAGE_$(BOARD)) \
	$(addprefix --device ,$(DEVICES)) $(addprefix --events ,$(EVENTS))

repl: firmware $(if $(filter-out unix,$(BOARD)),$(PACKAGES_TEST) $(VENV_TEST)) ## start the prompt of BOARD's firmware (unix, or emulated)
	@$(if $(filter unix,$(BOARD)),$(UNIX_FIRMWARE),$(EMULATE) --repl)

emulate: firmware $(PACKAGES_TEST) $(VENV_TEST) ## start BOARD's firmware in its emulator, and print the terminal to connect to
	@$(EMULATE)

# The tests call make themselves: they must not inherit this make's flags or job server. They run
# side by side, and what more than one of them needs is built before; if that fails, they run one by
# one, and those that need it say what is wrong.
TEST_BOARDS := unix QEMU_ARM QEMU_RV32 RPI_PICO RPI_PICO2
TEST_MAKE := $(MAKE) -s# by another name, or `make -n test` would run it
TEST_BUILDS = $(foreach b,$(TEST_BOARDS),$(IMAGE_$(b))) apps frozen-wasm device-wasm $(BENCH_WASM) \
	$(SPEC_BUILD)/scripts/default/.complete $(HOST_TABLE) demo-files

.PHONY: test-build

test-build: $(TEST_BUILDS)

test: $(PACKAGES_TEST) $(VENV_TEST) ## run every test; pytest's summary comes last
	@unset MAKEFLAGS MFLAGS MAKELEVEL; side_by_side="-n $(JOBS) --dist loadscope --no-loadscope-reorder"; \
	$(TEST_MAKE) assemblyscript || echo "test: without AssemblyScript"; \
	$(TEST_MAKE) -k -j$(JOBS) test-build || side_by_side=; \
	$(VENV_PYTHON) -m pytest tests --durations 10 $$side_by_side

lint: $(VENV_TEST) ## check style: ruff, codespell, clang-format
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check .
	@$(VENV_PYTHON) -m codespell_lib
	@$(CLANG_FORMAT) --dry-run --Werror $(C_FILES)

format: $(VENV_TEST) ## lay out Python and C sources as `make lint` wants them
	@$(VENV_PYTHON) -m ruff format .
	@$(CLANG_FORMAT) -i $(C_FILES)

CLANG_FORMAT := $(dir $(VENV_PYTHON))clang-format
C_FILES = $(shell find usermod_c apps tests -name '*.[ch]')

docs: $(VENV_TEST) ## write what is generated: docs/CODE.md, docs/MANIFEST.md, and all that is made of host_api.toml
	@$(VENV_PYTHON) docs/generate.py
	@$(VENV_PYTHON) docs/generate_manifest.py
	@$(VENV_PYTHON) firmware/make_api.py

clean: ## remove what was built; keep downloads and the virtual environment
	@find $(BUILD) -mindepth 1 -maxdepth 1 $(addprefix ! -name ,$(CLEAN_KEEPS)) -exec rm -rf {} + 2>/dev/null || true

distclean: ## remove everything that was generated or downloaded
	@rm -rf $(BUILD)

CLEAN_KEEPS := venv packages micropython source download zig-cache

$(BUILD)/packages/%: firmware/packages.sh
	@firmware/packages.sh $*
	@mkdir -p $(@D) && touch $@

$(VENV): apps/requirements.txt | $(PACKAGES_RUN)
	@$(STEP) "venv: making $(BUILD)/venv" $(BUILD)/log/venv.log $(PYTHON) -m venv $(BUILD)/venv
	@$(STEP) "venv: installing the guest compiler" $(BUILD)/log/venv-run.log \
		$(VENV_PYTHON) -m pip install --disable-pip-version-check -r $<
	@touch $@

$(VENV_TEST): tests/requirements.txt boards/rp2040/compile.py $(VENV)
	@$(STEP) "venv: installing what the tests need" $(BUILD)/log/venv-test.log \
		$(VENV_PYTHON) -m pip install --disable-pip-version-check -r $<
	@$(STEP) "venv: compiling the RP2040's emulator" $(BUILD)/log/venv-rp2040.log \
		$(VENV_PYTHON) boards/rp2040/compile.py
	@touch $@
