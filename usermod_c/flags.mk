# SPDX-License-Identifier: MIT
#
# How the engine is compiled, in one place: read by the root Makefile, by micropython.mk and, as
# text, by micropython.cmake. Keep each on one line of plain words.

# Contraction to fused multiply-add would change results from target to target.
WL_CFLAGS := -std=gnu11 -O2 -ffp-contract=off -Wall -Wextra -Wconversion -Wshadow -Wdouble-promotion

# Both passes merge the handlers' ends into shared code and so undo direct dispatch.
WL_INTERP_CFLAGS := -fno-gcse -fno-crossjumping
