#!/bin/sh
# Build the Studio into the server with the npm of the virtual environment $1. What the build says is shown when it fails.
set -eu

venv=$(cd "$1" && pwd)
PATH="$venv/node/bin:$venv/bin:$PATH"
said=$(mktemp)
trap 'rm -f "$said"' EXIT

cd "$(dirname "$0")/../studio"
if ! npm run build --no-update-notifier </dev/null >"$said" 2>&1; then
    cat "$said" >&2
    exit 1
fi
