#!/bin/sh
# Install the locked packages of $2 and then this project, editable, into the virtual environment $1.
#
# uv does not read pip's settings. A machine that gets its packages from a mirror says so to pip, by PIP_INDEX_URL or in pip.conf;
# hand that on, unless uv was told something itself.
set -eu

venv=$1
requirements=$2
pip_says() {
    # `pip config get` looks at the user's own file only; `list` at all of them.
    "$venv/bin/python" -m pip config list 2>/dev/null | sed -n "s/^global\.$1='\(.*\)'\$/\1/p" | tail -n 1
}

if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
    index=${PIP_INDEX_URL:-$(pip_says index-url)}
    if [ -n "$index" ]; then export UV_DEFAULT_INDEX="$index"; fi
fi
if [ -z "${SSL_CERT_FILE:-}" ]; then
    certificate=${PIP_CERT:-$(pip_says cert)}
    if [ -n "$certificate" ]; then export SSL_CERT_FILE="$certificate"; fi
fi
export UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}" UV_NO_PROGRESS=1

uv() {
    "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" "$@"
}

uv --require-hashes -r "$requirements"
uv --no-deps --no-build-isolation --reinstall-package runyard -e .
