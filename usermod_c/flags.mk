# SPDX-License-Identifier: MIT
#
# How the engine is compiled, in one place: read by the root Makefile, by micropython.mk and, as
# text, by micropython.cmake. Keep each on one line of plain words.

# Contraction to fused multiply-add would change results from target to target.
WL_CFLAGS := -std=gnu11 -Os -ffp-contract=off -Wall -Wextra -Wconversion -Wshadow -Wdouble-promotion

# What makes machine code, on RISC-V: registers are saved and restored by calls, which takes a twentieth off it.
WL_NATIVE_RISCV_CFLAGS := -msave-restore

# For computed goto: these passes merge the handlers' ends into shared code, or keep values in
# registers that the handlers need (13 % of the interpreter's size on Cortex-M0+, a quarter of its
# stack accesses).
WL_INTERP_CFLAGS := -O2 -fno-gcse -fno-crossjumping -fno-tree-pre -fno-reorder-blocks -fno-ivopts -fno-tree-vrp -fno-align-functions -fno-align-labels -fno-align-jumps
