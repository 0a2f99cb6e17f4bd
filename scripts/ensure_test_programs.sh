#!/bin/sh
# Make sure that the programs are there that the tests call: git, PostgreSQL, Open MPI, Podman, and a Chromium for the end-to-end tests.
# As root on Debian what is missing is installed; else a message says what to install.
set -eu

missing=
command -v git >/dev/null 2>&1 || missing="git"
command -v "${RUNYARD_CHROMIUM:-chromium}" >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
# Debian keeps PostgreSQL's programs off the path.
command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v mpirun >/dev/null 2>&1 || missing="$missing openmpi-bin"
# A container engine: Docker where it runs, else Podman, with a runtime that knows older control groups too.
docker version >/dev/null 2>&1 || command -v podman >/dev/null 2>&1 || missing="$missing podman runc catatonit"
if [ -z "$missing" ]; then exit 0; fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Debian packages that the tests need: $missing"
    apt-get update -qq </dev/null
    # $missing holds several words
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing </dev/null >/dev/null
    exit 0
fi
echo "The tests need: $missing. Install it (on Debian: apt-get install $missing)." >&2
echo "A Chromium under another name can be given in RUNYARD_CHROMIUM. 'make unit' needs no Chromium." >&2
exit 1
