# SPDX-License-Identifier: MIT
#
# The processors that test programs are built for and the machines that run them. For each NAME in
# $(TARGETS): TARGET_TOOLS_NAME (prefix of the tools), TARGET_CFLAGS_NAME, TARGET_LDFLAGS_NAME,
# TARGET_SRC_NAME (sources of target.h) and TARGET_RUN_NAME (a program's name goes behind it).
# A fragment that needs them earlier than the alphabet has it includes this one; once is enough.
ifndef TARGETS
TARGETS := x86-64 cortex-m3 cortex-m4f cortex-m0plus rv32imac
TARGETS_DIR := tests/targets

TARGET_TOOLS_x86-64 :=
TARGET_CFLAGS_x86-64 :=
# Bound at start, so that no call is slow and deep just because it is the first.
TARGET_LDFLAGS_x86-64 := -Wl,-z,now
TARGET_SRC_x86-64 := $(addprefix $(TARGETS_DIR)/,host.c stack_use.c)
TARGET_RUN_x86-64 :=

TARGET_TOOLS_cortex-m3 := arm-none-eabi-
TARGET_CFLAGS_cortex-m3 := -mcpu=cortex-m3 -mthumb
TARGET_LDFLAGS_cortex-m3 := -nostartfiles -T $(TARGETS_DIR)/cortex_m.ld -Wl,--gc-sections
TARGET_SRC_cortex-m3 := $(addprefix $(TARGETS_DIR)/,cortex_m.c mps2.c semihosting.c stack_use.c)
TARGET_RUN_cortex-m3 := $(LEASH) qemu-system-arm -machine mps2-an385 -display none -monitor none -serial none \
	-icount shift=0 -semihosting-config enable=on,target=native -kernel

TARGET_TOOLS_cortex-m0plus := arm-none-eabi-
TARGET_CFLAGS_cortex-m0plus := -mcpu=cortex-m0plus -mthumb
TARGET_LDFLAGS_cortex-m0plus := $(TARGET_LDFLAGS_cortex-m3)
TARGET_SRC_cortex-m0plus := $(TARGET_SRC_cortex-m3)
TARGET_RUN_cortex-m0plus := $(TARGET_RUN_cortex-m3)

# With an FPU: FPv4-SP, and floats in core registers at calls, as MicroPython compiles for the RP2350.
TARGET_TOOLS_cortex-m4f := arm-none-eabi-
TARGET_CFLAGS_cortex-m4f := -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=softfp
TARGET_LDFLAGS_cortex-m4f := $(TARGET_LDFLAGS_cortex-m3)
TARGET_SRC_cortex-m4f := $(TARGET_SRC_cortex-m3)
TARGET_RUN_cortex-m4f := $(subst an385,an386,$(TARGET_RUN_cortex-m3))

# The older name of the ISA's version finds the right libraries in GCC 12.
TARGET_TOOLS_rv32imac := riscv64-unknown-elf-
TARGET_CFLAGS_rv32imac := -march=rv32imac -mabi=ilp32 -misa-spec=2.2 --specs=picolibc.specs
TARGET_NATIVE_CFLAGS_rv32imac := $(WL_NATIVE_RISCV_CFLAGS)
TARGET_LDFLAGS_rv32imac := -nostartfiles -T $(TARGETS_DIR)/riscv.ld -Wl,--gc-sections,--no-warn-rwx-segments
TARGET_SRC_rv32imac := $(addprefix $(TARGETS_DIR)/,riscv.c semihosting.c stack_use.c)
TARGET_RUN_rv32imac := $(LEASH) qemu-system-riscv32 -machine virt -bios none -display none -monitor none \
	-serial none -icount shift=0 -semihosting-config enable=on,target=native -kernel

# The same processors' code on machines with gigabytes of memory, not counted: TARGET_LARGE_LDFLAGS_NAME,
# TARGET_LARGE_SRC_NAME, TARGET_LARGE_RUN_NAME.
# The C library's formatting refers to its input and output, which nothing calls.
TARGET_LARGE_LDFLAGS_cortex-m3 := -nostartfiles --specs=rdimon.specs -T $(TARGETS_DIR)/cortex_m33.ld -Wl,--gc-sections
TARGET_LARGE_SRC_cortex-m3 := $(addprefix $(TARGETS_DIR)/,cortex_m.c mps3.c semihosting.c)
TARGET_LARGE_RUN_cortex-m3 := $(LEASH) qemu-system-arm -machine mps3-an524 -display none -monitor none -serial none \
	-semihosting-config enable=on,target=native -kernel

TARGET_LARGE_LDFLAGS_cortex-m0plus := $(TARGET_LARGE_LDFLAGS_cortex-m3)
TARGET_LARGE_SRC_cortex-m0plus := $(TARGET_LARGE_SRC_cortex-m3)
TARGET_LARGE_RUN_cortex-m0plus := $(TARGET_LARGE_RUN_cortex-m3)

# This machine's Cortex-M33 has neither an FPU nor DSP instructions unless told so; with both it is what an RP2350 has.
TARGET_LARGE_LDFLAGS_cortex-m4f := $(TARGET_LARGE_LDFLAGS_cortex-m3)
TARGET_LARGE_SRC_cortex-m4f := $(TARGET_LARGE_SRC_cortex-m3)
TARGET_LARGE_RUN_cortex-m4f := $(subst -machine,-global sse-200.CPU0_FPU=on -global sse-200.CPU0_DSP=on -machine,$(TARGET_LARGE_RUN_cortex-m3))

TARGET_LARGE_LDFLAGS_rv32imac := $(TARGET_LDFLAGS_rv32imac)
TARGET_LARGE_SRC_rv32imac := $(addprefix $(TARGETS_DIR)/,riscv.c semihosting.c)
TARGET_LARGE_RUN_rv32imac := $(subst -icount shift=0,-m 1536M,$(TARGET_RUN_rv32imac))
endif
