# SPDX-License-Identifier: MIT
#
# Read by upstream's qemu port through a board's mpconfigboard.mk: what both boards are built from.
# The sources are found on the path of the user module, which is the repository's root.

QEMU_ROOT := $(abspath $(BOARD_DIR)/../../..)

# Of 4 MB of RAM; mpconfig.h has the arena for guests.
MICROPY_HEAP_SIZE ?= 1048576
MICROPY_VFS_LFS2 = 1

CFLAGS += -DMP_CONFIGFILE='"boards/qemu/mpconfig.h"' -DBOARD_NAME='"Wasmlet $(notdir $(BOARD_DIR))"'
CFLAGS += -I$(QEMU_ROOT) -I$(TOP)
CFLAGS += $(addprefix -DWASM_ARENA_BYTES=,$(WASM_ARENA_BYTES))
LDFLAGS += -Wl,--wrap=uart_rx_chr -Wl,--wrap=mp_hal_stdio_poll

# A change of these asks for other names.
QSTR_GLOBAL_DEPENDENCIES += $(QEMU_ROOT)/boards/qemu/mpconfig.h

LDSCRIPT = $(BOARD_DIR)/link.ld

SRC_C += $(addprefix boards/qemu/,board.c stdio.c pin.c disk.c $(QEMU_BOARD_C))
