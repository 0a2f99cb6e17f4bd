#!/bin/sh
# Run all Python tests with the Python $1: first, and alone, those that measure what a newcomer waits for; then all others in two halves
# of about the same length side by side, since each waits a lot. Fails when any does.
set -eu

python=$1
alone="tests/e2e/test_first_ten_seconds.py"
second_half="tests/cli tests/conformance tests/e2e tests/examples tests/server tests/storage"
scripts=$(dirname "$0")
TESTS_SHARED_FOLDER=$(mktemp -d) # what all need, such as the wheel, is made once
export TESTS_SHARED_FOLDER
trap 'rm -rf "$TESTS_SHARED_FOLDER"' EXIT

failed=0
"$python" -m pytest -p no:cacheprovider $alone || failed=1
# shellcheck disable=SC2046  # an option a folder
sh "$scripts/side_by_side.sh" \
    "'$python' -m pytest --durations=10 $(echo $(printf -- '--ignore=%s ' $second_half))" \
    "'$python' -m pytest -p no:cacheprovider --durations=10 --ignore=$alone $second_half" || failed=1
exit $failed
