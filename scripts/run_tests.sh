#!/bin/sh
# Run all Python tests with the Python $1: first, and alone, those that measure what a newcomer waits for; then all others in three parts
# of about the same length side by side, since each waits a lot. Up to three tests that failed are tried once more,
# alone, and named. Fails when one fails again, or when more did.
set -u

python=$1
alone="tests/e2e/test_first_ten_seconds.py"
second="tests/client tests/conformance tests/examples tests/server tests/storage"
third="tests/cli tests/e2e"
scripts=$(dirname "$0")
TESTS_SHARED_FOLDER=$(mktemp -d) # what all need, such as the wheel, is made once
export TESTS_SHARED_FOLDER
trap 'rm -rf "$TESTS_SHARED_FOLDER"' EXIT
trap 'exit 130' INT TERM

# What runs pytest with the arguments $2, and keeps its exit code and what failed in the folder of the part $1.
part() {
    folder="$TESTS_SHARED_FOLDER/parts/$1"
    mkdir -p "$folder"
    echo "'$python' -m pytest -o cache_dir='$folder' --durations=10 $2; code=\$?; echo \$code >'$folder/exit-code'; exit \$code"
}

failed=0
sh -c "$(part alone "$alone")" || failed=1
# shellcheck disable=SC2046,SC2086  # a folder a word
sh "$scripts/side_by_side.sh" \
    "$(part first "$(echo $(printf -- '--ignore=%s ' $second $third))")" \
    "$(part second "$second")" \
    "$(part third "--ignore=$alone $third")" || failed=1
[ $failed = 0 ] || "$python" "$scripts/try_alone.py" "$TESTS_SHARED_FOLDER/parts"
