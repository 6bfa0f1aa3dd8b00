# SPDX-License-Identifier: MIT
#
# The user module for MicroPython's Make ports: USER_C_MODULES names the folder above this one.
# The glue is scanned for interned strings; the engine knows nothing of MicroPython and is not.

WASMLET_DIR := $(USERMOD_DIR)
include $(WASMLET_DIR)/flags.mk

SRC_USERMOD_C += $(wildcard $(WASMLET_DIR)/glue/*.c)
SRC_USERMOD_LIB_C += $(filter-out %/wl_disasm.c,$(wildcard $(WASMLET_DIR)/engine/*.c))
CFLAGS_USERMOD += -I$(WASMLET_DIR)/engine -I$(WASMLET_DIR)/glue

# Private, so that headers which are generated on the way keep the port's own flags. Warnings that
# a compiler unknown here may add must not stop a firmware from being built; the tests are strict.
WASMLET_OBJ := $(BUILD)/$(notdir $(WASMLET_DIR))
$(WASMLET_OBJ)/engine/%.o: private CFLAGS += $(WL_CFLAGS) -Wno-error
$(WASMLET_OBJ)/engine/wl_interp.o: private CFLAGS += $(WL_INTERP_CFLAGS)
# Ports choose their compiler after this file: it is asked when the rule is used.
$(patsubst $(WASMLET_DIR)/%.c,$(WASMLET_OBJ)/%.o,$(wildcard $(WASMLET_DIR)/engine/wl_native*.c)): private CFLAGS += \
	$(if $(findstring riscv,$(shell $(CC) -dumpmachine)),$(WL_NATIVE_RISCV_CFLAGS))
$(WASMLET_OBJ)/glue/%.o: private CFLAGS += -std=gnu11 -Wshadow

# Machine code that is kept in flash goes with one state of the engine's sources, by their checksum.
WASMLET_ENGINE := $(sort $(wildcard $(WASMLET_DIR)/engine/*))
WASMLET_SUM := $(firstword $(shell cat $(WASMLET_ENGINE) | cksum))
$(WASMLET_OBJ)/engine/wl_image.o: private CFLAGS += -DWL_BUILD=$(WASMLET_SUM)u
$(WASMLET_OBJ)/engine/wl_image.o: $(WASMLET_ENGINE)

$(patsubst $(WASMLET_DIR)/%.c,$(WASMLET_OBJ)/%.o,$(wildcard $(WASMLET_DIR)/*/*.c)): \
	$(WASMLET_DIR)/flags.mk $(WASMLET_DIR)/micropython.mk
