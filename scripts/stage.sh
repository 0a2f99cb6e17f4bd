#!/bin/sh
# Run a stage of the tests: stage.sh NAME COMMAND... Print its name before it and its time after it.
set -u

name=$1
shift
echo "=== $name"
began=$(date +%s)
"$@"
code=$?
took=$(($(date +%s) - began))
if [ "$code" -eq 0 ]; then
    echo "=== $name: ok, $took s"
else
    echo "=== $name: FAILED after $took s" >&2
fi
exit "$code"
