#!/bin/sh
# Open MPI and mpi4py, for the tests of MPI runs: as root with apt-get, else it says what is missing. The tests skip without them.
set -eu
venv=${1:-.venv}
if ! command -v mpirun >/dev/null; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "No mpirun here. Install Open MPI (Debian: apt-get install openmpi-bin libopenmpi-dev); its tests are skipped."
        exit 0
    fi
    echo "Installing Open MPI"
    apt-get update -q >/dev/null 2>&1 || true
    apt-get install -q -y openmpi-bin libopenmpi-dev >/dev/null 2>&1 || { echo "Open MPI cannot be installed here; its tests are skipped."; exit 0; }
fi
"$venv/bin/python" -c "import mpi4py" 2>/dev/null || "$venv/bin/python" -m pip install -q "mpi4py>=4,<5" || echo "mpi4py cannot be installed here; its tests are skipped."
