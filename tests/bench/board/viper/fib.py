# SPDX-License-Identifier: MIT
"""The n-th Fibonacci number by definition."""

import micropython


@micropython.viper
def run(n: int) -> int:
    if n < 2:
        return n
    return int(run(n - 1)) + int(run(n - 2))
