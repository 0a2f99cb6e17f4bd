"""``runyard run events``."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from runyard.cli.options import examples, experiment_option, run_option, workspace_options
from runyard.cli.output import Output, output_options

COLUMNS = ["at", "kind", "author", "status", "reason", "detail"]


@click.command(
    epilog=examples(
        "runyard run events -r RUN_ID -o table", "runyard run events -r RUN_ID --query \"[?kind=='tags'].[at, author, detail]\""
    )
)
@run_option
@experiment_option
@workspace_options
@output_options()
def events(
    run_id: str, experiment_name: str | None, workspace_name: str | None, path: Path, output_format: str, query: str | None
) -> None:
    """List what was done to a run, the oldest first: changes of its status, and who changed what of it, and when."""
    from runyard.cli.connection import connect
    from runyard.cli.run import find_run

    client = connect(workspace_name, path).client
    record = find_run(client, run_id, experiment_name)
    rows = [{**dataclasses.asdict(each), "status": each.status.value} for each in client.runs.events(record.id)]
    Output(output_format, query).print(rows, COLUMNS)
