#!/bin/sh
# Make sure that a Chromium is there for the end-to-end tests. As root on Debian it is installed; else a message says how.
set -eu

for name in "${RUNYARD_CHROMIUM:-chromium}" chromium google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Debian's chromium for the end-to-end tests"
    apt-get update -qq </dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium </dev/null >/dev/null
    exit 0
fi
echo "The end-to-end tests need Chromium: install it (on Debian: apt-get install chromium), or name one in RUNYARD_CHROMIUM." >&2
echo "Without it, 'make unit' runs all the other tests." >&2
exit 1
