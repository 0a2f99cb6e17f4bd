#!/bin/sh
# Run all Python tests with the Python $1: in two halves of about the same length side by side, since each waits a lot. What the second
# half says is printed when the first has ended. Fails when either does.
set -eu

python=$1
second_half="tests/cli tests/conformance tests/e2e tests/server tests/storage"
log=$(mktemp)
TESTS_SHARED_FOLDER=$(mktemp -d) # what both halves need, such as the wheel, is made once
export TESTS_SHARED_FOLDER
trap 'rm -rf "$log" "$TESTS_SHARED_FOLDER"' EXIT

# shellcheck disable=SC2086  # a folder a word
"$python" -m pytest -p no:cacheprovider --durations=5 $second_half >"$log" 2>&1 &
second=$!
failed=0
# shellcheck disable=SC2046
"$python" -m pytest --durations=5 $(printf -- '--ignore=%s ' $second_half) || failed=1
wait "$second" || failed=1
cat "$log"
exit $failed
