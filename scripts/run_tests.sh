#!/bin/sh
# Run all Python tests with the Python $1: those of stores, server and browser beside all others, since each half waits a lot. What the
# second half says is printed when the first has ended. Fails when either does.
set -eu

python=$1
heavy="tests/conformance tests/e2e tests/server tests/storage"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# shellcheck disable=SC2086  # a folder a word
"$python" -m pytest -p no:cacheprovider --durations=5 $heavy >"$log" 2>&1 &
second=$!
failed=0
# shellcheck disable=SC2046
"$python" -m pytest --durations=5 $(printf -- '--ignore=%s ' $heavy) || failed=1
wait "$second" || failed=1
cat "$log"
exit $failed
