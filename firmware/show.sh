#!/bin/sh
# SPDX-License-Identifier: MIT
#
# show.sh MICROPYTHON STATEMENT: runs a statement as if typed at the prompt, and shows both.
printf '\n>>> %s\n' "$2"
exec "$1" -c "$2"
