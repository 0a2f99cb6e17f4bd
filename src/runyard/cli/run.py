"""``runyard run``: the group, and the commands that look at runs and change them."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runyard.cli.lazy import LazyCommand, LazyGroup
from runyard.cli.options import experiment_option, parse_pairs, run_option, workspace_options
from runyard.cli.output import Output, output_options

if TYPE_CHECKING:
    from runyard.client.client import Client
    from runyard.domain.run import RunRecord

COMMANDS = {
    "submit-script": LazyCommand("runyard.cli.submit", "submit_script", "Run a script and stream its output."),
    "list": LazyCommand("runyard.cli.run", "list_runs", "List runs, newest first."),
    "show": LazyCommand("runyard.cli.run", "show", "Show a run with all that is known of it."),
    "update": LazyCommand("runyard.cli.run", "update", "Set tags of a run."),
    "cancel": LazyCommand("runyard.cli.run", "cancel", "Stop a run and its children."),
    "monitor-logs": LazyCommand("runyard.cli.logs", "monitor_logs", "Stream the log of a run until it ends."),
    "download-logs": LazyCommand("runyard.cli.logs", "download_logs", "Copy the log files of a run into a folder."),
}

LAST_DEFAULT = 10
PAGE = 200


@click.command(cls=LazyGroup, lazy=COMMANDS)
def run() -> None:
    """Submit, list, show, watch and cancel runs."""


@click.command("list")
@click.argument("words", nargs=-1, metavar="[JMESPATH]")
@experiment_option
@click.option("--last", type=click.IntRange(1), help=f"How many. {LAST_DEFAULT} where nothing is queried, else all.")
@click.option("--status", metavar="STATUS", help="Only runs in this status, such as Failed.")
@click.option("--tags", multiple=True, metavar="KEY[=VALUE]", help="Only runs with this tag. Can be given several times.")
@click.option("--parent-run-id", metavar="RUN_ID", help="Only children of this run.")
@click.option("--compute-target-name", metavar="NAME", help="Only runs on this compute target.")
@click.option("--minimal", is_flag=True, help="Seven keys of each run.")
@workspace_options
@output_options()
def list_runs(
    words: tuple[str, ...],
    last: int | None,
    minimal: bool,
    workspace_name: str | None,
    path: Path,
    output_format: str,
    query: str | None,
    **filters: Any,
) -> None:
    """List runs, newest first. A JMESPath expression may follow as it is: '[?status==`Failed`]'."""
    from runyard.cli.connection import connect
    from runyard.cli.record import LIST_COLUMNS, minimal_document, run_document

    expression = _expression(words, query)
    client = connect(workspace_name, path).client
    found = client.runs.iterate(_run_query(**filters))
    runs = list(itertools.islice(found, last or (None if expression else LAST_DEFAULT)))
    if not runs and filters["experiment_name"]:
        client.experiments.get(filters["experiment_name"])
    document = minimal_document if minimal else run_document
    Output(output_format, expression).print([document(each) for each in runs], () if minimal else LIST_COLUMNS)


@click.command()
@run_option
@experiment_option
@workspace_options
@output_options()
def show(
    run_id: str, experiment_name: str | None, workspace_name: str | None, path: Path, output_format: str, query: str | None
) -> None:
    """Show a run with all that is known of it. The exception of a failed script is in "error"."""
    from runyard.cli.connection import connect

    record = find_run(connect(workspace_name, path).client, run_id, experiment_name)
    print_run(record, output_format, query)


@click.command()
@run_option
@click.option("--add-tag", "tags", multiple=True, required=True, metavar="KEY[=VALUE]", help="A tag to set. Can be repeated.")
@experiment_option
@workspace_options
@output_options()
def update(
    run_id: str,
    tags: tuple[str, ...],
    experiment_name: str | None,
    workspace_name: str | None,
    path: Path,
    output_format: str,
    query: str | None,
) -> None:
    """Set tags of a run, and show it. Tags that are not named stay."""
    from runyard.cli.connection import connect
    from runyard.wire.run import UpdateRunRequest

    added = parse_pairs(tags)
    client = connect(workspace_name, path).client
    find_run(client, run_id, experiment_name)
    print_run(client.runs.update(run_id, UpdateRunRequest(set_tags=added)), output_format, query)


@click.command()
@run_option
@experiment_option
@workspace_options
def cancel(run_id: str, experiment_name: str | None, workspace_name: str | None, path: Path) -> None:
    """Stop a run and its children. A submitted script is told to end, and is killed if it does not."""
    from runyard.cli.connection import connect

    client = connect(workspace_name, path).client
    find_run(client, run_id, experiment_name)
    record = client.runs.cancel(run_id, "cancelled on the command line")
    said = "is cancelled" if record.status.is_terminal else "is being cancelled"
    click.echo(f"Run {run_id} {said}; its status is {record.status.value}.")


def find_run(client: Client, run_id: str, experiment_name: str | None) -> RunRecord:
    """Return a run, which must be of the experiment when one is named.

    Raises:
        NotFoundError: there is none of that id, or it is of another experiment.
    """
    from runyard.errors import NotFoundError

    record = client.runs.get(run_id)
    if experiment_name is not None and record.experiment != experiment_name:
        raise NotFoundError(
            f"Experiment {experiment_name} has no run {run_id}: it belongs to {record.experiment}. Leave -e out.",
            run_id=run_id,
        )
    return record


def print_run(record: RunRecord, output_format: str, query: str | None) -> None:
    """Print one run; as a table with the failed script's traceback below it."""
    from runyard.cli.record import SHOWN_FIELDS, run_document

    Output(output_format, query).print(run_document(record), SHOWN_FIELDS)
    if output_format == "table" and not query and record.error:
        told = record.error.traceback or f"{record.error.type or record.error.code}: {record.error.message}"
        click.echo(f"\nIt failed:\n{told.rstrip()}")


def _expression(words: tuple[str, ...], query: str | None) -> str | None:
    bare = " ".join(words)
    if bare and query:
        raise click.UsageError("Give the JMESPath expression once: after --query, or alone.")
    if bare and not bare.startswith("["):
        raise click.UsageError(f"Unexpected {bare!r}. A JMESPath expression that stands alone begins with '['.")
    return bare or query


def _run_query(
    experiment_name: str | None,
    status: str | None,
    tags: tuple[str, ...],
    parent_run_id: str | None,
    compute_target_name: str | None,
) -> Any:
    from runyard.domain.experiment import require_experiment_name
    from runyard.wire.run import RunQuery

    return RunQuery(
        experiment=None if experiment_name is None else require_experiment_name(experiment_name),
        status=[_status(status)] if status else [],
        tags=parse_pairs(tags),
        parent_id=parent_run_id,
        target=compute_target_name,
        limit=PAGE,
    )


def _status(text: str) -> Any:
    from runyard.domain.run import RunStatus

    for status in RunStatus:
        if status.value.lower() == text.lower():
            return status
    names = ", ".join(status.value for status in RunStatus)
    raise click.BadParameter(f"{text!r} is no status. There are: {names}.", param_hint="--status")
