"""The run of the submitted script that this program is."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping

from runyard.client.client import Client
from runyard.sdk.connection import run_endpoint
from runyard.sdk.run import Run, context_run
from runyard.sdk.workspace import Workspace

_NEEDED = ("RUNYARD_RUN_ID", "RUNYARD_RUN_TOKEN", "RUNYARD_URL", "RUNYARD_WORKSPACE", "RUNYARD_EXPERIMENT")
_PATIENCE_S = 60.0
"""How long a script waits for a server that is being started anew: longer than a user at a keyboard does."""

_LOCK = threading.Lock()
_OPEN: dict[str, Run] = {}


def is_submitted(environment: Mapping[str, str] | None = None) -> bool:
    """True when the runner has started this program."""
    variables = os.environ if environment is None else environment
    return all(variables.get(name) for name in _NEEDED)


def open_context() -> Run | None:
    """Return the run that the environment names, the same handle each time; None when it names none."""
    if not is_submitted():
        return None
    run_id = os.environ["RUNYARD_RUN_ID"]
    with _LOCK:
        if run_id not in _OPEN:
            client = Client(run_endpoint(os.environ), os.environ["RUNYARD_WORKSPACE"], retry_s=_PATIENCE_S)
            workspace = Workspace._around(client)
            _OPEN[run_id] = context_run(workspace._experiment(os.environ["RUNYARD_EXPERIMENT"]), run_id)
        return _OPEN[run_id]


def _after_fork() -> None:
    global _LOCK
    _LOCK = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

Run._context_opener = staticmethod(open_context)
