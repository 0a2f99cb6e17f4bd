#!/bin/sh
# Print the newest Python from 3.11 on that this machine has and that works. $PYTHON, when set, is the only one tried.
set -u

works() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

for name in ${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3 python}; do
    if works "$name"; then
        "$name" -c 'import sys; print(sys.executable)'
        exit 0
    fi
done

if [ -n "${PYTHON:-}" ]; then
    echo "PYTHON=$PYTHON is not a working Python of version 3.11 or newer." >&2
else
    echo "No Python of version 3.11 or newer was found. Install one (on Debian: apt-get install python3), or name one:" >&2
    echo "    make PYTHON=/path/to/python3 ..." >&2
fi
exit 1
