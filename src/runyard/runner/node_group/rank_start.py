"""Starts one rank of an MPI run, on the node where it belongs, with a log of its own.

This file is executed by path, by the interpreter of the *user's* environment, which may be another Python without Runyard:
it uses the standard library only, and nothing newer than Python 3.7.

    mpirun -np N <interpreter> rank_start.py <ranks.json>
"""
# ruff: noqa: PTH105, PTH123

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any


def main() -> int:
    """Run the rank that Open MPI has given this process; return its exit code."""
    rank = os.environ["OMPI_COMM_WORLD_RANK"]
    with open(sys.argv[1], encoding="utf-8") as source:
        place = json.load(source)[rank]
    environment = dict(os.environ)
    environment.pop("TMPDIR", None)  # Open MPI's, not the script's
    environment.update(place["variables"])
    # Parts of the launcher's own environment that belong to this file, not to the script.
    with open(place["log"], "ab") as log:
        child = subprocess.Popen(
            place["command"], cwd=place["folder"], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    told = []

    def forward(number: int, frame: FrameType | None) -> None:
        told.append(number)
        child.send_signal(number)

    signal.signal(signal.SIGTERM, forward)
    signal.signal(signal.SIGINT, forward)
    _note(place["status"], {"pid": child.pid, "status": "Started"})
    code = child.wait()
    status = "Terminated" if told else "Completed" if code == 0 else "Failed"
    _note(place["status"], {"pid": child.pid, "status": status, "exit_code": code, "ended_at": time.time()})
    return code if code >= 0 else 128 - code


def _note(path: str, facts: dict[str, Any]) -> None:
    with open(path + ".part", "w", encoding="utf-8") as out:
        json.dump(facts, out)
    os.replace(path + ".part", path)


if __name__ == "__main__":
    sys.exit(main())
