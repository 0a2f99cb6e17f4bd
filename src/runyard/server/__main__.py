"""``python -m runyard.server --home FOLDER``: serve one home folder until told to stop."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from dataclasses import replace
from pathlib import Path

from runyard.client.embedded import SAID
from runyard.domain.compute_target import gpu_ids
from runyard.errors import RunyardError
from runyard.server.process import serve
from runyard.server.settings import Settings


def main() -> int:
    """Parse the command line and serve. Return 0 after a clean stop and 1 when the server could not start."""
    parser = argparse.ArgumentParser(prog="python -m runyard.server", description="Serve one Runyard home folder.")
    parser.add_argument(
        "--home", type=Path, default=_default_home(), help="the folder that holds everything (default: %(default)s)"
    )
    parser.add_argument("--port", type=int, default=0, help="the port; 0 takes the one of last time, else a free one")
    parser.add_argument(
        "--slots",
        type=int,
        default=int(os.environ.get("RUNYARD_LOCAL_SLOTS") or 0),
        help="how many scripts run at once on this machine; the others wait (also: RUNYARD_LOCAL_SLOTS)",
    )
    parser.add_argument(
        "--gpus",
        default=os.environ.get("RUNYARD_LOCAL_GPUS") or "",
        help="ids of the GPUs that runs can ask for, such as 0,1,3, or 'none'; left out: all that there are "
        "(also: RUNYARD_LOCAL_GPUS)",
    )
    parser.add_argument("--verbose", action="store_true", help="log every request")
    options = parser.parse_args()
    logging.basicConfig(
        level=logging.DEBUG if options.verbose else logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("runyard.access").setLevel(logging.DEBUG if options.verbose else logging.WARNING)
    try:
        # In the environment, not on the command line: the URL has a password, and every user sees command lines.
        database_url = os.environ.get("RUNYARD_DATABASE_URL") or None
        settings = Settings(home=options.home.expanduser().resolve(), port=options.port, database_url=database_url)
        gpus = gpu_ids(options.gpus) if options.gpus else None
        serve(replace(settings, local_slots=options.slots or settings.local_slots, local_gpus=gpus))
    except RunyardError as error:
        sys.stderr.write(f"{SAID}{error.message}\n")
        return 1
    return 0


def _default_home() -> Path:
    return Path(os.environ.get("RUNYARD_HOME") or Path.home() / ".runyard")


if __name__ == "__main__":
    sys.exit(main())
