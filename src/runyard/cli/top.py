"""``runyard top``: the runs of a workspace, live, in a terminal."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runyard.cli.options import examples, experiment_option, workspace_options

if TYPE_CHECKING:
    from runyard.cli.top_screen import Style
    from runyard.cli.top_state import Wanted
    from runyard.client.client import Client


@click.command(
    epilog=examples(
        "runyard top",
        "runyard top -e first --metric loss --metric accuracy",
        "runyard top --filter 'status in (Running, Queued)'",
        "runyard top --once",
    )
)
@click.option("--filter", "condition", default="", metavar="CONDITION", help="Only runs of which this is true.")
@click.option("-m", "--metric", "metrics", multiple=True, metavar="NAME", help="A metric to show. Can be repeated.")
@click.option("--active", is_flag=True, help="Only runs that have not ended.")
@click.option("--include-children", is_flag=True, help="Children too.")
@click.option("--once", is_flag=True, help="Print the picture once and end: for pipes and logs.")
@experiment_option
@workspace_options
def top(
    condition: str,
    metrics: tuple[str, ...],
    active: bool,
    include_children: bool,
    once: bool,
    experiment_name: str | None,
    workspace_name: str | None,
    path: Path,
) -> None:
    """Watch runs live: their statuses, times and metrics; of the chosen one its metrics' course and its log.

    Keys: up and down choose, enter shows more, / filters, x cancels, ? lists them all, q leaves. Only lines that change are sent,
    so it is usable over a slow line. Colours go with NO_COLOR set.
    """
    from runyard.cli.connection import connect
    from runyard.cli.top_state import Wanted

    connection = connect(workspace_name, path)
    wanted = Wanted(
        filter=condition,
        experiment=experiment_name,
        active_only=active,
        with_children=include_children,
        metrics=metrics,
    )
    place = f"{connection.workspace.name} at {connection.client.endpoint.url}"
    if once:
        _print_once(connection.client, wanted, place)
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("This is no terminal. `runyard top --once` prints the picture once; `runyard run list` has data.")
    from runyard.cli.top_terminal import watch

    watch(connection.client, wanted, place, terminal_style())


def terminal_style() -> Style:
    """Return what the terminal of stdout can show."""
    from runyard.cli.top_screen import Style

    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    return Style(is_colored=not os.environ.get("NO_COLOR"), is_unicode=encoding.startswith("utf"))


def _print_once(client: Client, wanted: Wanted, place: str) -> None:
    from runyard.cli.top_feed import read_picture
    from runyard.cli.top_screen import Style, screen
    from runyard.cli.top_state import TopState, with_picture

    picture = read_picture(client, wanted)
    state = with_picture(TopState(wanted=wanted), picture)
    columns = shutil.get_terminal_size((160, 24)).columns
    _, lines = screen(
        state, columns, len(picture.runs) + 4, place=place, now=datetime.now(timezone.utc), style=Style(is_marked=False)
    )
    click.echo("\n".join(line.rstrip() for line in lines[:-1] if line.strip()))
