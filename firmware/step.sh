#!/bin/sh
# SPDX-License-Identifier: MIT
#
# step.sh LABEL LOG COMMAND...: prints LABEL, runs COMMAND with its output in LOG, and shows the
# end of the log only when the command fails.
label=$1
log=$2
shift 2
mkdir -p "$(dirname "$log")"
printf '%s ...\n' "$label"
"$@" >"$log" 2>&1 </dev/null
status=$?
if [ $status -ne 0 ]; then
    tail -n 40 "$log" >&2
    printf '%s: failed with exit code %s; all of the output is in %s\n' "$label" $status "$log" >&2
fi
exit $status
