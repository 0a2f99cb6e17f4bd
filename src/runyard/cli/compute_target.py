"""``runyard computetarget``."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from runyard.cli.completion import complete_target
from runyard.cli.options import examples, workspace_options
from runyard.cli.output import Output, output_options

COLUMNS = ["name", "engine", "state", "active_runs", "queued_runs", "slots", "gpus_used", "gpus"]


@click.group()
def compute_target() -> None:
    """List and show compute targets."""


@compute_target.command("list", epilog=examples("runyard computetarget list -o table"))
@workspace_options
@output_options()
def list_targets(workspace_name: str | None, path: Path, output_format: str, query: str | None) -> None:
    """List what can run scripts: machines and clusters. How many runs each has stands beside it."""
    from runyard.cli.connection import connect

    found = connect(workspace_name, path).client.compute_targets.list()
    Output(output_format, query).print([dataclasses.asdict(each) for each in found], COLUMNS)


@compute_target.command(epilog=examples("runyard computetarget show -n local"))
@click.option("-n", "--name", required=True, metavar="NAME", help="Compute target.", shell_complete=complete_target)
@click.option("-v", "--verbose", is_flag=True, hidden=True, expose_value=False)
@workspace_options
@output_options()
def show(name: str, workspace_name: str | None, path: Path, output_format: str, query: str | None) -> None:
    """Show a compute target."""
    from runyard.cli.connection import connect
    from runyard.errors import ComputeTargetNotFoundError

    found = {each.name: each for each in connect(workspace_name, path).client.compute_targets.list()}
    if name not in found:
        raise ComputeTargetNotFoundError(f"There is no compute target {name!r}. There are: {', '.join(found)}.", name=name)
    Output(output_format, query).print(dataclasses.asdict(found[name]))
