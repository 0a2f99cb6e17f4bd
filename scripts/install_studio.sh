#!/bin/sh
# Install the Studio's locked packages with the npm of the virtual environment $1.
set -eu

venv=$(cd "$1" && pwd)
. "$(dirname "$0")/network.sh"
PATH="$venv/node/bin:$PATH"

cd "$(dirname "$0")/../studio"
npm ci --no-audit --no-fund --no-update-notifier --loglevel=error </dev/null >/dev/null
