"""``python -m runyard.runner``: carries out the run that the environment names, in the current folder."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from runyard.errors import RunyardError
from runyard.runner.settings import RunnerSettings, settings_from
from runyard.runner.system_logs import LOGGER, log_layout

if TYPE_CHECKING:
    from runyard.runner.node_group.follower import Follower
    from runyard.runner.session import Session

log = logging.getLogger("runyard.runner")


def main() -> int:
    """Return 0 when the server knows how the run has ended, 1 when it doesn't, 2 when the runner was started wrongly."""
    _log_to_stderr()
    try:
        settings = settings_from(os.environ, Path.cwd())
    except RunyardError as error:
        log.error("%s", error)
        return 2
    log.info("run %s, process %d, server %s", settings.run_id, os.getpid(), settings.url)
    try:
        return _part(settings).run()
    except RunyardError as error:
        log.error("%s", error)
        return 1


def _part(settings: RunnerSettings) -> Session | Follower:
    """Return what this node does. Its modules are loaded now: those of the other part would hold the script up."""
    if settings.node == 0:
        from runyard.runner.session import Session

        return Session(settings, dict(os.environ))
    from runyard.runner.node_group.follower import Follower

    return Follower(settings, dict(os.environ))


def _log_to_stderr() -> None:
    # The engine has connected it with runner.log.
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(log_layout())
    root = logging.getLogger(LOGGER)
    root.addHandler(lines)
    root.setLevel(logging.INFO)


if __name__ == "__main__":
    sys.exit(main())
