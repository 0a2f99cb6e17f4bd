#!/bin/sh
# Run shell commands at the same time: side_by_side.sh COMMAND... What the first says is shown as it comes, and what each other has
# said when the ones before it have ended. Ends with 1 when any fails.
set -u

first=$1
shift
folder=$(mktemp -d)
began=
trap 'rm -rf "$folder"' EXIT
trap 'kill $began 2>/dev/null; exit 130' INT TERM
for command in "$@"; do
    number=$(($(echo "$began" | wc -w) + 1))
    sh -c "$command" >"$folder/$number" 2>&1 </dev/null &
    began="$began $!"
done
failed=0
sh -c "$first" </dev/null || failed=1
number=0
for process in $began; do
    number=$((number + 1))
    wait "$process" || failed=1
    cat "$folder/$number"
done
exit $failed
