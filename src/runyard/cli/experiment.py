"""``runyard experiment``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from runyard.cli.completion import complete_experiment
from runyard.cli.options import examples, given_text, parse_pairs, workspace_options
from runyard.cli.output import Output, output_options
from runyard.cli.progress import working
from runyard.cli.run_bin import confirm, yes_option

name_option = click.option(
    "-e", "--experiment-name", "name", required=True, metavar="NAME", help="Experiment.", shell_complete=complete_experiment
)


binned_option = click.option(
    "-e", "--experiment-name", "name", required=True, metavar="NAME", help="Experiment in the bin: its name, or its id."
)


@click.group()
def experiment() -> None:
    """List, describe, archive, delete and bring back experiments."""


@experiment.command(
    "list", epilog=examples("runyard experiment list -o table", "runyard experiment list --view ArchivedOnly --query '[].name'")
)
@click.option(
    "--view",
    type=click.Choice(["ActiveOnly", "ArchivedOnly", "All", "Deleted"], case_sensitive=False),
    metavar="ActiveOnly|ArchivedOnly|All|Deleted",
    default="ActiveOnly",
    show_default=True,
    help="Archived ones, or the bin.",
)
@workspace_options
@output_options()
def list_experiments(view: str, workspace_name: str | None, path: Path, output_format: str, query: str | None) -> None:
    """List experiments, the one with the newest run first."""
    from runyard.cli.connection import connect
    from runyard.cli.record import EXPERIMENT_COLUMNS, experiment_document
    from runyard.domain.experiment import ExperimentView

    client = connect(workspace_name, path).client
    found = client.experiments.iterate(view=next(each for each in ExperimentView if each.value.lower() == view.lower()))
    Output(output_format, query).print([experiment_document(each) for each in found], EXPERIMENT_COLUMNS)


@experiment.command(epilog=examples("runyard experiment show -e first"))
@name_option
@workspace_options
@output_options()
def show(name: str, workspace_name: str | None, path: Path, output_format: str, query: str | None) -> None:
    """Show an experiment. Of several archived ones of a name it is the one that was archived last."""
    from runyard.cli.connection import connect
    from runyard.cli.record import experiment_document

    Output(output_format, query).print(experiment_document(connect(workspace_name, path).client.experiments.get(name)))


@experiment.command(
    epilog=examples(
        "runyard experiment update -e first --add-tag team=vision", "runyard experiment update -e first --description 'Warm-up'"
    )
)
@name_option
@click.option("--add-tag", "tags", multiple=True, metavar="KEY[=VALUE]", help="A tag to set. Can be repeated.")
@click.option("--remove-tag", "removed", multiple=True, metavar="KEY", help="A tag to take away. Can be repeated.")
@click.option("--description", metavar="TEXT", help="Markdown; @FILE reads a file, - reads stdin, an empty text removes it.")
@workspace_options
@output_options()
def update(
    name: str,
    tags: tuple[str, ...],
    removed: tuple[str, ...],
    description: str | None,
    workspace_name: str | None,
    path: Path,
    output_format: str,
    query: str | None,
) -> None:
    """Change tags or description of an experiment, and show it."""
    if not (tags or removed or description is not None):
        raise click.UsageError("Say what to change: --add-tag, --remove-tag or --description.")
    changes: dict[str, Any] = {
        "set_tags": parse_pairs(tags),
        "remove_tags": list(removed),
        "description": given_text(description, "--description"),
    }
    _update(name, workspace_name, path, Output(output_format, query), **changes)


@experiment.command(epilog=examples("runyard experiment archive -e first"))
@name_option
@workspace_options
@output_options()
def archive(name: str, workspace_name: str | None, path: Path, output_format: str, query: str | None) -> None:
    """Hide an experiment and its runs from lists. Nothing is deleted."""
    _update(name, workspace_name, path, Output(output_format, query), archived=True)


@experiment.command(epilog=examples("runyard experiment reactivate -e first"))
@name_option
@workspace_options
@output_options()
def reactivate(name: str, workspace_name: str | None, path: Path, output_format: str, query: str | None) -> None:
    """Show an archived experiment again."""
    _update(name, workspace_name, path, Output(output_format, query), archived=False)


@experiment.command(epilog=examples("runyard experiment delete -e scratch", "runyard experiment delete -e scratch --yes"))
@name_option
@yes_option
@workspace_options
def delete(name: str, yes: bool, workspace_name: str | None, path: Path) -> None:
    """Put an experiment and its runs into the bin. The runs must have ended. Its name is free for a new one."""
    from runyard.cli.connection import connect

    client = connect(workspace_name, path).client
    found = client.experiments.get(name)
    confirm(f"Put the experiment {name} and its {found.run_count} runs into the bin?", yes)
    client.experiments.delete(name)
    click.echo(f"Experiment {name} is in the bin. Bring it back with: runyard experiment restore -e {name}")


@experiment.command(epilog=examples("runyard experiment list --view Deleted -o table", "runyard experiment restore -e scratch"))
@binned_option
@workspace_options
@output_options()
def restore(name: str, workspace_name: str | None, path: Path, output_format: str, query: str | None) -> None:
    """Bring an experiment back from the bin. The runs that went with it come too.

    Of several of a name it is the one that was deleted last; an id names another.
    """
    from runyard.cli.connection import connect
    from runyard.cli.record import experiment_document

    client = connect(workspace_name, path).client
    Output(output_format, query).print(experiment_document(client.experiments.restore(name)))


@experiment.command(epilog=examples("runyard experiment purge -e scratch --yes"))
@binned_option
@yes_option
@workspace_options
@output_options()
def purge(name: str, yes: bool, workspace_name: str | None, path: Path, output_format: str, query: str | None) -> None:
    """Remove an experiment in the bin and its runs for good. Their files go with `runyard gc`."""
    from runyard.cli.connection import connect

    client = connect(workspace_name, path).client
    confirm(f"Remove the experiment {name} and its runs for good?", yes)
    with working("Removing the experiment for good"):
        gone = client.experiments.purge(name)
    Output(output_format, query).print({"purged_runs": gone})


def _update(name: str, workspace_name: str | None, path: Path, output: Output, **changes: Any) -> None:
    from runyard.cli.connection import connect
    from runyard.cli.record import experiment_document
    from runyard.wire.experiment import UpdateExperimentRequest

    client = connect(workspace_name, path).client
    output.print(experiment_document(client.experiments.update(name, UpdateExperimentRequest(**changes))))
