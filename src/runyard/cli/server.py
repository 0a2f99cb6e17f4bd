"""``runyard up``, ``down``, ``status`` and ``server``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from runyard.cli.options import examples
from runyard.cli.output import Output, output_options

PORT = click.IntRange(1, 65_535)


@click.command(epilog=examples("runyard up", "runyard up --port 8600"))
@click.option("--port", type=PORT, help="Listen there. Without it the port of last time, or a free one.")
def up(port: int | None) -> None:
    """Start the server of this machine in the background, unless it runs already.

    It listens on 127.0.0.1 only and keeps its data in $RUNYARD_HOME, else in ~/.runyard.
    """
    from runyard.client import embedded

    home = embedded.home_folder()
    before = embedded.status(home)
    info = embedded.start(home, port)
    if before.healthy and before.info == info:
        click.echo(f"Runyard runs already, at {info.url}")
        if port is not None and port != info.port:
            click.echo(f"It keeps its port. For port {port}: runyard down && runyard up --port {port}", err=True)
    else:
        click.echo(f"Runyard is up at {info.url}")
    click.echo(f"Data: {home}. In the browser: runyard open. A first run: runyard demo")


@click.command(epilog=examples("runyard down"))
def down() -> None:
    """Stop the server of this machine. Runs that are under way go on, and report when it is up again."""
    from runyard.client import embedded

    stopped = embedded.stop(embedded.home_folder())
    click.echo("Runyard is down. Start it again with: runyard up" if stopped else "Runyard was not running.")


@click.command(epilog=examples("runyard status", "runyard status -o json --query url"))
@output_options(default="table")
def status(output_format: str, query: str | None) -> None:
    """Tell whether the server of this machine runs. The exit code is 0 when it answers, else 1."""
    from runyard.client import embedded

    found = embedded.status(embedded.home_folder())
    Output(output_format, query).print(_status_document(found), columns=["state", "url", "version", "pid", "home"])
    if not found.healthy:
        click.get_current_context().exit(1)


def _status_document(found: Any) -> dict[str, Any]:
    info = found.info
    state = "running" if found.healthy else "not answering" if info else "stopped" if found.stopped else "not running"
    return {
        "state": state,
        "url": info.url if info else None,
        "version": info.version if info else None,
        "pid": info.pid if info else None,
        "started_at": info.started_at if info else None,
        "home": str(found.home),
    }


@click.command(epilog=examples("runyard server --port 8600", "runyard server --home /srv/runyard"))
@click.option("--port", type=PORT, help="Listen there.")
@click.option("--slots", type=click.IntRange(1), metavar="NUMBER", help="How many scripts run at once here; the others wait.")
@click.option("--gpus", metavar="IDS", help="GPUs that runs can ask for, such as 0,1,3, or none. All that there are else.")
@click.option("--home", type=click.Path(path_type=Path), help="Keep the data there instead of $RUNYARD_HOME or ~/.runyard.")
def server(port: int | None, slots: int | None, gpus: str | None, home: Path | None) -> None:
    """Run the server in the foreground, until Ctrl-C.

    Slots and GPUs can be given in RUNYARD_LOCAL_SLOTS and RUNYARD_LOCAL_GPUS too, as for the server that starts by itself.
    """
    from runyard.client import embedded

    embedded.require_server_packages()
    folder = home or embedded.home_folder()
    command = [sys.executable, "-m", "runyard.server", "--home", str(folder)]
    for name, value in (("--port", port), ("--slots", slots), ("--gpus", gpus)):
        if value is not None:
            command += [name, str(value)]
    sys.stdout.flush()
    os.execv(sys.executable, command)
