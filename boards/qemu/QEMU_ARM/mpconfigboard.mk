# SPDX-License-Identifier: MIT
#
# A Cortex-M3: QEMU's mps2-an385.

QEMU_ARCH = arm
QEMU_MACHINE = mps2-an385
QEMU_BOARD_C = mps2.c
include $(BOARD_DIR)/../board.mk

CFLAGS += -mthumb -mcpu=cortex-m3 -mfloat-abi=soft
CFLAGS += -DQEMU_SOC_MPS2 -DMICROPY_HW_MCU_NAME='"Cortex-M3"'
SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb2.o
MPY_CROSS_FLAGS += -march=armv7m
