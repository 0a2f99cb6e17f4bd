#!/bin/sh
# Make the virtual environment $1, with pip in it, and put the pinned uv there.
#
# Debian's python3 comes without ensurepip, so venv alone cannot install pip. Then: the python3-venv package when this is root on Debian,
# else the pip that the Python itself has, else a message that says what to install.
set -eu

venv=$1
here=$(cd "$(dirname "$0")" && pwd)
bootstrap=$here/../requirements/bootstrap.txt

give_up() {
    echo "$python cannot make a virtual environment with pip in it. Install what it lacks (on Debian: apt-get install python3-venv)" >&2
    echo "and call make again." >&2
    exit 1
}

if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c '' >/dev/null 2>&1; then
    python=$(sh "$here/find_python.sh")
    echo "Making $venv with $("$python" --version)"
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
            echo "This Python has no ensurepip: installing Debian's python$version-venv"
            apt-get update -qq </dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "python$version-venv" </dev/null >/dev/null || give_up
        fi
    fi
    if "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        "$python" -m venv --clear "$venv"
    elif "$python" -m pip --version >/dev/null 2>&1 && "$python" -m venv --clear --without-pip "$venv"; then
        "$python" -m pip --python "$venv/bin/python" install --quiet pip
    else
        give_up
    fi
fi

"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$bootstrap"
