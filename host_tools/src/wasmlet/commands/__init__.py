# SPDX-License-Identifier: MIT
"""The commands, one a file: `add` to the parser, `run` with its arguments and a console."""
