"""``runyard experiment``."""

from __future__ import annotations

from pathlib import Path

import click

from runyard.cli.options import workspace_options
from runyard.cli.output import Output, output_options


@click.group()
def experiment() -> None:
    """List experiments."""


@experiment.command("list")
@click.option(
    "--view",
    type=click.Choice(["ActiveOnly", "ArchivedOnly", "All"], case_sensitive=False),
    default="ActiveOnly",
    show_default=True,
    help="Which ones.",
)
@workspace_options
@output_options()
def list_experiments(view: str, workspace_name: str | None, path: Path, output_format: str, query: str | None) -> None:
    """List the experiments of a workspace, the one with the newest run first."""
    from runyard.cli.connection import connect
    from runyard.cli.record import EXPERIMENT_COLUMNS, experiment_document
    from runyard.domain.experiment import ExperimentView

    client = connect(workspace_name, path).client
    found = client.experiments.iterate(view=ExperimentView(view))
    Output(output_format, query).print([experiment_document(each) for each in found], EXPERIMENT_COLUMNS)
