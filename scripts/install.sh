#!/bin/sh
# Install the locked packages of $2 and then this project, editable, into the virtual environment $1.
set -eu

venv=$1
requirements=$2
. "$(dirname "$0")/network.sh"

uv() {
    "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" "$@"
}

uv --require-hashes -r "$requirements"
uv --no-deps --no-build-isolation --reinstall-package runyard -e .
