# SPDX-License-Identifier: MIT
"""What ends the tool."""

FAILED, USAGE = 1, 2


class ToolError(Exception):
    """Something that ends the tool: the text for the user, and its exit code."""

    def __init__(self, message, exit_code=USAGE):
        super().__init__(message)
        self.exit_code = exit_code
