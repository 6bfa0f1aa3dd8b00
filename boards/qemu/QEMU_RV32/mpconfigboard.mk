# SPDX-License-Identifier: MIT
#
# rv32imac, what ESP32-C3 and C6 execute: QEMU's virt.

QEMU_ARCH = riscv32
QEMU_MACHINE = virt
QEMU_BOARD_C = virt.c
# With the newer specification GCC 12 wants zicsr in the name, and then links a 64-bit library.
RV32_ARCH = rv32imac -misa-spec=2.2
include $(BOARD_DIR)/../board.mk

CFLAGS += -DQEMU_SOC_VIRT -DMICROPY_HW_MCU_NAME='"rv32imac"'
SRC_BOARD_O += shared/runtime/gchelper_native.o shared/runtime/gchelper_rv32i.o
MPY_CROSS_FLAGS += -march=rv32imc
