#!/bin/sh
# Run all Python tests with the Python $1: first, and alone, those that measure what a newcomer waits for; then all others in three parts
# of about the same length side by side, since each waits a lot. Fails when any does.
set -eu

python=$1
alone="tests/e2e/test_first_ten_seconds.py"
second="tests/client tests/conformance tests/examples tests/server tests/storage"
third="tests/cli tests/e2e"
scripts=$(dirname "$0")
TESTS_SHARED_FOLDER=$(mktemp -d) # what all need, such as the wheel, is made once
export TESTS_SHARED_FOLDER
trap 'rm -rf "$TESTS_SHARED_FOLDER"' EXIT

failed=0
"$python" -m pytest -p no:cacheprovider $alone || failed=1
# shellcheck disable=SC2046,SC2086  # a folder a word
sh "$scripts/side_by_side.sh" \
    "'$python' -m pytest --durations=10 $(echo $(printf -- '--ignore=%s ' $second $third))" \
    "'$python' -m pytest -p no:cacheprovider --durations=10 $second" \
    "'$python' -m pytest -p no:cacheprovider --durations=10 --ignore=$alone $third" || failed=1
exit $failed
