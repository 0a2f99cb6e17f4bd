"""What programs have left on this machine that the server has not got: they were killed, or it was away."""

from __future__ import annotations

from pathlib import Path

from runyard.client.client import Client
from runyard.client.endpoint import Endpoint
from runyard.client.recorder import ServerSink
from runyard.client.run_end import ends_in, send_ends, workspace_of_end
from runyard.client.sending import DrainReport, drain, journals_in, workspace_of


def has_left(root: Path) -> bool:
    """True when there are journals below ``root``, of living programs or dead ones, or ends of runs."""
    return root.is_dir() and bool(journals_in(root) or ends_in(root))


def send_left(root: Path, endpoint: Endpoint, *, until: float = float("inf")) -> list[tuple[str, DrainReport]]:
    """Send what dead programs left below ``root``, and how their runs ended; return a report for each workspace.

    ``until`` is a time of ``time.monotonic()``. What living programs have is left to them.
    """
    by_workspace: dict[str, tuple[list[Path], list[Path]]] = {}
    for path in journals_in(root):
        by_workspace.setdefault(workspace_of(path), ([], []))[0].append(path)
    for path in ends_in(root):
        by_workspace.setdefault(workspace_of_end(path), ([], []))[1].append(path)
    reports = []
    for name, (journals, ends) in sorted(by_workspace.items()):
        client = Client(endpoint, name, retry_s=0)
        sink = ServerSink(client)
        report = drain(journals, sink, until=until)
        report.failures += [] if report.is_away else send_ends(ends, client, sink.server)
        reports.append((name, report))
    return reports
