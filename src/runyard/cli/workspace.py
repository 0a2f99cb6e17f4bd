"""``runyard workspace``."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from runyard.cli.options import examples, path_option, profile_option
from runyard.cli.output import Output, output_options

COLUMNS = ["name", "created_at", "description", "tags"]


@click.group()
def workspace() -> None:
    """List and create workspaces."""


@workspace.command("list", epilog=examples("runyard workspace list -o table", "runyard workspace list --query '[].name'"))
@path_option
@profile_option
@output_options()
def list_workspaces(path: Path, output_format: str, query: str | None) -> None:
    """List the workspaces of the server."""
    from runyard.cli.connection import connect

    found = connect(None, path).client.workspaces.list()
    Output(output_format, query).print([dataclasses.asdict(each) for each in found], COLUMNS)


@workspace.command(epilog=examples("runyard workspace create -w vision"))
@click.option("-w", "--workspace-name", "name", required=True, metavar="NAME", help="Workspace to create.")
@path_option
@profile_option
@output_options()
def create(name: str, path: Path, output_format: str, query: str | None) -> None:
    """Create a workspace; one that is there stays as it is. `runyard folder attach -w NAME` ties a project folder to it."""
    from runyard.cli.connection import connect
    from runyard.domain.workspace import require_workspace_name

    Output(output_format, query).print(
        dataclasses.asdict(connect(None, path).client.workspaces.ensure(require_workspace_name(name)))
    )
